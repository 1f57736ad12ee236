import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { until } from '../support/gbgate.ts';
import { FOOTAGE_END } from '../support/nvr.ts';
import { meetNvr, RecorderCall } from './footage/recorder-call.ts';
import { offer, Platform, SERVER_ID } from './platform.ts';
import { collectTcp, collectUdp } from './receive.ts';

const ID = '34020000001110000001';
const CHANNEL = '34020000001310000001';

/** Sockets that this process holds: the kernel counts, not we. */
const descriptors = () => readdirSync('/proc/self/fd').length;
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('60 calls, ended from either side and before or after the ACK, leave no socket and no timer', async () => {
  const before = { descriptors: descriptors(), timers: timers() };
  for (const [index, transport] of (['udp', 'tcp-passive', 'tcp-active'] as const).entries()) {
    const platform = await Platform.open({ password: '12345678' });
    const simulator = await startSimulator({
      server: { host: '127.0.0.1', port: platform.port },
      serverId: SERVER_ID,
      id: ID,
      password: '12345678',
      channels: 1,
      count: 1,
      sip: index === 1 ? 'tcp' : 'udp',
      keepaliveSeconds: 1,
      expiresSeconds: 3600,
      quirks: new Set(),
    });
    assert.equal(await simulator.whenRegistered(20_000), true);
    for (let n = 0; n < 20; n++) {
      const receiver = transport === 'udp' ? await collectUdp() : await collectTcp(transport === 'tcp-passive');
      const call = { to: CHANNEL, callId: `${transport}-${n}`, type: 'application/sdp' };
      platform.send(ID, platform.request('INVITE', { ...call, body: offer({ port: receiver.port, transport }) }));
      const ok = await platform.next((heard) => heard.status === 200 && heard.header('Call-ID') === call.callId);
      const acknowledged = n % 4 !== 0;
      if (acknowledged) {
        platform.send(ID, platform.request('ACK', { ...call, branch: 'ack' }));
        if (transport === 'tcp-active') receiver.dial(Number(/m=video (\d+)/.exec(ok.body)?.[1]));
        while (receiver.packets.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      if (n < 16) {
        platform.send(ID, platform.request('BYE', { to: CHANNEL, callId: call.callId, cseq: 2 }));
        await platform.next((heard) => heard.header('CSeq') === '2 BYE' && heard.header('Call-ID') === call.callId);
        assert.equal(simulator.counts.calls, 0);
      }
      receiver.close();
    }
    assert.equal(simulator.counts.callsTotal, 20);
    await simulator.stop();
    await simulator.stop();
    assert.equal(simulator.counts.calls, 0);
    platform.close();
  }
  const deadline = performance.now() + 20_000;
  while ((descriptors() > before.descriptors || timers() > before.timers) && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  // Fewer is well: something of the runner's own may have ended meanwhile.
  assert.ok(descriptors() <= before.descriptors, `${descriptors()} descriptors, ${before.descriptors} before`);
  assert.ok(timers() <= before.timers, `${timers()} timers, ${before.timers} before`);
});

test('calls for footage, ended by either side, cut and rebooted in the middle, leave no socket and no timer', async (t) => {
  const before = { descriptors: descriptors(), timers: timers() };
  await t.test('calls', async (inner) => {
    const meeting = await meetNvr(inner, { quirks: ['PB-2a'] });
    const range = {
      name: 'Download',
      startSeconds: FOOTAGE_END / 1000 - 60,
      endSeconds: FOOTAGE_END / 1000 - 44,
    } as const;
    for (const transport of ['udp', 'tcp-passive', 'tcp-active'] as const) {
      const whole = await RecorderCall.invite(meeting, { ...range, transport });
      await meeting.platform.next(
        (heard) => heard.method === 'BYE' && heard.header('Call-ID') === whole.callId,
        15_000,
      );
      const ended = await RecorderCall.invite(meeting, { ...range, transport });
      await ended.bye();
      await RecorderCall.invite(meeting, { ...range, transport });
      meeting.nvr.cut();
      assert.equal(meeting.nvr.device.calls.size, 0);
      await RecorderCall.invite(meeting, { ...range, transport });
      meeting.nvr.reboot(100);
      assert.equal(meeting.nvr.device.calls.size, 0);
      await until('a registration', () => meeting.nvr.device.registration.registered);
    }
    await RecorderCall.invite(meeting, range); // still open when everything ends
  });
  await until('everything is closed', () => descriptors() <= before.descriptors && timers() <= before.timers);
});
