import { list, one, send } from '../api.ts';
import type { Datum } from './datum.ts';

/** One point of a track: WGS-84 degrees. */
export interface Position {
  readonly time: string;
  readonly longitude: number;
  readonly latitude: number;
  /** km/h. */
  readonly speed?: number;
  /** Degrees clockwise from north. */
  readonly direction?: number;
  /** Metres above sea level. */
  readonly altitude?: number;
}

/** Where a channel is, as far as it has told; the device itself stands as its own channel. */
export interface Place extends Position {
  readonly deviceId: string;
  readonly channelId: string;
}

/** What lies under the positions; no tiles: a plain ground. */
export interface MapTiles {
  readonly tiles: string | null;
  readonly attribution: string;
  /** Coordinates that the tiles are drawn in. */
  readonly datum: Datum;
}

export const listPlaces = () => list<Place>('positions');
export const readMap = () => one<MapTiles>('map');

/** A day of points every 5 s; more in one line is a carpet. */
export const MAX_POINTS = 20_000;
const PAGE = 1_000;

/** The track of a channel in a range, oldest first; `isCut`: the range has more points than are read. */
export async function readTrack(
  place: { readonly deviceId: string; readonly channelId: string },
  range: { readonly fromMs: number; readonly toMs: number },
  signal: AbortSignal,
): Promise<{ points: Position[]; isCut: boolean }> {
  const path = `devices/${encodeURIComponent(place.deviceId)}/channels/${encodeURIComponent(place.channelId)}/positions`;
  const points: Position[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      start: new Date(range.fromMs).toISOString(),
      end: new Date(range.toMs).toISOString(),
      limit: String(PAGE),
      ...(cursor === null ? {} : { cursor }),
    });
    const page = (await (await send(`${path}?${query}`, { signal })).json()) as {
      items: Position[];
      next: string | null;
    };
    points.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && points.length < MAX_POINTS);
  return { points, isCut: cursor !== null };
}
