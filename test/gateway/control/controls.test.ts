import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/gateway/clock.ts';
import { SILENCES } from '../../../src/gateway/control/asked.ts';
import type { Control } from '../../../src/gateway/control/controls.ts';
import { openVocabulary } from '../../../src/gateway/control/vocabulary.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import type { SimulatorOptions } from '../../../src/simulator/simulator.ts';
import { setByHand } from '../../../src/sip/camera/profile.ts';
import { CHANNEL, ID, meet, until } from '../../simulator/meet.ts';
import { toldNowhere } from '../../support/told-nowhere.ts';

/** Every control: the desk, a SIP server and a simulated camera that does what it is told. */

async function site(t: TestContext, more: Partial<SimulatorOptions> = {}) {
  const met = await meet(t, { channels: 2, ...more });
  const { server, simulator } = met;
  await until('the catalogue', () => server.directory.channelCount(ID) === 2);
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
  const device = simulator.devices[0]!;
  const say = (control: Control, channelId: string | null = CHANNEL, force = false) =>
    vocabulary.desks.controls.control(ID, channelId, control, { force });
  return { ...met, device, said: device.controls.seen, side: device.controls, say, ptz: vocabulary.desks.ptz };
}

const OK = { answer: { result: 'OK' } };
const DONE = { answer: null };

test('what the standard has an answer for is answered, and done', async (t) => {
  const { say, side, said } = await site(t);
  assert.deepEqual(await say({ command: 'record', enabled: true }), OK);
  assert.equal(side.recording, true);
  assert.deepEqual(await say({ command: 'record', enabled: false }), OK);
  assert.equal(side.recording, false);
  assert.deepEqual(await say({ command: 'guard', enabled: true }, null), OK);
  assert.equal(side.guarded, true);
  assert.deepEqual(await say({ command: 'alarm-reset', method: 2, type: 1 }), OK);
  assert.equal(side.alarmResets, 1);
  assert.match(said.at(-1)!, /<AlarmMethod>2<\/AlarmMethod>\s*<AlarmType>1<\/AlarmType>/);
  assert.deepEqual(await say({ command: 'home-position', enabled: true, preset: 1, resetSeconds: 60 }), OK);
  assert.match(side.homes.get(CHANNEL)!, /<Enabled>1<\/Enabled>\s*<ResetTime>60<\/ResetTime>\s*<PresetIndex>1</);
});

test('what it has none for ends with the SIP answer', async (t) => {
  const { say, side, said } = await site(t);
  const box = { width: 704, height: 576, x: 300, y: 200, boxWidth: 120, boxHeight: 90 };
  assert.deepEqual(await say({ command: 'drag-zoom-in', ...box }), DONE);
  assert.match(said.at(-1)!, /^<DragZoomIn>\s*<Length>704<\/Length>\s*<Width>576<\/Width>\s*<MidPointX>300</);
  assert.deepEqual(await say({ command: 'drag-zoom-out', ...box }), DONE);
  assert.match(said.at(-1)!, /^<DragZoomOut>/);
  assert.deepEqual(await say({ command: 'ptz-precise', pan: 90, tilt: 10.5, zoom: 4 }), DONE);
  assert.deepEqual(side.frontEnd(CHANNEL).position, { pan: 90, tilt: 10.5, zoom: 4 });
  assert.deepEqual(await say({ command: 'format-card', card: 1 }, null), DONE);
  assert.equal(said.at(-1), '<FormatSDCard>1</FormatSDCard>');
  assert.deepEqual(await say({ command: 'format-card' }, null), DONE);
  assert.equal(said.at(-1), '<FormatSDCard>0</FormatSDCard>');
  assert.deepEqual(await say({ command: 'target-track', mode: 'manual', channel: 'P', box }), DONE);
  assert.match(said.at(-1)!, /^<TargetTrack>Manual<\/TargetTrack>\s*<DeviceID2>P<\/DeviceID2>\s*<TargetArea>/);
  assert.deepEqual(await say({ command: 'target-track', mode: 'stop' }), DONE);
  assert.equal(said.at(-1), '<TargetTrack>Stop</TargetTrack>');
  assert.deepEqual(await say({ command: 'key-frame' }), DONE);
  assert.equal(said.at(-1), '<IFrameCmd>Send</IFrameCmd>');
});

test('PTZ-6: a key frame is asked for in the spelling of the profile', async (t) => {
  const { say, said, server } = await site(t);
  setByHand(server.directory.device(ID)!, { keyFrameCommand: 'IFameCmd' });
  await say({ command: 'key-frame' });
  assert.equal(said.at(-1), '<IFameCmd>Send</IFameCmd>');
});

