import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiFault } from '../api.ts';
import { refused } from '../model.ts';
import { AGAIN_MS, mayPass } from '../parts/again.ts';

/** What was read so far. `fault` is the newest failure in the gateway's words, '' when it said nothing; the value stays shown. */
export interface Loaded<T> {
  readonly value: T | null;
  readonly fault: string | null;
  /** Reads again now. */
  again(): void;
}

/** In the gateway's words; a refused token leads to the sign-in. */
export function faultOf(error: unknown): string {
  if (error instanceof ApiFault && error.status === 401) refused();
  return error instanceof ApiFault ? error.message : '';
}

/**
 * Reads when `key` changes and again every so often while the page can be seen, and soon after a failure that may pass; an answer to an older
 * question is thrown away.
 */
export function useLoaded<T>(key: string, read: () => Promise<T>, everyMs: number | null): Loaded<T> {
  const [state, setState] = useState<{ key: string; value: T | null; fault: string | null }>({
    key,
    value: null,
    fault: null,
  });
  const reading = useRef(read);
  reading.current = read;
  const newest = useRef(0);
  const afterFault = useRef(0);
  const again = useCallback(() => {
    const mine = ++newest.current;
    window.clearTimeout(afterFault.current);
    reading.current().then(
      (value) => mine === newest.current && setState({ key, value, fault: null }),
      (error: unknown) => {
        const fault = faultOf(error);
        if (mine !== newest.current) return;
        setState((before) => ({ value: before.key === key ? before.value : null, key, fault }));
        if (mayPass(error)) afterFault.current = window.setTimeout(again, AGAIN_MS);
      },
    );
  }, [key]);
  useEffect(() => {
    again();
    const timer = everyMs === null ? null : setInterval(() => document.hidden || again(), everyMs);
    return () => {
      newest.current++;
      window.clearTimeout(afterFault.current);
      if (timer !== null) clearInterval(timer);
    };
  }, [again, everyMs]);
  return state.key === key ? { value: state.value, fault: state.fault, again } : { value: null, fault: null, again };
}
