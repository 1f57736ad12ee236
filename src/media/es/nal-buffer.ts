/**
 * The bytes of the frame that is being put together, and the NAL units found in them so far. Every byte is copied in once
 * and looked at once, however the stream is cut.
 */
import { FieldPairs } from './field-pair.ts';
import { H264_NAL } from './h264.ts';
import { findNalStart } from './nal.ts';
import { CodecJudge, type NalRole, nalRole, ROLE_BYTES } from './picture.ts';

/** A 4K key frame at 100 Mbit/s has 2 MB; libmpeg stops at the same 10 MiB. More is a stream that never ends its frame. */
export const MAX_FRAME_BYTES = 10 * 1024 * 1024;

/** A frame cut into slices of one macroblock row has some hundred NAL units; more than this is an attack on the scanner. */
export const MAX_NAL_UNITS = 4096;

/** Room for the key frame of a 2 Mbit/s camera; grows by doubling. */
const FIRST_BYTES = 128 * 1024;

export class NalBuffer {
  readonly judge = new CodecJudge();
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;
  /** NAL unit `i` is `bytes[starts[i], ends[i])`; ends are there after `measure`. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** What NAL unit `i` is to its frame. */
  readonly roles: NalRole[] = [];
  /** A slice is in the buffer. */
  hasSlice = false;
  /** Pictures of which the first slice is in the buffer. */
  pictures = 0;
  /** The limit of NAL units was reached: this can be no frame. */
  tooMany = false;
  /** Offsets of the start codes, one per entry of `starts`. */
  readonly #codes: number[] = [];
  readonly #fields = new FieldPairs();
  readonly #finding: (code: string, detail: string) => void;
  #scanned = 0;

  constructor(finding: (code: string, detail: string) => void) {
    this.#finding = finding;
  }

  /** False: the frame would become longer than any frame is. */
  append(source: Uint8Array, start: number, end: number): boolean {
    const length = this.length + end - start;
    if (length > this.bytes.length) {
      if (length > MAX_FRAME_BYTES) return false;
      const grown = Buffer.allocUnsafeSlow(Math.min(MAX_FRAME_BYTES, Math.max(length, this.bytes.length * 2)));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    // Not `subarray`: of a Buffer it runs a JavaScript constructor, three times the price for every packet.
    this.bytes.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start), this.length);
    this.length = length;
    return true;
  }

  clear(): void {
    this.length = 0;
    this.#scanned = 0;
    this.starts.length = 0;
    this.roles.length = 0;
    this.#fields.clear();
    this.#codes.length = 0;
    this.hasSlice = false;
    this.pictures = 0;
    this.tooMany = false;
  }

  /** Keeps only `bytes[from, to)`, as if it had just come. */
  keep(from: number, to: number): void {
    this.bytes.copyWithin(0, from, to);
    this.clear();
    this.length = to - from;
  }

  /** Offset of the start code of NAL unit `index`. */
  codeOf(index: number): number {
    return this.#codes[index]!;
  }

  /** What the NAL unit that begins at `at` is to its frame; null when no start code stands there (zeros before it allowed). */
  roleAt(at: number): NalRole | null {
    let zeros = 0;
    while (at < this.length && this.bytes[at] === 0) {
      at += 1;
      zeros += 1;
    }
    if (zeros < 2 || zeros > 4 || at + 1 >= this.length || this.bytes[at] !== 1) return null;
    return this.#role(at + 1, this.length, false);
  }

  /** Finds NAL units that begin before `end`. `final`: nothing follows; else one whose head is not whole yet waits. */
  scan(end: number, final: boolean): void {
    let at = this.#scanned;
    while (at < end) {
      const code = findNalStart(this.bytes, at, end);
      if (code < 0) break;
      const start = code + 3;
      if (start + ROLE_BYTES > end && !final) {
        this.#scanned = code;
        return;
      }
      at = start;
      if (start >= end) break;
      if (this.starts.length === MAX_NAL_UNITS) {
        this.#finding('PS-29', `more than ${MAX_NAL_UNITS} NAL units in a frame`);
        this.tooMany = true;
        break;
      }
      this.#found(code, start, end);
    }
    this.#scanned = Math.max(at, end - 2);
  }

  /** Finds where every NAL unit ends: at the next start code, without trailing zeros (PS-23). */
  measure(): void {
    this.ends.length = 0;
    for (let i = 0; i < this.starts.length; i += 1) {
      let end = i + 1 < this.#codes.length ? this.#codes[i + 1]! : this.length;
      const start = this.starts[i]!;
      while (end > start && this.bytes[end - 1] === 0) end -= 1;
      this.ends.push(end);
    }
  }

  #found(code: number, start: number, end: number): void {
    this.starts.push(start);
    this.#codes.push(code);
    const verdict = this.judge.see(this.bytes[start]!, start + 1 < end ? this.bytes[start + 1]! : 0);
    if (verdict === null) {
      this.#count(start, end);
      return;
    }
    this.#finding(verdict[0], verdict[1]);
    // Another codec: what was found before is something else now.
    this.hasSlice = false;
    this.pictures = 0;
    this.roles.length = 0;
    for (const known of this.starts) this.#count(known, end);
  }

  #count(start: number, end: number): void {
    const role = this.#role(start, end, true);
    this.roles.push(role);
    if (role === 'first-slice') this.pictures += 1;
    if (role === 'first-slice' || role === 'slice') this.hasSlice = true;
  }

  #role(start: number, end: number, taken: boolean): NalRole {
    const codec = this.judge.codec ?? 'h264';
    const role = nalRole(codec, this.bytes, start, end);
    if (codec === 'h265') return role;
    if (role === 'first-slice') return this.#fields.isSecond(this.bytes, start, end, taken) ? 'slice' : role;
    if (taken && (this.bytes[start]! & 0x1f) === H264_NAL.sps) this.#fields.sps(this.bytes, start, end);
    return role;
  }
}
