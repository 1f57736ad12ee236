import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../support/gbgate.ts';
import { contentTimesOf, FOOTAGE_END } from '../../support/nvr.ts';
import { meetNvr, RecorderCall } from './recorder-call.ts';

const START = FOOTAGE_END / 1000 - 3600;
const RANGE = { name: 'Playback', startSeconds: START, endSeconds: START + 600 } as const;
const SECONDS_IN = (call: RecorderCall) => call.times().map((at) => at / 1000 - START);

test('pause, resume, seek and speed by INFO, with either start line, in any case', async (t) => {
  const meeting = await meetNvr(t);
  const call = await RecorderCall.invite(meeting, RANGE);
  assert.equal(call.answer.status, 200);
  await until('pictures', () => call.times().length > 5);
  const paused = await call.info('PAUSE RTSP/1.0', 'CSeq: 1', 'PauseTime: now');
  assert.equal(paused.status, 200);
  assert.equal(paused.body, '');
  const [position] = meeting.nvr.positions();
  await until('the last frames', () => call.times().at(-1) === position!.epochMs - 40);
  assert.equal((await call.info('PLAY MANSRTSP/1.0', 'CSeq: 2', 'Range: npt=now-')).status, 200);
  await until('more', () => call.times().length > 25);
  assert.equal((await call.info('play rtsp/1.0', 'CSEQ: 3', 'range: NPT=300-')).status, 200);
  await until('pictures from there', () => SECONDS_IN(call).includes(300));
  const passed = SECONDS_IN(call).indexOf(300);
  assert.ok(SECONDS_IN(call)[passed - 1]! < 60);
  assert.equal((await call.info('PLAY RTSP/1.0', 'CSeq: 4', 'Scale: 8.0')).status, 200);
  await until('eight seconds', () => SECONDS_IN(call).at(-1)! > 308);
  assert.equal((await call.info('PLAY RTSP/1.0', 'CSeq: 5', 'Scale: -1.0')).status, 200);
  await until('the way back', () =>
    SECONDS_IN(call).some((second, i, all) => i > 0 && second < all[i - 1]! && second > 300),
  );
  for (const wrong of ['GARBAGE', 'PLAY HTTP/1.1', 'RECORD RTSP/1.0'])
    assert.equal((await call.info(wrong, 'CSeq: 6')).status, 400, wrong);
  await call.bye();
  assert.deepEqual(meeting.nvr.positions(), []);
  assert.deepEqual(await contentTimesOf(call.stream()), call.times());
});

const CONTROL: [quirk: string, body: string[], status: number][] = [
  ['PB-10', ['PLAY RTSP/1.0', 'CSeq: 2', 'Range: npt=now-'], 400],
  ['PB-11', ['PAUSE RTSP/1.0', 'CSeq: 1'], 400],
  ['PB-11', ['PAUSE MANSRTSP/1.0', 'CSeq: 1'], 200],
  ['PB-11b', ['PAUSE RTSP/1.0', 'CSeq: 1'], 200],
  ['PB-11b', ['PAUSE MANSRTSP/1.0', 'CSeq: 1'], 400],
  ['PB-13', ['PLAY RTSP/1.0', 'CSeq: 1', 'Range: npt=300-'], 200],
  ['PB-13a', ['PLAY RTSP/1.0', 'CSeq: 1', 'Scale: 2'], 400],
  ['PB-14', ['PLAY RTSP/1.0', 'CSeq: 1', 'Scale: 8'], 200],
];
test('PB-10, PB-11, PB-13, PB-14: what INFO is answered, and what becomes of it', async (t) => {
  for (const [quirk, body, status] of CONTROL) {
    const meeting = await meetNvr(t, { quirks: [quirk] });
    const call = await RecorderCall.invite(meeting, RANGE);
    await until('pictures', () => call.times().length > 2);
    if (quirk === 'PB-10') assert.equal((await call.info('PAUSE RTSP/1.0', 'CSeq: 1')).status, 200);
    assert.equal((await call.info(...body)).status, status, `${quirk} ${body[0]}`);
    const before = call.times().length;
    if (body[0]!.startsWith('PLAY') && quirk !== 'PB-10') {
      await until('more', () => call.times().length > before + 20);
      const steps = SECONDS_IN(call).map((second, index, all) =>
        Math.round((second - (all[index - 1] ?? -0.04)) * 1000),
      );
      assert.deepEqual(new Set(steps), new Set([40]), quirk);
    }
    await call.bye();
  }
});

