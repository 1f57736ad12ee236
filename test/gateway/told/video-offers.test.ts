import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VideoOffers } from '../../../src/gateway/told/video-offers.ts';
import { Directory } from '../../../src/sip/camera/directory.ts';
import { readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import { memoryStores } from '../../sip/memory-stores.ts';

const D = '34020000001180000001';
const C = '34020000001320000001';
const NOW = Date.UTC(2026, 0, 5, 6, 3, 21);

/** The example of the standard, about whom and when it is told. */
const notify = (id: string, time = '2024-01-05T14:03:21') => {
  const read = readEnvelope(
    Buffer.from(
      `<?xml version="1.0" encoding="GB18030"?>\r\n<Notify><CmdType>VideoUploadNotify</CmdType><SN>102</SN><DeviceID>${id}</DeviceID><Time>${time}</Time><Longitude>117.12</Longitude><Latitude>31.12</Latitude></Notify>`,
    ),
  );
  assert.ok(!('fault' in read));
  return read;
};

function world(channels: readonly { id: string; on: boolean }[]) {
  const stores = memoryStores();
  const directory = new Directory(stores.devices, stores.channels);
  directory.ensureDevice(D);
  directory.upsert(
    D,
    channels.map(({ id, on }) => ({ id, event: '', on, fields: {} })),
  );
  const said: unknown[] = [];
  const offers = new VideoOffers({
    directory,
    clock: { epochMs: () => NOW },
    timeZone: 'Asia/Shanghai',
    iso: (epochMs) => new Date(epochMs).toISOString(),
    publish: (type, data) => void said.push([type, data.channelId, data.time]),
    addSelfChannel: (deviceId) => void said.push(['self', deviceId]),
    fetch: (deviceId, channelId) => void said.push(['fetch', deviceId, channelId]),
  });
  return { offers, said };
}

for (const [name, channels, named, channelId] of [
  ['names a channel', [C, `${C}x`], `${C}x`, `${C}x`],
  ['speaks of itself', [C, `${C}x`], D, C],
  ['names a channel that nobody knows', [C], '34020000001320009999', C],
] as const)
  test(`a device that offers its video and ${name} is fetched there`, () => {
    const { offers, said } = world(channels.map((id) => ({ id, on: true })));
    offers.notified(D, notify(named));
    assert.deepEqual(said, [
      ['video.offered', channelId, '2024-01-05T06:03:21.000Z'],
      ['fetch', D, channelId],
    ]);
  });

test('of a device that speaks of itself the first channel that works is fetched, whatever its clock says', () => {
  const { offers, said } = world([
    { id: C, on: false },
    { id: `${C}x`, on: true },
  ]);
  offers.notified(D, notify(D, 'soon'));
  assert.deepEqual(said[0], ['video.offered', `${C}x`, new Date(NOW).toISOString()]);
});

test('a device that has told no catalogue is its own channel then', () => {
  const { offers, said } = world([]);
  offers.notified(D, notify(D));
  assert.deepEqual(said.slice(0, 1), [['self', D]]);
  assert.deepEqual(said.at(-1), ['fetch', D, D]);
  assert.equal(offers.received, 1);
});