test('cruise, scan and switches go as bytes, between the motions of the channel', async (t) => {
  const { say, side } = await site(t);
  const front = side.frontEnd(CHANNEL);
  for (const control of [
    { command: 'cruise', group: 1, action: 'add', preset: 3 },
    { command: 'cruise', group: 1, action: 'add', preset: 4 },
    { command: 'cruise', group: 1, action: 'delete', preset: 4 },
    { command: 'cruise', group: 1, action: 'speed', value: 300 },
    { command: 'cruise', group: 1, action: 'dwell', value: 600 },
    { command: 'cruise', group: 1, action: 'start' },
    { command: 'scan', group: 1, action: 'left' },
    { command: 'scan', group: 1, action: 'right' },
    { command: 'scan', group: 1, action: 'speed', value: 100 },
    { command: 'aux', number: 1, enabled: true },
    { command: 'aux', number: 2, enabled: true },
    { command: 'aux', number: 2, enabled: false },
  ] satisfies Control[])
    assert.deepEqual(await say(control), DONE);
  assert.deepEqual(front.cruises.get(1), { points: [3], speed: 300, dwellSeconds: 600 });
  assert.deepEqual(front.running, { kind: 'cruise', group: 1 });
  assert.deepEqual(front.scans.get(1), { left: 180, right: 180, speed: 100 });
  assert.deepEqual([...front.aux], [1]);
  assert.ok(front.commands.includes('A50F0187015820B5'));
  await say({ command: 'cruise', group: 1, action: 'stop' });
  assert.equal(front.running, null);
  await say({ command: 'scan', group: 1, action: 'start' });
  assert.deepEqual(front.running, { kind: 'scan', group: 1 });
  await say({ command: 'scan', group: 1, action: 'stop' });
  assert.equal(front.running, null);
  await say({ command: 'cruise', group: 1, action: 'delete' });
  assert.equal(front.cruises.has(1), false);
});

test('what moves a camera by itself comes after the stop of what turned it, and no stop comes after it', async (t) => {
  const { say, side, ptz } = await site(t);
  const frontEnd = side.frontEnd(CHANNEL);
  assert.equal(await ptz.drive(ID, CHANNEL, { pan: 1 }, 300), null);
  assert.deepEqual(await say({ command: 'ptz-precise', pan: 90 }), DONE);
  const told = frontEnd.commands.length;
  assert.equal(frontEnd.commands.at(-1), 'A50F0100000000B5');
  assert.equal(frontEnd.isMoving, false);
  // the dead man and the repeats of the stop would have come by then
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(frontEnd.commands.length, told);
});

test('a reboot: the device goes and comes back', async (t) => {
  const { say, events } = await site(t);
  const registered = () => events.filter(({ type }) => type === 'device.registered').length;
  const before = registered();
  assert.deepEqual(await say({ command: 'reboot' }, null), DONE);
  await until('registered anew', () => registered() > before);
});

test('an upgrade is answered with its session, and its end is an event', async (t) => {
  const { say, events, side, said } = await site(t);
  const url = 'http://192.0.2.1/fw.bin';
  const begun = await say({ command: 'upgrade', firmware: 'V5.7.1', url }, null);
  assert.ok(!isProblem(begun) && begun.answer?.result === 'OK');
  const { session = '' } = begun.answer;
  assert.match(session, /^[0-9a-f]{32}$/);
  assert.match(said.at(-1)!, /<Manufacturer>gbgate<\/Manufacturer>/);
  await until('told', () => events.some(({ type }) => type === 'upgrade.completed'));
  assert.deepEqual(events.find(({ type }) => type === 'upgrade.completed')?.data, {
    deviceId: ID,
    session,
    result: 'OK',
    firmware: 'V5.7.1',
  });
  assert.equal(side.firmware, 'V5.7.1');
});

test('ERROR of the device is its result', async (t) => {
  const { say, side } = await site(t);
  side.answers = 'error';
  assert.deepEqual(await say({ command: 'guard', enabled: true }), { answer: { result: 'ERROR' } });
});

test('a device that takes a control and says nothing is remembered, and asked again by force', async (t) => {
  const { say, device, server, time } = await site(t);
  device.controls.answers = 'none';
  for (let i = 0; i < SILENCES; i += 1) {
    const before = device.controls.seen.length;
    const asked = say({ command: 'guard', enabled: true });
    await until('heard', () => device.controls.seen.length > before);
    await until('taken', () => server.counters().sip_outbox_tasks === 0);
    time.offsetMs += 11_000;
    const answer = await asked;
    assert.equal(isProblem(answer) && answer.problem, 'device_timeout');
  }
  assert.deepEqual(server.directory.device(ID)?.learned.notSupported, ['GuardCmd']);
  const heard = device.controls.seen.length;
  const known = await say({ command: 'guard', enabled: true });
  assert.equal(isProblem(known) && known.problem, 'not_supported');
  assert.equal(device.controls.seen.length, heard, 'it was not asked');
  device.controls.answers = 'true';
  assert.deepEqual(await say({ command: 'guard', enabled: true }, CHANNEL, true), OK);
  assert.deepEqual(server.directory.device(ID)?.learned.notSupported, []);
  assert.deepEqual(await say({ command: 'guard', enabled: true }), OK);
});

test('what cannot be reached is said', async (t) => {
  const { say, simulator } = await site(t);
  const nobody = await say({ command: 'reboot' }, '34020000001310009999');
  assert.equal(isProblem(nobody) && nobody.problem, 'channel_not_found');
  await simulator.stop();
  const offline = await say({ command: 'reboot' });
  assert.equal(isProblem(offline) && offline.problem, 'device_offline');
});
