import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DownloadView } from '../../src/gateway/download/download-views.ts';
import { opened, READ_TOKEN } from './opened.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'gbgate-http-'));
const FILE = join(FOLDER, 'a.mp4');
let server: Awaited<ReturnType<typeof opened>>;

function view(id: string, more: Partial<DownloadView> = {}): DownloadView {
  return {
    id,
    deviceId: 'D',
    channelId: 'C',
    start: '2026-09-30T12:00:00.000+08:00',
    end: '2026-09-30T13:00:00.000+08:00',
    speed: 8,
    transport: 'auto',
    exact: false,
    priority: 0,
    state: 'complete',
    progress: 1,
    receivedMs: 3_600_000,
    bytes: 10,
    filesizeBytes: null,
    realSpeed: null,
    secondsLeft: null,
    missing: [{ start: '2026-09-30T12:10:00.000+08:00', end: '2026-09-30T12:11:00.000+08:00' }],
    path: 'downloads/D/C/20260930T120000--20260930T130000.mp4',
    createdAt: '2026-10-01T00:00:00.000+08:00',
    startedAt: null,
    endedAt: null,
    tag: { order: [1, null] },
    error: { code: 'no_media', detail: 'No media came.' },
    ...more,
  };
}

before(async () => {
  server = await opened();
  writeFileSync(FILE, '0123456789');
  server.gateway.downloadList.push(
    view('new'),
    view('old', { createdAt: '2026-09-30T00:00:00.000+08:00', state: 'queued', channelId: 'E' }),
  );
});
after(async () => {
  await server.http.close();
  rmSync(FOLDER, { recursive: true });
});

const POST = '/api/v1/devices/D/channels/C/downloads';

test('a download is asked for by times with a zone, or epoch seconds, and answered 202 with where it is', async () => {
  const { ask, gateway } = server;
  const answer = await ask('POST', POST, {
    start: '2026-09-30T12:00:00+08:00',
    end: 1_790_744_400,
    speed: 4,
    transport: 'udp',
    exact: true,
    priority: 3,
    tag: ['any', { json: 1 }],
  });
  assert.equal(answer.status, 202);
  assert.equal(answer.headers.get('location'), '/api/v1/downloads/new');
  assert.deepEqual(answer.json, view('new'));
  assert.deepEqual(gateway.calls.at(-1), [
    'downloads.add',
    'D',
    'C',
    {
      startEpochMs: Date.UTC(2026, 8, 30, 4),
      endEpochMs: 1_790_744_400_000,
      speed: 4,
      transport: 'udp',
      exact: true,
      priority: 3,
      tag: ['any', { json: 1 }],
    },
  ]);
  await ask('POST', POST, { start: 1, end: 2 });
  assert.deepEqual(gateway.calls.at(-1)![3], {
    startEpochMs: 1000,
    endEpochMs: 2000,
    speed: 8,
    transport: 'auto',
    exact: false,
    priority: 0,
  });
});

