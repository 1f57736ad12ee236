import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { callProfileOf } from '../../../src/gateway/devices/profile.ts';
import { PeerLock } from '../../../src/media/ingest/peer.ts';
import { setByHand } from '../../../src/sip/camera/profile.ts';
import { deviceStatusQuestion } from '../../../src/sip/manscdp/device-status.ts';
import { keyFrameCommand } from '../../../src/sip/manscdp/key-frame.ts';
import type { SipRequest } from '../../../src/sip/wire/message.ts';
import { CHANNEL, commandOf, eventually, ID, open, registered } from '../../sip/opened.ts';
import { KEY, World } from '../world.ts';

/** Each field of a profile changes what is sent, or what is believed. */

const header = (request: SipRequest | undefined, name: string) => request?.headers.get(name) ?? '';

test('digest and algorithm: the challenge of the next registration', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  const row = server.directory.ensureDevice(ID)!;
  const challenge = async () =>
    (await camera.send('REGISTER', ['Expires: 3600'])).headers.get('WWW-Authenticate') ?? '';
  assert.match(await challenge(), /algorithm=MD5.*qop="auth"|qop="auth".*algorithm=MD5/);
  setByHand(row, { digest: 'plain', algorithm: 'SHA-256' });
  const changed = await challenge();
  assert.doesNotMatch(changed, /qop/);
  assert.match(changed, /algorithm=SHA-256/);
});

test('REG-17: date: Beijing, a zone, or no Date at all', async (t) => {
  const { server, device } = await open(t);
  const camera = await device();
  const row = server.directory.ensureDevice(ID)!;
  const date = async () => (await camera.register('secret')).headers.get('Date');
  const isNow = (text: string | null | undefined, offset: string) =>
    Math.abs(Date.parse(`${text}${offset}`) - Date.now()) < 30_000;
  assert.ok(isNow(await date(), '+08:00'));
  setByHand(row, { date: 'Asia/Tokyo' });
  assert.ok(isNow(await date(), '+09:00'));
  setByHand(row, { date: 'off' });
  assert.equal(await date(), undefined);
});

test('REG-8: openUnregister: leaving without a login', async (t) => {
  const { server, camera } = await registered(t);
  const leave = async () => (await camera.send('REGISTER', ['Expires: 0'])).status;
  assert.equal(await leave(), 401);
  setByHand(server.directory.device(ID)!, { openUnregister: true });
  assert.equal(await leave(), 200);
  assert.equal(server.directory.device(ID)?.online, false);
});

test('XML-1: charset: what we write to it', async (t) => {
  const { server, camera } = await registered(t);
  const asked = async () => {
    const before = camera.requests('MESSAGE').length;
    void server.ask(ID, deviceStatusQuestion(ID));
    await eventually(() => camera.requests('MESSAGE').length > before, 'a question');
    return Buffer.from(camera.requests('MESSAGE').at(-1)!.body).toString('latin1');
  };
  assert.match(await asked(), /encoding="GB2312"/);
  setByHand(server.directory.device(ID)!, { charset: 'UTF-8' });
  assert.match(await asked(), /encoding="UTF-8"/);
});

test('CAT-7: ignoreStatusNotify: OFF events of its channels are not believed', async (t) => {
  const { server, camera } = await registered(t);
  const notify = (event: string) =>
    camera.message(
      `<?xml version="1.0"?><Notify><CmdType>Catalog</CmdType><SN>7</SN><DeviceID>${ID}</DeviceID><SumNum>1</SumNum><DeviceList Num="1"><Item><DeviceID>${CHANNEL}</DeviceID><Event>${event}</Event><Name>c</Name><Status>ON</Status></Item></DeviceList></Notify>`,
    );
  await notify('ADD');
  await eventually(() => server.directory.channel(ID, CHANNEL) !== undefined, 'the channel');
  setByHand(server.directory.device(ID)!, { ignoreStatusNotify: true });
  await notify('OFF');
  assert.equal(server.directory.channel(ID, CHANNEL)?.status, 'on');
  setByHand(server.directory.device(ID)!, { ignoreStatusNotify: null });
  await notify('OFF');
  await eventually(() => server.directory.channel(ID, CHANNEL)?.status === 'off', 'off');
});

test('INV-5: idForm: whom the INVITE names', async (t) => {
  const { server, camera, onInvite } = await registered(t);
  onInvite((request) => camera.reply(request, 486));
  const named = async (idForm: 'channel' | 'device') => {
    const before = camera.requests('INVITE').length;
    server.invite({ ...inviteOptions(), idForm });
    await eventually(() => camera.requests('INVITE').length > before, 'an INVITE');
    const request = camera.requests('INVITE').at(-1);
    return [request?.uri.user, /sip:(\w+)@/.exec(header(request, 'To'))?.[1], header(request, 'Subject')];
  };
  const subject = inviteOptions().subject;
  assert.deepEqual(await named('channel'), [CHANNEL, CHANNEL, subject]);
  assert.deepEqual(await named('device'), [ID, ID, subject]);
});

