import type { FootageSpan } from '../../record/source.ts';
import type { QueryFault } from '../../sip/server.ts';
import { atMost, type Clock } from '../clock.ts';
import { isProblem, type Problem } from '../views.ts';
import type { RecordSearch } from './record-search.ts';
import { type DayFootage, daysOfMonth, footageOfDays, type ZoneDay } from './record-spans.ts';
import type { RecordDaysView } from './record-views.ts';

/** Which days have footage in a device: asked for in runs of days, remembered when a day is over. */

/** A day that is over is remembered this long: what is old is written over by what is new. */
export const DAY_KEPT_MS = 60 * 60_000;
/** Days remembered, about 200 bytes each: a month of 1,000 channels. */
export const MAX_DAYS_KEPT = 31_000;
/** Files may come this long after an answer seemed to be over (REC-3): it is remembered no earlier. */
const SETTLED_MS = 30_000;
/** Answers that are to be remembered; the oldest is dropped, and asked for again. */
const MAX_SETTLING = 64;
/** Files that they hold beside those of `MAX_FILES_HELD`: what one search may bring, about 20 MB. */
export const MAX_SETTLING_FILES = 50_000;
/** A file may be closed, and the clock of the device wrong, by this much after the end of a day. */
const AFTER_THE_DAY_MS = 10 * 60_000;

export interface DaysPorts {
  readonly clock: Clock;
  readonly timeZone: string;
  search(deviceId: string, channelId: string, span: FootageSpan): RecordSearch | Problem;
}

/** An answer that is whole, as far as is known. */
interface Settling {
  /** What stands before the dates of its days. */
  readonly key: string;
  readonly run: readonly ZoneDay[];
  readonly search: RecordSearch;
  readonly overMs: number;
}

export class RecordDays {
  readonly #ports: DaysPorts;
  readonly #kept = new Map<string, DayFootage & { readonly atMs: number }>();
  #settling: Settling[] = [];

  constructor(ports: DaysPorts) {
    this.#ports = ports;
  }

  /** The days of a month; waits at most `waitMs` for the device. */
  async of(
    deviceId: string,
    channelId: string,
    month: string,
    waitMs: number,
  ): Promise<RecordDaysView | QueryFault | Problem> {
    const { clock, timeZone } = this.#ports;
    const days = daysOfMonth(month, timeZone);
    if (days === null)
      return { problem: 'bad_request', detail: `There is no month ${month.slice(0, 20)}: it is YYYY-MM.` };
    this.#settle();
    const known = new Map<string, DayFootage>();
    for (const day of days) {
      const kept = this.#kept.get(`${deviceId} ${channelId} ${day.date}`);
      if (kept !== undefined && clock.nowMs() - kept.atMs < DAY_KEPT_MS) known.set(day.date, kept);
      else if (day.startEpochMs > clock.epochMs()) known.set(day.date, { files: 0, footageMs: 0 });
    }
    const asked: { readonly run: readonly ZoneDay[]; readonly search: RecordSearch }[] = [];
    for (const run of runsOf(days.filter((day) => !known.has(day.date)))) {
      const span = { startEpochMs: run[0]!.startEpochMs, endEpochMs: run.at(-1)!.endEpochMs };
      const search = this.#ports.search(deviceId, channelId, span);
      if (isProblem(search)) return search;
      asked.push({ run, search });
      void search.done.then(() => {
        if (!search.complete) return;
        this.#settling.push({ key: `${deviceId} ${channelId}`, run, search, overMs: clock.nowMs() });
        const held = () => this.#settling.reduce((sum, each) => sum + each.search.items.length, 0);
        while (this.#settling.length > MAX_SETTLING || (this.#settling.length > 1 && held() > MAX_SETTLING_FILES))
          this.#settling.shift();
      });
    }
    await atMost(clock, waitMs, Promise.all(asked.map(({ search }) => search.done)));
    for (const { run, search } of asked) {
      const { fault } = search;
      if (search.isOver && fault !== null && search.items.length === 0) return fault;
      for (const [date, footage] of footageOfDays(search.items, run))
        if (search.complete || footage.files > 0) known.set(date, footage);
    }
    return {
      month,
      days: days.map(({ date }) => {
        const found = known.get(date);
        return {
          date,
          hasFootage: found === undefined ? null : found.files > 0,
          files: found?.files ?? 0,
          footageSeconds: Math.round((found?.footageMs ?? 0) / 1000),
        };
      }),
      complete: asked.every(({ search }) => search.complete),
    };
  }

  /** Remembers the days that are over of answers to which nothing comes any more. */
  #settle(): void {
    const { clock } = this.#ports;
    const isSettled = ({ overMs }: Settling) => clock.nowMs() - overMs >= SETTLED_MS;
    for (const { key, run, search, overMs } of this.#settling.filter(isSettled)) {
      const over = run.filter((day) => day.endEpochMs + AFTER_THE_DAY_MS < clock.epochMs());
      for (const [date, footage] of footageOfDays(search.items, over)) {
        this.#kept.delete(`${key} ${date}`);
        this.#kept.set(`${key} ${date}`, { ...footage, atMs: overMs });
      }
    }
    this.#settling = this.#settling.filter((each) => !isSettled(each));
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= MAX_DAYS_KEPT) break;
      this.#kept.delete(key);
    }
  }
}

/** Days in runs without a gap. */
function runsOf(days: readonly ZoneDay[]): ZoneDay[][] {
  const runs: ZoneDay[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run?.at(-1)?.endEpochMs === day.startEpochMs) run.push(day);
    else runs.push([day]);
  }
  return runs;
}
