/** Voices to simulated cameras, over real sockets: what they hear is what was said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Speaker, TalkMode } from '../../../src/gateway/talk/talk-views.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import { FRAME_SAMPLES } from '../../../src/media/send/voice.ts';
import type { VoiceCall } from '../../../src/simulator/voice/voice-call.ts';
import { CHANNEL, ID, until } from '../../simulator/meet.ts';
import { frequencyOf, shareOf, tone } from '../../support/tone.ts';
import { wavOf } from '../../support/wav.ts';
import { begun, voiceSite } from './voice-site.ts';

const NAME = { deviceId: ID, channelId: CHANNEL };
const OPTIONS = { mode: 'auto', force: false } as const;

/** What the camera has heard, without the silence around it. */
function spoken(call: VoiceCall): Int16Array {
  const pcm = call.sound();
  const first = pcm.findIndex((sample) => Math.abs(sample) > 1000);
  const last = pcm.findLastIndex((sample) => Math.abs(sample) > 1000);
  return pcm.subarray(first, last + 1);
}

/** Waits until the camera has heard a second of the tone. */
async function hears(call: () => VoiceCall | undefined, hz: number): Promise<VoiceCall> {
  await until('a second of voice', () => {
    const heard = call();
    return heard !== undefined && spoken(heard).length > 8000;
  });
  const heard = call()!;
  const pcm = spoken(heard).subarray(0, 8000);
  assert.equal(frequencyOf(pcm), hz);
  assert.ok(shareOf(pcm, hz) > 0.98, `${shareOf(pcm, hz)}`);
  assert.equal(heard.heard.ssrcs.size, 1);
  assert.equal(heard.heard.disordered, 0);
  return heard;
}

for (const [name, quirks, transport] of [
  ['UDP', [], 'udp'],
  ['TCP, the camera connects', ['TK-3'], 'tcp-passive'],
] as const)
  test(`TK-3: a broadcast over ${name}: the camera hears the file that is spoken, then the call ends`, async (t) => {
    const { camera, desk, published, types, ssrcs, pool } = await voiceSite(t, { quirks: new Set(quirks) });
    const talk = begun(await desk.speak(NAME, wavOf(tone(440, 1.5), 8000), OPTIONS));
    assert.deepEqual([talk.mode, talk.state, talk.transport, talk.codec], ['broadcast', 'talking', transport, 'pcma']);
    const heard = await hears(() => camera.voice.last, 440);
    assert.deepEqual([...heard.heard.payloadTypes], [8]);
    await until('the end', () => types().includes('talk.ended') && heard.isOver);
    assert.deepEqual(types(), ['talk.started', 'talk.ended']);
    assert.equal(published[1]![1].reason, 'everything was spoken');
    // every sample came, in its order
    const whole = spoken(heard);
    assert.ok(Math.abs(whole.length - 12_000) < FRAME_SAMPLES, `${whole.length} samples`);
    await until('everything is given back', () => ssrcs.used === 0 && pool.counts().leased === 0);
  });

test('TK-3: a camera that listens is connected to', async (t) => {
  const { camera, desk } = await voiceSite(t);
  camera.voice.transport = 'tcp-passive';
  const talk = begun(await desk.speak(NAME, wavOf(tone(600, 2), 8000), OPTIONS));
  assert.equal(talk.transport, 'tcp-active');
  await hears(() => camera.voice.last, 600);
});

test('TK-1: a camera that wants a program stream gets one', async (t) => {
  const { camera, desk } = await voiceSite(t, { quirks: new Set(['TK-1']) });
  const talk = begun(await desk.speak(NAME, wavOf(tone(500, 2), 8000), OPTIONS));
  assert.equal(talk.codec, 'ps');
  const heard = await hears(() => camera.voice.last, 500);
  assert.deepEqual([...heard.heard.payloadTypes], [96]);
});

test('TK-2: a camera that calls in the name of nobody is heard', async (t) => {
  const { camera, desk, codes } = await voiceSite(t, { quirks: new Set(['TK-2']) });
  begun(await desk.speak(NAME, wavOf(tone(500, 2), 8000), OPTIONS));
  await hears(() => camera.voice.last, 500);
  assert.ok(codes().includes('TK-2'));
});

