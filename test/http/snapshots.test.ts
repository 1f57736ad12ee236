import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAX_PICTURE_BYTES } from '../../src/gateway/alarms/image-snapshots.ts';
import { MAX_UPLOADS } from '../../src/http/uploads.ts';
import { SNAPSHOT } from './fake-alarms.ts';
import { opened, READ_TOKEN, until } from './opened.ts';

const C = '/api/v1/devices/D/channels/C';
const SESSION = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

test('pictures are ordered of a channel or a device, with their count and interval', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  const { status, json } = await ask('POST', `${C}/control`, { command: 'snapshot', count: 3, intervalSeconds: 2 });
  assert.deepEqual([status, json], [200, { result: 'OK', session: 's1', source: 'device' }]);
  await ask('POST', '/api/v1/devices/D/control?force=true', { command: 'snapshot' });
  assert.deepEqual(gateway.imageSnapshots.taken, [
    ['D', 'C', { count: 3, intervalSeconds: 2, force: false }],
    ['D', 'D', { count: 1, intervalSeconds: 1, force: true }],
  ]);
  for (const wrong of [{ count: 0 }, { count: 11 }, { intervalSeconds: 0 }, { size: 1 }])
    assert.equal((await ask('POST', `${C}/control`, { command: 'snapshot', ...wrong })).status, 400);
  gateway.imageSnapshots.refusal = { problem: 'ffmpeg_missing', detail: 'It is not installed.' };
  assert.equal((await ask('POST', `${C}/control`, { command: 'snapshot' })).status, 501);
});

test('the gateway learns where devices reach it', async (t) => {
  const { gateway, http } = await opened({ publicUrl: 'https://cams.example/gb' });
  t.after(() => http.close());
  const served = { host: '127.0.0.1', port: http.port, publicUrl: 'https://cams.example/gb', isSecure: false };
  assert.deepEqual(gateway.imageSnapshots.served, served);
});

test('snapshots are listed, shown and deleted', async (t) => {
  const { gateway, http, ask, base } = await opened();
  t.after(() => http.close());
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-snapshots-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { imageSnapshots } = gateway;
  imageSnapshots.list.push(...['p3', 'p2', 'p1'].map((id) => ({ ...SNAPSHOT, id })));
  const first = await ask('GET', '/api/v1/snapshots?limit=2');
  assert.deepEqual(
    first.json.items.map(({ id }: { id: string }) => id),
    ['p3', 'p2'],
  );
  const second = await ask('GET', `/api/v1/snapshots?cursor=${first.json.next}`);
  assert.deepEqual([second.json.items, second.json.next], [[{ ...SNAPSHOT, id: 'p1' }], null]);
  assert.deepEqual(imageSnapshots.queries[1]?.after, { epochMs: Date.parse(SNAPSHOT.time), id: 'p2' });
  await ask('GET', '/api/v1/snapshots?deviceId=D&channelId=C&session=s&alarmId=7&start=100&end=200');
  assert.deepEqual(imageSnapshots.queries.at(-1), {
    deviceId: 'D',
    channelId: 'C',
    session: 's',
    alarm: 7,
    fromEpochMs: 100_000,
    toEpochMs: 200_000,
    limit: 100,
    after: null,
  });
  for (const wrong of ['alarmId=x', 'start=x', 'start=2&end=1', 'cursor=zzz', 'device=D'])
    assert.equal((await ask('GET', `/api/v1/snapshots?${wrong}`)).status, 400, wrong);
  writeFileSync(join(folder, 'a.jpg'), JPEG);
  imageSnapshots.files.set('p1', { absolutePath: join(folder, 'a.jpg'), type: 'image/jpeg' });
  const file = await fetch(`${base}/api/v1/snapshots/p1/file`, { headers: { authorization: `Bearer ${READ_TOKEN}` } });
  assert.deepEqual([file.status, file.headers.get('content-type')], [200, 'image/jpeg']);
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), JPEG);
  assert.equal((await ask('GET', '/api/v1/snapshots/p9/file')).json.code, 'snapshot_not_found');
  imageSnapshots.files.set('p2', { absolutePath: join(folder, 'gone.jpg'), type: 'image/jpeg' });
  assert.equal((await ask('GET', '/api/v1/snapshots/p2/file')).json.code, 'snapshot_not_found');
  assert.deepEqual((await ask('GET', '/api/v1/snapshots/p1')).json, { ...SNAPSHOT, id: 'p1' });
  assert.equal((await ask('DELETE', '/api/v1/snapshots/p1')).status, 204);
  assert.equal((await ask('DELETE', '/api/v1/snapshots/p1')).status, 404);
  assert.equal((await ask('GET', '/api/v1/snapshots/p1')).json.code, 'snapshot_not_found');
});

