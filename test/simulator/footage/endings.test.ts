import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../src/simulator/random.ts';
import { until } from '../../support/gbgate.ts';
import { FOOTAGE_END } from '../../support/nvr.ts';
import { meetNvr, NVR_ID, RecorderCall } from './recorder-call.ts';

const START = FOOTAGE_END / 1000 - 7200;
const DOWNLOAD = { name: 'Download', startSeconds: START, endSeconds: START + 16, speed: 8 } as const;
const END = (START + 16) * 1000 - 40;

test('PB-1: MediaStatus outside the dialogue', async (t) => {
  const meeting = await meetNvr(t, { quirks: ['PB-1'] });
  const call = await RecorderCall.invite(meeting, DOWNLOAD);
  const status = await call.mediaStatus();
  assert.notEqual(status.header('Call-ID'), call.callId);
  assert.doesNotMatch(status.header('To') ?? '', /tag=/);
  assert.equal(call.times().at(-1), END);
  await call.bye();
});

test('PB-2: nothing at all at the end; PB-2a: BYE; PB-2b: the connection is closed', async (t) => {
  const [silent, bye, closed] = await Promise.all(
    ['PB-2', 'PB-2a', 'PB-2b'].map((code) => meetNvr(t, { quirks: [code] })),
  );
  const calls = await Promise.all([silent!, bye!, closed!].map((meeting) => RecorderCall.invite(meeting, DOWNLOAD)));
  await bye!.platform.next((heard) => heard.method === 'BYE', 15_000);
  await until('the end of the connection', () => calls[2]!.receiver.ended());
  await until('the last frames', () => calls.every((call) => call.times().at(-1) === END));
  assert.ok([silent!, closed!].every(({ platform }) => !platform.heard.some((heard) => heard.method === 'BYE')));
  assert.ok(
    [silent!, bye!, closed!].every(
      ({ platform }) => !platform.heard.some((heard) => heard.body.includes('MediaStatus')),
    ),
  );
  assert.equal(silent!.nvr.device.calls.size, 1);
  assert.equal(calls[0]!.receiver.ended(), false);
});

test('PB-5: 1× whatever was asked; PB-5a: as fast as the line takes it; PB-6: sizes that are none', async (t) => {
  const answerOf = async (quirk: string) => {
    const meeting = await meetNvr(t, { quirks: [quirk] });
    return RecorderCall.invite(meeting, { ...DOWNLOAD, endSeconds: START + 600 });
  };
  const slow = await answerOf('PB-5');
  const fast = await answerOf('PB-5a');
  assert.match(slow.answer.body, /a=downloadspeed:1\r\n/);
  assert.match(fast.answer.body, /a=downloadspeed:8\r\n/);
  await fast.mediaStatus(60_000);
  await until(
    'the last frame',
    () => fast.receiver.packets.at(-1)?.includes(`t=00${(START + 600) * 1000 - 40}`) || fast.times().length === 15_000,
  );
  assert.ok(slow.times().length < 25 * 60, String(slow.times().length));
  const size = async (quirk: string) => /a=filesize:(\d+)/.exec((await answerOf(quirk)).answer.body)?.[1];
  const real = Number(await size('none'));
  assert.ok(real > 1_000_000);
  assert.equal(await size('PB-6'), undefined);
  assert.equal(await size('PB-6a'), '0');
  assert.equal(Number(await size('PB-6b')), real * 10);
});

test('downloads at the offered speed next below the one asked for', async (t) => {
  const meeting = await meetNvr(t);
  for (const [asked, taken] of [
    [1, 1],
    [3, 2],
    [7, 4],
    [16, 8],
  ]) {
    const call = await RecorderCall.invite(meeting, { ...DOWNLOAD, speed: asked! });
    assert.match(call.answer.body, new RegExp(`a=downloadspeed:${taken}\\r\\n`));
    await call.bye();
  }
});

