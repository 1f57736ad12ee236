/** Webhooks of a gateway that runs, is killed and runs again; the receiver of the documentation checks the signatures. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { contentTimesOf, FOOTAGE_END, startNvr } from '../support/nvr.ts';

const DEVICE_ID = '34020000001320000001';
const RECORDER_ID = '34020000001180000001';
const SECRET = 'a secret of the test';

interface Told {
  id: string;
  type: string;
  time: string;
  data: Record<string, unknown>;
}

/** Somebody who is told; `status` is what it answers. */
async function receiver() {
  const told: Told[] = [];
  const answer = { status: 204 };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (answer.status === 204) told.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(answer.status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    told,
    answer,
    types: () => told.map(({ type }) => type),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The receiver that docs/webhooks.md shows, as a process. */
async function documentedReceiver(folder: string) {
  const page = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const file = join(folder, 'receiver.mjs');
  await writeFile(
    file,
    code.replace(
      '.listen(Number(process.env.PORT ?? 9000))',
      ".listen(0, '127.0.0.1', function () { console.log('port', this.address().port); })",
    ),
  );
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const port = await until('the receiver of the documentation', () => /^port (\d+)$/.exec(lines[0] ?? '')?.[1]);
  return { url: `http://127.0.0.1:${port}/`, lines, stop: () => child.kill('SIGKILL') };
}

describe('webhooks', { timeout: 180_000 }, () => {
  it('tell of a camera and of a stream, signed; kill -9 loses no event that one endpoint had not got', async () => {
    const data = await mkdtemp(join(tmpdir(), 'gbgate-webhooks-'));
    const documented = await documentedReceiver(data);
    const awake = await receiver();
    const asleep = await receiver();
    asleep.answer.status = 503;
    const config = join(data, 'gbgate.yaml');
    await writeFile(
      config,
      JSON.stringify({
        webhooks: [
          { url: documented.url, secret: SECRET, events: ['device.registered'] },
          { url: awake.url },
          { url: asleep.url },
        ],
      }),
    );
    const args = ['--config', config];
    const first = await runGateway({ data, args });
    const camera = await startCamera(first.sipPort, { id: DEVICE_ID });
    try {
      const [channelId] = (await channelsOf(first, DEVICE_ID)) as [string];
      const live = await first.api('POST', `/api/v1/devices/${DEVICE_ID}/channels/${channelId}/live`);
      assert.equal(live.status, 201);
      await first.api('PUT', `/api/v1/streams/${live.body.id}/recording`);
      await first.api('DELETE', `/api/v1/streams/${live.body.id}/recording`);
      await first.api('DELETE', `/api/v1/streams/${live.body.id}`);
      await until('the end of the stream', () => awake.types().includes('stream.ended'));
      for (const type of [
        'device.registered',
        'device.online',
        'catalog.updated',
        'stream.started',
        'recording.started',
      ])
        assert.ok(awake.types().includes(type), `${type}: ${awake.types()}`);
      await until('the recording', () => awake.types().includes('recording.completed'));
      assert.equal(awake.told.find(({ type }) => type === 'device.registered')?.data.deviceId, DEVICE_ID);
      await until('the signed event', () => documented.lines.some((line) => line.startsWith('device.registered ')));
      // the receivers hear of an event before the gateway hears their answer
      const endpoints = await until('the answers of all three', async () => {
        const { items } = (await first.api('GET', '/api/v1/webhooks')).body;
        return items.every(({ lastStatus }: { lastStatus: number | null }) => lastStatus !== null) && items;
      });
      assert.deepEqual(
        endpoints.map(({ signed, lastStatus }: { signed: boolean; lastStatus: number }) => [signed, lastStatus]),
        [
          [true, 204],
          [false, 204],
          [false, 503],
        ],
      );
      const signed = await until('the signed event to be noted', async () => {
        const { items } = (await first.api('GET', `/api/v1/webhooks/deliveries?endpoint=${endpoints[0].id}`)).body;
        return items[0]?.state === 'delivered' && items;
      });
      assert.deepEqual([signed.length, signed[0].status], [1, 204]);
      const metrics = await (await fetch(`${first.http}/metrics?token=${TOKEN}`)).text();
      assert.ok(Number(/^gbgate_webhook_events_waiting (\d+)$/m.exec(metrics)?.[1]) >= 6, 'what waits can be watched');
      assert.ok(Number(/^gbgate_webhook_delivered_total (\d+)$/m.exec(metrics)?.[1]) >= 5);
      // what was answered and not noted would come again
      await until('every answer to be noted', async () => {
        const path = `/api/v1/webhooks/deliveries?endpoint=${endpoints[1].id}&limit=1000`;
        const { items } = (await first.api('GET', path)).body;
        return (
          items.length >= awake.told.length && items.every(({ state }: { state: string }) => state === 'delivered')
        );
      });
      await first.kill();
      const owed = awake.told.map(({ id }) => id);
      assert.deepEqual(asleep.told, []);

      asleep.answer.status = 204;
      const second = await runGateway({ data, args: [...args, '--sip-port', String(first.sipPort)] });
      await until('what was owed', () => asleep.told.length >= owed.length);
      assert.deepEqual(
        asleep.told.slice(0, owed.length).map(({ id }) => id),
        owed,
        'all of it, in order, each once, before anything of the second run',
      );
      await until('an event of the second run at both', () =>
        [awake, asleep].every((one) => one.told.some(({ id, type }) => type === 'device.online' && !owed.includes(id))),
      );
      assert.deepEqual(
        awake.told.map(({ id }) => id).slice(0, owed.length),
        owed,
        'what was delivered stays delivered',
      );
      assert.equal(new Set(awake.told.map(({ id }) => id)).size, awake.told.length);
      assert.equal(await second.stop(), 0);
    } finally {
      await camera.stop();
      documented.stop();
      awake.close();
      asleep.close();
      await first.kill().catch(() => {});
      await rm(data, { recursive: true, force: true });
    }
  });

  it('tell when a download is there, with the business data of its request, also when the gateway was killed meanwhile', async () => {
    const data = await mkdtemp(join(tmpdir(), 'gbgate-webhooks-'));
    const shop = await receiver();
    const config = join(data, 'gbgate.yaml');
    await writeFile(config, JSON.stringify({ webhooks: [{ url: shop.url, secret: SECRET, events: ['download.*'] }] }));
    const args = ['--config', config];
    const first = await runGateway({ data, args });
    const nvr = await startNvr(first.sipPort, { id: RECORDER_ID });
    let second: RunningGateway | null = null;
    try {
      const [channelId] = (await channelsOf(first, RECORDER_ID)) as [string];
      const startEpochMs = FOOTAGE_END - 3_600_000;
      const range = { start: startEpochMs / 1000, end: startEpochMs / 1000 + 60, speed: 4 };
      const tag = { order: 4711, shop: '门口', lines: [1, 2] };
      const path = `/api/v1/devices/${RECORDER_ID}/channels/${channelId}/downloads`;
      const { status, body: job } = await first.api('POST', path, { ...range, tag });
      assert.equal(status, 202);
      await until('progress', () =>
        shop.told.some(({ type, data: now }) => type === 'download.progress' && Number(now.progress) > 0),
      );
      await first.kill();
      second = await runGateway({ data, args: [...args, '--sip-port', String(first.sipPort)] });
      const completed = await until(
        'download.completed',
        () => shop.told.find(({ type }) => type === 'download.completed'),
        60_000,
      );
      assert.ok(shop.told.length > 2 && shop.told.every((one) => one.data.id === job.id));
      for (const { type, data: of } of shop.told) assert.deepEqual(of.tag, tag, type);
      assert.equal(shop.types().filter((type) => type === 'download.completed').length, 1);
      assert.match(String(completed.data.path), /^downloads\/\d{20}\/\d{20}\/\d{8}T\d{6}--\d{8}T\d{6}\.mp4$/);
      const file = await fetch(`${second.http}/api/v1/downloads/${completed.data.id}/file?token=${TOKEN}`);
      const times = await contentTimesOf(Buffer.from(await file.arrayBuffer()));
      assert.deepEqual(times, nvr.timesIn(startEpochMs, startEpochMs + 60_000));
    } finally {
      await nvr.stop();
      await second?.stop();
      await first.kill().catch(() => {});
      shop.close();
      await rm(data, { recursive: true, force: true });
    }
  });

  it('the receiver of the documentation refuses what is not signed, signed otherwise, or old', async () => {
    const data = await mkdtemp(join(tmpdir(), 'gbgate-webhooks-'));
    const documented = await documentedReceiver(data);
    try {
      const { signatureOf } = await import('../../src/gateway/webhooks/webhook-post.ts');
      const body = '{"type":"alarm","data":{"tag":"门口"}}';
      const now = Math.floor(Date.now() / 1000);
      const ask = async (signature: string | null, sent = body) =>
        (
          await fetch(documented.url, {
            method: 'POST',
            body: sent,
            headers: signature === null ? {} : { 'x-gbgate-signature': signature },
          })
        ).status;
      assert.equal(await ask(signatureOf(SECRET, now, body)), 204);
      await until('the event', () => documented.lines.includes('alarm 门口'));
      assert.equal(await ask(null), 401);
      assert.equal(await ask('t=1,v1=zz'), 401);
      assert.equal(await ask(signatureOf('another secret', now, body)), 401);
      assert.equal(await ask(signatureOf(SECRET, now, body), `${body} `), 401);
      assert.equal(await ask(signatureOf(SECRET, now - 600, body)), 401);
    } finally {
      documented.stop();
      await rm(data, { recursive: true, force: true });
    }
  });
});
