import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Devices } from '../../../src/gateway/devices/devices.ts';
import { type ChannelView, isProblem, type Problem } from '../../../src/gateway/views.ts';
import { type Channel, type Device, Directory } from '../../../src/sip/camera/directory.ts';

const ID = '34020000001110000001';

function memory() {
  const devices = new Map<string, Device>();
  const channels = new Map<string, Channel>();
  const key = (deviceId: string, id: string) => `${deviceId}/${id}`;
  return {
    devices: {
      all: () => [...devices.values()].map((device) => structuredClone(device)),
      put: (device: Device) => void devices.set(device.id, structuredClone(device)),
      delete: (id: string) => void devices.delete(id),
    },
    channels: {
      ofDevice: (deviceId: string) => [...channels.values()].filter((channel) => channel.deviceId === deviceId),
      putAll: (all: readonly Channel[]) => {
        for (const channel of all) channels.set(key(channel.deviceId, channel.id), channel);
      },
      delete: (deviceId: string, id: string) => void channels.delete(key(deviceId, id)),
    },
  };
}

describe('devices of the API', () => {
  let stores: ReturnType<typeof memory>;
  let directory: Directory;
  let devices: Devices;
  let answer: Awaited<ReturnType<ConstructorParameters<typeof Devices>[0]['queryCatalog']>>;

  beforeEach(() => {
    stores = memory();
    directory = new Directory(stores.devices, stores.channels);
    answer = { queryId: '7', complete: true };
    devices = new Devices({
      directory,
      sealPassword: (id, password) => `sealed ${id} ${password}`,
      queryCatalog: async () => answer,
      removeDevice: (id, block) => directory.remove(id, block),
      iso: String,
    });
  });

  const code = (value: object | null) => (value !== null && isProblem(value) ? value.problem : null);

  it('adds, changes and deletes a device, and keeps it', () => {
    assert.equal(code(devices.add({ id: ID, name: '门口', password: 'secret' })), null);
    assert.equal(code(devices.add({ id: ID })), 'conflict');
    const shown = devices.get(ID);
    assert.ok(!JSON.stringify(shown).includes('secret'), 'no secret leaves');
    assert.equal(new Directory(stores.devices, stores.channels).device(ID)?.sealedPassword, `sealed ${ID} secret`);
    devices.change(ID, { mediaTransport: 'udp', name: 'Gate', password: '' });
    const again = new Directory(stores.devices, stores.channels).device(ID);
    assert.deepEqual([again?.name, again?.mediaTransport, again?.sealedPassword], ['Gate', 'udp', null]);
    assert.equal(devices.delete(ID, { block: true }), null);
    assert.equal(code(devices.get(ID)), 'device_not_found');
    assert.equal(directory.isBlocked(ID), true);
    assert.equal(code(devices.add({ id: ID })), null, 'adding by hand lifts the block');
    assert.equal(directory.isBlocked(ID), false);
  });

  it('refuses what cannot be', () => {
    const refused: [string, object | null][] = [
      ['bad_request', devices.add({ id: '' })],
      ['bad_request', devices.add({ id: '../../etc' })],
      ['bad_request', devices.add({ id: 'x'.repeat(65) })],
      ['bad_request', devices.add({ id: ID, name: 'n'.repeat(129) })],
      ['bad_request', devices.add({ id: ID, password: 'p'.repeat(129) })],
      ['device_not_found', devices.change(ID, { name: 'x' })],
      ['device_not_found', devices.delete(ID, { block: false })],
      ['device_not_found', devices.channels(ID) as Problem],
      ['device_not_found', devices.channel(ID, '1')],
    ];
    for (const [wanted, got] of refused) assert.equal(code(got), wanted);
    assert.deepEqual(devices.all(), []);
    devices.add({ id: ID });
    assert.equal(code(devices.channel(ID, '1')), 'channel_not_found');
    assert.equal(code(devices.changeChannel(ID, '1', { name: 'x' })), 'channel_not_found');
  });

  it('shows every field of the catalogue, and none that could look like a refusal', () => {
    devices.add({ id: ID });
    const fields = { Name: 'Gate', Longitude: '117.1', PTZType: '1', problem: 'x', detail: 'y' };
    directory.upsert(ID, [{ id: '1', on: true, event: null, fields } as never]);
    const shown = devices.channel(ID, '1') as ChannelView;
    assert.equal(isProblem(shown), false);
    assert.deepEqual(
      [shown.name, shown.longitude, shown.ptzType, shown.Name, shown.status],
      ['Gate', 117.1, 1, 'Gate', 'on'],
    );
    const changed = devices.changeChannel(ID, '1', { name: 'Front', mediaTransport: 'tcp-active' }) as ChannelView;
    assert.deepEqual([changed.name, changed.mediaTransport], ['Front', 'tcp-active']);
    directory.upsert(ID, [{ id: '1', on: true, event: null, fields } as never]);
    assert.equal((devices.channel(ID, '1') as ChannelView).name, 'Front', 'a name given by hand stays');
  });

  it('tells how a catalogue query ended', async () => {
    assert.equal(code(await devices.refreshCatalog(ID, 1000)), 'device_not_found');
    devices.add({ id: ID });
    assert.deepEqual(await devices.refreshCatalog(ID, 1000), { items: [], next: null, complete: true, queryId: '7' });
    for (const [fault, problem] of [
      ['offline', 'device_offline'],
      ['unreachable', 'device_offline'],
      ['timeout', 'device_timeout'],
      ['rejected', 'device_error'],
      ['busy', 'rate_limited'],
    ] as const) {
      answer = { fault, detail: 'the device answered 405 No' };
      assert.equal(code(await devices.refreshCatalog(ID, 1000)), problem);
    }
  });
});
