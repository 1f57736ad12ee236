import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

const DEVICE = '34020000001320000001';
const SEGMENT_MS = 10_000;

interface Row {
  readonly id: string;
  readonly start: string;
  readonly end: string | null;
  readonly path: string;
  readonly state: string;
  readonly reason: string;
  readonly durationMs: number;
}

/** A camera that is recorded all the time, whatever happens to it and to the gateway. */
describe('a channel that is always recorded', { timeout: 240_000 }, () => {
  const data = mkdtempSync(join(tmpdir(), 'gbgate-continuous-'));
  const args = ['--record-segment', `${SEGMENT_MS / 1000}s`];
  let gateway: RunningGateway;
  let camera: Simulator;
  after(async () => {
    await camera?.stop();
    await gateway?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  /** Oldest first. */
  const rows = async (): Promise<Row[]> => {
    const { body } = await gateway.api('GET', '/api/v1/recordings?limit=100');
    return body.items.toReversed();
  };
  const running = () =>
    until('it is recorded', async () => (await rows()).find(({ state }) => state === 'recording'), 60_000);
  const framesOf = (file: string) =>
    Number.parseInt(
      execFileSync('ffprobe', [
        ...['-v', 'error', '-select_streams', 'v', '-count_packets'],
        ...['-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file],
      ]).toString(),
      10,
    );

  test('files are cut on the wall clock and join to the frame', async () => {
    gateway = await runGateway({ data, args });
    camera = await startCamera(gateway.sipPort, { id: DEVICE });
    const [channelId] = await channelsOf(gateway, DEVICE);
    const channel = `/api/v1/devices/${DEVICE}/channels/${channelId}`;
    const plan = await gateway.api('PUT', `${channel}/plan`, { mode: 'always' });
    assert.equal(plan.status, 200, JSON.stringify(plan.body));
    const whole = await until(
      'three files that are whole',
      async () => {
        const found = (await rows()).filter(({ state }) => state === 'complete');
        return found.length >= 3 && found;
      },
      90_000,
    );
    for (const [i, row] of whole.entries()) {
      assert.equal(row.reason, 'always');
      const before = whole[i - 1];
      if (before === undefined) continue;
      // Its key frame is the first behind the boundary: the camera sends one each two seconds.
      const seconds = Number(/-(\d\d)\.mp4$/.exec(row.path)?.[1]);
      assert.ok(seconds % (SEGMENT_MS / 1000) <= 4, row.path);
      // Sound that waited for its picture may lie in both.
      const overlapMs = Date.parse(before.end ?? '') - Date.parse(row.start);
      assert.ok(overlapMs >= 0 && overlapMs < 500, `${before.path} reaches ${overlapMs} ms into ${row.path}`);
    }
    const range = `start=${encodeURIComponent(whole[0]!.start)}&end=${encodeURIComponent(whole[2]!.end ?? '')}`;
    const joined = await fetch(`${gateway.http}${channel}/timeline.mp4?${range}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const file = join(data, 'joined.mp4');
    writeFileSync(file, Buffer.from(await joined.arrayBuffer()));
    const frames = whole.slice(0, 3).map(({ path }) => framesOf(join(data, path)));
    const sum = frames.reduce((a, b) => a + b, 0);
    // The range ends between two frames of the file behind it, or before the last one of its own.
    assert.ok(Math.abs(framesOf(file) - sum) <= 1, `${framesOf(file)} frames of ${frames}`);
    const words = execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'], { stdio: 'pipe' }).toString();
    assert.equal(words, '');
  });

  test('a camera that goes and comes back is recorded again', async () => {
    const before = await running();
    await camera.stop();
    await until(
      'its file is whole',
      async () => (await rows()).find(({ id }) => id === before.id)?.state === 'complete',
      60_000,
    );
    camera = await startCamera(gateway.sipPort, { id: DEVICE });
    const again = await running();
    assert.ok(Date.parse(again.start) > Date.parse(before.start));
  });

  test('a gateway that is killed goes on when it is back', async () => {
    // Its length counts what was received; what a reader of the file sees is on the disk.
    const { last, frames } = await until(
      'some of it is on the disk',
      async () => {
        const row = (await rows()).find(({ state, durationMs }) => state === 'recording' && durationMs > 4000);
        const seen = row === undefined ? 0 : framesOf(join(data, row.path));
        return row !== undefined && seen > 0 && { last: row, frames: seen };
      },
      60_000,
    );
    await gateway.kill();
    gateway = await runGateway({ data, args: [...args, '--sip-port', String(gateway.sipPort)] });
    const { body: found } = await gateway.api('GET', `/api/v1/recordings/${last.id}`);
    assert.ok(['recovered', 'complete'].includes(found.state), JSON.stringify(found));
    assert.ok(framesOf(join(data, found.path)) >= frames, 'nothing that was on the disk is lost');
    const next = await running();
    assert.ok(Date.parse(next.start) > Date.parse(last.start));
    assert.equal(next.reason, 'always');
  });
});
