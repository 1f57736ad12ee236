import { Headers } from '../sip/wire/headers.ts';
import { callIdOf, cseqOf, NO_BODY, type SipMessage, type SipRequest, type SipResponse } from '../sip/wire/message.ts';
import { isNoted, type NoteHash, readNote, withNote } from '../sip/wire/note.ts';
import { serialize } from '../sip/wire/serialize.ts';
import { parseUri, type SipUri, sipUri } from '../sip/wire/uri.ts';
import { ownVia, parseVia, viaAsReceived } from '../sip/wire/via.ts';
import { beijingTime } from './answers.ts';
import type { Behaviour } from './behaviour.ts';
import { hexToken, type Random } from './random.ts';
import type { Address, SipLink } from './sip-link.ts';
import type { Clockwork, Moment } from './wheel.ts';

/** A request of ours, apart from what every request has. */
export interface Asking {
  readonly method: string;
  readonly uri: SipUri;
  /** Whole header values. */
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  readonly headers?: Iterable<readonly [string, string]>;
  readonly contentType?: string;
  readonly body?: Uint8Array;
  /** Gives up after this; default timer F. */
  readonly timeoutMs?: number;
  /** Where to; default the server. */
  readonly target?: Address;
  /** How often it goes out at once; default 1. */
  readonly copies?: number;
}

export interface AgentOptions {
  readonly id: string;
  readonly server: () => Address;
  readonly wheel: Clockwork;
  readonly random: Random;
  readonly behaviour: Behaviour;
  /** Puts a signalling digest on what it says, and looks at what it is told. */
  readonly note?: { readonly hash: NoteHash; readonly seed: string } | null;
  readonly onRequest: (request: SipRequest, from: Address) => void;
}

interface Waiting {
  readonly bytes: Buffer;
  readonly target: Address;
  readonly settle: (response: SipResponse | null) => void;
  readonly deadline: Moment;
  again: Moment | null;
  gapMs: number;
}

/** RFC 3261 17.1.2.2: timers E and F of requests other than INVITE. */
const T1_MS = 500;
const T2_MS = 4000;
const TIMER_F_MS = 32_000;
/** Answers kept for retransmitted requests. A platform has a handful of requests to one camera in flight. */
const REMEMBERED_ANSWERS = 64;

/** What cameras call themselves. */
const USER_AGENT = 'IP Camera';
/** RFC 3261 20.5. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, INFO, SUBSCRIBE';

/**
 * The SIP user agent of one simulated device: sends requests until they are answered, answers to where a request came from and
 * repeats the same answer to a retransmission. It is the other side of the project's own SIP stack and shares its message format only.
 */
export class SipAgent {
  link: SipLink | null = null;
  /** Messages of the platform with a signalling digest of its password, and without. */
  readonly notes = { good: 0, bad: 0 };
  readonly #o: AgentOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #answers = new Map<string, Buffer>();

  constructor(o: AgentOptions) {
    this.#o = o;
  }

