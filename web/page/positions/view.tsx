import { useEffect, useMemo, useState } from 'preact/hooks';
import { useNames } from '../alarms/names.ts';
import { footageHref } from '../footage/address.ts';
import { shortMoment } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { failed } from '../model.ts';
import { untilRead } from '../parts/again.ts';
import { Ago } from '../parts/ago.tsx';
import { Icon } from '../parts/icon.tsx';
import { LongName } from '../parts/long-name.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { go, hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { positionsWords } from '../words/positions.ts';
import { shellWords } from '../words/shell.ts';
import { MAX_POINTS, type MapTiles, type Place, type Position, readMap } from './api.ts';
import { TrackMap } from './map.tsx';
import { keyOf, usePlaces, useTrack } from './positions-hook.ts';
import { lengthOf, metresWords } from './track.ts';

import '../parts/filter-bar.css';
import './positions.css';

const HOUR_MS = 3_600_000;
const SPANS = { hour: HOUR_MS, quarter: 6 * HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS } as const;
type Span = keyof typeof SPANS;
/** Rows that are drawn; the search finds the others. */
const MAX_ROWS = 200;

function spanOf(query: URLSearchParams): Span {
  const span = query.get('span') ?? '';
  return Object.hasOwn(SPANS, span) ? (span as Span) : 'day';
}

/** Where cameras are, and where they were: `#/positions`, `#/positions/DEVICE/CHANNEL?span=day&to=2026-01-05T14:00`. */
export function PositionsView() {
  const words = useWords(positionsWords);
  const { views } = useWords(shellWords);
  const { parts, query } = useStore(route);
  const names = useNames();
  const places = usePlaces()?.filter(({ deviceId }) => names.isThere(deviceId)) ?? null;
  const [tiles, setTiles] = useState<MapTiles | null>(null);
  const [search, setSearch] = useState('');
  const [deviceId, channelId] = parts;
  const chosen = deviceId !== undefined && channelId !== undefined ? { deviceId, channelId } : null;
  const span = spanOf(query);
  const to = query.get('to') ?? '';
  const toMs = to === '' || Number.isNaN(Date.parse(to)) ? null : Date.parse(to);
  const track = useTrack(chosen, SPANS[span], toMs);
  useEffect(() => untilRead(readMap, setTiles, failed), []);

  const name = (place: { deviceId: string; channelId: string }) =>
    place.channelId === place.deviceId ? names.device(place.deviceId) : names.channel(place.deviceId, place.channelId);
  const hrefWith = (place: { deviceId: string; channelId: string } | null, next: { span?: Span; to?: string } = {}) => {
    const [newSpan, newTo] = [next.span ?? span, next.to ?? to];
    const address = new URLSearchParams({
      ...(newSpan === 'day' ? {} : { span: newSpan }),
      ...(newTo === '' ? {} : { to: newTo }),
    });
    return hrefOf('positions', place === null ? [] : [place.deviceId, place.channelId], address);
  };
  const wanted = search.trim().toLowerCase();
  const found = (places ?? [])
    .map((place) => ({ place, name: name(place) }))
    .filter(({ place, name: called }) => wanted === '' || `${called} ${keyOf(place)}`.toLowerCase().includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name));
  const key = chosen === null ? null : keyOf(chosen);

  return (
    <main class="positions">
      <ViewHead title={views.positions}>
        <p class="hint number" data-testid="places-count">
          {places !== null && places.length > 0 && words.count(places.length)}
        </p>
      </ViewHead>
      <div class="positions-body">
        <div class="places">
          <input
            type="search"
            aria-label={words.find}
            placeholder={words.find}
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
          {places === null && <p class="hint late">{words.loading}</p>}
          {places?.length === 0 && (
            <div class="empty boxed" data-testid="no-places">
              <p>{words.none}</p>
              <p class="hint">{words.noneHint}</p>
            </div>
          )}
          {places !== null && places.length > 0 && found.length === 0 && <p class="hint">{words.nothingFound}</p>}
          <ul data-testid="places">
            {found.slice(0, MAX_ROWS).map(({ place, name: called }) => (
              <li key={keyOf(place)}>
                <a
                  href={hrefWith(keyOf(place) === key ? null : place)}
                  aria-current={keyOf(place) === key ? 'true' : undefined}
                  data-testid="place-row"
                >
                  <span class="name">
                    <LongName name={called} />
                  </span>
                  <small>
                    <Ago at={place.time} />
                    {place.speed !== undefined && ` · ${words.speed(place.speed)}`}
                  </small>
                </a>
              </li>
            ))}
          </ul>
          {found.length > MAX_ROWS && <p class="hint">{words.more(found.length - MAX_ROWS)}</p>}
        </div>
        <div class="ground">
          {chosen !== null && (
            <form class="filter-bar" aria-label={words.range} onSubmit={(event) => event.preventDefault()}>
              <label>
                <span>{words.range}</span>
                <select
                  data-testid="span"
                  value={span}
                  onChange={({ currentTarget }) =>
                    go(hrefWith(chosen, { span: currentTarget.value as Span }), 'replace')
                  }
                >
                  {(Object.keys(SPANS) as Span[]).map((one) => (
                    <option key={one} value={one}>
                      {words.spans[one]}
                    </option>
                  ))}
                </select>
              </label>
              <label>
                <span>{words.to}</span>
                <input
                  type="datetime-local"
                  data-testid="track-to"
                  value={to}
                  onChange={({ currentTarget }) => go(hrefWith(chosen, { to: currentTarget.value }), 'replace')}
                />
              </label>
              {to !== '' && (
                <button type="button" onClick={() => go(hrefWith(chosen, { to: '' }), 'replace')}>
                  {words.untilNow}
                </button>
              )}
            </form>
          )}
          <TrackTime
            key={`${key} ${span} ${to}`}
            chosen={chosen}
            isRead={track.isRead}
            fault={track.fault}
            isCut={track.isCut}
            points={track.points}
            places={places ?? []}
            name={name}
            tiles={tiles}
            fitKey={`${key ?? (places === null ? '' : 'all')} ${span} ${to} ${track.isRead}`}
            onChoose={(place) => go(hrefWith(place))}
          />
        </div>
      </div>
    </main>
  );
}

