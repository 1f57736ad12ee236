import type { StoredPosition } from '../../src/store/positions.ts';

/** What a vocabulary needs for positions, for tests that are not about them: rows in memory, events that nobody hears. */
export function toldNowhere() {
  const points: StoredPosition[] = [];
  return {
    config: { sip: { timeZone: 'Asia/Shanghai' }, positions: { keepDays: null, maxPoints: 1000 } },
    store: {
      positions: {
        addAll: (positions: readonly StoredPosition[]) => points.push(...positions) > 0,
        mustWait: () => false,
        page: () => points,
        newest: () => points,
        trim: () => 0,
        drop: () => 0,
      },
      settings: { get: () => undefined, put: () => {} },
    },
    iso: (epochMs: number) => new Date(epochMs).toISOString(),
    publish: () => {},
  };
}
