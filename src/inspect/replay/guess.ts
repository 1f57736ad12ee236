/** RTP that no SIP announces: believed by its numbers. Sans-IO, bounded. */
import { Deframer } from '../../media/ingest/rfc4571.ts';
import { isRtcp, RTP_HEADER_BYTES, sequenceOf, ssrcOf } from '../../media/ingest/rtp.ts';

/** Packets of one SSRC whose numbers follow each other: by chance once in 2^96. */
export const PROOF_PACKETS = 4;
/** Flows looked at at a time; the one that began first is forgotten. */
export const MAX_FLOWS = 4096;
/** A flow that has not proved itself in so many packets never will. */
export const MAX_TRIES = 256;
/** Start of a TCP stream that is kept for the proof: three packets of the largest size and their headers. */
export const MAX_TCP_PROOF_BYTES = 256 * 1024;

interface Flow {
  ssrc: number;
  next: number;
  packets: Buffer[];
  tries: number;
}

export class UdpGuess {
  readonly #flows = new Map<string, Flow>();

  /** One datagram of a flow. When it completes the proof: the SSRC and all packets of the proof, in order. */
  datagram(flowKey: string, packet: Uint8Array): { ssrc: number; packets: readonly Buffer[] } | null {
    if (packet.length < RTP_HEADER_BYTES || (packet[0]! & 0xc0) !== 0x80 || isRtcp(packet)) return null;
    let flow = this.#flows.get(flowKey);
    if (flow === undefined) {
      if (this.#flows.size >= MAX_FLOWS) this.#flows.delete(this.#flows.keys().next().value!);
      flow = { ssrc: -1, next: 0, packets: [], tries: 0 };
      this.#flows.set(flowKey, flow);
    }
    flow.tries += 1;
    if (flow.tries > MAX_TRIES) return null;
    const ssrc = ssrcOf(packet);
    if (ssrc !== flow.ssrc || sequenceOf(packet) !== flow.next) flow.packets = [];
    flow.ssrc = ssrc;
    flow.next = (sequenceOf(packet) + 1) & 0xffff;
    flow.packets.push(Buffer.from(packet));
    if (flow.packets.length < PROOF_PACKETS) return null;
    this.#flows.delete(flowKey);
    return { ssrc, packets: flow.packets };
  }
}

/** SSRC of a stream whose first bytes are these, when they are RTP in RFC 4571 or interleaved framing; null: not proved (yet). */
export function tcpProof(start: Uint8Array): number | null {
  let proved: number | null = null;
  let run = 0;
  let ssrc = -1;
  let next = -1;
  const deframer = new Deframer((packet) => {
    if (packet.length < RTP_HEADER_BYTES || isRtcp(packet)) return;
    const follows = ssrcOf(packet) === ssrc && sequenceOf(packet) === next;
    run = follows ? run + 1 : 1;
    ssrc = ssrcOf(packet);
    next = (sequenceOf(packet) + 1) & 0xffff;
    if (run >= PROOF_PACKETS) proved = ssrc;
  });
  deframer.push(start);
  return proved;
}
