import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Channel } from '../../api.ts';
import type { Directory } from '../../directory.ts';
import { useShortcuts } from '../../keys/keys.ts';
import { useWords } from '../../language.ts';
import { useRowWindow } from '../../parts/row-window.ts';
import { hrefOf } from '../../route.ts';
import { liveWords } from '../../words/live.ts';
import { TreeRow } from './row.tsx';
import { type Row, rowsOf } from './rows.ts';
import { prepareSearch } from './search.ts';

import './tree.css';

/** As `.tree-row` in tree.css: every row has this height, so that a place in the list is a multiplication. */
const ROW_PX = 32;
/** Indexing 10,000 names takes some 50 ms: after the first paint, before anybody can type. */
const PREPARE_AFTER_MS = 400;

interface Props {
  directory: Directory | null;
  /** Channels that are shown now, as `DEVICE/CHANNEL`. */
  shown: ReadonlySet<string>;
  onChoose: (channel: Channel) => void;
  /** All channels of a device, a group or a search at once. */
  onChooseAll: (channels: readonly Channel[]) => void;
  /** There is a wall that can take them all. */
  hasWall?: boolean;
}

/** The column on the left: a search, and every device with its groups and channels. */
export function CameraTree({ directory, shown, onChoose, onChooseAll, hasWall = true }: Props) {
  const words = useWords(liveWords);
  const [find, setFind] = useState('');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState('');
  const [box, setBox] = useState<HTMLDivElement | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const rows = useMemo(() => (directory === null ? [] : rowsOf(directory, find, closed)), [directory, find, closed]);
  const { first, end } = useRowWindow(box, rows.length, ROW_PX);
  const activeIndex = Math.max(
    0,
    rows.findIndex((row) => row.key === active),
  );

  useEffect(() => {
    if (directory === null) return;
    const timer = window.setTimeout(() => prepareSearch(directory), PREPARE_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [directory]);

  useShortcuts(words.cameras, [
    { key: '/', words: words.find, run: () => field.current?.focus() },
    { key: 'c', words: words.toTree, run: () => box?.focus() },
  ]);

  function toggle(key: string): void {
    const next = new Set(closed);
    if (!next.delete(key)) next.add(key);
    setClosed(next);
  }

  function moveTo(index: number): void {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    const element = box;
    if (row === undefined || element === null) return;
    setActive(row.key);
    const top = rows.indexOf(row) * ROW_PX;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_PX > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW_PX - element.clientHeight;
  }

  function choose(row: Row, all: boolean): void {
    setActive(row.key);
    if (row.kind === 'channel') onChoose(row.channel);
    else if (row.kind !== 'none') {
      const [only, ...others] = row.channels;
      if (all) onChooseAll(row.channels);
      // A camera with one channel is often named like it: its name plays it.
      else if (row.kind === 'device' && only !== undefined && others.length === 0) onChoose(only);
      else toggle(row.key);
    }
  }

  function sideways(row: Row, way: 'in' | 'out'): void {
    const isHolder = row.kind === 'device' || row.kind === 'group';
    if (isHolder && row.isOpen === (way === 'out')) toggle(row.key);
    else if (way === 'in') moveTo(activeIndex + 1);
    else moveTo(rows.findLastIndex((other, i) => i < activeIndex && other.depth < row.depth));
  }

  function key(event: KeyboardEvent): void {
    const row = rows[activeIndex];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.floor((box?.clientHeight ?? 0) / ROW_PX) - 1;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => moveTo(activeIndex + 1),
      ArrowUp: () => moveTo(activeIndex - 1),
      PageDown: () => moveTo(activeIndex + page),
      PageUp: () => moveTo(activeIndex - page),
      Home: () => moveTo(0),
      End: () => moveTo(rows.length - 1),
      ArrowRight: () => sideways(row, 'in'),
      ArrowLeft: () => sideways(row, 'out'),
      Enter: () => choose(row, event.shiftKey),
      ' ': () => choose(row, event.shiftKey),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  }

  if (directory === null) return <TreeSkeleton words={words.loading} />;
  if (directory.devices.length === 0) {
    return (
      <div class="empty" data-testid="no-devices">
        <p>{words.noDevices}</p>
        <p class="hint">{words.noDevicesHint}</p>
        <a class="button primary" href={hrefOf('add')}>
          {words.addCamera}
        </a>
      </div>
    );
  }
  const channelCount = rows.reduce((sum, row) => sum + (row.kind === 'device' ? row.channels.length : 0), 0);
  return (
    <>
      <input
        ref={field}
        class="find"
        type="search"
        placeholder={words.find}
        aria-label={words.find}
        title={words.findHint}
        value={find}
        onInput={(event) => {
          setFind(event.currentTarget.value);
          if (box !== null) box.scrollTop = 0;
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') {
            event.preventDefault();
            moveTo(0);
            box?.focus();
          } else if (event.key === 'Enter') {
            const hit = rows.find((row) => row.kind === 'channel');
            if (hit !== undefined) choose(hit, false);
          }
        }}
      />
      <p class="tree-count hint" role="status">
        {find.trim() !== '' && rows.length === 0 ? words.nothingFound : words.channelCount(channelCount)}
        {hasWall && channelCount > 1 && (
          <button
            type="button"
            class="plain"
            data-testid="show-found"
            onClick={() => onChooseAll(rows.flatMap((row) => (row.kind === 'device' ? row.channels : [])))}
          >
            {words.toWall}
          </button>
        )}
      </p>
      <div
        ref={setBox}
        class="tree"
        role="tree"
        tabIndex={0}
        data-testid="tree"
        aria-label={words.cameras}
        aria-activedescendant={rows.length > 0 ? `tree-${activeIndex}` : undefined}
        onKeyDown={key}
      >
        <div class="tree-body" role="none" style={{ height: `${rows.length * ROW_PX}px` }}>
          {rows.slice(first, end).map((row, i) => (
            <TreeRow
              key={row.key}
              row={row}
              id={`tree-${first + i}`}
              top={(first + i) * ROW_PX}
              isActive={first + i === activeIndex}
              isShown={row.kind === 'channel' && shown.has(row.key)}
              onChoose={(chosen, all) => {
                // The keys are the tree's: a line may be drawn no more after the next scroll.
                box?.focus({ preventScroll: true });
                choose(chosen, all);
              }}
              onToggle={toggle}
            />
          ))}
        </div>
      </div>
    </>
  );
}

/** Where rows will be, so that nothing jumps when they come. */
function TreeSkeleton({ words }: { words: string }) {
  return (
    <div class="tree-skeleton" role="status" aria-label={words}>
      {[70, 55, 62, 48, 66].map((width) => (
        <span key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
