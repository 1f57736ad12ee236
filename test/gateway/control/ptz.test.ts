import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Clock, systemClock } from '../../../src/gateway/clock.ts';
import { SILENCES } from '../../../src/gateway/control/asked.ts';
import { STOP_REPEATS } from '../../../src/gateway/control/ptz-lane.ts';
import { openVocabulary } from '../../../src/gateway/control/vocabulary.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import type { SimulatorOptions } from '../../../src/simulator/simulator.ts';
import { CHANNEL, ID, meet, until } from '../../simulator/meet.ts';
import { FakeClock, settle } from '../../support/clock.ts';
import { toldNowhere } from '../../support/told-nowhere.ts';

/** Steering and presets: the desk, a SIP server and a simulated camera. */

async function site(t: TestContext, more: Partial<SimulatorOptions> = {}, clock: Clock = systemClock) {
  const met = await meet(t, { channels: 1, ...more });
  const { server, simulator } = met;
  await until('the catalogue', () => server.directory.channel(ID, CHANNEL) !== undefined);
  const vocabulary = openVocabulary({
    ...toldNowhere(),
    sip: server,
    clock,
    fetch: () => {},
    channelMissing: (deviceId, channelId) =>
      server.directory.channel(deviceId, channelId) === undefined
        ? { problem: 'channel_not_found', detail: 'no such channel' }
        : null,
  });
  t.after(() => vocabulary.close());
  const device = simulator.devices[0]!;
  return { ...met, vocabulary, ...vocabulary.desks, device, frontEnd: device.controls.frontEnd(CHANNEL) };
}

const STOP = 'A50F0100000000B5';

test('a camera moves as told, all axes in one frame and the lens in another, and stops', async (t) => {
  const { ptz, frontEnd } = await site(t);
  const before = frontEnd.position;
  assert.equal(await ptz.drive(ID, CHANNEL, { pan: 1, tilt: 0.5, zoom: -1, focus: 0.5, iris: -0.5 }, 60_000), null);
  assert.deepEqual(frontEnd.commands.slice(-2), ['A50F0129FF80F04D', 'A50F014A808000FF']);

  await until('it moves', () => frontEnd.position.pan !== before.pan && frontEnd.position.tilt < before.tilt);
  assert.deepEqual(frontEnd.lens, { focus: 128, iris: -128 });
  assert.equal(await ptz.stop(ID, CHANNEL), null);
  assert.equal(frontEnd.isMoving, false);
  assert.deepEqual(frontEnd.lens, { focus: 0, iris: 0 });
});

test('PTZ-4: a client that is gone leaves no camera turning, though it misses the first stop', async (t) => {
  const { ptz, frontEnd } = await site(t, { quirks: new Set(['PTZ-4']) });
  await ptz.drive(ID, CHANNEL, { pan: -1 }, 300);
  assert.equal(frontEnd.commands[0], 'A50F0102FF0000B6');
  await until('stopped', () => !frontEnd.isMoving);
  await until('said again', () => frontEnd.commands.filter((hex) => hex === STOP).length === 1 + STOP_REPEATS);
});

test('the end of the gateway stops what moves', async (t) => {
  const { ptz, frontEnd, vocabulary } = await site(t);
  await ptz.drive(ID, CHANNEL, { tilt: 1 }, 60_000);
  await vocabulary.close();
  assert.equal(frontEnd.isMoving, false);
  const refused = await ptz.drive(ID, CHANNEL, { tilt: 1 });
  assert.equal(refused?.problem, 'shutting_down');
});

test('a stop does not wait for an answer that is slow, and no frame of before comes after it', async (t) => {
  const { ptz, server, frontEnd } = await site(t);
  const asked = Promise.all(Array.from({ length: 20 }, () => server.catalog(ID)));
  const moves = Array.from({ length: 20 }, (_, i) => ptz.drive(ID, CHANNEL, { pan: (i + 1) / 20 }, 60_000));
  const stopped = ptz.stop(ID, CHANNEL);
  assert.equal(await stopped, null);
  await Promise.all(moves);
  await asked;
  assert.equal(frontEnd.isMoving, false);
  assert.equal(frontEnd.commands.at(-1), STOP);
});

test('presets are set, named, listed in several messages, called and deleted', async (t) => {
  const { ptz, frontEnd, server } = await site(t);
  server.directory.device(ID)!.version = '3.0';
  for (let number = 1; number <= 25; number += 1)
    assert.equal(await ptz.setPreset(ID, CHANNEL, number, `东门 ${number}`), null);
  assert.equal(frontEnd.presets.get(25)?.name, '东门 25');
  const list = await ptz.presets(ID, CHANNEL, { force: false });
  assert.ok(!isProblem(list));
  assert.deepEqual(
    list,
    Array.from({ length: 25 }, (_, i) => ({ number: i + 1, name: `东门 ${i + 1}` })),
  );
  const { pan } = frontEnd.position;
  await ptz.drive(ID, CHANNEL, { pan: 1 }, 60_000);
  await until('away', () => Math.abs(frontEnd.position.pan - pan) > 1);
  assert.equal(await ptz.gotoPreset(ID, CHANNEL, 3), null);
  assert.equal(Math.round(frontEnd.position.pan), Math.round(pan));
  assert.equal(frontEnd.isMoving, false);
  assert.equal(await ptz.deletePreset(ID, CHANNEL, 3), null);
  assert.equal(frontEnd.presets.has(3), false);
  const after = await ptz.presets(ID, CHANNEL, { force: false });
  assert.ok(!isProblem(after) && after.length === 24);
});