  token(length = 12): string {
    return hexToken(this.#o.random, length);
  }

  /** Where the device wants to be reached. */
  contact(user: string = this.#o.id): string {
    const local = this.link?.local ?? { host: '0.0.0.0', port: 0 };
    return `<sip:${user}@${this.#o.behaviour.contactHost ?? local.host}:${local.port}>`;
  }

  /** The final response; null when none came in time or the connection is gone. */
  ask(asking: Asking): Promise<SipResponse | null> {
    const link = this.link;
    if (link === null) return Promise.resolve(null);
    const bytes = this.#compose(asking, link);
    const target = asking.target ?? this.#o.server();
    const key = `${asking.callId} ${asking.cseq} ${asking.method}`;
    return new Promise((resolve) => {
      const settle = (response: SipResponse | null) => {
        if (!this.#waiting.delete(key)) return;
        entry.again?.cancel();
        entry.deadline.cancel();
        resolve(response);
      };
      const deadline = this.#o.wheel.after(asking.timeoutMs ?? TIMER_F_MS, () => settle(null));
      const entry: Waiting = { bytes, target, settle, deadline, again: null, gapMs: T1_MS };
      this.#waiting.set(key, entry);
      if (!link.send(bytes, target)) settle(null);
      else for (let copy = 1; copy < (asking.copies ?? 1); copy++) link.send(bytes, target);
      if (link.transport === 'udp' && this.#waiting.get(key) === entry) this.#repeat(entry);
    });
  }

  /** Sends a request that nobody answers: the ACK of a 2xx. */
  say(asking: Asking): void {
    if (this.link !== null) this.link.send(this.#compose(asking, this.link), asking.target ?? this.#o.server());
  }

  #compose(asking: Asking, link: SipLink): Buffer {
    const headers = Headers.of([
      [
        'Via',
        ownVia(link.transport, this.#o.behaviour.viaHost ?? link.local.host, link.local.port, `z9hG4bK${this.token()}`),
      ],
      ['From', asking.from],
      ['To', asking.to],
      ['Call-ID', asking.callId],
      ['CSeq', `${asking.cseq} ${asking.method}`],
      ...(asking.headers ?? []),
      ['Max-Forwards', '70'],
      ['User-Agent', USER_AGENT],
    ]);
    this.#addContentType(headers, asking.contentType);
    const request: SipRequest = {
      kind: 'request',
      method: asking.method,
      uri: asking.uri,
      headers,
      body: asking.body ?? NO_BODY,
    };
    return this.#bytes(request);
  }

  #repeat(entry: Waiting): void {
    entry.again = this.#o.wheel.after(entry.gapMs, () => {
      this.link?.send(entry.bytes, entry.target);
      entry.gapMs = Math.min(entry.gapMs * 2, T2_MS);
      this.#repeat(entry);
    });
  }

  /** Sends an answer to where the request came from and remembers it for retransmissions. Returns its bytes. */
  answer(
    request: SipRequest,
    from: Address,
    status: number,
    reason: string,
    more: {
      toTag?: string | null;
      headers?: Iterable<readonly [string, string]>;
      contentType?: string;
      body?: Uint8Array;
    } = {},
  ): Buffer {
    const headers = new Headers();
    const vias = request.headers.all('Via');
    for (const [index, via] of this.#o.behaviour.viaInAnswers ? vias.entries() : [])
      headers.add('Via', index === 0 ? viaAsReceived(via, from.host, from.port) : via);
    headers.add('From', request.headers.get('From') ?? '');
    const to = request.headers.get('To') ?? '';
    const tag = more.toTag === undefined ? this.token() : more.toTag;
    headers.add('To', status === 100 || tag === null || /;\s*tag=/i.test(to) ? to : `${to};tag=${tag}`);
    headers.add('Call-ID', callIdOf(request));
    headers.add('CSeq', request.headers.get('CSeq') ?? '');
    for (const [name, value] of more.headers ?? []) headers.add(name, value);
    headers.add('User-Agent', USER_AGENT);
    this.#addContentType(headers, more.contentType);
    const bytes = this.#bytes({ kind: 'response', status, reason, headers, body: more.body ?? NO_BODY });
    this.link?.send(bytes, from);
    if (status >= 200 && request.method !== 'INVITE') this.#remember(request, bytes);
    return bytes;
  }

  /** One message off the socket. */
  receive(message: SipMessage, from: Address): void {
    if (!this.#looksAtNote(message)) return;
    if (message.kind === 'response') {
      const cseq = cseqOf(message);
      if (message.status >= 200 && cseq !== null)
        this.#waiting.get(`${callIdOf(message)} ${cseq.number} ${cseq.method}`)?.settle(message);
      return;
    }
    const answered = this.#answers.get(keyOf(message));
    if (answered !== undefined) this.link?.send(answered, from);
    else this.#o.onRequest(message, from);
  }

  /** Whether it is taken: without a good digest it is not. */
  #looksAtNote(message: SipMessage): boolean {
    const { note = null } = this.#o;
    if (note === null || !isNoted(message)) return true;
    const isGood = !('wrong' in readNote(message, note.seed));
    this.notes[isGood ? 'good' : 'bad'] += 1;
    return isGood;
  }

  /** Every request still open fails now. */
  abandon(): void {
    for (const entry of [...this.#waiting.values()]) entry.settle(null);
  }

  #remember(request: SipRequest, bytes: Buffer): void {
    const oldest = this.#answers.keys().next();
    if (this.#answers.size >= REMEMBERED_ANSWERS && oldest.done !== true) this.#answers.delete(oldest.value);
    this.#answers.set(keyOf(request), bytes);
  }

  #addContentType(headers: Headers, type: string | undefined): void {
    const { contentType } = this.#o.behaviour;
    if (type !== undefined && contentType !== 'none')
      headers.add('Content-Type', contentType === 'other' ? 'text/plain' : type);
  }

  #bytes(plain: SipMessage): Buffer {
    const { note = null } = this.#o;
    const { contentLength, oddHeaders } = this.#o.behaviour;
    const isSealed = note !== null && isNoted(plain);
    const form = { hash: note?.hash ?? 'SM3', encoding: 'base64', parts: 'values' } as const;
    const message = isSealed ? withNote(plain, { date: beijingTime(Date.now()), seed: note.seed, form }) : plain;
    const bytes = contentLength === 'right' ? serialize(message) : miscounted(serialize(message), contentLength);
    return oddHeaders ? oddly(bytes) : bytes;
  }
}

function keyOf(request: SipRequest): string {
  const branch = parseVia(request.headers.get('Via') ?? '')?.params.get('branch') ?? '';
  return `${branch} ${callIdOf(request)} ${request.headers.get('CSeq')}`;
}

/** The URI of a Contact, or a plain one when it cannot be read. */
export function targetOf(contact: string | undefined, user: string, address: Address): SipUri {
  const inside = /<([^>]*)>/.exec(contact ?? '')?.[1] ?? contact?.split(';')[0];
  return parseUri(inside ?? '') ?? sipUri(user, address.host, address.port);
}

const COMPACT: Record<string, string> = {
  via: 'v',
  from: 'f',
  to: 't',
  'call-id': 'i',
  contact: 'm',
  'content-type': 'c',
  'content-length': 'l',
};

/** How far a wrong Content-Length is off. */
const MISCOUNT = 12;

/** SIP-6: without Content-Length, or with one that is wrong where there is a body. */
function miscounted(bytes: Buffer, how: 'none' | 'short' | 'long'): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, end);
  const length = Number(/\r\nContent-Length: (\d+)/.exec(head)?.[1] ?? 0);
  if (how !== 'none' && length === 0) return bytes;
  const wrong = how === 'none' ? '' : `\r\nContent-Length: ${length + (how === 'short' ? -MISCOUNT : MISCOUNT)}`;
  return Buffer.concat([Buffer.from(head.replace(/\r\nContent-Length: \d+/, wrong), 'latin1'), bytes.subarray(end)]);
}

/** SIP-9: compact names, blanks before and after the colon. */
function oddly(bytes: Buffer): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const odd = lines.map((line) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    return `${COMPACT[name.toLowerCase()] ?? name.toUpperCase()} :   ${line.slice(colon + 1).trim()}`;
  });
  return Buffer.concat([Buffer.from([first, ...odd].join('\r\n'), 'latin1'), bytes.subarray(end)]);
}
