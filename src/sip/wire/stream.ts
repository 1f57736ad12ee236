import { type Fault, fault, type SipFaultCode } from './fault.ts';
import { contentTypeOf, type SipMessage } from './message.ts';
import { findHeadEnd, type Head, isStartLine, MAX_HEAD_BYTES, messageOf, parseHead, skipLineEnds } from './parse.ts';
import { closedAt, xmlBodyEnd } from './xml-end.ts';

/** One body over TCP. A catalogue of 1,000 channels in a single message has 600 KB. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** A start line. URIs of cameras have 50 bytes; what is longer than this is another protocol. */
export const MAX_LINE_BYTES = 8 * 1024;
/** Bytes skipped in search of the next start line before the stream is given up: longer than any body cut too short. */
export const MAX_GARBAGE_BYTES = 64 * 1024;

/** Faults in a row before the stream is given up: whoever sends these speaks no SIP. */
export const MAX_FAULTS_IN_A_ROW = 32;

/** A request or status line that begins in the middle of a line, glued to the end of a body with a wrong Content-Length (SIP-6). */
const GLUED_START =
  /(?:(?:REGISTER|INVITE|ACK|BYE|CANCEL|OPTIONS|MESSAGE|NOTIFY|SUBSCRIBE|INFO) sips?:\S+ SIP\/2\.0|SIP\/2\.0 \d{3}(?: .*)?)\r?$/;

/**
 * Cuts a TCP byte stream into messages (RFC 3261 18.3, SIP-5): several in one read, one in many, CRLF keep-alives between them.
 * What comes out does not depend on where the reads were cut. After bytes that are no message it looks for the next start line,
 * so that one wrong Content-Length costs one message and not the connection; when that fails too, `dead` is set and nothing
 * more comes out: the connection has to be closed.
 */
export class SipStream {
  #buffer = Buffer.alloc(0);
  #length = 0;
  /** Where in the stream `#buffer` begins: faults name bytes of the stream. */
  #offset = 0;
  /** Everything before it was searched for the end of the head. */
  #searched = 0;
  #head: Head | null = null;
  /** The line at the begin of the head is known to be a start line. */
  #started = false;
  #garbageBytes = 0;
  #faultsInARow = 0;
  #dead = false;
  /** The head of the message under way, kept only for who wants its bytes. */
  #headBytes: Uint8Array | null = null;
  readonly #onBytes: ((bytes: Uint8Array) => void) | null;

  /** `onBytes` gets the bytes of each whole message as they came, before `push` returns the messages. */
  constructor(onBytes: ((bytes: Uint8Array) => void) | null = null) {
    this.#onBytes = onBytes;
  }

  /** No message will ever come out again. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Bytes kept of a message that is not whole yet; bounded by head and body limits. */
  get pendingBytes(): number {
    return this.#length;
  }

  /** Whether a message has begun that is not whole yet. */
  get midMessage(): boolean {
    return this.#head !== null || this.#length > 0;
  }

