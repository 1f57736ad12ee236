import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlarmArming } from '../../../src/gateway/alarms/alarm-arming.ts';
import { systemClock } from '../../../src/gateway/clock.ts';
import { openVocabulary, type Vocabulary } from '../../../src/gateway/control/vocabulary.ts';
import { ID, meet, until } from '../../simulator/meet.ts';
import { toldNowhere } from '../../support/told-nowhere.ts';

test('SUB-4: a device that tells no alarm before it is armed is armed when its alarms are subscribed to', async (t) => {
  let vocabulary: Vocabulary | null = null;
  const { server, simulator } = await meet(t, { channels: 1, quirks: new Set(['SUB-4']) }, 15_000, {
    onEvent: (event) => vocabulary?.event(event),
  });
  vocabulary = openVocabulary({
    sip: server,
    clock: systemClock,
    channelMissing: () => null,
    fetch: () => {},
    ...toldNowhere(),
  });
  const { close } = vocabulary;
  t.after(() => close());
  let alarms = 0;
  server.onNotified('Alarm', () => {
    alarms += 1;
  });
  const device = simulator.devices[0]!;
  await device.alarms.alarm();
  assert.equal(alarms, 0);
  server.subscriptions.setWishes(server.directory.device(ID)!, { alarm: 600 });
  await until('armed', () => device.controls.guarded);
  await device.alarms.alarm();
  await until('the alarm', () => alarms === 1);
});

test('only a subscription of alarms that stands arms a device', () => {
  const asked: string[] = [];
  const arming = new AlarmArming({
    async ask(deviceId, what, question) {
      asked.push(`${deviceId} ${what} ${question.targetId}`);
      return { problem: 'not_supported', detail: '' };
    },
  });
  arming.changed({ deviceId: 'D', subscription: 'catalog', state: 'active' });
  arming.changed({ deviceId: 'D', subscription: 'alarm', state: 'off' });
  arming.changed({ deviceId: 'D', subscription: 'alarm', state: 'active' });
  assert.deepEqual(asked, ['D GuardCmd D']);
});
