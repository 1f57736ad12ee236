/** The simulated camera meets the project's own SIP server: two stacks written apart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHANNEL, ID, meet, PLATFORM, until } from './meet.ts';
import { offer } from './platform.ts';
import { collectUdp, rtp } from './receive.ts';

for (const sip of ['udp', 'tcp'] as const) {
  test(`registered over ${sip}: catalogue, device info, a call, good-bye`, async (t) => {
    const { server, simulator } = await meet(t, { sip });
    await until('the catalogue', () => server.directory.channels(ID).length === 7);
    assert.equal(server.directory.channels(ID)[0]?.name, 'Camera 1');
    await until('the device info', () => server.directory.device(ID)?.model === 'Simulated camera');
    const receiver = await collectUdp();
    t.after(() => receiver.close());
    const answer = await new Promise<string | null>((resolve, reject) => {
      const call = server.invite({
        deviceId: ID,
        channelId: CHANNEL,
        subject: `${CHANNEL}:0200000001,${PLATFORM}:0`,
        sdp: offer({ port: receiver.port, transport: 'udp' }),
        timeoutMs: 5000,
        onProvisional: () => undefined,
        onAnswer: ({ sdp }) => {
          resolve(sdp);
          setTimeout(() => void call.hangUp(), 300);
        },
        onFailure: (failure) => reject(new Error(JSON.stringify(failure))),
        onBye: () => undefined,
        onDoubtfulBye: () => undefined,
      });
    });
    assert.match(answer ?? '', /\r\ny=0200000001\r\n/);
    await until('the end of the call', () => simulator.counts.callsTotal === 1 && simulator.counts.calls === 0);
    assert.equal(rtp(receiver.packets[0]!).payloadType, 96);
    await simulator.stop();
    assert.deepEqual(server.findingsOf(ID), [], 'a camera without a quirk bends nothing');
    assert.equal(server.directory.device(ID)?.online, false);
  });
}
