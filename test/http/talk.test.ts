import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { WebSocket } from 'ws';
import { MAX_VOICE_MESSAGES_PER_SECOND, talkAddress } from '../../src/http/talk-socket.ts';
import { CHANNEL, DEVICE } from './fake-gateway.ts';
import { opened, READ_TOKEN, TOKEN, until } from './opened.ts';

let o: Awaited<ReturnType<typeof opened>>;
before(async () => {
  o = await opened();
});
after(() => o.http.close());
beforeEach(() => {
  o.gateway.talks.refusal = null;
  o.gateway.talks.calls.length = 0;
});

const NAME = { deviceId: DEVICE, channelId: CHANNEL };
const C = `/api/v1/devices/${DEVICE}/channels/${CHANNEL}`;
const PATH = `/talk/${DEVICE}/${CHANNEL}`;
const open = (path: string, protocols: string[] = [], headers: Record<string, string> = {}) =>
  new WebSocket(`ws://127.0.0.1:${o.http.port}${path}`, protocols, { headers });
const closed = async (ws: WebSocket): Promise<[number, string]> => {
  const [code, reason] = (await once(ws, 'close')) as [number, Buffer];
  return [code, String(reason)];
};
const wav = (headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'audio/wav', ...headers },
  body: Buffer.from('RIFF....WAVE'),
});

test('a talk is begun, shown and ended; its address is whole', async () => {
  const begun = await o.ask('POST', `${C}/talk`, { mode: 'talk' });
  assert.equal(begun.status, 201);
  assert.equal(begun.json.urls.ws, `ws://127.0.0.1:${o.http.port}${PATH}`);
  assert.deepEqual([begun.json.id, begun.json.state], ['t1', 'talking']);
  assert.equal((await o.ask('GET', `${C}/talk`)).json.id, 't1');
  assert.equal((await o.ask('DELETE', `${C}/talk`)).status, 204);
  assert.deepEqual(o.gateway.talks.calls, [
    ['start', NAME, { mode: 'talk', force: false }],
    ['stop', NAME],
  ]);
  assert.equal((await o.ask('POST', `${C}/talk`)).status, 201);
  assert.equal((await o.ask('POST', `${C}/talk`, { mode: 'shout' })).status, 400);
});

test('a second talker is told that somebody talks already', async () => {
  o.gateway.talks.refusal = { problem: 'talk_busy', detail: 'Somebody talks.' };
  const answer = await o.ask('POST', `${C}/talk`, {});
  assert.deepEqual([answer.status, answer.json.code], [409, 'talk_busy']);
  assert.deepEqual(await closed(open(`${PATH}?token=${TOKEN}`)), [4486, 'talk_busy']);
});

test('a WAV file is spoken, to one channel and to many', async () => {
  const { calls } = o.gateway.talks;
  const one = await fetch(`${o.base}${C}/talk/audio?mode=broadcast`, wav());
  assert.equal(one.status, 201);
  const many = await fetch(`${o.base}/api/v1/announcements?channels=D1/C1,D2/C2`, wav());
  assert.equal(many.status, 202);
  assert.equal(((await many.json()) as { id: string }).id, 'a1');
  const json = await o.ask('POST', '/api/v1/announcements', {
    channels: [{ deviceId: 'D1', channelId: 'C1' }],
    audio: Buffer.from('RIFF').toString('base64'),
  });
  assert.equal(json.status, 202);
  assert.deepEqual(calls, [
    ['speak', NAME, 12, { mode: 'broadcast', force: false }],
    [
      'announce',
      [
        { deviceId: 'D1', channelId: 'C1' },
        { deviceId: 'D2', channelId: 'C2' },
      ],
      12,
    ],
    ['announce', [{ deviceId: 'D1', channelId: 'C1' }], 4],
  ]);
  assert.equal((await o.ask('GET', '/api/v1/announcements/a1')).json.items.length, 1);
});

