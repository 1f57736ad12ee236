import { ApiFault } from '../api.ts';
import { Store } from '../store.ts';
import type { FoundDays, FoundFile, FoundFiles } from './api.ts';
import { joined, type Range } from './lanes.ts';
import { dateAfter, type Zone } from './zone.ts';

/** A window up to this long is asked for file by file, a longer one by its days. */
export const FILES_SPAN_MS = 4 * 86_400_000;
/** Days whose files are remembered: two months of windows. */
const MAX_DAYS = 62;
/** Searches at once: recorders answer one after the other anyway. */
const AT_ONCE = 2;
/** The first part of an answer is shown after this long, the rest as it comes. */
const WAIT_SECONDS = 3;
/** A day that is not over gets more footage while one looks. */
const FRESH_MS = 45_000;
/** A search that tells of no progress is asked for again. */
const AGAIN_MS = 5_000;
/** A device that never says everything is believed after this many answers. */
const MAX_ROUNDS = 24;
/** A day is covered when no more than this is missing. */
const WHOLE_SLACK_S = 60;

/** What is known of the footage in a device. */
export interface DeviceFootage {
  /** In order and apart. */
  readonly files: readonly Range[];
  /** Recorded because of an alarm; parts of `files`. */
  readonly alarms: readonly Range[];
  /** Days known by their sum only: all of the day, or some of it. */
  readonly wholeDays: readonly Range[];
  readonly partDays: readonly Range[];
  /** Asked for, and not told to the end. */
  readonly pending: readonly Range[];
  /** Told to the end: what is not in the others is not there. */
  readonly known: readonly Range[];
  readonly fault: ApiFault | null;
}

export const NO_FOOTAGE: DeviceFootage = {
  files: [],
  alarms: [],
  wholeDays: [],
  partDays: [],
  pending: [],
  known: [],
  fault: null,
};

export interface DeviceLanePorts {
  files(startMs: number, endMs: number, o: { waitSeconds: number; queryId?: string | undefined }): Promise<FoundFiles>;
  days(month: string): Promise<FoundDays>;
  /** Wall clock. */
  epochMs(): number;
  /** Monotonic. */
  nowMs(): number;
  after(ms: number, action: () => void): () => void;
}

interface Chunk {
  readonly key: string;
  readonly range: Range;
  items: readonly FoundFile[];
  known: FoundDays['days'];
  queryId: string | undefined;
  state: 'waiting' | 'asking' | 'partial' | 'complete' | 'failed';
  rounds: number;
  atMs: number;
}

/**
 * The footage of a channel in its device, asked for as the window comes to it: a day at a time, or by months when the window is long. What is
 * known stays; parts of an answer are shown when they come.
 */
export class DeviceLane {
  readonly shown = new Store<DeviceFootage>(NO_FOOTAGE);
  readonly #ports: DeviceLanePorts;
  readonly #zone: Zone;
  readonly #chunks = new Map<string, Chunk>();
  readonly #timers = new Set<() => void>();
  #wanted: string[] = [];
  #asking = 0;
  #fault: ApiFault | null = null;
  #isClosed = false;

  constructor(ports: DeviceLanePorts, zone: Zone) {
    this.#ports = ports;
    this.#zone = zone;
  }

  /** Sees to it that this window is known; the middle of it first. */
  show(window: Range): void {
    const isByFiles = window.endMs - window.startMs <= FILES_SPAN_MS;
    const centreMs = (window.startMs + window.endMs) / 2;
    const dates = this.#datesOf(window);
    const keys = isByFiles ? dates : [...new Set(dates.map((date) => date.slice(0, 7)))];
    this.#wanted = keys.filter((key) => this.#isDue(key));
    const middle = (key: string) => {
      const { startMs, endMs } = this.#rangeOf(key);
      return Math.abs((startMs + endMs) / 2 - centreMs);
    };
    this.#wanted.sort((a, b) => middle(a) - middle(b));
    this.#work();
  }

  /** A search of the gateway has come further (`records.progress`). */
  progressed(queryId: unknown): void {
    for (const chunk of this.#chunks.values()) {
      if (chunk.state !== 'partial') continue;
      if (chunk.queryId === queryId || chunk.queryId === undefined) this.#again(chunk);
    }
  }

