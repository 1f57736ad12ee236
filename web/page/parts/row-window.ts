import { useEffect, useState } from 'preact/hooks';

/** Rows drawn above and below what can be seen: a flick of the wheel shows no gap before the next frame. */
const SPARE_ROWS = 12;
/** Before the box has been measured: more than any screen is high. */
const UNMEASURED_PX = 1_200;

/** Which of many rows of one height are drawn: from `first` (inclusive) to `end` (exclusive). Pure. */
export function windowOf(
  count: number,
  rowPx: number,
  scrollTop: number,
  heightPx: number,
): { first: number; end: number } {
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / rowPx)) - SPARE_ROWS);
  const end = Math.min(count, Math.ceil((scrollTop + heightPx) / rowPx) + SPARE_ROWS);
  return { first, end: Math.max(first, end) };
}

/** The rows of a scrolling box that are worth drawing now; `element` is null until the box is there. */
export function useRowWindow(
  element: HTMLElement | null,
  count: number,
  rowPx: number,
): { first: number; end: number } {
  const [seen, setSeen] = useState({ top: 0, heightPx: UNMEASURED_PX });
  useEffect(() => {
    if (element === null) return;
    const look = () => {
      // By whole rows: a scroll of some pixels draws nothing anew.
      const top = Math.floor(element.scrollTop / rowPx) * rowPx;
      const heightPx = element.clientHeight;
      setSeen((before) => (before.top === top && before.heightPx === heightPx ? before : { top, heightPx }));
    };
    look();
    const watching = new ResizeObserver(look);
    watching.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      watching.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [element, rowPx]);
  return windowOf(count, rowPx, seen.top, seen.heightPx + rowPx);
}
