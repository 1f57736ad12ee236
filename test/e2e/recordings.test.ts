import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { inspectFile } from '../../src/inspect/inspect-file.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { type Browser, launchBrowser, playerFacts, until as untilSeen } from '../support/browser.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

const DEVICE = '34020000001320000001';

/** Streams, recordings and the system of a real gateway with a simulated camera, in Chromium. */
describe('streams, recordings and system in Chromium', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let camera: Simulator;
  let browser: Browser;
  let page: Page;
  let streamId: string;

  before(async () => {
    [gateway, browser] = await Promise.all([runGateway({ args: ['--linger', '300s'] }), launchBrowser()]);
    camera = await startCamera(gateway.sipPort, { id: DEVICE });
    const [channelId] = await channelsOf(gateway, DEVICE);
    const live = await gateway.api('POST', `/api/v1/devices/${DEVICE}/channels/${channelId}/live`, {});
    assert.equal(live.body.state, 'playing', JSON.stringify(live.body));
    streamId = live.body.id;
    await gateway.api('PUT', `/api/v1/streams/${streamId}/recording`);
    page = await browser.open(`${gateway.http}/#token=${TOKEN}`);
    await page.waitForSelector('[data-testid="view-streams"]');
  });
  after(async () => {
    await browser?.close();
    await camera?.stop();
    await gateway?.stop();
  });

  const row = (state: string) => page.locator(`[data-testid="recording"][data-state="${state}"]`).first();

  test('the graphs of a stream fill with what the gateway and the page saw', async () => {
    await page.click('[data-testid="view-streams"]');
    const stream = page.locator(`[data-stream-id="${streamId}"]`);
    await untilSeen(
      'a graph',
      async () => Number(await stream.locator('[data-testid="sparkline"]').first().getAttribute('data-values')),
      (count) => count >= 3,
      20_000,
    );
    await untilSeen(
      'its figures',
      async () => (await stream.textContent()) ?? '',
      (said) => /playing.*640×360.*H\.264 \+ G\.711A.*bit\/s.*fps.*0 %/.test(said),
    );
    const { body } = await gateway.api('GET', `/api/v1/streams/${streamId}/history`);
    assert.ok(body.bitrateBps.length > 0 && body.bitrateBps.every((bps: number) => bps > 10_000));
    await stream.locator('[data-testid="stream-name"]').click();
    await stream.locator('[data-testid="step-line"]').waitFor();
    await stream.locator('[data-step="first packet"]').waitFor();
  });

  test('a recording that runs has its picture, grows, and plays on past where it was when it was opened', async () => {
    await page.click('[data-testid="view-recordings"]');
    const running = row('recording');
    await running.locator('[data-testid="thumbnail"]').waitFor({ timeout: 20_000 });
    const bytes = async () =>
      Number(await running.locator('[data-testid="recording-size"]').getAttribute('data-bytes'));
    const before = await bytes();
    await untilSeen('it grows', bytes, (now) => now > before + 50_000, 20_000);
    await running.locator('[data-testid="play-recording"]').click();
    const facts = () => playerFacts(page, 'recording-player');
    const opened = await untilSeen('a picture', facts, (f) => f.videoWidth > 0 && f.bufferedEnd > 0, 20_000);
    await untilSeen('past its end', facts, (f) => f.currentTime > opened.bufferedEnd + 1, 60_000);
  });

  test('what was finished while it was played goes on; it is locked, and deleted only unlocked', async () => {
    await gateway.api('DELETE', `/api/v1/streams/${streamId}/recording`);
    const complete = row('complete');
    await complete.waitFor();
    const facts = () => playerFacts(page, 'recording-player');
    const { body: list } = await gateway.api('GET', '/api/v1/recordings');
    const endSeconds = list.items[0].durationMs / 1000;
    const seen = await untilSeen('it plays to its end', facts, (f) => f.currentTime > endSeconds - 0.5, 60_000);
    assert.equal(seen.error, null);
    const id = (await complete.getAttribute('data-recording-id')) ?? '';
    const picture = join(gateway.data, 'snapshots', DEVICE);
    const kept = () => (existsSync(picture) ? readdirSync(picture, { recursive: true, encoding: 'utf8' }) : []);
    await until('its picture on disk', () => kept().some((name) => name.endsWith(`${id}.jpg`)));
    const jpeg = await fetch(`${gateway.http}/api/v1/recordings/${id}/thumbnail.jpg?token=${TOKEN}`);
    const head = Buffer.from(await jpeg.arrayBuffer()).toString('hex', 0, 3);
    assert.deepEqual([jpeg.status, head], [200, 'ffd8ff']);
    // the last moment that it holds
    const moment = `time=${(Date.parse(list.items[0].end) / 1000).toFixed(3)}`;
    const shot = await fetch(`${gateway.http}/api/v1/recordings/${id}/snapshot.jpg?${moment}&token=${TOKEN}`);
    const bytes = Buffer.from(await shot.arrayBuffer());
    assert.deepEqual([shot.status, bytes.toString('hex', 0, 3)], [200, 'ffd8ff'], bytes.toString('latin1', 0, 300));
    await complete.locator('[data-testid="lock-recording"]').click();
    await page.waitForSelector(`[data-recording-id="${id}"][data-locked="true"]`);
    assert.ok(await complete.locator('[data-testid="delete-recording"]').isDisabled());
    assert.equal((await gateway.api('DELETE', `/api/v1/recordings/${id}`)).status, 409);
    await complete.locator('[data-testid="lock-recording"]').click();
    await page.waitForSelector(`[data-recording-id="${id}"][data-locked="false"]`);
    const [download] = await Promise.all([page.waitForEvent('download'), complete.locator('a').click()]);
    assert.match(download.suggestedFilename(), /\.mp4$/);
    await download.cancel();
    await complete.locator('[data-testid="delete-recording"]').click();
    await complete.locator('[data-testid="delete-recording"]').click();
    await page.waitForSelector(`[data-recording-id="${id}"]`, { state: 'detached' });
    assert.equal((await gateway.api('GET', `/api/v1/recordings/${id}`)).status, 404);
    await until('its picture is gone', () => !kept().some((name) => name.endsWith(`${id}.jpg`)));
  });

  test('the system shows this machine, what the camera is told, its clock, and the log without secrets', async () => {
    await page.click('[data-testid="view-system"]');
    await page.waitForSelector('[data-testid="tile"]');
    const { body } = await gateway.api('GET', '/api/v1/system');
    assert.ok(body.versions.ffmpeg !== null && body.disk.freeBytes > 0 && body.machine.cores > 0);
    assert.ok(body.ports.leased > 0 && body.process.memoryBytes > 1e7 && body.counters.sip_messages_received_total > 0);
    const facts = (await page.textContent('.facts')) ?? '';
    for (const version of [body.versions.gbgate, body.versions.node, body.versions.ffmpeg])
      assert.ok(facts.includes(version), `${version} in ${facts}`);
    await page.click('[data-testid="tab-addresses"]');
    await page.click('[data-testid="ask-clocks"]');
    const clock = page.locator(`[data-testid="told"][data-device-id="${DEVICE}"] [data-testid="clock"]`);
    await untilSeen(
      'its clock',
      async () => clock.textContent(),
      (words) => words === 'in time',
      20_000,
    );
    await page.click('[data-testid="tab-log"]');
    await page.waitForSelector('[data-testid="log-line"]');
    const log = JSON.stringify((await gateway.api('GET', '/api/v1/log?limit=1000')).body);
    assert.ok(!log.includes(TOKEN));
  });

  test('a capture for a bug report, made and downloaded on the page, says by itself what came: nothing unusual', async () => {
    await page.click('[data-testid="view-streams"]');
    await page.click(`[data-stream-id="${streamId}"] [data-testid="stream-name"]`);
    await page.click('[data-testid="capture-start"]');
    const capture = page.locator('[data-testid="capture"]');
    await page.waitForSelector('[data-testid="capture"][data-state="complete"]', { timeout: 60_000 });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      capture.locator('[data-testid="capture-download"]').click(),
    ]);
    const { report, fault } = await inspectFile(await download.path(), {
      extract: null,
      signal: AbortSignal.timeout(60_000),
    });
    assert.equal(fault, null);
    const [stream, ...others] = report?.streams ?? [];
    assert.deepEqual([stream?.video?.codec, others.length], ['h264', 0]);
    assert.deepEqual(report?.findings, []);
  });

  test('a stream is stopped by the second click; nothing went wrong in the page', async () => {
    await page.click('[data-testid="view-streams"]');
    const stop = page.locator(`[data-stream-id="${streamId}"] [data-testid="stop-stream"]`);
    await stop.click();
    await stop.click();
    await page.waitForSelector(`[data-testid="ended"] [data-stream-id="${streamId}"]`);
    assert.deepEqual(browser.faults, []);
  });
});
