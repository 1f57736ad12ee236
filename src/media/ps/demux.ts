/**
 * Program stream demultiplexer (ISO/IEC 13818-1 clause 2.5, GB/T 28181-2022 annex C.1). Sans-IO. Input may be cut at
 * any byte: headers that straddle a cut wait in a small carry buffer, payload bytes are handed on at once as ranges of
 * the input, so that the only copy is the one into the frame that is being put together.
 */
import { earlyLayout, emptyPesHeader, MAX_PES_HEADER, pesHeaderNeed, readPesHeader } from './pes.ts';
import { type MapEntry, readMap } from './psm.ts';
import {
  END_CODE,
  endsUnbounded,
  findContainerCode,
  isAudioId,
  isVideoId,
  PACK,
  PADDING,
  PRIVATE_STREAM_1,
  PROGRAM_STREAM_MAP,
  packCuts,
  prefixAtEnd,
  SYSTEM_HEADER,
} from './start-code.ts';

/** What the demultiplexer finds, in stream order. Byte ranges are valid during the call only. */
export interface PsSink {
  pack(): void;
  map(entries: readonly MapEntry[]): void;
  /** A video or audio PES begins. `pts`, `dts`: 90 kHz, 33 bits, −1 when absent. */
  pesStart(id: number, pts: number, dts: number): void;
  data(id: number, bytes: Uint8Array, start: number, end: number): void;
  /** All bytes of the PES were there. */
  pesEnd(id: number): void;
  /** Bytes are missing or made no sense: whatever is open has a hole. */
  damaged(): void;
  finding(code: string, detail: string): void;
}

/**
 * A map of 2 streams has 24 bytes, of 64 streams with descriptors some hundred. A longer one is corruption and is
 * searched for the next start code.
 */
export const MAX_MAP_BYTES = 1024;

/** ISO/IEC 13818-1 2.5.3.5: 12 bytes and 3 per stream, at most 64 streams. PS-14: longer ones are corruption. */
export const MAX_SYSTEM_HEADER_BYTES = 512;

const CARRY_BYTES = Math.max(MAX_MAP_BYTES + 6, MAX_PES_HEADER);

const AT = { search: 0, header: 1, body: 2, skip: 3, unbounded: 4 } as const;
type State = (typeof AT)[keyof typeof AT];

export class PsDemuxer {
  readonly #sink: PsSink;
  readonly #carry = new Uint8Array(CARRY_BYTES);
  readonly #pes = emptyPesHeader();
  #carried = 0;
  #state: State = AT.search;
  /** Before the first pack header only a pack header starts anything (PS-21). */
  #joined = false;
  #id = 0;
  /** Bytes of the body or of the skipped part that are still to come. */
  #remaining = 0;
  /** The open PES said 65,535 and may be longer (PS-10). */
  #clamped = false;
  #unboundedBytes = 0;
  /** PS-17: the stream leaves a byte out of its PES headers. */
  #early = false;
  /** The last thing was an end code. */
  #ended = false;

  constructor(sink: PsSink) {
    this.#sink = sink;
  }

