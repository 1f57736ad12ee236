import { useEffect, useRef, useState } from 'preact/hooks';
import { bitrate } from '../format.ts';
import { useWords } from '../language.ts';
import { failed, onEvent } from '../model.ts';
import { usePolling } from '../parts/polling.ts';
import { ViewHead } from '../parts/view-head.tsx';
import { go, hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { shellWords } from '../words/shell.ts';
import { streamsWords } from '../words/streams.ts';
import { endedStreams, runningStreams, type Stream } from './api.ts';
import { StreamRow } from './row.tsx';

import './streams.css';

/** The pace of the gateway's own history. */
const LOOK_MS = 2_000;

/** Streams that are over, the newest first, as far as they were read. */
interface Ended {
  readonly items: readonly Stream[];
  readonly next: string | null;
}

/** The newest page read again; whoever read on keeps what was read. */
function withNewest(known: Ended | null, page: Ended): Ended {
  if (known === null || known.items.length <= page.items.length) return page;
  const ids = new Set(page.items.map((stream) => stream.id));
  return { items: [...page.items, ...known.items.filter((stream) => !ids.has(stream.id))], next: known.next };
}

/** What is pulled now, with graphs of the last minutes, and what has ended. The address opens one of them: `#/streams/ID`. */
export function StreamsView() {
  const words = useWords(streamsWords);
  const { views, loading } = useWords(shellWords);
  const [running, setRunning] = useState<readonly Stream[] | null>(null);
  const [ended, setEnded] = useState<Ended | null>(null);
  const openId = useStore(route).parts[0];
  const hasEnded = useRef(true);

  const lookAgain = usePolling(
    async (signal) => {
      try {
        const streams = await runningStreams();
        if (!signal.aborted) setRunning(streams);
        if (!hasEnded.current) return;
        hasEnded.current = false;
        const page = await endedStreams(null);
        if (!signal.aborted) setEnded((known) => withNewest(known, page));
      } catch (error) {
        hasEnded.current = true;
        throw error;
      }
    },
    LOOK_MS,
    failed,
  );

  useEffect(
    () =>
      onEvent((event) => {
        if (!event.type.startsWith('stream.')) return;
        hasEnded.current ||= event.type === 'stream.ended';
        lookAgain();
      }),
    [],
  );

  const readMore = () =>
    void endedStreams(ended?.next ?? null).then(
      ({ items, next }) => setEnded((known) => ({ items: [...(known?.items ?? []), ...items], next })),
      failed,
    );
  const row = (stream: Stream) => (
    <StreamRow
      key={stream.id}
      stream={stream}
      isOpen={stream.id === openId}
      onToggle={() => go(hrefOf('streams', stream.id === openId ? [] : [stream.id]), 'replace')}
      onChanged={lookAgain}
    />
  );
  const sum = (read: (stream: Stream) => number) => (running ?? []).reduce((total, stream) => total + read(stream), 0);

  return (
    <main class="streams">
      <ViewHead title={views.streams}>
        {running !== null && (
          <p class="hint" data-testid="streams-summary">
            {words.summary(
              running.length,
              sum((stream) => stream.viewers),
              bitrate(sum((stream) => stream.stats.bitrateBps)),
            )}
          </p>
        )}
      </ViewHead>
      <section aria-label={words.running}>
        <div class="stream-row heads" aria-hidden="true">
          <span>{words.columns.channel}</span>
          <span />
          <span>{words.columns.picture}</span>
          <span>{words.columns.way}</span>
          <span>{words.columns.bitrate}</span>
          <span>{words.columns.fps}</span>
          <span>{words.columns.loss}</span>
          <span class="cell-viewers">{words.columns.viewers}</span>
          <span />
        </div>
        {running === null && <p class="hint late">{loading}</p>}
        {running?.length === 0 && (
          <div class="empty boxed" data-testid="no-streams">
            <p>{words.noneRunning}</p>
            <p class="hint">{words.noneRunningHint}</p>
          </div>
        )}
        {running !== null && running.length > 0 && <ul data-testid="running">{running.map(row)}</ul>}
      </section>
      <section class="ended" aria-label={words.ended}>
        <h2>{words.ended}</h2>
        {ended?.items.length === 0 && <p class="hint">{words.noneEnded}</p>}
        {ended !== null && ended.items.length > 0 && <ul data-testid="ended">{ended.items.map(row)}</ul>}
        {ended !== null && ended.next !== null && (
          <button type="button" onClick={readMore}>
            {words.more}
          </button>
        )}
      </section>
    </main>
  );
}
