import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { MAX_CONTROLS_PER_SECOND } from '../../src/http/playback-command.ts';
import { signedAddress } from '../../src/http/signature.ts';
import { readMessage } from '../../src/http/viewer-socket.ts';
import { CHANNEL, DEVICE, stream as streamOf } from './fake-gateway.ts';
import { opened, READ_TOKEN, TOKEN, until } from './opened.ts';

let o: Awaited<ReturnType<typeof opened>>;
before(async () => {
  o = await opened();
});
after(() => o.http.close());

const LIVE = `/live/${DEVICE}/${CHANNEL}.mp4`;
const open = (path: string, protocols: string[] = [], headers: Record<string, string> = {}) =>
  new WebSocket(`ws://127.0.0.1:${o.http.port}${path}`, protocols, { headers });

async function closeOf(path: string, headers: Record<string, string> = {}): Promise<[number, string]> {
  const ws = open(path, [], headers);
  let upgraded = false;
  ws.on('open', () => {
    upgraded = true;
  });
  const [code, reason] = (await once(ws, 'close')) as [number, Buffer];
  assert.ok(upgraded, 'the upgrade is always accepted');
  return [code, String(reason)];
}

test('a viewer gets exactly the bytes and texts of its sink, under the subprotocol it asked for', async () => {
  const ws = open(`${LIVE}?stream=1&token=${TOKEN}`, ['other', 'gbgate.v1']);
  const heard: (string | Buffer)[] = [];
  ws.on('message', (data: Buffer, isBinary) => heard.push(isBinary ? data : String(data)));
  await once(ws, 'open');
  await until(() => o.gateway.viewers.length > 0);
  const viewer = o.gateway.viewers.at(-1)!;
  assert.equal(ws.protocol, 'gbgate.v1');
  assert.equal(ws.extensions, '');
  assert.deepEqual([viewer.what, viewer.options], [`${DEVICE}/${CHANNEL}/1`, { protocol: true, singleInit: false }]);
  viewer.sink.sendText('{"type":"init"}');
  viewer.sink.sendBinary(Buffer.from([1, 2, 3]));
  ws.send('{"type":"report","bufferedEnd":2.5,"currentTime":2}');
  ws.send('{"type":"report","bufferedEnd":"x"}');
  ws.send('garbage');
  ws.send(Buffer.from([9]));
  await until(() => heard.length === 2 && viewer.reports.length === 1);
  assert.deepEqual(heard, ['{"type":"init"}', Buffer.from([1, 2, 3])]);
  assert.deepEqual(viewer.reports, [[2.5, 2]]);
  viewer.sink.close(4410, 'ended');
  const [code, reason] = await once(ws, 'close');
  assert.deepEqual([code, String(reason)], [4410, 'ended']);
  await until(() => viewer.closed === 1);
  viewer.sink.sendBinary(Buffer.from([1]));
  viewer.sink.sendText('late');
  viewer.sink.close(1000, '');
});

test('without a subprotocol there are none', async () => {
  const ws = open(`/streams/s1.mp4?token=${READ_TOKEN}`);
  await once(ws, 'open');
  await until(() => o.gateway.viewers.at(-1)?.what === 's1');
  assert.equal(o.gateway.viewers.at(-1)?.options.protocol, false);
  ws.terminate();
  await until(() => o.gateway.viewers.at(-1)?.closed === 1);
});

test('a reason longer than a close frame is cut between two characters', async () => {
  for (const [reason, said] of [
    [`The device refused: ${'x'.repeat(500)}`, 123],
    [`a${'错'.repeat(200)}`, 121],
    ['😀'.repeat(40), 120],
    ['y'.repeat(123), 123],
  ] as const) {
    const ws = new WebSocket(`${o.base.replace('http', 'ws')}${LIVE}?token=${TOKEN}`);
    await once(ws, 'open');
    o.gateway.viewers.at(-1)?.sink.close(4408, reason);
    const [code, bytes] = (await once(ws, 'close')) as [number, Buffer];
    assert.deepEqual([code, bytes.length], [4408, said]);
    assert.ok(reason.startsWith(String(bytes)));
  }
});

