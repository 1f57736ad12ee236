import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CATALOG_FIRST_PART_MS,
  CATALOG_IDLE_MS,
  CATALOG_LINGER_MS,
  CatalogCollection,
  MAX_CATALOG_ITEMS,
} from '../../../src/sip/camera/catalog-collection.ts';
import { type CatalogEvent, type CatalogResult, Catalogs } from '../../../src/sip/camera/catalogs.ts';
import { Directory, MAX_CHANNELS_PER_DEVICE } from '../../../src/sip/camera/directory.ts';
import { learn } from '../../../src/sip/camera/profile.ts';
import type { QueryFault } from '../../../src/sip/camera/query.ts';
import type { CatalogItem } from '../../../src/sip/manscdp/catalog.ts';
import { memoryStores } from '../memory-stores.ts';

const D = '34020000001180000001';
const P = '34020000002000000001';
const ch = (n: number): string => `3402000000132${String(n).padStart(7, '0')}`;
const item = (id: string, o: Partial<CatalogItem> = {}): CatalogItem => ({
  id,
  event: '',
  on: true,
  fields: { Name: id },
  ...o,
});

function make() {
  const stores = memoryStores();
  const directory = new Directory(stores.devices, stores.channels);
  directory.ensureDevice(D);
  const events: CatalogEvent[] = [];
  const found: string[] = [];
  const catalogs = new Catalogs(
    directory,
    P,
    (event) => events.push(event),
    (_, code) => found.push(code),
  );
  const results: (CatalogResult | QueryFault)[] = [];
  const ask = (sn: number, nowMs: number) => catalogs.ask(D, sn, (result) => results.push(result), nowMs);
  const ids = () => directory.channels(D).map((c) => c.id);
  return { directory, events, catalogs, results, ask, ids, stores, found };
}

test('CAT-2: a collection ends by count, by quiet, or because nothing came', () => {
  const counted = new CatalogCollection(1, true, 0);
  counted.add({ sumNum: 2, items: [item(ch(2))] }, 10);
  counted.add({ sumNum: 2, items: [item(ch(2))] }, 20);
  assert.equal(counted.over(30), false);
  counted.add({ sumNum: 2, items: [item(ch(1))] }, 40);
  assert.deepEqual([counted.over(40), counted.complete], [true, true]);
  const quiet = new CatalogCollection(1, true, 0);
  quiet.add({ sumNum: 9, items: [item(ch(1))] }, 100);
  assert.equal(quiet.over(100 + CATALOG_IDLE_MS - 1), false);
  assert.deepEqual([quiet.over(100 + CATALOG_IDLE_MS), quiet.complete], [true, false]);
  const silent = new CatalogCollection(1, true, 0);
  assert.equal(silent.over(CATALOG_FIRST_PART_MS - 1), false);
  assert.equal(silent.over(CATALOG_FIRST_PART_MS), true);
});

test('items of one answer are bounded', () => {
  const collection = new CatalogCollection(1, true, 0);
  const items = Array.from({ length: MAX_CATALOG_ITEMS + 5 }, (_, n) => item(ch(n)));
  assert.equal(collection.add({ sumNum: items.length, items }, 0).length, MAX_CATALOG_ITEMS);
  assert.equal(collection.refused, 5);
  assert.equal(collection.complete, false);
});

test('channels of one device are bounded', () => {
  const { directory } = make();
  const items = Array.from({ length: MAX_CHANNELS_PER_DEVICE + 3 }, (_, n) => item(`c${n}`));
  assert.equal(directory.upsert(D, items).refused, 3);
  assert.equal(directory.channelCount(D), MAX_CHANNELS_PER_DEVICE);
});

test('a complete answer to our query removes what it does not list', () => {
  const { catalogs, ask, ids, results, events } = make();
  ask(1, 0);
  catalogs.answer(D, 1, { sumNum: 2, items: [item(ch(1)), item(ch(2))] }, 1);
  ask(2, 10);
  catalogs.answer(D, 2, { sumNum: 1, items: [item(ch(2))] }, 11);
  assert.deepEqual(ids(), [ch(2)]);
  assert.equal(results.length, 2);
  assert.deepEqual(
    events.filter((e) => e.type === 'channel.removed').map((e) => e.data),
    [{ deviceId: D, channelId: ch(1), name: ch(1) }],
  );
});

