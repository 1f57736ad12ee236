import { useEffect, useRef } from 'preact/hooks';
import { useWords } from '../../language.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { liveWords } from '../../words/live.ts';
import { ptzWords } from '../../words/ptz.ts';
import {
  canAddPage,
  columnsOf,
  EMPTY_WALL,
  GRIDS,
  type Grid,
  PATROLS,
  pageCount,
  patrolled,
  regridded,
  turned,
  type Wall,
} from './wall-address.ts';

/** A little drawing of the grid, one square for each cell. */
function GridIcon({ grid }: { grid: Grid }) {
  const columns = columnsOf(grid);
  const side = 20 / columns;
  const squares = Array.from({ length: columns * columns }, (_, i) => ({ x: i % columns, y: Math.floor(i / columns) }));
  return (
    <svg class="grid-icon" viewBox="0 0 20 20" aria-hidden="true">
      {squares
        .filter(({ x, y }) => grid !== 6 || x > 1 || y > 1 || (x === 0 && y === 0))
        .map(({ x, y }) => {
          const size = (grid === 6 && x === 0 && y === 0 ? 2 : 1) * side - 1.4;
          return <rect key={`${x} ${y}`} x={x * side + 0.7} y={y * side + 0.7} width={size} height={size} rx="0.8" />;
        })}
    </svg>
  );
}

interface Props {
  /** Null while one channel is on the stage. */
  wall: Wall | null;
  onChange: (wall: Wall) => void;
  /** From the stage to a wall of this grid. */
  onGrid: (grid: Grid) => void;
  onFullScreen: () => void;
  /** The chosen cell's camera is steered. */
  isSteered: boolean;
  onSteer: () => void;
}

/** Above the picture: how many cells, which page, and the patrol through the pages. */
export function WallBar({ wall, onChange, onGrid, onFullScreen, isSteered, onSteer }: Props) {
  const words = useWords(liveWords);
  // nobody's camera is taken out of the hand
  usePatrol(isSteered ? null : wall, onChange);
  return (
    <div class="wall-bar" role="toolbar" aria-label={words.wall}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
      <span class="segments" role="group" aria-label={words.layout}>
        {GRIDS.map((grid) => (
          <button
            key={grid}
            type="button"
            aria-pressed={wall?.grid === grid}
            aria-label={words.cells(grid)}
            title={words.cells(grid)}
            data-testid={`grid-${grid}`}
            onClick={() => (wall === null ? onGrid(grid) : onChange(regridded(wall, grid)))}
          >
            <GridIcon grid={grid} />
          </button>
        ))}
      </span>
      {wall !== null && (
        <Pages wall={wall} onChange={onChange} onFullScreen={onFullScreen} isSteered={isSteered} onSteer={onSteer} />
      )}
    </div>
  );
}

function Pages({ wall, onChange, onFullScreen, isSteered, onSteer }: Omit<Props, 'onGrid'> & { wall: Wall }) {
  const words = useWords(liveWords);
  const { title: steer, keyPanel } = useWords(ptzWords);
  const pages = pageCount(wall);
  return (
    <>
      <span class="pages">
        <button
          type="button"
          class="plain"
          aria-label={words.pageBefore}
          title={words.pageBefore}
          disabled={pages < 2}
          data-testid="page-before"
          onClick={() => onChange(turned(wall, -1))}
        >
          <Icon name="back" />
        </button>
        <span class="page-number" role="status" aria-label={words.pageOf(wall.page + 1, pages)}>
          {wall.page + 1} / {pages}
        </span>
        <button
          type="button"
          class="plain"
          aria-label={words.pageAfter}
          title={words.pageAfter}
          disabled={pages < 2}
          data-testid="page-after"
          onClick={() => onChange(turned(wall, 1))}
        >
          <Icon name="next" />
        </button>
        <button
          type="button"
          class="plain"
          aria-label={words.pageNew}
          title={words.pageNew}
          disabled={!canAddPage(wall)}
          data-testid="page-new"
          onClick={() => onChange({ ...wall, page: Math.ceil(wall.cells.length / wall.grid), big: null })}
        >
          +
        </button>
      </span>
      <label class="patrol">
        {words.patrol}
        <select
          class="plain"
          data-testid="patrol"
          value={String(wall.patrolSeconds)}
          disabled={pages < 2}
          title={pages < 2 ? words.patrolNeedsPages : undefined}
          onChange={(event) => onChange({ ...wall, patrolSeconds: Number(event.currentTarget.value) })}
        >
          {(PATROLS as readonly number[])
            .concat((PATROLS as readonly number[]).includes(wall.patrolSeconds) ? [] : [wall.patrolSeconds])
            .map((seconds) => (
              <option key={seconds} value={String(seconds)}>
                {seconds === 0 ? words.patrolOff : words.patrolEvery(seconds)}
              </option>
            ))}
        </select>
      </label>
      <span class="wall-tools">
        <button
          type="button"
          class="plain"
          aria-label={steer}
          aria-pressed={isSteered}
          title={keyPanel}
          data-testid="wall-steer"
          onClick={onSteer}
        >
          <Icon name="steer" />
        </button>
        <CopyButton text={location.href} name={words.wallAddress} />
        <button
          type="button"
          class="plain"
          aria-label={words.clearWall}
          title={words.clearWall}
          disabled={wall.cells.length === 0}
          data-testid="clear-wall"
          onClick={() => onChange({ ...EMPTY_WALL, grid: wall.grid })}
        >
          <Icon name="clear" />
        </button>
        <button
          type="button"
          class="plain"
          aria-label={words.fullScreen}
          title={words.fullScreen}
          onClick={onFullScreen}
        >
          <Icon name="fullScreen" />
        </button>
      </span>
    </>
  );
}

/** Turns the page every so many seconds; a picture that somebody has enlarged stays. */
function usePatrol(wall: Wall | null, onChange: (wall: Wall) => void): void {
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    if (wall === null || wall.patrolSeconds === 0 || wall.big !== null || pageCount(wall) < 2) return;
    const timer = window.setTimeout(() => change.current(patrolled(wall)), wall.patrolSeconds * 1_000);
    return () => window.clearTimeout(timer);
  }, [wall]);
}