test('a refused viewer is upgraded, then closed with its code and word', async () => {
  assert.deepEqual(await closeOf(LIVE), [4401, 'unauthorized']);
  assert.deepEqual(await closeOf(`${LIVE}?token=wrong`), [4401, 'unauthorized']);
  assert.deepEqual(await closeOf(`/else.mp4?token=${TOKEN}`), [4404, 'unknown']);
  assert.deepEqual(await closeOf(`${LIVE}?stream=x&token=${TOKEN}`), [4404, 'unknown']);
  assert.deepEqual(await closeOf(`${LIVE}?token=${TOKEN}`, { origin: 'https://evil.example' }), [4401, 'origin']);
  for (const [problem, code, word] of [
    ['channel_not_found', 4404, 'unknown'],
    ['device_offline', 4480, 'device_offline'],
    ['device_busy', 4486, 'device_busy'],
    ['port_exhausted', 4503, 'no_capacity'],
    ['no_media', 4408, 'no_media'],
    ['shutting_down', 1001, 'shutting_down'],
  ] as const) {
    o.gateway.refusal = { problem, detail: '' };
    assert.deepEqual(await closeOf(`${LIVE}?token=${TOKEN}`), [code, word]);
  }
  o.gateway.refusal = null;
});

test('our own page and allowed pages may open viewers', async () => {
  for (const origin of [o.base, 'https://vms.example']) {
    const ws = open(`${LIVE}?token=${TOKEN}`, [], { origin });
    const before = o.gateway.viewers.length;
    await once(ws, 'open');
    await until(() => o.gateway.viewers.length === before + 1);
    ws.terminate();
  }
});

test('a signature opens its own path until it runs out', async () => {
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  const good = signedAddress(o.gateway.signingKey, `${LIVE}?stream=0`, inAnHour);
  const count = o.gateway.viewers.length;
  const ws = open(good);
  await once(ws, 'open');
  await until(() => o.gateway.viewers.length === count + 1);
  ws.terminate();
  assert.deepEqual(await closeOf(good.replace('stream=0', 'stream=1')), [4401, 'unauthorized']);
  assert.deepEqual(await closeOf(good.replace(CHANNEL, DEVICE)), [4401, 'unauthorized']);
  assert.deepEqual(await closeOf(good.replace(String(inAnHour), String(inAnHour + 1))), [4401, 'unauthorized']);
  const old = signedAddress(o.gateway.signingKey, LIVE, Math.floor(Date.now() / 1000) - 1);
  assert.deepEqual(await closeOf(old), [4401, 'unauthorized']);
});

test('messages too long or too many close the socket, and only that one', async () => {
  const bystander = open(`${LIVE}?token=${TOKEN}`);
  await once(bystander, 'open');
  const long = open(`${LIVE}?token=${TOKEN}`);
  await once(long, 'open');
  long.send('x'.repeat(5000));
  assert.equal((await once(long, 'close'))[0], 1009);
  const many = open(`${LIVE}?token=${TOKEN}`);
  many.on('error', () => {});
  await once(many, 'open');
  for (let i = 0; i < 60; i++) many.send('{"type":"report","bufferedEnd":1,"currentTime":1}');
  assert.equal((await once(many, 'close'))[0], 1008);
  assert.equal(bystander.readyState, WebSocket.OPEN);
  bystander.terminate();
});

