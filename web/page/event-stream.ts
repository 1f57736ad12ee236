/** Server-sent events out of text that arrives in pieces (WHATWG HTML 9.2.6). Pure: no DOM. */

export interface ServerEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** An event longer than this is none of ours; the stream is given up. */
const MAX_EVENT_CHARACTERS = 1024 * 1024;

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