test('PB-11a: no answer at all to the other start line', async (t) => {
  const meeting = await meetNvr(t, { quirks: ['PB-11a'] });
  const call = await RecorderCall.invite(meeting, RANGE);
  await until('pictures', () => call.times().length > 2);
  call.send('INFO', 900, 'Application/MANSRTSP', 'PAUSE RTSP/1.0\r\nCSeq: 1\r\n\r\n');
  assert.equal((await call.info('PAUSE MANSRTSP/1.0', 'CSeq: 1')).status, 200);
  // It was asked before, and would have answered before.
  assert.ok(!meeting.platform.heard.some((heard) => heard.status > 0 && heard.header('CSeq') === '900 INFO'));
  await call.bye();
});

test('PB-12: the answer to INFO names the first packet after it', async (t) => {
  const meeting = await meetNvr(t, { quirks: ['PB-12'] });
  const call = await RecorderCall.invite(meeting, RANGE);
  await until('pictures', () => call.times().length > 2);
  await call.info('PAUSE RTSP/1.0', 'CSeq: 1');
  const { body } = await call.info('PLAY RTSP/1.0', 'CSeq: 44', 'Range: npt=100-');
  const told = /^RTSP\/1\.0 200 OK\r\nCSeq: 44\r\nRange: npt=100-\r\nRTP-Info: seq=(\d+);rtptime=(\d+)\r\n\r\n$/.exec(
    body,
  );
  assert.ok(told, body);
  await until('the packet', () => call.times().includes((START + 100) * 1000));
  const packet = call.receiver.packets.find((each) => each.includes(`t=00${(START + 100) * 1000}`))!;
  assert.equal(packet.readUInt16BE(2), Number(told[1]));
  assert.equal(packet.readUInt32BE(4), Number(told[2]));
  await call.bye();
});

test('calls that a recorder does not take', async (t) => {
  const meeting = await meetNvr(t, {
    maxCalls: 2,
    gaps: [{ startEpochMs: (START + 60) * 1000, endEpochMs: (START + 90) * 1000 }],
  });
  const refused = async (asked: Partial<typeof RANGE> & object) =>
    (await RecorderCall.invite(meeting, { ...RANGE, ...asked })).answer.status;
  assert.equal(await refused({ startSeconds: START + 10, endSeconds: START + 10 }), 400);
  assert.equal(await refused({ startSeconds: START + 60, endSeconds: START + 90 }), 404);
  assert.equal(await refused({ startSeconds: START + 9000, endSeconds: START + 9100 }), 404);
  const calls = [await RecorderCall.invite(meeting, RANGE), await RecorderCall.invite(meeting, RANGE)];
  assert.deepEqual(
    calls.map((call) => call.answer.status),
    [200, 200],
  );
  assert.equal(await refused({}), 486);
  await calls[0]!.bye();
  const next = await RecorderCall.invite(meeting, RANGE);
  assert.equal(next.answer.status, 200);
  for (const call of [calls[1]!, next]) await call.bye();
});

test('PB-9, PB-16, PB-7a: u= needed, u= refused, one call at a time, silence where nothing is', async (t) => {
  const statusOf = async (quirk: string, source: string | null | undefined) => {
    const meeting = await meetNvr(t, { quirks: [quirk] });
    const asked = source === undefined ? RANGE : { ...RANGE, source };
    const call = await RecorderCall.invite(meeting, asked);
    return { meeting, call, status: call.answer.status };
  };
  assert.equal((await statusOf('PB-9', null)).status, 400);
  assert.equal((await statusOf('PB-9', undefined)).status, 200);
  assert.equal((await statusOf('PB-9a', null)).status, 200);
  assert.equal((await statusOf('PB-9a', undefined)).status, 400);
  const { meeting } = await statusOf('PB-16', undefined);
  assert.equal((await RecorderCall.invite(meeting, RANGE)).answer.status, 486);
  const empty = await meetNvr(t, { quirks: ['PB-7a'], gaps: [{ startEpochMs: 0, endEpochMs: FOOTAGE_END }] });
  const silent = await RecorderCall.invite(empty, RANGE);
  assert.equal(silent.answer.status, 200);
});

test('PB-8: t= taken for local time, eight hours off', async (t) => {
  const meeting = await meetNvr(t, { quirks: ['PB-8'] });
  const call = await RecorderCall.invite(meeting, RANGE);
  await until('pictures', () => call.times().length > 0);
  assert.equal(call.times()[0], (START - 8 * 3600) * 1000);
  await call.bye();
});
