import type { AddWords, Happening } from '../words/add.ts';
import type { Arrival, ArrivalStep } from './api.ts';

/** A challenge is answered within a round trip; after this long something is wrong. */
const QUIET_CHALLENGE_MS = 6_000;
/** A catalogue begins within a second or two; after this long it is time for advice, although it may still come. */
const QUIET_CATALOG_MS = 10_000;

/** How a line is to be taken. */
export type Tone = 'good' | 'pending' | 'warning' | 'bad';

/** One step of a visit in words. */
export interface Line {
  readonly code: string;
  readonly title: string;
  /** `(2nd try)`; '' the first time. */
  readonly tries: string;
  readonly cure: string;
  readonly tone: Tone;
  readonly firstAt: string;
}

const TONES: Readonly<Record<string, Tone>> = {
  challenged: 'pending',
  redirected: 'good',
  registered: 'pending',
  'registered-done': 'good',
  channels: 'good',
  'channels-one': 'good',
  'wrong-domain': 'warning',
  unregistered: 'warning',
  deleted: 'warning',
};

/** `{name}` replaced by its value. Pure. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** What somebody reads of a visit, in order. `nowMs` tells what has been quiet for too long. Pure. */
export function linesOf(arrival: Arrival, o: { words: AddWords; domain: string; nowMs: number }): Line[] {
  const { words } = o;
  const { steps } = arrival;
  return steps.map((step, index) => {
    const later = steps.slice(index + 1);
    const code = spokenCode(step, later, o.nowMs);
    const values = {
      detail: step.detail,
      asked: /\d{10,}/.exec(step.detail)?.[0] ?? '?',
      count: step.channels ?? step.tries,
      seconds: step.retryAfterSeconds ?? 0,
      domain: o.domain,
      id: arrival.deviceId,
    };
    const { title, cure }: Happening = words.happenings[code] ?? words.other;
    const isOver = later.some((one) => one.code !== 'wrong-domain') && code !== 'wrong-domain';
    const counts = step.tries > 1 && !REPEATED.has(step.code);
    return {
      code,
      title: fill(title, values),
      tries: counts ? fill(words.tries, { count: step.tries, ordinal: ordinal(step.tries) }) : '',
      cure: isOver ? '' : fill(cure, values),
      tone: TONES[code] ?? 'bad',
      firstAt: step.firstAt,
    };
  });
}

/** Refreshes of these are no tries. */
const REPEATED: ReadonlySet<string> = new Set(['registered', 'channels', 'wrong-domain', 'challenged']);

function spokenCode(step: ArrivalStep, later: readonly ArrivalStep[], nowMs: number): string {
  const quietMs = nowMs - Date.parse(step.lastAt);
  if (step.code === 'challenged') return quietMs > QUIET_CHALLENGE_MS ? 'challenged-quiet' : 'challenged';
  if (step.code === 'registered') {
    if (later.some((one) => one.code !== 'wrong-domain')) return 'registered-done';
    return nowMs - Date.parse(step.firstAt) > QUIET_CATALOG_MS ? 'registered-quiet' : 'registered';
  }
  if (step.code !== 'channels') return step.code;
  return step.channels === 0 ? 'channels-none' : step.channels === 1 ? 'channels-one' : 'channels';
}

function ordinal(n: number): string {
  const form = new Intl.PluralRules('en', { type: 'ordinal' }).select(n);
  return `${n}${({ one: 'st', two: 'nd', few: 'rd' } as Record<string, string>)[form] ?? 'th'}`;
}

/** A visit that was quiet for this long and comes back is news: it goes to the top. */
const NEWS_MS = 60_000;

/**
 * The list with one visit changed. Known ones stay where they are, so that nothing jumps under somebody who reads; new ones, and those
 * that come back after a while, go to the top. Pure.
 */
export function withArrival(list: readonly Arrival[], changed: Arrival): Arrival[] {
  const known = list.find((one) => one.id === changed.id);
  if (known !== undefined && Date.parse(changed.lastAt) - Date.parse(known.lastAt) < NEWS_MS)
    return list.map((one) => (one.id === changed.id ? changed : one));
  return [changed, ...list.filter((one) => one.id !== changed.id)];
}

/** True when the device is in, as far as its visit tells: the last chapter began with its registration. Pure. */
export function isIn(arrival: Arrival): boolean {
  return arrival.steps.some((step) => step.code === 'channels') && arrival.steps.at(-1)?.code === 'channels';
}

/** True when the device was let in at least once: its id is taken. Pure. */
export function hasComeIn(arrival: Arrival): boolean {
  return arrival.steps.some((step) => step.code === 'registered' || step.code === 'channels');
}
