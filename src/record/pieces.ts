/**
 * Boxes of ISO/IEC 14496-12 whose size is known before their bytes are made: the `moov` of a day takes 30 MB as a file
 * and 64 kB of memory at a time.
 */

/** Bytes made at once. */
const PIECE_BYTES = 64 * 1024;

/** So many bytes, made piece by piece; every call makes them anew. */
export interface Pieces {
  readonly size: number;
  make(): Iterable<Uint8Array>;
}

/** Bytes that are there already. */
export function piece(...parts: readonly Uint8Array[]): Pieces {
  const bytes = Buffer.concat(parts);
  return { size: bytes.length, make: () => [bytes] };
}

/** A box around its children. Its size must fit 32 bits: only an `mdat` is larger. */
export function boxOf(type: string, ...children: readonly Pieces[]): Pieces {
  const size = children.reduce((sum, child) => sum + child.size, 8);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(size);
  header.write(type, 4, 'latin1');
  return {
    size,
    *make() {
      yield header;
      for (const child of children) yield* child.make();
    },
  };
}

/**
 * A full box (version and flags 0) with `head`, its words before the rows, then `count` rows of `rowBytes` each. `begin`
 * gives what writes the next row at a place of a buffer.
 */
export function tableOf(
  type: string,
  head: readonly number[],
  count: number,
  rowBytes: number,
  begin: () => (out: Buffer, at: number) => void,
): Pieces {
  const words = Buffer.alloc(4 + head.length * 4);
  for (const [i, word] of head.entries()) words.writeUInt32BE(word, 4 + i * 4);
  return boxOf(type, piece(words), {
    size: count * rowBytes,
    *make() {
      const write = begin();
      const most = Math.floor(PIECE_BYTES / rowBytes);
      for (let left = count; left > 0; ) {
        const rows = Math.min(left, most);
        const out = Buffer.allocUnsafeSlow(rows * rowBytes);
        for (let i = 0; i < rows; i += 1) write(out, i * rowBytes);
        yield out;
        left -= rows;
      }
    },
  });
}

/** The bytes of all parts one behind the other, small ones joined: no more than two pieces at a time are in memory. */
export function* inPieces(...parts: readonly Pieces[]): Generator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for (const part of parts) {
    for (const next of part.make()) {
      if (bytes > 0 && bytes + next.length > PIECE_BYTES) {
        yield joined(waiting);
        waiting = [];
        bytes = 0;
      }
      waiting.push(next);
      bytes += next.length;
    }
  }
  if (bytes > 0) yield joined(waiting);
}

/** A table's own pieces are not copied. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
