import { useEffect, useState } from 'preact/hooks';
import type { PlayerState } from '../../../player/state.ts';
import type { Cell } from './wall-address.ts';

/**
 * Cells narrower than this many pixels of the screen get the sub-stream: sub-streams are 640 to 704 pixels wide, and enlarged by an eighth
 * the eye still takes them for sharp. Sixteen main streams are more than two cores decode.
 */
export const SUB_STREAM_BELOW_PX = 800;

/** The sub-stream's number (the standard's term). */
const SUB = 1;
const MAIN = 0;

/** Channels that refused their sub-stream and then played the main one; not asked for it again until the page is opened anew. */
const withoutSub = new Set<string>();

/** The stream a cell should show by itself. Pure. */
export function wantedStream(cell: Cell, widthPx: number, isRefused: boolean): number {
  if (cell.stream !== 'auto') return cell.stream;
  return widthPx < SUB_STREAM_BELOW_PX && !isRefused ? SUB : MAIN;
}

/** True when the state says that the device does not give this stream (rather than nothing at all, or not now). Pure. */
export function saysRefused(state: PlayerState): boolean {
  return (state.type === 'retrying' || state.type === 'closed') && state.closing === 'no-media';
}

/**
 * The stream of a cell `widthPx` wide, and who must be told each state of its player: a refused sub-stream falls back to the main stream, a main stream that this
 * browser cannot decode to the sub-stream.
 */
export function useStreamChoice(cell: Cell, widthPx: number): [number, (state: PlayerState) => void] {
  const key = `${cell.deviceId}/${cell.channelId}`;
  const [isRefused, setRefused] = useState(() => withoutSub.has(key));
  const [isUndecodable, setUndecodable] = useState(false);
  const [hasPlayed, setPlayed] = useState(false);
  const isAuto = cell.stream === 'auto';
  const wanted = wantedStream(cell, widthPx, isRefused);
  const streamNumber = isAuto && isUndecodable && !isRefused ? SUB : wanted;

  useEffect(() => setPlayed(false), [streamNumber]);

  return [
    streamNumber,
    (state) => {
      if (state.type === 'playing') {
        setPlayed(true);
        if (isRefused && streamNumber === MAIN) withoutSub.add(key);
      }
      if (!isAuto) return;
      if (streamNumber === SUB && !hasPlayed && saysRefused(state)) setRefused(true);
      if (streamNumber === MAIN && state.type === 'undecodable' && !isRefused) setUndecodable(true);
    },
  ];
}
