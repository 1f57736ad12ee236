/**
 * What the edges of a call tolerate, named by its code. Counters are compared now and then, so that a flood of
 * deviations costs one finding a second and no call per packet.
 */
import type { Finding } from './frame.ts';
import type { FramingCounts } from './ingest/connections.ts';
import { misspelt, type PeerLock } from './ingest/peer.ts';
import type { ReceiverReports } from './ingest/rtcp.ts';
import { RECEIVE_BUFFER_BYTES } from './ingest/udp.ts';

/** Least time between two looks. */
const LOOK_MS = 1000;

/** What no Ethernet frame holds: such a datagram came in fragments (RTP-15). */
export const MAX_WHOLE_DATAGRAM = 1472;

/** What some receivers refuse over TCP (TCP-6). */
export const MAX_USUAL_FRAME = 10 * 1024;

/** RTP-2: lost packets a second that look like a buffer that ran over. */
const BURST_LOSS = 8;

/** Counted by the receiver at its sockets. */
export class EdgeCounts {
  /** RTCP on the media port, media on the RTCP port, neither of both. */
  rtcpOnMediaPort = 0;
  mediaOnRtcpPort = 0;
  malformed = 0;
  /** The largest packet so far. */
  largest = 0;
  /** Media packets by datagram though the call is TCP (TCP-15). */
  strayDatagrams = 0;
  /** What the kernel gave for the receive buffer of the media port, bytes. */
  bufferBytes = 0;
  /** `c=` of the answer. */
  answeredHost: string | null = null;

  /** A datagram at one of our ports (the media port is the even one of the pair), and what it turned out to be. */
  sort(transport: string, localPort: number, isMedia: boolean, isRtcp: boolean): void {
    if (transport !== 'udp') {
      if (isMedia) this.strayDatagrams += 1;
    } else if ((localPort & 1) === 1) {
      if (isMedia) this.mediaOnRtcpPort += 1;
    } else if (isRtcp) this.rtcpOnMediaPort += 1;
  }
}

export interface Looked {
  readonly transport: string;
  readonly edges: EdgeCounts;
  readonly peer: PeerLock;
  readonly framing: FramingCounts;
  readonly reports: ReceiverReports;
  /** Connections we closed because they brought nothing. */
  readonly dropped: number;
  /** Packets lost on the way, by the feed. */
  readonly lost: number;
}

export class ReceiverFindings {
  readonly #onFinding: (finding: Finding) => void;
  readonly #said = new Map<string, number>();
  #lookedMs = Number.NEGATIVE_INFINITY;
  #lost = 0;

  constructor(onFinding: (finding: Finding) => void) {
    this.#onFinding = onFinding;
  }

  /** Compares with the look before; says at most one finding a code. */
  look(nowMs: number, looked: Looked): void {
    if (nowMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = nowMs;
    const { edges, peer, framing, reports } = looked;
    this.#ssrc(peer);
    this.#grown('SSRC-6', peer.newSsrc, 'another SSRC took over in the middle of the stream');
    this.#grown('SSRC-7', peer.strangersSameAddress, 'another stream from the same address was refused');
    this.#grown('RTP-16', peer.strangers - peer.strangersSameAddress, 'packets of strangers were refused');
    // RTCP beside RTP in a TCP stream is the rule (RFC 4571); on UDP it has the odd port to itself.
    this.#grown('RTP-10', edges.rtcpOnMediaPort, 'RTCP on the media port');
    this.#grown('RTP-10', edges.mediaOnRtcpPort, 'media on the RTCP port');
    this.#grown('RTP-10', edges.malformed, 'packets that are neither RTP nor RTCP');
    this.#grown('RTP-12', reports.malformed, 'RTCP shorter than it says');
    this.#sizes(looked);
    this.#bursts(looked);
    this.#grown('TCP-1', framing.interleaved, 'RTSP interleaved framing instead of RFC 4571');
    this.#grown('TCP-3', framing.headers, 'a private header before the first packet');
    this.#grown('TCP-4', framing.empty, 'frames of length 0');
    this.#grown('TCP-5', framing.resyncs, 'the framing was lost and found again');
    this.#grown('TCP-8', framing.wide, '32-bit lengths instead of RFC 4571');
    this.#grown('TCP-10', looked.dropped, 'connections without media were closed');
    this.#grown('TCP-15', edges.strayDatagrams > 0 ? 1 : 0, 'the media comes by UDP though TCP was agreed');
    if (looked.transport !== 'udp') this.#connection(peer, edges.answeredHost);
  }

  #ssrc({ rank, ssrc, offeredSsrc, answeredSsrc }: PeerLock): void {
    if (rank === null || ssrc === null) return;
    const offer = `the offer said SSRC ${ten(offeredSsrc)}`;
    const media = `the media carries ${ten(ssrc)}`;
    if (ssrc === 0) this.#grown('SSRC-3', 1, `${offer}, ${media}`);
    else if (ssrc !== offeredSsrc && ssrc !== answeredSsrc)
      this.#grown(isMisspelt(ssrc, offeredSsrc, answeredSsrc) ? 'SSRC-10' : 'SSRC-1', 1, `${offer}, ${media}`);
    if (answeredSsrc !== null && answeredSsrc !== 0 && answeredSsrc !== ssrc && answeredSsrc !== offeredSsrc)
      this.#grown('SSRC-4', 1, `the answer said SSRC ${ten(answeredSsrc)}, ${media}`);
  }

  #sizes({ transport, edges }: Looked): void {
    if (transport === 'udp' && edges.largest > MAX_WHOLE_DATAGRAM)
      this.#grown('RTP-15', 1, `datagrams of up to ${edges.largest} bytes`);
    if (transport !== 'udp' && edges.largest > MAX_USUAL_FRAME)
      this.#grown('TCP-6', 1, `packets of up to ${edges.largest} bytes`);
  }

  /** RTP-2: bursts are lost where the kernel's buffer is smaller than asked for. */
  #bursts({ transport, edges, lost }: Looked): void {
    const now = lost - this.#lost;
    this.#lost = lost;
    if (transport !== 'udp' || now < BURST_LOSS || edges.bufferBytes >= RECEIVE_BUFFER_BYTES) return;
    this.#grown(
      'RTP-2',
      lost,
      `${now} packets lost in a second, receive buffer ${edges.bufferBytes} of ${RECEIVE_BUFFER_BYTES} bytes: ` +
        `sysctl -w net.core.rmem_max=${RECEIVE_BUFFER_BYTES}`,
    );
  }

  #connection(peer: PeerLock, answeredHost: string | null): void {
    this.#grown('TCP-9', peer.newPort, 'another connection of the device took over');
    const { address } = peer;
    if (address !== null && answeredHost !== null && address !== answeredHost)
      this.#grown('TCP-16', 1, `the answer says ${answeredHost}, the media comes from ${address}`);
  }

  #grown(code: string, count: number, what: string): void {
    // Several deviations share a code: each is remembered by its words without numbers.
    const key = `${code} ${what.replaceAll(/\d+/g, '')}`;
    const before = this.#said.get(key) ?? 0;
    if (count <= before) return;
    this.#said.set(key, count);
    this.#onFinding({ code, detail: count > 1 ? `${what} (${count})` : what });
  }
}

function isMisspelt(ssrc: number, offered: number, answered: number | null): boolean {
  return misspelt(offered).includes(ssrc) || (answered !== null && misspelt(answered).includes(ssrc));
}

/** As SDP writes it. */
function ten(ssrc: number): string {
  return String(ssrc).padStart(10, '0');
}