test('a receiver that stops reading stops the recorder, which keeps no more than a megabyte for it', async (t) => {
  const meeting = await meetNvr(t, { quirks: ['PB-5a'], bitrate: 4_000_000 });
  const call = await RecorderCall.invite(meeting, { ...DOWNLOAD, endSeconds: START + 3600 });
  await until('pictures', () => call.receiver.packets.length > 0);
  call.receiver.pause();
  const position = () => meeting.nvr.positions()[0]!.epochMs;
  let before = position();
  await until('standstill', async () => {
    const was = before;
    await new Promise((resolve) => setTimeout(resolve, 300));
    before = position();
    return was === before;
  });
  const [{ unsentBytes } = { unsentBytes: 0 }] = [...meeting.nvr.device.calls.values()];
  assert.ok(unsentBytes > 100_000 && unsentBytes < 1024 * 1024, String(unsentBytes));
  call.receiver.resume();
  await until('more', () => position() > before + 10_000);
  await call.bye();
});

test('faults: cut, hang-up, silence, each once; a second call goes on', async (t) => {
  const random = seededRandom(42);
  const at = () => (START + 2 + Math.floor(random() * 10)) * 1000;
  const meeting = await meetNvr(t);
  const { nvr, platform } = meeting;
  const cutAt = at();
  nvr.addFault({ atEpochMs: cutAt, kind: 'cut' });
  const cut = await RecorderCall.invite(meeting, DOWNLOAD);
  await until('the cut', () => cut.receiver.ended());
  assert.ok(cut.times().at(-1)! < cutAt);
  assert.equal(nvr.device.calls.size, 0);
  cut.send('BYE', 9);
  const gone = await platform.next((heard) => heard.header('CSeq') === '9 BYE');
  assert.equal(gone.status, 481);

  nvr.addFault({ atEpochMs: at(), kind: 'hang-up' });
  const hungUp = await RecorderCall.invite(meeting, DOWNLOAD);
  await platform.next((heard) => heard.method === 'BYE' && heard.header('Call-ID') === hungUp.callId, 15_000);

  const silentAt = at();
  nvr.addFault({ atEpochMs: silentAt, kind: 'silence' });
  const silent = await RecorderCall.invite(meeting, DOWNLOAD);
  await until('silence', () => silent.times().at(-1) === silentAt - 40);
  assert.equal(nvr.device.calls.size, 1);
  await silent.bye();

  const whole = await RecorderCall.invite(meeting, DOWNLOAD);
  await whole.mediaStatus();
  assert.deepEqual(whole.times(), nvr.timesIn(START * 1000, (START + 16) * 1000));
  await whole.bye();
});

for (const sip of ['udp', 'tcp'] as const) {
  test(`a reboot (SIP over ${sip}): the call is gone without a word, the recorder registers anew`, async (t) => {
    const meeting = await meetNvr(t, { sip, faults: [{ atEpochMs: (START + 4) * 1000, kind: 'reboot' }] });
    const { nvr, platform } = meeting;
    const call = await RecorderCall.invite(meeting, DOWNLOAD);
    await until('the end of the connection', () => call.receiver.ended());
    assert.equal(nvr.device.calls.size, 0);
    assert.ok(!platform.heard.some((heard) => heard.method === 'BYE'));
    const registrations = () => platform.heard.filter((heard) => heard.method === 'REGISTER').length;
    const before = registrations();
    await until('another registration', () => registrations() > before && nvr.device.registration.registered);
    const again = await RecorderCall.invite(meeting, { ...DOWNLOAD, startSeconds: START + 4 });
    assert.equal(again.answer.status, 200);
    await again.mediaStatus();
    assert.deepEqual(again.times(), nvr.timesIn((START + 4) * 1000, (START + 16) * 1000));
    await again.bye();
  });
}

test('two channels show different pictures, each its own mark', async (t) => {
  const meeting = await meetNvr(t, { channels: 2 });
  assert.equal(meeting.nvr.id, NVR_ID);
  const calls = await Promise.all([0, 1].map((channel) => RecorderCall.invite(meeting, { ...DOWNLOAD, channel })));
  await until('all frames', () => calls.every((call) => call.times().length === 400));
  for (const [index, call] of calls.entries())
    assert.deepEqual(new Set(call.marks().map((mark) => mark.channelId)), new Set([meeting.nvr.channels[index]]));
});
