import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/gateway/clock.ts';
import { SILENCES } from '../../../src/gateway/control/asked.ts';
import { openVocabulary, type Vocabulary } from '../../../src/gateway/control/vocabulary.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import type { SimulatorOptions } from '../../../src/simulator/simulator.ts';
import { CHANNEL, ID, meet, until } from '../../simulator/meet.ts';
import { toldNowhere } from '../../support/told-nowhere.ts';

/** Configuration: the desk, a SIP server and a simulated camera that keeps what it is told. */

async function site(t: TestContext, version: string | null = '3.0', more: Partial<SimulatorOptions> = {}) {
  const registrations: string[] = [];
  let desks: Vocabulary | null = null;
  const met = await meet(t, { channels: 2, ...more }, 15_000, {
    onEvent: (event) => {
      if (event.type === 'device.registered') registrations.push(event.data.deviceId);
      desks?.event(event);
    },
  });
  const { server, simulator } = met;
  await until('the catalogue', () => server.directory.channelCount(ID) === 2);
  server.directory.device(ID)!.version = version;
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
  desks = vocabulary;
  t.after(() => vocabulary.close());
  const device = simulator.devices[0]!;
  const read = (types: string[] | null, channelId: string | null = CHANNEL, force = false) =>
    vocabulary.desks.configs.read(ID, channelId, types, { force });
  const change = (what: Record<string, unknown>, channelId: string | null = CHANNEL, force = false) =>
    vocabulary.desks.configs.change(ID, channelId, what, { force });
  return { ...met, registrations, device, setup: device.controls.setup, read, change, vocabulary };
}

function config(said: object): Record<string, unknown> {
  assert.ok(!isProblem(said), JSON.stringify(said));
  return (said as { config: Record<string, unknown> }).config;
}

function refusal(said: object): [string, string] {
  assert.ok(isProblem(said), JSON.stringify(said));
  return [said.problem, said.detail];
}

const ALL_2022 = [
  'BasicParam',
  'VideoParamOpt',
  'SVACEncodeConfig',
  'SVACDecodeConfig',
  'VideoParamAttribute',
  'VideoRecordPlan',
  'VideoAlarmRecord',
  'PictureMask',
  'FrameMirror',
  'AlarmReport',
  'OSDConfig',
  'SnapShotConfig',
];

test('all sections of the edition are read with one question, of a device of 2016 those of 2016', async (t) => {
  const { read, setup, server } = await site(t);
  const all = config(await read(null));
  assert.deepEqual(Object.keys(all), ALL_2022);
  assert.deepEqual(setup.asked, [ALL_2022.join('/')]);
  assert.deepEqual(all.VideoParamOpt, { DownloadSpeed: [1, 2, 4], Resolution: ['6', '5', '4'] });
  assert.deepEqual((all.VideoParamAttribute as { Item: unknown[] }).Item[0], {
    StreamNumber: 0,
    VideoFormat: 2,
    Resolution: '6',
    FrameRate: 25,
    BitRateType: 1,
    VideoBitRate: 4096,
    Profile: 'high',
  });
  server.directory.device(ID)!.version = '2.0';
  const older = ['BasicParam', 'VideoParamOpt', 'SVACEncodeConfig', 'SVACDecodeConfig'];
  assert.deepEqual(Object.keys(config(await read(null, null))), older);
  assert.deepEqual(Object.keys(config(await read(['FrameMirror'], null))), ['FrameMirror']);
});

test('a device that answers each section by itself, or the first only, is read to the end', async (t) => {
  const { read, setup } = await site(t);
  const wanted = ['BasicParam', 'FrameMirror', 'OSDConfig'];
  setup.several = 'each';
  assert.deepEqual(Object.keys(config(await read(wanted))), wanted);
  assert.deepEqual(setup.asked, ['BasicParam/FrameMirror/OSDConfig']);
  setup.several = 'first';
  assert.deepEqual(Object.keys(config(await read(wanted))), wanted);
  assert.deepEqual(setup.asked.slice(1), ['BasicParam/FrameMirror/OSDConfig', 'FrameMirror', 'OSDConfig']);
});

test('a section that is missing from the answer is not supported, which is remembered until it is forced', async (t) => {
  const { read, setup, server } = await site(t);
  setup.has.delete('OSDConfig');
  assert.equal(refusal(await read(['OSDConfig']))[0], 'not_supported');
  assert.deepEqual(server.directory.device(ID)?.learned.notSupported, ['ConfigDownload OSDConfig']);
  assert.equal(refusal(await read(['OSDConfig']))[0], 'not_supported');
  assert.deepEqual(setup.asked, ['OSDConfig'], 'it was not asked again');
  assert.deepEqual(Object.keys(config(await read(['FrameMirror', 'OSDConfig']))), ['FrameMirror']);
  assert.deepEqual(setup.asked, ['OSDConfig', 'FrameMirror']);
  setup.has.add('OSDConfig');
  assert.deepEqual(Object.keys(config(await read(['OSDConfig'], CHANNEL, true))), ['OSDConfig']);
  assert.deepEqual(server.directory.device(ID)?.learned.notSupported, []);
});

