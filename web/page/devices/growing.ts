import { useEffect, useRef, useState } from 'preact/hooks';

/** Rows drawn at once: three screens of a large display. */
const STEP = 120;

/**
 * The part of a long list that is drawn: it grows when the end comes into sight, so that ten thousand rows cost nobody anything
 * who does not look at them. `end` goes to an element behind the last row. `key`: another list begins at its top again.
 */
export function useGrowing(length: number, key: string) {
  const [grown, setGrown] = useState({ key, shown: STEP });
  const shown = grown.key === key ? grown.shown : STEP;
  const end = useRef<HTMLDivElement>(null);
  const hasMore = shown < length;
  useEffect(() => {
    if (end.current === null || !hasMore) return undefined;
    const watching = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setGrown({ key, shown: shown + STEP });
      },
      { rootMargin: '400px' },
    );
    watching.observe(end.current);
    return () => watching.disconnect();
  }, [key, shown, hasMore]);
  return { shown: Math.min(shown, length), end };
}
