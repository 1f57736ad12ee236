/** When a channel is to be recorded, as somebody said it. */
import { readCron } from './plan-cron.ts';

/** `alarm`: only for a while after an alarm; its times, when it has some, are those at which alarms count. */
export type PlanMode = 'off' | 'always' | 'schedule' | 'alarm';

/** Hours of some days of the week. */
export interface WeeklyRange {
  /** 1 Monday … 7 Sunday. */
  readonly days: readonly number[];
  /** `HH:MM` on these days. */
  readonly from: string;
  /** `HH:MM`, up to `24:00`; not behind `from`: on the day after. */
  readonly to: string;
}

/** Times by the lines of crontab. */
export interface CronRange {
  /** `0 8 * * 1-5` */
  readonly start: string;
  /** How long from each start on, by the clock on the wall. */
  readonly minutes: number;
}

export interface RecordPlan {
  readonly mode: PlanMode;
  /** 0 main, 1 sub, … */
  readonly streamNumber: number;
  readonly weekly: readonly WeeklyRange[];
  readonly cron: readonly CronRange[];
  /** How much before an alarm is kept; null: as the gateway is set. */
  readonly preRollSeconds: number | null;
  /** How long is recorded after an alarm; null: as the gateway is set. */
  readonly postRollSeconds: number | null;
  /** Days after which recordings of the channel are deleted; null: as the gateway is set. */
  readonly keepDays: number | null;
}

/** A plan with its channel, as it is kept. */
export interface StoredPlan extends RecordPlan {
  readonly deviceId: string;
  readonly channelId: string;
}

export const NO_PLAN: RecordPlan = {
  mode: 'off',
  streamNumber: 0,
  weekly: [],
  cron: [],
  preRollSeconds: null,
  postRollSeconds: null,
  keepDays: null,
};

/** Some minutes of a day: [`from`, `to`); `to` may lie on a later day. */
export interface MinuteRun {
  readonly from: number;
  readonly to: number;
}

/** Runs that begin on certain days. */
export interface DayRule {
  /** `dayMs`: midnight of a local day as if it were UTC. */
  isOn(dayMs: number): boolean;
  readonly runs: readonly MinuteRun[];
}

/** The times of a plan, ready to be looked at (`plan-times`). */
export interface PlanTimes {
  readonly rules: readonly DayRule[];
  /** It never ends. */
  readonly isAlways: boolean;
}

export const DAY_MINUTES = 1440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** One start lasts a week at most: what is longer is a plan for always. */
export const MAX_CRON_MINUTES = WEEK_MINUTES;
/** 7 days of half hours with a gap each would be 168; a week by hand has far fewer. */
export const MAX_WEEKLY = 200;
export const MAX_CRON_LINES = 20;

/** Checks a plan and writes its week in the shortest form: overlaps joined, days with the same hours together. */
export function checkedPlan(plan: RecordPlan): RecordPlan | { fault: string } {
  if (plan.weekly.length > MAX_WEEKLY) return { fault: `A plan has at most ${MAX_WEEKLY} ranges of the week.` };
  if (plan.cron.length > MAX_CRON_LINES) return { fault: `A plan has at most ${MAX_CRON_LINES} cron lines.` };
  for (const range of plan.weekly) {
    const fault = faultOf(range);
    if (fault !== null) return { fault };
  }
  for (const { start, minutes } of plan.cron) {
    const line = readCron(start);
    if ('fault' in line) return line;
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > MAX_CRON_MINUTES)
      return { fault: `minutes of a cron line must be a whole number from 1 to ${MAX_CRON_MINUTES}.` };
  }
  if (plan.mode === 'schedule' && plan.weekly.length + plan.cron.length === 0)
    return { fault: 'A schedule needs times: weekly or cron.' };
  return { ...plan, weekly: rangesOf(weekRuns(plan.weekly)) };
}

/** The times of a plan that was checked. A plan for alarms without times is one for always. */
export function timesOf({ mode, weekly, cron }: RecordPlan): PlanTimes {
  if (mode === 'off') return { rules: [], isAlways: false };
  const hasTimes = weekly.length + cron.length > 0;
  if (mode === 'always' || (mode === 'alarm' && !hasTimes)) return { rules: [], isAlways: true };
  const week = weekRuns(weekly);
  if (week.some(({ from, to }) => to - from >= WEEK_MINUTES)) return { rules: [], isAlways: true };
  const byDay = Array.from({ length: 7 }, (_, day): DayRule => {
    const runs = week.filter(({ from }) => Math.floor(from / DAY_MINUTES) === day);
    const start = day * DAY_MINUTES;
    return {
      isOn: (dayMs) => weekdayOf(dayMs) === day,
      runs: runs.map(({ from, to }) => ({ from: from - start, to: to - start })),
    };
  });
  const byCron = cron.flatMap(({ start, minutes }): DayRule[] => {
    const line = readCron(start);
    if ('fault' in line) return [];
    return [{ isOn: line.isOn, runs: runsOf(line.minutes, minutes) }];
  });
  return { rules: [...byDay.filter(({ runs }) => runs.length > 0), ...byCron], isAlways: false };
}

