import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { positionsWords } from '../words/positions.ts';
import type { MapTiles, Place, Position } from './api.ts';
import { viewOfTiles } from './datum.ts';
import { handle } from './gesture.ts';
import { pathOf } from './line.ts';
import { fitting, gridOf, type MapView, onScreen, scaleOf, tilesOf, worldOf, zoomed } from './projection.ts';
import { metresWords, reckoned } from './track.ts';

/** More names than these cover each other. */
const MAX_NAMES = 60;
const SCALE_PX = 130;
/** Where the other names of the grid stand. */
const CORNER_PX = 64;
/** China, where most of these cameras are; shown until somebody tells where it is. */
const NOWHERE: MapView = { ...worldOf({ longitude: 104, latitude: 35 }), zoom: 3 };

interface Props {
  places: readonly Place[];
  names: (place: Place) => string;
  /** `DEVICE/CHANNEL` whose track is shown. */
  chosen: string | null;
  track: readonly Position[];
  /** Where it was at the time that is looked at. */
  marked: Position | null;
  tiles: MapTiles | null;
  /** Another one: everything is shown anew. */
  fitKey: string;
  onChoose: (place: Place) => void;
}

/** Coordinates on a plain ground, or on tiles where the gateway has been given some: moved, zoomed, with a grid and a scale. */
export function TrackMap({ places, names, chosen, track, marked, tiles, fitKey, onChoose }: Props) {
  const words = useWords(positionsWords);
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [view, setView] = useState<MapView>(NOWHERE);
  /** What was fitted, and into which size; `isMoved`: since then somebody has moved the ground. */
  const fitted = useRef({ key: '', size: '', isMoved: false });
  const shown: readonly { longitude: number; latitude: number }[] =
    chosen !== null && track.length > 0 ? track : places;
  const fit = () => {
    const all = fitting(shown, size);
    if (all !== null) setView(all);
  };
  const change = (next: (now: MapView) => MapView) => {
    fitted.current.isMoved = true;
    setView(next);
  };
  const hands = useRef({ size, change, fit });
  hands.current = { size, change, fit };

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const look = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    look();
    const watching = new ResizeObserver(look);
    watching.observe(element);
    const release = handle(element, () => hands.current);
    return () => {
      watching.disconnect();
      release();
    };
  }, []);
  // Once for each that is chosen, and again while the place for the map is not settled: afterwards the view is the person's.
  useEffect(() => {
    if (size.width === 0 || shown.length === 0) return;
    const { key, size: before, isMoved } = fitted.current;
    const now = `${size.width}×${size.height}`;
    if (key === fitKey && (isMoved || before === now)) return;
    fitted.current = { key: fitKey, size: now, isMoved: false };
    fit();
  }, [size, shown.length, fitKey]);

  const grid = gridOf(view, size);
  const scale = scaleOf(view, SCALE_PX);
  const path = useMemo(() => pathOf(track.map(reckoned), view, size), [track, view, size]);
  const seen = places.flatMap((place) => {
    const at = onScreen(view, size, worldOf(place));
    const isIn = at.left > -20 && at.top > -20 && at.left < size.width + 20 && at.top < size.height + 20;
    return isIn ? [{ place, ...at, key: `${place.deviceId}/${place.channelId}` }] : [];
  });
  const mark = marked === null ? null : onScreen(view, size, worldOf(marked));
  const degrees = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(grid.digits)}°${value < 0 ? negative : positive}`;

  return (
    <div class="map-frame">
      <div
        class="map"
        ref={box}
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys
        tabIndex={0}
        aria-label={words.map}
        data-testid="map"
        data-zoom={view.zoom.toFixed(2)}
      >
        {tiles !== null && tiles.tiles !== null && size.width > 0 && (
          <div class="tiles" aria-hidden="true">
            {tilesOf(tiles.tiles, viewOfTiles(view, tiles.datum), size).map(({ key, url, left, top, px }) => (
              <img
                key={key}
                src={url}
                alt=""
                draggable={false}
                style={{ left: `${left}px`, top: `${top}px`, width: `${px}px`, height: `${px}px` }}
              />
            ))}
          </div>
        )}
        <svg width={size.width} height={size.height} aria-hidden="true">
          <g class="grid">
            {grid.meridians.map(({ at, degrees: value }) => (
              <g key={`m${value}`}>
                <line x1={at} x2={at} y1={0} y2={size.height} />
                {at > CORNER_PX && at < size.width - CORNER_PX && (
                  <text x={at + 4} y={size.height - 6}>
                    {degrees(value, 'E', 'W')}
                  </text>
                )}
              </g>
            ))}
            {grid.parallels.map(({ at, degrees: value }) => (
              <g key={`p${value}`}>
                <line x1={0} x2={size.width} y1={at} y2={at} />
                {at > 16 && at < size.height - 24 && (
                  <text x={6} y={at - 4}>
                    {degrees(value, 'N', 'S')}
                  </text>
                )}
              </g>
            ))}
          </g>
          {path !== '' && <path class="track" d={path} data-testid="track" data-points={track.length} />}
          {seen.map(({ place, left, top, key }, i) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the list beside it has the same choices for keys
            <g
              key={key}
              class={key === chosen ? 'place chosen' : 'place'}
              transform={`translate(${left.toFixed(1)} ${top.toFixed(1)})`}
              data-testid="place"
              onClick={() => onChoose(place)}
            >
              <circle r={key === chosen ? 6 : 5} />
              {(seen.length <= MAX_NAMES || i < MAX_NAMES) && (
                <text x={key === chosen ? 14 : 9} y={4}>
                  {names(place)}
                </text>
              )}
            </g>
          ))}
          {mark !== null && marked !== null && (
            <g
              class="mark"
              data-testid="mark"
              transform={`translate(${mark.left.toFixed(1)} ${mark.top.toFixed(1)}) rotate(${marked.direction ?? 0})`}
            >
              <circle r={9} />
              {marked.direction !== undefined && <path d="M0 -17 L5 -8 L-5 -8 Z" />}
            </g>
          )}
        </svg>
      </div>
      <div class="map-deeds">
        <button
          type="button"
          aria-label={words.closer}
          title={words.closer}
          onClick={() => change((now) => zoomed(now, size, 1))}
        >
          <Icon name="add" />
        </button>
        <button
          type="button"
          aria-label={words.farther}
          title={words.farther}
          onClick={() => change((now) => zoomed(now, size, -1))}
        >
          <Icon name="less" />
        </button>
        <button type="button" aria-label={words.fit} title={words.fit} data-testid="fit" onClick={fit}>
          <Icon name="expand" />
        </button>
      </div>
      <div class="map-scale" data-testid="scale">
        <i style={{ width: `${scale.px}px` }} />
        <span>{metresWords(scale.metres)}</span>
      </div>
      {tiles !== null && tiles.tiles !== null && tiles.attribution !== '' && (
        <small class="map-source">{tiles.attribution}</small>
      )}
    </div>
  );
}
