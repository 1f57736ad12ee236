import { useEffect, useRef, useState } from 'preact/hooks';
import { faultOf } from '../devices/loaded.ts';
import { failed, isLinked, onEvent } from '../model.ts';
import { untilRead } from '../parts/again.ts';
import { useStore } from '../store.ts';
import { listPlaces, MAX_POINTS, type Place, type Position, readTrack } from './api.ts';
import { wentOn, withPoint } from './track.ts';

/** A fleet tells once a second: drawn once for all of it. */
const DRAW_MS = 250;

function isPlace(data: Readonly<Record<string, unknown>>): boolean {
  const { deviceId, channelId, longitude, latitude, time } = data;
  return (
    typeof deviceId === 'string' &&
    typeof channelId === 'string' &&
    typeof time === 'string' &&
    typeof longitude === 'number' &&
    typeof latitude === 'number'
  );
}

/** Calls `take` with the positions that were told, many at a time. */
function useTold(take: (places: readonly Place[]) => void): void {
  const newest = useRef(take);
  newest.current = take;
  useEffect(() => {
    let told: Place[] = [];
    let timer = 0;
    const unfollow = onEvent(({ type, data }) => {
      if (type !== 'position' || !isPlace(data)) return;
      told.push(data as unknown as Place);
      if (timer !== 0) return;
      timer = window.setTimeout(() => {
        timer = 0;
        const all = told;
        told = [];
        newest.current(all);
      }, DRAW_MS);
    });
    return () => {
      unfollow();
      window.clearTimeout(timer);
    };
  }, []);
}

export const keyOf = ({ deviceId, channelId }: { deviceId: string; channelId: string }) => `${deviceId}/${channelId}`;

/** Where everything is, kept true by events; null while it is read. */
export function usePlaces(): readonly Place[] | null {
  const linked = useStore(isLinked);
  const [places, setPlaces] = useState<ReadonlyMap<string, Place> | null>(null);
  const merge = (fresh: readonly Place[]) =>
    setPlaces((before) => {
      const next = new Map(before);
      for (const place of fresh) {
        const known = next.get(keyOf(place));
        if (known === undefined || Date.parse(known.time) <= Date.parse(place.time)) next.set(keyOf(place), place);
      }
      return next;
    });
  useEffect(() => {
    return linked ? untilRead(listPlaces, merge, failed) : undefined;
  }, [linked]);
  useTold(merge);
  return places === null ? null : [...places.values()];
}

/** The track of the chosen one. */
export interface Track {
  readonly points: readonly Position[];
  /** There are more than are shown. */
  readonly isCut: boolean;
  /** Null while it is well; '' when the gateway said nothing. */
  readonly fault: string | null;
  readonly isRead: boolean;
}

const NONE: Track = { points: [], isCut: false, fault: null, isRead: false };

/** The track of `DEVICE/CHANNEL` in a range; `toMs` null: until now, and on. */
export function useTrack(place: { deviceId: string; channelId: string } | null, spanMs: number, toMs: number | null) {
  const linked = useStore(isLinked);
  const [track, setTrack] = useState<Track>(NONE);
  const key = place === null ? null : keyOf(place);
  useEffect(() => {
    setTrack(NONE);
    if (place === null || !linked) return undefined;
    const reading = new AbortController();
    const end = toMs ?? Date.now() + 60_000;
    readTrack(place, { fromMs: end - spanMs, toMs: end }, reading.signal).then(
      ({ points, isCut }) =>
        setTrack((before) => ({
          points: before.points.reduce(withPoint, points as readonly Position[]),
          isCut,
          fault: null,
          isRead: true,
        })),
      (error: unknown) => {
        if (!reading.signal.aborted) setTrack({ ...NONE, fault: faultOf(error), isRead: true });
      },
    );
    return () => reading.abort();
  }, [key, spanMs, toMs, linked]);
  useTold((places) => {
    const mine = places.filter((one) => keyOf(one) === key);
    if (toMs !== null || mine.length === 0) return;
    setTrack((before) => ({ ...before, points: wentOn(before.points, mine, { spanMs, most: MAX_POINTS }) }));
  });
  return track;
}
