/** EDGE: the socket over which this page talks to one channel. */

export type LineState = 'calling' | 'talking';

export interface LineEvents {
  onState(state: LineState): void;
  onHeard(pcm: Int16Array): void;
  /** It is over: the code of the problem, or why it ended, both as the gateway names them; `unreachable` when that is not there. Once. */
  onEnd(code: string): void;
}

/** What waits for a network that does not take it: half a second. Then what is said is left out. */
const MAX_UNSENT_BYTES = 8000;

export class Line {
  readonly #socket: WebSocket;
  #state: LineState = 'calling';
  #code = '';
  #isClosed = false;

  constructor(address: string, events: LineEvents) {
    this.#socket = new WebSocket(address, 'gbgate.v1');
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (this.#isClosed) return;
      if (typeof data !== 'string') events.onHeard(samplesOf(data));
      else this.#take(data, events);
    };
    this.#socket.onclose = ({ code, reason }) => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      events.onEnd(this.#code || (code === 4410 || code === 1000 ? '' : reason || 'unreachable'));
    };
  }

  get state(): LineState {
    return this.#state;
  }

  send(frame: Int16Array): void {
    if (this.#state !== 'talking' || this.#socket.bufferedAmount > MAX_UNSENT_BYTES) return;
    const bytes = new DataView(new ArrayBuffer(2 * frame.length));
    for (const [i, sample] of frame.entries()) bytes.setInt16(2 * i, sample, true);
    this.#socket.send(bytes);
  }

  /** `onEnd` is not called. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#socket.close(1000);
  }

  #take(text: string, events: LineEvents): void {
    const message = JSON.parse(text) as { type?: string; state?: LineState; code?: string; cause?: string };
    if (message.type === 'end') this.#code = message.code ?? message.cause ?? '';
    if (message.type !== 'state' || message.state === undefined) return;
    this.#state = message.state;
    events.onState(message.state);
  }
}

function samplesOf(data: ArrayBuffer): Int16Array {
  const view = new DataView(data);
  return Int16Array.from({ length: data.byteLength >> 1 }, (_, i) => view.getInt16(2 * i, true));
}
