import { one, send } from '../api.ts';

/** One address that is told of events (`GET /api/v1/webhooks`). */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly signed: boolean;
  readonly waiting: number;
  readonly delivered: number;
  readonly failed: number;
  readonly failuresInRow: number;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly retryAt: string | null;
}

/** One event for one webhook. */
export interface Delivery {
  readonly id: string;
  readonly endpoint: string;
  /** Null: no longer configured. */
  readonly url: string | null;
  readonly type: string;
  readonly queuedAt: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number | null;
  readonly retryAt: string | null;
  readonly event: Readonly<Record<string, unknown>>;
}

/** Which deliveries are wanted; '' where it does not matter. */
export interface DeliveryFilter {
  readonly endpoint: string;
  readonly state: Delivery['state'] | '';
}

/** Deliveries in one reading. */
const PAGE = 50;

export const readWebhooks = async () => (await one<{ items: Webhook[] }>('webhooks')).items;

/** One page, the newest first. */
export function readDeliveries(
  filter: DeliveryFilter,
  cursor: string | null,
): Promise<{ items: Delivery[]; next: string | null }> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (filter.endpoint !== '') query.set('endpoint', filter.endpoint);
  if (filter.state !== '') query.set('state', filter.state);
  if (cursor !== null) query.set('cursor', cursor);
  return one(`webhooks/deliveries?${query}`);
}

/** Puts an event once more behind what waits. */
export async function redeliver(id: string): Promise<void> {
  await send(`webhooks/deliveries/${encodeURIComponent(id)}/redeliver`, { method: 'POST' });
}
