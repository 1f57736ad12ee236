import { useEffect, useRef } from 'preact/hooks';
import { Complaint } from './again.ts';

/** What many events hint at is asked for once: a switch goes off and a hundred cameras with it. */
const SOON_MS = 150;

/**
 * Calls `ask` at once and then `everyMs` after each answer, while the view is shown and the tab can be seen; never twice at a time. The
 * answer asks soon: for what is known to have changed. `ask` gets a signal that aborts when its answer is no longer wanted. `failed` says
 * what goes wrong, and answers what takes it back.
 */
export function usePolling(
  ask: (signal: AbortSignal) => Promise<void>,
  everyMs: number,
  failed: (error: unknown) => () => void = () => () => {},
): () => void {
  const newest = useRef(ask);
  newest.current = ask;
  const soon = useRef(() => {});
  useEffect(() => {
    const life = new AbortController();
    let timer = 0;
    let isAsking = false;
    let isStale = false;
    const complaint = new Complaint(failed);
    const plan = (ms: number) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void round(), ms);
    };
    const round = async (): Promise<void> => {
      isAsking = true;
      isStale = false;
      if (document.visibilityState === 'visible') {
        try {
          await newest.current(life.signal);
          complaint.end();
        } catch (error) {
          // The next round may go well.
          if (!life.signal.aborted) complaint.fault(error);
        }
      }
      isAsking = false;
      if (!life.signal.aborted) plan(isStale ? SOON_MS : everyMs);
    };
    soon.current = () => {
      // Planned already: a stream of events must not put it off for ever.
      if (isStale || life.signal.aborted) return;
      isStale = true;
      if (!isAsking) plan(SOON_MS);
    };
    const seenAgain = () => {
      if (document.visibilityState === 'visible') soon.current();
    };
    void round();
    document.addEventListener('visibilitychange', seenAgain);
    return () => {
      life.abort();
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', seenAgain);
    };
  }, [everyMs]);
  return useRef(() => soon.current()).current;
}
