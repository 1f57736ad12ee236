import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { answerChallenge, type DigestAlgorithm, parseChallenge } from '../../src/sip/digest.ts';
import { eventually, ID, open } from './opened.ts';
import { DOMAIN, PLATFORM_ID, type ScriptedDevice } from './scripted-device.ts';

async function login(camera: ScriptedDevice, algorithm: DigestAlgorithm) {
  const first = await camera.send('REGISTER', ['Expires: 3600']);
  const offered = first.headers.all('WWW-Authenticate').map((text) => parseChallenge(text));
  const challenge = { ...offered[0]!, algorithm };
  const uri = `sip:${PLATFORM_ID}@${DOMAIN}`;
  const who = { username: camera.id, password: 'secret', method: 'REGISTER', uri, cnonce: 'abc', nc: 1 };
  const last = await camera.send('REGISTER', ['Expires: 3600', `Authorization: ${answerChallenge(challenge, who)}`]);
  return { offered: offered.map((one) => one?.algorithm), status: last.status };
}

test('several hashes are offered, strongest first, and any of them is taken', async (t) => {
  const { device } = await open(t, { digest: ['SM3', 'SHA-256', 'MD5'] });
  for (const [index, algorithm] of (['SM3', 'SHA-256', 'MD5'] as const).entries()) {
    const camera = await device(`3402000000118000000${index}`);
    const { offered, status } = await login(camera, algorithm);
    assert.deepEqual(offered, ['SM3', 'SHA-256', 'MD5']);
    assert.equal(status, 200, algorithm);
  }
});

test('where MD5 is not offered nobody gets in with it', async (t) => {
  const { device, events } = await open(t, { digest: ['SHA-256'] });
  const camera = await device();
  assert.deepEqual(await login(camera, 'MD5'), { offered: ['SHA-256'], status: 403 });
  assert.ok(
    events.some((event) => event.type === 'device.rejected' && /MD5, which is not offered/.test(event.data.detail)),
  );
  assert.equal((await login(camera, 'SHA-256')).status, 200);
});

test('a device whose profile names its hash is offered that one', async (t) => {
  const { device, server } = await open(t, { digest: ['SHA-256'] });
  const camera = await device();
  assert.equal((await login(camera, 'SHA-256')).status, 200);
  const row = server.directory.device(ID)!;
  Object.assign(row, { profile: { ...row.profile, algorithm: 'MD5' } });
  assert.deepEqual(await login(camera, 'MD5'), { offered: ['MD5'], status: 200 });
});

test('a device that never answers is offered MD5 alone, every other time', async (t) => {
  const { device, time } = await open(t, { digest: ['SHA-256', 'MD5'] });
  const camera = await device();
  const offers: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    offers.push((await camera.send('REGISTER', ['Expires: 60'])).headers.all('WWW-Authenticate').length);
    time.offsetMs += 2_500;
  }
  assert.deepEqual(offers, [2, 2, 2, 1, 2]);
});

test('the simulated camera takes the strongest', async (t) => {
  const answers: string[] = [];
  const { server } = await open(t, {
    digest: ['SHA-256', 'MD5'],
    trace: (direction, message) => {
      if (direction === 'in') answers.push(Buffer.from(message).toString('latin1'));
    },
  });
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
    quirks: new Set(),
  });
  t.after(() => simulator.stop());
  await eventually(() => server.directory.device(ID)?.online === true, 'it is online');
  assert.ok(answers.some((text) => /^Authorization: Digest .*algorithm=SHA-256/m.test(text)));
});
