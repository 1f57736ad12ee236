import { useEffect, useMemo, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { ApiFault } from '../api.ts';
import { size } from '../format.ts';
import { useWords } from '../language.ts';
import { directory, failed, onEvent } from '../model.ts';
import { Icon } from '../parts/icon.tsx';
import { NOTHING, useFeed, useNamed } from '../parts/pages.ts';
import { usePolling } from '../parts/polling.ts';
import { useRowWindow } from '../parts/row-window.ts';
import { ViewHead } from '../parts/view-head.tsx';
import { go, hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { downloadsWords } from '../words/downloads.ts';
import { shellWords } from '../words/shell.ts';
import {
  cancelDownload,
  type Download,
  deleteDownload,
  readDownload,
  readSummary,
  retryDownload,
  type Summary,
  setPriority,
} from './api.ts';
import { Details } from './details.tsx';
import { DownloadFeed } from './feed.ts';
import { type Filter, STATES } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { NewDownload } from './form.tsx';
import { type Deeds, DownloadRow, ROW_PX } from './row.tsx';

import './downloads.css';

/** The next page is read when so many rows are left below. */
const AHEAD_ROWS = 40;
/** Sums move slowly; what begins and ends asks for them at once. */
const SUMMARY_MS = 5_000;

/** The filter as the address says it: `#/downloads?channel=…&state=…`. */
function filterOf(query: URLSearchParams): Filter {
  return { channel: query.get('channel') ?? '', state: STATES.find((one) => one === query.get('state')) ?? '' };
}

function hrefWith(parts: readonly string[], filter: Filter, isNew = false): string {
  const query = new URLSearchParams();
  if (filter.channel !== '') query.set('channel', filter.channel);
  if (filter.state !== '') query.set('state', filter.state);
  if (isNew) query.set('new', '');
  return hrefOf('downloads', parts, query);
}

/** How many and how large, kept true while the view is shown. */
function useSummary(): { summary: Summary | null; again: () => void } {
  const [summary, setSummary] = useState<Summary | null>(null);
  const again = usePolling(async (signal) => {
    const read = await readSummary();
    if (!signal.aborted) setSummary(read);
  }, SUMMARY_MS);
  useEffect(
    () => onEvent(({ type }) => type.startsWith('download.') && type !== 'download.progress' && again()),
    [again],
  );
  return { summary, again };
}

/** Calls `told` with what events say of one download. */
function followDownload(id: string, told: (download: Download | null) => void): () => void {
  return onEvent(({ type, data }) => {
    if (type.startsWith('download.') && data.id === id)
      told(type === 'download.deleted' ? null : (data as unknown as Download));
  });
}

/** Ranges of footage on their way from devices into files. `#/downloads/ID` shows one, `?new` the form for another. */
export function DownloadsView() {
  const words = useWords(downloadsWords);
  const { views } = useWords(shellWords);
  const { parts, query } = useStore(route);
  const isAdmin = useStore(mayControl);
  const channels = useStore(directory)?.channels ?? [];
  const names = useMemo(() => new Map(channels.map((one) => [`${one.deviceId}/${one.id}`, one.name])), [channels]);
  const filter = filterOf(query);
  const isNew = query.has('new');
  const { feed, shown } = useFeed(DownloadFeed, filter, NOTHING);
  const { summary, again } = useSummary();
  const [box, setBox] = useState<HTMLUListElement | null>(null);
  const items = shown.items ?? [];
  const { first, end } = useRowWindow(box, items.length, ROW_PX);
  const { named, isGone } = useNamed(parts[0], shown.items, readDownload, followDownload);
  const nameOf = (one: Download) => names.get(`${one.deviceId}/${one.channelId}`) || one.channelId;

  useEffect(() => {
    if (shown.hasMore && end > items.length - AHEAD_ROWS) void feed?.more();
  }, [shown, end, feed]);

  const show = (id: string | null) => go(hrefWith(id === null ? [] : [id], filter), 'replace');
  const ask = (isOpen: boolean) => go(hrefWith(parts, filter, isOpen), 'replace');
  const told = async (id: string, change: Promise<Download>): Promise<void> => {
    try {
      feed?.put(await change);
    } catch (error) {
      // somebody else deleted it
      if (error instanceof ApiFault && error.status === 404) feed?.remove(id);
      else failed(error);
    }
    again();
  };
  const deeds: Deeds = {
    cancel: ({ id }) => void told(id, cancelDownload(id)),
    retry: ({ id }) => void told(id, retryDownload(id)),
    prefer: ({ id, priority }, step) => void told(id, setPriority(id, priority + step)),
    remove: ({ id }) => {
      deleteDownload(id).then(() => {
        feed?.remove(id);
        if (id === parts[0]) show(null);
        again();
      }, failed);
    },
  };
  const { running = 0, resuming = 0, queued = 0 } = summary?.states ?? {};

  return (
    <main class={named === undefined ? 'downloads' : 'downloads showing'}>
      <div class="downloads-list">
        <ViewHead title={views.downloads}>
          <p class="hint number" data-testid="downloads-summary">
            {summary !== null &&
              [
                running + resuming + queued > 0 && words.summary(running + resuming, queued),
                words.footprint(summary.count, size(summary.bytes)),
              ]
                .filter(Boolean)
                .join(' · ')}
          </p>
          <button
            type="button"
            class={isNew ? '' : 'primary'}
            data-testid="open-new"
            aria-expanded={isNew}
            disabled={!isAdmin}
            title={isAdmin ? undefined : words.lookOnly}
            onClick={() => ask(!isNew)}
          >
            <Icon name="add" />
            {words.newDownload}
          </button>
        </ViewHead>
        {isNew && isAdmin && (
          <NewDownload
            key={filter.channel}
            channels={channels}
            channel={filter.channel}
            onStarted={(download) => {
              feed?.put(download);
              ask(false);
              again();
            }}
            onClose={() => ask(false)}
          />
        )}
        {isGone && (
          <p class="fault" role="alert" data-testid="download-gone">
            {words.gone}
          </p>
        )}
        <FilterBar
          filter={filter}
          channels={channels}
          onChange={(next) => go(hrefWith(parts, next, isNew), 'replace')}
        />
        <div class="download heads" aria-hidden="true">
          {(['name', 'progress', 'state', 'size'] as const).map((column) => (
            <span key={column} class={`at-${column}`}>
              {words.columns[column]}
            </span>
          ))}
        </div>
        {shown.items === null && <p class="hint late">{words.loading}</p>}
        {shown.items?.length === 0 && (
          <div class="empty boxed" data-testid="no-downloads">
            {filter.channel !== '' || filter.state !== '' ? (
              <>
                <p>{words.nothingFound}</p>
                <p>
                  <button type="button" onClick={() => go(hrefOf('downloads', parts), 'replace')}>
                    {words.clearFilter}
                  </button>
                </p>
              </>
            ) : (
              <>
                <p>{words.none}</p>
                <p class="hint">{words.noneHint}</p>
              </>
            )}
          </div>
        )}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keys */}
        <ul class="rows" ref={setBox} data-testid="downloads" aria-label={views.downloads} tabIndex={0}>
          <li class="space" aria-hidden="true" style={{ height: `${first * ROW_PX}px` }} />
          {items.slice(first, end).map((download, i) => (
            <DownloadRow
              key={download.id}
              download={download}
              name={nameOf(download)}
              isShown={download.id === parts[0]}
              mayControl={isAdmin}
              position={first + i + 1}
              deeds={deeds}
              onShow={() => show(download.id === parts[0] ? null : download.id)}
            />
          ))}
          <li class="space" aria-hidden="true" style={{ height: `${(items.length - end) * ROW_PX}px` }} />
        </ul>
      </div>
      {named !== undefined && (
        <Details key={named.id} download={named} name={nameOf(named)} onClose={() => show(null)} />
      )}
    </main>
  );
}
