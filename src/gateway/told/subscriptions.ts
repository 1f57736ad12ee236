import type { Device, Directory } from '../../sip/camera/directory.ts';
import type { SubscriptionKind, SubscriptionStanding, SubscriptionWishes } from '../../sip/subscription-words.ts';
import type { Problem } from '../views.ts';
import type { SubscriptionStateView, SubscriptionsDesk, SubscriptionsView } from './told-views.ts';

export interface SubscriptionsPorts {
  readonly directory: Directory;
  readonly subscriptions: {
    wishesOf(device: Device): SubscriptionWishes;
    setWishes(device: Device, wishes: Partial<SubscriptionWishes>): void;
    standing(deviceId: string): Record<SubscriptionKind, SubscriptionStanding>;
  };
  iso(epochMs: number): string;
}

/** What each device is to tell by itself, as the API asks for it. */
export class SubscriptionDesk implements SubscriptionsDesk {
  readonly #ports: SubscriptionsPorts;

  constructor(ports: SubscriptionsPorts) {
    this.#ports = ports;
  }

  get(deviceId: string): SubscriptionsView | Problem {
    const { directory, subscriptions, iso } = this.#ports;
    const device = directory.device(deviceId);
    if (device === undefined) return { problem: 'device_not_found', detail: `There is no device ${deviceId}.` };
    const standing = subscriptions.standing(deviceId);
    const time = (epochMs: number | null) => (epochMs === null ? null : iso(epochMs));
    const view = (kind: SubscriptionKind): SubscriptionStateView => {
      const { state, detail, endsEpochMs, notifiedEpochMs } = standing[kind];
      return { state, endsAt: time(endsEpochMs), notifiedAt: time(notifiedEpochMs), detail };
    };
    return {
      ...subscriptions.wishesOf(device),
      states: {
        catalog: view('catalog'),
        alarm: view('alarm'),
        position: view('position'),
        ptzPosition: view('ptzPosition'),
      },
    };
  }

  put(deviceId: string, wishes: Partial<SubscriptionWishes>): SubscriptionsView | Problem {
    const device = this.#ports.directory.device(deviceId);
    if (device !== undefined) this.#ports.subscriptions.setWishes(device, wishes);
    return this.get(deviceId);
  }
}
