import type { Clock } from '../clock.ts';
import type { StreamHistoryView } from '../views.ts';
import type { Live } from './live.ts';

/** A stall of one group of pictures shows, and 1,000 streams cost one pass in that time. */
const EVERY_MS = 2000;
/** Three minutes: "what was that just now?" */
const KEPT = 90;

interface Sample {
  readonly bitrateBps: number;
  readonly fps: number;
  readonly loss: number;
  readonly viewers: number;
}

interface Row {
  readonly samples: Sample[];
  before: { readonly atMs: number; readonly bytes: number; readonly frames: number; lost: number; packets: number };
}

/** What one look takes of a stream. */
export type Measured = Pick<Live, 'id' | 'counters'> & { readonly stream: { readonly viewers: number } };

/** The last minutes of every running stream in numbers, for graphs. A stream that has ended takes its history along. */
export class StreamHistories {
  readonly #clock: Clock;
  readonly #running: () => readonly Measured[];
  #rows = new Map<string, Row>();
  #cancel: () => void;

  constructor(clock: Clock, running: () => readonly Measured[]) {
    this.#clock = clock;
    this.#running = running;
    this.#cancel = clock.after(EVERY_MS, () => this.#look());
  }

  of(streamId: string): StreamHistoryView {
    const samples = this.#rows.get(streamId)?.samples ?? [];
    return {
      everyMs: EVERY_MS,
      bitrateBps: samples.map((sample) => sample.bitrateBps),
      fps: samples.map((sample) => sample.fps),
      loss: samples.map((sample) => sample.loss),
      viewers: samples.map((sample) => sample.viewers),
    };
  }

  /** Streams with a history now. */
  get size(): number {
    return this.#rows.size;
  }

  /** Idempotent. */
  close(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  #look(): void {
    this.#cancel = this.#clock.after(EVERY_MS, () => this.#look());
    const nowMs = this.#clock.nowMs();
    const rows = new Map<string, Row>();
    for (const { id, counters, stream } of this.#running()) {
      const { bytes, frames, lost, packets } = counters;
      const now = { atMs: nowMs, bytes, frames, lost, packets };
      const row = this.#rows.get(id) ?? { samples: [], before: { ...now } };
      rows.set(id, row);
      const { before } = row;
      row.before = now;
      const seconds = (nowMs - before.atMs) / 1000;
      if (seconds <= 0) continue; // seen for the first time
      const gone = Math.max(0, lost - before.lost);
      const came = Math.max(0, packets - before.packets);
      row.samples.push({
        bitrateBps: Math.round(((bytes - before.bytes) * 8) / seconds),
        fps: Math.round(((frames - before.frames) / seconds) * 10) / 10,
        loss: gone === 0 ? 0 : gone / (gone + came),
        viewers: stream.viewers,
      });
      if (row.samples.length > KEPT) row.samples.shift();
    }
    this.#rows = rows;
  }
}
