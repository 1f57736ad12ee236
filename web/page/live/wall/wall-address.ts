/** A wall as the address keeps it (`#/live?grid=9&cells=…&page=2`), and what can be done to it. Pure: no DOM. */

/** Cells on one page. Six are one large cell and five small ones. */
export const GRIDS = [1, 4, 6, 9, 16, 25] as const;
export type Grid = (typeof GRIDS)[number];

/** Seconds on each page of a patrol; 0 is no patrol. */
export const PATROLS = [0, 5, 10, 15, 30, 60] as const;

/** Cells on all pages together: an address of 8,000 characters still goes through chat programs and bookmarks. */
export const MAX_CELLS = 180;

/** What one cell shows. `auto` asks for the sub-stream where the cell is small. */
export interface Cell {
  readonly deviceId: string;
  readonly channelId: string;
  readonly stream: 'auto' | number;
}

export interface Wall {
  readonly grid: Grid;
  /** Of all pages, one after the other; null is an empty cell. */
  readonly cells: readonly (Cell | null)[];
  /** The page shown, from 0. */
  readonly page: number;
  readonly patrolSeconds: number;
  /** The cell (of all pages) that covers the page, or null. */
  readonly big: number | null;
}

export const EMPTY_WALL: Wall = { grid: 4, cells: [], page: 0, patrolSeconds: 0, big: null };

/** `DEVICE/CHANNEL:STREAM`; a channel with its device's id and the stream `auto` are left out. */
function cellText(cell: Cell | null): string {
  if (cell === null) return '';
  const device = encodeURIComponent(cell.deviceId);
  const channel = cell.channelId === cell.deviceId ? '' : `/${encodeURIComponent(cell.channelId)}`;
  return `${device}${channel}${cell.stream === 'auto' ? '' : `:${cell.stream}`}`;
}

function readCell(text: string): Cell | null {
  const [, device = '', channel, stream] = /^([^/:]+)(?:\/([^/:]+))?(?::(\d))?$/.exec(text) ?? [];
  if (device === '') return null;
  try {
    const deviceId = decodeURIComponent(device);
    const channelId = channel === undefined ? deviceId : decodeURIComponent(channel);
    return { deviceId, channelId, stream: stream === undefined ? 'auto' : Number(stream) };
  } catch {
    return null; // a broken address names nothing
  }
}

function whole(text: string | null, least: number, most: number): number | null {
  if (text === null || !/^\d{1,6}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

/** The wall that a query describes, or null when it describes none. What it says wrongly is left out. */
export function readWall(query: URLSearchParams): Wall | null {
  const grid = GRIDS.find((known) => String(known) === query.get('grid'));
  if (grid === undefined) return null;
  const texts = (query.get('cells') ?? '').split(',', MAX_CELLS);
  const cells = trimmed(texts.map(readCell));
  const last = Math.floor((MAX_CELLS - 1) / grid);
  const patrol = whole(query.get('patrol'), 1, 3600);
  const big = whole(query.get('big'), 1, cells.length);
  const wall = {
    grid,
    cells,
    page: (whole(query.get('page'), 1, last + 1) ?? 1) - 1,
    patrolSeconds: patrol ?? 0,
    big: big === null ? null : big - 1,
  };
  return { ...wall, page: Math.min(wall.page, lastPage(wall) + 1) };
}

/** The query of a wall; pages and cells count from 1 there. */
export function writeWall(wall: Wall): URLSearchParams {
  const query = new URLSearchParams({ grid: String(wall.grid) });
  const cells = trimmed(wall.cells);
  if (cells.length > 0) query.set('cells', cells.map(cellText).join(','));
  if (wall.page > 0) query.set('page', String(wall.page + 1));
  if (wall.patrolSeconds > 0) query.set('patrol', String(wall.patrolSeconds));
  if (wall.big !== null) query.set('big', String(wall.big + 1));
  return query;
}

/** Without the empty cells at the end. */
function trimmed(cells: readonly (Cell | null)[]): readonly (Cell | null)[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== null) + 1);
}

