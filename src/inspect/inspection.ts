/**
 * CORRIDOR of captures: one packet of the file on its way to signalling or media.
 *
 *   frame → ip → udp | tcp → sip → calls
 *                          → media of a call, or what looks like it → the live path's receiver and feed
 */

import { isRtcp, RTP_HEADER_BYTES, ssrcOf } from '../media/ingest/rtp.ts';
import { SipStream } from '../sip/wire/stream.ts';
import { IpLayer, type IpPayload } from './read/ip.ts';
import { ipStart, LINK_TYPES, UNKNOWN_LINK } from './read/link.ts';
import { type TcpHalf, TcpStreams } from './read/tcp.ts';
import { type Call, Calls, hostPort } from './replay/calls.ts';
import { MAX_TCP_PROOF_BYTES, tcpProof, UdpGuess } from './replay/guess.ts';
import { Session } from './replay/session.ts';
import { holdsSip, looksLikeSip, Signalling } from './replay/signalling.ts';
import type { StreamKeeper } from './replay/stream-log.ts';
import type { FindingReport, Report } from './report.ts';
import type { End } from './write/packets.ts';

/** Streams of one file: each has the memory of a live stream. */
export const MAX_SESSIONS = 512;
/** Flows of media without signalling that are remembered. */
const MAX_GUESSED = 512;

const TCP = 6;
const UDP = 17;

/** Bytes up to which the start of a TCP stream is looked at with every segment: a SIP message begins within. */
const CLOSE_LOOK_BYTES = 4096;
/** Starts of streams that are not known yet, all together; what comes beyond is passed over. */
const MAX_UNKNOWN_BYTES = 64 * 1024 * 1024;

/** What a TCP stream turned out to carry. `start`: what came before that was known, in pieces. */
type Use =
  | { readonly kind: 'unknown'; readonly start: Buffer[]; length: number; looked: number }
  | { readonly kind: 'sip'; readonly stream: SipStream }
  | { readonly kind: 'media'; readonly session: Session }
  | { readonly kind: 'other' };

export interface InspectionOptions {
  /** Keeps what comes out of stream `number`; null: nobody does. */
  keeper(number: number): StreamKeeper | null;
}

