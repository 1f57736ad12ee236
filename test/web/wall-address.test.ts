import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { saysRefused, wantedStream } from '../../web/page/live/wall/stream-choice.ts';
import {
  type Cell,
  canAddPage,
  cellsShown,
  EMPTY_WALL,
  GRIDS,
  MAX_CELLS,
  neighbour,
  nextEmpty,
  pageCount,
  patrolled,
  placed,
  poured,
  readWall,
  regridded,
  swapped,
  turned,
  type Wall,
  writeWall,
} from '../../web/page/live/wall/wall-address.ts';

const cell = (n: number, stream: Cell['stream'] = 'auto'): Cell => ({ deviceId: `d${n}`, channelId: `c${n}`, stream });
const names = (wall: Wall) => wall.cells.map((one) => one?.channelId ?? '-').join(' ');
const wallOf = (grid: Wall['grid'], count: number): Wall =>
  poured(
    { ...EMPTY_WALL, grid },
    0,
    Array.from({ length: count }, (_, i) => cell(i)),
  );

const cells = fc.option(
  fc.record(
    {
      deviceId: fc.string({ minLength: 1 }),
      channelId: fc.string({ minLength: 1 }),
      stream: fc.constantFrom<Cell['stream']>('auto', 0, 1, 2),
    },
    { noNullPrototype: true },
  ),
  { nil: null },
);

describe('a wall in the address', () => {
  test('reads as people would write it', () => {
    const wall = readWall(
      new URLSearchParams(
        'grid=4&cells=34020000001320000001/34020000001310000001,,34020000001320000009:1&page=1&patrol=15',
      ),
    );
    assert.deepEqual(wall, {
      grid: 4,
      cells: [
        { deviceId: '34020000001320000001', channelId: '34020000001310000001', stream: 'auto' },
        null,
        { deviceId: '34020000001320000009', channelId: '34020000001320000009', stream: 1 },
      ],
      page: 0,
      patrolSeconds: 15,
      big: null,
    });
  });

  test('what was written is read again, whatever the ids', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...GRIDS),
        fc.array(cells, { maxLength: 40 }),
        fc.nat(9),
        fc.nat(60),
        (grid, list, page, patrolSeconds) => {
          const before = list.reduce<Wall>((wall, one, i) => placed(wall, i, one), {
            ...EMPTY_WALL,
            grid,
            patrolSeconds,
          });
          const wall = { ...before, page: Math.min(page, pageCount(before) - 1) };
          const again = readWall(new URLSearchParams(writeWall(wall).toString()));
          assert.deepEqual(again, wall);
        },
      ),
    );
  });

  test('any address is a wall or none, within its bounds', () => {
    const value = fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom('%E0', ',,,', 'a/b/c', 'a:b:1', '9'));
    fc.assert(
      fc.property(value, value, value, value, value, (grid, list, page, patrol, big) => {
        const wall = readWall(new URLSearchParams({ grid, cells: list, page, patrol, big }));
        if (wall === null) return;
        assert.ok(wall.cells.length <= MAX_CELLS && wall.page < pageCount(wall));
        assert.ok(wall.big === null || wall.big < wall.cells.length);
      }),
    );
    const long = Array.from({ length: 1_000 }, (_, i) => `d${i}`).join(',');
    assert.equal(readWall(new URLSearchParams({ grid: '9', cells: long }))?.cells.length, MAX_CELLS);
    assert.equal(readWall(new URLSearchParams('grid=7')), null);
    assert.equal(readWall(new URLSearchParams('cells=a/b')), null);
  });

  test('the longest wall of 20-digit ids is an address that can be sent around', () => {
    const full = poured(
      { ...EMPTY_WALL, grid: 25 },
      0,
      Array.from({ length: MAX_CELLS + 9 }, (_, i) => ({
        deviceId: `3402000000132000${String(i).padStart(4, '0')}`,
        channelId: `3402000000131000${String(i).padStart(4, '0')}`,
        stream: 1,
      })),
    );
    assert.equal(full.cells.length, MAX_CELLS);
    assert.ok(decodeURIComponent(writeWall(full).toString()).length < 8_100);
    assert.equal(placed(full, MAX_CELLS, cell(1)), full);
  });
});

