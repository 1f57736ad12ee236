/**
 * Every deviation of calls that the simulated camera knows: the picture still comes, and its NAL units are those of the
 * clip. Those of media are in media-deviations.test.ts.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { SIGNALLING_QUIRKS } from '../../src/simulator/signalling-quirks.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { nalsOfByteStream, nalsOfSample, readMp4 } from '../support/mp4.ts';

/** These lose bytes or refuse calls on purpose; they have tests of their own below. */
const NOT_WHOLE = new Set(['INV-3', 'INV-4', 'INV-5', 'INV-7', 'INV-8', 'INV-15']);
/** What never reaches a call is tried against the SIP server alone (test/simulator/signalling-quirks.test.ts). */
const WITHOUT_CALL = /^(?:SIP|REG|XML|CAT)-/;
/** What the stream then names, where that is another code or none. */
const NAMED: Record<string, string | null> = {
  'INV-1': null, // of the device
  'INV-2': null,
  'INV-4a': 'INV-4',
  'INV-5a': 'INV-5',
  'INV-5b': 'INV-5',
  'INV-5c': 'INV-5',
  'INV-10': null,
  'INV-14': null,
};
/** Deviations of TCP media show only over TCP. */
const transportOf = (code: string) => (code.startsWith('TCP') ? 'tcp-passive' : 'udp');
const FRAMES = 60;
const SENT = nalsOfByteStream(readFileSync(new URL('../../src/simulator/clips/gate.h264', import.meta.url)));
/** What cannot be had with a known code, and why, is empty: each tolerated deviation plays. */
const codes = SIGNALLING_QUIRKS.map((quirk) => quirk.code).filter(
  (code) => !NOT_WHOLE.has(code) && !WITHOUT_CALL.test(code),
);