  /** Nothing is open: no body, no half header. Zeros may be stuffing (PS-19). */
  get atBoundary(): boolean {
    if (this.#state !== AT.header || this.#carried > 2) return false;
    return this.#carried === 0 || this.#carry[this.#carried - 1] === 0;
  }

  /** A PES without length (PS-8) is open: only the next start code tells its end. */
  get unbounded(): boolean {
    return this.#state === AT.unbounded;
  }

  /** Forgets the stream: the next pack header starts a new one. */
  reset(): void {
    this.#state = AT.search;
    this.#joined = false;
    this.#carried = 0;
    this.#clamped = this.#early = this.#ended = false;
  }

  /** Input is missing before the next `push`. The next plausible start code is taken. */
  gap(): void {
    this.#carried = 0;
    this.#clamped = false;
    this.#state = AT.search;
  }

  /** The stream is over: a PES without length ends here. */
  end(): void {
    if (this.#state !== AT.unbounded) return;
    if (this.#carried > 0) this.#sink.data(this.#id, this.#carry, 0, this.#carried);
    this.#carried = 0;
    this.#endUnbounded();
  }

  /** The next bytes: `bytes[start, end)` is the payload of one RTP packet. */
  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    if (this.#carried > 0) at = this.#resume(bytes, at, end);
    else if ((this.#state === AT.body || this.#state === AT.skip) && packCuts(bytes, at, end)) {
      // PS-20, PS-11: a pack header at the start of a packet, before the declared end.
      this.#sink.finding('PS-11', `pack header ${this.#remaining} bytes before the end of PES ${hex(this.#id)}`);
      this.#lose();
    }
    while (at < end) {
      switch (this.#state) {
        case AT.body:
          at = this.#body(bytes, at, end);
          break;
        case AT.skip: {
          const taken = Math.min(this.#remaining, end - at);
          this.#remaining -= taken;
          at += taken;
          if (this.#remaining === 0) this.#state = AT.header;
          break;
        }
        case AT.unbounded:
          at = this.#untilStartCode(bytes, at, end);
          break;
        case AT.search:
          at = this.#search(bytes, at, end);
          break;
        default: {
          const need = this.#need(bytes, at, end - at);
          if (need > end - at) {
            this.#keep(bytes, at, end);
            return;
          }
          at += need > 0 ? this.#header(bytes, at, need) : this.#astray();
        }
      }
    }
  }

  #body(bytes: Uint8Array, at: number, end: number): number {
    const to = Math.min(end, at + this.#remaining);
    this.#remaining -= to - at;
    this.#sink.data(this.#id, bytes, at, to);
    if (this.#remaining === 0) {
      if (this.#clamped) {
        this.#state = AT.unbounded;
        this.#unboundedBytes = 0;
      } else {
        this.#state = AT.header;
        this.#sink.pesEnd(this.#id);
      }
    }
    return to;
  }

  /** Keeps a half header for the next input. */
  #keep(bytes: Uint8Array, at: number, end: number): void {
    for (let i = at; i < end; i += 1) this.#carry[this.#carried++] = bytes[i]!;
  }

  /** Goes on with what was kept: takes single bytes until it is a whole header, or none. */
  #resume(bytes: Uint8Array, at: number, end: number): number {
    const carry = this.#carry;
    while (this.#carried > 0) {
      if (this.#state === AT.header) {
        const need = this.#need(carry, 0, this.#carried);
        if (need > this.#carried) {
          if (at === end) return at;
          carry[this.#carried++] = bytes[at++]!;
          continue;
        }
        if (need > 0) this.#drop(this.#header(carry, 0, need));
        else this.#drop(this.#astray());
      } else if (this.#state === AT.search || this.#state === AT.unbounded) {
        if (prefixAtEnd(carry, 0, this.#carried) === this.#carried) {
          // Still a possible start code.
          if (at === end) return at;
          carry[this.#carried++] = bytes[at++]!;
        } else if (this.#carried >= 4 && findContainerCode(carry, 0, 4) === 0 && this.#acceptable(carry[3]!)) {
          if (this.#state === AT.unbounded) this.#endUnbounded();
          this.#state = AT.header;
        } else {
          if (this.#state === AT.unbounded) this.#unboundedData(carry, 0, 1);
          this.#drop(1);
        }
      } else {
        // A header that came out of the carry left bytes behind it; they belong to what it opened.
        const taken = Math.min(this.#remaining, this.#carried);
        if (this.#state === AT.body) this.#body(carry, 0, this.#carried);
        else {
          this.#remaining -= taken;
          if (this.#remaining === 0) this.#state = AT.header;
        }
        this.#drop(taken);
      }
    }
    return at;
  }

  #drop(count: number): void {
    this.#carry.copyWithin(0, count, this.#carried);
    this.#carried -= count;
  }

  /**
   * How many bytes the header at `at` needs; more than `available`: wait. 0: no start code here. Leading zeros of a
   * start code (PS-19: the last zeros of the stream before) count as a header of one byte.
   */
  #need(bytes: Uint8Array, at: number, available: number): number {
    if (bytes[at] !== 0) return 0;
    if (available < 2) return 2;
    if (bytes[at + 1] !== 0) return 0;
    if (available < 3) return 3;
    if (bytes[at + 2] === 0) return 1;
    if (bytes[at + 2] !== 1) return 0;
    if (available < 4) return 4;
    const id = bytes[at + 3]!;
    // PS-7: unknown codes below B9 (Tiandy AF) are passed over by #header; PS-27: an end code has no body.
    if (id <= END_CODE) return 4;
    if (available < 7) return 7;
    // PS-12: a start code right behind a start code; the first is dropped.
    if (bytes[at + 4] === 0 && bytes[at + 5] === 0 && bytes[at + 6] === 1) return 4;
    if (id === PACK) {
      if ((bytes[at + 4]! & 0xc0) === 0x40) return available < 14 ? 14 : 14 + (bytes[at + 13]! & 7);
      return bytes[at + 4]! >> 4 === 2 ? 12 : 0;
    }
    if (id === PROGRAM_STREAM_MAP) {
      const length = (bytes[at + 4]! << 8) | bytes[at + 5]!;
      return length > MAX_MAP_BYTES ? 0 : 6 + length;
    }
    if (isVideoId(id) || isAudioId(id)) {
      // Standard headers with times have their PTS flag here; nobody else is asked to wait for more bytes.
      if ((bytes[at + 6]! & 0xc0) !== 0x80) return pesHeaderNeed(bytes, at, available);
      if (available < 9) return 9;
      const odd = this.#early || bytes[at + 7] === 5 || bytes[at + 7] === 10;
      if (odd && available < 14 && available < 6 + ((bytes[at + 4]! << 8) | bytes[at + 5]!)) return 14;
      if (odd) this.#calibrate(bytes, at, available);
      return pesHeaderNeed(bytes, at, available, this.#early);
    }
    return 6;
  }

  #calibrate(bytes: Uint8Array, at: number, available: number): void {
    const early = earlyLayout(bytes, at, available);
    if (early === null || early === this.#early) return;
    this.#early = early;
    if (early) this.#sink.finding('PS-17', `PES_header_data_length ${bytes[at + 7]} stands one byte early`);
  }

  /** A whole header of `need` bytes; returns how many bytes are done with. */
  #header(bytes: Uint8Array, at: number, need: number): number {
    if (need === 1) return 1;
    const id = bytes[at + 3]!;
    if (id === END_CODE) {
      this.#ended = true;
      return 4;
    }
    if (id < END_CODE) {
      this.#sink.finding('PS-7', `unknown start code ${hex(id)}`);
      this.#state = AT.search;
      return 4;
    }
    if (need === 4) {
      this.#sink.finding('PS-12', `start code ${hex(id)} without a body`);
      return 4;
    }
    if (id === PACK) {
      this.#joined = true;
      if (this.#ended) this.#sink.finding('PS-27', 'the stream went on behind its end code');
      this.#ended = false;
      if (need === 12) this.#sink.finding('PS-28', 'MPEG-1 pack headers');
      else if (need > 14) this.#stuffed(bytes, at + 14, at + need);
      this.#sink.pack();
      return need;
    }
    const length = (bytes[at + 4]! << 8) | bytes[at + 5]!;
    if (id === PROGRAM_STREAM_MAP) {
      const { entries, fault } = readMap(bytes, at, at + need);
      if (fault !== null) this.#sink.finding('PS-6', fault);
      this.#sink.map(entries);
      return need;
    }
    if (isVideoId(id) || isAudioId(id)) return this.#openPes(bytes, at, need, id, length);
    if (id === SYSTEM_HEADER && length > MAX_SYSTEM_HEADER_BYTES) {
      this.#sink.finding('PS-14', `system header of ${length} bytes`);
      this.#state = AT.search;
      return need;
    }
    if (id === PRIVATE_STREAM_1) this.#sink.finding('PS-15', `private stream 1, ${length} bytes`);
    else if (id !== SYSTEM_HEADER) this.#sink.finding('PS-16', `stream ${hex(id)}, ${length} bytes, passed over`);
    // PS-15, PS-16: private streams, padding, directories: passed over by length, the video frame goes on.
    if (length === 0 && id !== PADDING) this.#state = AT.search;
    else if (length > 0) {
      this.#id = id;
      this.#remaining = length;
      this.#state = AT.skip;
    }
    return need;
  }

  /** PS-13: Hikvision writes counters where only FF may stand. */
  #stuffed(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      if (bytes[at] === 0xff) continue;
      this.#sink.finding('PS-13', `${hex(bytes[at]!)} in the stuffing of a pack header`);
      return;
    }
  }

  #openPes(bytes: Uint8Array, at: number, need: number, id: number, length: number): number {
    readPesHeader(bytes, at, need, this.#pes, this.#early);
    if (this.#pes.scrambling !== 0) this.#sink.finding('ES-12', `PES ${hex(id)} is marked as scrambled`);
    this.#id = id;
    this.#remaining = length - (need - 6);
    if (length > 0 && this.#remaining < 0) {
      this.#sink.finding('PS-18', `PES ${hex(id)} of ${length} bytes with a header of ${need - 6}`);
      this.#lose();
      return 4;
    }
    this.#sink.pesStart(id, this.#pes.pts, this.#pes.dts);
    this.#clamped = length === 0xffff && isVideoId(id);
    if (length === 0) {
      this.#sink.finding('PS-8', `PES ${hex(id)} without a length`);
      this.#state = AT.unbounded;
      this.#unboundedBytes = 0;
    } else if (this.#remaining > 0) {
      this.#state = AT.body;
    } else {
      this.#sink.pesEnd(id);
    }
    return need;
  }

  #untilStartCode(bytes: Uint8Array, at: number, end: number): number {
    const code = findContainerCode(bytes, at, end);
    if (code >= 0) {
      this.#unboundedData(bytes, at, code);
      this.#endUnbounded();
      return code;
    }
    const kept = prefixAtEnd(bytes, at, end);
    this.#unboundedData(bytes, at, end - kept);
    this.#keep(bytes, end - kept, end);
    return end;
  }

  #unboundedData(bytes: Uint8Array, at: number, end: number): void {
    if (at === end) return;
    this.#unboundedBytes += end - at;
    if (this.#clamped && this.#unboundedBytes > 3) {
      this.#sink.finding('PS-10', 'PES longer than the 65,535 bytes it declares');
    }
    this.#sink.data(this.#id, bytes, at, end);
  }

  #endUnbounded(): void {
    this.#state = AT.header;
    this.#clamped = false;
    this.#sink.pesEnd(this.#id);
  }

  /** No start code where one must be: what is open is not to be trusted. */
  #astray(): number {
    this.#sink.finding('PS-11', 'no start code where the PES before it ends');
    this.#lose();
    return 1;
  }

  #lose(): void {
    this.#state = AT.search;
    this.#clamped = false;
    this.#sink.damaged();
  }

  #search(bytes: Uint8Array, at: number, end: number): number {
    let code = findContainerCode(bytes, at, end);
    while (code >= 0 && !this.#acceptable(bytes[code + 3]!)) code = findContainerCode(bytes, code + 3, end);
    if (code >= 0) {
      this.#state = AT.header;
      return code;
    }
    this.#keep(bytes, end - prefixAtEnd(bytes, at, end), end);
    return end;
  }

  #acceptable(id: number): boolean {
    return this.#joined ? endsUnbounded(id) : id === PACK;
  }
}

function hex(id: number): string {
  return id.toString(16).toUpperCase().padStart(2, '0');
}
