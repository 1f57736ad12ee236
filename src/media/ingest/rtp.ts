/**
 * RTP fixed header (RFC 3550 section 5.1), read in place: nothing is copied and nothing is allocated, the
 * caller hands in one header object and reuses it.
 */

/** One parsed header. `payloadStart` and `payloadEnd` are offsets into the packet: CSRC list, extension and padding lie outside. */
export interface RtpHeader {
  marker: boolean;
  /** 7 bits. */
  payloadType: number;
  /** As on the wire, 16 bits. */
  sequence: number;
  /** As on the wire, 32 bits. */
  timestamp: number;
  /** 32 bits, unsigned. */
  ssrc: number;
  payloadStart: number;
  /** ≥ payloadStart; equal when the packet carries nothing (RTP-13: its sequence number still counts). */
  payloadEnd: number;
  /** Sequence number without wrap, set by the reorder stage (see `unwrap`); parsing leaves it as it is. */
  extended: number;
}

/**
 * Why bytes are not an RTP packet: `short` fewer than 12 bytes; `version` not 2; `rtcp` an RTCP packet on the
 * RTP port (RTP-10); `csrc`, `extension`, `padding` reach past the end of the packet.
 */
export type RtpFault = 'short' | 'version' | 'rtcp' | 'csrc' | 'extension' | 'padding';

/** Bytes of the fixed header. */
export const RTP_HEADER_BYTES = 12;

/** A header object to reuse. */
export function emptyRtpHeader(): RtpHeader {
  return {
    marker: false,
    payloadType: 0,
    sequence: 0,
    timestamp: 0,
    ssrc: 0,
    payloadStart: 0,
    payloadEnd: 0,
    extended: 0,
  };
}

/** RTP-10: second byte 200–207 is RTCP (RFC 5761 section 4 reserves the payload types it would shadow). */
export function isRtcp(packet: Uint8Array): boolean {
  return packet.length >= 2 && (packet[0]! & 0xc0) === 0x80 && packet[1]! >= 200 && packet[1]! <= 207;
}

/** SSRC of a packet of at least 12 bytes. */
export function ssrcOf(packet: Uint8Array): number {
  return ((packet[8]! << 24) | (packet[9]! << 16) | (packet[10]! << 8) | packet[11]!) >>> 0;
}

/** Sequence number of a packet of at least 4 bytes. */
export function sequenceOf(packet: Uint8Array): number {
  return (packet[2]! << 8) | packet[3]!;
}

/** Fills `out` and returns null, or returns why the packet is none; `out` is then half written. Never throws. */
export function parseRtp(packet: Uint8Array, out: RtpHeader): RtpFault | null {
  const length = packet.length;
  if (length < RTP_HEADER_BYTES) return 'short';
  const first = packet[0]!;
  const second = packet[1]!;
  if ((first & 0xc0) !== 0x80) return 'version';
  if (second >= 200 && second <= 207) return 'rtcp';
  out.marker = second >= 0x80;
  out.payloadType = second & 0x7f;
  out.sequence = (packet[2]! << 8) | packet[3]!;
  out.timestamp = ((packet[4]! << 24) | (packet[5]! << 16) | (packet[6]! << 8) | packet[7]!) >>> 0;
  out.ssrc = ((packet[8]! << 24) | (packet[9]! << 16) | (packet[10]! << 8) | packet[11]!) >>> 0;
  out.payloadStart = RTP_HEADER_BYTES;
  out.payloadEnd = length;
  // 0x80 is the header of nearly every camera; CSRC, extension and padding are rare (RTP-13).
  return first === 0x80 ? null : optionalParts(packet, first, out);
}

function optionalParts(packet: Uint8Array, first: number, out: RtpHeader): RtpFault | null {
  let start = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  let end = packet.length;
  if (start > end) return 'csrc';
  if ((first & 0x10) !== 0) {
    if (start + 4 > end) return 'extension';
    start += 4 + ((packet[start + 2]! << 8) | packet[start + 3]!) * 4;
    if (start > end) return 'extension';
  }
  if ((first & 0x20) !== 0) {
    // The last byte counts the padding, itself included (RFC 3550 section 5.1); 0 is a writer's bug and cuts nothing.
    end -= end > start ? packet[end - 1]! : 1;
    if (end < start) return 'padding';
  }
  out.payloadStart = start;
  out.payloadEnd = end;
  return null;
}

/**
 * Carries a counter that wraps over its wrap: the value congruent to `value` (mod `modulus`) that lies nearest
 * to `previous`. `modulus` is 2^16 for sequence numbers, 2^32 for RTP timestamps, 2^33 for PTS and SCR. Results
 * may be negative right after the start.
 */
export function unwrap(previous: number, value: number, modulus: number): number {
  const half = modulus / 2;
  let delta = (value - previous) % modulus;
  if (delta >= half) delta -= modulus;
  else if (delta < -half) delta += modulus;
  return previous + delta;
}