test('ERROR of the device is its answer', async (t) => {
  const { read, change, setup } = await site(t);
  setup.answers = 'error';
  assert.equal(refusal(await read(['FrameMirror']))[0], 'device_error');
  assert.equal(refusal(await read(['FrameMirror', 'BasicParam']))[0], 'device_error');
  const [code, words] = refusal(await change({ FrameMirror: 1 }));
  assert.equal(code, 'device_error');
  assert.match(words, /answered DeviceConfig FrameMirror with ERROR/);
});

test('of a section that is written whole what nobody named stays, also what no table knows', async (t) => {
  const { change, setup } = await site(t);
  const written = config(await change({ AlarmReport: { FieldDetection: false } }));
  assert.deepEqual(written.AlarmReport, {
    MotionDetection: true,
    FieldDetection: false,
    Maker: { Sensitivity: '70' },
  });
  assert.equal(
    setup.section(CHANNEL, 'AlarmReport'),
    '<AlarmReport><MotionDetection>1</MotionDetection><FieldDetection>0</FieldDetection><Maker><Sensitivity>70</Sensitivity></Maker></AlarmReport>',
  );
  await change({ VideoParamAttribute: { Item: [{ StreamNumber: 1, VideoBitRate: 256 }] } });
  assert.match(
    setup.section(CHANNEL, 'VideoParamAttribute'),
    /^<VideoParamAttribute Num="2"><Item><StreamNumber>0<.*<VideoBitRate>4096<.*<Profile>high<.*<StreamNumber>1<.*<VideoBitRate>256</,
  );
  assert.deepEqual(setup.asked, ['AlarmReport', 'VideoParamAttribute']);
});

test('lists are replaced, and counted by us', async (t) => {
  const { change, read, setup } = await site(t);
  const item = (Text: string) => ({ Text, X: 0, Y: 0 });
  await change({ OSDConfig: { Item: [item('a'), item('b')] } });
  assert.match(setup.section(CHANNEL, 'OSDConfig'), /<SumNum>2<\/SumNum><Item><Text>a</);
  const answer = config(await change({ OSDConfig: { Item: [item('c')] } })) as { OSDConfig: Record<string, unknown> };
  assert.deepEqual([answer.OSDConfig.SumNum, answer.OSDConfig.Item], [1, [item('c')]]);
  const { OSDConfig } = config(await read(['OSDConfig'])) as { OSDConfig: Record<string, unknown> };
  assert.deepEqual([OSDConfig.SumNum, OSDConfig.Item, OSDConfig.Length], [1, [item('c')], 1920]);
  // what was read can be sent back as it is
  assert.deepEqual(config(await change({ OSDConfig })).OSDConfig, OSDConfig);
});

test('what a change answers has the counts that were written, however deep they lie', async (t) => {
  const { change, read } = await site(t);
  const TimeSegment = [{ StartHour: 8, StartMin: 0, StartSec: 0, StopHour: 18, StopMin: 30, StopSec: 0 }];
  const plan = { RecordEnable: true, RecordSchedule: [{ WeekDayNum: 1, TimeSegment }], StreamNumber: 0 };
  const mask = { On: true, RegionList: { Item: [{ Seq: 1, Point: [20, 30, 50, 60] }] } };
  const answer = config(await change({ VideoRecordPlan: plan, PictureMask: mask }));
  assert.deepEqual(answer, config(await read(['VideoRecordPlan', 'PictureMask'])));
  assert.equal((answer.PictureMask as { SumNum: number }).SumNum, 1);
});

test('registration parameters: of 2022 the change alone, of older editions with all that it requires', async (t) => {
  const { change, setup, server } = await site(t);
  await change({ BasicParam: { Name: '东门' } }, null);
  assert.deepEqual(setup.seen, ['<BasicParam><Name>东门</Name></BasicParam>']);
  assert.deepEqual(setup.asked, []);
  server.directory.device(ID)!.version = null;
  await change({ BasicParam: { HeartBeatCount: 5 } }, null);
  assert.equal(
    setup.seen[1],
    '<BasicParam><Name>东门</Name><Expiration>3600</Expiration><HeartBeatInterval>60</HeartBeatInterval><HeartBeatCount>5</HeartBeatCount></BasicParam>',
  );
  const secret = config(await change({ BasicParam: { Password: 'x1' } }, null));
  assert.match(setup.seen[2]!, /<Password>x1</);
  assert.doesNotMatch(JSON.stringify(secret), /Password/);
});

test('several sections are written one by one, the registration parameters last', async (t) => {
  const { change, setup } = await site(t);
  await change({ BasicParam: { Name: 'a' }, FrameMirror: 3, VideoAlarmRecord: { RecordTime: 60 } });
  assert.deepEqual(
    setup.seen.map((section) => /^<(\w+)/.exec(section)?.[1]),
    ['FrameMirror', 'VideoAlarmRecord', 'BasicParam'],
  );
  assert.equal(setup.section(CHANNEL, 'FrameMirror'), '<FrameMirror>3</FrameMirror>');
});

