/** What a simulated recorder has on its disks: files on the grid of the clock, cut where footage is missing. Times are epoch milliseconds. */

export interface Span {
  readonly startEpochMs: number;
  /** Exclusive. */
  readonly endEpochMs: number;
}

export interface RecordedFile extends Span {
  readonly type: 'time' | 'alarm' | 'manual';
}

export interface LibraryOptions {
  readonly startEpochMs: number;
  /** Exclusive; a recorder that records on has another each time it is asked. */
  readonly endEpochMs: () => number;
  /** Length of a file; files begin at multiples of it. */
  readonly fileMs: number;
  readonly gaps: readonly Span[];
  /** Minutes 20 to 25 of every hour are missing (PB-7). */
  readonly hourlyGap: boolean;
}

const HOUR_MS = 3_600_000;
const HOURLY_GAP = { fromMs: 20 * 60_000, toMs: 25 * 60_000 } as const;
/** Files whose number divides so are of another kind. */
const ALARM_EVERY = 7;
const MANUAL_EVERY = 11;

/** The files of every channel of one device: the same for all of them, and computed, not kept. */
export class Library {
  readonly #o: LibraryOptions;
  readonly #gaps: readonly Span[];

  constructor(o: LibraryOptions) {
    this.#o = o;
    this.#gaps = [...o.gaps].sort((a, b) => a.startEpochMs - b.startEpochMs);
  }

  /** The earliest moment at or after this one at which there is footage; null when there is none any more. */
  next(epochMs: number): number | null {
    let at = Math.max(epochMs, this.#o.startEpochMs);
    const end = this.#o.endEpochMs();
    while (at < end) {
      const gap = this.gapAt(at);
      if (gap === null) return at;
      at = gap.endEpochMs;
    }
    return null;
  }

  /** Whether there is footage from one moment to the other without a gap. */
  reachesFrom(fromEpochMs: number, toEpochMs: number): boolean {
    for (let at = fromEpochMs; at < toEpochMs; at = this.fileEnd(at)) if (this.next(at) !== at) return false;
    return true;
  }

  /** The end of the file that holds this moment: where it is full, where a gap begins, where the footage ends. */
  fileEnd(epochMs: number): number {
    const { endEpochMs, fileMs, hourlyGap } = this.#o;
    let end = Math.min(endEpochMs(), (Math.floor(epochMs / fileMs) + 1) * fileMs);
    for (const gap of this.#gaps) if (gap.startEpochMs > epochMs) end = Math.min(end, gap.startEpochMs);
    if (hourlyGap) {
      const gapMs = Math.floor(epochMs / HOUR_MS) * HOUR_MS + HOURLY_GAP.fromMs;
      if (gapMs > epochMs) end = Math.min(end, gapMs);
    }
    return end;
  }

  /** The start of the file that holds this moment. */
  fileStart(epochMs: number): number {
    const { fileMs, hourlyGap, startEpochMs } = this.#o;
    let start = Math.max(startEpochMs, Math.floor(epochMs / fileMs) * fileMs);
    for (const gap of this.#gaps) if (gap.endEpochMs <= epochMs) start = Math.max(start, gap.endEpochMs);
    const gapEndMs = Math.floor(epochMs / HOUR_MS) * HOUR_MS + HOURLY_GAP.toMs;
    return hourlyGap && gapEndMs <= epochMs ? Math.max(start, gapEndMs) : start;
  }

  /** Whole files of which some part lies in the range, in order. */
  files(range: Span): RecordedFile[] {
    const files: RecordedFile[] = [];
    for (let at = this.next(range.startEpochMs); at !== null && at < range.endEpochMs; ) {
      const end = this.fileEnd(at);
      files.push({ startEpochMs: this.fileStart(at), endEpochMs: end, type: this.#typeOf(at) });
      at = this.next(end);
    }
    return files;
  }

  #typeOf(epochMs: number): RecordedFile['type'] {
    const number = Math.floor(epochMs / this.#o.fileMs);
    return number % ALARM_EVERY === 0 ? 'alarm' : number % MANUAL_EVERY === 0 ? 'manual' : 'time';
  }

  /** The gap that holds this moment. */
  gapAt(epochMs: number): Span | null {
    const gap = this.#gaps.find((each) => each.startEpochMs <= epochMs && epochMs < each.endEpochMs);
    if (gap !== undefined) return gap;
    if (!this.#o.hourlyGap) return null;
    const hour = Math.floor(epochMs / HOUR_MS) * HOUR_MS;
    const intoHour = epochMs - hour;
    return intoHour >= HOURLY_GAP.fromMs && intoHour < HOURLY_GAP.toMs
      ? { startEpochMs: hour + HOURLY_GAP.fromMs, endEpochMs: hour + HOURLY_GAP.toMs }
      : null;
  }
}
