import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { HEARTBEAT_MS, MAX_LISTENERS } from '../../src/http/events.ts';
import { PING_MS } from '../../src/http/viewer-socket.ts';
import { CHANNEL, DEVICE } from './fake-gateway.ts';
import { opened, TOKEN, until } from './opened.ts';

const LIVE = `/live/${DEVICE}/${CHANNEL}.mp4`;
const ALLOWED = { authorization: `Bearer ${TOKEN}`, origin: 'https://vms.example' };

test('viewers are pinged every 20 s, and one that does not answer is cut', async (t) => {
  assert.equal(PING_MS, 20_000);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const o = await opened();
  try {
    const watch = (autoPong: boolean) =>
      new WebSocket(`ws://127.0.0.1:${o.http.port}${LIVE}?token=${TOKEN}`, { autoPong });
    const [alive, dead] = [watch(true), watch(false)];
    let pings = 0;
    let deadCode = 0;
    alive.on('ping', () => pings++);
    dead.on('ping', () => pings++);
    dead.on('close', (code) => {
      deadCode = code;
    });
    await until(() => o.gateway.viewers.length === 2);
    t.mock.timers.tick(PING_MS - 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(pings, 0);
    t.mock.timers.tick(1);
    await until(() => pings === 2);
    // Its pong was on the way before this ping: when that is answered, the pong is there.
    alive.ping();
    await once(alive, 'pong');
    t.mock.timers.tick(PING_MS);
    await until(() => deadCode === 1006);
    await until(() => pings === 3);
    assert.equal(alive.readyState, alive.OPEN);
    assert.deepEqual(
      o.gateway.viewers.map((viewer) => viewer.closed).sort(),
      [0, 1],
      'the cut viewer left the gateway, the other did not',
    );
    alive.terminate();
  } finally {
    await o.http.close();
  }
});

test('an event stream has a heartbeat every 15 s', async (t) => {
  assert.equal(HEARTBEAT_MS, 15_000);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const o = await opened();
  try {
    const answer = await fetch(`${o.base}/api/v1/events`, { headers: ALLOWED });
    let text = '';
    const reading = (async () => {
      for await (const piece of answer.body!) text += Buffer.from(piece);
    })();
    await until(() => o.gateway.listeners.size === 1 && text !== '');
    t.mock.timers.tick(HEARTBEAT_MS - 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(text, 'retry: 2000\n\n');
    t.mock.timers.tick(1);
    await until(() => text.endsWith(': heartbeat\n\n'));
    await o.http.close();
    await reading;
    assert.equal(o.gateway.listeners.size, 0);
  } finally {
    await o.http.close();
  }
});

test('no more than so many event streams are open at once; one that ends makes room', async () => {
  const o = await opened();
  const aborts = Array.from({ length: MAX_LISTENERS }, () => new AbortController());
  try {
    const headers = ALLOWED;
    await Promise.all(aborts.map(({ signal }) => fetch(`${o.base}/api/v1/events`, { headers, signal })));
    assert.equal(o.gateway.listeners.size, MAX_LISTENERS);
    const refused = await o.ask('GET', '/api/v1/events');
    assert.deepEqual([refused.status, refused.json.code], [429, 'rate_limited']);
    aborts[0]!.abort();
    await until(() => o.gateway.listeners.size === MAX_LISTENERS - 1);
    const again = await fetch(`${o.base}/api/v1/events`, { headers, signal: aborts[1]!.signal });
    assert.equal(again.status, 200);
  } finally {
    for (const abort of aborts) abort.abort();
    await o.http.close();
  }
});

test('pages of allowed origins may read events and chunked media; others may not', async () => {
  const o = await opened();
  try {
    const abort = new AbortController();
    const { signal } = abort;
    const events = await fetch(`${o.base}/api/v1/events`, { headers: ALLOWED, signal });
    assert.equal(events.headers.get('access-control-allow-origin'), ALLOWED.origin);
    assert.equal(events.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    const media = fetch(o.base + LIVE, { headers: ALLOWED, signal });
    await until(() => o.gateway.viewers.length === 1);
    o.gateway.viewers[0]!.sink.sendBinary(Buffer.from([1, 2, 3]));
    const { headers, status } = await media;
    assert.deepEqual(
      [status, headers.get('access-control-allow-origin'), headers.get('x-content-type-options')],
      [200, ALLOWED.origin, 'nosniff'],
    );
    const failing = fetch(o.base + LIVE, { headers: ALLOWED, signal });
    await until(() => o.gateway.viewers.length === 2);
    o.gateway.viewers[1]!.sink.close(4480, 'device_offline');
    assert.deepEqual(
      [(await failing).status, (await failing).headers.get('access-control-allow-origin')],
      [503, ALLOWED.origin],
    );
    const foreign = await fetch(`${o.base}/api/v1/events`, {
      headers: { ...ALLOWED, origin: 'https://evil.example' },
      signal,
    });
    assert.equal(foreign.headers.get('access-control-allow-origin'), null);
    abort.abort();
  } finally {
    await o.http.close();
  }
});

test('a viewer that comes when the rest has been cut does not hold up the end', async () => {
  const o = await opened();
  const { viewers } = o.gateway;
  const ws = new WebSocket(`ws://127.0.0.1:${o.http.port}${LIVE}?token=${TOKEN}`);
  await once(ws, 'open');
  await until(() => viewers.length === 1);
  const sinceMs = performance.now();
  await o.http.close();
  assert.ok(performance.now() - sinceMs < 15_000);
  const late = new WebSocket(`ws://127.0.0.1:${o.http.port}${LIVE}?token=${TOKEN}`);
  await once(late, 'error');
  assert.equal(viewers.length, 1);
});
