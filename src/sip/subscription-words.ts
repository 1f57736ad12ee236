import type { Dialogue } from './dialog.ts';

/** The nouns of subscriptions (GB/T 28181 9.11): plain data. */

/** What a device can be asked to tell by itself. */
export type SubscriptionKind = 'catalog' | 'alarm' | 'position' | 'ptzPosition';

export const SUBSCRIPTION_KINDS: readonly SubscriptionKind[] = ['catalog', 'alarm', 'position', 'ptzPosition'];

/**
 * `off`: not wanted. `waiting`: to be subscribed, when the device is there. `active`: the device has agreed. `refused`: it has not.
 * `unanswered`: it says nothing to that.
 */
export type SubscriptionState = 'off' | 'waiting' | 'active' | 'refused' | 'unanswered';

/** A dialogue that the device has agreed to; kept over restarts. */
export interface Subscribed {
  readonly dialogue: Dialogue;
  /** The Event header, the same for as long as the dialogue lasts. */
  readonly event: string;
  readonly endsEpochMs: number;
}

/** Seconds each subscription lasts at a time, 0: off; and how often a device is to tell its position. */
export interface SubscriptionWishes {
  readonly catalog: number;
  readonly alarm: number;
  readonly position: number;
  readonly ptzPosition: number;
  readonly positionIntervalSeconds: number;
}

/** What nobody has asked for. */
export const NO_SUBSCRIPTIONS: SubscriptionWishes = {
  catalog: 0,
  alarm: 0,
  position: 0,
  ptzPosition: 0,
  positionIntervalSeconds: 5,
};

/** Kept with the device: what was set by hand, and the dialogues that outlive a restart. */
export interface DeviceSubscriptions {
  readonly wishes?: Partial<SubscriptionWishes>;
  /** By kind, or by kind and channel (`ptzPosition 34020000001310000002`). */
  readonly dialogues?: Readonly<Record<string, Subscribed>>;
  /** The Event form that the device took, as its place in the ladder (SUB-1). */
  readonly forms?: Partial<Record<SubscriptionKind, number>>;
}

/** How one subscription stands. */
export interface SubscriptionStanding {
  readonly state: SubscriptionState;
  /** When it ends unless it is refreshed; null: there is none. */
  readonly endsEpochMs: number | null;
  /** The last NOTIFY in it; null: none in this process. */
  readonly notifiedEpochMs: number | null;
  /** Why it is not active, in the words of the device. */
  readonly detail: string | null;
}

export interface SubscriptionEvent {
  readonly type: 'subscription.changed';
  readonly data: {
    readonly deviceId: string;
    readonly subscription: SubscriptionKind;
    readonly state: SubscriptionState;
    readonly detail?: string;
  };
}
