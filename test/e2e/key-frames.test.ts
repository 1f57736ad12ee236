/** A camera that begins inside a group of pictures of 24 s: the picture comes because a key frame was asked for. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadClip } from '../../src/simulator/clip.ts';
import type { CameraUnit } from '../../src/simulator/device.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, until } from '../support/gbgate.ts';

describe('key frames that are asked for', { timeout: 120_000, concurrency: 2 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-keys-'));
  const clip = join(folder, 'long.h264');
  const simulators: Simulator[] = [];
  let gateway: RunningGateway;

  before(async () => {
    const { units } = loadClip('h264', 'none').video;
    const rest = units.filter((unit) => !unit.key);
    writeFileSync(clip, Buffer.concat([units[0]!, ...rest, ...rest, ...rest].map((unit) => unit.data)));
    gateway = await runGateway();
  });
  after(async () => {
    await Promise.all(simulators.map((simulator) => simulator.stop()));
    assert.equal(await gateway.stop(), 0);
    rmSync(folder, { recursive: true });
  });

  for (const [code, id, quirks, spelling] of [
    ['ES-1', '34020000001328000001', ['ES-1'], undefined],
    ['PTZ-6', '34020000001328000002', ['ES-1', 'PTZ-6'], 'IFrameCmd'],
  ] as const)
    it(`${code}: the camera plays long before its next key frame; quirks ${quirks}`, async () => {
      const sent: CameraUnit[] = [];
      const onUnit = (unit: CameraUnit) => sent.push(unit);
      // of an edition whose spelling is the other one
      const version = '2.0';
      const camera = { id, clip, version, audio: 'none', quirks: new Set(quirks), onUnit } as const;
      simulators.push(await startCamera(gateway.sipPort, camera));
      const [channelId] = await channelsOf(gateway, id);
      const path = `/api/v1/devices/${id}/channels/${channelId}/live`;
      const live = await gateway.api('POST', path, { transport: 'udp' });
      assert.equal(live.status, 201, JSON.stringify(live.body));
      const key = sent.findIndex((unit) => unit.key);
      assert.ok(sent[key]!.index - sent[key - 1]!.index > 1, 'it left frames out for a key frame');
      const stream = await gateway.api('GET', `/api/v1/streams/${live.body.id}`);
      assert.ok(stream.body.findings.some((finding: { code: string }) => finding.code === 'ES-1'));
      // What is remembered is the spelling that was obeyed where the likely one was not.
      const learned = async () => (await gateway.api('GET', `/api/v1/devices/${id}/profile`)).body.learned;
      await until('what was learned', async () => (await learned()).keyFrameCommand === spelling);
    });
});
