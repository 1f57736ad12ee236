import type { SubscriptionKind, SubscriptionState, SubscriptionWishes } from '../../sip/subscription-words.ts';
import type { PositionQuery } from '../../store/positions.ts';
import type { Problem } from '../views.ts';

/** What devices tell by themselves, as the outside sees it. Types only; times are ISO 8601 with offset. */

/** How one subscription stands. */
export interface SubscriptionStateView {
  readonly state: SubscriptionState;
  /** When it ends unless it is refreshed, which it is long before. */
  readonly endsAt: string | null;
  /** The last notification in it. */
  readonly notifiedAt: string | null;
  /** Why it is not active, in the words of the device. */
  readonly detail: string | null;
}

/** What a device is to tell: seconds for which it is subscribed each time, 0: off. */
export interface SubscriptionsView extends SubscriptionWishes {
  readonly states: Readonly<Record<SubscriptionKind, SubscriptionStateView>>;
}

export interface SubscriptionsDesk {
  get(deviceId: string): SubscriptionsView | Problem;
  /** What is left out has its default. */
  put(deviceId: string, wishes: Partial<SubscriptionWishes>): SubscriptionsView | Problem;
}

/** One point of a track: WGS-84 degrees. */
export interface PositionView {
  readonly time: string;
  readonly receivedAt: string;
  readonly longitude: number;
  readonly latitude: number;
  /** km/h. */
  readonly speed?: number;
  /** Degrees clockwise from north. */
  readonly direction?: number;
  /** Metres above sea level. */
  readonly altitude?: number;
  /** Metres above the ground. */
  readonly height?: number;
}

/** Where a channel is, as far as it has told. */
export interface PlaceView extends PositionView {
  readonly deviceId: string;
  /** The channel, or the device itself. */
  readonly channelId: string;
}

export interface PositionsDesk {
  /** Asks the device where it is, now; what it answers is a point of the track. */
  ask(deviceId: string, channelId: string, o: { force: boolean }): Promise<PositionView | Problem>;
  /** The newest position of each channel that has told any, in the order of ids, behind those of `after`. */
  newest(o: {
    readonly after: { readonly deviceId: string; readonly channelId: string } | null;
    readonly limit: number;
  }): {
    readonly items: PlaceView[];
    readonly hasMore: boolean;
  };
  /** Oldest first. `next`: what the following page begins after; null at the end. */
  track(query: PositionQuery): { readonly items: PositionView[]; readonly next: number | null } | Problem;
}
