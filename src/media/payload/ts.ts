/**
 * Transport stream in RTP (ISO/IEC 13818-1 clause 2.4, RFC 2250): what a few encoders send where a program stream is expected
 * (RTP-8). Sans-IO, and only what a camera needs: one programme, one video and one audio stream, sections of one packet.
 * Hands on what the program stream demultiplexer would.
 */
import type { PsSink } from '../ps/demux.ts';
import { emptyPesHeader, MAX_PES_HEADER, pesHeaderNeed, readPesHeader } from '../ps/pes.ts';
import type { MapEntry } from '../ps/psm.ts';
import { TS_PACKET_BYTES, TS_SYNC } from './kind.ts';

const PAT_PID = 0;
const NULL_PID = 0x1fff;
const VIDEO_ID = 0xe0;
const AUDIO_ID = 0xc0;

/** Stream types of video in a programme map: MPEG-1/2/4, H.264, H.265, SVAC. The rest is taken for sound. */
const VIDEO_TYPES = new Set([0x01, 0x02, 0x10, 0x1b, 0x24, 0x80]);

/** One elementary stream. */
interface Lane {
  readonly pid: number;
  readonly id: number;
  /** Next continuity counter; −1 when any will do. */
  counter: number;
  open: boolean;
  /** Bytes of the PES header so far; the PES is open for data when `started`. */
  readonly head: Uint8Array;
  headBytes: number;
  started: boolean;
  /** Bytes of the PES that are to come; −1: until the next one begins. */
  remaining: number;
}

export class TsDemuxer {
  readonly #sink: PsSink;
  readonly #pes = emptyPesHeader();
  #mapPid = -1;
  #lanes: Lane[] = [];

  constructor(sink: PsSink) {
    this.#sink = sink;
  }

  /** No PES is open. */
  get atBoundary(): boolean {
    return !this.#lanes.some((lane) => lane.open);
  }

  /** Packets are missing before the next `push`: every stream waits for its next PES. */
  gap(): void {
    for (const lane of this.#lanes) {
      lane.open = false;
      lane.counter = -1;
    }
  }

