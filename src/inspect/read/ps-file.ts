/**
 * A program stream in a file (ISO/IEC 13818-1) as a camera would send it: in RTP packets, each pack beginning one, the time
 * stamp that of the picture. So the feed of the live path takes it. Sans-IO.
 */
import { ByteQueue } from './byte-queue.ts';

/** Payload of one packet, as cameras have it. */
const PAYLOAD_BYTES = 1400;
/** A pack longer than this is passed on in parts: a key frame of 8 Mbit/s video has 200 KB. */
export const MAX_PACK_BYTES = 1024 * 1024;
/** Times of two packs further apart than this are a new time line, not a pause. */
const MAX_STEP_90K = 10 * 90_000;

const PACK_START = Buffer.from([0, 0, 1, 0xba]);

/** Whether the file is a program stream, by its first bytes. */
export function isProgramStream(head: Buffer): boolean {
  return head.length >= 5 && head.indexOf(PACK_START) === 0 && (head[4]! & 0xc4) === 0x44;
}

export class PsFileReader {
  readonly #packet: (packet: Buffer, nowMs: number) => void;
  readonly #queue = new ByteQueue();
  #sequence = 0;
  #timestamp = 0;
  #clock: number | null = null;
  #nowMs = 0;
  /** The last packet waits until it is known whether its picture goes on behind it. */
  #last: Buffer | null = null;

  /** `packet` gets RTP packets, each its own, and the time by the clock of the stream. */
  constructor(packet: (packet: Buffer, nowMs: number) => void) {
    this.#packet = packet;
  }

  push(piece: Uint8Array): void {
    this.#queue.push(piece);
    for (;;) {
      const seen = this.#queue.peek(Math.min(this.#queue.length, MAX_PACK_BYTES))!;
      const next = packAt(seen, 4);
      if (next < 0 && seen.length < MAX_PACK_BYTES) return;
      this.#pack(this.#queue.take(next < 0 ? seen.length : next)!);
    }
  }

  /** The file is over. */
  end(): void {
    if (this.#queue.length > 0) this.#pack(this.#queue.take(this.#queue.length)!);
    this.#send(true);
  }

  #pack(bytes: Buffer): void {
    const isPack = bytes.length >= 14 && bytes.indexOf(PACK_START) === 0;
    if (isPack) {
      this.#time(clockOf(bytes));
      const pts = videoPts(bytes);
      if (pts !== null && pts !== this.#timestamp) {
        this.#send(true);
        this.#timestamp = pts;
      }
    }
    for (let at = 0; at < bytes.length; at += PAYLOAD_BYTES) {
      this.#send(false);
      const payload = bytes.subarray(at, at + PAYLOAD_BYTES);
      const packet = Buffer.alloc(12 + payload.length);
      packet[0] = 0x80;
      packet[1] = 96;
      packet.writeUInt16BE(this.#sequence, 2);
      packet.writeUInt32BE(this.#timestamp % 2 ** 32, 4);
      packet.set(payload, 12);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      this.#last = packet;
    }
  }

  #send(isEnd: boolean): void {
    if (this.#last === null) return;
    if (isEnd) this.#last[1] = 0x80 | 96;
    this.#packet(this.#last, this.#nowMs);
    this.#last = null;
  }

  #time(clock: number): void {
    const step = this.#clock === null ? 0 : clock - this.#clock;
    if (step > 0 && step <= MAX_STEP_90K) this.#nowMs += step / 90;
    this.#clock = clock;
  }
}

/** Where the next pack header stands, from `from` on; −1: not in these bytes. */
function packAt(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(PACK_START, from); at >= 0; at = bytes.indexOf(PACK_START, at + 1)) {
    if (at + 5 > bytes.length) return -1;
    if ((bytes[at + 4]! & 0xc4) === 0x44) return at;
  }
  return -1;
}

/** Base of the system clock reference, 90 kHz (2.5.3.4). */
function clockOf(b: Buffer): number {
  const high = ((b[4]! & 0x38) >> 3) * 2 ** 30;
  const middle = (((b[4]! & 3) << 13) | (b[5]! << 5) | (b[6]! >> 3)) * 2 ** 15;
  return high + middle + (((b[6]! & 3) << 13) | (b[7]! << 5) | (b[8]! >> 3));
}

/** Time stamp of the first video PES of a pack; null when it has none: the picture before goes on. */
function videoPts(pack: Buffer): number | null {
  let at = 14 + (pack[13]! & 7);
  while (at + 14 <= pack.length && pack.readUIntBE(at, 3) === 1) {
    const id = pack[at + 3]!;
    if (id >= 0xe0 && id <= 0xef) {
      if ((pack[at + 6]! & 0xc0) !== 0x80 || (pack[at + 7]! & 0x80) === 0) return null;
      const high = ((pack[at + 9]! & 0x0e) >> 1) * 2 ** 30;
      return high + (pack.readUInt16BE(at + 10) >> 1) * 2 ** 15 + (pack.readUInt16BE(at + 12) >> 1);
    }
    at += 6 + pack.readUInt16BE(at + 4);
  }
  return null;
}
