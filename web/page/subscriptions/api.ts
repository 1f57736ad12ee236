import { one, send } from '../api.ts';

export const KINDS = ['catalog', 'alarm', 'position', 'ptzPosition'] as const;
export type Kind = (typeof KINDS)[number];

/** For how many seconds a device is subscribed to each time; 0: not at all. */
export type Wishes = Readonly<Record<Kind | 'positionIntervalSeconds', number>>;

/** What a device is to tell, and whether it has agreed (`GET D/subscriptions`). */
export interface Subscriptions extends Wishes {
  readonly states: Readonly<
    Record<
      Kind,
      {
        readonly state: 'off' | 'waiting' | 'active' | 'refused' | 'unanswered';
        readonly endsAt: string | null;
        readonly notifiedAt: string | null;
        /** Why it is not active, in the words of the device. */
        readonly detail: string | null;
      }
    >
  >;
}

const of = (deviceId: string) => `devices/${encodeURIComponent(deviceId)}/subscriptions`;

export const readSubscriptions = (deviceId: string) => one<Subscriptions>(of(deviceId));

/** All of them at once: what is left out would get its default. */
export async function putSubscriptions(deviceId: string, wishes: Wishes): Promise<Subscriptions> {
  const { catalog, alarm, position, ptzPosition, positionIntervalSeconds } = wishes;
  const response = await send(of(deviceId), {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ catalog, alarm, position, ptzPosition, positionIntervalSeconds }),
  });
  return (await response.json()) as Subscriptions;
}