test('garbage in place of an upgrade or of frames harms nobody', async () => {
  for (const text of [
    'GET /live/1/2.mp4 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    'GET /live/1/2.mp4 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    '\u0000\u0001\u0002',
  ]) {
    const socket = connect(o.http.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(text);
    socket.resume();
    await once(socket, 'close');
  }
  const ws = open(`${LIVE}?token=${TOKEN}`);
  await once(ws, 'open');
  (ws as unknown as { _socket: { write(b: Buffer): void } })._socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  await once(ws, 'close');
  assert.equal((await fetch(`${o.base}/healthz`)).status, 200);
});

test('reports are two finite numbers of seconds', () => {
  assert.deepEqual(readMessage('{"type":"report","bufferedEnd":1,"currentTime":0.5,"more":1}'), {
    type: 'report',
    bufferedEnd: 1,
    currentTime: 0.5,
  });
  for (const bad of ['', 'null', '[]', '{"type":"report","bufferedEnd":-1,"currentTime":0}', '{"type":"report"}']) {
    assert.equal(readMessage(bad), null, bad);
  }
});

/** A viewer's socket, and what it was told so far. */
async function controlling(path: string) {
  const ws = open(path, ['gbgate.v1']);
  const heard: Record<string, unknown>[] = [];
  ws.on('message', (data) => heard.push(JSON.parse(String(data)) as Record<string, unknown>));
  await once(ws, 'open');
  const say = async (message: object) => {
    const before = heard.length;
    ws.send(JSON.stringify({ type: 'control', ...message }));
    await until(() => heard.length > before);
    return heard[before]!;
  };
  return { ws, heard, say };
}

test('a playback is moved over the socket of a viewer with the token, and the answer is a state', async () => {
  o.gateway.streamList.push({ ...streamOf('p1'), kind: 'playback', state: 'playing' });
  const { ws, say } = await controlling(`/streams/p1.mp4?token=${TOKEN}`);
  const time = '2026-01-05T08:30:00+08:00';
  for (const [message, command] of [
    [{ action: 'pause' }, { action: 'pause' }],
    [{ action: 'resume' }, { action: 'resume' }],
    [
      { action: 'speed', speed: 4 },
      { action: 'speed', speed: 4 },
    ],
    [
      { action: 'seek', time },
      { action: 'seek', epochMs: Date.parse(time) },
    ],
  ] as const) {
    assert.deepEqual(await say(message), { type: 'state', state: 'playing', action: message.action });
    assert.deepEqual(o.gateway.calls.findLast(([name]) => name === 'playbacks.control')?.slice(1), ['p1', command]);
  }
  o.gateway.controlAnswer = { problem: 'not_supported', detail: 'The device does not play at speed 8.' };
  const refused = await say({ action: 'speed', speed: 8 });
  o.gateway.controlAnswer = null;
  assert.deepEqual(refused, {
    type: 'state',
    state: 'playing',
    action: 'speed',
    code: 'not_supported',
    detail: 'The device does not play at speed 8.',
  });
  ws.terminate();
});

test('what is no command, a live stream, and an address that lets look only are refused', async () => {
  o.gateway.streamList.push({ ...streamOf('p2'), kind: 'playback', state: 'paused' });
  const before = o.gateway.calls.filter(([name]) => name === 'playbacks.control').length;
  const admin = await controlling(`/streams/p2.mp4?token=${TOKEN}`);
  for (const message of [
    {},
    { action: 'stop' },
    { action: 'speed' },
    { action: 'speed', speed: 'fast' },
    { action: 'seek', time: 'now' },
    { action: 'seek', time: `2026-01-05T08:30:00+08:00${' '.repeat(60)}` },
    { action: ['pause'] },
    { action: 'pause', more: 1 },
  ])
    assert.equal((await admin.say(message)).code, 'bad_request', JSON.stringify(message));
  const live = await controlling(`${LIVE}?token=${TOKEN}`);
  assert.equal((await live.say({ action: 'pause' })).code, 'not_supported');
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  const signed = await controlling(signedAddress(o.gateway.signingKey, '/streams/p2.mp4', inAnHour));
  const reader = await controlling(`/streams/p2.mp4?token=${READ_TOKEN}`);
  for (const looker of [signed, reader])
    assert.deepEqual(await looker.say({ action: 'resume' }), {
      type: 'state',
      state: 'paused',
      action: 'resume',
      code: 'forbidden',
      detail: 'This address lets look, not control.',
    });
  assert.equal(o.gateway.calls.filter(([name]) => name === 'playbacks.control').length, before);
  for (const { ws } of [admin, live, signed, reader]) ws.terminate();
});

test('more commands than a finger makes are refused, each with an answer', async () => {
  o.gateway.streamList.push({ ...streamOf('p3'), kind: 'playback', state: 'playing' });
  const { ws, heard } = await controlling(`/streams/p3.mp4?token=${TOKEN}`);
  const count = MAX_CONTROLS_PER_SECOND + 5;
  for (let i = 0; i < count; i++) ws.send('{"type":"control","action":"pause"}');
  await until(() => heard.length === count);
  assert.ok(heard.some(({ code }) => code === 'rate_limited'));
  assert.equal(ws.readyState, WebSocket.OPEN);
  ws.terminate();
});

test('chunked HTTP: the bytes of the sink, then a clean end', async () => {
  const count = o.gateway.viewers.length;
  const asked = fetch(`${o.base}${LIVE}?token=${TOKEN}`);
  await until(() => o.gateway.viewers.length === count + 1);
  const viewer = o.gateway.viewers.at(-1)!;
  assert.deepEqual(viewer.options, { protocol: false, singleInit: true });
  viewer.sink.sendBinary(Buffer.from('ftyp'));
  const answer = await asked;
  assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'video/mp4']);
  viewer.sink.sendText('never seen');
  viewer.sink.sendBinary(Buffer.from('moof'));
  viewer.sink.close(4410, 'new init');
  assert.equal(await answer.text(), 'ftypmoof');
  await until(() => viewer.closed === 1);
});

