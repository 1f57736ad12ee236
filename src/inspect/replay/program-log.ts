/** Counts what the program stream is made of while it passes. */
import type { PsSink } from '../../media/ps/demux.ts';
import { STREAM_TYPE, UNPLAYED_STREAM_TYPES } from '../../media/ps/psm.ts';
import type { PsReport } from '../report.ts';

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(STREAM_TYPE).map(([name, type]) => [type, name] as const),
  ...Object.entries(UNPLAYED_STREAM_TYPES).map(([type, name]) => [Number(type), name] as const),
]);

export class ProgramLog {
  #packs = 0;
  #maps = 0;
  #damaged = 0;
  #map: PsReport['map'] = [];
  /** By stream id: one byte. */
  readonly #pes = new Map<number, { count: number; bytes: number; withPts: number }>();

  get hasMap(): boolean {
    return this.#maps > 0;
  }

  /** Stands before the next stage. */
  before(next: PsSink): PsSink {
    return {
      ...next,
      pack: () => {
        this.#packs += 1;
        next.pack();
      },
      map: (entries) => {
        this.#maps += 1;
        this.#map = entries.map(({ streamId, streamType }) => ({
          streamId: hex(streamId),
          streamType: TYPE_NAMES.get(streamType) ?? hex(streamType),
        }));
        next.map(entries);
      },
      pesStart: (id, pts, dts) => {
        const seen = this.#of(id);
        seen.count += 1;
        if (pts >= 0) seen.withPts += 1;
        next.pesStart(id, pts, dts);
      },
      data: (id, bytes, start, end) => {
        this.#of(id).bytes += end - start;
        next.data(id, bytes, start, end);
      },
      pesEnd: (id) => next.pesEnd(id),
      damaged: () => {
        this.#damaged += 1;
        next.damaged();
      },
      finding: (code, detail) => next.finding(code, detail),
    };
  }

  /** Null: no program stream. */
  report(): PsReport | null {
    if (this.#packs === 0) return null;
    const pes = [...this.#pes].map(([id, seen]) => ({ streamId: hex(id), ...seen }));
    return { packs: this.#packs, maps: this.#maps, map: this.#map, pes, damaged: this.#damaged };
  }

  #of(id: number) {
    let seen = this.#pes.get(id);
    if (seen === undefined) {
      seen = { count: 0, bytes: 0, withPts: 0 };
      this.#pes.set(id, seen);
    }
    return seen;
  }
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