  /** After a failure: the device is back, or somebody asks again. */
  retry(window: Range): void {
    this.#fault = null;
    for (const [key, chunk] of this.#chunks) if (chunk.state === 'failed') this.#chunks.delete(key);
    this.#tell();
    this.show(window);
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #datesOf(window: Range): string[] {
    const last = this.#zone.date(Math.min(window.endMs - 1, this.#ports.epochMs()));
    const dates: string[] = [];
    for (let date = this.#zone.date(window.startMs); date <= last && dates.length < MAX_DAYS; date = dateAfter(date, 1))
      dates.push(date);
    return dates;
  }

  #isDue(key: string): boolean {
    const chunk = this.#chunks.get(key);
    if (chunk === undefined) return this.#fault === null;
    const isGrowing = chunk.range.endMs > this.#ports.epochMs() - FRESH_MS;
    return chunk.state === 'complete' && isGrowing && this.#ports.nowMs() - chunk.atMs > FRESH_MS;
  }

  #rangeOf(key: string): Range {
    const isMonth = key.length === 7;
    const first = isMonth ? `${key}-01` : key;
    const next = isMonth ? `${dateAfter(first, 31).slice(0, 7)}-01` : dateAfter(key, 1);
    return { startMs: this.#zone.day(first)?.startMs ?? 0, endMs: this.#zone.day(next)?.startMs ?? 0 };
  }

  #work(): void {
    while (this.#asking < AT_ONCE && !this.#isClosed) {
      const key = this.#wanted.shift();
      if (key === undefined) break;
      const before = this.#chunks.get(key);
      if (before?.state === 'asking') continue;
      const chunk = before ?? {
        key,
        range: this.#rangeOf(key),
        items: [],
        known: [],
        queryId: undefined,
        state: 'waiting',
        rounds: 0,
        atMs: 0,
      };
      chunk.rounds = 0;
      chunk.queryId = undefined;
      this.#chunks.delete(key);
      this.#chunks.set(key, chunk);
      void this.#ask(chunk);
    }
    this.#forget();
    this.#tell();
  }

  #again(chunk: Chunk): void {
    if (this.#isClosed || chunk.state !== 'partial' || this.#chunks.get(chunk.key) !== chunk) return;
    void this.#ask(chunk);
  }

  async #ask(chunk: Chunk): Promise<void> {
    const isFirst = chunk.rounds === 0;
    chunk.state = 'asking';
    chunk.rounds++;
    this.#asking++;
    try {
      const isComplete = chunk.key.length === 7 ? await this.#askDays(chunk) : await this.#askFiles(chunk, isFirst);
      if (isComplete || chunk.rounds >= MAX_ROUNDS) chunk.state = 'complete';
      else {
        chunk.state = 'partial';
        const cancel = this.#ports.after(AGAIN_MS, () => {
          this.#timers.delete(cancel);
          this.#again(chunk);
        });
        this.#timers.add(cancel);
      }
      chunk.atMs = this.#ports.nowMs();
    } catch (error) {
      chunk.state = 'failed';
      this.#fault = error instanceof ApiFault ? error : new ApiFault(0, '', String(error));
    }
    this.#asking--;
    if (this.#isClosed) return;
    this.#work();
  }

  async #askFiles(chunk: Chunk, isFirst: boolean): Promise<boolean> {
    const { startMs, endMs } = chunk.range;
    const waitSeconds = isFirst ? WAIT_SECONDS : 0;
    const answer = await this.#ports.files(startMs, endMs, { waitSeconds, queryId: chunk.queryId });
    // a search that begins anew has less at first than what is known
    if (answer.complete || answer.items.length >= chunk.items.length) chunk.items = answer.items;
    chunk.queryId = answer.queryId;
    return answer.complete;
  }

  async #askDays(chunk: Chunk): Promise<boolean> {
    const answer = await this.#ports.days(chunk.key);
    chunk.known = answer.days;
    return answer.complete;
  }

  #forget(): void {
    for (const [key, { state }] of this.#chunks) {
      if (this.#chunks.size <= MAX_DAYS) break;
      if (state === 'complete' || state === 'failed') this.#chunks.delete(key);
    }
  }

  #tell(): void {
    const files: Range[] = [];
    const alarms: Range[] = [];
    const pending: Range[] = this.#wanted.map((key) => this.#rangeOf(key));
    const wholeDays: Range[] = [];
    const partDays: Range[] = [];
    const whole: Range[] = [];
    for (const { key, range, items, known, state } of this.#chunks.values()) {
      if (state === 'asking' || state === 'partial') pending.push(range);
      if (state === 'complete') whole.push(range);
      for (const { start, end, type } of items) {
        const file = { startMs: Date.parse(start), endMs: Date.parse(end) };
        files.push(file);
        if (type === 'alarm') alarms.push(file);
      }
      if (key.length !== 7) continue;
      for (const { date, hasFootage, footageSeconds } of known) {
        const day = this.#zone.day(date);
        if (hasFootage !== true || day === null || this.#chunks.get(date)?.state === 'complete') continue;
        const isWhole = footageSeconds + WHOLE_SLACK_S >= (day.endMs - day.startMs) / 1000;
        (isWhole ? wholeDays : partDays).push(day);
      }
    }
    this.shown.set({
      files: joined(files),
      alarms: joined(alarms),
      wholeDays: joined(wholeDays),
      partDays: joined(partDays),
      pending: joined(pending),
      known: joined(whole),
      fault: this.#fault,
    });
  }
}
