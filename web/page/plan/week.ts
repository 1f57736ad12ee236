/** The hours of a week as people paint them, minute by minute. Pure: no DOM. */

/** Hours of some days, as a plan of the gateway says them: 1 Monday … 7 Sunday, `HH:MM`, `to` up to `24:00` or on the day after. */
export interface WeeklyRange {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}

const DAY_MINUTES = 1440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** What is painted at once. */
const CELL_MINUTES = 30;
export const CELLS_OF_DAY = DAY_MINUTES / CELL_MINUTES;

/** 1 for each minute that is wanted, from Monday 00:00 on. Never changed in place. */
export type Week = Uint8Array;

export const NO_WEEK: Week = new Uint8Array(WEEK_MINUTES);

/** A half hour of a day: 0 Monday … 6 Sunday, 0 … 47. */
export interface Cell {
  readonly day: number;
  readonly half: number;
}

/** `HH:MM`, `24:00` too, as a minute of the day; null for anything else. */
function minuteOf(time: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(time) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return minute <= DAY_MINUTES ? minute : null;
}

/** `HH:MM` of a minute of the day; 1440 is `24:00`. */
export function timeOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** The first minute of a half hour, as a time. */
export function cellTime({ half }: Cell): string {
  return timeOf(half * CELL_MINUTES);
}

/** The week of a plan; a range that does not end behind its start ends on the day after. */
export function weekOf(ranges: readonly WeeklyRange[]): Week {
  const week = new Uint8Array(WEEK_MINUTES);
  for (const { days, from, to } of ranges) {
    const [first, last] = [minuteOf(from), minuteOf(to)];
    if (first === null || last === null) continue;
    const length = last > first ? last - first : last + DAY_MINUTES - first;
    for (const day of days) {
      for (let i = 0; i < length; i++) week[((day - 1) * DAY_MINUTES + first + i) % WEEK_MINUTES] = 1;
    }
  }
  return week;
}

/** The ranges of a week: days with the same hours together, in the order of their first day. */
export function rangesOf(week: Week): WeeklyRange[] {
  const days = new Map<string, { days: number[]; runs: { from: string; to: string }[] }>();
  for (let day = 0; day < 7; day++) {
    const runs: { from: string; to: string }[] = [];
    let start: number | null = null;
    for (let minute = 0; minute <= DAY_MINUTES; minute++) {
      const isOn = minute < DAY_MINUTES && week[day * DAY_MINUTES + minute] === 1;
      if (isOn && start === null) start = minute;
      if (!isOn && start !== null) {
        runs.push({ from: timeOf(start), to: timeOf(minute) });
        start = null;
      }
    }
    if (runs.length === 0) continue;
    const key = JSON.stringify(runs);
    const same = days.get(key);
    if (same === undefined) days.set(key, { days: [day + 1], runs });
    else same.days.push(day + 1);
  }
  return [...days.values()].flatMap(({ days: some, runs }) => runs.map((run) => ({ days: some, ...run })));
}

/** Whether all, some or no minutes of a half hour are wanted. */
export function stateOf(week: Week, { day, half }: Cell): 'all' | 'some' | 'none' {
  const from = day * DAY_MINUTES + half * CELL_MINUTES;
  let wanted = 0;
  for (let i = from; i < from + CELL_MINUTES; i++) wanted += week[i] ?? 0;
  if (wanted === 0) return 'none';
  return wanted === CELL_MINUTES ? 'all' : 'some';
}

/** The week with every half hour of the rectangle between two cells set; what lies outside keeps its minutes. */
export function painted(week: Week, a: Cell, b: Cell, isOn: boolean): Week {
  const next = Uint8Array.from(week);
  const [firstDay, lastDay] = [Math.min(a.day, b.day), Math.max(a.day, b.day)];
  const [firstHalf, lastHalf] = [Math.min(a.half, b.half), Math.max(a.half, b.half)];
  for (let day = firstDay; day <= lastDay; day++) {
    const start = day * DAY_MINUTES;
    next.fill(isOn ? 1 : 0, start + firstHalf * CELL_MINUTES, start + (lastHalf + 1) * CELL_MINUTES);
  }
  return next;
}

/** Hours that are wanted in a week. */
export function hoursOf(week: Week): number {
  return week.reduce((sum, one) => sum + one, 0) / 60;
}

/** The cell beside another one; the edges hold. */
export function beside({ day, half }: Cell, days: number, halves: number): Cell {
  const held = (value: number, max: number) => Math.min(max, Math.max(0, value));
  return { day: held(day + days, 6), half: held(half + halves, CELLS_OF_DAY - 1) };
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The half hour in which a moment lies in a zone; null for a zone that the browser does not know. */
export function cellAt(epochMs: number, timeZone: string): Cell | null {
  try {
    const parts = new Intl.DateTimeFormat('en', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(epochMs);
    const read = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
    const minute = Number(read('hour')) * 60 + Number(read('minute'));
    return { day: WEEKDAYS.indexOf(read('weekday')), half: Math.floor(minute / CELL_MINUTES) };
  } catch {
    return null;
  }
}
