/** SIP over TLS as it is switched on by its flags: a camera registers, is called and is hung up on over the connection that it made. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { startCamera } from '../support/camera.ts';
import { runGateway, TOKEN, until } from '../support/gbgate.ts';

const ID = '34020000001320000001';

test('--sip-tls-port: registration, catalogue, a live call and its end, all over one connection of the camera', async (t) => {
  const sipTlsPort = await freePort();
  const gateway = await runGateway({
    args: ['--tls-self-signed', '--sip-tls-port', String(sipTlsPort), '--linger', '1s'],
    mediaPorts: '47000-47999',
  });
  t.after(() => gateway.stop());
  const port = Number(new URL(gateway.http).port);
  const ca = await readFile(join(gateway.data, 'tls', 'self-signed.pem'), 'utf8');
  const api = async (path: string) => JSON.parse(await text({ port, ca, path }));

  // a device that verifies the platform finds the certificate of the page
  const verified = connect({ host: '127.0.0.1', port: sipTlsPort, ca });
  await once(verified, 'secureConnect');
  assert.equal(verified.authorized, true);
  verified.destroy();
  assert.equal((await api('/api/v1/system')).sipTlsPort, sipTlsPort);

  const camera = await startCamera(sipTlsPort, { id: ID, sip: 'tls' });
  t.after(() => camera.stop());
  const channelId: string = await until('its channel', async () => {
    const { items } = await api(`/api/v1/devices/${ID}/channels`).catch(() => ({ items: [] }));
    return items?.[0]?.id ?? false;
  });
  const device = await api(`/api/v1/devices/${ID}`);
  assert.equal(device.online, true);
  assert.equal(device.transport, 'tls');

  const film = await text({ port, ca, path: `/live/${ID}/${channelId}.mp4`, enoughBytes: 200_000 });
  assert.match(film.slice(0, 64), /ftyp/);
  assert.equal(camera.counts.callsTotal, 1);
  await until('the call is ended when nobody watches', () => Promise.resolve(camera.counts.calls === 0));
  assert.equal((await api(`/api/v1/devices/${ID}`)).address, device.address, 'it is the connection of the beginning');

  await camera.stop();
  await until('it signed off', async () => (await api(`/api/v1/devices/${ID}`)).online === false);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What an address answers, to its end or until there is enough. */
function text(o: { port: number; ca: string; path: string; enoughBytes?: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: o.port, ca: o.ca, path: o.path, headers: { authorization: `Bearer ${TOKEN}` } },
      (answer) => {
        const parts: Buffer[] = [];
        const whole = () => Buffer.concat(parts).toString('latin1');
        answer.on('data', (part: Buffer) => {
          parts.push(part);
          if (whole().length < (o.enoughBytes ?? Number.POSITIVE_INFINITY)) return;
          resolve(whole());
          asked.destroy();
        });
        answer.on('end', () => resolve(whole()));
        answer.on('error', () => {});
      },
    );
    asked.on('error', reject);
    asked.setTimeout(30_000, () => asked.destroy(new Error(`${o.path}: nothing comes`)));
    asked.end();
  });
}
