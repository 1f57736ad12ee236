import { u32 } from '../media/mp4/boxes.ts';

/** Boxes of ISO/IEC 14496-12 as they lie in a file: what only recordings write, and walking them. */

/** A 64-bit number; exact up to 2^53. */
export function u64(value: number): Uint8Array {
  return u32(Math.floor(value / 2 ** 32), value % 2 ** 32);
}

/** Unused room in a file: `size` bytes (8 or more), header included. */
export function free(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32BE(size);
  bytes.write('free', 4, 'latin1');
  return bytes;
}

/** Header of an `mdat` with a 64-bit size (16 bytes), `size` bytes with the header. */
export function mdatHeader64(size: number): Buffer {
  return Buffer.concat([u32(1), Buffer.from('mdat', 'latin1'), u64(size)]);
}

/** Header of a box as it lies in a file. */
export interface BoxHeader {
  readonly type: string;
  /** Bytes of the header: 8 or 16. */
  readonly headerBytes: number;
  /** Bytes of the whole box; 0: up to the end of the file. */
  readonly size: number;
}

/** The box header at `offset`, or null when the bytes hold none (too few, or a size smaller than the header). */
export function readBoxHeader(bytes: Uint8Array, offset: number): BoxHeader | null {
  if (offset + 8 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
  const size = view.getUint32(0);
  const type = String.fromCharCode(bytes[offset + 4]!, bytes[offset + 5]!, bytes[offset + 6]!, bytes[offset + 7]!);
  if (size !== 1) return size !== 0 && size < 8 ? null : { type, headerBytes: 8, size };
  if (offset + 16 > bytes.length) return null;
  const large = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
  return large < 16 || large > Number.MAX_SAFE_INTEGER ? null : { type, headerBytes: 16, size: large };
}

/** The boxes inside a box's payload that lie whole in it, in order; stops at the first that does not. */
export function* childBoxes(payload: Uint8Array): Generator<{ type: string; payload: Uint8Array; box: Uint8Array }> {
  for (let at = 0; at < payload.length; ) {
    const header = readBoxHeader(payload, at);
    if (header === null) return;
    const size = header.size === 0 ? payload.length - at : header.size;
    if (at + size > payload.length) return;
    const whole = payload.subarray(at, at + size);
    yield { type: header.type, payload: whole.subarray(header.headerBytes), box: whole };
    at += size;
  }
}

/** The first box at a path of types (`mdia`, `minf`, `stbl`), or null. */
export function findBox(payload: Uint8Array, ...path: string[]): { payload: Uint8Array; box: Uint8Array } | null {
  let found: { payload: Uint8Array; box: Uint8Array } | null = null;
  for (const type of path) {
    found = null;
    for (const child of childBoxes(payload)) {
      if (child.type !== type) continue;
      found = child;
      break;
    }
    if (found === null) return null;
    payload = found.payload;
  }
  return found;
}
