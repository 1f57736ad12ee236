import type { Wish } from './api.ts';

/** What stands in the form for a new download; times as `<input type="datetime-local">` has them, in the zone of the browser. */
export interface Draft {
  /** `DEVICE/CHANNEL`. */
  readonly channel: string;
  readonly from: string;
  readonly to: string;
  readonly speed: number;
  readonly exact: boolean;
}

export const SPEEDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64];
/** As fast as most recorders send. */
const DEFAULT_SPEED = 8;
/** The most that the gateway takes. */
const MAX_RANGE_MS = 31 * 86_400_000;

const two = (n: number) => String(n).padStart(2, '0');

/** `2026-11-21T08:00:00`, as the browser counts. Pure. */
export function localTime(date: Date): string {
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Ranges that people often want, at `now`. Pure. */
export function presetRange(preset: 'hour' | 'today' | 'yesterday', now: Date): { from: string; to: string } {
  const midnight = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  switch (preset) {
    case 'hour':
      return { from: localTime(new Date(now.getTime() - 3_600_000)), to: localTime(now) };
    case 'today':
      return { from: localTime(midnight(0)), to: localTime(now) };
    case 'yesterday':
      return { from: localTime(midnight(-1)), to: localTime(midnight(0)) };
  }
}

/** An empty form: the last hour. Pure. */
export function freshDraft(channel: string, now: Date): Draft {
  return { channel, ...presetRange('hour', now), speed: DEFAULT_SPEED, exact: false };
}

/** What is wrong with a draft, or null. Pure. */
export function wrongWith(draft: Draft, nowMs: number): 'channel' | 'time' | 'order' | 'future' | 'long' | null {
  if (!draft.channel.includes('/')) return 'channel';
  const [from, to] = [Date.parse(draft.from), Date.parse(draft.to)];
  if (Number.isNaN(from) || Number.isNaN(to)) return 'time';
  if (to <= from) return 'order';
  if (from > nowMs) return 'future';
  return to - from > MAX_RANGE_MS ? 'long' : null;
}

/** What is asked of the gateway. Only for a draft with nothing wrong. Pure. */
export function wishOf({ from, to, speed, exact }: Draft): Wish {
  return { start: new Date(from).toISOString(), end: new Date(to).toISOString(), speed, exact };
}