test('TK-6: a camera that calls and never answers the Broadcast is heard, and that is noted', async (t) => {
  const { camera, desk, codes, time, server } = await voiceSite(t, { quirks: new Set(['TK-6']) });
  begun(await desk.speak(NAME, wavOf(tone(500, 3), 8000), OPTIONS));
  await hears(() => camera.voice.last, 500);
  await until('the Broadcast is over', () => {
    time.offsetMs += 1000;
    return codes().includes('TK-6') || server.directory.device(ID)?.online !== true;
  });
  assert.ok(codes().includes('TK-6'));
});

test('TK-4: a camera that refuses broadcasts is called, which is remembered, and what it says is heard', async (t) => {
  const { server, camera, desk, published } = await voiceSite(t, { quirks: new Set(['TK-4']) });
  const heard: Int16Array[] = [];
  const speaker: Speaker = { onTalking: () => {}, onHeard: (pcm) => heard.push(pcm), onEnd: () => {} };
  const handle = desk.attach(NAME, speaker, { force: false });
  assert.ok(!isProblem(handle));
  const voice = tone(300, 6);
  let at = 0;
  const timer = setInterval(() => {
    handle.push(voice.subarray(at, at + FRAME_SAMPLES));
    at += FRAME_SAMPLES;
  }, 20);
  t.after(() => clearInterval(timer));
  await until('the talk', () => camera.voice.last !== undefined);
  assert.equal(camera.voice.last?.kind, 'talk');
  await until('what it hears', () => spoken(camera.voice.last!).length > 8000);
  assert.equal(frequencyOf(spoken(camera.voice.last!).subarray(0, 8000)), 300);
  await until('its own voice', () => heard.length > 60);
  assert.equal(frequencyOf(Int16Array.from(heard.slice(0, 50).flatMap((pcm) => [...pcm]))), 700);
  assert.equal(begun(desk.talk(NAME)).mode, 'talk');
  assert.deepEqual(server.directory.device(ID)?.profile.notSupported, ['Broadcast']);
  handle.close();
  await until('the end', () => camera.voice.last?.isOver === true && published.length === 2);
  // remembered: the next one is called at once, and a broadcast is not even tried
  const told = () => camera.voice.broadcasts;
  const before = told();
  begun(await desk.start(NAME, OPTIONS));
  assert.equal(told(), before);
  assert.equal(desk.stop(NAME), null);
  const refused = await desk.start(NAME, { mode: 'broadcast', force: false });
  assert.ok(isProblem(refused));
  assert.equal(refused.problem, 'not_supported');
  await desk.start(NAME, { mode: 'broadcast', force: true });
  assert.equal(told(), before + 1);
});

test('a talk over the transport that the camera takes: UDP is refused, TCP is taken', async (t) => {
  const { camera, desk } = await voiceSite(t, { quirks: new Set(['TK-3']) });
  const talk = begun(await desk.start(NAME, { mode: 'talk', force: false }));
  assert.deepEqual([talk.mode, talk.transport], ['talk', 'tcp-passive']);
  await until('packets', () => (camera.voice.last?.heard.packets ?? 0) > 10);
});

test('there is no second talker, and the first goes on', async (t) => {
  const { camera, desk } = await voiceSite(t);
  begun(await desk.start(NAME, OPTIONS));
  const busy = (answer: object | null) => answer !== null && isProblem(answer) && answer.problem === 'talk_busy';
  assert.ok(busy(await desk.start(NAME, OPTIONS)));
  assert.ok(busy(await desk.speak(NAME, wavOf(tone(440, 1), 8000), OPTIONS)));
  const speaker: Speaker = { onTalking: () => {}, onHeard: () => {}, onEnd: () => {} };
  // a talk in which nobody speaks is taken by the first who does
  const first = desk.attach(NAME, speaker, { force: false });
  assert.ok(!isProblem(first));
  assert.ok(busy(desk.attach(NAME, speaker, { force: false })));
  assert.equal(begun(desk.talk(NAME)).speaker, true);
  const packets = camera.voice.last?.heard.packets ?? 0;
  await until('it goes on', () => (camera.voice.last?.heard.packets ?? 0) > packets + 10);
  first.close();
  assert.ok(isProblem(desk.talk(NAME)));
});

