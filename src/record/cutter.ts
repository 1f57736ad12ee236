/**
 * Where a recording's fragments begin and end. Decided by the samples alone, never by when or in which company they came:
 * the same footage gives the same bytes, whatever happened on the way.
 */
import type { Run, RunSample } from './fragment.ts';
import { MAX_DURATION } from './index.ts';

/** A group of pictures longer than this is written in parts: it is what a crash may lose. Most cameras send a key frame every 2–4 s. */
export const MAX_OPEN_MS = 5000;

/** The same in bytes: 4 s of 16 Mbit/s, and far less than may wait for the disk. */
export const MAX_OPEN_BYTES = 8 * 1024 * 1024;

/** Streams of key frames alone (and of sound alone) are written in parts of at least this length, not frame by frame. */
export const MIN_OPEN_MS = 500;

/** A fragment waits for sound of its time until the picture is so far ahead: as much as devices let sound lag. */
export const MAX_LAG_MS = 1000;

/** With so much held back a fragment leaves without its sound: two of the largest. */
export const MAX_HELD_BYTES = 2 * MAX_OPEN_BYTES;

interface Lane {
  readonly trackId: number;
  readonly timescale: number;
  readonly isVideo: boolean;
  /** Sound of the tracks in force is waited for. */
  isExpected: boolean;
  /** Samples that have not left yet; their sample entries beside them. */
  samples: RunSample[];
  entries: number[];
  /** Samples that have left. */
  left: number;
  /** The last dts taken; −1: none. */
  lastDts: number;
}

/** A fragment begins here: pictures from these numbers on, sound from that time on. */
interface Cut {
  readonly seconds: number;
  /** For each lane, how many samples come before it; −1: sound, by time. */
  readonly before: readonly number[];
}

export class Cutter {
  readonly #lanes: Lane[] = [];
  #cuts: Cut[] = [];
  /** Where the open fragment begins; −1: nothing has come since the last one was cut, or at all. */
  #openSeconds = -1;
  #openBytes = 0;
  #heldBytes = 0;
  #leadSeconds = 0;

  get laneCount(): number {
    return this.#lanes.length;
  }

  /** A track; its lane's number. `lastDts`: where the file's last sample of it stands, −1 when it has none. */
  addLane(trackId: number, timescale: number, isVideo: boolean, lastDts = -1): number {
    const lane = { trackId, timescale, isVideo, isExpected: true, samples: [], entries: [], left: 0, lastDts };
    return this.#lanes.push(lane) - 1;
  }

  /** From here on only these lanes go on. */
  expect(lanes: readonly number[]): void {
    for (const [i, lane] of this.#lanes.entries()) lane.isExpected = lanes.includes(i);
  }

  /**
   * The next sample of a lane, described by that sample entry. Its dts never goes back: what does is moved, and still shown when
   * it is due, and until then. Answers the dts it got.
   */
  add(number: number, sample: RunSample, entry: number): number {
    const lane = this.#lanes[number]!;
    const dts = Math.max(sample.dts, lane.lastDts, 0);
    const movedBy = dts - sample.dts;
    const compositionOffset = Math.max(0, sample.compositionOffset - movedBy);
    const duration = movedBy === 0 ? sample.duration : Math.max(1, sample.duration - movedBy);
    const before = lane.samples.at(-1);
    // The next sample's dts is the truth about the duration of the one before.
    if (before !== undefined) before.duration = Math.min(dts - before.dts, MAX_DURATION);
    const bytes = sample.data.length;
    if (this.#isLead(lane)) {
      const seconds = dts / lane.timescale;
      if (this.#openSeconds >= 0 && this.#isDue(seconds, sample.isSync)) this.#cut(seconds);
      if (this.#openSeconds < 0) this.#openSeconds = seconds;
      this.#openBytes += bytes;
      this.#leadSeconds = seconds;
    }
    lane.samples.push({ ...sample, dts, duration, compositionOffset });
    lane.entries.push(entry);
    lane.lastDts = dts;
    this.#heldBytes += bytes;
    return dts;
  }

  /** The next whole fragment, or null. */
  next(): Run[] | null {
    const cut = this.#cuts[0];
    if (cut === undefined || !this.#isWhole(cut)) return null;
    this.#cuts.shift();
    const runs = this.#lanes.flatMap((lane, i) => {
      let count = (cut.before[i] ?? 0) - lane.left;
      if (cut.before[i] === -1) {
        const first = lane.samples.findIndex(({ dts }) => dts / lane.timescale >= cut.seconds);
        count = first < 0 ? lane.samples.length : first;
      }
      return this.#take(lane, count);
    });
    // Sound alone may lie before a cut that took pictures only, and a cut may be one in a row.
    return runs.length === 0 ? this.next() : runs;
  }

  /** Everything that is left, as one fragment, once `next` has nothing more; null: nothing. */
  rest(): Run[] | null {
    this.#cuts = [];
    const runs = this.#lanes.flatMap((lane) => this.#take(lane, lane.samples.length));
    this.#openSeconds = -1;
    this.#openBytes = 0;
    return runs.length === 0 ? null : runs;
  }

  /** Nothing more comes: every cut is whole. */
  end(): void {
    this.expect([]);
  }

  #isLead(lane: Lane): boolean {
    return lane.isVideo || !this.#lanes.some(({ isVideo }) => isVideo);
  }

  #isDue(seconds: number, isSync: boolean): boolean {
    // Half a tick of the finest clock: times in seconds are not exact.
    const openMs = (seconds - this.#openSeconds) * 1000 + 0.005;
    return openMs >= MAX_OPEN_MS || this.#openBytes >= MAX_OPEN_BYTES || (isSync && openMs >= MIN_OPEN_MS);
  }

  #cut(seconds: number): void {
    const before = this.#lanes.map((lane) => (this.#isLead(lane) ? lane.left + lane.samples.length : -1));
    this.#cuts.push({ seconds, before });
    this.#openSeconds = -1;
    this.#openBytes = 0;
  }

  /** All sound of its time is there, or is waited for no longer. */
  #isWhole(cut: Cut): boolean {
    if (this.#heldBytes >= MAX_HELD_BYTES) return true;
    if ((this.#leadSeconds - cut.seconds) * 1000 >= MAX_LAG_MS) return true;
    return this.#lanes.every(
      (lane) => this.#isLead(lane) || !lane.isExpected || lane.lastDts / lane.timescale >= cut.seconds,
    );
  }

  /** The first samples of a lane as runs, one for each sample entry in a row. */
  #take(lane: Lane, count: number): Run[] {
    const runs: Run[] = [];
    for (let from = 0; from < count; ) {
      const entry = lane.entries[from]!;
      let to = from + 1;
      while (to < count && lane.entries[to] === entry) to += 1;
      runs.push({ trackId: lane.trackId, entry, samples: lane.samples.slice(from, to) });
      from = to;
    }
    for (let i = 0; i < count; i += 1) this.#heldBytes -= lane.samples[i]!.data.length;
    lane.samples = lane.samples.slice(Math.max(0, count));
    lane.entries = lane.entries.slice(Math.max(0, count));
    lane.left += Math.max(0, count);
    return runs;
  }
}
