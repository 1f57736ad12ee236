/** The gateway with its switches of signalling security on, and cameras that live with them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCamera } from '../support/camera.ts';
import { runGateway, TOKEN, until } from '../support/gbgate.ts';
import { gbgateCommand } from '../support/program.ts';

const [GOOD, BARE] = ['34020000001320000001', '34020000001320000002'];

for (const sip of ['udp', 'tcp'] as const)
  test(`--sip-note enforce over ${sip}: a picture plays with signalling digests; a camera without them is not heard`, async (t) => {
    const gateway = await runGateway({
      args: ['--sip-note', 'enforce', '--sip-digest', 'SM3,SHA-256', '--linger', '1s'],
      mediaPorts: sip === 'udp' ? '48000-48499' : '48500-48999',
    });
    t.after(() => gateway.stop());
    const camera = await startCamera(gateway.sipPort, { id: GOOD, sip, note: 'SM3' });
    t.after(() => camera.stop());
    const channelId: string = await until('its channel', async () => {
      const { body } = await gateway.api('GET', `/api/v1/devices/${GOOD}/channels`);
      return body.items?.[0]?.id ?? false;
    });
    const film = await fetch(`${gateway.http}/live/${GOOD}/${channelId}.mp4?token=${TOKEN}`);
    const reader = film.body!.getReader();
    let bytes = 0;
    while (bytes < 100_000) {
      const { done, value } = await reader.read();
      assert.equal(done, false, `it ended after ${bytes} bytes`);
      bytes += value?.length ?? 0;
    }
    await reader.cancel();
    await until('the call is ended', () => Promise.resolve(camera.counts.calls === 0));
    const [device] = camera.devices;
    assert.equal(device!.notes.bad, 0, 'INVITE, ACK, BYE and answers: the camera found every Note of ours good');
    assert.ok(device!.notes.good > 5);
    const counters = async () => (await gateway.api('GET', '/api/v1/system')).body.counters;
    assert.equal((await counters()).sip_notes_refused_total, 0);

    const bare = await startCamera(gateway.sipPort, { id: BARE, sip, keepaliveSeconds: 1, retrySeconds: 1 });
    t.after(() => bare.stop());
    await until('its keepalives are refused', async () => (await counters()).sip_notes_refused_total > 2);
    assert.deepEqual((await gateway.api('GET', `/api/v1/devices/${BARE}/channels`)).body.items, []);
    await until('and that is written down', () =>
      Promise.resolve(
        gateway.log.some((line) => line.includes(BARE) && line.includes('without a good signalling digest')),
      ),
    );
  });

test('--sip-certificates: `gbgate simulate --key` logs in by certificate; its password lets nobody in', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-certificates-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyFile = join(folder, 'camera.key');
  await writeFile(keyFile, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(join(folder, `${GOOD}.pem`), keys.publicKey.export({ type: 'spki', format: 'pem' }));
  const gateway = await runGateway({ args: ['--sip-certificates', folder], mediaPorts: '49000-49499' });
  t.after(() => gateway.stop());
  const thief = await startCamera(gateway.sipPort, { id: GOOD, retrySeconds: 1 });
  t.after(() => thief.stop());
  const online = async () => (await gateway.api('GET', `/api/v1/devices/${GOOD}`)).body?.online === true;
  const tried = async () =>
    (await gateway.api('GET', '/api/v1/system')).body.counters.sip_registers_challenged_total > 0;
  await until('somebody tried its password', tried);
  assert.equal(await online(), false);

  const child = spawn(
    process.execPath,
    gbgateCommand(
      'simulate',
      ...['--server', `127.0.0.1:${gateway.sipPort}`, '--id', GOOD, '--password', 'nobody knows it'],
      ...['--key', keyFile, '--platform-key', join(folder, 'platform.pub')],
    ),
    { stdio: 'ignore' },
  );
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  await until('the camera itself is in', online);
});
