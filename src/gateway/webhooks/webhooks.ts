import { createHash } from 'node:crypto';
import type { Delivery, DeliveryQuery, DeliveryRows } from '../../store/deliveries.ts';
import { atMost, type Clock } from '../clock.ts';
import type { WebhookEndpoint } from '../config.ts';
import { isWanted } from '../event-types.ts';
import type { DeliveryView, GatewayEvent, Problem, WebhookView } from '../views.ts';
import { WebhookLane } from './webhook-lane.ts';
import type { PostAnswer } from './webhook-post.ts';

export interface WebhooksPorts {
  readonly endpoints: readonly WebhookEndpoint[];
  readonly rows: DeliveryRows;
  readonly clock: Clock;
  random(): number;
  /** The edge to one endpoint. `send` never rejects. */
  open(endpoint: WebhookEndpoint): { send(delivery: Delivery, signal: AbortSignal): Promise<PostAnswer> };
  iso(epochMs: number): string;
  log(message: string, data: Record<string, unknown>): void;
}

interface Entry {
  readonly id: string;
  readonly endpoint: WebhookEndpoint;
  readonly lane: WebhookLane;
}

/** What is being sent when the gateway stops has so long to be answered; else it is sent again after the next start. */
const CLOSE_PATIENCE_MS = 1000;

/** Tells the configured endpoints of events: each has a queue of its own in the database, so that none waits for another and a restart loses none. */
export class Webhooks {
  readonly #ports: WebhooksPorts;
  readonly #entries: readonly Entry[];
  readonly #cut = new AbortController();

  constructor(ports: WebhooksPorts) {
    this.#ports = ports;
    const ids = idsOf(ports.endpoints);
    for (const id of ports.rows.waitingEndpoints())
      if (!ids.includes(id))
        ports.rows.failAll(id, 'the endpoint is no longer in the configuration', ports.clock.epochMs());
    this.#entries = ports.endpoints.map((endpoint, index) => {
      const edge = ports.open(endpoint);
      const id = ids[index] ?? '';
      const lane = new WebhookLane({
        endpoint: id,
        rows: ports.rows,
        clock: ports.clock,
        random: ports.random,
        send: (delivery) => edge.send(delivery, this.#cut.signal),
        log: ports.log,
      });
      return { id, endpoint, lane };
    });
  }

  /** An event for whoever wants it. It is stored when this returns. */
  publish(event: GatewayEvent): void {
    for (const { id, endpoint, lane } of this.#entries) {
      if (endpoint.events?.some((wanted) => isWanted(wanted, event.type)) === false) continue;
      lane.add(this.#delivery(id, event.id, event.type, subjectOf(event), JSON.stringify(event)));
    }
  }

  endpoints(): WebhookView[] {
    return this.#entries.map(({ id, endpoint, lane }) => {
      const { front: _, retryAtEpochMs, ...state } = lane.state;
      return {
        id,
        url: shownAddress(endpoint.url),
        events: [...(endpoint.events ?? ['*'])],
        signed: endpoint.secret !== null,
        ...state,
        retryAt: retryAtEpochMs === null ? null : this.#ports.iso(retryAtEpochMs),
      };
    });
  }

  /** A page of the queue and the log, newest first. */
  deliveries(query: DeliveryQuery): { items: DeliveryView[]; hasMore: boolean } {
    const found = this.#ports.rows.page({ ...query, limit: query.limit + 1 });
    return {
      items: found.slice(0, query.limit).map((delivery) => this.#view(delivery)),
      hasMore: found.length > query.limit,
    };
  }

  /** Sends an event once more, behind what waits. */
  redeliver(number: number): DeliveryView | Problem {
    const found = this.#ports.rows.get(number);
    if (found === undefined) return { problem: 'delivery_not_found', detail: `There is no delivery ${number}.` };
    const entry = this.#entries.find(({ id }) => id === found.endpoint);
    if (entry === undefined)
      return { problem: 'conflict', detail: 'The endpoint of this delivery is no longer in the configuration.' };
    if (found.state === 'pending') return { problem: 'conflict', detail: 'This delivery is still waiting.' };
    const again = this.#delivery(entry.id, found.eventId, found.type, null, found.body);
    entry.lane.add(again);
    const wanted = { endpoint: entry.id, eventId: found.eventId, limit: 1, before: null };
    return this.#view(this.#ports.rows.page(wanted)[0] ?? again);
  }

  /** Numbers for `/metrics`. */
  counters(): { webhook_events_waiting: number; webhook_delivered_total: number; webhook_failed_total: number } {
    const sum = (of: 'waiting' | 'delivered' | 'failed') =>
      this.#entries.reduce((total, { lane }) => total + lane.state[of], 0);
    return {
      webhook_events_waiting: sum('waiting'),
      webhook_delivered_total: sum('delivered'),
      webhook_failed_total: sum('failed'),
    };
  }

  /** Nothing is sent any more. Idempotent. */
  async close(): Promise<void> {
    const closed = Promise.all(this.#entries.map(({ lane }) => lane.close()));
    await atMost(this.#ports.clock, CLOSE_PATIENCE_MS, closed);
    this.#cut.abort();
    await closed;
  }

  #delivery(endpoint: string, eventId: string, type: string, subject: string | null, body: string): Delivery {
    return {
      number: 0,
      endpoint,
      eventId,
      type,
      subject,
      atEpochMs: this.#ports.clock.epochMs(),
      body,
      state: 'pending',
      attempts: 0,
      status: null,
      error: null,
      durationMs: null,
      endedAtEpochMs: null,
    };
  }

  #view(delivery: Delivery): DeliveryView {
    const { iso } = this.#ports;
    const entry = this.#entries.find(({ id }) => id === delivery.endpoint);
    const lane = entry?.lane.state;
    const retryAtEpochMs = lane !== undefined && lane.front === delivery.number ? lane.retryAtEpochMs : null;
    const { number, endpoint, eventId, type, state, attempts, status, error, durationMs, endedAtEpochMs } = delivery;
    return {
      id: String(number),
      endpoint,
      url: entry === undefined ? null : shownAddress(entry.endpoint.url),
      eventId,
      type,
      queuedAt: iso(delivery.atEpochMs),
      state,
      attempts,
      status,
      error,
      durationMs,
      retryAt: retryAtEpochMs === null ? null : iso(retryAtEpochMs),
      endedAt: endedAtEpochMs === null ? null : iso(endedAtEpochMs),
      event: JSON.parse(delivery.body) as GatewayEvent,
    };
  }
}

/** Progress is worth nothing once there is more of it; everything else is told event by event. */
function subjectOf({ type, data }: GatewayEvent): string | null {
  if (!type.endsWith('.progress')) return null;
  return [data.id, data.queryId, data.deviceId, data.channelId].map((part) => String(part ?? '')).join('/');
}

/** The id of an endpoint comes from its address, so that it outlives changes of order; the same address twice is told apart by its turn. */
function idsOf(endpoints: readonly WebhookEndpoint[]): string[] {
  return endpoints.map(({ url }, index) => {
    const turn = endpoints.slice(0, index).filter((other) => other.url === url).length;
    return createHash('sha256').update(`${url}\n${turn}`).digest('hex').slice(0, 12);
  });
}

/** Without what may be a secret in it: password and query. */
function shownAddress(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}
