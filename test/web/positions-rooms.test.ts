import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Position } from '../../web/page/positions/api.ts';
import { viewOfTiles } from '../../web/page/positions/datum.ts';
import { pathOf } from '../../web/page/positions/line.ts';
import {
  degreesOf,
  fitting,
  gridOf,
  MAX_ZOOM,
  type MapView,
  MIN_ZOOM,
  moved,
  onScreen,
  scaleOf,
  tilesOf,
  worldOf,
  zoomed,
} from '../../web/page/positions/projection.ts';
import { lengthOf, metresWords, reckoned, wentOn, withPoint } from '../../web/page/positions/track.ts';

const SIZE = { width: 800, height: 600 };
const place = fc.record({
  longitude: fc.double({ min: -179, max: 179, noNaN: true }),
  latitude: fc.double({ min: -84, max: 84, noNaN: true }),
});
const point = (minute: number, longitude: number, latitude = 31): Position => ({
  time: new Date(Date.UTC(2026, 0, 5, 6, minute)).toISOString(),
  longitude,
  latitude,
});

test('the world as every map of tiles has it, there and back', () => {
  // (1 − asinh(tan φ) / π) / 2 and (λ + 180) / 360, as slippy maps are numbered
  const { x, y } = worldOf({ longitude: 117.12, latitude: 31.12 });
  assert.deepEqual([Math.floor(x * 2 ** 13), Math.floor(y * 2 ** 13)], [6761, 3350]);
  fc.assert(
    fc.property(place, (where) => {
      const back = degreesOf(worldOf(where));
      assert.ok(Math.abs(back.longitude - where.longitude) < 1e-9);
      assert.ok(Math.abs(back.latitude - where.latitude) < 1e-9);
    }),
  );
});

test('what is under the pointer stays there while it is zoomed; dragged ground follows the hand', () => {
  const view: MapView = { ...worldOf({ longitude: 117, latitude: 31 }), zoom: 10 };
  fc.assert(
    fc.property(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.integer({ min: 0, max: 800 }),
      fc.integer({ min: 0, max: 600 }),
      (by, left, top) => {
        const px = 256 * 2 ** view.zoom;
        const under = { x: view.x + (left - 400) / px, y: view.y + (top - 300) / px };
        const at = onScreen(zoomed(view, SIZE, by, left, top), SIZE, under);
        assert.ok(Math.abs(at.left - left) < 0.01 && Math.abs(at.top - top) < 0.01);
      },
    ),
  );
  const at = onScreen(moved(view, 30, -20), SIZE, view);
  assert.deepEqual([Math.round(at.left), Math.round(at.top)], [430, 280]);
  assert.equal(zoomed(view, SIZE, 99).zoom, MAX_ZOOM);
  assert.equal(zoomed(view, SIZE, -99).zoom, MIN_ZOOM);
});

test('a view that fits shows every point, with room around it; of one point a street', () => {
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 20 }), (points) => {
      const view = fitting(points, SIZE);
      assert.ok(view !== null);
      if (view.zoom === MIN_ZOOM) return; // the whole world does not fit with room around it
      for (const each of points) {
        const { left, top } = onScreen(view, SIZE, worldOf(each));
        assert.ok(left >= 47 && left <= 753 && top >= 47 && top <= 553, `${left}, ${top}`);
      }
    }),
  );
  assert.equal(fitting([{ longitude: 117, latitude: 31 }], SIZE)?.zoom, 16);
  assert.equal(fitting([], SIZE), null);
});

test('the grid has round degrees, not too close; the scale a round length', () => {
  for (let zoom = MIN_ZOOM; zoom <= MAX_ZOOM; zoom += 0.7) {
    const view = { ...worldOf({ longitude: 117.1234, latitude: 31.1234 }), zoom };
    const { meridians, digits } = gridOf(view, SIZE);
    assert.ok(meridians.length < 12, `${zoom}: ${meridians.length}`);
    for (let i = 1; i < meridians.length; i++)
      assert.ok((meridians[i]?.at ?? 0) - (meridians[i - 1]?.at ?? 0) >= 95.9, String(zoom));
    assert.equal(new Set(meridians.map(({ degrees }) => degrees.toFixed(digits))).size, meridians.length);
    const { metres, px } = scaleOf(view, 130);
    assert.ok(px <= 130.001 && px > 51, `${zoom}: ${px}`);
    assert.match(String(Number(metres.toPrecision(3))), /^[125]0*$|^0\.[0-9]*[125]$/);
  }
});

test('tiles cover the whole ground and none is asked for beyond the world', () => {
  const view = { ...worldOf({ longitude: 117.12, latitude: 31.12 }), zoom: 13 };
  const tiles = tilesOf('https://t.example/{z}/{x}/{y}.png', view, SIZE);
  assert.ok(tiles.some(({ url }) => url === 'https://t.example/13/6761/3350.png'));
  assert.ok(Math.min(...tiles.map(({ left }) => left)) <= 0);
  assert.ok(Math.max(...tiles.map(({ left, px }) => left + px)) >= SIZE.width);
  assert.ok(tiles.length <= 20);
  for (const { url } of tilesOf('{z}/{x}/{y}', { x: 0, y: 0, zoom: 1 }, SIZE)) assert.match(url, /^1\/[01]\/[01]$/);
});

test('points stand in the order of time, whenever they come; one that is known changes nothing', () => {
  const track = [point(0, 117), point(2, 117.2)];
  assert.deepEqual(
    withPoint(track, point(1, 117.1)).map(({ longitude }) => longitude),
    [117, 117.1, 117.2],
  );
  assert.equal(withPoint(track, point(2, 118)), track);
  assert.equal(withPoint([], point(0, 117)).length, 1);
});

