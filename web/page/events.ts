import { ApiFault, send } from './api.ts';
import { EventStreamReader, piecesOf } from './event-stream.ts';

const RETRY_MS = 2_000;
/** The gateway says something every 15 s: two words that are missing are no delay any more. */
const SILENT_MS = 40_000;

/** One event of the gateway (contract, events): what happened, to whom. */
export interface GatewayEvent {
  readonly type: string;
  /** ISO 8601 with offset. */
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The envelope `{id, type, time, data}`; null for anything else. */
function eventOf(text: string): GatewayEvent | null {
  try {
    const { type, time, data } = JSON.parse(text) as { type?: unknown; time?: unknown; data?: unknown };
    if (typeof type !== 'string') return null;
    return {
      type,
      time: typeof time === 'string' ? time : '',
      data: typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {},
    };
  } catch {
    return null;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Who is told what comes of following the gateway. */
export interface Follower {
  event(event: GatewayEvent): void;
  /** The stream opened (what happened before may be missing: read the lists again), or was lost. */
  link(isUp: boolean): void;
  /** The gateway does not accept the token; nothing more will come. */
  refused(): void;
}

/**
 * The gateway's events until `signal` aborts, reconnecting with `Last-Event-ID`. Read through `fetch`, because EventSource cannot
 * carry the token.
 */
export async function followEvents(signal: AbortSignal, follower: Follower): Promise<void> {
  let lastId = '';
  while (!signal.aborted) {
    try {
      const response = await send('events', { signal, headers: lastId === '' ? {} : { 'Last-Event-ID': lastId } });
      follower.link(true);
      const reader = new EventStreamReader();
      if (response.body === null) throw new TypeError('no body');
      for await (const piece of piecesOf(response.body.pipeThrough(new TextDecoderStream()), SILENT_MS)) {
        for (const event of reader.push(piece)) {
          if (event.id !== '') lastId = event.id;
          const said = eventOf(event.data);
          if (said !== null) follower.event(said);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiFault && error.status === 401) {
        follower.refused();
        return;
      }
      // Everything else may pass: the next round tries again.
    }
    if (signal.aborted) return;
    follower.link(false);
    await pause(RETRY_MS, signal);
  }
}
