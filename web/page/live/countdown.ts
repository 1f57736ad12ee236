import { useEffect, useState } from 'preact/hooks';
import type { PlayerState } from '../../player/state.ts';

/** Seconds until the player tries again by itself, counted down; 0 when no try is due. */
export function useCountdown(state: PlayerState): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (state.type !== 'retrying') {
      setLeft(0);
      return;
    }
    const dueMs = performance.now() + state.inMs;
    const count = () => setLeft(Math.max(1, Math.ceil((dueMs - performance.now()) / 1_000)));
    count();
    const timer = window.setInterval(count, 250);
    return () => window.clearInterval(timer);
  }, [state]);
  return left;
}
