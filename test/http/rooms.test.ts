import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Auth, redacted, WATCHED_ADDRESSES, WRONG_TOKENS_PER_MINUTE } from '../../src/http/auth.ts';
import { parseRange } from '../../src/http/file-answer.ts';
import { baseAddress, isOriginAllowed } from '../../src/http/origin.ts';
import { openHttp } from '../../src/http/server.ts';
import { signatureOf } from '../../src/http/signature.ts';
import { parseTime } from '../../src/http/times.ts';
import { viewerAddress } from '../../src/http/viewer-address.ts';
import { recording } from './fake-gateway.ts';
import { opened } from './opened.ts';

test('times: ISO 8601 with a zone, a blank for a lost plus, epoch seconds', () => {
  const eight = Date.parse('2026-01-01T00:00:00Z');
  for (const [text, ms] of [
    ['2026-01-01T08:00:00+08:00', eight],
    ['2026-01-01T08:00:00 08:00', eight],
    ['2026-01-01T08:00+0800', eight],
    ['2026-01-01T00:00:00.250Z', eight + 250],
    ['2025-12-31T19:00:00-05:00', eight],
    [String(eight / 1000), eight],
    ['1.5', 1500],
    ['2026-01-01T08:00:00', null],
    ['2026-02-30T08:00:00Z', null],
    ['2026-13-01T08:00:00Z', null],
    ['yesterday', null],
    ['', null],
    ['-1', null],
  ] as const) {
    assert.equal(parseTime(text), ms, text);
  }
});

test('ranges of RFC 9110', () => {
  for (const [header, expected] of [
    [undefined, 'whole'],
    ['bytes=0-9', [0, 9]],
    ['bytes=90-', [90, 99]],
    ['bytes=-10', [90, 99]],
    ['bytes=-1000', [0, 99]],
    ['bytes=0-1000', [0, 99]],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-0', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['lines=0-1', 'whole'],
    ['bytes=-', 'whole'],
  ] as const) {
    assert.deepEqual(parseRange(header, 100), expected, header);
  }
  assert.equal(parseRange('bytes=0-', 0), 'unsatisfiable');
});

test('the signature is the one of the contract', () => {
  const key = Buffer.from('k');
  const right = createHmac('sha256', key).update('v1\n/live/1/2\na=%20&stream=1\n1700000000').digest('base64url');
  const query = new URLSearchParams('stream=1&token=t&a=+&expires=1&sign=x');
  assert.equal(signatureOf(key, '/live/1/2.mp4', query, '1700000000'), right);
  assert.equal(signatureOf(key, '/live/1/2.m3u8', query, '1700000000'), right);
});

test('wrong tokens are counted for each address, and the right one still passes', () => {
  let nowMs = 0;
  const auth = new Auth({ token: 't', readToken: 'r', signingKey: Buffer.from('k'), epochMs: () => nowMs });
  const ask = (token: string | null, remote: string) =>
    auth.grant(
      {
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
        path: '/',
        query: new URLSearchParams(),
        remote,
      },
      true,
    );
  for (let i = 0; i < WRONG_TOKENS_PER_MINUTE; i++) assert.equal(ask('x', 'a'), 'unauthorized');
  assert.equal(ask('x', 'a'), 'locked');
  assert.equal(ask('x', 'b'), 'unauthorized');
  assert.equal(ask(null, 'a'), 'unauthorized');
  assert.equal(ask('t', 'a'), 'admin');
  assert.equal(ask('r', 'a'), 'reader');
  nowMs = 61_000;
  assert.equal(ask('x', 'a'), 'unauthorized');
  for (let i = 0; i <= WRONG_TOKENS_PER_MINUTE; i++) ask('x', 'victim');
  for (let i = 0; i < WATCHED_ADDRESSES; i++) ask('x', `n${i}`);
  assert.equal(ask('x', 'victim'), 'unauthorized', 'the oldest was forgotten: the table is bounded');
});

test('logs hold no secrets', () => {
  assert.equal(redacted('/a?token=s&x=1&sign=q#f'), '/a?token=[redacted]&x=1&sign=[redacted]#f');
  assert.equal(redacted('/a?x=1&%74oken=s&TOKEN=s&tokens=5'), '/a?x=1&%74oken=[redacted]&TOKEN=[redacted]&tokens=5');
});

test('addresses are written with our public name, or the host that was asked for if it is one', () => {
  const plain = { publicUrl: null };
  assert.equal(baseAddress({ host: 'nvr:81' }, 8080, plain), 'http://nvr:81');
  assert.equal(baseAddress({ host: 'nvr:81' }, 8080, { ...plain, isSecure: true }), 'https://nvr:81');
  assert.equal(baseAddress({ host: 'x"><script>' }, 8080, plain), 'http://localhost:8080');
  assert.equal(baseAddress({ host: 'nvr' }, 8080, { publicUrl: 'https://v.example/gb/' }), 'https://v.example/gb');
  assert.equal(isOriginAllowed({ host: '[::1]:80', origin: 'http://[::1]' }, { allowed: [], publicUrl: null }), true);
  assert.equal(isOriginAllowed({ host: 'a', origin: 'null' }, { allowed: [], publicUrl: null }), false);
  assert.equal(isOriginAllowed({ host: 'a:80', origin: 'http://a:81' }, { allowed: [], publicUrl: null }), false);
  assert.equal(
    isOriginAllowed({ host: 'in', origin: 'https://v.example' }, { allowed: [], publicUrl: 'https://v.example/gb' }),
    true,
  );
});

