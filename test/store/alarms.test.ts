import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'libsql';
import type { StoredAlarm } from '../../src/store/alarms.ts';
import type { StoredSnapshot } from '../../src/store/snapshots.ts';
import { openStore } from '../../src/store/store.ts';

const alarm = (number: number, more: Partial<StoredAlarm> = {}): StoredAlarm => ({
  number,
  deviceId: 'D',
  channelId: 'C',
  sourceId: 'C',
  epochMs: number * 1000,
  receivedEpochMs: number * 1000,
  method: 5,
  type: 2,
  eventType: null,
  priority: 4,
  description: '',
  longitude: null,
  latitude: null,
  by: 'message',
  raw: {},
  ...more,
});

const picture = (id: string, epochMs: number, more: Partial<StoredSnapshot> = {}): StoredSnapshot => ({
  id,
  deviceId: 'D',
  channelId: 'C',
  epochMs,
  bytes: 3,
  path: `snapshots/D/C/${id}.jpg`,
  type: 'image/jpeg',
  source: 'device',
  session: 's1',
  fileId: '',
  alarm: null,
  ...more,
});

function opened(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-store-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = openStore(folder);
  if ('fault' in store) throw new Error(store.fault);
  t.after(() => store.close());
  return store;
}

test('alarms are kept, found by each of their fields, newest first, page by page', (t) => {
  const { alarms } = opened(t);
  assert.equal(alarms.lastNumber(), 0);
  alarms.addAll([
    alarm(1),
    alarm(2, { channelId: null, sourceId: 'X', method: 2, type: null, priority: 1 }),
    alarm(3, { deviceId: 'E' }),
    alarm(4, { method: null, priority: null }),
    alarm(5, { type: 6 }),
  ]);
  assert.equal(alarms.lastNumber(), 5);
  assert.deepEqual(alarms.get(2), alarm(2, { channelId: null, sourceId: 'X', method: 2, type: null, priority: 1 }));
  assert.equal(alarms.get(9), undefined);
  const numbers = (query: object) => alarms.page({ limit: 100, before: null, ...query }).map(({ number }) => number);
  assert.deepEqual(numbers({}), [5, 4, 3, 2, 1]);
  assert.deepEqual(numbers({ limit: 2 }), [5, 4]);
  assert.deepEqual(numbers({ limit: 2, before: 4 }), [3, 2]);
  assert.deepEqual(numbers({ deviceId: 'D', channelId: 'C' }), [5, 4, 1]);
  assert.deepEqual(numbers({ method: 2 }), [2]);
  assert.deepEqual(numbers({ type: 6 }), [5]);
  assert.deepEqual(numbers({ priority: 3 }), [2], 'this priority and higher');
  assert.deepEqual(numbers({ fromEpochMs: 2000, toEpochMs: 4000 }), [3, 2]);
});

test('a page of alarms of one kind is read by an index, in its order: no query walks the whole table on the packet thread', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-store-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = openStore(folder);
  if ('fault' in store) throw new Error(store.fault);
  store.close();
  const database = new Database(join(folder, 'gbgate.db'));
  t.after(() => database.close());
  for (const field of ['device_id', 'channel_id', 'method', 'type']) {
    const plan = database
      .prepare(`EXPLAIN QUERY PLAN SELECT record FROM alarms WHERE ${field} = ? ORDER BY number DESC LIMIT ?`)
      .all(1, 100) as { detail: string }[];
    assert.match(plan[0]!.detail, /^SEARCH alarms USING INDEX/, field);
    assert.equal(plan.length, 1, `${field} is not sorted afterwards`);
  }
});

test('the oldest alarms go: by age, by number, so many at a time', (t) => {
  const { alarms } = opened(t);
  alarms.addAll(Array.from({ length: 20 }, (_, i) => alarm(i + 1)));
  assert.equal(alarms.trim({ receivedBefore: 6000, kept: 100, count: 3 }), 3, 'so many at a time');
  assert.equal(alarms.trim({ receivedBefore: 6000, kept: 100, count: 100 }), 2);
  assert.equal(alarms.trim({ receivedBefore: 0, kept: 10, count: 100 }), 5);
  assert.equal(alarms.trim({ receivedBefore: 0, kept: 10, count: 100 }), 0);
  assert.deepEqual(
    alarms
      .page({ limit: 100, before: null })
      .map(({ number }) => number)
      .at(-1),
    11,
  );
});

test('pictures are kept, found by their fields, newest first, page by page', (t) => {
  const { snapshots } = opened(t);
  for (const each of [
    picture('a', 1000),
    picture('b', 1000, { session: 's2', alarm: 7 }),
    picture('c', 2000, { channelId: 'C2' }),
    picture('d', 3000, { deviceId: 'E' }),
  ])
    snapshots.put(each);
  const ids = (query: object) => snapshots.page({ limit: 100, after: null, ...query }).map(({ id }) => id);
  assert.deepEqual(ids({}), ['d', 'c', 'b', 'a']);
  assert.deepEqual(ids({ limit: 2, after: { epochMs: 2000, id: 'c' } }), ['b', 'a']);
  assert.deepEqual(ids({ after: { epochMs: 1000, id: 'b' } }), ['a']);
  assert.deepEqual(ids({ deviceId: 'D', channelId: 'C' }), ['b', 'a']);
  assert.deepEqual(ids({ session: 's2' }), ['b']);
  assert.deepEqual(ids({ alarm: 7 }), ['b']);
  assert.deepEqual(ids({ fromEpochMs: 2000, toEpochMs: 3000 }), ['c']);
  assert.deepEqual(snapshots.get('c'), picture('c', 2000, { channelId: 'C2' }));
  const overdue = (o: { before: number; kept: number; count: number }) => snapshots.overdue(o).map(({ id }) => id);
  assert.deepEqual(overdue({ before: 2000, kept: 100, count: 100 }), ['a', 'b']);
  assert.deepEqual(overdue({ before: 0, kept: 1, count: 100 }), ['a', 'b', 'c']);
  assert.deepEqual(overdue({ before: 2000, kept: 1, count: 1 }), ['a']);
  assert.deepEqual(overdue({ before: 0, kept: 4, count: 100 }), []);
  snapshots.delete('c');
  assert.deepEqual(ids({}), ['d', 'b', 'a']);
});