describe('what is done to a wall', () => {
  test('cells are filled, changed over, and cleared', () => {
    const wall = wallOf(4, 3);
    assert.equal(names(placed(wall, 5, cell(9))), 'c0 c1 c2 - - c9');
    assert.equal(names(placed(wall, 2, null)), 'c0 c1');
    assert.equal(names(swapped(wall, 0, 3)), '- c1 c2 c0');
    assert.equal(names(swapped(wall, 0, 2)), 'c2 c1 c0');
    assert.equal(placed({ ...wall, big: 1 }, 1, null).big, null);
    assert.equal(nextEmpty(wall, 1), 3);
    assert.equal(nextEmpty(wallOf(4, 4), 1), 1);
  });

  test('pages are turned, begun, and patrolled past empty ones', () => {
    const wall = wallOf(4, 6);
    assert.equal(pageCount(wall), 2);
    assert.equal(turned(wall, 1).page, 1);
    assert.equal(turned(wall, 2).page, 0);
    assert.equal(turned(wall, -1).page, 1);
    assert.equal(cellsShown(turned(wall, 1)).filter((one) => one !== null).length, 2);
    assert.equal(pageCount({ ...wall, page: 2 }), 3);
    assert.ok(canAddPage(wall) && !canAddPage({ ...wall, page: 2 }) && !canAddPage(EMPTY_WALL));
    const withGap = placed(placed(wall, 4, null), 5, null);
    assert.equal(patrolled(placed(withGap, 9, cell(9))).page, 2);
    assert.equal(patrolled(patrolled(placed(withGap, 9, cell(9)))).page, 0);
  });

  test('another grid keeps the first cell in sight', () => {
    const wall = { ...wallOf(4, 20), page: 3, big: 13 };
    assert.deepEqual(
      GRIDS.map((grid) => regridded(wall, grid).page),
      [12, 3, 2, 1, 0, 0],
    );
    assert.equal(regridded(wall, 9).big, null);
  });

  test('the arrow keys lead to every cell and back', () => {
    for (const grid of GRIDS) {
      const reached = new Set([0]);
      for (const at of reached)
        for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const) {
          const to = neighbour(grid, at, key);
          assert.ok(to >= 0 && to < grid);
          reached.add(to);
        }
      assert.equal(reached.size, grid, `${grid} cells`);
    }
    assert.equal(neighbour(9, 4, 'ArrowUp'), 1);
    assert.equal(neighbour(9, 2, 'ArrowRight'), 2);
    assert.equal(neighbour(6, 0, 'ArrowDown'), 3);
    assert.equal(neighbour(6, 2, 'ArrowLeft'), 0);
  });
});

test('small cells ask for the sub-stream, unless somebody chose or the device refused', () => {
  const table: readonly (readonly [Cell['stream'], number, boolean, number])[] = [
    ['auto', 340, false, 1],
    ['auto', 1_200, false, 0],
    ['auto', 340, true, 0],
    [0, 340, false, 0],
    [1, 1_200, false, 1],
    [1, 340, true, 1],
  ];
  for (const [stream, widthPx, isRefused, wanted] of table)
    assert.equal(wantedStream(cell(1, stream), widthPx, isRefused), wanted, `${stream} ${widthPx} ${isRefused}`);
});

test('a refusal of the stream is told from a device that is away or busy', () => {
  const ended = (closing: 'no-media' | 'device-offline' | 'device-busy' | 'lost') =>
    saysRefused({ type: 'retrying', closing, reason: '', inMs: 1 });
  assert.ok(ended('no-media'));
  assert.ok(!ended('device-offline') && !ended('device-busy') && !ended('lost'));
  assert.ok(!saysRefused({ type: 'waiting', state: 'inviting' }));
});
