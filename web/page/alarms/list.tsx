import { useEffect, useState } from 'preact/hooks';
import { useLanguage, useWords } from '../language.ts';
import { failed } from '../model.ts';
import { untilRead } from '../parts/again.ts';
import { useFeed, useNamed } from '../parts/pages.ts';
import { useRowWindow } from '../parts/row-window.ts';
import { go, hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { alarmsWords } from '../words/alarms.ts';
import { type AlarmWordList, readAlarm, readAlarmWords } from './api.ts';
import { Details } from './details.tsx';
import { AlarmFeed, NOTHING } from './feed.ts';
import { addressOf, type Filter, filterOf, isEmpty } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { useNames } from './names.ts';
import { AlarmRow, ROW_PX } from './row.tsx';

/** The next page is read when so many rows are left below. */
const AHEAD_ROWS = 40;

/** All alarms of a filter, new ones as they are told; one of them beside the list. */
export function AlarmList() {
  const words = useWords(alarmsWords);
  const language = useLanguage();
  const { parts, query } = useStore(route);
  const filter = filterOf(query);
  const names = useNames();
  const [wordList, setWordList] = useState<AlarmWordList | null>(null);
  const { feed, shown } = useFeed(AlarmFeed, filter, NOTHING);
  const [box, setBox] = useState<HTMLUListElement | null>(null);
  const items = shown.items ?? [];
  const { first, end } = useRowWindow(box, items.length, ROW_PX);
  const { named, isGone } = useNamed(parts[0], shown.items, readAlarm);
  const now = Date.now();

  useEffect(() => untilRead(readAlarmWords, setWordList, failed), []);
  useEffect(() => {
    if (shown.hasMore && end > items.length - AHEAD_ROWS) void feed?.more();
  }, [shown, end, feed]);
  useEffect(() => {
    if (box === null || feed === null) return undefined;
    const look = () => feed.hold(box.scrollTop > ROW_PX);
    look();
    box.addEventListener('scroll', look, { passive: true });
    return () => box.removeEventListener('scroll', look);
  }, [box, feed]);

  const goTo = (next: Filter, id: string | null) =>
    go(hrefOf('alarms', id === null ? [] : [id], addressOf(next)), 'replace');
  const oldest = items.at(-1);

  return (
    <div class={named === undefined ? 'alarms-body' : 'alarms-body showing'}>
      <div class="alarms-list">
        <FilterBar filter={filter} names={names} words={wordList} onChange={(next) => goTo(next, parts[0] ?? null)} />
        {isGone && (
          <p class="fault" role="alert" data-testid="alarm-gone">
            {words.gone}
          </p>
        )}
        <div class="alarm heads" aria-hidden="true">
          {(['time', 'priority', 'kind', 'channel'] as const).map((column) => (
            <span key={column} class={`at-${column}`}>
              {words.columns[column]}
            </span>
          ))}
        </div>
        {shown.items === null && <p class="hint late">{words.loading}</p>}
        {shown.items?.length === 0 && (
          <div class="empty boxed" data-testid="no-alarms">
            {isEmpty(filter) ? (
              <>
                <p>{words.none}</p>
                <p class="hint">{words.noneHint}</p>
              </>
            ) : (
              <>
                <p>{words.nothingFound}</p>
                <p>
                  <button type="button" onClick={() => go(hrefOf('alarms', parts), 'replace')}>
                    {words.clearFilter}
                  </button>
                </p>
              </>
            )}
          </div>
        )}
        <div class="alarm-rows">
          {shown.held > 0 && (
            <button
              type="button"
              class="primary new-alarms"
              data-testid="new-alarms"
              onClick={() => box?.scrollTo({ top: 0 })}
            >
              {words.newOnes(shown.held)}
            </button>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keys */}
          <ul class="rows" ref={setBox} data-testid="alarms" aria-label={words.tabs.alarms} tabIndex={0}>
            <li class="space" aria-hidden="true" style={{ height: `${first * ROW_PX}px` }} />
            {items.slice(first, end).map((alarm, i) => (
              <AlarmRow
                key={alarm.id}
                alarm={alarm}
                names={names}
                language={language}
                nowMs={now}
                isShown={alarm.id === parts[0]}
                position={first + i + 1}
                onShow={() => goTo(filter, alarm.id === parts[0] ? null : alarm.id)}
              />
            ))}
            <li class="space" aria-hidden="true" style={{ height: `${(items.length - end) * ROW_PX}px` }} />
          </ul>
        </div>
        {shown.isFull && oldest !== undefined && (
          <p class="hint" data-testid="alarms-full">
            {words.full(items.length)}{' '}
            <button type="button" onClick={() => goTo({ ...filter, to: inputTime(Date.parse(oldest.time)) }, null)}>
              {words.older}
            </button>
          </p>
        )}
      </div>
      {named !== undefined && (
        <Details
          key={named.id}
          alarm={named}
          names={names}
          onFilter={(device) => goTo({ ...filter, device }, named.id)}
          onClose={() => goTo(filter, null)}
        />
      )}
    </div>
  );
}

/** The first full second behind a moment, as an input shows it: the moment itself is still found. */
function inputTime(epochMs: number): string {
  const date = new Date(epochMs + 1_000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