test('the line of a track breaks where nobody knows, and leaves out what nobody could see', () => {
  const view = { ...worldOf({ longitude: 117.1, latitude: 31 }), zoom: 12 };
  assert.equal(pathOf([], view, SIZE), '');
  const moves = (points: Position[]) => pathOf(points.map(reckoned), view, SIZE).replace(/[^ML]/g, '');
  assert.equal(moves([point(0, 117), point(1, 117.1, 31.05), point(2, 117.2)]), 'MLL');
  assert.equal(moves([point(0, 117), point(1, 117.1), point(40, 117.2)]), 'MLM', 'half an hour without a word');
  const dense = Array.from({ length: 1_000 }, (_, i) => point(i / 60, 117 + i / 1e7));
  assert.ok(moves(dense).length < 10);
  const straight = Array.from({ length: 1_000 }, (_, i) => point(i / 60, 117 + i / 1e4));
  assert.equal(moves(straight), 'ML', 'a road without a bend');
});

test('a day of points has no more corners than are seen, each point lies on the line, and outside nothing is drawn', () => {
  const day = Array.from({ length: 20_000 }, (_, n) => {
    const turn = n / 700;
    return point(
      n / 15,
      117 + n * 1e-5 + 0.02 * Math.sin(turn),
      31 + 0.03 * Math.sin(n / 3000) + 0.002 * Math.sin(turn * 31),
    );
  });
  const whole = fitting(day, SIZE);
  assert.ok(whole !== null);
  const corners = (view: MapView) =>
    [...pathOf(day.map(reckoned), view, SIZE).matchAll(/([ML])(-?[\d.]+) (-?[\d.]+)/g)].map(([, how, left, top]) => ({
      how,
      left: Number(left),
      top: Number(top),
    }));
  const line = corners(whole);
  assert.ok(line.length < 2_500, String(line.length));
  for (const each of day.filter((_, n) => n % 97 === 0)) {
    const { left, top } = onScreen(whole, SIZE, worldOf(each));
    const nearest = Math.min(
      ...line.slice(1).map((to, i) => {
        const from = line[i] ?? to;
        const [dx, dy] = [to.left - from.left, to.top - from.top];
        const along = ((left - from.left) * dx + (top - from.top) * dy) / Math.max(1e-9, dx * dx + dy * dy);
        const at = Math.max(0, Math.min(1, along));
        return Math.hypot(left - from.left - at * dx, top - from.top - at * dy);
      }),
    );
    assert.ok(nearest <= 1.7, `${each.time}: ${nearest} px beside the line`);
  }
  const middle = day[10_000];
  assert.ok(middle !== undefined);
  const near = corners({ ...worldOf(middle), zoom: whole.zoom + 6 });
  assert.ok(near.length > 1 && near.length < 200, String(near.length));
  const far = corners({ ...worldOf({ longitude: 10, latitude: 50 }), zoom: 12 });
  assert.deepEqual(far, []);
});

test('a track that goes on lets go of what is older than its range', () => {
  const range = { spanMs: 10 * 60_000, most: 100 };
  const track = Array.from({ length: 10 }, (_, i) => point(i, 117 + i / 100));
  const minutes = (points: readonly Position[]) => points.map(({ time }) => new Date(time).getUTCMinutes());
  assert.deepEqual(minutes(wentOn(track, [point(12, 118), point(13, 118)], range)), [3, 4, 5, 6, 7, 8, 9, 12, 13]);
  assert.equal(wentOn(track, [point(9, 118)], range), track, 'it was told before');
  assert.equal(wentOn(track, [point(10, 118)], { ...range, most: 5 }).length, 5);
  assert.deepEqual(wentOn([], [], range), []);
});

test('how far it went', () => {
  const degree = lengthOf([point(0, 117, 31), point(1, 117, 32)]);
  assert.ok(Math.abs(degree - 111_195) < 10, String(degree));
  assert.equal(lengthOf([point(0, 117, 31), point(40, 117, 32)]), 0, 'a gap is no way');
  assert.deepEqual([850, 1000, 1450, 12_400].map(metresWords), ['850 m', '1 km', '1.4 km', '12 km']);
});

test('under tiles that are drawn in GCJ-02 lies what is there: their view is shifted, in China alone', () => {
  const view = (latitude: number, longitude: number): MapView => ({ ...worldOf({ longitude, latitude }), zoom: 16 });
  for (const [latitude, longitude, shiftedLatitude, shiftedLongitude] of [
    // Shanghai, Shenzhen, Beijing: published pairs
    [31.1774276, 121.5272106, 31.17530398364597, 121.531541859215],
    [22.543847, 113.912316, 22.540796131694766, 113.9171764808363],
    [39.911954, 116.377817, 39.91334545536069, 116.38404722455657],
    [48.8584, 2.2945, 48.8584, 2.2945],
  ] as const) {
    const shifted = viewOfTiles(view(latitude, longitude), 'gcj02');
    const there = degreesOf(shifted);
    assert.ok(Math.abs(there.latitude - shiftedLatitude) < 1e-8, `${latitude}`);
    assert.ok(Math.abs(there.longitude - shiftedLongitude) < 1e-8, `${longitude}`);
    assert.equal(shifted.zoom, 16);
    assert.deepEqual(viewOfTiles(view(latitude, longitude), 'wgs84'), view(latitude, longitude));
  }
});