/** 0 Monday … 6 Sunday. */
function weekdayOf(dayMs: number): number {
  return (new Date(dayMs).getUTCDay() + 6) % 7;
}

function faultOf({ days, from, to }: WeeklyRange): string | null {
  if (days.length === 0 || days.some((day) => !Number.isInteger(day) || day < 1 || day > 7))
    return 'days must be numbers from 1 (Monday) to 7 (Sunday), at least one.';
  for (const time of [from, to]) if (minuteOf(time) === null) return `"${time}" is no time of a day: it is HH:MM.`;
  if (from === '24:00') return 'from must be before 24:00; the day after begins at 00:00.';
  return from === to ? `from and to are both ${from}; a whole day is 00:00 to 24:00.` : null;
}

/** `HH:MM`, `24:00` too, as a minute of the day. */
function minuteOf(time: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  if (time === '24:00') return DAY_MINUTES;
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** Runs of a week that goes in a circle, minute 0 is Monday 00:00; joined, ascending by their starts. */
function weekRuns(ranges: readonly WeeklyRange[]): MinuteRun[] {
  const isIn = new Uint8Array(WEEK_MINUTES);
  for (const { days, from, to } of ranges) {
    const [first, last] = [minuteOf(from) ?? 0, minuteOf(to) ?? 0];
    const length = last > first ? last - first : last + DAY_MINUTES - first;
    for (const day of days)
      for (let i = 0; i < length; i += 1) isIn[((day - 1) * DAY_MINUTES + first + i) % WEEK_MINUTES] = 1;
  }
  const gap = isIn.indexOf(0);
  if (gap < 0) return [{ from: 0, to: WEEK_MINUTES }];
  const runs: MinuteRun[] = [];
  let from = -1;
  // from a gap on, once around, so that no run is torn by the end of the week
  for (let i = 1; i <= WEEK_MINUTES; i += 1) {
    const minute = gap + i;
    const isOn = isIn[minute % WEEK_MINUTES] === 1;
    if (isOn && from < 0) from = minute;
    if (isOn || from < 0) continue;
    const back = from >= WEEK_MINUTES ? WEEK_MINUTES : 0;
    runs.push({ from: from - back, to: minute - back });
    from = -1;
  }
  return runs.sort((a, b) => a.from - b.from);
}

/** Runs as ranges of days: what is longer than a day is cut at midnight, days with the same hours are put together. */
function rangesOf(runs: readonly MinuteRun[]): WeeklyRange[] {
  const byHours = new Map<string, { days: number[]; from: string; to: string }>();
  for (const { from: first, to: last } of runs) {
    let to = last;
    for (let from = first; from < last; from = to) {
      const midnight = (Math.floor(from / DAY_MINUTES) + 1) * DAY_MINUTES;
      to = last - first >= DAY_MINUTES ? Math.min(midnight, last) : last;
      const hours = { from: timeOf(from % DAY_MINUTES), to: timeOf(((to - 1) % DAY_MINUTES) + 1) };
      const range = byHours.get(`${hours.from} ${hours.to}`) ?? { days: [], ...hours };
      range.days.push((Math.floor(from / DAY_MINUTES) % 7) + 1);
      byHours.set(`${hours.from} ${hours.to}`, range);
    }
  }
  const ranges = [...byHours.values()];
  for (const { days } of ranges) days.sort((a, b) => a - b);
  return ranges.sort((a, b) => a.from.localeCompare(b.from) || a.to.localeCompare(b.to));
}

function timeOf(minute: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** Runs of so many minutes from each start on, joined where they meet. */
function runsOf(starts: readonly number[], minutes: number): MinuteRun[] {
  const runs: { from: number; to: number }[] = [];
  for (const from of starts) {
    const last = runs.at(-1);
    if (last !== undefined && from <= last.to) last.to = from + minutes;
    else runs.push({ from, to: from + minutes });
  }
  return runs;
}
