/** `kill -9` in the middle of a download, twice: the file is what it would have been. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { channelsOf } from '../support/camera.ts';
import { runGateway, until } from '../support/gbgate.ts';
import { contentTimesOf, FOOTAGE_END, startNvr } from '../support/nvr.ts';

const DEVICE = '34020000001180000001';
const START = FOOTAGE_END - 3_600_000;

test('killed twice, a download goes on by itself: one file, bit for bit what it is without', {
  timeout: 240_000,
}, async () => {
  const data = mkdtempSync(join(tmpdir(), 'gbgate-kill-'));
  let gateway = await runGateway({ data });
  const { sipPort } = gateway;
  const nvr = await startNvr(sipPort, { id: DEVICE, days: 1, sip: 'udp' });
  try {
    const [channelId] = await channelsOf(gateway, DEVICE);
    const ask = async (speed: number) => {
      const body = { start: START / 1000, end: START / 1000 + 120, speed, transport: 'tcp-passive', tag: { order: 7 } };
      const answer = await gateway.api('POST', `/api/v1/devices/${DEVICE}/channels/${channelId}/downloads`, body);
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      return answer.body.id as string;
    };
    const get = async (id: string) => (await gateway.api('GET', `/api/v1/downloads/${id}`)).body;
    const id = await ask(8);
    for (const receivedMs of [25_000, 70_000]) {
      await until(`${receivedMs} ms of it`, async () => (await get(id)).receivedMs >= receivedMs, 60_000);
      await gateway.kill();
      gateway = await runGateway({ data, args: ['--sip-port', String(sipPort)] });
    }
    const over = await until(
      'its end',
      async () => {
        const view = await get(id);
        return ['complete', 'partial', 'failed'].includes(view.state) && view;
      },
      120_000,
    );
    assert.equal(over.state, 'complete', JSON.stringify(over));
    assert.deepEqual(over.tag, { order: 7 });
    assert.deepEqual(await contentTimesOf(join(data, over.path)), nvr.timesIn(START, START + 120_000));
    const again = await ask(32);
    const whole = await until(
      'the other',
      async () => {
        const view = await get(again);
        return view.state === 'complete' && view;
      },
      60_000,
    );
    assert.ok(readFileSync(join(data, over.path)).equals(readFileSync(join(data, whole.path))), 'other bytes');
  } finally {
    await nvr.stop();
    await gateway.stop();
    rmSync(data, { recursive: true, force: true });
  }
});
