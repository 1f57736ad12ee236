/** Blocks of a pcapng file (draft-ietf-opsawg-pcapng), little endian, one interface whose packets begin with their IP header. */

/** LINKTYPE_RAW: IPv4 or IPv6 by its version. */
const LINK_RAW = 101;
const COMMENT = 1;
const USER_APPLICATION = 4;
const TIME_RESOLUTION = 9;
const MICROSECONDS = 6;

/** What a capture begins with: section header with a comment, and the interface; times are microseconds. */
export function captureHead(application: string, comment: string): Buffer {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(0x1a2b3c4d, 0);
  section.writeUInt16LE(1, 4);
  section.writeBigInt64LE(-1n, 8); // length of the section: not known
  const link = Buffer.alloc(8);
  link.writeUInt16LE(LINK_RAW, 0);
  return Buffer.concat([
    block(0x0a0d0d0a, [section, option(COMMENT, comment), option(USER_APPLICATION, application), END_OF_OPTIONS]),
    block(1, [link, option(TIME_RESOLUTION, Uint8Array.of(MICROSECONDS)), END_OF_OPTIONS]),
  ]);
}

/** One packet (Enhanced Packet Block). */
export function packetBlock(epochMs: number, packet: Uint8Array): Buffer {
  const head = Buffer.alloc(20);
  const microseconds = Math.round(epochMs * 1000);
  head.writeUInt32LE(Math.floor(microseconds / 2 ** 32), 4);
  head.writeUInt32LE(microseconds % 2 ** 32, 8);
  head.writeUInt32LE(packet.length, 12);
  head.writeUInt32LE(packet.length, 16);
  return block(6, [head, packet]);
}

const END_OF_OPTIONS = Buffer.alloc(4);

function option(code: number, value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value);
  const out = Buffer.alloc(4 + padded(bytes.length));
  out.writeUInt16LE(code, 0);
  out.writeUInt16LE(bytes.length, 2);
  bytes.copy(out, 4);
  return out;
}

function block(type: number, parts: readonly Uint8Array[]): Buffer {
  const body = parts.reduce((sum, part) => sum + part.length, 0);
  const length = 12 + padded(body);
  const out = Buffer.alloc(length);
  out.writeUInt32LE(type, 0);
  out.writeUInt32LE(length, 4);
  let at = 8;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  out.writeUInt32LE(length, length - 4);
  return out;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
