import { useEffect, useRef, useState } from 'preact/hooks';
import type { Directory } from '../../directory.ts';
import { useShortcuts } from '../../keys/keys.ts';
import { useWords } from '../../language.ts';
import { go, hrefOf } from '../../route.ts';
import { liveWords } from '../../words/live.ts';
import { carried, carry, isCarried } from '../drag.ts';
import { CellPlayer } from './cell.tsx';
import {
  type Cell,
  cellsShown,
  columnsOf,
  neighbour,
  pageCount,
  placed,
  poured,
  swapped,
  turned,
  type Wall,
} from './wall-address.ts';

import './wall.css';

const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const;
/** The gap between cells, as `.wall` in wall.css. */
const GAP_PX = 4;

interface Props {
  wall: Wall;
  directory: Directory | null;
  isLinked: boolean;
  /** Of all pages: where the next channel that is chosen goes. */
  selected: number;
  onSelect: (index: number) => void;
  onChange: (wall: Wall) => void;
}

/** The cells of one page. */
export function WallGrid({ wall, directory, isLinked, selected, onSelect, onChange }: Props) {
  const words = useWords(liveWords);
  const box = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  const [loud, setLoud] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const from = wall.page * wall.grid;
  const cells = cellsShown(wall);
  const columns = columnsOf(wall.grid);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () => setWidthPx(element.clientWidth * window.devicePixelRatio);
    look();
    const watching = new ResizeObserver(look);
    watching.observe(element);
    return () => watching.disconnect();
  }, []);

  function cellElement(at: number): HTMLElement | null {
    return box.current?.querySelector<HTMLElement>(`[data-cell="${at}"]`) ?? null;
  }

  function select(at: number): void {
    onSelect(from + at);
    cellElement(at)?.focus();
  }

  const enlarge = (index: number) => onChange({ ...wall, big: wall.big === index ? null : index });
  const remove = (index: number) => onChange(placed(wall, index, null));
  const setStream = (index: number, cell: Cell, stream: number) => onChange(placed(wall, index, { ...cell, stream }));

  useShortcuts(words.wall, [
    { key: 'w', words: words.toWallKeys, run: () => select(Math.max(0, Math.min(wall.grid - 1, selected - from))) },
    { key: 'PageUp', words: words.pageBefore, run: () => onChange(turned(wall, -1)) },
    { key: 'PageDown', words: words.pageAfter, run: () => onChange(turned(wall, 1)) },
    ...(wall.big === null ? [] : [{ key: 'Escape', words: words.shrink, run: () => onChange({ ...wall, big: null }) }]),
  ]);

  function key(event: KeyboardEvent, at: number): void {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = from + at;
    const cell = cells[at] ?? null;
    const arrow = ARROWS.find((known) => known === event.key);
    const acts: Readonly<Record<string, () => void>> = {
      ...(arrow !== undefined && wall.big === null ? { [arrow]: () => select(neighbour(wall.grid, at, arrow)) } : {}),
      Enter: () => (cell === null ? document.querySelector<HTMLElement>('[role="tree"]')?.focus() : enlarge(index)),
      ...(cell === null
        ? {}
        : {
            Delete: () => remove(index),
            Backspace: () => remove(index),
            m: () => setLoud(loud === index ? null : index),
            o: () => go(hrefOf('live', [cell.deviceId, cell.channelId])),
            s: () => cellElement(at)?.querySelector<HTMLElement>('[data-testid="cell-stream"]')?.click(),
          }),
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  function drop(event: DragEvent, at: number): void {
    event.preventDefault();
    setOver(null);
    const index = from + at;
    const moved = /^\d+$/.exec(event.dataTransfer?.getData('text/x-gbgate-cell') ?? '');
    onSelect(index);
    if (moved !== null) onChange(swapped(wall, Number(moved[0]), index));
    else {
      const list = carried(event).map((one): Cell => ({ deviceId: one.deviceId, channelId: one.id, stream: 'auto' }));
      if (list.length > 0) onChange(poured(wall, index, list));
    }
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      ref={box}
      class={`wall wall-${wall.grid}${wall.big === null ? '' : ' has-big'}`}
      role="group"
      aria-label={words.wallOf(wall.page + 1, pageCount(wall))}
      data-testid="wall"
      data-page={wall.page + 1}
    >
      {cells.map((cell, at) => {
        const index = from + at;
        const device = directory?.devices.find((one) => one.id === cell?.deviceId);
        const channel = directory?.channels.find((one) => one.deviceId === cell?.deviceId && one.id === cell.channelId);
        const isBig = wall.big === index;
        const name = cell === null ? words.emptyCell : channel?.name || cell.channelId;
        const share = isBig ? 1 : (wall.grid === 6 && at === 0 ? 2 : 1) / columns;
        const marks = [
          'cell',
          index === selected ? 'selected' : '',
          over === at ? 'over' : '',
          isBig ? 'big' : '',
          cell === null ? 'vacant' : '',
        ];
        return (
          // biome-ignore lint/a11y/useSemanticElements: a cell is no form
          <div
            key={cell === null ? `empty-${index}` : `${index}:${cell.deviceId}/${cell.channelId}`}
            class={marks.filter((mark) => mark !== '').join(' ')}
            role="group"
            tabIndex={index === selected || (at === 0 && (selected < from || selected >= from + wall.grid)) ? 0 : -1}
            aria-label={words.cellOf(at + 1, name)}
            data-testid="cell"
            data-cell={at}
            data-channel-id={cell?.channelId}
            draggable={cell !== null}
            onDragStart={(event) => {
              if (cell === null) return;
              carry(event, [{ deviceId: cell.deviceId, id: cell.channelId }]);
              event.dataTransfer?.setData('text/x-gbgate-cell', String(index));
            }}
            onDragOver={(event) => {
              if (!isCarried(event)) return;
              event.preventDefault();
              if (over !== at) setOver(at);
            }}
            onDragLeave={() => setOver((before) => (before === at ? null : before))}
            onDrop={(event) => drop(event, at)}
            onFocus={() => onSelect(index)}
            onClick={() => onSelect(index)}
            onDblClick={(event) => {
              const isButton = event.target instanceof Element && event.target.closest('button, a') !== null;
              if (cell !== null && !isButton) enlarge(index);
            }}
            onKeyDown={(event) => key(event, at)}
          >
            {cell === null ? (
              <p class="cell-hint">{index === selected ? words.fillCell : ''}</p>
            ) : (
              <CellPlayer
                cell={cell}
                channel={channel}
                isOnline={isLinked && device?.online === true}
                widthPx={widthPx === 0 ? 0 : widthPx * share - GAP_PX}
                isLoud={loud === index}
                isBig={isBig}
                onSound={() => setLoud(loud === index ? null : index)}
                onStream={(stream) => setStream(index, cell, stream)}
                onEnlarge={() => enlarge(index)}
                onRemove={() => remove(index)}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}
