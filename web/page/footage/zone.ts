/** Times of day in the zone that a recorder's clock shows, which need not be the browser's. Pure: no DOM. */

const DAY_MS = 86_400_000;
/** Offsets change at quarters of an hour (UTC) only; asking Intl for each tick would be slow. */
const QUARTER_MS = 900_000;
/** Quarters remembered: two months of them, then anew. */
const MAX_QUARTERS = 6_000;

/** One IANA zone. A name that the browser does not know is UTC. */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(name: string) {
    let format: Intl.DateTimeFormat;
    try {
      format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    } catch {
      name = 'UTC';
      format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    }
    this.name = name;
    this.#format = format;
  }

  /** Milliseconds east of UTC at that moment. */
  offsetMs(epochMs: number): number {
    const quarter = Math.floor(epochMs / QUARTER_MS);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const said = this.#format.formatToParts(epochMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const found = /^GMT([+-])(\d{2}):(\d{2})/.exec(said);
    const minutes = found === null ? 0 : Number(found[2]) * 60 + Number(found[3]);
    const offset = (found?.[1] === '-' ? -minutes : minutes) * 60_000;
    if (this.#offsets.size >= MAX_QUARTERS) this.#offsets.clear();
    this.#offsets.set(quarter, offset);
    return offset;
  }

  /** The clock on the wall as if it were UTC: the UTC getters of `Date` give its fields. */
  wall(epochMs: number): number {
    return epochMs + this.offsetMs(epochMs);
  }

  /** The moment at which the wall shows this. What the wall shows twice is the first of both; what it skips is as long behind the gap. */
  epoch(wallMs: number): number {
    const before = wallMs - this.offsetMs(wallMs - DAY_MS);
    if (this.wall(before) === wallMs) return before;
    const after = wallMs - this.offsetMs(wallMs + DAY_MS);
    return this.wall(after) === wallMs ? after : before;
  }

  /** `2026-11-21` */
  date(epochMs: number): string {
    return new Date(this.wall(epochMs)).toISOString().slice(0, 10);
  }

  /** `09:05:00` */
  clock(epochMs: number): string {
    return new Date(this.wall(epochMs)).toISOString().slice(11, 19);
  }

  /** From the beginning of a date to that of the next, or null for what is no date. */
  day(date: string): { startMs: number; endMs: number } | null {
    const wallMs = wallOf(date, '00:00:00');
    return wallMs === null ? null : { startMs: this.epoch(wallMs), endMs: this.epoch(wallMs + DAY_MS) };
  }

  /** The moment of `2026-11-21 09:05:00` or `2026-11-21T09:05`, as people type it; null for anything else. */
  read(text: string): number | null {
    const found = /^\s*(\d{4}-\d{2}-\d{2})[ T]+(\d{1,2}:\d{2}(?::\d{2})?)\s*$/.exec(text);
    const wallMs = found === null ? null : wallOf(found[1] ?? '', found[2] ?? '');
    return wallMs === null ? null : this.epoch(wallMs);
  }

  /** `2026-11-21 09:05:00`: what `read` reads. */
  write(epochMs: number): string {
    return `${this.date(epochMs)} ${this.clock(epochMs)}`;
  }
}

function wallOf(date: string, clock: string): number | null {
  const [hours = '', minutes = '', seconds = '00'] = clock.split(':');
  const text = `${date}T${hours.padStart(2, '0')}:${minutes}:${seconds}.000Z`;
  const wallMs = Date.parse(text);
  // 30 February is another day to `Date`, and no day to people
  return Number.isNaN(wallMs) || new Date(wallMs).toISOString() !== text ? null : wallMs;
}

/** The date so many days later. Pure. */
export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The month so many months later: `2026-11` and 2 give `2027-01`. Pure. */
export function monthAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** The weeks of a month, Monday first; null for the days of its neighbours. Pure. */
export function weeksOf(month: string): (string | null)[][] {
  const first = `${month}-01`;
  const lead = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const days: (string | null)[] = Array.from({ length: lead }, () => null);
  for (let date = first; date.startsWith(month); date = dateAfter(date, 1)) days.push(date);
  while (days.length % 7 !== 0) days.push(null);
  return Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7));
}