interface TrackTimeProps {
  chosen: { deviceId: string; channelId: string } | null;
  isRead: boolean;
  fault: string | null;
  isCut: boolean;
  points: readonly Position[];
  places: readonly Place[];
  name: (place: Place) => string;
  tiles: MapTiles | null;
  fitKey: string;
  onChoose: (place: Place) => void;
}

/** The map, and below it the slider through the track: at its end it goes on with what is told. */
function TrackTime({ chosen, isRead, fault, isCut, points, places, name, tiles, fitKey, onChoose }: TrackTimeProps) {
  const words = useWords(positionsWords);
  const locale = localeOf(useLanguage());
  /** Null: the newest. */
  const [at, setAt] = useState<number | null>(null);
  const index = at === null ? points.length - 1 : Math.min(at, points.length - 1);
  const marked = chosen === null ? null : (points[index] ?? null);
  const metres = useMemo(() => lengthOf(points), [points]);
  const when = marked === null ? '' : shortMoment(marked.time, locale, Date.now());
  const said =
    marked === null
      ? ''
      : [
          `${marked.latitude.toFixed(5)}°, ${marked.longitude.toFixed(5)}°`,
          marked.speed === undefined ? '' : words.speed(marked.speed),
          marked.direction === undefined ? '' : words.direction(Math.round(marked.direction)),
          marked.altitude === undefined ? '' : words.altitude(Math.round(marked.altitude)),
        ]
          .filter(Boolean)
          .join(' · ');
  return (
    <>
      <TrackMap
        places={places}
        names={name}
        chosen={chosen === null ? null : keyOf(chosen)}
        track={points}
        marked={marked}
        tiles={tiles}
        fitKey={fitKey}
        onChoose={onChoose}
      />
      {chosen !== null && fault !== null && (
        <p class="fault" role="alert">
          {fault || words.unreachable}
        </p>
      )}
      {chosen !== null && fault === null && isRead && points.length === 0 && (
        <p class="hint" data-testid="no-track">
          {words.noTrack}
        </p>
      )}
      {chosen !== null && points.length > 0 && (
        <div class="track-time">
          <input
            type="range"
            min={0}
            max={points.length - 1}
            value={index}
            aria-label={words.time}
            aria-valuetext={`${when}, ${said}`}
            data-testid="track-slider"
            onInput={({ currentTarget }) => {
              const value = currentTarget.valueAsNumber;
              setAt(value >= points.length - 1 ? null : value);
            }}
          />
          <p class="number">
            <time dateTime={marked?.time ?? ''} data-testid="track-when">
              {when}
            </time>{' '}
            <span class="hint" data-testid="track-said">
              {said}
            </span>
          </p>
          <p class="hint number">
            {words.points(points.length, metresWords(metres))}
            {isCut && ` ${words.cut(MAX_POINTS)}`}
          </p>
          {marked !== null && (
            <a class="button" href={footageHref(chosen, { atMs: Date.parse(marked.time) })} data-testid="track-footage">
              <Icon name="footage" />
              {words.footage}
            </a>
          )}
        </div>
      )}
    </>
  );
}
