/** Capture files and packets by hand, for readers: shares nothing with the project's own writer. */

export interface FileKind {
  readonly little?: boolean;
  readonly nanoseconds?: boolean;
}

export interface TimedFrame {
  readonly epochMs: number;
  readonly frame: Buffer;
  /** On the wire, when the capture kept less. */
  readonly wireBytes?: number;
}

/** A pcap of these frames. */
export function pcap(linkType: number, frames: readonly TimedFrame[], kind: FileKind = {}): Buffer {
  const { little = true, nanoseconds = false } = kind;
  const head = Buffer.alloc(24);
  const u32 = writer(little);
  u32(head, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  u32(head, 262_144, 16);
  u32(head, linkType, 20);
  const parts: Buffer[] = [head];
  for (const { epochMs, frame, wireBytes } of frames) {
    const record = Buffer.alloc(16);
    u32(record, Math.floor(epochMs / 1000), 0);
    u32(record, Math.round((epochMs % 1000) * (nanoseconds ? 1_000_000 : 1000)), 4);
    u32(record, frame.length, 8);
    u32(record, wireBytes ?? frame.length, 12);
    parts.push(record, frame);
  }
  return Buffer.concat(parts);
}

/** One block of a pcapng. */
export function block(type: number, body: Buffer, little = true): Buffer {
  const u32 = writer(little);
  const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
  const out = Buffer.alloc(12 + padded.length);
  u32(out, type, 0);
  u32(out, out.length, 4);
  padded.copy(out, 8);
  u32(out, out.length, out.length - 4);
  return out;
}

export function section(little = true): Buffer {
  const body = Buffer.alloc(16, 0xff);
  writer(little)(body, 0x1a2b3c4d, 0);
  if (little) body.writeUInt32LE(1, 4);
  else body.writeUInt32BE(0x00010000, 4);
  return block(0x0a0d0d0a, body, little);
}

/** `options`: code and value, as they stand in the block. */
export function interfaceBlock(
  linkType: number,
  options: readonly (readonly [number, Buffer])[] = [],
  little = true,
  snapBytes = 0,
): Buffer {
  const fixed = Buffer.alloc(8);
  if (little) fixed.writeUInt16LE(linkType, 0);
  else fixed.writeUInt16BE(linkType, 0);
  writer(little)(fixed, snapBytes, 4);
  const parts: Buffer[] = [fixed];
  for (const [code, value] of options) {
    const head = Buffer.alloc(4);
    if (little) head.writeUInt16LE(code, 0);
    else head.writeUInt16BE(code, 0);
    if (little) head.writeUInt16LE(value.length, 2);
    else head.writeUInt16BE(value.length, 2);
    parts.push(head, value, Buffer.alloc(-value.length & 3));
  }
  if (options.length > 0) parts.push(Buffer.alloc(4));
  return block(1, Buffer.concat(parts), little);
}

/** Enhanced packet block; `time` in units of the interface. */
export function enhanced(iface: number, time: bigint, frame: Buffer, little = true): Buffer {
  const head = Buffer.alloc(20);
  const u32 = writer(little);
  u32(head, iface, 0);
  u32(head, Number(time >> 32n), 4);
  u32(head, Number(time & 0xffffffffn), 8);
  u32(head, frame.length, 12);
  u32(head, frame.length, 16);
  return block(6, Buffer.concat([head, frame]), little);
}

function writer(little: boolean) {
  return (bytes: Buffer, value: number, at: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
}

/** `a.b.c.d:port` */
export type Address = `${string}:${number}`;

const partsOf = (address: Address): [number[], number] => {
  const [host = '', port = ''] = address.split(':');
  return [host.split('.').map(Number), Number(port)];
};

export function udp(from: Address, to: Address, payload: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(partsOf(from)[1], 0);
  head.writeUInt16BE(partsOf(to)[1], 2);
  head.writeUInt16BE(8 + payload.length, 4);
  return ipv4(from, to, 17, Buffer.concat([head, payload]));
}

export function tcp(from: Address, to: Address, sequence: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(partsOf(from)[1], 0);
  head.writeUInt16BE(partsOf(to)[1], 2);
  head.writeUInt32BE(sequence >>> 0, 4);
  head[12] = 5 << 4;
  head[13] = flags;
  return ipv4(from, to, 6, Buffer.concat([head, payload]));
}

/** `fragment`: id, offset in bytes, more to come. */
export function ipv4(
  from: Address,
  to: Address,
  protocol: number,
  payload: Buffer,
  fragment: readonly [number, number, boolean] = [0, 0, false],
): Buffer {
  const head = Buffer.alloc(20);
  head[0] = 0x45;
  head.writeUInt16BE(20 + payload.length, 2);
  head.writeUInt16BE(fragment[0], 4);
  head.writeUInt16BE(fragment[1] / 8 + (fragment[2] ? 0x2000 : 0), 6);
  head[8] = 64;
  head[9] = protocol;
  head.set(partsOf(from)[0], 12);
  head.set(partsOf(to)[0], 16);
  return Buffer.concat([head, payload]);
}

export function ethernet(type: number, payload: Buffer, tags: readonly number[] = []): Buffer {
  const head = Buffer.alloc(12);
  const tagged = tags.flatMap((tag) => [tag >> 8, tag & 0xff, 0, 1]);
  return Buffer.concat([head, Buffer.from([...tagged, type >> 8, type & 0xff]), payload]);
}
