import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/gateway/clock.ts';
import type { Control } from '../../../src/gateway/control/controls.ts';
import { openVocabulary } from '../../../src/gateway/control/vocabulary.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import type { SimulatorOptions } from '../../../src/simulator/simulator.ts';
import { CHANNEL, ID, meet, until } from '../../simulator/meet.ts';
import { toldNowhere } from '../../support/told-nowhere.ts';

/** The other queries: the desk, a SIP server and a simulated camera that tells what it was told before. */

const ASK = { force: false };

async function site(t: TestContext, more: Partial<SimulatorOptions> = {}) {
  const { server, simulator } = await meet(t, { channels: 2, ...more });
  await until('the catalogue', () => server.directory.channelCount(ID) === (more.channels ?? 2));
  const vocabulary = openVocabulary({
    ...toldNowhere(),
    sip: server,
    clock: systemClock,
    fetch: () => {},
    channelMissing: (deviceId, channelId) =>
      server.directory.channel(deviceId, channelId) === undefined
        ? { problem: 'channel_not_found', detail: 'no such channel' }
        : null,
  });
  t.after(() => vocabulary.close());
  const { queries, controls, positions } = vocabulary.desks;
  const say = async (control: Control) => {
    const said = await controls.control(ID, CHANNEL, control, ASK);
    assert.ok(!isProblem(said), JSON.stringify(said));
  };
  return { server, simulator, queries, positions, say, side: simulator.devices[0]!.controls };
}