test('a device uploads without a token: POST and PUT, as the body or as a form, with its name', async (t) => {
  const { gateway, http, base } = await opened();
  t.after(() => http.close());
  const { imageSnapshots } = gateway;
  imageSnapshots.session = SESSION;
  const url = `${base}/snapshots/upload/${SESSION}`;
  const raw = await fetch(url, { method: 'POST', body: JPEG, headers: { 'content-type': 'image/jpeg' } });
  assert.equal(raw.status, 200);
  assert.equal((await fetch(`${url}/a.jpg`, { method: 'PUT', body: JPEG })).status, 200, 'without a type');
  for (const method of ['POST', 'PUT']) {
    const form = new FormData();
    form.set('note', 'what is no file is left aside');
    form.set('file', new Blob([JPEG]), 'b.jpg');
    assert.equal((await fetch(url, { method, body: form })).status, 200);
  }
  const two = new FormData();
  two.append('file', new Blob([JPEG]), 'c.jpg');
  two.append('file', new Blob([JPEG]), 'd.jpg');
  assert.equal((await fetch(url, { method: 'POST', body: two })).status, 200);
  assert.deepEqual(
    imageSnapshots.received.map(({ name, bytes }) => [name, bytes]),
    ['', 'a.jpg', 'b.jpg', 'b.jpg', 'c.jpg', 'd.jpg'].map((name) => [name, JPEG.length]),
  );
});

test('an upload is refused: wrong session, too large, nothing in it, a broken form', async (t) => {
  const { gateway, http, base } = await opened();
  t.after(() => http.close());
  const { imageSnapshots } = gateway;
  imageSnapshots.session = SESSION;
  const send = async (path: string, body: BodyInit | null, type?: string) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    // a server that answers before it has read everything may cut the connection under the sender
    return fetch(`${base}/snapshots/upload/${path}`, { method: 'POST', body, headers }).then(
      (answer) => answer.status,
      () => 413,
    );
  };
  assert.equal(await send('0'.repeat(32), JPEG), 403);
  assert.equal(await send(SESSION, new Uint8Array(20 * 1024 * 1024)), 413, '20 MB');
  const huge = new FormData();
  huge.set('file', new Blob([new Uint8Array(MAX_PICTURE_BYTES + 1)]), 'a.jpg');
  assert.equal(await send(SESSION, huge), 413, 'the form fits, its picture does not');
  assert.equal(await send(SESSION, null), 400);
  assert.equal(await send(SESSION, 'no form', 'multipart/form-data; boundary=x'), 400);
  assert.equal(await send(SESSION, 'no form', 'multipart/form-data'), 400);
  assert.deepEqual(imageSnapshots.received, []);
  imageSnapshots.refusal = { problem: 'bad_request', detail: 'This is neither a JPEG nor a PNG.' };
  assert.equal(await send(SESSION, 'GIF89a'), 400);
});

test('bodies are received a few at a time', async (t) => {
  const { gateway, http, base } = await opened();
  t.after(() => http.close());
  const { imageSnapshots } = gateway;
  imageSnapshots.session = SESSION;
  let go = () => {};
  imageSnapshots.wait = new Promise((resolve) => {
    go = resolve;
  });
  const send = () => fetch(`${base}/snapshots/upload/${SESSION}`, { method: 'POST', body: JPEG });
  const waiting = Array.from({ length: MAX_UPLOADS }, send);
  await until(() => imageSnapshots.received.length === MAX_UPLOADS);
  const more = await send();
  assert.deepEqual([more.status, more.headers.get('retry-after')], [429, '2']);
  go();
  assert.deepEqual([...new Set((await Promise.all(waiting)).map(({ status }) => status))], [200]);
  const deadline = performance.now() + 20_000;
  // a place is free when the answer is gone, which the sender may know first
  while ((await send()).status !== 200) assert.ok(performance.now() < deadline);
});
