/** The days and minutes that a line of crontab names: minute, hour, day of the month, month, day of the week. */

/** One line, read. */
export interface CronLine {
  /** Minutes of a day at which it begins, ascending, at least one. */
  readonly minutes: readonly number[];
  /** Whether it begins on that day; `dayMs` is midnight of a local day as if it were UTC. */
  isOn(dayMs: number): boolean;
}

/** Why a line cannot be read, in one sentence. */
export interface CronFault {
  readonly fault: string;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Words for `min`, `min + 1`, …, three letters each. */
  readonly words?: readonly string[];
}

const MINUTE: Field = { name: 'minute', min: 0, max: 59 };
const HOUR: Field = { name: 'hour', min: 0, max: 23 };
const DAY: Field = { name: 'day of the month', min: 1, max: 31 };
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH: Field = { name: 'month', min: 1, max: 12, words: MONTHS };
/** 7 is Sunday too. */
const WEEKDAY: Field = {
  name: 'day of the week',
  min: 0,
  max: 7,
  words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
};
const FIELDS = [MINUTE, HOUR, DAY, MONTH, WEEKDAY];
/** The longest each month can be. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Five lists of every number fit in it twice. */
export const MAX_CRON_LENGTH = 1000;

/** Reads five fields of `*`, numbers, words (`mon`, `jan`), ranges, lists and steps. */
export function readCron(line: string): CronLine | CronFault {
  if (line.length > MAX_CRON_LENGTH) return { fault: `A cron line has at most ${MAX_CRON_LENGTH} characters.` };
  const texts = line.trim().split(/\s+/);
  if (texts.length !== FIELDS.length)
    return { fault: `"${line}" has ${texts[0] === '' ? 0 : texts.length} fields; a cron line has five.` };
  const sets: ReadonlySet<number>[] = [];
  for (const [i, field] of FIELDS.entries()) {
    const set = valuesOf(texts[i] ?? '', field);
    if (set === null) return { fault: `"${texts[i]}" is no ${field.name} of a cron line (${field.min}-${field.max}).` };
    sets.push(set);
  }
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.has(7)) weekdays.add(0);
  // As every cron since V7: when both are named, either is enough.
  const isEither = !texts[2]?.startsWith('*') && !texts[4]?.startsWith('*');
  const isPossible = isEither || [...months].some((month) => [...days].some((day) => day <= LONGEST[month - 1]!));
  if (!isPossible) return { fault: `"${line}" names a day that no month has.` };
  const starts = [...hours].flatMap((hour) => [...minutes].map((minute) => hour * 60 + minute));
  return {
    minutes: starts.sort((a, b) => a - b),
    isOn(dayMs) {
      const date = new Date(dayMs);
      if (!months.has(date.getUTCMonth() + 1)) return false;
      const byDay = days.has(date.getUTCDate());
      const byWeekday = weekdays.has(date.getUTCDay());
      return isEither ? byDay || byWeekday : byDay && byWeekday;
    },
  };
}

/** The numbers that one field names; null when it names none. */
function valuesOf(text: string, field: Field): Set<number> | null {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, range = '', stepText] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const ends = range === '*' ? [field.min, field.max] : range.split('-').map((end) => numberOf(end, field));
    const [from, to = stepText === undefined ? from : field.max] = ends;
    const step = stepText === undefined ? 1 : Number(stepText);
    if (ends.length > 2 || from == null || to == null || from > to || step < 1) return null;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

function numberOf(text: string, { min, max, words }: Field): number | null {
  const word = words?.indexOf(text.toLowerCase()) ?? -1;
  if (word >= 0) return min + word;
  if (!/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value < min || value > max ? null : value;
}