test('the status of the device and of a channel', async (t) => {
  const { queries } = await site(t);
  for (const channelId of [null, CHANNEL, ID]) {
    const status = await queries.status(ID, channelId, ASK);
    assert.ok(!isProblem(status), JSON.stringify(status));
    assert.match(status.deviceTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    assert.deepEqual(
      { ...status, deviceTime: '' },
      { online: true, healthy: true, reason: '', encoding: true, recording: false, deviceTime: '', alarms: [] },
    );
  }
});

test('cruises as they were made, also where the list takes several messages', async (t) => {
  const { queries, say } = await site(t);
  assert.deepEqual(await queries.cruises(ID, CHANNEL, ASK), []);
  for (let group = 12; group >= 1; group -= 1) await say({ command: 'cruise', group, action: 'add', preset: group });
  const cruises = await queries.cruises(ID, CHANNEL, ASK);
  assert.ok(!isProblem(cruises));
  assert.deepEqual(
    cruises,
    Array.from({ length: 12 }, (_, i) => ({ number: i + 1, name: `cruise ${i + 1}` })),
  );
  for (const preset of [9, 3, 9]) await say({ command: 'cruise', group: 3, action: 'add', preset });
  await say({ command: 'cruise', group: 3, action: 'dwell', value: 20 });
  await say({ command: 'cruise', group: 3, action: 'speed', value: 1365 });
  const point = (preset: number) => ({ preset, staySeconds: 20, speed: 5 });
  assert.deepEqual(await queries.cruise(ID, CHANNEL, 3, ASK), {
    number: 3,
    name: 'cruise 3',
    points: [3, 9, 3, 9].map(point),
  });
  assert.deepEqual(await queries.cruise(ID, CHANNEL, 200, ASK), { number: 200, name: 'cruise 200', points: [] });
});

test('home position and precise position as they were set', async (t) => {
  const { queries, say } = await site(t);
  assert.deepEqual(await queries.homePosition(ID, CHANNEL, ASK), { enabled: false, resetSeconds: null, preset: null });
  await say({ command: 'home-position', enabled: true, preset: 7, resetSeconds: 60 });
  assert.deepEqual(await queries.homePosition(ID, CHANNEL, ASK), { enabled: true, resetSeconds: 60, preset: 7 });
  await say({ command: 'ptz-precise', pan: 90, tilt: -10.5, zoom: 4 });
  assert.deepEqual(await queries.ptzPosition(ID, CHANNEL, ASK), {
    pan: 90,
    tilt: -10.5,
    zoom: 4,
    horizontalFieldAngle: 55,
    verticalFieldAngle: 33,
    maxViewDistance: 150,
  });
});

test('storage cards', async (t) => {
  const { queries, side } = await site(t);
  const ok = { id: 1, name: 'sd1', status: 'ok', formatProgress: null, capacityMb: 61057, freeMb: 30211 };
  assert.deepEqual(await queries.storageCards(ID, ASK), [ok]);
  side.queries.cards.push('<Item><ID>2</ID><Status>formatting</Status><FormatProgress>40</FormatProgress></Item>');
  assert.deepEqual(await queries.storageCards(ID, ASK), [
    ok,
    { id: 2, name: '', status: 'formatting', formatProgress: 40, capacityMb: null, freeMb: null },
  ]);
  side.queries.cards.length = 0;
  assert.deepEqual(await queries.storageCards(ID, ASK), []);
});

test('ERROR of the device is its answer, with its reason; what is not there is said', async (t) => {
  const { queries, side, simulator } = await site(t);
  side.queries.answers = 'error';
  for (const said of [
    await queries.cruises(ID, CHANNEL, ASK),
    await queries.cruise(ID, CHANNEL, 1, ASK),
    await queries.homePosition(ID, CHANNEL, ASK),
    await queries.ptzPosition(ID, CHANNEL, ASK),
    await queries.storageCards(ID, ASK),
  ]) {
    assert.ok(isProblem(said));
    assert.equal(said.problem, 'device_error');
    assert.match(said.detail, /with ERROR: no such thing here\.$/, 'in its own words');
  }
  const nobody = await queries.status(ID, '34020000001310009999', ASK);
  assert.equal(isProblem(nobody) && nobody.problem, 'channel_not_found');
  const stranger = await queries.storageCards('34020000001110009999', ASK);
  assert.equal(isProblem(stranger) && stranger.problem, 'device_not_found');
  await simulator.stop();
  const offline = await queries.status(ID, null, ASK);
  assert.equal(isProblem(offline) && offline.problem, 'device_offline');
});

test('a camera that knows itself by its own id only tells by that', async (t) => {
  const { queries, server } = await site(t, { channels: 1, quirks: new Set(['PTZ-5']) });
  assert.ok(!isProblem(await queries.homePosition(ID, CHANNEL, ASK)));
  assert.equal(server.directory.device(ID)?.learned.controlIdForm, 'device');
});

test('where a camera is, asked now: answered, or told as if it had been subscribed to; it is a point of the track', async (t) => {
  const { positions, side, server } = await site(t);
  for (const root of ['Response', 'Notify'] as const) {
    side.queries.tellsPlace = root;
    const place = await positions.ask(ID, CHANNEL, ASK);
    assert.ok(!isProblem(place), JSON.stringify(place));
    assert.ok(Math.abs(place.longitude - 117.12) <= 0.01 && Math.abs(place.latitude - 31.12) <= 0.01);
    assert.deepEqual([place.speed, place.altitude, place.height], [36, 20, 1.5]);
  }
  const track = positions.track({
    deviceId: ID,
    channelId: CHANNEL,
    fromEpochMs: 0,
    toEpochMs: Date.now() + 86_400_000,
    limit: 10,
    after: null,
  });
  assert.ok(!isProblem(track) && track.items.length >= 1);
  // of the device as a whole
  assert.ok(!isProblem(await positions.ask(ID, ID, ASK)));
  side.queries.tellsPlace = 'Response';
  side.queries.answers = 'error';
  assert.equal(((await positions.ask(ID, CHANNEL, ASK)) as { problem: string }).problem, 'device_error');
  assert.equal(
    ((await positions.ask(ID, '34020000001310000009', ASK)) as { problem: string }).problem,
    'channel_not_found',
  );
  assert.deepEqual(server.directory.device(ID)!.learned.notSupported ?? [], []);
});

test('a device that tells by a Notify where it is has not been silent; one that says nothing again and again cannot', async (t) => {
  const { positions, side, server } = await site(t);
  side.queries.tellsPlace = 'Notify';
  for (let n = 0; n < 3; n += 1) assert.ok(!isProblem(await positions.ask(ID, CHANNEL, ASK)));
  side.queries.answers = 'none';
  const silence = async () => ((await positions.ask(ID, CHANNEL, ASK)) as { problem: string }).problem;
  // the questions before have run out by then, unheard
  assert.equal(await silence(), 'device_timeout');
  assert.deepEqual(server.directory.device(ID)!.learned.notSupported ?? [], []);
  assert.equal(await silence(), 'device_timeout');
  assert.equal(await silence(), 'not_supported');
});
