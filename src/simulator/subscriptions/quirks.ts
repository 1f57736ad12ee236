import type { SubscriptionBehaviour } from './behaviour.ts';

/** Quirks of cameras that are subscribed to. */
export const SUBSCRIPTION_QUIRKS: readonly {
  readonly code: string;
  /** What the camera then does, as `--list-quirks` prints it. */
  readonly sentence: string;
  readonly switches: Partial<SubscriptionBehaviour>;
}[] = [
  { code: 'SUB-1', sentence: 'takes subscriptions to presence only (489)', switches: { subscribeEvents: 'presence' } },
  { code: 'SUB-2', sentence: 'knows no subscription that is refreshed (481)', switches: { refreshable: false } },
  { code: 'SUB-3', sentence: 'answers a subscription late, its end at once', switches: { subscribeDelayMs: 1500 } },
  { code: 'SUB-5', sentence: 'sends NOTIFYs outside of their dialogue', switches: { notifiesOutside: true } },
];
