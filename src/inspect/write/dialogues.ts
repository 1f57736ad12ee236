/**
 * The messages of INVITE dialogues, kept while and after they happen: whoever asks for a capture asks when the call is long
 * up, and without INVITE, answer and ACK the media in a capture says little.
 */

/** One SIP message as it left or came. */
export interface SeenMessage {
  readonly direction: 'in' | 'out';
  readonly bytes: Uint8Array;
  readonly peer: SeenPeer;
  /** Wall clock. */
  readonly epochMs: number;
}

export interface SeenPeer {
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
  /** Which TCP connection. */
  readonly connection?: number;
}

/** The first messages of a call stay: INVITE (up to 7 times), 100, 180, 200, ACK. */
export const KEPT_FIRST = 16;
/** Beside them the newest: what the call ended with. */
export const KEPT_NEWEST = 16;
/** One message; an INVITE or its answer has about 1 KB. Longer ones are not kept. */
export const MAX_KEPT_BYTES = 16 * 1024;
/** Calls, running and ended: 4,096 of 4 KB are 16 MB. The one that began first is forgotten first. */
export const MAX_DIALOGUES = 4096;

/** Headers of messages that are traced are looked at up to here. */
const HEAD_BYTES = 4096;
/** First letters of REGISTER, MESSAGE, NOTIFY, OPTIONS, SUBSCRIBE (its second tells it from `SIP/2.0`): no part of an INVITE dialogue, and most of what comes. */
const OTHERS = /^(?:[RMNO]|SU)/;
const CALL_ID = /\n(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*)/i;

export class Dialogues {
  readonly #epochMs: () => number;
  readonly #byCallId = new Map<string, SeenMessage[]>();
  readonly #listeners = new Set<(callId: string, message: SeenMessage) => void>();

  constructor(epochMs: () => number) {
    this.#epochMs = epochMs;
  }

  /** A call begins: its messages are kept from now on. */
  begin(callId: string): void {
    if (this.#byCallId.size >= MAX_DIALOGUES) {
      const oldest = this.#byCallId.keys().next().value;
      if (oldest !== undefined) this.#byCallId.delete(oldest);
    }
    this.#byCallId.set(callId, []);
  }

  /** A whole message went over the wire. `bytes` is only read during the call. */
  message(direction: 'in' | 'out', bytes: Uint8Array, peer: SeenPeer): void {
    if (this.#byCallId.size === 0 || bytes.length > MAX_KEPT_BYTES) return;
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES)).toString('latin1');
    if (OTHERS.test(head)) return;
    const callId = CALL_ID.exec(head)?.[1]?.trim();
    const kept = callId === undefined ? undefined : this.#byCallId.get(callId);
    if (callId === undefined || kept === undefined) return;
    const seen: SeenMessage = { direction, bytes: Buffer.from(bytes), peer, epochMs: this.#epochMs() };
    if (kept.length >= KEPT_FIRST + KEPT_NEWEST) kept.splice(KEPT_FIRST, 1);
    kept.push(seen);
    for (const listener of this.#listeners) listener(callId, seen);
  }

  /** What is kept of a call, in order. */
  of(callId: string): readonly SeenMessage[] {
    return this.#byCallId.get(callId) ?? [];
  }

  /** Every message from now on; the answer ends it. */
  listen(listener: (callId: string, message: SeenMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
