import { duration } from '../format.ts';
import type { DownloadsWords } from '../words/downloads.ts';
import type { Download } from './api.ts';

/** `20 Nov, 10:00 – 11:00`: what both ends share is said once, the year and seconds only where they say something; in the zone of the browser. Pure. */
export function rangeWords(start: string, end: string, locale: string, nowMs: number): string {
  const [from, to] = [new Date(start), new Date(end)];
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()) || from > to) return `${start} – ${end}`;
  const hasSeconds = from.getSeconds() !== 0 || to.getSeconds() !== 0;
  const isThisYear = from.getFullYear() === new Date(nowMs).getFullYear();
  return new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(hasSeconds ? { second: '2-digit' } : {}),
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).formatRange(from, to);
}

/** Whole percent of content; 100 is said only when all of it is there. Pure. */
export function percentOf({ progress, state }: Download): number {
  if (state === 'complete' || state === 'partial') return 100;
  return Math.min(99, Math.floor(progress * 100));
}

/** Length of all that does not exist. Pure. */
function missingMs({ missing }: Download): number {
  return missing.reduce((sum, gap) => sum + Math.max(0, Date.parse(gap.end) - Date.parse(gap.start)), 0);
}

/** True while something may still come by itself. Pure. */
export function isOpen({ state }: Download): boolean {
  return state === 'queued' || state === 'running' || state === 'resuming';
}

/** True when `retry` would do something. Pure. */
export function mayRetry({ state }: Download): boolean {
  return state === 'failed' || state === 'cancelled' || state === 'partial';
}

/** What a download does now, or how it ended, in a few words under its bar. Pure. */
export function figuresOf(download: Download, words: DownloadsWords): string {
  const { state, realSpeed, secondsLeft, priority, error } = download;
  const share = words.percent(percentOf(download));
  const gaps = download.missing.length > 0 && words.gaps(download.missing.length, duration(missingMs(download)));
  const parts = {
    queued: [download.bytes > 0 && share, words.waits, priority !== 0 && words.priority(priority)],
    running: [
      share,
      realSpeed !== null && `${realSpeed.toFixed(1)}×`,
      secondsLeft !== null && words.left(duration(secondsLeft * 1_000)),
      gaps,
    ],
    resuming: [share, words.waitsForDevice],
    complete: [duration(download.receivedMs)],
    partial: [gaps || duration(download.receivedMs)],
    failed: [error && (words.fault[error.code]?.sentence ?? error.detail)],
    cancelled: [download.bytes > 0 && words.kept(share)],
  } as const;
  return parts[state].filter(Boolean).join(' · ');
}
