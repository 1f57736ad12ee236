import { useEffect, useRef } from 'preact/hooks';

/**
 * Calls `ask` at once and then `everyMs` after each answer, while the view is shown and the tab can be seen; a change of `key` begins anew.
 * `ask` gets a signal that aborts when its answer is no longer wanted.
 */
export function usePolling(ask: (signal: AbortSignal) => Promise<void>, everyMs: number, key = ''): void {
  const newest = useRef(ask);
  newest.current = ask;
  useEffect(() => {
    const asking = new AbortController();
    let timer = 0;
    const round = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        // Whoever asks says what went wrong; the next round may go well.
        await newest.current(asking.signal).catch(() => {});
      }
      if (!asking.signal.aborted) timer = window.setTimeout(() => void round(), everyMs);
    };
    const seenAgain = () => {
      if (document.visibilityState !== 'visible') return;
      window.clearTimeout(timer);
      void round();
    };
    void round();
    document.addEventListener('visibilitychange', seenAgain);
    return () => {
      asking.abort();
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', seenAgain);
    };
  }, [everyMs, key]);
}
