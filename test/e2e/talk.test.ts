/** Talking from the page: Chromium with a tone for a microphone, a simulated camera that is to hear it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { VoiceCall } from '../../src/simulator/voice/voice-call.ts';
import { type Browser, launchBrowser } from '../support/browser.ts';
import { PLATFORM_ID, type RunningGateway, runGateway, SIP_PASSWORD, TOKEN, until } from '../support/gbgate.ts';
import { frequencyOf, microphoneFile } from '../support/tone.ts';

const HZ = 440;
const ID = '34020000001110000001';

describe('talking in Chromium', { timeout: 240_000 }, () => {
  let gateway: RunningGateway;
  let browser: Browser;
  let page: Page;
  let folder: string;
  const simulators: Simulator[] = [];

  const simulate = async (id: string, quirks: string[]) => {
    const simulator = await startSimulator({
      server: { host: '127.0.0.1', port: gateway.sipPort },
      serverId: PLATFORM_ID,
      id,
      password: SIP_PASSWORD,
      channels: 1,
      count: 1,
      localHost: '127.0.0.1',
      sip: 'udp',
      keepaliveSeconds: 60,
      expiresSeconds: 3600,
      quirks: new Set(quirks),
    });
    simulators.push(simulator);
    const [camera] = simulator.devices;
    assert.ok(camera !== undefined);
    const channelId: string = await until('a channel', async () => {
      const { body } = await gateway.api('GET', `/api/v1/devices/${id}/channels`);
      return body?.items?.[0]?.id;
    });
    return { camera, channelId };
  };

  /** The loudest second of what the camera has heard, when there is one. */
  const toneOf = (call: VoiceCall | undefined): number | undefined => {
    const loud = (call?.heard.pcm ?? []).filter((part) => part.some((sample) => Math.abs(sample) > 2000));
    if (loud.length < 50) return undefined;
    return frequencyOf(Int16Array.from(loud.slice(0, 50).flatMap((part) => [...part])));
  };

  const show = async (id: string, channelId: string) => {
    await page.goto(`${gateway.http}/#/live/${id}/${channelId}`);
    await page.waitForSelector('[data-testid="talk"]:not([disabled])', { timeout: 30_000 });
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-tone-'));
    const microphone = join(folder, 'tone.wav');
    await writeFile(microphone, microphoneFile(HZ));
    [gateway, browser] = await Promise.all([runGateway(), launchBrowser({ microphone })]);
    page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
  });

  after(async () => {
    await browser?.close();
    await Promise.all(simulators.map((simulator) => simulator.stop()));
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('the button is held: the camera hears the tone; let go, it hears silence, and the line stands for the next word', async () => {
    const { camera, channelId } = await simulate(ID, []);
    await show(ID, channelId);
    await page.hover('[data-testid="talk"]');
    await page.mouse.down();
    await page.waitForSelector('[data-testid="talk-box"][data-phase="talking"]', { timeout: 30_000 });
    const hz = await until('a second of the tone', () => toneOf(camera.voice.last));
    assert.ok(Math.abs(hz - HZ) <= 10, `${hz} Hz`);
    assert.equal(camera.voice.last?.kind, 'broadcast');
    const busy = await gateway.api('POST', `/api/v1/devices/${ID}/channels/${channelId}/talk`, {});
    assert.deepEqual([busy.status, busy.body.code], [409, 'talk_busy']);
    const metrics = await fetch(`${gateway.http}/metrics?token=${TOKEN}`);
    assert.match(await metrics.text(), /^gbgate_talks 1$/m);
    await page.mouse.up();
    const quiet = () => {
      const last = camera.voice.last?.heard.pcm.slice(-50) ?? [];
      return last.every((part) => part.every((sample) => Math.abs(sample) < 500)) ? true : undefined;
    };
    await until('a second of silence', quiet);
    assert.equal(camera.voice.last?.isOver, false);
    await until('the line is given up', () => (camera.voice.last?.isOver === true ? true : undefined), 30_000);
    await page.waitForSelector('[data-testid="talk-box"][data-phase="idle"]', { timeout: 30_000 });
    assert.deepEqual(browser.faults, []);
  });

  test('hands-free over TCP, with a camera that is called because it refuses broadcasts', async () => {
    const id = '34020000001110000007';
    const { camera, channelId } = await simulate(id, ['TK-3', 'TK-4']);
    await show(id, channelId);
    await page.click('[data-testid="hands-free"]');
    const hz = await until('a second of the tone', () => toneOf(camera.voice.last), 60_000);
    assert.ok(Math.abs(hz - HZ) <= 10, `${hz} Hz`);
    assert.equal(camera.voice.last?.kind, 'talk');
    await page.click('[data-testid="hands-free"]');
    await until('the end', () => (camera.voice.last?.isOver === true ? true : undefined), 30_000);
    assert.deepEqual(browser.faults, []);
  });
});