test('times without a zone, speeds, transports, priorities and words that are none are refused', async () => {
  const good = { start: 1, end: 2 };
  for (const [body, words] of [
    [{ ...good, start: '2026-09-30T12:00:00' }, /start must be/],
    [{ ...good, end: 'noon' }, /end must be/],
    [{ start: 1 }, /end/],
    [{ ...good, speed: 0 }, /speed/],
    [{ ...good, speed: 65 }, /speed/],
    [{ ...good, transport: 'sctp' }, /transport/],
    [{ ...good, priority: 1.5 }, /priority/],
    [{ ...good, sped: 2 }, /sped|additional/],
  ] as const) {
    const answer = await server.ask('POST', POST, body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.match(answer.json.detail, words);
  }
});

test('the list has filters and pages, the newest first; one that is not there is 404', async () => {
  const { ask } = server;
  const ids = async (query: string) =>
    (await ask('GET', `/api/v1/downloads?${query}`)).json.items.map(({ id }: { id: string }) => id);
  assert.deepEqual(await ids(''), ['new', 'old']);
  assert.deepEqual(await ids('state=queued'), ['old']);
  assert.deepEqual(await ids('channelId=C'), ['new']);
  assert.deepEqual(await ids('deviceId=X'), []);
  assert.deepEqual(await ids('q=old'), ['old']);
  const page = await ask('GET', '/api/v1/downloads?limit=1');
  assert.deepEqual(await ids(`limit=1&cursor=${page.json.next}`), ['old']);
  assert.deepEqual((await ask('GET', '/api/v1/downloads/new')).json, view('new'));
  for (const [method, path] of [
    ['GET', 'none'],
    ['DELETE', 'none'],
    ['POST', 'none/cancel'],
    ['POST', 'none/retry'],
  ] as const) {
    const answer = await ask(method, `/api/v1/downloads/${path}`);
    assert.deepEqual([answer.status, answer.json.code], [404, 'download_not_found'], path);
  }
});

test('cancel, retry, priority and delete reach the gateway; whoever may only look may none of them', async () => {
  const { ask, gateway } = server;
  const calls = [
    ['POST', 'new/cancel', undefined, 200, ['downloads.cancel', 'new']],
    ['POST', 'new/retry', undefined, 200, ['downloads.retry', 'new']],
    ['PATCH', 'new', { priority: 7 }, 200, ['downloads.setPriority', 'new', 7]],
    ['DELETE', 'new', undefined, 204, ['downloads.delete', 'new']],
  ] as const;
  for (const [method, path, body, status, call] of calls) {
    assert.equal((await ask(method, `/api/v1/downloads/${path}`, body)).status, status);
    assert.deepEqual(gateway.calls.at(-1), call);
    const look = await ask(method, `/api/v1/downloads/${path}`, body, { authorization: `Bearer ${READ_TOKEN}` });
    assert.equal(look.status, 403);
  }
  assert.equal((await ask('PATCH', '/api/v1/downloads/new', { priority: 'high' })).status, 400);
});

test('the file is served in ranges, with an ETag, under its name, by a signed address too', async () => {
  const { ask, gateway, base } = server;
  assert.equal((await ask('GET', '/api/v1/downloads/new/file')).status, 409);
  gateway.downloadFile = { absolutePath: FILE, etag: 'new-complete-10', complete: true };
  const part = await ask('GET', '/api/v1/downloads/new/file?download=true', undefined, { range: 'bytes=2-4' });
  assert.deepEqual([part.status, part.text], [206, '234']);
  assert.equal(part.headers.get('etag'), '"new-complete-10"');
  assert.equal(
    part.headers.get('content-disposition'),
    'attachment; filename="C-20260930T120000--20260930T130000.mp4"',
  );
  const { json } = await ask('POST', '/api/v1/links', { path: '/api/v1/downloads/new/file', expiresSeconds: 60 });
  const signed = await fetch(new URL(json.url, base));
  assert.deepEqual([signed.status, await signed.text()], [200, '0123456789']);
  gateway.downloadFile = { absolutePath: FILE, etag: 'new-growing', complete: false };
  const growing = await ask('GET', '/api/v1/downloads/new/file');
  assert.equal(growing.headers.get('cache-control'), 'no-store');
});

test('the summary counts states and adds up the room that files take', async () => {
  const { ask, gateway } = server;
  const before = gateway.downloadList.splice(0);
  gateway.downloadList.push(
    view('a', { bytes: 100, state: 'complete' }),
    view('b', { bytes: 50, state: 'partial' }),
    view('c', { bytes: 0, state: 'queued' }),
    view('d', { bytes: 7, state: 'queued' }),
  );
  const { status, json } = await ask('GET', '/api/v1/downloads/summary');
  gateway.downloadList.splice(0, Number.POSITIVE_INFINITY, ...before);
  assert.equal(status, 200);
  assert.deepEqual(json, { count: 4, bytes: 157, states: { complete: 1, partial: 1, queued: 2 } });
});
