import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SubscriptionKind } from '../../../src/sip/subscription-words.ts';
import { CHANNEL, ID, meet, until } from '../meet.ts';

/** Our SIP side and a simulated camera that is subscribed to, over real sockets. */

const ALL = { catalog: 600, alarm: 600, position: 600, ptzPosition: 600, positionIntervalSeconds: 1 };
const ADDED = '34020000001310000099';

async function site(t: Parameters<typeof meet>[0], more: Parameters<typeof meet>[1] = {}) {
  const met = await meet(t, { channels: 2, ...more });
  const { server, simulator, events } = met;
  await until('the catalogue', () => server.directory.channelCount(ID) === 2);
  const side = simulator.devices[0]!.subscriptions;
  const heard: string[] = [];
  const looks: string[] = [];
  for (const command of ['MobilePosition', 'PTZPosition', 'Alarm'])
    server.onNotified(command, (_, envelope, by) => {
      heard.push(`${by} ${envelope.cmdType}`);
      if (command === 'PTZPosition') looks.push(envelope.deviceId);
    });
  const codes = () => server.findingsOf(ID).map(({ code }) => code);
  const standing = (kind: SubscriptionKind) => server.subscriptions.standing(ID)[kind];
  const channelEvents = () => events.filter(({ type }) => type.startsWith('channel.')).map(({ type }) => type);
  return { ...met, side, device: server.directory.device(ID)!, heard, looks, codes, standing, channelEvents };
}