describe('cameras that bend the standard', { timeout: 180_000, concurrency: 8 }, () => {
  let gateway: RunningGateway;
  const simulators: Simulator[] = [];

  before(async () => {
    gateway = await runGateway();
  });
  after(async () => {
    await Promise.all(simulators.map((simulator) => simulator.stop()));
    assert.equal(await gateway.stop(), 0);
  });

  async function camera(code: string, id: string): Promise<string> {
    simulators.push(await startCamera(gateway.sipPort, { id, quirks: new Set([code]) }));
    return (await channelsOf(gateway, id))[0] as string;
  }

  const simulatorOf = (id: string): Simulator => simulators.find(({ devices }) => devices[0]?.id === id)!;

  /** Messages until so many frames have come. */
  async function watch(id: string, channelId: string, frames: number): Promise<Buffer> {
    const socket = new WebSocket(`${gateway.http.replace('http', 'ws')}/live/${id}/${channelId}.mp4?token=${TOKEN}`);
    const received: Buffer[] = [];
    socket.on('message', (data: Buffer) => void received.push(data));
    await until(`${frames} frames of ${id}`, () => received.length > frames, 20_000);
    socket.close();
    return Buffer.concat(received);
  }

  assert.ok(codes.length >= 15, `${codes.length} deviations are tried`);
  for (const [i, code] of codes.entries())
    it(`${code}: ${SIGNALLING_QUIRKS.find((quirk) => quirk.code === code)?.sentence}`, async () => {
      const id = `340200000013210${String(i + 1).padStart(5, '0')}`;
      const channelId = await camera(code, id);
      const path = `/api/v1/devices/${id}/channels/${channelId}/live`;
      // TCP-11 says "not this way": the ladder of `auto` finds the next; all else is asked for directly.
      const live = await gateway.api('POST', path, code === 'TCP-11' ? {} : { transport: transportOf(code) });
      if (code === 'TCP-11') {
        assert.equal(live.status, 502, 'it refuses every transport');
        assert.equal(live.body.code, 'no_media');
        assert.ok(
          live.body.steps.filter((step: { name: string }) => step.name === 'answer').length >= 3,
          'all three were tried',
        );
        return;
      }
      assert.equal(live.status, 201, JSON.stringify(live.body));
      const video = readMp4(await watch(id, channelId, FRAMES)).find((track) => track.handler === 'vide');
      assert.ok(video);
      const got = video.samples.flatMap((sample) => nalsOfSample(sample.data));
      const start = SENT.findIndex((_, at) =>
        got.slice(0, 8).every((nal, n) => nal.equals(SENT[(at + n) % SENT.length]!)),
      );
      assert.notEqual(start, -1, 'the first NAL units are ones that were sent');
      for (const [n, nal] of got.entries()) assert.ok(nal.equals(SENT[(start + n) % SENT.length]!), `NAL unit ${n}`);
      const { body } = await gateway.api('GET', `/api/v1/streams/${live.body.id}`);
      assert.equal(body.stats.lost, 0);
      const named = NAMED[code] === undefined ? code : NAMED[code];
      const found: string[] = body.findings.map((finding: { code: string }) => finding.code);
      if (/^(?:INV-|SSRC-[29]$|TCP-1[345])/.test(code) && named !== null)
        assert.ok(found.includes(named), `${named}: ${found}`);
      await gateway.api('DELETE', `/api/v1/streams/${live.body.id}`);
    });

  const refused: [string, number, string][] = [
    ['INV-4', 409, 'device_busy'],
    ['INV-5', 502, 'invite_rejected'],
  ];
  for (const [i, [code, status, problem]] of refused.entries())
    it(`${code} is an error of its own, with steps`, async () => {
      const id = `340200000013220${String(i + 1).padStart(5, '0')}`;
      const channelId = await camera(code, id);
      const live = await gateway.api('POST', `/api/v1/devices/${id}/channels/${channelId}/live`);
      assert.deepEqual([live.status, live.body.code], [status, problem]);
      assert.ok(live.body.steps.some((step: { name: string }) => step.name === 'invite'));
    });

  for (const [i, code] of ['INV-7', 'INV-15'].entries())
    it(`${code}: a camera that hangs up is asked again, and its viewers stay`, async () => {
      const id = `340200000013230${String(i + 2).padStart(5, '0')}`;
      const channelId = await camera(code, id);
      const socket = new WebSocket(`${gateway.http.replace('http', 'ws')}/live/${id}/${channelId}.mp4?token=${TOKEN}`);
      let closed = false;
      socket.on('close', () => {
        closed = true;
      });
      const calls = simulatorOf(id);
      await until('two calls, one after the other', () => calls.counts.callsTotal >= 2, 40_000);
      await until(
        `the finding ${code}`,
        async () => {
          const { body } = await gateway.api('GET', `/api/v1/streams?limit=1000`);
          const stream = body.items.find((each: { deviceId: string }) => each.deviceId === id);
          return stream?.findings.some((finding: { code: string }) => finding.code === code);
        },
        20_000,
      );
      assert.equal(closed, false);
      socket.close();
    });

  it('INV-3: a 200 that comes long after we gave up is ACKed and ended by BYE', async () => {
    const id = '34020000001323000009';
    const channelId = await camera('INV-3', id);
    const live = await gateway.api('POST', `/api/v1/devices/${id}/channels/${channelId}/live`, { transport: 'udp' });
    assert.deepEqual([live.status, live.body.code], [504, 'invite_timeout']);
    const simulator = simulatorOf(id);
    await until('the camera is told that the call is over', () => simulator.counts.calls === 0, 30_000);
  });

  it('INV-8: a camera that ignores BYE holds nobody up, and its old port rests', async () => {
    const id = '34020000001323000001';
    const channelId = await camera('INV-8', id);
    const path = `/api/v1/devices/${id}/channels/${channelId}/live`;
    const first = await gateway.api('POST', path, { transport: 'udp' });
    assert.equal(first.status, 201);
    const beforeMs = performance.now();
    assert.equal((await gateway.api('DELETE', `/api/v1/streams/${first.body.id}`)).status, 204);
    assert.ok(performance.now() - beforeMs < 15_000, 'the answer does not wait for a BYE that is never answered');
    const second = await gateway.api('POST', path, { transport: 'tcp-passive' });
    assert.equal(second.status, 201, JSON.stringify(second.body));
    assert.notEqual(second.body.localPort, first.body.localPort);
    assert.notEqual(second.body.ssrc, first.body.ssrc);
  });

  it('RTP-1: frames with a hole never arrive, whole ones do', async () => {
    const id = '34020000001324000001';
    const channelId = await camera('RTP-1', id);
    const live = await gateway.api('POST', `/api/v1/devices/${id}/channels/${channelId}/live`, { transport: 'udp' });
    assert.equal(live.status, 201);
    const video = readMp4(await watch(id, channelId, 100)).find((track) => track.handler === 'vide');
    assert.ok(video);
    const sent = new Set(SENT.map((nal) => nal.toString('latin1')));
    for (const sample of video.samples)
      for (const nal of nalsOfSample(sample.data))
        assert.ok(sent.has(nal.toString('latin1')), 'every NAL unit is whole');
    const { body } = await gateway.api('GET', `/api/v1/streams/${live.body.id}`);
    assert.ok(body.stats.lost > 0 && body.stats.discarded > 0, 'something was lost, so the test tests something');
  });
});
