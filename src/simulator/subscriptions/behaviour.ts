/** Everything in which a simulated camera may differ from a well-behaved one when it is subscribed to. */
export interface SubscriptionBehaviour {
  /** `presence`: every other Event header gets 489. */
  subscribeEvents: 'any' | 'presence';
  /** False: a refresh within the dialogue gets 481. */
  refreshable: boolean;
  /** A SUBSCRIBE is answered this late; its end, Expires 0, at once. */
  subscribeDelayMs: number;
  /** NOTIFYs have a Call-ID of their own and no To tag. */
  notifiesOutside: boolean;
}

/** Subscribed to without a fault. */
export const FLAWLESS_SUBSCRIPTIONS: Readonly<SubscriptionBehaviour> = {
  subscribeEvents: 'any',
  refreshable: true,
  subscribeDelayMs: 0,
  notifiesOutside: false,
};
