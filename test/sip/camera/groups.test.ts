import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalogs } from '../../../src/sip/camera/catalogs.ts';
import { Directory } from '../../../src/sip/camera/directory.ts';
import { isGroupNode, MAX_GROUPS_PER_DEVICE } from '../../../src/sip/camera/groups.ts';
import { memoryStores } from '../memory-stores.ts';

const DEVICE = '34020000001180000001';
const ORGANISATION = '34020000002160000001';
const CAMERA = '34020000001310000001';
const item = (id: string, fields: Record<string, string> = {}) => ({ id, event: '', on: true, fields });

function opened(stores = memoryStores()) {
  const directory = new Directory(stores.devices, stores.channels);
  const device = directory.ensureDevice(DEVICE);
  if (device !== null) directory.save(device);
  const catalogs = new Catalogs(
    directory,
    '34020000002000000001',
    () => {},
    () => {},
  );
  const names = () => directory.groups.ofDevice(DEVICE).map((group) => `${group.name} < ${group.parentId}`);
  const answer = (sn: number, items: ReturnType<typeof item>[]) => {
    catalogs.ask(DEVICE, sn, () => {}, 0);
    catalogs.answer(DEVICE, sn, { sumNum: items.length, items }, 0);
  };
  return { stores, directory, catalogs, names, answer };
}

test('what holds channels is told from what sends pictures', () => {
  for (const id of ['34', '3402', '34020000', ORGANISATION, '34020000002150000001', '34020000002000000009'])
    assert.ok(isGroupNode(id), id);
  for (const id of [CAMERA, DEVICE, '34020000001340000001', '3', 'abc', '340200000', ''])
    assert.ok(!isGroupNode(id), id);
});

test('groups of a catalogue are kept beside its channels, with the parents it names (CAT-5)', () => {
  const { names, answer, directory } = opened();
  answer(1, [
    item(ORGANISATION, { Name: '一楼', ParentID: `34020000002000000001/${DEVICE}` }),
    item('34020000002160000002', { Name: 'Hall', BusinessGroupID: '34020000002150000001', ParentID: ORGANISATION }),
    item('34020000002160000003', { Name: 'Yard', BusinessGroupID: '34020000002150000001' }),
    item('340200', { Name: 'Wuhu' }),
    item(CAMERA, { Name: 'North gate', ParentID: ORGANISATION }),
  ]);
  assert.deepEqual(names(), [
    `一楼 < ${DEVICE}`,
    `Hall < ${ORGANISATION}`,
    'Yard < 34020000002150000001',
    'Wuhu < 3402',
  ]);
  assert.deepEqual(
    directory.channels(DEVICE).map((channel) => channel.id),
    [CAMERA],
  );
});

test('a restart remembers them, a whole catalogue removes what it does not list, DEL removes one, a deleted device all', () => {
  const first = opened();
  first.answer(1, [item(ORGANISATION, { Name: 'A' }), item('340200', { Name: 'B' }), item(CAMERA)]);
  const { names, answer, catalogs, directory, stores } = opened(first.stores);
  assert.deepEqual(names(), ['A < ', 'B < 3402']);
  assert.equal(directory.channelCount(DEVICE), 1);
  answer(2, [item(ORGANISATION, { Name: 'A2' }), item(CAMERA)]);
  assert.deepEqual(names(), ['A2 < ']);
  catalogs.notify(DEVICE, [{ ...item(ORGANISATION), event: 'DEL' }]);
  assert.deepEqual(names(), []);
  catalogs.notify(DEVICE, [{ ...item('340201', { Name: 'C' }), event: 'ADD' }]);
  assert.deepEqual(names(), ['C < 3402']);
  directory.remove(DEVICE, false);
  assert.deepEqual([names().length, stores.rows.channels.size], [0, 0]);
});

test('no device fills the memory with groups', () => {
  const { names, answer } = opened();
  answer(
    1,
    Array.from({ length: MAX_GROUPS_PER_DEVICE + 5 }, (_, i) => item(`3402000000216${String(i).padStart(7, '0')}`)),
  );
  assert.equal(names().length, MAX_GROUPS_PER_DEVICE);
});
