/** Server-sent events out of text that arrives in pieces (WHATWG HTML 9.2.6). Pure: no DOM. */

export interface ServerEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** An event longer than this is none of ours; the stream is given up. */
const MAX_EVENT_CHARACTERS = 1024 * 1024;

/**
 * The pieces of a stream as they come. Throws when none has come for `silentMs`: a network that was unplugged says nothing, and the connection
 * would look open for minutes. Whoever stops, by either way, has closed the stream.
 */
export async function* piecesOf(stream: ReadableStream<string>, silentMs: number): AsyncGenerator<string, void> {
  const reader = stream.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`nothing came for ${silentMs} ms`)), silentMs);
      });
      const { done, value } = await Promise.race([reader.read(), silence]);
      clearTimeout(timer);
      if (done) return;
      yield value;
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

/** Cuts a text stream into events; `push` gives those that became whole. */
export class EventStreamReader {
  #rest = '';
  #id = '';
  #type = '';
  #data: string[] = [];

  /** Throws RangeError when an event grows without end. */
  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MAX_EVENT_CHARACTERS || this.#data.length > MAX_EVENT_CHARACTERS / 16) {
      throw new RangeError('an event without an end');
    }
    for (const line of lines) {
      if (line !== '') {
        this.#field(line);
        continue;
      }
      if (this.#data.length > 0) {
        events.push({ id: this.#id, type: this.#type === '' ? 'message' : this.#type, data: this.#data.join('\n') });
      }
      this.#type = '';
      this.#data = [];
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment: the heartbeat
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#type = value;
    else if (name === 'id') this.#id = value;
  }
}
