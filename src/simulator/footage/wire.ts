/** RTP packets of whole packs, framed as RFC 4571 has it, in large pieces of memory: one copy a packet and nothing allocated for it. */

const FRAME_BYTES = 2;
const RTP_HEADER = 12;
/** A whole burst of a group of pictures at 2 Mbit/s; what is larger gets a piece of its own. */
const PIECE_BYTES = 128 * 1024;
/** Pieces that wait to be used again: more are in flight on a slow connection only. */
const MAX_SPARE = 4;

export interface Piece {
  readonly bytes: Buffer;
  readonly length: number;
  readonly packets: number;
}

export class Wire {
  readonly #ssrc: number;
  readonly #payloadBytes: number;
  readonly #payloadType: number;
  #sequence: number;
  #bytes: Buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #length = 0;
  #packets = 0;
  readonly #spare: Buffer[] = [];

  constructor(o: { ssrc: number; firstSequence: number; payloadBytes: number; payloadType: number }) {
    this.#ssrc = o.ssrc;
    this.#payloadBytes = o.payloadBytes;
    this.#payloadType = o.payloadType;
    this.#sequence = o.firstSequence & 0xffff;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** False when the pack does not fit behind what is waiting: take that first. */
  add(pack: Buffer, timestamp90k: number): boolean {
    const count = Math.ceil(pack.length / this.#payloadBytes);
    const needed = pack.length + count * (FRAME_BYTES + RTP_HEADER);
    if (this.#length + needed > this.#bytes.length) {
      if (this.#length > 0) return false;
      this.#bytes = Buffer.allocUnsafeSlow(needed);
    }
    const out = this.#bytes;
    const timestamp = ((Math.round(timestamp90k) % 2 ** 32) + 2 ** 32) % 2 ** 32;
    let at = this.#length;
    for (let from = 0; from < pack.length; from += this.#payloadBytes) {
      const to = Math.min(pack.length, from + this.#payloadBytes);
      const length = RTP_HEADER + to - from;
      out[at] = length >> 8;
      out[at + 1] = length & 0xff;
      out[at + 2] = 0x80;
      out[at + 3] = (to === pack.length ? 0x80 : 0) | this.#payloadType;
      out[at + 4] = this.#sequence >> 8;
      out[at + 5] = this.#sequence & 0xff;
      out.writeUInt32BE(timestamp, at + 6);
      out.writeUInt32BE(this.#ssrc, at + 10);
      pack.copy(out, at + FRAME_BYTES + RTP_HEADER, from, to);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      at += FRAME_BYTES + length;
    }
    this.#packets += count;
    this.#length = at;
    return true;
  }

  /** What is waiting; give it back when it has left. */
  take(): Piece {
    const piece = { bytes: this.#bytes, length: this.#length, packets: this.#packets };
    this.#bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
    this.#length = 0;
    this.#packets = 0;
    return piece;
  }

  giveBack(piece: Piece): void {
    if (this.#spare.length < MAX_SPARE && piece.bytes.length === PIECE_BYTES) this.#spare.push(piece.bytes);
  }
}