  /** Takes what was read; `bytes` may be reused after the call. */
  push(bytes: Uint8Array): (SipMessage | Fault)[] {
    const out: (SipMessage | Fault)[] = [];
    if (this.#dead) return out;
    this.#append(bytes);
    this.#takeFrom(0, out);
    return out;
  }

  /**
   * Nothing more has come for a while: a message whose Content-Length promises more than there is, or whose XML is not closed, is
   * taken as it is (SIP-6), so that its sender gets an answer. Empty when there is none.
   */
  settle(): (SipMessage | Fault)[] {
    const out: (SipMessage | Fault)[] = [];
    const head = this.#head;
    if (this.#dead || head === null) return out;
    const declared = declaredLength(head);
    const end = this.#length < declared ? (holdsXml(head) ? closedAt(this.#buffer, 0, this.#length) : null) : declared;
    if (end !== null) this.#takeFrom(this.#deliver(head, 0, end, out), out);
    return out;
  }

  #takeFrom(from: number, out: (SipMessage | Fault)[]): void {
    let at = from;
    while (!this.#dead) {
      const next = this.#head === null ? this.#takeHead(at, out) : this.#takeBody(at, out);
      if (next < 0) break;
      at = next;
    }
    this.#consume(at);
  }

  /** Steps over keep-alives and reads a head from `at`. Returns the index to go on from, −1 when more bytes are needed. */
  #takeHead(at: number, out: (SipMessage | Fault)[]): number {
    const start = skipLineEnds(this.#buffer, at, this.#length);
    if (start > at) {
      this.#searched = Math.max(this.#searched, start);
      return start;
    }
    if (start === this.#length) return -1;
    if (!this.#started) return this.#checkStartLine(start, out);
    const end = findHeadEnd(this.#buffer, Math.max(start, this.#searched - 2), this.#length);
    const faultHere = (code: SipFaultCode, detail: string) => fault(code, this.#offset + start, detail);
    if ((end < 0 ? this.#length : end) - start > MAX_HEAD_BYTES) {
      return this.#die(faultHere('headers-too-long', `The headers are longer than ${MAX_HEAD_BYTES} bytes.`), out);
    }
    if (end < 0) {
      this.#searched = this.#length;
      return -1;
    }
    this.#searched = end;
    this.#started = false;
    const head = parseHead(this.#buffer, start, end, this.#offset);
    if ('kind' in head) return this.#report(head, end, out); // the next start line is searched right behind it
    if (head.contentLength === 'bad') {
      return this.#report(faultHere('content-length', 'Content-Length is no number, so the end is unknown.'), end, out);
    }
    if (head.contentLength !== 'none' && head.contentLength > MAX_BODY_BYTES) {
      return this.#die(faultHere('body-too-long', `The body is longer than ${MAX_BODY_BYTES} bytes.`), out);
    }
    this.#head = head;
    if (this.#onBytes !== null) this.#headBytes = Uint8Array.prototype.slice.call(this.#buffer, start, end);
    return end;
  }

  /** Believes the line at `start` or skips it as garbage. */
  #checkStartLine(start: number, out: (SipMessage | Fault)[]): number {
    const lf = this.#buffer.subarray(0, this.#length).indexOf(0x0a, start);
    const lineBytes = (lf < 0 ? this.#length : lf) - start;
    if (lineBytes >= MAX_LINE_BYTES) return this.#skipGarbage(start, start + MAX_LINE_BYTES, out);
    if (lf < 0) return -1;
    const line = this.#buffer.toString('latin1', start, lf);
    if (!isStartLine(line.trim())) {
      const glued = GLUED_START.exec(line);
      return this.#skipGarbage(start, glued === null ? lf + 1 : start + glued.index, out);
    }
    this.#started = true;
    this.#garbageBytes = 0;
    return start;
  }

  #takeBody(at: number, out: (SipMessage | Fault)[]): number {
    const head = this.#head;
    if (head === null) return -1;
    const declared = at + declaredLength(head);
    if (this.#length < declared) return -1;
    const end = holdsXml(head) ? xmlBodyEnd(this.#buffer, at, declared, this.#length) : declared;
    return end === 'undecided' ? -1 : this.#deliver(head, at, end, out);
  }

  /** Hands out a message whose body is `[at, end)`; answers where the next begins. */
  #deliver(head: Head, at: number, end: number, out: (SipMessage | Fault)[]): number {
    this.#head = null;
    this.#searched = end;
    this.#faultsInARow = 0;
    if (this.#headBytes !== null) this.#onBytes?.(Buffer.concat([this.#headBytes, this.#buffer.subarray(at, end)]));
    const miscounted = end - at !== declaredLength(head);
    const told = miscounted ? { ...head, tolerated: [...head.tolerated, 'SIP-6'] } : head;
    out.push(messageOf(told, Uint8Array.prototype.slice.call(this.#buffer, at, end)));
    return end;
  }

  /** Drops `[from, to)`. One fault for each run of garbage. */
  #skipGarbage(from: number, to: number, out: (SipMessage | Fault)[]): number {
    const first = this.#garbageBytes === 0;
    this.#garbageBytes += to - from;
    this.#searched = Math.max(this.#searched, to);
    if (this.#garbageBytes > MAX_GARBAGE_BYTES) this.#dead = true;
    if (!first) return this.#dead ? this.#length : to;
    return this.#report(fault('start-line', this.#offset + from, 'Bytes between messages are no SIP.'), to, out);
  }

  #report(reason: Fault, next: number, out: (SipMessage | Fault)[]): number {
    out.push(reason);
    this.#faultsInARow += 1;
    if (this.#faultsInARow >= MAX_FAULTS_IN_A_ROW) this.#dead = true;
    return this.#dead ? this.#length : next;
  }

  #die(reason: Fault, out: (SipMessage | Fault)[]): number {
    out.push(reason);
    this.#dead = true;
    return this.#length;
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(
        Math.max(needed, Math.min(this.#buffer.length * 2, needed + MAX_BODY_BYTES), 1024),
      );
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  #consume(count: number): void {
    this.#offset += count;
    this.#length -= count;
    this.#searched = Math.max(0, this.#searched - count);
    if (this.#length === 0)
      this.#buffer = Buffer.alloc(0); // an idle connection holds no memory
    else if (count > 0) this.#buffer.copyWithin(0, count, count + this.#length);
  }
}

/** RFC 3261 20.14: over TCP absent means none. */
function declaredLength(head: Head): number {
  return typeof head.contentLength === 'number' ? head.contentLength : 0;
}

/** A body with a length of 0 is none, whatever its type. */
function holdsXml(head: Head): boolean {
  return head.contentLength !== 0 && contentTypeOf(head)?.endsWith('xml') === true;
}