test('the end of the camera, of the device, of the gateway: each ends the voice, and says why', async (t) => {
  const { camera, desk, published, voices } = await voiceSite(t);
  const reasons = () => published.filter(([type]) => type === 'talk.ended').map(([, { reason }]) => reason);
  begun(await desk.start(NAME, OPTIONS));
  await camera.voice.last?.hangUp();
  await until('the BYE', () => reasons().length === 1);
  begun(await desk.start(NAME, OPTIONS));
  voices.event({ type: 'device.offline', data: { deviceId: ID, reason: 'keepalive-missed' } } as never);
  assert.equal(reasons().length, 2);
  const last = begun(await desk.start(NAME, OPTIONS));
  assert.equal(last.state, 'talking');
  await voices.close();
  assert.deepEqual(reasons(), ['the device ended the call', 'the device is offline', 'the gateway is shutting down']);
  await until('it knows', () => camera.voice.last?.isOver === true);
  assert.ok(isProblem(await desk.start(NAME, OPTIONS)));
});

for (const mode of ['broadcast', 'talk'] as const)
  test(`a camera that restarts while it is spoken to (${mode}) ends the voice when it is back, and nothing is left of it`, async (t) => {
    const { camera, desk, published, ssrcs, pool, server, codes } = await voiceSite(t);
    begun(await desk.start(NAME, { mode, force: false }));
    camera.reboot(200);
    const causes = () => published.filter(([type]) => type === 'talk.ended').map(([, { cause }]) => cause);
    await until('the end', () => causes().length === 1);
    assert.deepEqual(causes(), ['device_restarted']);
    assert.ok(codes().includes('REG-9'));
    await until('everything is given back', () => ssrcs.used === 0 && pool.counts().leased === 0);
    assert.equal(server.counters().sip_incoming_calls, 0);
    // and it may be spoken to again
    begun(await desk.start(NAME, { mode, force: false }));
    await until('it hears', () => (camera.voice.last?.heard.packets ?? 0) > 10);
  });

test('an announcement reaches many cameras at once, and says of each what became of it', async (t) => {
  const { simulator, desk, server } = await voiceSite(t, { count: 5 });
  const channels = simulator.devices.map(({ id, channels: [own] }) => ({ deviceId: id, channelId: own!.id }));
  await until('all catalogues', () =>
    channels.every(({ deviceId, channelId }) => server.directory.channel(deviceId, channelId) !== undefined),
  );
  const nobody = { deviceId: ID, channelId: 'nobody' };
  const begunOne = desk.announce([...channels, channels[0]!, nobody], wavOf(tone(440, 1.5), 8000));
  assert.ok(!isProblem(begunOne));
  assert.equal(begunOne.items.length, 6);
  assert.equal(begunOne.items[5]?.problem, 'channel_not_found');
  await Promise.all(simulator.devices.map((device) => hears(() => device.voice.last, 440)));
  await until('the end', () => {
    const now = desk.announcement(begunOne.id);
    return !isProblem(now) && now.items.every(({ state }) => state === 'ended');
  });
  assert.ok(isProblem(desk.announcement('none')));
});

for (const mode of ['auto', 'talk', 'broadcast'] as TalkMode[])
  test(`a talk (${mode}) to nobody is refused at once`, async (t) => {
    const { desk } = await voiceSite(t);
    const answer = await desk.start({ deviceId: ID, channelId: 'none' }, { mode, force: false });
    assert.ok(isProblem(answer));
    assert.equal(answer.problem, 'channel_not_found');
    const unread = await desk.speak(NAME, Buffer.from('no sound'), { mode, force: false });
    assert.ok(isProblem(unread));
    assert.equal(unread.problem, 'bad_request');
  });
