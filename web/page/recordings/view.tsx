import { useEffect, useMemo, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { deleteRecording, type Recording, readRecording, recordingAddress, runAddress } from '../api.ts';
import { useWords } from '../language.ts';
import { directory, failed } from '../model.ts';
import { Icon } from '../parts/icon.tsx';
import { NOTHING, useFeed, useNamed } from '../parts/pages.ts';
import { useRowWindow } from '../parts/row-window.ts';
import { ViewHead } from '../parts/view-head.tsx';
import { PlanEditor } from '../plan/editor.tsx';
import { go, hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { recordingsWords } from '../words/recordings.ts';
import { shellWords } from '../words/shell.ts';
import { hasThumbnails, lockRecording } from './api.ts';
import { type Filter, NO_FILTER } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { Keeping } from './keeping.tsx';
import { RecordingFeed } from './list.ts';
import { RecordingPlayer } from './player.tsx';
import { RecordingRow, ROW_PX } from './row.tsx';
import { alone, endOf, joined, type Run } from './runs.ts';
import { SelectionBar } from './selection-bar.tsx';

import './recordings.css';

/** The next page is read when so many rows are left below: it is there before they have been scrolled by. */
const AHEAD_ROWS = 40;

/** The filter as the address says it: `#/recordings?channel=…&day=…`. */
function filterOf(query: URLSearchParams): Filter {
  const state = query.get('state') ?? '';
  return {
    channel: query.get('channel') ?? '',
    day: query.get('day') ?? '',
    state: /^(recording|complete|recovered|failed)$/.test(state) ? (state as Filter['state']) : '',
    isLocked: query.get('locked') === 'true',
  };
}

/** What else the address says of how the list is shown. */
interface Shape {
  readonly isJoined: boolean;
  readonly hasPlan: boolean;
}

function hrefWith(parts: readonly string[], filter: Filter, { isJoined, hasPlan }: Shape): string {
  const query = new URLSearchParams();
  if (filter.channel !== '') query.set('channel', filter.channel);
  if (filter.day !== '') query.set('day', filter.day);
  if (filter.state !== '') query.set('state', filter.state);
  if (filter.isLocked) query.set('locked', 'true');
  if (isJoined) query.set('runs', 'true');
  if (hasPlan) query.set('plan', '');
  return hrefOf('recordings', parts, query);
}

function addressOf(run: Run): string {
  return run.files.length === 1 ? recordingAddress(run.whole.id) : runAddress(run.whole, run.whole.start, endOf(run));
}

/** Everything recorded, the newest first: found, played, kept, deleted. `#/recordings/ID` plays one, `?plan` shows the plan of its channel. */
export function RecordingsView() {
  const words = useWords(recordingsWords);
  const { views } = useWords(shellWords);
  const { parts, query } = useStore(route);
  const isAdmin = useStore(mayControl);
  const channels = useStore(directory)?.channels ?? [];
  const names = useMemo(() => new Map(channels.map((one) => [`${one.deviceId}/${one.id}`, one.name])), [channels]);
  const filter = filterOf(query);
  const { feed, shown } = useFeed(RecordingFeed, filter, NOTHING);
  const [hasPictures, setHasPictures] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [box, setBox] = useState<HTMLUListElement | null>(null);
  const items = shown.items ?? [];
  const shape: Shape = { isJoined: query.get('runs') === 'true', hasPlan: query.has('plan') };
  const runs = useMemo(
    () => (shape.isJoined ? joined(shown.items ?? []) : alone(shown.items ?? [])),
    [shown.items, shape.isJoined],
  );
  const { first, end } = useRowWindow(box, runs.length, ROW_PX);
  const { named: played, isGone } = useNamed(parts[0], shown.items, readRecording);
  const isFiltered = JSON.stringify(filter) !== JSON.stringify(NO_FILTER);
  const chosen = items.filter((one) => selected.has(one.id));

  useEffect(() => void hasThumbnails().then(setHasPictures, () => {}), []);
  useEffect(() => {
    if (shown.hasMore && end > runs.length - AHEAD_ROWS) void feed?.more();
  }, [shown, end, feed]);

  const play = (id: string | null) => go(hrefWith(id === null ? [] : [id], filter, shape), 'replace');
  const select = ({ files }: Run, isSelected: boolean) => {
    const next = new Set(selected);
    for (const { id } of files) {
      if (isSelected) next.add(id);
      else next.delete(id);
    }
    setSelected(next);
  };
  const playedRun = runs.find(({ files }) => files.some((one) => one.id === parts[0]));
  const [deviceId, channelId] = filter.channel.split('/');
  const lock = (some: readonly Recording[], isLocked: boolean) =>
    void Promise.all(some.map(async (one) => feed?.put(await lockRecording(one.id, isLocked)))).catch(failed);
  const remove = async (some: readonly Recording[]): Promise<void> => {
    for (const { id } of some) {
      try {
        await deleteRecording(id);
        feed?.remove(id);
        if (id === parts[0]) play(null);
      } catch (error) {
        failed(error);
        return;
      }
    }
    setSelected(new Set());
  };

  return (
    <main class={played === undefined ? 'recordings' : 'recordings playing'}>
      <div class="recordings-list">
        <ViewHead title={views.recordings}>
          {shown.items !== null && (
            <p class="hint" data-testid="recordings-count">
              {words.shown(items.length, shown.hasMore)}
            </p>
          )}
          <button
            type="button"
            data-testid="show-plan"
            aria-expanded={shape.hasPlan && filter.channel !== ''}
            disabled={filter.channel === ''}
            title={filter.channel === '' ? words.planHint : undefined}
            onClick={() => go(hrefWith(parts, filter, { ...shape, hasPlan: !shape.hasPlan }), 'replace')}
          >
            <Icon name="calendar" />
            {words.plan}
          </button>
        </ViewHead>
        <Keeping />
        {isGone && (
          <p class="fault" role="alert" data-testid="recording-gone">
            {words.gone}
          </p>
        )}
        <FilterBar
          filter={filter}
          channels={channels}
          isJoined={shape.isJoined}
          onChange={(next) => go(hrefWith(parts, next, shape), 'replace')}
          onJoin={(isJoined) => go(hrefWith(parts, filter, { ...shape, isJoined }), 'replace')}
        />
        {shape.hasPlan && deviceId && channelId && (
          <section class="channel-plan" data-testid="channel-plan">
            <PlanEditor key={filter.channel} deviceId={deviceId} channelId={channelId} />
          </section>
        )}
        <div class={chosen.length > 0 ? 'recording heads selecting' : 'recording heads'}>
          <input
            type="checkbox"
            data-testid="select-all"
            aria-label={words.selectAll}
            checked={chosen.length > 0 && chosen.length === items.length}
            disabled={items.length === 0}
            onChange={(event) => setSelected(new Set(event.currentTarget.checked ? items.map((one) => one.id) : []))}
          />
          {chosen.length > 0 ? (
            <SelectionBar
              selected={chosen}
              onLock={(isLocked) => lock(chosen, isLocked)}
              onDelete={(doomed) => void remove(doomed)}
              onClear={() => setSelected(new Set())}
            />
          ) : (
            <>
              <span aria-hidden="true">{words.columns.name}</span>
              <span aria-hidden="true">{words.columns.state}</span>
              <span aria-hidden="true" class="number length">
                {words.columns.length}
              </span>
              <span aria-hidden="true" class="number size">
                {words.columns.size}
              </span>
            </>
          )}
        </div>
        {shown.items === null && <p class="hint late">{words.loading}</p>}
        {shown.items?.length === 0 &&
          (isFiltered ? (
            <div class="empty boxed">
              <p>{words.nothingFound}</p>
              <p>
                <button type="button" onClick={() => go(hrefWith(parts, NO_FILTER, shape), 'replace')}>
                  {words.clearFilter}
                </button>
              </p>
            </div>
          ) : (
            <div class="empty boxed" data-testid="no-recordings">
              <p>{words.noRecordings}</p>
              <p class="hint">{words.noRecordingsHint}</p>
            </div>
          ))}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keys */}
        <ul class="rows" ref={setBox} data-testid="recordings" aria-label={views.recordings} tabIndex={0}>
          <li class="space" aria-hidden="true" style={{ height: `${first * ROW_PX}px` }} />
          {runs.slice(first, end).map((run, i) => (
            <RecordingRow
              key={run.whole.id}
              recording={run.whole}
              files={run.files.length}
              address={addressOf(run)}
              name={names.get(`${run.whole.deviceId}/${run.whole.channelId}`) || run.whole.channelId}
              position={first + i + 1}
              isPlayed={run === playedRun}
              isSelected={run.files.every(({ id }) => selected.has(id))}
              hasPictures={hasPictures}
              isAdmin={isAdmin}
              onSelect={(isSelected) => select(run, isSelected)}
              onPlay={() => play(run.whole.id)}
              onLock={() => lock(run.files, !run.whole.locked)}
              onDelete={() => void remove(run.files)}
            />
          ))}
          <li class="space" aria-hidden="true" style={{ height: `${(runs.length - end) * ROW_PX}px` }} />
        </ul>
      </div>
      {played !== undefined && (
        <RecordingPlayer
          key={playedRun?.whole.id ?? played.id}
          recording={playedRun?.whole ?? played}
          address={playedRun === undefined ? recordingAddress(played.id) : addressOf(playedRun)}
          name={names.get(`${played.deviceId}/${played.channelId}`) || played.channelId}
          onClose={() => play(null)}
        />
      )}
    </main>
  );
}