test('an unsolicited catalogue only adds (CAT-3), and so does an empty one', () => {
  const { catalogs, ask, ids } = make();
  catalogs.answer(D, 77, { sumNum: 2, items: [item(ch(1)), item(ch(2))] }, 0);
  catalogs.answer(D, 78, { sumNum: 1, items: [item(ch(3))] }, 0);
  assert.deepEqual(ids(), [ch(1), ch(2), ch(3)]);
  ask(1, 0);
  catalogs.answer(D, 1, { sumNum: 0, items: [] }, 1);
  assert.equal(ids().length, 3);
  assert.equal(catalogs.size, 0);
});

test('CAT-2: a SumNum that counts one message only: late parts are merged, and the count is not believed again', () => {
  const { catalogs, ask, ids, results, directory } = make();
  ask(1, 0);
  for (const n of [1, 2, 3]) catalogs.answer(D, 1, { sumNum: 1, items: [item(ch(n))] }, n);
  assert.deepEqual(ids(), [ch(1), ch(2), ch(3)]);
  assert.equal(directory.device(D)?.profile.sumNumWrong, true);
  assert.equal(results.length, 1);
  ask(2, 10_000);
  catalogs.answer(D, 2, { sumNum: 1, items: [item(ch(1))] }, 10_001);
  assert.equal(results.length, 1);
  catalogs.poll(10_001 + CATALOG_IDLE_MS);
  assert.equal(results.length, 2);
  catalogs.poll(10_001 + CATALOG_IDLE_MS + CATALOG_LINGER_MS);
  assert.equal(catalogs.begun(D), true);
});

test('a device that does not echo our SN (XML-13) is still collected', () => {
  const { catalogs, ask, ids, results } = make();
  ask(1, 0);
  catalogs.answer(D, null, { sumNum: 2, items: [item(ch(1))] }, 1);
  catalogs.answer(D, null, { sumNum: 2, items: [item(ch(2))] }, 2);
  assert.equal(results.length, 1);
  assert.deepEqual(ids(), [ch(1), ch(2)]);
});

test('what is no channel: platform, device itself among others, groups, alarms (CAT-4)', () => {
  const { catalogs, ask, ids } = make();
  ask(1, 0);
  const others = [P, D, '340200', '34020000002150000001', '34020000001340000001', '34020000001370000001'];
  catalogs.answer(D, 1, { sumNum: 7, items: [...others.map((id) => item(id)), item(ch(1))] }, 1);
  assert.deepEqual(ids(), [ch(1)]);
});

test('CAT-4: an IPC that lists only itself is its own channel, also when guessed before', () => {
  const { catalogs, ask, ids, events } = make();
  catalogs.addSelf(D);
  catalogs.addSelf(D);
  assert.deepEqual(ids(), [D]);
  ask(1, 0);
  catalogs.answer(D, 1, { sumNum: 1, items: [item(D)] }, 1);
  assert.deepEqual(ids(), [D]);
  ask(2, 2);
  catalogs.answer(D, 2, { sumNum: 1, items: [item(ch(1))] }, 3);
  assert.deepEqual(ids(), [ch(1)]);
  assert.equal(events.filter((e) => e.type === 'channel.added').length, 2);
});

test('a guessed self channel goes when a catalogue with others comes, also an incomplete one', () => {
  const { catalogs, ask, ids, events } = make();
  catalogs.addSelf(D);
  ask(1, 0);
  catalogs.answer(D, 1, { sumNum: 5, items: [item(ch(1)), item(ch(2))] }, 1);
  assert.deepEqual(ids(), [D, ch(1), ch(2)]);
  catalogs.poll(1 + CATALOG_IDLE_MS);
  assert.deepEqual(ids(), [ch(1), ch(2)]);
  const updated = events.find((e) => e.type === 'catalog.updated');
  assert.deepEqual(updated?.type === 'catalog.updated' && [updated.data.complete, updated.data.removed], [false, 1]);
  assert.equal(events.filter((e) => e.type === 'channel.removed').length, 1);
});

test('CAT-8: a device that never answers stands in for its channels, so that it can be watched', () => {
  const { ask, ids, results, catalogs, found } = make();
  ask(1, 0);
  catalogs.poll(CATALOG_FIRST_PART_MS - 1);
  assert.deepEqual(ids(), []);
  catalogs.poll(CATALOG_FIRST_PART_MS);
  assert.deepEqual([ids(), found], [[D], ['CAT-8']]);
  assert.ok(results[0] !== undefined && 'fault' in results[0]);
});

