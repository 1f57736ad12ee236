/**
 * What the edges of a call tolerate, named by its code. Counters are compared now and then, so that a flood of
 * deviations costs one finding a second and no call per packet.
 */
import type { Finding } from './frame.ts';
import type { FramingCounts } from './ingest/connections.ts';
import type { PeerLock } from './ingest/peer.ts';

/** Least time between two looks. */
const LOOK_MS = 1000;

export interface Looked {
  readonly receiver: { readonly rtcp: number; readonly malformed: number; readonly transport: string };
  readonly peer: PeerLock;
  readonly framing: FramingCounts;
}

export class ReceiverFindings {
  readonly #onFinding: (finding: Finding) => void;
  readonly #said = new Map<string, number>();
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(onFinding: (finding: Finding) => void) {
    this.#onFinding = onFinding;
  }

  /** Compares with the look before; says at most one finding a code. */
  look(nowMs: number, { receiver, peer, framing }: Looked): void {
    if (nowMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = nowMs;
    const { rank, ssrc } = peer;
    this.#grown('SSRC-1', rank === 1 || rank === 2 ? 1 : 0, `media carries SSRC ${ssrc}, not the agreed one`);
    this.#grown('SSRC-7', peer.strangersSameAddress, 'another stream from the same address was refused');
    this.#grown('RTP-16', peer.strangers - peer.strangersSameAddress, 'packets of strangers were refused');
    // RTCP beside RTP in a TCP stream is the rule (RFC 4571); on UDP the odd port is its place, but sharing is harmless.
    this.#grown('RTP-10', receiver.malformed, 'packets that are neither RTP nor RTCP');
    this.#grown('TCP-1', framing.interleaved, 'RTSP interleaved framing instead of RFC 4571');
    this.#grown('TCP-4', framing.empty, 'frames of length 0');
    this.#grown('TCP-5', framing.resyncs, 'the framing was lost and found again');
  }

  #grown(code: string, count: number, what: string): void {
    const before = this.#said.get(code) ?? 0;
    if (count <= before) return;
    this.#said.set(code, count);
    this.#onFinding({ code, detail: count > 1 ? `${what} (${count})` : what });
  }
}
