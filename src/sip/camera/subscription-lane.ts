import { Subscription } from '../subscription.ts';
import {
  SUBSCRIPTION_KINDS,
  type SubscriptionKind,
  type SubscriptionStanding,
  type SubscriptionState,
  type SubscriptionWishes,
} from '../subscription-words.ts';
import type { Channel, Device } from './directory.ts';

/** The subscriptions at one device: one of each kind, but for where cameras look, which a recorder is asked for each of its channels. */

/** Cameras of one recorder whose look is subscribed to: each costs it a dialogue. */
export const MAX_LOOKS = 64;
/** PTZType of what does not turn: fixed, and views that are made of others (catalogue, `Info`). */
const STANDS_STILL: ReadonlySet<number> = new Set([3, 6, 7]);

export class SubscriptionLane {
  readonly deviceId: string;
  /** By name; what is not wanted any more stays, so that it can be ended. */
  readonly slots = new Map<string, Subscription>();
  /** When each kind was last notified. */
  readonly notified = new Map<SubscriptionKind, number>();
  /** One SUBSCRIBE at a time: an un-SUBSCRIBE must not overtake the SUBSCRIBE before it (SUB-3). */
  busy = false;
  /** Channels when the slots were last looked at. */
  channelCount = 0;
  readonly #told = new Map<SubscriptionKind, SubscriptionState>();
  readonly #random: () => number;

  /** With the dialogues that an earlier run left. */
  constructor(device: Device, random: () => number) {
    this.deviceId = device.id;
    this.#random = random;
    for (const kind of SUBSCRIPTION_KINDS) this.#slot(device, kind, null);
    for (const name of Object.keys(device.subscriptions?.dialogues ?? {})) {
      const [kind, channelId] = name.split(' ') as [SubscriptionKind, string | undefined];
      if (channelId !== undefined) this.#slot(device, kind, channelId);
    }
    for (const kind of SUBSCRIPTION_KINDS) this.#told.set(kind, this.standing(kind).state);
  }

  /** Says to each subscription how long it is to last; those of new channels are made. */
  want(
    device: Device,
    wishes: SubscriptionWishes,
    channels: readonly Channel[],
    set: (subscription: Subscription, seconds: number) => void,
  ): void {
    this.channelCount = channels.length;
    const turning = channels.filter(({ ptzType }) => ptzType === null || !STANDS_STILL.has(ptzType));
    // a camera is asked by its own id, as everybody asks it
    const looks: readonly (string | null)[] =
      channels.length < 2 ? [null] : turning.slice(0, MAX_LOOKS).map(({ id }) => id);
    if (wishes.ptzPosition > 0) for (const channelId of looks) this.#slot(device, 'ptzPosition', channelId);
    for (const subscription of this.slots.values()) {
      const { kind, channelId } = subscription;
      const isMeant = kind !== 'ptzPosition' || looks.includes(channelId);
      set(subscription, isMeant ? wishes[kind] : 0);
    }
  }

  /** How a kind stands; of several channels, as well as the best of them. */
  standing(kind: SubscriptionKind): Omit<SubscriptionStanding, 'notifiedEpochMs'> {
    const all = [...this.slots.values()].filter((each) => each.kind === kind && each.state !== 'off');
    const states = all.map(({ state }) => state);
    const ORDER = ['active', 'waiting', 'refused', 'unanswered'] as const;
    const ends = all.flatMap(({ subscribed }) => (subscribed === null ? [] : [subscribed.endsEpochMs]));
    return {
      state: ORDER.find((state) => states.includes(state)) ?? 'off',
      endsEpochMs: ends.length === 0 ? null : Math.min(...ends),
      detail: all.find(({ detail }) => detail !== null)?.detail ?? null,
    };
  }

  /** The state of a kind, when it is another one than at the last asking. */
  news(kind: SubscriptionKind): Pick<SubscriptionStanding, 'state' | 'detail'> | null {
    const { state, detail } = this.standing(kind);
    if (this.#told.get(kind) === state) return null;
    this.#told.set(kind, state);
    return { state, detail };
  }

  #slot(device: Device, kind: SubscriptionKind, channelId: string | null): void {
    const subscription = new Subscription({ kind, channelId, random: this.#random });
    if (this.slots.has(subscription.name)) return;
    subscription.subscribed = device.subscriptions?.dialogues?.[subscription.name] ?? null;
    subscription.learnedForm = device.subscriptions?.forms?.[kind] ?? null;
    this.slots.set(subscription.name, subscription);
  }
}
