import type { PresenceChange } from './api.ts';

/** One stretch of a time line, 0 … 100 of its width. */
export interface Stretch {
  readonly state: 'online' | 'offline' | 'unknown';
  readonly left: number;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

const UNSEEN = /^gateway-/;

/**
 * The stretches between two moments, from changes newest first. Before the first change, and while no gateway ran, nobody knows;
 * the share counts what is known. Pure.
 */
export function stretchesOf(
  changes: readonly PresenceChange[],
  fromMs: number,
  toMs: number,
): { stretches: Stretch[]; onlineShare: number | null } {
  const stretches: Stretch[] = [];
  let state: Stretch['state'] = 'unknown';
  let sinceMs = fromMs;
  let [knownMs, onlineMs] = [0, 0];
  const close = (untilMs: number) => {
    if (untilMs <= sinceMs) return;
    if (state !== 'unknown') knownMs += untilMs - sinceMs;
    if (state === 'online') onlineMs += untilMs - sinceMs;
    const left = ((sinceMs - fromMs) / (toMs - fromMs)) * 100;
    stretches.push({ state, left, width: ((untilMs - sinceMs) / (toMs - fromMs)) * 100, from: sinceMs, to: untilMs });
    sinceMs = untilMs;
  };
  for (const change of changes.toReversed()) {
    const atMs = Math.min(toMs, Date.parse(change.time));
    const next = change.online ? 'online' : UNSEEN.test(change.reason) ? 'unknown' : 'offline';
    if (next !== state) {
      close(atMs);
      state = next;
    }
  }
  close(toMs);
  return { stretches, onlineShare: knownMs === 0 ? null : onlineMs / knownMs };
}
