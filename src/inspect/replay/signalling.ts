/** SIP out of datagrams and streams: the ladder, and what each message bends. */
import type { Fault } from '../../sip/wire/fault.ts';
import { callIdOf, cseqOf, type SipMessage } from '../../sip/wire/message.ts';
import { parseDatagram } from '../../sip/wire/parse.ts';
import type { LadderLine } from '../report.ts';
import type { End } from '../write/packets.ts';
import { hostPort } from './calls.ts';
import { FindingLog, isoTime } from './finding-log.ts';

/** Messages kept for the ladder; a day of one camera has 3,000. The others are counted. */
export const MAX_LADDER_LINES = 10_000;

/** A start line stands in the first bytes; a request line with two ids has 80. */
const LOOK_BYTES = 512;
const START = /^[\r\n\0]*(?:SIP\/2\.0 \d{3}|[A-Z]{3,12} (?:sips?|tel):\S+ SIP\/2\.0)/;

/** Whether bytes begin with a SIP message (or with line ends before one). */
export function looksLikeSip(bytes: Uint8Array, start = 0, end = bytes.length): boolean {
  const first = bytes[start];
  // cheap for media: its first byte is no letter and no line end
  if (first === undefined || first > 0x5a || (first < 0x41 && first !== 0x0d && first !== 0x0a && first !== 0))
    return false;
  const length = Math.min(end - start, LOOK_BYTES);
  return START.test(Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1'));
}

/** Where the rest of a message that began before the capture may end: the head and body of a catalogue answer over TCP. */
const SEARCH_BYTES = 64 * 1024;
const LATER_START = /\n(?:SIP\/2\.0 \d{3} |[A-Z]{3,12} (?:sips?|tel):\S+ SIP\/2\.0\r?\n)/;

/** Whether SIP messages begin somewhere in the start of a stream that was caught in the middle of one. */
export function holdsSip(start: Buffer): boolean {
  return start.includes('SIP/2.0') && LATER_START.test(start.toString('latin1', 0, SEARCH_BYTES));
}

export class Signalling {
  readonly #onMessage: (message: SipMessage, from: End, to: End, transport: 'udp' | 'tcp', nowMs: number) => void;
  readonly #epochMs: (nowMs: number) => number;
  readonly #lines: LadderLine[] = [];
  readonly findings = new FindingLog();
  omitted = 0;

  constructor(
    epochMs: (nowMs: number) => number,
    onMessage: (message: SipMessage, from: End, to: End, transport: 'udp' | 'tcp', nowMs: number) => void,
  ) {
    this.#epochMs = epochMs;
    this.#onMessage = onMessage;
  }

  get lines(): LadderLine[] {
    return this.#lines;
  }

  datagram(bytes: Uint8Array, from: End, to: End, nowMs: number): void {
    // the body shares memory with the bytes, which are the capture's
    this.take(parseDatagram(Buffer.from(bytes)), from, to, 'udp', nowMs);
  }

  take(message: SipMessage | Fault, from: End, to: End, transport: 'udp' | 'tcp', nowMs: number): void {
    if (message.kind === 'fault' && message.code === 'empty') return;
    const epochMs = this.#epochMs(nowMs);
    if (message.kind !== 'fault') {
      for (const code of message.tolerated ?? [])
        this.findings.add({ code, detail: `in ${wordsOf(message)} from ${hostPort(from)}` }, epochMs);
      this.#onMessage(message, from, to, transport, nowMs);
    }
    if (this.#lines.length >= MAX_LADDER_LINES) {
      this.omitted += 1;
      return;
    }
    this.#lines.push({
      at: isoTime(epochMs) ?? '',
      ms: Math.round(nowMs * 1000) / 1000,
      from: hostPort(from),
      to: hostPort(to),
      transport,
      what: message.kind === 'fault' ? `no SIP: ${message.detail}` : wordsOf(message),
      callId: message.kind === 'fault' ? null : callIdOf(message),
    });
  }
}

/** `INVITE`, `MESSAGE Keepalive`, `200 OK (INVITE)`. */
function wordsOf(message: SipMessage): string {
  if (message.kind === 'response') {
    const method = cseqOf(message)?.method ?? '?';
    return `${message.status} ${message.reason.slice(0, 40)} (${method})`;
  }
  const command = /<CmdType>\s*(\w{1,32})\s*<\/CmdType>/.exec(Buffer.from(message.body).toString('latin1'))?.[1];
  return command === undefined ? message.method : `${message.method} ${command}`;
}
