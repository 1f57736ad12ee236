import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

const DEVICE = '34020000001320000001';

/** Two recordings of one stream of a real gateway, asked for as one file. */
describe('the time line of a channel as one MP4', { timeout: 120_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'gbgate-timeline-'));
  let gateway: RunningGateway;
  let camera: Simulator;
  let channelId: string;
  before(async () => {
    gateway = await runGateway();
    camera = await startCamera(gateway.sipPort, { id: DEVICE });
    [channelId = ''] = await channelsOf(gateway, DEVICE);
  });
  after(async () => {
    await camera?.stop();
    await gateway?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const packets = (file: string) =>
    Number.parseInt(
      execFileSync(
        'ffprobe',
        [
          ...['-v', 'error', '-select_streams', 'v', '-count_packets'],
          ...['-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file],
        ],
        { encoding: 'utf8' },
      ),
      10,
    );
  const fetchFile = async (path: string, name: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(gateway.http + path, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    writeFileSync(join(dir, name), bytes);
    return { answer, bytes, packets: () => packets(join(dir, name)) };
  };

  test('holds every frame of its recordings, with the pause between them, and serves ranges', async () => {
    const live = await gateway.api('POST', `/api/v1/devices/${DEVICE}/channels/${channelId}/live`, {});
    assert.equal(live.body.state, 'playing', JSON.stringify(live.body));
    const recording = `/api/v1/streams/${live.body.id}/recording`;
    const recorded: { id: string; start: string; end: string }[] = [];
    for (let n = 0; n < 2; n += 1) {
      const { body: begun } = await gateway.api('PUT', recording);
      await until(
        'four seconds of it',
        async () => (await gateway.api('GET', `/api/v1/recordings/${begun.id}`)).body.durationMs > 4000,
        30_000,
      );
      recorded.push((await gateway.api('DELETE', recording)).body);
      // A pause in which nobody records: longer than what files are joined across.
      if (n === 0) await new Promise((resolve) => setTimeout(resolve, 4000));
    }
    const [first, second] = recorded;
    const range = `start=${encodeURIComponent(first!.start)}&end=${encodeURIComponent(second!.end)}`;
    const path = `/api/v1/devices/${DEVICE}/channels/${channelId}/timeline.mp4?${range}`;
    const joined = await fetchFile(path, 'joined.mp4');
    assert.equal(joined.answer.status, 200);
    assert.equal(Number(joined.answer.headers.get('content-length')), joined.bytes.length);
    const parts = await Promise.all(
      recorded.map(async ({ id }) => (await fetchFile(`/api/v1/recordings/${id}/file`, `${id}.mp4`)).packets()),
    );
    // The last frames may lie at the very end of the range.
    const count = joined.packets();
    assert.ok(count <= parts[0]! + parts[1]! && count >= parts[0]! + parts[1]! - 2, `${count} of ${parts}`);
    const seconds = Number(
      execFileSync(
        'ffprobe',
        ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', join(dir, 'joined.mp4')],
        {
          encoding: 'utf8',
        },
      ),
    );
    const wanted = (Date.parse(second!.end) - Date.parse(first!.start)) / 1000;
    assert.ok(Math.abs(seconds - wanted) < 0.5, `${seconds} s of ${wanted}`);
    execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', join(dir, 'joined.mp4'), '-f', 'null', '-']);
    const middle = joined.bytes.length >> 1;
    const part = await fetchFile(path, 'part', { range: `bytes=${middle}-${middle + 9999}` });
    assert.equal(part.answer.status, 206);
    assert.ok(part.bytes.equals(joined.bytes.subarray(middle, middle + 10_000)));
  });
});
