import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stream as streamOf } from './fake-gateway.ts';
import { opened } from './opened.ts';

const C = '/api/v1/devices/34020000001180000001/channels/34020000001320000001';
const RANGE = { start: '2026-01-05T08:00:00+08:00', end: '2026-01-05T09:00:00+08:00' };

test('a playback is asked for with range, speed, transport and patience, and answered as a stream', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  const stream = streamOf('s1');
  gateway.streamList.push(stream);
  Object.assign(stream, { kind: 'playback', state: 'playing' });
  gateway.playbackAnswer = { id: stream.id };
  const body = { ...RANGE, speed: 2, transport: 'udp' };
  const { status, json } = await ask('POST', `${C}/playback?waitSeconds=3`, body);
  assert.equal(status, 201);
  assert.equal(json.id, stream.id);
  assert.deepEqual(
    gateway.calls.find(([name]) => name === 'playbacks.start'),
    [
      'playbacks.start',
      '34020000001180000001',
      '34020000001320000001',
      {
        startEpochMs: Date.parse(RANGE.start),
        endEpochMs: Date.parse(RANGE.end),
        speed: 2,
        transport: 'udp',
        waitMs: 3000,
      },
    ],
  );
  Object.assign(stream, { state: 'waiting' });
  assert.equal((await ask('POST', `${C}/playback`, RANGE)).status, 202);
});

test('what is no range is 400, and a refusal of the device has its own code', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  for (const body of [
    {},
    { start: RANGE.start },
    { start: '2026-01-05T08:00:00', end: RANGE.end },
    { ...RANGE, end: 'soon' },
    { ...RANGE, transport: 'pigeon' },
    { ...RANGE, speed: 'fast' },
    { ...RANGE, more: 1 },
  ])
    assert.equal((await ask('POST', `${C}/playback`, body)).status, 400, JSON.stringify(body));
  gateway.playbackAnswer = { problem: 'device_busy', detail: 'It is sending to this gateway: live of C.' };
  const { status, json } = await ask('POST', `${C}/playback`, RANGE);
  assert.equal(status, 409);
  assert.equal(json.code, 'device_busy');
});

test('a playback is paused, resumed, moved and sped up; a live stream is not', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  const stream = streamOf('s1');
  gateway.streamList.push(stream);
  const path = `/api/v1/streams/${stream.id}/control`;
  assert.equal((await ask('POST', path, { action: 'pause' })).status, 501);
  Object.assign(stream, { kind: 'playback' });
  const time = '2026-01-05T08:30:00+08:00';
  for (const [body, command] of [
    [{ action: 'pause' }, { action: 'pause' }],
    [{ action: 'resume' }, { action: 'resume' }],
    [
      { action: 'speed', speed: 0.5 },
      { action: 'speed', speed: 0.5 },
    ],
    [
      { action: 'seek', time },
      { action: 'seek', epochMs: Date.parse(time) },
    ],
  ]) {
    const { status, json } = await ask('POST', path, body);
    assert.equal(status, 200, JSON.stringify(json));
    assert.equal(json.id, stream.id);
    assert.deepEqual(gateway.calls.findLast(([name]) => name === 'playbacks.control')?.slice(1), [stream.id, command]);
  }
  for (const body of [{}, { action: 'stop' }, { action: 'speed' }, { action: 'seek' }, { action: 'seek', time: 'now' }])
    assert.equal((await ask('POST', path, body)).status, 400, JSON.stringify(body));
  gateway.controlAnswer = { problem: 'not_supported', detail: 'The device does not play at speed 8.' };
  assert.equal((await ask('POST', path, { action: 'speed', speed: 8 })).status, 501);
  assert.equal((await ask('POST', '/api/v1/streams/none/control', { action: 'pause' })).status, 404);
});