test('chunked HTTP: a pull that fails before the first byte is an HTTP error', async () => {
  for (const [code, status, name] of [
    [4408, 502, 'no_media'],
    [4480, 503, 'device_offline'],
    [4486, 409, 'device_busy'],
  ] as const) {
    const count = o.gateway.viewers.length;
    const asked = fetch(`${o.base}${LIVE}?token=${TOKEN}`);
    await until(() => o.gateway.viewers.length === count + 1);
    o.gateway.viewers.at(-1)!.sink.close(code, 'word');
    const answer = await asked;
    assert.equal(answer.status, status);
    assert.equal(((await answer.json()) as { code: string }).code, name);
  }
  o.gateway.refusal = { problem: 'channel_not_found', detail: 'none' };
  assert.equal((await fetch(`${o.base}${LIVE}?token=${TOKEN}`)).status, 404);
  o.gateway.refusal = null;
});

test('chunked HTTP: HEAD pulls nothing; a client that goes away closes its viewer', async () => {
  const count = o.gateway.viewers.length;
  assert.equal((await fetch(`${o.base}${LIVE}?token=${TOKEN}`, { method: 'HEAD' })).status, 200);
  assert.equal(o.gateway.viewers.length, count);
  const gone = new AbortController();
  const asked = fetch(`${o.base}${LIVE}?token=${TOKEN}`, { signal: gone.signal }).catch(() => null);
  await until(() => o.gateway.viewers.length === count + 1);
  gone.abort();
  await asked;
  await until(() => o.gateway.viewers.at(-1)?.closed === 1);
});

test('a reader that never reads is seen in bufferedBytes', async () => {
  const count = o.gateway.viewers.length;
  const socket = connect(o.http.port, '127.0.0.1');
  socket.write(`GET ${LIVE}?token=${TOKEN} HTTP/1.1\r\nHost: x\r\n\r\n`);
  socket.pause();
  socket.on('error', () => {});
  await until(() => o.gateway.viewers.length === count + 1);
  const { sink } = o.gateway.viewers.at(-1)!;
  const block = Buffer.alloc(1024 * 1024);
  for (let i = 0; i < 16; i++) sink.sendBinary(block);
  assert.ok(sink.bufferedBytes > 4 * 1024 * 1024, String(sink.bufferedBytes));
  sink.close(4429, 'too_slow');
  await until(() => o.gateway.viewers.at(-1)?.closed === 1);
  socket.destroy();
});

test('closing the server tells viewers 1001 and ends event streams', async () => {
  const own = await opened();
  const ws = new WebSocket(`ws://127.0.0.1:${own.http.port}${LIVE}?token=${TOKEN}`);
  await once(ws, 'open');
  const events = await fetch(`${own.base}/api/v1/events?token=${TOKEN}`);
  const closed = once(ws, 'close');
  const ended = events.text();
  await Promise.all([own.http.close(), own.http.close()]);
  assert.equal((await closed)[0], 1001);
  await ended.catch(() => '');
  assert.equal(own.gateway.listeners.size, 0);
});
