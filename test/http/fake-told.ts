import type {
  PlaceView,
  PositionsDesk,
  PositionView,
  SubscriptionsDesk,
  SubscriptionsView,
} from '../../src/gateway/told/told-views.ts';
import type { Problem } from '../../src/gateway/views.ts';
import { NO_SUBSCRIPTIONS, type SubscriptionWishes } from '../../src/sip/subscription-words.ts';
import type { PositionQuery } from '../../src/store/positions.ts';

const OFF = { state: 'off', endsAt: null, notifiedAt: null, detail: null } as const;

/** Wishes as they were set; no device knows of them. */
export class FakeSubscriptions implements SubscriptionsDesk {
  readonly set: [deviceId: string, wishes: Partial<SubscriptionWishes>][] = [];
  refusal: Problem | null = null;
  wishes: SubscriptionWishes = { ...NO_SUBSCRIPTIONS, catalog: 600 };

  get(): SubscriptionsView | Problem {
    if (this.refusal !== null) return this.refusal;
    const catalog = { state: 'active', endsAt: '2026-01-05T14:13:21+08:00', notifiedAt: null, detail: null } as const;
    return { ...this.wishes, states: { catalog, alarm: OFF, position: OFF, ptzPosition: OFF } };
  }

  put(deviceId: string, wishes: Partial<SubscriptionWishes>): SubscriptionsView | Problem {
    this.set.push([deviceId, wishes]);
    this.wishes = { ...NO_SUBSCRIPTIONS, catalog: 600, ...wishes };
    return this.get();
  }
}

/** A track of points that a test writes. */
export class FakePositions implements PositionsDesk {
  readonly queries: PositionQuery[] = [];
  readonly questions: [deviceId: string, channelId: string, force: boolean][] = [];
  points: PositionView[] = [];
  places: PlaceView[] = [];
  readonly asked: Parameters<PositionsDesk['newest']>[0][] = [];
  next: number | null = null;
  refusal: Problem | null = null;

  newest(o: Parameters<PositionsDesk['newest']>[0]) {
    this.asked.push(o);
    return { items: this.places.slice(0, o.limit), hasMore: this.places.length > o.limit };
  }

  async ask(deviceId: string, channelId: string, { force }: { force: boolean }) {
    this.questions.push([deviceId, channelId, force]);
    return this.refusal ?? this.points[0]!;
  }

  track(query: PositionQuery) {
    this.queries.push(query);
    return this.refusal ?? { items: this.points, next: this.next };
  }
}