test('callers join the query that runs; a failure reaches all of them', () => {
  const { ask, results, catalogs } = make();
  assert.equal(ask(1, 0).send, true);
  assert.deepEqual(ask(2, 1), { send: false, queryId: '1' });
  catalogs.poll(CATALOG_FIRST_PART_MS);
  assert.equal(results.length, 2);
  assert.ok(results.every((r) => 'fault' in r && r.fault === 'timeout'));
  assert.equal(catalogs.runningQuery(D), null);
});

test('change notifies: ON, OFF, VLOST, DEL, ADD; status events of a device that lies are ignored (CAT-7)', () => {
  const { catalogs, directory, events, ids } = make();
  const notify = (id: string, event: string) => catalogs.notify(D, [item(id, { event, on: null })]);
  notify(ch(1), 'OFF');
  assert.deepEqual(ids(), []);
  notify(ch(1), 'ADD');
  notify(ch(1), 'VLOST');
  assert.equal(directory.channel(D, ch(1))?.status, 'off');
  notify(ch(1), 'ON');
  notify(ch(1), 'ON');
  learn(directory.device(D)!, 'ignoreStatusNotify', true);
  notify(ch(1), 'OFF');
  assert.equal(directory.channel(D, ch(1))?.status, 'on');
  notify(ch(1), 'DEL');
  assert.deepEqual(
    events.map((e) => e.type),
    ['channel.added', 'channel.offline', 'channel.online', 'channel.removed'],
  );
});

test('fields: numbers that are none, several parents, a name set by hand (CAT-5, XML-12)', () => {
  const { directory, stores } = make();
  const fields = {
    Name: 'gate',
    ParentID: 'a/b/c',
    Longitude: '65535',
    Latitude: '31.5',
    PTZType: '1',
    constructor: 'x',
  };
  directory.upsert(D, [item(ch(1), { fields })]);
  const channel = directory.channel(D, ch(1))!;
  assert.deepEqual([channel.parentId, channel.longitude, channel.latitude, channel.ptzType], ['c', null, 31.5, 1]);
  for (const [Longitude, Latitude, place] of [
    ['0.0000000', '0.0', [null, null]],
    ['0.0', '51.47', [0, 51.47]],
  ] as const) {
    directory.upsert(D, [item(ch(1), { fields: { ...fields, Longitude, Latitude } })]);
    const { longitude, latitude } = directory.channel(D, ch(1))!;
    assert.deepEqual([longitude, latitude], place);
  }
  directory.changeChannel(D, ch(1), { name: 'mine', named: true });
  directory.upsert(D, [item(ch(1), { on: null, fields: { Name: 'theirs' } })]);
  assert.equal(directory.channel(D, ch(1))?.name, 'mine');
  const again = new Directory(stores.devices, stores.channels);
  assert.equal(again.devices().length, 0); // never saved: it had not registered
  directory.save(directory.device(D)!);
  assert.equal(new Directory(stores.devices, stores.channels).channel(D, ch(1))?.name, 'mine');
});

test('what is told while an answer comes is newer than the answer: nothing flaps, comes back or goes', () => {
  const { ask, catalogs, directory, events, ids } = make();
  ask(1, 0);
  catalogs.answer(D, 1, { sumNum: 2, items: [item(ch(1)), item(ch(2))] }, 10);
  events.length = 0;
  ask(2, 20);
  catalogs.notify(D, [item(ch(1), { event: 'OFF', on: null }), item(ch(2), { event: 'DEL' })]);
  catalogs.notify(D, [item(ch(3), { event: 'ADD' })]);
  // as things were when it was asked
  catalogs.answer(D, 2, { sumNum: 2, items: [item(ch(1)), item(ch(2))] }, 30);
  assert.deepEqual(ids(), [ch(1), ch(3)]);
  assert.equal(directory.channel(D, ch(1))?.status, 'off');
  assert.deepEqual(
    events.filter(({ type }) => type.startsWith('channel.')).map(({ type }) => type),
    ['channel.offline', 'channel.removed', 'channel.added'],
  );
  // the next answer is believed again
  ask(3, 40);
  catalogs.answer(D, 3, { sumNum: 2, items: [item(ch(1)), item(ch(2))] }, 50);
  assert.deepEqual(ids(), [ch(1), ch(2)]);
  assert.equal(directory.channel(D, ch(1))?.status, 'on');
});
