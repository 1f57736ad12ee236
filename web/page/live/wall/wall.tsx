import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Directory } from '../../directory.ts';
import { useShortcuts } from '../../keys/keys.ts';
import { useWords } from '../../language.ts';
import { go, hrefOf } from '../../route.ts';
import { liveWords } from '../../words/live.ts';
import { ptzWords } from '../../words/ptz.ts';
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
  /** The chosen cell's camera is steered. */
  isSteered: boolean;
  onSteer: (isSteered: boolean) => void;
  onSelect: (index: number) => void;
  onChange: (wall: Wall) => void;
}

/** The cells of one page. */
export function WallGrid({ wall, directory, isLinked, selected, isSteered, onSteer, onSelect, onChange }: Props) {
  const words = useWords(liveWords);
  const { keyPanel, close: stopSteering } = useWords(ptzWords);
  const box = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  const [loud, setLoud] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const from = wall.page * wall.grid;
  const cells = cellsShown(wall);
  const columns = columnsOf(wall.grid);

  // Before the first paint: which stream a cell asks for depends on it.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () => setWidthPx(element.clientWidth * window.devicePixelRatio);
    look();
    const watching = new ResizeObserver(look);
    watching.observe(element);
    return () => watching.disconnect();
  }, []);

  function cellElement(place: number): HTMLElement | null {
    return box.current?.querySelector<HTMLElement>(`[data-cell="${place}"]`) ?? null;
  }

  function select(place: number): void {
    onSelect(from + place);
    cellElement(place)?.focus();
  }

  /** The focus says whose camera the keys move. */
  function steer(place: number, isOn: boolean): void {
    select(place);
    onSteer(isOn);
  }

  const enlarge = (index: number) => onChange({ ...wall, big: wall.big === index ? null : index });
  const remove = (index: number) => onChange(placed(wall, index, null));
  const setStream = (index: number, cell: Cell, stream: number) => onChange(placed(wall, index, { ...cell, stream }));

  const at = Math.max(0, Math.min(wall.grid - 1, selected - from));
  const chosen = cells[at] ?? null;
  useShortcuts(words.wall, [
    { key: 'w', words: words.toWallKeys, run: () => select(at) },
    { key: 'z', words: keyPanel, run: () => steer(at, !isSteered) },
    ...(isSteered ? [{ key: 'Escape', words: stopSteering, run: () => steer(at, false) }] : []),
    ...(wall.big === null
      ? ARROWS.map((key) => ({ key, words: words.keyArrows, run: () => select(neighbour(wall.grid, at, key)) }))
      : isSteered
        ? []
        : [{ key: 'Escape', words: words.shrink, run: () => onChange({ ...wall, big: null }) }]),
    {
      key: 'Enter',
      words: words.keyEnter,
      run: () => {
        if (chosen !== null) enlarge(from + at);
        else document.querySelector<HTMLElement>('[role="tree"]')?.focus();
      },
    },
    { key: 'Delete', words: words.keyDelete, run: () => remove(from + at) },
    { key: 'Backspace', words: words.keyDelete, run: () => remove(from + at) },
    { key: 'm', words: words.keySound, run: () => setLoud(loud === from + at ? null : from + at) },
    {
      key: 's',
      words: words.keyStream,
      run: () => cellElement(at)?.querySelector<HTMLElement>('[data-testid="cell-stream"]')?.click(),
    },
    {
      key: 'o',
      words: words.openStage,
      run: () => {
        if (chosen !== null) go(hrefOf('live', [chosen.deviceId, chosen.channelId]));
      },
    },
    { key: 'PageUp', words: words.pageBefore, run: () => onChange(turned(wall, -1)) },
    { key: 'PageDown', words: words.pageAfter, run: () => onChange(turned(wall, 1)) },
  ]);

  function drop(event: DragEvent, place: number): void {
    event.preventDefault();
    setOver(null);
    const index = from + place;
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
      {cells.map((cell, place) => {
        const index = from + place;
        const device = directory?.devices.find((one) => one.id === cell?.deviceId);
        const channel = directory?.channels.find((one) => one.deviceId === cell?.deviceId && one.id === cell.channelId);
        const isBig = wall.big === index;
        const name = cell === null ? words.emptyCell : channel?.name || cell.channelId;
        const share = isBig ? 1 : (wall.grid === 6 && place === 0 ? 2 : 1) / columns;
        const marks = [
          'cell',
          index === selected ? 'selected' : '',
          over === place ? 'over' : '',
          isBig ? 'big' : '',
          cell === null ? 'vacant' : '',
        ];
        return (
          // biome-ignore lint/a11y/useSemanticElements: a cell is no form
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the wall's
          <div
            key={cell === null ? `empty-${index}` : `${index}:${cell.deviceId}/${cell.channelId}`}
            class={marks.filter((mark) => mark !== '').join(' ')}
            role="group"
            tabIndex={index === selected || (place === 0 && (selected < from || selected >= from + wall.grid)) ? 0 : -1}
            aria-label={words.cellOf(place + 1, name)}
            data-testid="cell"
            data-cell={place}
            data-channel-id={cell?.channelId}
            // a box that is drawn on the picture is no drag of its cell
            draggable={cell !== null && !(isSteered && index === selected)}
            onDragStart={(event) => {
              if (cell === null) return;
              carry(event, [{ deviceId: cell.deviceId, id: cell.channelId }]);
              event.dataTransfer?.setData('text/x-gbgate-cell', String(index));
            }}
            onDragOver={(event) => {
              if (!isCarried(event)) return;
              event.preventDefault();
              if (over !== place) setOver(place);
            }}
            onDragLeave={() => setOver((before) => (before === place ? null : before))}
            onDrop={(event) => drop(event, place)}
            onFocus={() => onSelect(index)}
            onClick={() => onSelect(index)}
            onDblClick={(event) => {
              const isButton = event.target instanceof Element && event.target.closest('button, a') !== null;
              if (cell !== null && !isButton) enlarge(index);
            }}
          >
            {cell === null ? (
              <p class="cell-hint">{index === selected ? words.fillCell : ''}</p>
            ) : widthPx === 0 ? null : (
              <CellPlayer
                cell={cell}
                channel={channel}
                isOnline={isLinked && device?.online === true}
                widthPx={widthPx * share - GAP_PX}
                isLoud={loud === index}
                isBig={isBig}
                isSteered={isSteered && index === selected}
                onSteer={(isOn) => steer(place, isOn)}
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
