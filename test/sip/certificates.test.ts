import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { certifiedAnswer } from '../../src/simulator/certificate.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { type DeviceCertificates, SECRET_MS } from '../../src/sip/camera/certificate-logins.ts';
import { readAsymmetricChallenge, writeAsymmetricAnswer, writeCapability } from '../../src/sip/wire/asymmetric.ts';
import type { SipResponse } from '../../src/sip/wire/message.ts';
import { eventually, ID, open } from './opened.ts';
import { PLATFORM_ID, type ScriptedDevice } from './scripted-device.ts';

/** Devices that log in with certificates of both sides. */

const pair = () => generateKeyPairSync('rsa', { modulusLength: 1024 });
const [platform, camera, other] = [pair(), pair(), pair()];

async function world(t: TestContext, endsEpochMs: number | null = null) {
  const certificates: DeviceCertificates = {
    platformKey: platform.privateKey,
    of: (id) => (id === ID ? { key: camera.publicKey, endsEpochMs } : null),
  };
  return open(t, { certificates });
}

const KEYS = { key: camera.privateKey, platformKey: platform.publicKey };
const send = (device: ScriptedDevice, authorization?: string) =>
  device.send('REGISTER', [
    'Expires: 3600',
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
  ]);
const challengeOf = (answer: SipResponse) => readAsymmetricChallenge(answer.headers.get('WWW-Authenticate') ?? '');

test('a device shows what it can do, is asked, shows that it read the secret, and is in', async (t) => {
  const { device, server } = await world(t);
  const scripted = await device();
  const asked = await send(scripted, writeCapability());
  assert.equal(asked.status, 401);
  assert.equal(asked.headers.get('X-GB-Ver'), '3.0');
  assert.equal(challengeOf(asked)?.hash, 'SHA256');
  const answer = certifiedAnswer(asked, KEYS);
  assert.ok(answer !== null, 'the platform is the one that it knows');
  assert.equal(certifiedAnswer(asked, { ...KEYS, platformKey: other.publicKey }), null);
  assert.equal(certifiedAnswer(asked, { ...KEYS, key: other.privateKey }), null);
  assert.equal((await send(scripted, answer)).status, 200);
  assert.equal(server.directory.device(ID)?.online, true);
  const again = await send(scripted, answer);
  assert.equal(again.status, 401, 'what was said once lets nobody in again');
  assert.notEqual(challengeOf(again)?.nonce, challengeOf(asked)?.nonce);
});

test('it gets in by nothing else: no password, no other key, no guess', async (t) => {
  const { device, events, server } = await world(t);
  const scripted = await device();
  const first = await scripted.register('secret');
  assert.equal(first.status, 401);
  assert.ok(challengeOf(first) !== null, 'who says nothing of certificates is told that they are wanted');
  assert.equal((await send(scripted, scripted.authorize('a', 'secret').replace('Authorization: ', ''))).status, 401);
  const { nonce, hash } = challengeOf(first)!;
  const guess = await send(scripted, writeAsymmetricAnswer(nonce, 'guess', hash));
  assert.deepEqual([guess.status, guess.reason], [403, 'Wrong Certificate']);
  const unable = await send(scripted, 'Capability algorithm="A:SM2;H:SM3"');
  assert.equal(unable.status, 403);
  assert.equal(server.directory.device(ID)?.online ?? false, false);
  const rejected = events.filter((event) => event.type === 'device.rejected');
  assert.deepEqual([...new Set(rejected.map(({ data }) => data.reason))], ['wrong-certificate']);
  // a guess of somebody else does no harm to who can read it
  assert.equal((await send(scripted, certifiedAnswer(first, KEYS)!)).status, 200);
});

test('a device without a certificate here logs in with its password', async (t) => {
  const { device } = await world(t);
  const scripted = await device('34020000001180000002');
  assert.equal((await scripted.register('secret')).status, 200);
  const capable = await send(scripted, writeCapability());
  assert.match(capable.headers.get('WWW-Authenticate') ?? '', /^Digest /);
});

test('many requests make one secret a half minute; it is good for a minute', async (t) => {
  const { device, time } = await world(t);
  const scripted = await device();
  const nonces = new Set<string>();
  const ask = async () => {
    const asked = await send(scripted, writeCapability());
    nonces.add(challengeOf(asked)!.nonce);
    return asked;
  };
  const first = await ask();
  for (let n = 0; n < 5; n += 1) await ask();
  assert.equal(nonces.size, 1);
  time.offsetMs += SECRET_MS / 2 + 1;
  const second = await ask();
  assert.equal(nonces.size, 2);
  time.offsetMs += SECRET_MS / 2;
  assert.equal((await send(scripted, certifiedAnswer(first, KEYS)!)).status, 401, 'too late');
  assert.equal((await send(scripted, certifiedAnswer(second, KEYS)!)).status, 200);
});

test('a certificate that has ended is none', async (t) => {
  const { device, events } = await world(t, Date.parse('2020-01-01T00:00:00Z'));
  assert.equal((await send(await device(), writeCapability())).status, 403);
  const [event] = events.filter(({ type }) => type === 'device.rejected');
  assert.match((event as { data: { detail: string } }).data.detail, /its certificate ended on 2020-01-01/);
});

test('the device takes the strongest hash that it and the platform know', async (t) => {
  const { device } = await world(t);
  const scripted = await device();
  const hash = async (capability: string) => challengeOf(await send(scripted, capability))?.hash;
  assert.equal(await hash('Capability algorithm="A:RSA;H:MD5;S:DES"'), 'MD5');
  assert.equal(await hash('Capability algorithm="A:RSA;H:SHA1,MD5;S:DES"'), 'SHA1');
  const older = await send(scripted, 'Capability algorithm="A:RSA;H:SHA1"');
  assert.equal((await send(scripted, certifiedAnswer(older, KEYS)!)).status, 200);
});

test('the simulated camera registers by certificate, refreshes and signs off', async (t) => {
  const { server } = await world(t);
  const simulator = await startSimulator({
    server: { host: '127.0.0.1', port: server.port },
    serverId: PLATFORM_ID,
    id: ID,
    password: 'not the one',
    channels: 1,
    count: 1,
    sip: 'udp',
    keepaliveSeconds: 60,
    expiresSeconds: 2,
    certificate: KEYS,
    quirks: new Set(),
  });
  t.after(() => simulator.stop());
  await eventually(() => server.directory.channelCount(ID) === 1, 'its catalogue');
  await eventually(() => (server.counters().sip_registers_accepted_total ?? 0) >= 2, 'it refreshed');
  await simulator.stop();
  await eventually(() => server.directory.device(ID)?.online === false, 'it signed off');
  assert.equal(server.counters().sip_registers_refused_total, 0);
});

test('a simulated camera that knows another platform does not let itself be registered', async (t) => {
  const { server } = await world(t);
  const simulator = await startSimulator({
    server: { host: '127.0.0.1', port: server.port },
    serverId: PLATFORM_ID,
    id: ID,
    password: 'secret',
    channels: 1,
    count: 1,
    sip: 'udp',
    keepaliveSeconds: 60,
    expiresSeconds: 3600,
    certificate: { ...KEYS, platformKey: other.publicKey },
    quirks: new Set(),
  });
  t.after(() => simulator.stop());
  await eventually(() => (server.counters().sip_registers_challenged_total ?? 0) >= 1, 'it was asked');
  assert.equal(await simulator.whenRegistered(500), false);
  assert.equal(server.counters().sip_registers_accepted_total, 0);
});