describe('a simulated camera that is subscribed to', { concurrency: 6, timeout: 120_000 }, () => {
  for (const sip of ['udp', 'tcp'] as const)
    test(`all four subscriptions over ${sip}: what changes is told, and what is no longer wanted ends`, async (t) => {
      const { server, simulator, side, device, heard, looks, codes, standing, channelEvents } = await site(t, { sip });
      server.subscriptions.defaultTo(ALL);
      // where a camera looks is asked of each of them
      await until('all five', () => side.active.length === 5);
      assert.deepEqual([...side.active].sort(), ['Alarm', 'Catalog', 'MobilePosition', 'PTZPosition', 'PTZPosition']);
      await until('positions', () => heard.filter((each) => each === 'NOTIFY MobilePosition').length >= 2);
      await until('where each looks', () => new Set(looks).size === 2);
      const before = heard.filter((each) => each === 'NOTIFY PTZPosition').length;
      simulator.devices[0]!.controls.frontEnd(CHANNEL).goto({ pan: 10 });
      await until('the new look', () => heard.filter((each) => each === 'NOTIFY PTZPosition').length > before);
      const from = channelEvents().length;
      for (const change of ['OFF', 'ON', 'VLOST', 'ON', 'DEFECT'] as const) {
        assert.equal(await side.catalogChanged([[CHANNEL, change]]), true);
      }
      await side.catalogChanged([[ADDED, 'ADD', 'New']]);
      await until('where the new one looks', () => looks.includes(ADDED));
      await side.catalogChanged([[ADDED, 'UPDATE', 'Newer']]);
      await until('the new name', () => server.directory.channel(ID, ADDED)?.name === 'Newer');
      await side.catalogChanged([[ADDED, 'DEL']]);
      await until('nobody asks the one that is gone', () => side.active.length === 5);
      await until('all seven', () => channelEvents().length === from + 7);
      assert.deepEqual(channelEvents().slice(from), [
        'channel.offline',
        'channel.online',
        'channel.offline',
        'channel.online',
        'channel.offline',
        'channel.added',
        'channel.removed',
      ]);
      await until('the last NOTIFY of the catalogue', () => standing('catalog').notifiedEpochMs !== null);
      server.subscriptions.setWishes(device, { catalog: 600, alarm: 0, position: 0, ptzPosition: 0 });
      await until('one is left', () => side.active.join() === 'Catalog');
      assert.deepEqual(
        codes().filter((code) => code.startsWith('SUB-')),
        [],
      );
      server.removeDevice(ID, { block: true });
      await until('none of a deleted device', () => side.active.length === 0);
      assert.equal(side.seen.at(-1)?.expires, 0);
    });

  test('a subscription is refreshed within its dialogue', async (t) => {
    const { server, side, time, standing } = await site(t);
    server.subscriptions.defaultTo({ catalog: 60 });
    await until('subscribed', () => standing('catalog').state === 'active');
    time.offsetMs += 46_000;
    await until('refreshed', () => side.seen.length >= 2);
    assert.deepEqual([side.seen[1]?.inDialogue, side.seen[1]?.status], [true, 200]);
    assert.equal(side.seen[1]?.callId, side.seen[0]?.callId);
  });

  test('what the camera ends is subscribed again; after its restart it is subscribed anew', async (t) => {
    const { server, simulator, side, standing, time } = await site(t);
    server.subscriptions.defaultTo({ catalog: 600 });
    await until('subscribed', () => standing('catalog').state === 'active');
    await side.terminate('Catalog');
    await until('told', () => standing('catalog').state === 'waiting');
    time.offsetMs += 20_000;
    await until('again', () => side.active.join() === 'Catalog');
    simulator.devices[0]!.reboot(100);
    assert.deepEqual(side.active, []);
    await until('anew', () => side.active.join() === 'Catalog');
  });

  test('polling beside it makes no second channel and no second event', async (t) => {
    const { server, side, standing, channelEvents } = await site(t);
    server.subscriptions.defaultTo({ catalog: 600 });
    await until('subscribed', () => standing('catalog').state === 'active');
    const from = channelEvents().length;
    const polled = server.catalog(ID);
    await side.catalogChanged([[ADDED, 'ADD', 'New']]);
    const result = await polled;
    assert.ok(!('fault' in result));
    assert.equal(Object.hasOwn(await server.catalog(ID), 'fault'), false);
    assert.deepEqual(
      channelEvents()
        .slice(from)
        .filter((type) => type === 'channel.added'),
      ['channel.added'],
    );
  });

  test('SUB-1: a camera that takes subscriptions to presence only', async (t) => {
    const { server, side, standing, codes } = await site(t, { quirks: new Set(['SUB-1']) });
    server.subscriptions.defaultTo({ catalog: 600, alarm: 600 });
    await until('both', () => standing('catalog').state === 'active' && standing('alarm').state === 'active');
    assert.ok(side.seen.some(({ status }) => status === 489));
    assert.ok(codes().includes('SUB-1'));
  });

  test('SUB-2: a camera that knows no subscription that is refreshed', async (t) => {
    const { server, side, standing, codes, time } = await site(t, { quirks: new Set(['SUB-2']) });
    server.subscriptions.defaultTo({ catalog: 60 });
    await until('subscribed', () => standing('catalog').state === 'active');
    time.offsetMs += 46_000;
    await until('anew', () => side.seen.length >= 3 && side.seen.at(-1)?.status === 200);
    assert.deepEqual(
      side.seen.slice(0, 3).map(({ status }) => status),
      [200, 481, 200],
    );
    assert.ok(codes().includes('SUB-2'));
  });

  test('SUB-3: a camera that answers late: its subscription is ended after it was agreed on', async (t) => {
    const { server, side, device } = await site(t, { quirks: new Set(['SUB-3']) });
    server.subscriptions.defaultTo({ catalog: 600 });
    await until('asked', () => side.seen.length === 1);
    server.subscriptions.setWishes(device, { catalog: 0 });
    await until('ended', () => side.seen.some(({ expires }) => expires === 0));
    assert.deepEqual(side.seen.find(({ expires }) => expires === 0)?.status, 200);
    await until('nothing is left', () => side.active.length === 0 && server.subscriptions.active === 0);
  });

  test('SUB-5: a camera whose NOTIFYs belong to no dialogue is heard all the same', async (t) => {
    const { server, side, standing, codes } = await site(t, { quirks: new Set(['SUB-5']) });
    server.subscriptions.defaultTo({ catalog: 600 });
    await until('subscribed', () => standing('catalog').state === 'active');
    await side.catalogChanged([[CHANNEL, 'OFF']]);
    await until('off', () => server.directory.channel(ID, CHANNEL)?.status === 'off');
    await until('found', () => codes().includes('SUB-5'));
  });
});
