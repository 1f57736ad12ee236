import { useEffect, useMemo } from 'preact/hooks';
import { Store } from '../store.ts';
import type { Deck } from './deck.ts';
import { endOf, following, type Scale } from './scale.ts';

/** The clock and the line of what plays are looked at this often. */
const HEAD_MS = 100;

export interface Head {
  /** When the picture shown was taken, or where a seek leads. */
  readonly epochMs: number | null;
  readonly isAim: boolean;
}

/** The window turns the page when what plays leaves it; one that somebody moved away stays where it is. Pure. */
export function follow(scale: Scale, beforeMs: number | null, epochMs: number, nowMs: number): Scale {
  const wasSeen = beforeMs !== null && beforeMs >= scale.startMs && beforeMs <= endOf(scale);
  return wasSeen ? following(scale, epochMs, nowMs) : scale;
}

/** What the deck shows now, apart from all else that is drawn: it changes ten times a second. */
export function useHead(deck: Deck, onScale: (change: (scale: Scale) => Scale) => void): Store<Head> {
  const head = useMemo(() => new Store<Head>({ epochMs: null, isAim: false }), []);
  useEffect(() => {
    const timer = window.setInterval(() => {
      const contentMs = deck.contentMs();
      const { aimMs, isPaused } = deck.shown.value;
      const before = head.value;
      const epochMs = aimMs ?? contentMs;
      const isAim = aimMs !== null;
      if (before.epochMs === epochMs && before.isAim === isAim) return;
      head.set({ epochMs, isAim });
      if (epochMs !== null && !isPaused) onScale((scale) => follow(scale, before.epochMs, epochMs, Date.now()));
    }, HEAD_MS);
    return () => window.clearInterval(timer);
  }, [deck, head]);
  return head;
}
