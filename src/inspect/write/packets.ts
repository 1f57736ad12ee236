/**
 * IP packets around bytes that were seen at a socket: headers with right lengths and checksums (RFC 791, 8200, 768, 9293),
 * so that any tool decodes them. What no socket tells (identification, window, sequence numbers) is made up.
 */
import { addressBytes } from '../addresses.ts';

/** Address and port of one end. */
export interface End {
  /** IP address as text. */
  readonly host: string;
  readonly port: number;
}

const UDP = 17;
const TCP = 6;
const SYN = 0x02;
const PSH = 0x08;
const ACK = 0x10;
const HOP_LIMIT = 64;

/** Payload of one made-up TCP segment: with its headers below the 65,535 bytes of an IP packet. */
export const MAX_SEGMENT_BYTES = 60_000;

/** One datagram as an IP packet; null when the ends are no addresses or the payload fits no packet. */
export function udpPacket(from: End, to: End, payload: Uint8Array): Buffer | null {
  const length = 8 + payload.length;
  const packet = ipPacket(from, to, UDP, length);
  if (packet === null) return null;
  const at = packet.length - length;
  packet.writeUInt16BE(from.port, at);
  packet.writeUInt16BE(to.port, at + 2);
  packet.writeUInt16BE(length, at + 4);
  packet.set(payload, at + 8);
  // 0 would say "not computed" (RFC 768)
  packet.writeUInt16BE(transportChecksum(packet, at, UDP) || 0xffff, at + 6);
  return packet;
}

/** One TCP connection as packets: a handshake before its first bytes, then segments in order, each acknowledging what came from the other end. */
export class TcpTalk {
  readonly #opener: End;
  readonly #listener: End;
  /** Next sequence number of each end; every talk begins at 0, before its SYN. */
  #openerNext = 0;
  #listenerNext = 0;
  #isOpen = false;

  constructor(opener: End, listener: End) {
    this.#opener = opener;
    this.#listener = listener;
  }

  /** The packets that carry these bytes; none when an end is no address. */
  packets(fromOpener: boolean, bytes: Uint8Array): Buffer[] {
    const out: (Buffer | null)[] = [];
    const nothing = new Uint8Array(0);
    if (!this.#isOpen) {
      out.push(this.#segment(true, SYN, nothing));
      this.#openerNext = 1;
      out.push(this.#segment(false, SYN | ACK, nothing));
      this.#listenerNext = 1;
      out.push(this.#segment(true, ACK, nothing));
      this.#isOpen = true;
    }
    for (let at = 0; at < bytes.length; at += MAX_SEGMENT_BYTES) {
      const piece = bytes.subarray(at, at + MAX_SEGMENT_BYTES);
      out.push(this.#segment(fromOpener, PSH | ACK, piece));
      if (fromOpener) this.#openerNext = (this.#openerNext + piece.length) >>> 0;
      else this.#listenerNext = (this.#listenerNext + piece.length) >>> 0;
    }
    return out.filter((packet) => packet !== null);
  }

  #segment(fromOpener: boolean, flags: number, payload: Uint8Array): Buffer | null {
    const [from, to] = fromOpener ? [this.#opener, this.#listener] : [this.#listener, this.#opener];
    const [sequence, acknowledged] = fromOpener
      ? [this.#openerNext, this.#listenerNext]
      : [this.#listenerNext, this.#openerNext];
    const length = 20 + payload.length;
    const packet = ipPacket(from, to, TCP, length);
    if (packet === null) return null;
    const at = packet.length - length;
    packet.writeUInt16BE(from.port, at);
    packet.writeUInt16BE(to.port, at + 2);
    packet.writeUInt32BE(sequence, at + 4);
    packet.writeUInt32BE((flags & ACK) === 0 ? 0 : acknowledged, at + 8);
    packet[at + 12] = 5 << 4;
    packet[at + 13] = flags;
    packet.writeUInt16BE(0xffff, at + 14);
    packet.set(payload, at + 20);
    packet.writeUInt16BE(transportChecksum(packet, at, TCP), at + 16);
    return packet;
  }
}

/** An IP header and room for what follows it. */
function ipPacket(from: End, to: End, protocol: number, length: number): Buffer | null {
  const source = addressBytes(from.host);
  const target = addressBytes(to.host);
  if (source === null || target === null || source.length !== target.length) return null;
  if (source.length === 4) {
    if (20 + length > 0xffff) return null;
    const packet = Buffer.alloc(20 + length);
    packet[0] = 0x45;
    packet.writeUInt16BE(packet.length, 2);
    packet[8] = HOP_LIMIT;
    packet[9] = protocol;
    packet.set(source, 12);
    packet.set(target, 16);
    packet.writeUInt16BE(folded(sum(packet, 0, 20)), 10);
    return packet;
  }
  if (length > 0xffff) return null;
  const packet = Buffer.alloc(40 + length);
  packet[0] = 0x60;
  packet.writeUInt16BE(length, 4);
  packet[6] = protocol;
  packet[7] = HOP_LIMIT;
  packet.set(source, 8);
  packet.set(target, 24);
  return packet;
}

/** Over the pseudo header (addresses, length, protocol) and everything from `at` on (RFC 9293 3.1, RFC 8200 8.1). */
function transportChecksum(packet: Buffer, at: number, protocol: number): number {
  const addresses = packet[0] === 0x45 ? sum(packet, 12, 20) : sum(packet, 8, 40);
  return folded(addresses + protocol + (packet.length - at) + sum(packet, at, packet.length));
}

/** Sum of 16-bit words; an odd last byte is the upper half of a word. Below 2^33 for the longest packet. */
function sum(bytes: Uint8Array, from: number, to: number): number {
  let total = 0;
  for (let at = from; at + 1 < to; at += 2) total += (bytes[at]! << 8) | bytes[at + 1]!;
  if (((to - from) & 1) === 1) total += bytes[to - 1]! << 8;
  return total;
}

function folded(total: number): number {
  let value = total;
  while (value > 0xffff) value = (value & 0xffff) + Math.floor(value / 0x10000);
  return ~value & 0xffff;
}
