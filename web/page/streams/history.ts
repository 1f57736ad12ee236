/** The last minutes of a stream in numbers. Pure: no DOM. */

/** As the gateway tells it: one value per `everyMs`, the newest last. */
export interface History {
  readonly everyMs: number;
  readonly bitrateBps: readonly number[];
  readonly fps: readonly number[];
  /** Part of the packets that never came, 0…1. */
  readonly loss: readonly number[];
}

/** What is counted of a stream since its start. */
export interface Counted {
  readonly atMs: number;
  readonly bytes: number;
  readonly frames: number;
  readonly packets: number;
  readonly lost: number;
}

/** Three minutes at the gateway's pace. */
export const PLACES = 90;

export const NO_HISTORY: History = { everyMs: 2_000, bitrateBps: [], fps: [], loss: [] };

/** The history with what came between two counts. A stream that counts anew (another life of it) adds nothing. */
export function appended(history: History, before: Counted, now: Counted): History {
  const seconds = (now.atMs - before.atMs) / 1_000;
  const came = now.packets - before.packets;
  if (seconds <= 0 || came < 0 || now.bytes < before.bytes) return history;
  const gone = Math.max(0, now.lost - before.lost);
  const add = (values: readonly number[], value: number) => [...values, value].slice(-PLACES);
  return {
    everyMs: history.everyMs,
    bitrateBps: add(history.bitrateBps, ((now.bytes - before.bytes) * 8) / seconds),
    fps: add(history.fps, (now.frames - before.frames) / seconds),
    loss: add(history.loss, gone === 0 ? 0 : gone / (gone + came)),
  };
}

/** `0 %`, `0.03 %`, `4.2 %`, `12 %`. */
export function percent(part: number): string {
  const value = part * 100;
  if (value === 0) return '0 %';
  if (value < 1) return `${value.toFixed(2)} %`;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}
