/** The microphone from another computer: none over HTTP, and over HTTPS and WSS with the certificate that the gateway made itself. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Browser, launchBrowser } from '../support/browser.ts';
import { startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { frequencyOf, microphoneFile } from '../support/tone.ts';

const HOST = 'gateway.example';
const HZ = 520;
const ID = '34020000001320000601';

describe('talking from another computer', { timeout: 240_000 }, () => {
  let browser: Browser;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-tone-'));
    const microphone = join(folder, 'tone.wav');
    await writeFile(microphone, microphoneFile(HZ));
    browser = await launchBrowser({ microphone, host: HOST, trustsAnyCertificate: true });
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const site = async (args: string[], mediaPorts: string) => {
    const gateway: RunningGateway = await runGateway({ args, mediaPorts });
    const simulator = await startCamera(gateway.sipPort, { id: ID });
    const [camera] = simulator.devices;
    assert.ok(camera !== undefined);
    return {
      camera,
      port: new URL(gateway.http).port,
      close: async () => {
        await simulator.stop();
        await gateway.stop();
      },
    };
  };
  /** The stage of the only camera. */
  const stage = async (address: string): Promise<Page> => {
    const page = await browser.open(`${address}/#token=${TOKEN}`);
    await page.waitForSelector('[data-testid="channel"]', { timeout: 60_000 });
    await page.goto(`${address}/#/live/${ID}/${await page.getAttribute('[data-testid="channel"]', 'data-channel-id')}`);
    await page.waitForSelector('[data-testid="talk"]', { timeout: 60_000 });
    return page;
  };

  test('over HTTP the button says that HTTPS is needed, and how', async (t) => {
    const { port, close } = await site([], '43800-43899');
    t.after(close);
    const page = await stage(`http://${HOST}:${port}`);
    assert.equal(await page.evaluate('isSecureContext'), false);
    await page.waitForSelector('[data-testid="talk-box"][data-blocked="microphone.insecure"]', { timeout: 30_000 });
    assert.match((await page.getAttribute('[data-testid="talk"]', 'title')) ?? '', /--tls-self-signed/);
    await page.close();
  });

  test('--tls-self-signed: the camera hears what the microphone hears', async (t) => {
    const { camera, port, close } = await site(['--tls-self-signed'], '43900-43999');
    t.after(close);
    const page = await stage(`https://${HOST}:${port}`);
    assert.equal(await page.evaluate('isSecureContext'), true);
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(new URL(socket.url()).protocol));
    await page.waitForSelector('[data-testid="talk-box"][data-blocked=""]', { timeout: 30_000 });
    await page.hover('[data-testid="talk"]');
    await page.mouse.down();
    await page.waitForSelector('[data-testid="talk-box"][data-phase="talking"]', { timeout: 30_000 });
    const loud = () =>
      (camera.voice.last?.heard.pcm ?? []).filter((part) => part.some((sample) => Math.abs(sample) > 2000));
    await until('a second of the tone', () => loud().length >= 50);
    const hz = frequencyOf(
      Int16Array.from(
        loud()
          .slice(0, 50)
          .flatMap((part) => [...part]),
      ),
    );
    assert.ok(Math.abs(hz - HZ) <= 10, `${hz} Hz`);
    assert.ok(sockets.includes('wss:') && !sockets.includes('ws:'), sockets.join());
    // the tab goes while the button is held: the camera is told at once
    await page.close();
    await until('the camera is told', () => camera.voice.last?.isOver === true);
  });
});