function lastPage(wall: Pick<Wall, 'cells' | 'grid'>): number {
  return Math.max(0, Math.ceil(wall.cells.length / wall.grid) - 1);
}

/** How many pages there are, with the one shown: a page that is being begun is empty. */
export function pageCount(wall: Wall): number {
  return Math.max(lastPage(wall), wall.page) + 1;
}

/** True when another page can be begun. */
export function canAddPage(wall: Wall): boolean {
  return wall.page <= lastPage(wall) && wall.cells.length > 0 && (lastPage(wall) + 2) * wall.grid <= MAX_CELLS;
}

/** The cells of the page shown, as many as the grid has. */
export function cellsShown(wall: Wall): readonly (Cell | null)[] {
  const from = wall.page * wall.grid;
  return Array.from({ length: wall.grid }, (_, i) => wall.cells[from + i] ?? null);
}

/** Another page; past the last one comes the first. */
export function turned(wall: Wall, by: number): Wall {
  const pages = pageCount(wall);
  return { ...wall, page: (((wall.page + by) % pages) + pages) % pages, big: null };
}

/** The next page of a patrol: pages on which nothing is shown are passed over. */
export function patrolled(wall: Wall): Wall {
  let next = wall;
  for (let i = 0; i < pageCount(wall); i++) {
    next = turned(next, 1);
    if (cellsShown(next).some((cell) => cell !== null)) return next;
  }
  return wall;
}

/** Another grid; what is in the first cell shown stays in sight. */
export function regridded(wall: Wall, grid: Grid): Wall {
  return { ...wall, grid, page: Math.floor((wall.page * wall.grid) / grid), big: null };
}

/** `cell` in place `index` (of all pages), null to clear it. */
export function placed(wall: Wall, index: number, cell: Cell | null): Wall {
  if (index >= MAX_CELLS) return wall;
  const cells = Array.from({ length: Math.max(wall.cells.length, index + 1) }, (_, i) => wall.cells[i] ?? null);
  cells[index] = cell;
  return { ...wall, cells: trimmed(cells), big: cell === null && wall.big === index ? null : wall.big };
}

/** Many cells from `index` on, each in the next place: what stood there goes. */
export function poured(wall: Wall, index: number, cells: readonly Cell[]): Wall {
  return cells.reduce((now, cell, i) => placed(now, index + i, cell), wall);
}

/** What is in two places changes places. */
export function swapped(wall: Wall, from: number, to: number): Wall {
  const [a, b] = [wall.cells[from] ?? null, wall.cells[to] ?? null];
  return placed(placed(wall, from, b), to, a);
}

/** The cell to fill after `index`: the next empty one of the page, or the same when the page is full. */
export function nextEmpty(wall: Wall, index: number): number {
  const from = wall.page * wall.grid;
  for (let step = 1; step < wall.grid; step++) {
    const at = from + ((index - from + step) % wall.grid);
    if ((wall.cells[at] ?? null) === null) return at;
  }
  return index;
}

/** Columns of a grid; the six cells stand on three, their first one over two of them. */
export function columnsOf(grid: Grid): number {
  return grid === 6 ? 3 : Math.sqrt(grid);
}

/** Where the arrow keys lead from cell `at` of the page, or `at` itself at an edge. */
export function neighbour(grid: Grid, at: number, key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'): number {
  if (grid === 6) return SIX[key][at] ?? at;
  const columns = columnsOf(grid);
  const column = at % columns;
  if (key === 'ArrowLeft') return column > 0 ? at - 1 : at;
  if (key === 'ArrowRight') return column < columns - 1 ? at + 1 : at;
  const to = at + (key === 'ArrowUp' ? -columns : columns);
  return to >= 0 && to < grid ? to : at;
}

/** Cell 0 is large; 1 and 2 are to its right, 3, 4 and 5 below, from left to right. */
const SIX = {
  ArrowLeft: [0, 0, 0, 3, 3, 4],
  ArrowRight: [1, 1, 2, 4, 5, 5],
  ArrowUp: [0, 1, 1, 0, 0, 2],
  ArrowDown: [3, 2, 5, 3, 4, 5],
} as const;
