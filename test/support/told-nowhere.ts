import type { StoredPosition } from '../../src/store/positions.ts';

/** What a vocabulary needs for positions, for tests that are not about them: rows in memory, events that nobody hears. */
export function toldNowhere() {
  const points: StoredPosition[] = [];
  return {
    config: { sip: { timeZone: 'Asia/Shanghai' } },
    store: {
      positions: {
        addAll: (positions: readonly StoredPosition[]) => void points.push(...positions),
        page: () => points,
        newest: () => points,
        trim: () => 0,
        delete: () => {},
      },
    },
    iso: (epochMs: number) => new Date(epochMs).toISOString(),
    publish: () => {},
  };
}