test('what is no announcement is refused in words', async () => {
  const status = async (path: string, init: RequestInit) => (await fetch(o.base + path, init)).status;
  assert.equal(await status('/api/v1/announcements', wav()), 400);
  assert.equal(await status('/api/v1/announcements?channels=D1', wav()), 400);
  const nothing = await o.ask('POST', '/api/v1/announcements?channels=D1/C1');
  assert.deepEqual([nothing.status, nothing.json.code], [400, 'bad_request']);
  const html = await fetch(`${o.base}${C}/talk/audio`, wav({ 'content-type': 'text/html' }));
  assert.equal(html.status, 400);
  assert.match(((await html.json()) as { detail: string }).detail, /^Content-Type must be one of: audio\/wav, /);
  // told by its head alone
  const large = httpRequest(`${o.base}${C}/talk/audio`, {
    method: 'POST',
    headers: { ...wav().headers, 'content-length': 99_999_999 },
  });
  large.flushHeaders();
  const [refused] = (await once(large, 'response')) as [IncomingMessage];
  assert.equal(refused.statusCode, 413);
  assert.match(String(Buffer.concat(await refused.toArray())), /A body has at most 41943040 bytes here/);
  large.destroy();
  assert.equal((await o.ask('POST', `${C}/talk/audio`, { mode: 'auto' })).status, 400);
  assert.equal((await o.ask('POST', '/api/v1/announcements', { channels: [], audio: '' })).status, 400);
  // sound is taken by these routes only
  assert.equal(await status(`${C}/live`, wav()), 400);
  assert.equal(await status(`${C}/talk`, { method: 'POST', headers: { authorization: `Bearer ${READ_TOKEN}` } }), 403);
});

test('a speaker is heard as 16-bit samples, and hears the device', async () => {
  const ws = open(`${PATH}?token=${TOKEN}`, ['gbgate.v1']);
  const texts: Record<string, unknown>[] = [];
  const sounds: Buffer[] = [];
  ws.on('message', (data: Buffer, isBinary) => (isBinary ? sounds.push(data) : texts.push(JSON.parse(String(data)))));
  await once(ws, 'open');
  const { talks } = o.gateway;
  await until(() => talks.speakers.length > 0);
  const row = talks.speakers.at(-1)!;
  assert.deepEqual(row.channel, NAME);
  ws.send(Buffer.from([0x01, 0x00, 0xff, 0xff, 0x00, 0x80, 0x07]));
  ws.send('a text');
  await until(() => row.heard.length === 3);
  assert.deepEqual(row.heard, [1, -1, -32_768]);
  row.speaker.onTalking(talks.view(NAME));
  row.speaker.onHeard(Int16Array.of(-2, 258));
  await until(() => sounds.length === 1 && texts.length === 2);
  assert.deepEqual([...sounds[0]!], [0xfe, 0xff, 0x02, 0x01]);
  assert.deepEqual(
    texts.map(({ state }) => state),
    ['calling', 'talking'],
  );
  const end = closed(ws);
  row.speaker.onEnd({ cause: 'device_ended', reason: 'the device ended the call', problem: null });
  assert.deepEqual(await end, [4410, 'ended']);
  await until(() => row.closed > 0);
  assert.deepEqual(texts.at(-1), { type: 'end', cause: 'device_ended', reason: 'the device ended the call' });
});

test('without the subprotocol there are sounds only, and a refusal is a close code', async () => {
  const ws = open(`${PATH}?token=${TOKEN}`);
  let texts = 0;
  ws.on('message', (_, isBinary) => (texts += isBinary ? 0 : 1));
  await once(ws, 'open');
  const before = o.gateway.talks.speakers.length;
  await until(() => o.gateway.talks.speakers.length >= Math.max(1, before));
  const { speaker } = o.gateway.talks.speakers.at(-1)!;
  const end = closed(ws);
  speaker.onEnd({ cause: 'refused', reason: 'no', problem: { problem: 'not_supported', detail: 'no' } });
  assert.deepEqual(await end, [4408, 'not_supported']);
  assert.equal(texts, 0);
});

test('who may only look, comes from elsewhere or has no token is not heard', async () => {
  const before = o.gateway.talks.speakers.length;
  assert.deepEqual(await closed(open(PATH)), [4401, 'unauthorized']);
  assert.deepEqual(await closed(open(`${PATH}?token=${READ_TOKEN}`)), [4401, 'unauthorized']);
  const foreign = open(`${PATH}?token=${TOKEN}`, [], { origin: 'https://evil.example' });
  assert.deepEqual(await closed(foreign), [4401, 'origin']);
  assert.equal(o.gateway.talks.speakers.length, before);
});

test('a speaker that floods is closed', async () => {
  const ws = open(`${PATH}?token=${TOKEN}`);
  await once(ws, 'open');
  const end = closed(ws);
  for (let i = 0; i < 10 * MAX_VOICE_MESSAGES_PER_SECOND; i += 1) ws.send(Buffer.alloc(2));
  assert.deepEqual(await end, [1008, 'too_many_messages']);
});

test('addresses of speakers', () => {
  assert.deepEqual(talkAddress('/talk/a%2Fb/c'), { deviceId: 'a/b', channelId: 'c' });
  for (const path of ['/talk/a', '/talk/a/b/c', '/talk/%/b', '/live/a/b.mp4']) assert.equal(talkAddress(path), null);
});
