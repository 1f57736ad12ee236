import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { opened, READ_TOKEN } from './opened.ts';

const BYTES = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
const PATH = '/api/v1/devices/34020000001320000001/channels/34020000001320000002/timeline.mp4';
const RANGE = '?start=2026-11-21T12:00:00%2B08:00&end=1795147500';
let o: Awaited<ReturnType<typeof opened>>;

before(async () => {
  o = await opened();
  o.gateway.timelineAnswer = {
    etag: 'tag1',
    size: BYTES.length,
    startEpochMs: Date.UTC(2026, 10, 21, 4),
    endEpochMs: Date.UTC(2026, 10, 21, 4, 10),
    isGrowing: false,
    read: (first, last) => Readable.from([BYTES.subarray(first, last + 1)], { objectMode: false }),
  };
});
after(() => o.http.close());

const get = (query: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(o.base + PATH + query, { method, headers: { authorization: `Bearer ${READ_TOKEN}`, ...headers } });

test('the whole range, with its true length and a name that tells its time', async () => {
  const answer = await get(RANGE);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-length'), '5000');
  assert.equal(answer.headers.get('content-type'), 'video/mp4');
  assert.equal(answer.headers.get('accept-ranges'), 'bytes');
  assert.equal(answer.headers.get('etag'), '"tag1"');
  assert.equal(answer.headers.get('gbgate-content-start'), '2026-11-21T04:00:00.000Z');
  assert.equal(
    answer.headers.get('content-disposition'),
    'inline; filename="34020000001320000002-20261121T040000Z--20261121T041000Z.mp4"',
  );
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), BYTES);
  assert.deepEqual(o.gateway.calls.at(-1), [
    'timelineFile',
    {
      deviceId: '34020000001320000001',
      channelId: '34020000001320000002',
      streamNumber: 0,
      startEpochMs: Date.UTC(2026, 10, 21, 4),
      endEpochMs: 1_795_147_500_000,
    },
  ]);
  const kept = await get(`${RANGE}&download=true&streamNumber=1`);
  assert.match(kept.headers.get('content-disposition') ?? '', /^attachment/);
  assert.match(JSON.stringify(o.gateway.calls.at(-1)), /"streamNumber":1/);
});

test('ranges of it, by tag; a head without a body; 304 for who has it', async () => {
  const part = await get(RANGE, { range: 'bytes=1000-1099' });
  assert.deepEqual([part.status, part.headers.get('content-range')], [206, 'bytes 1000-1099/5000']);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), BYTES.subarray(1000, 1100));
  assert.equal((await get(RANGE, { range: 'bytes=0-1', 'if-range': '"other"' })).status, 200);
  const beyond = await get(RANGE, { range: 'bytes=5000-' });
  assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, 'bytes */5000']);
  const head = await get(RANGE, {}, 'HEAD');
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, '5000']);
  assert.equal((await get(RANGE, { 'if-none-match': '"tag1"' })).status, 304);
});

test('it takes a signature, and no stranger', async () => {
  const link = await o.ask('POST', '/api/v1/links', { path: PATH + RANGE, expiresSeconds: 60 });
  assert.equal(link.status, 201, link.text);
  const signed = await fetch(new URL(link.json.url, o.base));
  assert.equal(signed.status, 200);
  await signed.arrayBuffer();
  assert.equal((await fetch(o.base + PATH + RANGE)).status, 401);
});

test('times that are none, and ranges of nothing, are refused in words', async () => {
  for (const query of ['', '?start=2026-11-21T12:00:00&end=1795147500', '?start=1795147500&end=soon']) {
    const answer = await get(query);
    assert.equal(answer.status, 400, query);
    assert.equal(((await answer.json()) as { code: string }).code, 'bad_request');
  }
  o.gateway.timelineAnswer = { problem: 'recording_not_found', detail: 'Nothing was recorded in this range.' };
  assert.equal((await get(RANGE)).status, 404);
});

test('own recordings as stretches and as days', async () => {
  const path = PATH.replace('.mp4', '');
  o.gateway.timelineItems.push({
    start: '2026-11-21T12:00:00.000+08:00',
    end: '2026-11-21T12:10:00.000+08:00',
    recordingIds: ['r1', 'r2'],
    state: 'complete',
    locked: false,
    reason: 'plan',
  });
  const channel = { deviceId: '34020000001320000001', channelId: '34020000001320000002' };
  const ranges = await o.ask('GET', `${path}${RANGE}&streamNumber=1`);
  assert.equal(ranges.status, 200, ranges.text);
  assert.deepEqual(ranges.json, { items: o.gateway.timelineItems });
  const startEpochMs = Date.UTC(2026, 10, 21, 4);
  assert.deepEqual(o.gateway.calls.at(-1), [
    'footage.timeline',
    { ...channel, streamNumber: 1, startEpochMs, endEpochMs: 1_795_147_500_000 },
  ]);
  o.gateway.recordDaysAnswer = {
    month: '2026-11',
    days: [{ date: '2026-11-21', hasFootage: true, files: 2, footageSeconds: 600 }],
    complete: true,
  };
  const days = await o.ask('GET', `${path}/days?month=2026-11`);
  assert.deepEqual(days.json, o.gateway.recordDaysAnswer);
  assert.deepEqual(o.gateway.calls.at(-1), ['footage.days', channel.deviceId, channel.channelId, 0, '2026-11']);
  for (const query of ['', '?start=2026-11-21T12:00:00&end=1795147500', '?start=1795147500&end=soon'])
    assert.equal((await o.ask('GET', path + query)).status, 400, query);
  assert.equal((await o.ask('GET', `${path}/days?month=november`)).status, 400);
  o.gateway.refusal = { problem: 'bad_request', detail: 'end must be behind start.' };
  assert.equal((await o.ask('GET', path + RANGE)).status, 400);
  assert.equal((await o.ask('GET', `${path}/days?month=2026-13`)).status, 400);
  o.gateway.refusal = null;
});
