import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OwnFootage, type RecordingRows } from '../../../src/gateway/recording/own-footage.ts';
import { endOf } from '../../../src/gateway/recording/recording-page.ts';
import type { Recording } from '../../../src/record/archive.ts';

function row(id: string, o: Partial<Recording> = {}): Recording {
  return {
    id,
    streamId: 's',
    deviceId: 'D',
    channelId: 'C',
    streamNumber: 0,
    startEpochMs: 1000,
    endEpochMs: 2000,
    durationMs: 1000,
    bytes: 10,
    path: `recordings/D/${o.channelId ?? 'C'}/${id}.mp4`,
    state: 'complete',
    locked: false,
    error: null,
    ...o,
  };
}

/** A store that is asked once. */
function kept(rows: Recording[] = []) {
  const stored = new Map(rows.map((one) => [one.id, one]));
  let reads = 0;
  const store: RecordingRows = {
    list() {
      reads += 1;
      assert.equal(reads, 1, 'the store is read once');
      return [...stored.values()];
    },
    get: () => assert.fail('asked the store'),
    put: (one) => void stored.set(one.id, one),
    delete: (id) => void stored.delete(id),
  };
  return { footage: new OwnFootage(store), stored };
}

const idsOf = (rows: Iterable<Recording>) => [...rows].map(({ id }) => id).join('');

test('pages: the newest first, filtered, from where the page before ended', () => {
  const { footage } = kept([
    row('a', { startEpochMs: 1000, endEpochMs: 2000 }),
    row('b', { startEpochMs: 3000, endEpochMs: 4000, locked: true }),
    row('c', { startEpochMs: 3000, endEpochMs: 4000, channelId: 'C2' }),
    row('d', { startEpochMs: 5000, endEpochMs: null, state: 'recording', streamId: 's2' }),
    row('e', { startEpochMs: 2000, endEpochMs: null, durationMs: 500, state: 'failed' }),
  ]);
  const ids = (query: object) => idsOf(footage.page({ limit: 100, after: null, ...query }).items);
  assert.equal(ids({}), 'dcbea');
  assert.deepEqual(
    [ids({ state: 'complete' }), ids({ locked: true }), ids({ channelId: 'C2' }), ids({ streamId: 's2' })],
    ['cba', 'b', 'c', 'd'],
  );
  assert.deepEqual([ids({ deviceId: 'D', channelId: 'C2' }), ids({ deviceId: 'D', channelId: 'none' })], ['c', '']);
  assert.equal(ids({ fromEpochMs: 4000 }), 'd', 'what is still written reaches up to now');
  assert.equal(ids({ fromEpochMs: 2400, toEpochMs: 3001 }), 'cbe');
  assert.equal(ids({ q: 'c2' }), 'c');
  const first = footage.page({ limit: 2, after: null });
  assert.deepEqual([idsOf(first.items), first.hasMore], ['dc', true]);
  assert.equal(ids({ after: { startEpochMs: 3000, id: 'c' } }), 'bea');
  assert.equal(footage.page({ limit: 3, after: { startEpochMs: 3000, id: 'c' } }).hasMore, false);
});

test('rows are read once, written through, and are what was put', () => {
  const { footage, stored } = kept([row('a')]);
  const changing = row('b');
  footage.put(changing);
  changing.bytes = 99;
  assert.equal(footage.get('b')?.bytes, 10, 'a row is what was put');
  footage.delete('a');
  footage.delete('a');
  assert.deepEqual([idsOf(footage.list()), [...stored.keys()], footage.get('a')], ['b', ['b'], undefined]);
});

test('what may be deleted, what runs and what there is follow each change', () => {
  const { footage } = kept([row('a'), row('l', { startEpochMs: 500, locked: true, bytes: 7 })]);
  const state = () => [idsOf(footage.deletable), idsOf(footage.running), footage.totals] as const;
  assert.deepEqual(state(), ['a', '', { count: 2, bytes: 17, lockedBytes: 7, oldestEpochMs: 500 }]);
  footage.put(row('r', { startEpochMs: 3000, endEpochMs: null, state: 'recording', bytes: 0 }));
  assert.deepEqual(state(), ['a', 'r', { count: 3, bytes: 17, lockedBytes: 7, oldestEpochMs: 500 }]);
  footage.put(row('r', { startEpochMs: 800, endEpochMs: 4000, bytes: 100 }));
  footage.put(row('l', { startEpochMs: 500, bytes: 7 }));
  assert.deepEqual(state(), ['lra', '', { count: 3, bytes: 117, lockedBytes: 0, oldestEpochMs: 500 }]);
  footage.put(row('x', { channelId: 'X', startEpochMs: 900 }));
  assert.deepEqual([...footage.deletableByStream()].map(idsOf).sort(), ['lra', 'x']);
  for (const id of 'lrax') footage.delete(id);
  assert.deepEqual(state(), ['', '', { count: 0, bytes: 0, lockedBytes: 0, oldestEpochMs: null }]);
  assert.deepEqual([...footage.deletableByStream()], []);
});

