import { useEffect, useState } from 'preact/hooks';
import { localeOf, useLanguage } from '../language.ts';

/** Now, in milliseconds since 1970; drawn again this often. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** `3 minutes ago`, `3分钟前`; a clock that is ahead of ours says now. Pure. */
export function agoWords(iso: string, nowMs: number, language: 'en' | 'zh'): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(iso)) / 1000));
  if (Number.isNaN(seconds)) return '';
  const format = new Intl.RelativeTimeFormat(localeOf(language), { numeric: 'auto', style: 'short' });
  if (seconds < 60) return format.format(-seconds, 'second');
  if (seconds < 3600) return format.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 86_400) return format.format(-Math.round(seconds / 3600), 'hour');
  return format.format(-Math.round(seconds / 86_400), 'day');
}

/** A moment of the gateway as its distance from now, the moment itself in the title. `skewMs`: how far its clock is ahead of ours. */
export function Ago({ at, skewMs = 0 }: { at: string; skewMs?: number }) {
  const language = useLanguage();
  const now = useNow();
  return (
    // it changes every second: a list that is read out as it grows must not read that
    <time class="ago" aria-live="off" dateTime={at} title={new Date(at).toLocaleString(localeOf(language))}>
      {agoWords(at, now + skewMs, language)}
    </time>
  );
}