test('a section that cannot be read is written when the change has all of it', async (t) => {
  const { change, setup } = await site(t);
  setup.has.delete('VideoAlarmRecord');
  const [code, words] = refusal(await change({ VideoAlarmRecord: { RecordTime: 60 } }));
  assert.equal(code, 'not_supported');
  assert.match(words, /ConfigDownload VideoAlarmRecord/);
  assert.deepEqual(setup.seen, []);
  await change({ VideoAlarmRecord: { RecordEnable: true, StreamNumber: 0 } });
  assert.deepEqual(setup.seen, [
    '<VideoAlarmRecord><RecordEnable>1</RecordEnable><StreamNumber>0</StreamNumber></VideoAlarmRecord>',
  ]);
});

test('a snapshot is a command: nothing is read before it', async (t) => {
  const { change, setup } = await site(t);
  const order = { SnapNum: 1, Interval: 1, UploadURL: 'http://192.0.2.1/up', SessionID: 'a'.repeat(32) };
  await change({ SnapShotConfig: order });
  assert.deepEqual(setup.asked, []);
  assert.match(setup.seen[0]!, /^<SnapShotConfig><SnapNum>1</);
});

test('what cannot be written is refused before anything is', async (t) => {
  const { change, read, setup, simulator } = await site(t);
  const deep = JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`);
  for (const [what, words] of [
    [{}, /names no section/],
    [{ VideoParamOpt: {} }, /VideoParamOpt can only be read/],
    [{ Foo: {} }, /no section Foo/],
    [{ AlarmReport: { 'a b': 1 } }, /"a b", which is no name/],
    [{ AlarmReport: { '<x>': 1 } }, /no name/],
    [{ AlarmReport: { X: { '@a': {} } } }, /is an attribute/],
    [{ AlarmReport: { X: null } }, /must be a text/],
    [{ AlarmReport: { X: 'x'.repeat(1025) } }, /1024/],
    [{ AlarmReport: deep }, /too deep/],
    [{ FrameMirror: 1, OSDConfig: { Item: [{ Text: 'a' }] } }, /OSDConfig\.Item\.X is missing/],
  ] as const) {
    const [code, detail] = refusal(await change(what));
    assert.equal(code, 'bad_request', JSON.stringify(what));
    assert.match(detail, words);
  }
  assert.deepEqual(setup.seen, []);
  assert.equal(refusal(await read(null, '34020000001310009999'))[0], 'channel_not_found');
  await simulator.stop();
  assert.equal(refusal(await read(['BasicParam']))[0], 'device_offline');
  assert.equal(refusal(await read(null))[0], 'device_offline');
  assert.equal(refusal(await change({ BasicParam: { Name: 'a' } }))[0], 'device_offline');
});

test('one change of a device at a time', async (t) => {
  const { change, setup } = await site(t);
  const first = change({ FrameMirror: 1 });
  assert.equal(refusal(await change({ FrameMirror: 2 }))[0], 'device_busy');
  config(await first);
  config(await change({ FrameMirror: 2 }));
  assert.deepEqual(setup.seen, ['<FrameMirror>1</FrameMirror>', '<FrameMirror>2</FrameMirror>']);
});

test('PTZ-8: a device that applies its configuration by a restart has perhaps taken it', async (t) => {
  const { change, server, time, setup, registrations } = await site(t, '3.0', { quirks: new Set(['PTZ-8']) });
  const asked = change({ BasicParam: { Name: 'new' } }, null);
  await until('told', () => setup.seen.length === 1);
  await until('taken', () => server.counters().sip_outbox_tasks === 0);
  await until('registered anew', () => registrations.length > 1);
  time.offsetMs += 11_000; // nothing was said within the time for an answer
  const said = await asked;
  assert.ok(!isProblem(said), JSON.stringify(said));
  assert.deepEqual(said, { config: { BasicParam: { Name: 'new' } }, confirmed: false });
  assert.ok(server.findingsOf(ID).some(({ code }) => code === 'PTZ-8'));
  assert.deepEqual(server.directory.device(ID)?.learned.notSupported ?? [], []);
});

test('a device that says nothing to a change and stays is a timeout, and remembered', async (t) => {
  const { change, server, time, setup, vocabulary } = await site(t);
  setup.answers = 'none';
  for (let i = 1; i <= SILENCES; i += 1) {
    const asked = change({ FrameMirror: i });
    await until('told', () => setup.seen.length === i);
    await until('taken', () => server.counters().sip_outbox_tasks === 0);
    time.offsetMs += 11_000;
    // nobody waits for a restart when the gateway closes
    while (!(await Promise.race([asked.then(() => true), new Promise((r) => setTimeout(r, 20, false))])))
      await vocabulary.close();
    assert.equal(refusal(await asked)[0], 'device_timeout');
  }
  assert.deepEqual(server.directory.device(ID)?.learned.notSupported, ['DeviceConfig FrameMirror']);
  assert.equal(refusal(await change({ FrameMirror: 0 }))[0], 'not_supported');
});
