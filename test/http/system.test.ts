import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { recording, stream } from './fake-gateway.ts';
import { opened, READ_TOKEN, TOKEN } from './opened.ts';

let o: Awaited<ReturnType<typeof opened>>;
before(async () => {
  o = await opened();
});
after(() => o.http.close());

test('health in one answer: loads, disk, ports, versions, counters, warnings with cures', async () => {
  const { status, json } = await o.ask('GET', '/api/v1/system', undefined, { authorization: `Bearer ${READ_TOKEN}` });
  assert.equal(status, 200);
  assert.deepEqual(json.versions, { gbgate: '9.9.9', node: 'v20.0.0', ffmpeg: '7.1' });
  assert.deepEqual(json.ports, { total: 2000, leased: 2, heldOff: 4, occupied: 0, free: 1994 });
  assert.deepEqual(json.disk, { path: '/data', totalBytes: 1e12, freeBytes: 5e11 });
  assert.deepEqual([json.process.cpu, json.machine.cores, json.counters.viewers], [0.25, 4, 2]);
  assert.deepEqual(json.warnings[0], {
    check: 'ffmpeg',
    code: 'ffmpeg_missing',
    severity: 'warning',
    sentence: 'It is not there.',
    cure: 'Install it.',
    values: {},
  });
  assert.equal(
    o.gateway.calls.some(([name]) => name === 'askDeviceClocks'),
    false,
    'devices are asked on demand',
  );
  await o.ask('GET', '/api/v1/system?askDevices=true&waitSeconds=2');
  assert.deepEqual(o.gateway.calls.at(-1), ['askDeviceClocks', 2000]);
});

test('what each device is told, page by page', async () => {
  const told = (deviceId: string, online: boolean) => ({
    deviceId,
    name: `Gate ${deviceId}`,
    online,
    source: null,
    via: '192.0.2.1:5060',
    contact: 'sip:1@192.0.2.1:5060',
    sdp: { origin: '192.0.2.1', connection: '192.0.2.1' },
    says: [],
    clockOffsetSeconds: null,
  });
  o.gateway.addressList.push(told('A', true), told('B', false), told('C', true));
  const ids = async (query: string) =>
    (await o.ask('GET', `/api/v1/system/devices?${query}`)).json.items.map((one: { deviceId: string }) => one.deviceId);
  assert.deepEqual(await ids('online=true'), ['A', 'C']);
  assert.deepEqual(await ids('q=gate%20b'), ['B']);
  const first = await o.ask('GET', '/api/v1/system/devices?limit=2');
  assert.equal(first.json.items.length, 2);
  assert.deepEqual(await ids(`cursor=${first.json.next}`), ['C']);
  assert.deepEqual(first.json.items[0], told('A', true));
});

test('streams that run, streams that have ended, the last minutes of one', async () => {
  o.gateway.streamList.push(stream('s1'), stream('s2', { state: 'ended' }), stream('s3', { state: 'stalled' }));
  const ids = async (query: string) =>
    (await o.ask('GET', `/api/v1/streams?${query}`)).json.items.map((one: { id: string }) => one.id).sort();
  assert.deepEqual(await ids('running=true'), ['s1', 's3']);
  assert.deepEqual(await ids('running=false'), ['s2']);
  assert.deepEqual(await ids(''), ['s1', 's2', 's3']);
  const { json } = await o.ask('GET', '/api/v1/streams/s1/history');
  assert.deepEqual(json, { everyMs: 2000, bitrateBps: [2e6], fps: [25], loss: [0.01], viewers: [1] });
  assert.equal((await o.ask('GET', '/api/v1/streams/none/history')).json.code, 'stream_not_found');
});

test('a thumbnail is kept by browsers for a day; without ffmpeg it is 501; it may be signed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-thumbnail-'));
  try {
    o.gateway.recordingList.push(recording('r1'));
    const missing = await o.ask('GET', '/api/v1/recordings/r1/thumbnail.jpg');
    assert.deepEqual([missing.status, missing.json.code], [501, 'ffmpeg_missing']);
    const absolutePath = join(folder, 'r1.jpg');
    await writeFile(absolutePath, Buffer.from([0xff, 0xd8, 0xff, 0xd9]));
    o.gateway.thumbnailAnswer = { absolutePath };
    const { json: link } = await o.ask('POST', '/api/v1/links', { path: '/api/v1/recordings/r1/thumbnail.jpg' });
    const signed = await fetch(o.base + link.path);
    assert.deepEqual(
      [signed.status, signed.headers.get('content-type'), signed.headers.get('cache-control')],
      [200, 'image/jpeg', 'private, max-age=86400'],
    );
    assert.equal((await signed.arrayBuffer()).byteLength, 4);
    assert.equal((await fetch(`${o.base}/api/v1/recordings/r1/thumbnail.jpg`)).status, 401);
    assert.equal((await o.ask('GET', '/api/v1/recordings/none/thumbnail.jpg')).json.code, 'recording_not_found');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a picture of a moment of a recording: times of every form, 501 without ffmpeg, never kept by browsers', async () => {
  o.gateway.recordingList.push(recording('r1'));
  const place = '/api/v1/recordings/r1/snapshot.jpg';
  const missing = await o.ask('GET', `${place}?time=2026-09-30T12:00:00%2B08:00`);
  assert.deepEqual([missing.status, missing.json.code], [501, 'ffmpeg_missing']);
  assert.deepEqual(o.gateway.calls.at(-1), ['recordingSnapshot', 'r1', Date.UTC(2026, 8, 30, 4)]);
  o.gateway.snapshotAnswer = Uint8Array.from([0xff, 0xd8, 0xff, 0xd9]);
  const made = await fetch(`${o.base}${place}`, { headers: { authorization: `Bearer ${TOKEN}` } });
  assert.deepEqual(o.gateway.calls.at(-1), ['recordingSnapshot', 'r1', null]);
  assert.deepEqual([made.status, made.headers.get('content-type')], [200, 'image/jpeg']);
  assert.equal(made.headers.get('cache-control'), 'no-store');
  assert.equal((await made.arrayBuffer()).byteLength, 4);
  const zoneless = await o.ask('GET', `${place}?time=2026-09-30T12:00:00`);
  assert.deepEqual([zoneless.status, zoneless.json.code], [400, 'bad_request']);
  assert.equal((await o.ask('GET', place.replace('r1', 'none'))).json.code, 'recording_not_found');
});

test('a cursor of another list is refused', async () => {
  for (const cursor of ['nonsense', Buffer.from('kno time').toString('base64url')]) {
    const answer = await o.ask('GET', `/api/v1/recordings?cursor=${cursor}`);
    assert.deepEqual([answer.status, answer.json.code], [400, 'bad_request']);
  }
});
