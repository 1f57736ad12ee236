import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CHANNEL, eventually, ID, invite, registered, SDP } from './opened.ts';
import { PLATFORM_ID } from './scripted-device.ts';

const OTHER = '34020000001320000002';
const body = (id: string, type: string | null = '121') =>
  `<?xml version="1.0"?><Notify><CmdType>MediaStatus</CmdType><SN>9</SN><DeviceID>${id}</DeviceID>${type === null ? '' : `<NotifyType>${type}</NotifyType>`}</Notify>`;
const XML = ['Content-Type: Application/MANSCDP+xml'];

/** A device that answers every INVITE; `play` begins a call for footage. */
async function playing(t: TestContext) {
  const world = await registered(t);
  world.onInvite((request) => world.camera.reply(request, 200, { body: SDP }));
  const play = async (channelId = CHANNEL) => {
    const told: string[] = [];
    let answered = false;
    const call = world.server.invite({
      deviceId: ID,
      channelId,
      subject: `${channelId}:1200000001,${PLATFORM_ID}:0`,
      sdp: SDP,
      timeoutMs: 10_000,
      onProvisional: () => {},
      onAnswer: () => {
        answered = true;
      },
      onFailure: (failure) => assert.fail(failure.kind),
      onBye: (reason) => told.push(`bye ${reason}`),
      onDoubtfulBye: () => told.push('doubtful bye'),
      onMediaStatus: (notifyType) => told.push(notifyType),
    });
    await eventually(() => answered, 'the call is up');
    return { call, told };
  };
  const codes = () => world.server.findingsOf(ID).map(({ code }) => code);
  const inDialogue = (callId: string) => ({
    dialogue: [
      `From: <sip:${CHANNEL}@3402000000>;tag=dev1`,
      `To: <sip:${PLATFORM_ID}@3402000000>;tag=x`,
      `Call-ID: ${callId}`,
    ],
  });
  return { ...world, play, codes, inDialogue };
}

test('MediaStatus 121 inside of the dialogue is told to its call, and nothing is tolerated', async (t) => {
  const { camera, play, codes, inDialogue } = await playing(t);
  const one = await play();
  const two = await play();
  const before = codes();
  assert.equal((await camera.send('MESSAGE', XML, body(CHANNEL), inDialogue(two.call.callId))).status, 200);
  assert.deepEqual([one.told, two.told], [[], ['121']]);
  assert.deepEqual(codes(), before);
  assert.equal(two.call.answered, true, 'the call is still up: what was sent may still come');
});

test('PB-1: outside of the dialogue it is told to the only call of the channel it names', async (t) => {
  const { camera, play, codes } = await playing(t);
  const one = await play();
  const two = await play(OTHER);
  await camera.message(body(OTHER));
  assert.deepEqual([one.told, two.told], [[], ['121']]);
  assert.ok(codes().includes('PB-1'));
});

test('PB-1: with the device in its body and the channel in From it is told to the call of that channel', async (t) => {
  const { camera, play } = await playing(t);
  const one = await play();
  const two = await play(OTHER);
  await camera.send('MESSAGE', XML, body(ID), { from: OTHER });
  assert.deepEqual([one.told, two.told], [[], ['121']]);
});

test('PB-1: with an id that nobody knows it is told to the only call for footage at that address', async (t) => {
  const { camera, play, codes } = await playing(t);
  const one = await play();
  assert.equal((await camera.send('MESSAGE', XML, body('media-7'), { from: '99999999999999999999' })).status, 200);
  assert.deepEqual(one.told, ['121']);
  assert.ok(codes().includes('PB-1'));
});

test('PB-1: when several calls are possible nobody is told, and it is answered 200', async (t) => {
  const { camera, play } = await playing(t);
  const one = await play();
  const two = await play();
  assert.equal((await camera.message(body(CHANNEL))).status, 200);
  assert.equal((await camera.message(body(ID))).status, 200);
  assert.deepEqual([one.told, two.told], [[], []]);
});

test('PB-1: a live call hears nothing, and is not counted among those for footage', async (t) => {
  const { camera, play, server } = await playing(t);
  const live = invite(server);
  const footage = await play();
  await camera.message(body(CHANNEL));
  assert.deepEqual(footage.told, ['121']);
  assert.ok(!live.outcome.log.some((line) => line.includes('121')));
});

test('PB-1: from another address nobody is told, whatever it knows', async (t) => {
  const { play, device, inDialogue } = await playing(t);
  const one = await play();
  const stranger = await device('34020000001180000077', '127.0.0.2');
  const dialogue = await stranger.send('MESSAGE', XML, body(CHANNEL), inDialogue(one.call.callId));
  const outside = await stranger.message(body(CHANNEL), ID);
  assert.deepEqual([dialogue.status, outside.status, one.told], [403, 403, []]);
});

test('PB-1: only the end of a file makes an unknown sender known', async (t) => {
  const { camera, play } = await playing(t);
  await play();
  const keepalive = body('x').replaceAll('MediaStatus', 'Keepalive');
  assert.equal((await camera.send('MESSAGE', XML, keepalive, { from: '99999999999999999999' })).status, 403);
});

test('without a type it means the end; other types are told as they are; after the call it is only answered', async (t) => {
  const { camera, play, server } = await playing(t);
  const one = await play();
  await camera.message(body(CHANNEL, null));
  await camera.message(body(CHANNEL, ' 122 '));
  assert.deepEqual(one.told, ['121', '122']);
  await one.call.hangUp();
  assert.equal((await camera.message(body(CHANNEL))).status, 200);
  assert.deepEqual(one.told, ['121', '122']);
  assert.equal(server.counters().sip_media_statuses_total, 3);
});

test('PB-12: the answer to an INFO comes with its body', async (t) => {
  const { camera, play } = await playing(t);
  const { call } = await play();
  const answer = 'RTSP/1.0 200 OK\r\nCSeq: 4\r\nRTP-Info: seq=1;rtptime=2\r\n\r\n';
  camera.onRequest = (request) =>
    camera.reply(
      request,
      200,
      request.method === 'INFO' ? { headers: ['Content-Type: Application/MANSRTSP'], body: answer } : {},
    );
  assert.deepEqual(await call.info('Application/MANSRTSP', 'PLAY RTSP/1.0\r\n\r\n'), { status: 200, body: answer });
  camera.onRequest = (request) => camera.reply(request, request.method === 'INFO' ? 400 : 200);
  assert.deepEqual(await call.info('Application/MANSRTSP', 'PLAY RTSP/1.0\r\n\r\n'), { status: 400, body: '' });
  await call.hangUp();
  assert.deepEqual(await call.info('Application/MANSRTSP', 'PLAY RTSP/1.0\r\n\r\n'), { status: 481, body: '' });
});