test('PTZ-6: keyFrameCommand: the spelling on the wire, to the channel', async (t) => {
  const { server, camera } = await registered(t);
  const before = camera.requests('MESSAGE').length;
  void server.ask(ID, keyFrameCommand(CHANNEL, 'IFameCmd'));
  void server.ask(ID, keyFrameCommand(CHANNEL, 'IFrameCmd'));
  await eventually(() => camera.requests('MESSAGE').length === before + 2, 'two commands');
  const bodies = camera.requests('MESSAGE').slice(before);
  assert.deepEqual(bodies.map(commandOf), ['DeviceControl', 'DeviceControl']);
  const [first, second] = bodies.map((request) => Buffer.from(request.body).toString('latin1'));
  assert.match(first!, /<Control>.*<IFameCmd>Send<\/IFameCmd>/s);
  assert.match(second!, /<IFrameCmd>Send<\/IFrameCmd>/);
  assert.match(first!, new RegExp(`<DeviceID>${CHANNEL}</DeviceID>`));
  void server.ask('nobody', keyFrameCommand(CHANNEL, 'IFameCmd')); // a device that was deleted meanwhile
});

test('SSRC-1: ssrc `offered` by hand: nobody without the agreed SSRC gets in, not even from the right address', () => {
  const packet = (ssrc: number) => {
    const bytes = Buffer.from('806000010000000000000000000001ba44000400', 'hex');
    bytes.writeUInt32BE(ssrc, 8);
    return bytes;
  };
  for (const isStrict of [false, true]) {
    const peer = new PeerLock(200_000_001, isStrict);
    peer.answered(null, ['10.0.0.8']);
    assert.equal(peer.admit(packet(77), '10.0.0.8', 15_060, true, 0), isStrict ? 'refuse' : 'first');
    assert.equal(peer.strangers, isStrict ? 1 : 0);
    if (isStrict) assert.equal(peer.admit(packet(200_000_001), '10.0.0.9', 15_060, true, 1), 'first');
  }
});

describe('what a pull takes from the profile', () => {
  const offered = async (world: World) => {
    world.table.join('D', 'C', 1, { transport: 'udp', keep: false });
    await world.clock.advance(0);
    return world.invite.options;
  };

  it('INV-13: how the sub-stream is asked for', async () => {
    const lines = async (subStreamAttribute: World['profile']['subStreamAttribute']) => {
      const world = new World();
      world.profile = { ...world.profile, subStreamAttribute };
      const { sdp, subject } = await offered(world);
      return [sdp.split('\r\n').filter((line) => /^a=stream/i.test(line)), subject.split(',')[0]];
    };
    const all = ['a=streamnumber:1', 'a=streamprofile:1', 'a=stream:1', 'a=streamMode:sub'];
    const [spelled, ordinary] = await lines('all');
    assert.deepEqual(spelled, all);
    assert.match(String(ordinary), /^C:0\d{9}$/);
    assert.deepEqual((await lines('streamprofile'))[0], ['a=streamprofile:1']);
    assert.deepEqual((await lines('streamMode'))[0], ['a=streamMode:sub']);
    assert.deepEqual(await lines('subject'), [[], 'C:1']);
    assert.deepEqual((await lines('none'))[0], []);
  });

  it('whether others than the agreed SSRC get in, and whether reports are sent', async () => {
    const world = new World();
    world.profile = { ...world.profile, isSsrcStrict: true, hasReports: false };
    await offered(world);
    const { isSsrcStrict, hasReports } = world.receivers[0]!.options;
    assert.deepEqual([isSsrcStrict, hasReports], [true, false]);
  });

  it('ES-1, PTZ-6: key frames are asked for, in the other spelling when the first one was not obeyed; that is remembered', async () => {
    const world = new World();
    const live = world.pull();
    await world.play();
    const wanted = () => world.emit({ type: 'key-frame-wanted', reason: 'loss', waitedMs: 2000 });
    const key = () => world.emit({ type: 'fragment', fragment: KEY });
    wanted();
    key();
    assert.deepEqual([world.keyFramesAsked, world.keyFramesObeyed], [['IFameCmd'], []], 'the likely one worked');
    wanted();
    await world.clock.advance(5000);
    wanted();
    key();
    assert.deepEqual(world.keyFramesAsked, ['IFameCmd', 'IFameCmd', 'IFrameCmd']);
    assert.deepEqual(world.keyFramesObeyed, ['IFrameCmd']);
    wanted();
    await world.clock.advance(5000);
    wanted();
    await world.clock.advance(4000);
    key();
    assert.deepEqual(world.keyFramesObeyed, ['IFrameCmd'], 'one that came by itself teaches nothing');
    await live.end('test', 4410);
  });

  it('only what was set by hand makes the SSRC strict', () => {
    const device = { version: '3.0', mediaTransport: null, profile: {}, learned: { ssrc: 'offered' }, byHand: {} };
    type Known = NonNullable<Parameters<typeof callProfileOf>[0]>;
    assert.equal(callProfileOf(device as unknown as Known).isSsrcStrict, false);
    assert.equal(callProfileOf(device as unknown as Known).keyFrameCommand, 'IFrameCmd');
    const byHand = { ssrc: 'offered', rtcp: false, audioLaw: 'mu' };
    const strict = callProfileOf({ ...device, byHand } as unknown as Known);
    assert.deepEqual([strict.isSsrcStrict, strict.hasReports, strict.audioLaw], [true, false, 'mu']);
    assert.equal(callProfileOf(undefined).isSsrcStrict, false);
  });
});

function inviteOptions() {
  return {
    deviceId: ID,
    channelId: CHANNEL,
    subject: `${CHANNEL}:0200000001,34020000002000000001:0`,
    sdp: 'v=0\r\n',
    timeoutMs: 5000,
    onProvisional() {},
    onAnswer() {},
    onFailure() {},
    onBye() {},
    onDoubtfulBye() {},
  };
}