export class Inspection {
  readonly #o: InspectionOptions;
  readonly #ip = new IpLayer((payload) => this.#payload(payload));
  readonly #tcp = new TcpStreams({
    bytes: (half, bytes) => this.#tcpBytes(half, bytes),
    gap: () => {},
    closed: (half) => this.#tcpClosed(half),
  });
  readonly #uses = new Map<TcpHalf, Use>();
  readonly #guess = new UdpGuess();
  readonly #guessed = new Map<string, Session>();
  readonly #calls = new Calls((nowMs) => this.#epochMs(nowMs));
  readonly #signalling = new Signalling(
    (nowMs) => this.#epochMs(nowMs),
    (message, from, to, transport, nowMs) => this.#calls.message(message, from, to, transport, nowMs),
  );
  readonly #sessions: Session[] = [];
  readonly #links = new Set<string>();
  #unknownBytes = 0;
  #packets = 0;
  #startEpochMs: number | null = null;
  #nowMs = 0;
  #unknownLinks = 0;
  #notIp = 0;
  #otherProtocols = 0;
  #omittedStreams = 0;
  /** Datagrams that are neither SIP nor media. */
  #otherDatagrams = 0;

  constructor(options: InspectionOptions) {
    this.#o = options;
  }

  /** One frame of the capture. Times that go back (merged files) stand still. */
  packet(epochMs: number, linkType: number, frame: Uint8Array, wireBytes: number): void {
    this.#packets += 1;
    this.#time(epochMs);
    this.#links.add(LINK_TYPES[linkType] ?? `link type ${linkType}`);
    const at = ipStart(linkType, frame);
    if (at === UNKNOWN_LINK) this.#unknownLinks += 1;
    else if (at < 0) this.#notIp += 1;
    else if (wireBytes > frame.length && frame.length - at < 20) this.#ip.counts.cut += 1;
    else this.#ip.packet(frame, at, this.#nowMs);
  }

  /** One RTP or RTCP packet of a file that knows nothing of lower layers. */
  rtp(epochMs: number, bytes: Uint8Array, to: End): void {
    this.#packets += 1;
    this.#time(epochMs);
    this.#media(bytes, { host: '0.0.0.0', port: 0 }, to);
  }

  /** The file is over. */
  end(): void {
    this.#tcp.end();
    for (const session of this.#sessions) {
      session.advance(this.#nowMs);
      session.end();
    }
  }

  /** What was found, but for the file itself. */
  report(): Pick<
    Report,
    'packets' | 'startedAt' | 'durationMs' | 'links' | 'skipped' | 'sip' | 'calls' | 'streams' | 'findings'
  > {
    const skipped: Record<string, number> = {
      'frames of unknown links': this.#unknownLinks,
      'frames without IP': this.#notIp,
      'malformed packets': this.#ip.counts.malformed + this.#tcp.malformed,
      'packets cut by the snap length': this.#ip.counts.cut,
      'datagrams with missing fragments': this.#ip.counts.incomplete + this.#ip.pending,
      'packets that are neither UDP nor TCP': this.#otherProtocols,
      'datagrams that are neither SIP nor media': this.#otherDatagrams,
      'calls beyond the limit': this.#calls.omitted,
      'streams beyond the limit': this.#omittedStreams,
    };
    for (const [what, count] of Object.entries(skipped)) if (count === 0) delete skipped[what];
    const findings: FindingReport[] = this.#signalling.findings.report();
    return {
      packets: this.#packets,
      startedAt: this.#startEpochMs === null ? null : new Date(this.#startEpochMs).toISOString(),
      durationMs: Math.round(this.#nowMs),
      links: [...this.#links],
      skipped,
      sip: { messages: this.#signalling.lines, omitted: this.#signalling.omitted },
      calls: this.#calls.report(),
      streams: this.#sessions.map((session) => session.report()),
      findings,
    };
  }

  #time(epochMs: number): void {
    // a time no calendar has: a damaged file
    const usable = Math.abs(epochMs) <= 8.64e15 ? epochMs : this.#epochMs(this.#nowMs);
    this.#startEpochMs ??= usable;
    this.#nowMs = Math.max(this.#nowMs, usable - this.#startEpochMs);
    this.#tcp.poll(this.#nowMs);
  }

  #epochMs(nowMs: number): number {
    return (this.#startEpochMs ?? 0) + nowMs;
  }

  #payload({ source, target, protocol, bytes, start, end }: IpPayload): void {
    if (protocol === TCP) this.#tcp.segment(source, target, bytes, start, end);
    else if (protocol !== UDP) this.#otherProtocols += 1;
    else {
      const length = end - start < 8 ? 0 : (bytes[start + 4]! << 8) | bytes[start + 5]!;
      // RFC 768: the length counts the header; 0 stands for a jumbogram, or for a card that was to fill it in
      const to = length === 0 ? end : start + length;
      if (end - start < 8 || to > end || to < start + 8) {
        this.#ip.counts.malformed += 1;
        return;
      }
      const from = { host: source, port: (bytes[start]! << 8) | bytes[start + 1]! };
      this.#datagram(bytes.subarray(start + 8, to), from, {
        host: target,
        port: (bytes[start + 2]! << 8) | bytes[start + 3]!,
      });
    }
  }

  #datagram(bytes: Uint8Array, from: End, to: End): void {
    if (looksLikeSip(bytes)) this.#signalling.datagram(bytes, from, to, this.#nowMs);
    else this.#media(bytes, from, to);
  }

  #media(bytes: Uint8Array, from: End, to: End): void {
    const isRtp = bytes.length >= RTP_HEADER_BYTES && !isRtcp(bytes);
    const call = this.#calls.find(to, isRtp ? ssrcOf(bytes) : null);
    if (call !== null) {
      this.#sessionOf(call, 'udp', to)?.datagram(bytes, from.host, from.port, to.port, this.#nowMs);
      return;
    }
    const key = `${hostPort(from)} ${hostPort(to)}`;
    // RTCP goes between the ports above
    const known =
      this.#guessed.get(key) ??
      this.#guessed.get(`${hostPort({ ...from, port: from.port - 1 })} ${hostPort({ ...to, port: to.port - 1 })}`);
    if (known !== undefined) {
      known.datagram(bytes, from.host, from.port, to.port, this.#nowMs);
      return;
    }
    const proof = this.#guess.datagram(key, bytes);
    if (proof === null) {
      if (!isRtp || (bytes[0]! & 0xc0) !== 0x80) this.#otherDatagrams += 1;
      return;
    }
    const session = this.#open(null, 'udp', proof.ssrc, to);
    if (session === null) return;
    if (this.#guessed.size < MAX_GUESSED) this.#guessed.set(key, session);
    session.answered({ ssrc: proof.ssrc, host: from.host, port: 0, fallbackHost: from.host });
    for (const packet of proof.packets) session.datagram(packet, from.host, from.port, to.port, this.#nowMs);
  }

  #tcpBytes(half: TcpHalf, bytes: Uint8Array): void {
    let use = this.#uses.get(half);
    if (use === undefined || use.kind === 'unknown') {
      const before = use ?? { kind: 'unknown', start: [], length: 0, looked: 0 };
      const length = before.length + bytes.length;
      // Looked at again when there is twice as much of it: segments of one byte must not cost a look each.
      const isLooked = length <= CLOSE_LOOK_BYTES || length >= 2 * before.looked;
      if (!isLooked) {
        this.#keepStart(half, before, bytes);
        return;
      }
      const start = before.start.length === 0 ? Buffer.from(bytes) : Buffer.concat([...before.start, bytes]);
      this.#unknownBytes -= before.length;
      use = this.#useOf(half, start);
      this.#uses.set(half, use);
      if (use.kind === 'unknown') {
        this.#keepStart(half, use, start);
        use.looked = start.length;
        return;
      }
      bytes = start;
    }
    if (use.kind === 'media') use.session.stream(half, bytes, this.#nowMs);
    else if (use.kind === 'sip') {
      const from = { host: half.source, port: half.sourcePort };
      const to = { host: half.target, port: half.targetPort };
      for (const message of use.stream.push(bytes)) this.#signalling.take(message, from, to, 'tcp', this.#nowMs);
    }
  }

  #keepStart(half: TcpHalf, unknown: Use & { kind: 'unknown' }, bytes: Uint8Array): void {
    unknown.start.push(Buffer.from(bytes));
    unknown.length += bytes.length;
    this.#unknownBytes += bytes.length;
    if (this.#unknownBytes <= MAX_UNKNOWN_BYTES) return;
    this.#unknownBytes -= unknown.length;
    this.#uses.set(half, { kind: 'other' });
  }

  #useOf(half: TcpHalf, start: Buffer): Use {
    if (looksLikeSip(start) || holdsSip(start)) return { kind: 'sip', stream: new SipStream() };
    const from = { host: half.source, port: half.sourcePort };
    const to = { host: half.target, port: half.targetPort };
    const passive = this.#calls.find(to, null);
    const call = passive?.transport === 'tcp-passive' ? passive : this.#calls.find(from, null);
    if (call !== null && call.transport !== 'udp') {
      const session = this.#sessionOf(call, 'tcp', to);
      return session === null ? { kind: 'other' } : { kind: 'media', session };
    }
    const ssrc = tcpProof(start);
    if (ssrc !== null) {
      const session = this.#open(null, 'tcp', ssrc, to);
      if (session === null) return { kind: 'other' };
      session.answered({ ssrc, host: from.host, port: 0, fallbackHost: from.host });
      return { kind: 'media', session };
    }
    return start.length > MAX_TCP_PROOF_BYTES
      ? { kind: 'other' }
      : { kind: 'unknown', start: [], length: 0, looked: 0 };
  }

  #tcpClosed(half: TcpHalf): void {
    const use = this.#uses.get(half);
    if (use?.kind === 'media') use.session.closed(half);
    if (use?.kind === 'unknown') this.#unknownBytes -= use.length;
    this.#uses.delete(half);
  }

  #sessionOf(call: Call, transport: 'udp' | 'tcp', to: End): Session | null {
    if (call.session !== null) return call.session;
    if (call.endedBy !== null) return null;
    call.session = this.#open(call.callId, transport, call.offer.ssrc ?? call.answer?.ssrc ?? 0, to);
    const told = Calls.answerOf(call);
    if (told !== null) call.session?.answered(told);
    return call.session;
  }

  #open(callId: string | null, transport: 'udp' | 'tcp', ssrc: number, to: End): Session | null {
    if (this.#sessions.length >= MAX_SESSIONS) {
      this.#omittedStreams += 1;
      return null;
    }
    const number = this.#sessions.length + 1;
    const session = new Session({
      number,
      callId,
      transport,
      ssrc,
      to: hostPort(to),
      startEpochMs: this.#startEpochMs ?? 0,
      keeper: this.#o.keeper(number),
    });
    this.#sessions.push(session);
    return session;
  }
}
