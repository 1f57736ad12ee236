import { send } from './api.ts';
import { EventStreamReader } from './event-stream.ts';

const RETRY_MS = 2_000;

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

/**
 * The gateway's events until `signal` aborts, reconnecting with `Last-Event-ID`. Read through `fetch`, because EventSource cannot
 * carry the token. `onLink(true)` is called each time the stream opens (so that lists can be read again), `onLink(false)` when it is lost.
 */
export async function followEvents(
  signal: AbortSignal,
  onEvent: (event: GatewayEvent) => void,
  onLink: (isUp: boolean) => void,
): Promise<void> {
  let lastId = '';
  while (!signal.aborted) {
    try {
      const response = await send('events', { signal, headers: lastId === '' ? {} : { 'Last-Event-ID': lastId } });
      onLink(true);
      const reader = new EventStreamReader();
      const body = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await body?.read(); piece && !piece.done; piece = await body?.read()) {
        for (const event of reader.push(piece.value)) {
          if (event.id !== '') lastId = event.id;
          const said = eventOf(event.data);
          if (said !== null) onEvent(said);
        }
      }
    } catch {
      // The next round tries again; a wrong token shows at the lists, which are read anew on every link.
    }
    if (signal.aborted) return;
    onLink(false);
    await pause(RETRY_MS, signal);
  }
}
