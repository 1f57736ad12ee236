import { send } from './api.ts';
import { EventStreamReader } from './event-stream.ts';

const RETRY_MS = 2_000;

/** The type of an event: it stands in the envelope `{id, type, time, data}`, there is no `event:` line. */
function typeOf(data: string): string {
  try {
    const { type } = JSON.parse(data) as { type?: unknown };
    return typeof type === 'string' ? type : '';
  } catch {
    return '';
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
 * The types of the gateway's events until `signal` aborts, reconnecting with `Last-Event-ID`. Read through `fetch`, because EventSource cannot
 * carry the token. `onLink(true)` is called each time the stream opens (so that lists can be read again), `onLink(false)` when it is lost.
 */
export async function followEvents(
  signal: AbortSignal,
  onEvent: (type: string) => void,
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
          onEvent(typeOf(event.data));
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
