import { writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';

/** One datagram, or a piece of one TCP connection, in the order of time. */
export interface SeenPacket {
  readonly bytes: Uint8Array;
  readonly from: { readonly host: string; readonly port: number };
  readonly to: { readonly host: string; readonly port: number };
  /** Wall clock. */
  readonly epochMs: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
}

/** Packets start with their IPv4 header. */
const LINKTYPE_RAW = 101;
const MAX_SEGMENT_BYTES = 65_000;

/**
 * Writes a pcap file that tshark reads: IPv4, UDP and TCP headers are made up around what was seen, with TCP handshakes
 * and sequence numbers, so that messages over several segments are put together. IPv4 only.
 */
export function writeSipPcap(path: string, packets: readonly SeenPacket[]): void {
  writeFileSync(path, sipPcap(packets));
}

/** The file as bytes. */
export function sipPcap(packets: readonly SeenPacket[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16); // the longest record
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  const parts: Buffer[] = [header];
  const nextSequence = new Map<string, number>();
  for (const packet of packets) {
    if (packet.transport === 'udp') {
      parts.push(...record(packet, 17, udpHeader(packet), packet.bytes));
      continue;
    }
    for (let at = 0; at < packet.bytes.length; at += MAX_SEGMENT_BYTES) {
      const piece = packet.bytes.subarray(at, at + MAX_SEGMENT_BYTES);
      parts.push(...tcpRecords(packet, piece, nextSequence));
    }
  }
  return Buffer.concat(parts);
}

/** A segment, with the handshake before the first of its connection. */
function tcpRecords(packet: SeenPacket, piece: Uint8Array, nextSequence: Map<string, number>): Buffer[] {
  const there = flow(packet.from, packet.to);
  const back = flow(packet.to, packet.from);
  const parts: Buffer[] = [];
  if (!nextSequence.has(there)) {
    const reply = { ...packet, from: packet.to, to: packet.from };
    parts.push(...record(packet, 6, tcpHeader(packet, 0, 0, SYN), NOTHING));
    parts.push(...record(reply, 6, tcpHeader(reply, 0, 1, SYN | ACK), NOTHING));
    nextSequence.set(there, 1).set(back, 1);
  }
  const sequence = nextSequence.get(there) ?? 1;
  parts.push(...record(packet, 6, tcpHeader(packet, sequence, nextSequence.get(back) ?? 1, PSH | ACK), piece));
  nextSequence.set(there, (sequence + piece.length) >>> 0);
  return parts;
}

const NOTHING = new Uint8Array(0);
const SYN = 0x02;
const PSH = 0x08;
const ACK = 0x10;

function flow(from: SeenPacket['from'], to: SeenPacket['to']): string {
  return `${from.host}:${from.port}>${to.host}:${to.port}`;
}

function udpHeader(packet: SeenPacket): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(packet.from.port, 0);
  header.writeUInt16BE(packet.to.port, 2);
  header.writeUInt16BE(8 + packet.bytes.length, 4);
  return header; // checksum 0: not computed, which IPv4 allows
}

function tcpHeader(packet: SeenPacket, sequence: number, acknowledged: number, flags: number): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(packet.from.port, 0);
  header.writeUInt16BE(packet.to.port, 2);
  header.writeUInt32BE(sequence, 4);
  header.writeUInt32BE(acknowledged, 8);
  header[12] = 5 << 4;
  header[13] = flags;
  header.writeUInt16BE(0xffff, 14);
  return header; // tshark does not check the TCP checksum unless told
}

function record(packet: SeenPacket, protocol: number, transport: Buffer, payload: Uint8Array): Buffer[] {
  const length = 20 + transport.length + payload.length;
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(length, 2);
  ip[8] = 64;
  ip[9] = protocol;
  ip.set(octets(packet.from.host), 12);
  ip.set(octets(packet.to.host), 16);
  ip.writeUInt16BE(checksum(ip), 10);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Math.floor(packet.epochMs / 1000), 0);
  head.writeUInt32LE(Math.floor((packet.epochMs % 1000) * 1000), 4);
  head.writeUInt32LE(length, 8);
  head.writeUInt32LE(length, 12);
  return [head, ip, transport, Buffer.from(payload)];
}

function octets(host: string): number[] {
  if (!isIPv4(host)) throw new TypeError(`${host} is no IPv4 address`);
  return host.split('.').map(Number);
}

function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
