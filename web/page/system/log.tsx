import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiFault } from '../api.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { directory, failed } from '../model.ts';
import { useStore } from '../store.ts';
import { systemWords } from '../words/system.ts';
import { type LogFilter, type LogLine, readLog } from './api.ts';

import '../parts/filter-bar.css';

/** Lines shown: a screen that scrolls for minutes; older ones are found by the filter. */
const MAX_LINES = 1_000;
/** The gateway answers sooner when a line comes. */
const WAIT_SECONDS = 25;
/** A log that pours is drawn this often. */
const PAUSE_MS = 500;
/** After an answer that failed. */
const RETRY_MS = 3_000;
/** Typing is not asking. */
const TYPING_MS = 250;
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Lines of a filter, and while `isFollowing` what comes. */
function useLog(filter: LogFilter, isFollowing: boolean): readonly LogLine[] | null {
  const [lines, setLines] = useState<readonly LogLine[] | null>(null);
  const last = useRef(0);
  const { level, q, deviceId } = filter;
  useEffect(() => {
    last.current = 0;
  }, [level, q, deviceId]);
  useEffect(() => {
    const life = new AbortController();
    const { signal } = life;
    const look = async (): Promise<void> => {
      const since = last.current;
      const answer = await readLog(
        { level, q, deviceId },
        { since, waitSeconds: since > 0 ? WAIT_SECONDS : 0 },
        signal,
      );
      if (signal.aborted) return;
      // A gateway that was restarted counts anew: its lines are all there is.
      const isAnew = since === 0 || answer.last < since;
      last.current = answer.last;
      if (isAnew) setLines(answer.items);
      else if (answer.items.length > 0) setLines((known) => [...(known ?? []), ...answer.items].slice(-MAX_LINES));
    };
    const follow = async (): Promise<void> => {
      await pause(TYPING_MS, signal);
      while (!signal.aborted) {
        try {
          await look();
          if (!isFollowing) return;
          await pause(PAUSE_MS, signal);
        } catch (error) {
          if (signal.aborted) return;
          // The banner tells of a gateway that cannot be reached.
          if (!(error instanceof ApiFault && error.status === 0)) failed(error);
          await pause(RETRY_MS, signal);
        }
      }
    };
    void follow();
    return () => life.abort();
  }, [level, q, deviceId, isFollowing]);
  return lines;
}

function dataWords(data: LogLine['data']): string {
  return Object.entries(data)
    .map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join('  ');
}

/** `14:03:21.512` on the clock of the browser. */
function clockOf(time: string | null, locale: string): string {
  if (time === null) return '';
  return new Date(time).toLocaleTimeString(locale, {
    hour12: false,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
}

/** The tail of the log: filtered, followed, without secrets. */
export function Log() {
  const words = useWords(systemWords).log;
  const locale = localeOf(useLanguage());
  const devices = useStore(directory)?.devices ?? [];
  const [filter, setFilter] = useState<LogFilter>({ level: 'trace', q: '', deviceId: '' });
  const [isFollowing, setFollowing] = useState(true);
  const lines = useLog(filter, isFollowing);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = box.current;
    if (isFollowing && element !== null) element.scrollTop = element.scrollHeight;
  }, [lines, isFollowing]);

  return (
    <>
      <form class="filter-bar" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>{words.level}</span>
          <select
            data-testid="log-level"
            value={filter.level}
            onChange={(event) => setFilter({ ...filter, level: event.currentTarget.value })}
          >
            {LEVELS.map((level) => (
              <option key={level} value={level}>
                {words.levels[level]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.device}</span>
          <select
            data-testid="log-device"
            value={filter.deviceId}
            onChange={(event) => setFilter({ ...filter, deviceId: event.currentTarget.value })}
          >
            <option value="">{words.allDevices}</option>
            {devices.map((device) => (
              <option key={device.id} value={device.id}>
                {device.name || device.id}
              </option>
            ))}
          </select>
        </label>
        <label class="grow">
          <span>{words.find}</span>
          <input
            type="search"
            data-testid="log-find"
            value={filter.q}
            onInput={(event) => setFilter({ ...filter, q: event.currentTarget.value })}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            data-testid="log-follow"
            checked={isFollowing}
            onChange={(event) => setFollowing(event.currentTarget.checked)}
          />
          <span>{words.follow}</span>
        </label>
      </form>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keys */}
      <div class="log" ref={box} role="log" aria-label={words.lines} aria-live="off" tabIndex={0}>
        {lines?.length === 0 && <p class="hint">{words.empty}</p>}
        {lines?.map((line) => (
          <p key={line.seq} class={line.levelName} data-testid="log-line" data-level={line.levelName}>
            <time dateTime={line.time ?? undefined}>{clockOf(line.time, locale)}</time>
            <b>{line.levelName}</b>
            <span>
              {line.message} <i>{dataWords(line.data)}</i>
            </span>
          </p>
        ))}
      </div>
    </>
  );
}