  /** Whole transport packets. What is none is damage. */
  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    for (; at + TS_PACKET_BYTES <= end; at += TS_PACKET_BYTES) {
      if (bytes[at] === TS_SYNC) this.#packet(bytes, at);
      else this.#damaged();
    }
    if (at < end) this.#damaged();
  }

  /** The stream is over: a PES without length ends here, one with a length has lost its rest. */
  end(): void {
    for (const lane of this.#lanes) {
      if (!lane.open) continue;
      if (lane.remaining > 0 || !lane.started) this.#damaged();
      else this.#close(lane);
    }
  }

  #damaged(): void {
    this.gap();
    this.#sink.damaged();
  }

  #packet(bytes: Uint8Array, at: number): void {
    const pid = ((bytes[at + 1]! & 0x1f) << 8) | bytes[at + 2]!;
    const starts = (bytes[at + 1]! & 0x40) !== 0;
    const control = bytes[at + 3]!;
    if (pid === NULL_PID || (control & 0x10) === 0) return;
    const end = at + TS_PACKET_BYTES;
    const from = at + 4 + ((control & 0x20) !== 0 ? 1 + bytes[at + 4]! : 0);
    if (from >= end) return;
    if (pid === PAT_PID) {
      if (starts) this.#association(bytes, from, end);
      return;
    }
    if (pid === this.#mapPid) {
      if (starts) this.#map(bytes, from, end);
      return;
    }
    for (const lane of this.#lanes) {
      if (lane.pid !== pid) continue;
      if (this.#inSequence(lane, control & 15)) this.#payload(lane, bytes, from, end, starts);
      return;
    }
  }

  /** 2.4.3.3: a packet may come twice; any other jump of the counter is a loss. */
  #inSequence(lane: Lane, counter: number): boolean {
    if (lane.counter >= 0 && counter !== lane.counter) {
      if (counter === ((lane.counter + 15) & 15)) return false;
      this.#damaged();
    }
    lane.counter = (counter + 1) & 15;
    return true;
  }

  /** 2.4.4.3: programme association section; the first programme is ours. */
  #association(bytes: Uint8Array, from: number, end: number): void {
    const at = from + 1 + bytes[from]!;
    const to = sectionEnd(bytes, at, end, 0);
    for (let entry = at + 8; entry + 4 <= to; entry += 4) {
      const number = (bytes[entry]! << 8) | bytes[entry + 1]!;
      if (number === 0) continue;
      this.#mapPid = ((bytes[entry + 2]! & 0x1f) << 8) | bytes[entry + 3]!;
      return;
    }
  }

  /** 2.4.4.8: programme map section. The first video and the first other stream are taken. */
  #map(bytes: Uint8Array, from: number, end: number): void {
    const at = from + 1 + bytes[from]!;
    const to = sectionEnd(bytes, at, end, 2);
    if (to === 0) return;
    const entries: MapEntry[] = [];
    let entry = at + 12 + (((bytes[at + 10]! & 0x0f) << 8) | bytes[at + 11]!);
    for (; entry + 5 <= to; ) {
      const streamType = bytes[entry]!;
      const pid = ((bytes[entry + 1]! & 0x1f) << 8) | bytes[entry + 2]!;
      const descriptorBytes = ((bytes[entry + 3]! & 0x0f) << 8) | bytes[entry + 4]!;
      const streamId = VIDEO_TYPES.has(streamType) ? VIDEO_ID : AUDIO_ID;
      if (!entries.some((known) => known.streamId === streamId)) {
        entries.push({ streamType, streamId });
        this.#lane(pid, streamId);
      }
      entry += 5 + descriptorBytes;
    }
    this.#sink.map(entries);
  }

  #lane(pid: number, id: number): void {
    if (this.#lanes.some((lane) => lane.pid === pid && lane.id === id)) return;
    this.#lanes = this.#lanes.filter((lane) => lane.id !== id && lane.pid !== pid);
    const head = new Uint8Array(MAX_PES_HEADER);
    this.#lanes.push({ pid, id, counter: -1, open: false, head, headBytes: 0, started: false, remaining: -1 });
  }

  #payload(lane: Lane, bytes: Uint8Array, from: number, end: number, starts: boolean): void {
    if (starts) {
      if (lane.open) this.#close(lane);
      lane.open = true;
      lane.started = false;
      lane.headBytes = 0;
      if (lane.id === VIDEO_ID) this.#sink.pack();
    }
    if (!lane.open) return;
    let at = from;
    if (!lane.started) {
      at = this.#head(lane, bytes, at, end);
      if (!lane.started) return;
    }
    const to = lane.remaining < 0 ? end : Math.min(end, at + lane.remaining);
    if (to > at) this.#sink.data(lane.id, bytes, at, to);
    if (lane.remaining < 0) return;
    lane.remaining -= to - at;
    if (lane.remaining === 0) this.#close(lane);
  }

  /** Collects the PES header, byte by byte over packets; returns where its data begins. */
  #head(lane: Lane, bytes: Uint8Array, from: number, end: number): number {
    const { head } = lane;
    for (let at = from; ; ) {
      const need = Math.max(9, pesHeaderNeed(head, 0, lane.headBytes));
      if (lane.headBytes >= need || need > MAX_PES_HEADER) {
        const isStart = head[0] === 0 && head[1] === 0 && head[2] === 1;
        if (!isStart || need > MAX_PES_HEADER) {
          lane.open = false;
          this.#sink.damaged();
          return end;
        }
        readPesHeader(head, 0, need, this.#pes);
        const length = (head[4]! << 8) | head[5]!;
        lane.remaining = length === 0 ? -1 : Math.max(0, length - (need - 6));
        lane.started = true;
        this.#sink.pesStart(lane.id, this.#pes.pts, this.#pes.dts);
        return at;
      }
      if (at === end) return at;
      head[lane.headBytes++] = bytes[at++]!;
    }
  }

  #close(lane: Lane): void {
    lane.open = false;
    if (lane.started) this.#sink.pesEnd(lane.id);
  }
}

/** Where the entries of a section end (its CRC left out); 0 when it is none of this table or does not fit its packet. */
function sectionEnd(bytes: Uint8Array, at: number, end: number, table: number): number {
  if (at + 12 > end || bytes[at] !== table) return 0;
  const to = at + 3 + (((bytes[at + 1]! & 0x0f) << 8) | bytes[at + 2]!);
  return to > end ? 0 : to - 4;
}
