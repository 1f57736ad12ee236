/**
 * pcap files (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds, and the longer record headers of Kuznetzov's
 * patched libpcap. Sans-IO.
 */
import { ByteQueue } from './byte-queue.ts';
import type { CaptureReader, CaptureSink, FileFault } from './capture-file.ts';

/** Four times the largest snap length that tools use: what is longer is no packet, but a damaged file. */
export const MAX_PACKET_BYTES = 1024 * 1024;

const FILE_HEADER_BYTES = 24;

interface Kind {
  readonly little: boolean;
  readonly perMs: number;
  readonly recordBytes: number;
}

const KINDS: ReadonlyMap<number, Omit<Kind, 'little'>> = new Map([
  [0xa1b2c3d4, { perMs: 1000, recordBytes: 16 }],
  [0xa1b23c4d, { perMs: 1_000_000, recordBytes: 16 }],
  [0xa1b2cd34, { perMs: 1000, recordBytes: 24 }],
]);

/** What kind of pcap these first four bytes begin; null: none. */
function kindOf(head: Buffer): Kind | null {
  const big = KINDS.get(head.readUInt32BE(0));
  if (big !== undefined) return { ...big, little: false };
  const little = KINDS.get(head.readUInt32LE(0));
  return little === undefined ? null : { ...little, little: true };
}

/** Whether the file is a pcap, by its first four bytes. */
export function isPcap(head: Buffer): boolean {
  return head.length >= 4 && kindOf(head) !== null;
}

export class PcapReader implements CaptureReader {
  readonly #sink: CaptureSink;
  readonly #queue = new ByteQueue();
  #kind: Kind | null = null;
  #linkType = 0;

  constructor(sink: CaptureSink) {
    this.#sink = sink;
  }

  get isCut(): boolean {
    return this.#kind === null || this.#queue.length > 0;
  }

  push(piece: Uint8Array): FileFault | null {
    this.#queue.push(piece);
    if (this.#kind === null) {
      const head = this.#queue.peek(FILE_HEADER_BYTES);
      if (head === null) return null;
      const kind = kindOf(head);
      if (kind === null) return { fault: 'This is no pcap file.', offset: 0 };
      this.#kind = kind;
      // The upper bits say how long a frame check sequence is, which nobody needs.
      this.#linkType = (kind.little ? head.readUInt32LE(20) : head.readUInt32BE(20)) & 0x03ff_ffff;
      this.#queue.skip(FILE_HEADER_BYTES);
    }
    return this.#records(this.#kind);
  }

  #records({ little, perMs, recordBytes }: Kind): FileFault | null {
    for (;;) {
      const head = this.#queue.peek(recordBytes);
      if (head === null) return null;
      const field = (at: number) => (little ? head.readUInt32LE(at) : head.readUInt32BE(at));
      const kept = field(8);
      if (kept > MAX_PACKET_BYTES)
        return { fault: `A packet claims ${kept} bytes: the file is damaged.`, offset: this.#queue.offset };
      const whole = this.#queue.peek(recordBytes + kept);
      if (whole === null) return null;
      this.#queue.skip(recordBytes + kept);
      this.#sink.packet(
        field(0) * 1000 + field(4) / perMs,
        this.#linkType,
        whole.subarray(recordBytes),
        Math.max(kept, field(12)),
      );
    }
  }
}