test('PTZ-7: odd numbers are left out, and names are kept here where the camera keeps none', async (t) => {
  const { ptz, server } = await site(t, { quirks: new Set(['PTZ-7']) });
  await ptz.setPreset(ID, CHANNEL, 1, 'gate');
  await ptz.setPreset(ID, CHANNEL, 2);
  assert.deepEqual(await ptz.presets(ID, CHANNEL, { force: false }), [
    { number: 1, name: 'gate' },
    { number: 2, name: '' },
  ]);
  assert.ok(server.findingsOf(ID).some(({ code }) => code === 'PTZ-7'));
  await ptz.setPreset(ID, CHANNEL, 1);
  assert.deepEqual(
    server.directory.channel(ID, CHANNEL)?.presetNames,
    { 1: 'gate', 2: '' },
    'set anew, it keeps its name',
  );
});

test('a preset is renamed without a word to the device, and the name given here comes first', async (t) => {
  const { ptz, frontEnd, server } = await site(t);
  server.directory.device(ID)!.version = '3.0';
  await ptz.setPreset(ID, CHANNEL, 1, 'gate');
  const said = frontEnd.commands.length;
  assert.equal(ptz.renamePreset(ID, CHANNEL, 1, 'east gate'), null);
  assert.deepEqual(await ptz.presets(ID, CHANNEL, { force: false }), [{ number: 1, name: 'east gate' }]);
  assert.equal(ptz.renamePreset(ID, CHANNEL, 1, ''), null);
  assert.deepEqual(await ptz.presets(ID, CHANNEL, { force: false }), [{ number: 1, name: 'gate' }]);
  assert.equal(frontEnd.commands.length, said);
  assert.equal(ptz.renamePreset(ID, '34020000001310009999', 1, 'x')?.problem, 'channel_not_found');
});

test('the spelling of 2011 is used for a device of 2011', async (t) => {
  const { ptz, server } = await site(t);
  server.directory.device(ID)!.version = '1.0';
  await ptz.setPreset(ID, CHANNEL, 7);
  assert.deepEqual(await ptz.presets(ID, CHANNEL, { force: false }), [{ number: 7, name: '' }]);
});

test('PTZ-5: a camera that knows itself by its own id only is told by that, and it is remembered', async (t) => {
  const { ptz, server, frontEnd, device } = await site(t, { quirks: new Set(['PTZ-5']) });
  assert.equal(await ptz.drive(ID, CHANNEL, { pan: 1 }, 60_000), null);
  assert.equal(frontEnd.isMoving, true);
  assert.ok(server.findingsOf(ID).some(({ code }) => code === 'PTZ-5'));
  assert.equal(server.directory.device(ID)?.learned.controlIdForm, 'device');
  const before = device.controls.seen.length;
  await ptz.stop(ID, CHANNEL);
  assert.equal(frontEnd.isMoving, false);
  assert.ok(device.controls.seen.length > before);
});

test('PTZ-5: a recorder is never told by its own id: its first channel would move instead', async (t) => {
  const { ptz, frontEnd, server } = await site(t, { quirks: new Set(['PTZ-5']), channels: 3 });
  await until('all channels', () => server.directory.channelCount(ID) === 3);
  const refused = await ptz.drive(ID, CHANNEL, { pan: 1 }, 60_000);
  assert.equal(refused?.problem, 'device_error');
  assert.equal(frontEnd.isMoving, false);
});

test('a channel that nobody has is not steered', async (t) => {
  const { ptz } = await site(t);
  assert.equal((await ptz.drive(ID, '34020000001310009999', { pan: 1 }))?.problem, 'channel_not_found');
  assert.equal((await ptz.stop('1', CHANNEL))?.problem, 'channel_not_found');
  assert.equal((await ptz.setPreset(ID, '34020000001310009999', 1))?.problem, 'channel_not_found');
  const list = await ptz.presets(ID, '34020000001310009999', { force: false });
  assert.ok(isProblem(list) && list.problem === 'channel_not_found');
});

test('a deleted device has no lane left, and no timer', async (t) => {
  const clock = new FakeClock();
  const { ptz, vocabulary } = await site(t, {}, clock);
  const others = clock.pending;
  await ptz.drive(ID, CHANNEL, { pan: 1 }, 2_000);
  await settle();
  assert.equal(clock.pending, others + 1, 'the dead man');
  vocabulary.forget(ID);
  assert.equal(clock.pending, others);
});

test('a camera that does not tell its presets has those that were set through here', async (t) => {
  const { ptz, server, device, time } = await site(t);
  device.controls.answers = 'none';
  await ptz.setPreset(ID, CHANNEL, 4, 'gate');
  for (let i = 0; i < SILENCES; i += 1) {
    const asked = ptz.presets(ID, CHANNEL, { force: false });
    const ended = asked.then(() => true);
    // both ids of the camera are tried, each in its own time
    while (!(await Promise.race([ended, pause(50)]))) {
      await until('taken', () => server.counters().sip_outbox_tasks === 0);
      time.offsetMs += 2_000;
    }
    const list = await asked;
    assert.ok(isProblem(list) && list.problem === 'device_timeout');
  }
  assert.deepEqual(server.directory.device(ID)?.learned.notSupported, ['PresetQuery']);
  assert.deepEqual(await ptz.presets(ID, CHANNEL, { force: false }), [{ number: 4, name: 'gate' }]);
});

const pause = (ms: number) => new Promise<false>((resolve) => setTimeout(() => resolve(false), ms));