test('viewer addresses', () => {
  const of = (path: string, query = '') => viewerAddress(path, new URLSearchParams(query));
  assert.deepEqual(of('/live/1/2.mp4'), { kind: 'live', deviceId: '1', channelId: '2', streamNumber: 0 });
  assert.deepEqual(of('/streams/a.b.mp4'), { kind: 'stream', streamId: 'a.b' });
  for (const bad of [
    '/live/1/2',
    '/live/1/2.m3u8',
    '/live//2.mp4',
    '/live/1/%zz.mp4',
    '/streams/.mp4',
    '/live/1/2/3.mp4',
  ]) {
    assert.equal(of(bad), null, bad);
  }
});

test('a recording is served whole, in ranges, by tag, and as it grows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-file-'));
  const o = await opened();
  try {
    const path = join(folder, 'a.mp4');
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));
    await writeFile(path, bytes);
    o.gateway.recordingList.push(recording('r1'));
    o.gateway.file = { absolutePath: path, etag: 'v1', complete: true };
    const url = '/api/v1/recordings/r1/file';
    const get = (headers: Record<string, string>) =>
      fetch(o.base + url, { headers: { authorization: 'Bearer token-that-looks', ...headers } });
    const whole = await get({});
    assert.deepEqual(
      [whole.status, whole.headers.get('etag'), whole.headers.get('accept-ranges')],
      [200, '"v1"', 'bytes'],
    );
    assert.deepEqual(Buffer.from(await whole.arrayBuffer()), bytes);
    const part = await get({ range: 'bytes=100-199' });
    assert.deepEqual([part.status, part.headers.get('content-range')], [206, 'bytes 100-199/1000']);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(100, 200));
    assert.equal((await get({ range: 'bytes=1000-' })).status, 416);
    assert.equal((await get({ 'if-none-match': 'W/"v1", "v0"' })).status, 304);
    assert.equal((await get({ range: 'bytes=0-1', 'if-range': '"v1"' })).status, 206);
    assert.equal((await get({ range: 'bytes=0-1', 'if-range': '"v0"' })).status, 200);
    const head = await o.ask('HEAD', url);
    assert.deepEqual([head.status, head.headers.get('content-length'), head.text], [200, '1000', '']);
    assert.match(
      (await o.ask('GET', `${url}?download=true`)).headers.get('content-disposition') ?? '',
      /^attachment; filename="[\w.-]+\.mp4"$/,
    );
    o.gateway.file = { absolutePath: path, etag: 'v2', complete: false };
    assert.equal((await get({})).headers.get('cache-control'), 'no-store');
    assert.equal((await get({ 'if-none-match': '"v2"' })).status, 200, 'what grows is never the same again');
    await rm(path);
    assert.equal((await o.ask('GET', url)).status, 404);
  } finally {
    await o.http.close();
    await rm(folder, { recursive: true });
  }
});

test('the page wants no token, keeps its hashed files in caches, and stays in its folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-page-'));
  await writeFile(join(folder, 'index.html'), '<p>page');
  await writeFile(join(folder, 'player.js'), '1');
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'assets', 'player-recorder-a1b2c3d4.js'), '1');
  await writeFile(join(folder, 'assets', 'page-a1b2c3d4.js'), '1');
  const o = await opened({ page: folder });
  try {
    const page = await fetch(`${o.base}/`);
    assert.deepEqual([page.status, await page.text(), page.headers.get('cache-control')], [200, '<p>page', 'no-cache']);
    const forOthers = async (path: string) =>
      (await fetch(`${o.base}/${path}`)).headers.get('access-control-allow-origin');
    assert.equal(await forOthers('player.js'), '*');
    assert.equal(await forOthers('assets/player-recorder-a1b2c3d4.js'), '*');
    assert.equal(await forOthers('assets/page-a1b2c3d4.js'), null);
    assert.equal((await fetch(`${o.base}/..%2f..%2fetc/passwd`)).status, 404);
    assert.equal((await fetch(`${o.base}/nothing.js`)).status, 404);
  } finally {
    await o.http.close();
    await rm(folder, { recursive: true });
  }
});

test('authentication can be switched off; an occupied port is one sentence', async () => {
  const o = await opened({ token: null });
  try {
    assert.equal((await fetch(`${o.base}/api/v1/devices`)).status, 200);
    const second = await openHttp(o.gateway, {
      logTail: o.ring,
      host: '127.0.0.1',
      port: o.http.port,
      publicUrl: null,
      token: null,
      readToken: null,
      allowedOrigins: [],
      version: '0',
      log: (await import('pino')).pino({ level: 'silent' }),
    });
    assert.deepEqual(second, { fault: `HTTP cannot listen on 127.0.0.1:${o.http.port}: the port is in use.` });
  } finally {
    await o.http.close();
  }
});
