/** HTTPS and WSS with a certificate that the gateway made itself, as a browser sees them. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { launchBrowser } from '../support/browser.ts';
import { runGateway, TOKEN } from '../support/gbgate.ts';

test('--tls-self-signed: the page, its API and its viewers by HTTPS and WSS', { timeout: 120_000 }, async (t) => {
  const gateway = await runGateway({ args: ['--tls-self-signed'], mediaPorts: '46000-46999' });
  t.after(() => gateway.stop());
  const port = Number(new URL(gateway.http).port);
  const cert = await readFile(join(gateway.data, 'tls', 'self-signed.pem'), 'utf8');
  // verified as any client does that was told to trust this certificate
  const socket = connect({ host: '127.0.0.1', port, ca: cert });
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', () => resolve()).once('error', reject));
  assert.equal(socket.authorized, true);
  assert.equal(socket.getPeerX509Certificate()?.fingerprint256, new X509Certificate(cert).fingerprint256);
  socket.destroy();

  const browser = await launchBrowser({ trustsAnyCertificate: true });
  t.after(() => browser.close());
  const page = await browser.open(`https://127.0.0.1:${port}/#token=${TOKEN}`);
  await page.waitForSelector('text=Add', { timeout: 60_000 });
  const seen = await page.evaluate(
    async ({ token }) => {
      const answer = await fetch('/api/v1/devices', { headers: { authorization: `Bearer ${token}` } });
      const viewer = new WebSocket(
        `wss://${location.host}/live/34020000001320000001/34020000001320000001.mp4?token=${token}`,
      );
      const code = await new Promise<number>((resolve) => {
        viewer.onclose = (event) => resolve(event.code);
      });
      return { isSecure: isSecureContext, protocol: location.protocol, status: answer.status, code };
    },
    { token: TOKEN },
  );
  assert.deepEqual(seen, { isSecure: true, protocol: 'https:', status: 200, code: 4404 });
});
