import { duration } from '../format.ts';
import type { DownloadsWords } from '../words/downloads.ts';
import type { Download } from './api.ts';
import { percentOf } from './progress.tsx';

/** `1 June 2026, 10:00:00 – 11:00:00`: the day once when it is the same, in the zone of the browser. Pure. */
export function rangeWords(start: string, end: string, locale: string): string {
  const [from, to] = [new Date(start), new Date(end)];
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()) || from > to) return `${start} – ${end}`;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).formatRange(from, to);
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
