import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel, Device } from '../../web/page/api.ts';
import { applied, type Directory, withChannels, withDevice } from '../../web/page/directory.ts';

const device = (id: string, online: boolean): Device => ({
  id,
  name: id,
  manufacturer: '',
  model: '',
  online,
  channelCount: 1,
});
const channel = (deviceId: string, id: string): Channel => ({ id, deviceId, name: id, status: 'on' });
const BEFORE: Directory = {
  devices: [device('d1', true), device('d2', false)],
  channels: [channel('d1', 'c1'), channel('d1', 'c2'), channel('d2', 'c1')],
  groups: [{ id: 'g', deviceId: 'd1', name: 'g', parentId: 'd1' }],
};
const event = (type: string, data: Record<string, unknown>) => ({ type, time: '', data });
const states = ({ devices, channels }: Directory) => [
  ...devices.map((one) => `${one.id} ${one.online}`),
  ...channels.map((one) => `${one.deviceId}/${one.id} ${one.status}`),
];

test('events change what they name, and nothing else becomes another object', () => {
  const { directory, staleDevices, staleChannels } = applied(BEFORE, [
    event('device.offline', { deviceId: 'd1', reason: 'timeout' }),
    event('channel.offline', { deviceId: 'd1', channelId: 'c2' }),
    event('channel.removed', { deviceId: 'd2', channelId: 'c1' }),
  ]);
  assert.deepEqual(states(directory), ['d1 false', 'd2 false', 'd1/c1 on', 'd1/c2 off']);
  assert.equal(directory.devices[1], BEFORE.devices[1]);
  assert.equal(directory.channels[0], BEFORE.channels[0]);
  assert.equal(staleDevices.size + staleChannels.size, 0);
});

test('the last of several events counts', () => {
  const { directory } = applied(BEFORE, [
    event('device.online', { deviceId: 'd2' }),
    event('channel.offline', { deviceId: 'd1', channelId: 'c1' }),
    event('channel.online', { deviceId: 'd1', channelId: 'c1' }),
  ]);
  assert.deepEqual(states(directory), ['d1 true', 'd2 true', 'd1/c1 on', 'd1/c2 on', 'd2/c1 on']);
});

test('what an event only hints at is to be read, of that device alone', () => {
  const table: readonly (readonly [string, Record<string, unknown>, string[], string[]])[] = [
    ['device.registered', { deviceId: 'd1' }, ['d1'], []],
    ['device.registered', { deviceId: 'new' }, ['new'], ['new']],
    ['device.online', { deviceId: 'new' }, ['new'], ['new']],
    ['channel.added', { deviceId: 'd1', channelId: 'c9' }, [], ['d1']],
    ['catalog.updated', { deviceId: 'd1', added: 1, removed: 0, changed: 0 }, ['d1'], ['d1']],
    ['catalog.updated', { deviceId: 'd1', added: 0, removed: 0, changed: 0 }, ['d1'], []],
    ['catalog.progress', { deviceId: 'd1' }, [], []],
    ['device.rejected', { deviceId: 'stranger' }, [], []],
    ['device.online', {}, [], []],
    ['device.online', { deviceId: 7 }, [], []],
  ];
  for (const [type, data, devices, channels] of table) {
    const { staleDevices, staleChannels } = applied(BEFORE, [event(type, data)]);
    assert.deepEqual([[...staleDevices], [...staleChannels]], [devices, channels], type);
  }
});

test('a deleted device goes with its channels and groups', () => {
  const { directory } = applied(BEFORE, [event('device.offline', { deviceId: 'd1', reason: 'deleted' })]);
  assert.deepEqual(states(directory), ['d2 false', 'd2/c1 on']);
  assert.equal(directory.groups.length, 0);
  assert.deepEqual(states(withDevice(BEFORE, 'd2', null)), ['d1 true', 'd1/c1 on', 'd1/c2 on']);
});

test('what was read takes the place of what there was', () => {
  assert.deepEqual(states(withDevice(BEFORE, 'd2', device('d2', true))).slice(0, 2), ['d1 true', 'd2 true']);
  assert.deepEqual(states(withDevice(BEFORE, 'd3', device('d3', true))).slice(0, 3), [
    'd1 true',
    'd2 false',
    'd3 true',
  ]);
  const now = withChannels(BEFORE, 'd1', [channel('d1', 'c9')], []);
  assert.deepEqual(states(now).slice(2), ['d2/c1 on', 'd1/c9 on']);
  assert.equal(now.groups.length, 0);
});
