/** What a camera tells by itself, end to end: the gateway in a process of its own, HTTP on one side, a simulated camera on the other. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { channelsOf, startCamera } from '../support/camera.ts';
import { runGateway, until } from '../support/gbgate.ts';

const DEVICE_ID = '34020000001110000001';
const D = `/api/v1/devices/${DEVICE_ID}`;

describe('a camera that tells by itself', { timeout: 180_000 }, () => {
  it('is subscribed to, shows where it is, and is gone on with after the gateway was killed', async (t) => {
    const data = await mkdtemp(join(tmpdir(), 'gbgate-told-'));
    const first = await runGateway({ data });
    const simulator = await startCamera(first.sipPort, { id: DEVICE_ID, keepaliveSeconds: 5 });
    let running = first;
    t.after(async () => {
      await simulator.stop();
      await running.stop();
      await rm(data, { recursive: true, force: true });
    });
    const [channelId] = (await channelsOf(first, DEVICE_ID)) as [string];
    const side = simulator.devices[0]!.subscriptions;
    const state = async (kind: string) => (await running.api('GET', `${D}/subscriptions`)).body.states[kind];

    await until('the catalogue is subscribed without being asked for', async () => side.active.includes('Catalog'));
    const wishes = { position: 600, ptzPosition: 600, positionIntervalSeconds: 1 };
    const put = await first.api('PUT', `${D}/subscriptions`, wishes);
    assert.deepEqual([put.status, put.body.catalog, put.body.position, put.body.alarm], [200, 600, 600, 0]);
    await until('all three', async () => side.active.length === 3);
    await until('active', async () => (await state('position')).state === 'active');
    await until('a track', async () => {
      const { body } = await first.api('GET', `${D}/channels/${channelId}/positions`);
      return body.items.length >= 3;
    });
    const track = (await first.api('GET', `${D}/channels/${channelId}/positions?limit=2`)).body;
    assert.equal(track.items.length, 2);
    assert.ok(track.items[0].time < track.items[1].time && track.next !== null, 'oldest first, and more to come');
    assert.ok(Math.abs(track.items[0].longitude - 117.12) < 0.011);

    await side.catalogChanged([[channelId, 'OFF']]);
    await until('off', async () => (await first.api('GET', `${D}/channels/${channelId}`)).body.status === 'off');

    const before = side.seen.length;
    await first.kill();
    running = await runGateway({ data, args: ['--sip-port', String(first.sipPort)] });
    assert.equal((await running.api('GET', `${D}/subscriptions`)).body.position, 600, 'what was set is kept');
    // within twenty seconds of its being back, each at a moment of its own
    await until('all refreshed in their dialogues', async () => side.seen.length >= before + 3, 60_000);
    assert.deepEqual(
      side.seen.slice(before).map(({ inDialogue, status }) => [inDialogue, status]),
      [
        [true, 200],
        [true, 200],
        [true, 200],
      ],
    );
    assert.equal((await running.api('GET', `${D}/channels/${channelId}/positions?limit=2`)).body.items.length, 2);

    assert.equal((await running.api('PUT', `${D}/subscriptions`, { catalog: 0 })).status, 200);
    await until('nothing is left', async () => side.active.length === 0);
    await until('off', async () => (await state('catalog')).state === 'off');
  });
});