test('after any changes it answers as a look at all rows would', () => {
  const channel = fc.constantFrom('A', 'B');
  const change = fc.record({
    id: fc.constantFrom(...'abcdefgh'),
    isDelete: fc.boolean(),
    startEpochMs: fc.integer({ min: 0, max: 50 }),
    lengthMs: fc.integer({ min: 0, max: 30 }),
    channelId: channel,
    state: fc.constantFrom('recording', 'complete', 'failed', 'recovered'),
    locked: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 30 }),
      channel,
      fc.integer({ min: 0, max: 80 }),
      (changes, of, fromMs) => {
        const { footage, stored } = kept();
        for (const { id, isDelete, startEpochMs, lengthMs, ...o } of changes) {
          const state = o.state as Recording['state'];
          const endEpochMs = state === 'recording' ? null : startEpochMs + lengthMs;
          if (isDelete) footage.delete(id);
          else footage.put(row(id, { ...o, state, startEpochMs, endEpochMs, durationMs: lengthMs }));
        }
        const all = [...stored.values()].sort((a, b) => a.startEpochMs - b.startEpochMs || (a.id < b.id ? -1 : 1));
        const [from, to] = [fromMs, fromMs + 10];
        const inRange = (r: Recording) => r.startEpochMs < to && endOf(r) > from;
        assert.equal(idsOf(footage.list()), idsOf(all));
        const ofChannel = all.filter((r) => r.channelId === of && inRange(r));
        assert.equal(idsOf(footage.within({ deviceId: 'D', channelId: of }, from, to)), idsOf(ofChannel));
        const page = footage.page({ fromEpochMs: from, toEpochMs: to, limit: 3, after: null });
        const wanted = all.filter(inRange).reverse();
        assert.deepEqual([idsOf(page.items), page.hasMore], [idsOf(wanted.slice(0, 3)), wanted.length > 3]);
        assert.equal(idsOf(footage.deletable), idsOf(all.filter((r) => r.state !== 'recording' && !r.locked)));
        assert.equal(
          footage.totals.bytes,
          all.filter((r) => r.state !== 'recording').reduce((sum, { bytes }) => sum + bytes, 0),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('20,000 recordings: a page, a day of a channel and the oldest are found without a look at all of them', () => {
  const rows = Array.from({ length: 20_000 }, (_, i) =>
    row(`r${String(i).padStart(5, '0')}`, {
      channelId: `C${i % 20}`,
      startEpochMs: Math.floor(i / 20) * 1_800_000,
      endEpochMs: Math.floor(i / 20) * 1_800_000 + 1_800_000,
    }),
  );
  const { footage } = kept(rows);
  let looks = 0;
  for (const { id, startEpochMs } of rows)
    Object.defineProperty(footage.get(id)!, 'startEpochMs', {
      get() {
        looks += 1;
        return startEpochMs;
      },
    });
  const looksOf = (run: () => unknown) => {
    looks = 0;
    run();
    return looks;
  };
  const day = { fromEpochMs: 480 * 1_800_000, toEpochMs: 528 * 1_800_000 };
  assert.equal(footage.within({ deviceId: 'D', channelId: 'C3' }, day.fromEpochMs, day.toEpochMs).length, 48);
  const limit = 100;
  assert.ok(looksOf(() => footage.page({ limit, after: null })) < 1000);
  assert.ok(looksOf(() => footage.page({ limit, after: { startEpochMs: 480 * 1_800_000, id: 'r09600' } })) < 1000);
  assert.ok(looksOf(() => footage.page({ deviceId: 'D', channelId: 'C3', ...day, limit, after: null })) < 1000);
  assert.ok(looksOf(() => footage.within({ deviceId: 'D', channelId: 'C3' }, day.fromEpochMs, day.toEpochMs)) < 300);
  assert.ok(looksOf(() => footage.deletable[0]) < 10);
  assert.ok(looksOf(() => footage.totals) < 10);
});
