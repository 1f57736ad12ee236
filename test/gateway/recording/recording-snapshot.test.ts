/** Pictures of recordings at a moment: which moment of the file it is, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_RECORDING_SNAPSHOTS, RecordingSnapshots } from '../../../src/gateway/recording/recording-snapshot.ts';
import type { FfmpegFault } from '../../../src/media/ffmpeg.ts';
import type { Recording } from '../../../src/record/archive.ts';

const START = Date.UTC(2026, 8, 30, 4);
const RECORDING: Recording = {
  id: 'r1',
  streamId: 's1',
  deviceId: 'D',
  channelId: 'C',
  streamNumber: 0,
  startEpochMs: START,
  endEpochMs: null,
  durationMs: 60_000,
  bytes: 1,
  path: 'recordings/D/C/2026-09-30/12-00-00.mp4',
  state: 'recording',
  locked: false,
  error: null,
};
const JPEG = Uint8Array.from([0xff, 0xd8]);

function world(picture: (atMs: number) => Promise<Uint8Array | FfmpegFault>) {
  const asked: [string, number][] = [];
  let held = 0;
  const snapshots = new RecordingSnapshots({
    picture(path, atMs) {
      asked.push([path, atMs]);
      assert.equal(held > 0, true, 'nobody deletes it meanwhile');
      return picture(atMs);
    },
    hold: () => {
      held += 1;
      return () => {
        held -= 1;
      };
    },
  });
  return { snapshots, asked, held: () => held };
}

test('the moment of content is a moment of the file', async () => {
  const { snapshots, asked, held } = world(async () => JPEG);
  for (const epochMs of [null, START, START + 12_345, START + 60_000])
    assert.equal(await snapshots.at(RECORDING, '/r1.mp4', epochMs), JPEG);
  assert.deepEqual(
    asked.map(([, atMs]) => atMs),
    [0, 0, 12_345, 60_000],
  );
  assert.equal(asked[0]?.[0], '/r1.mp4');
  assert.equal(held(), 0);
});

test('a time that the recording does not hold is refused, and so is one more than a machine should make at once', async () => {
  let go: (jpeg: Uint8Array) => void = () => {};
  const gate = new Promise<Uint8Array>((resolve) => {
    go = resolve;
  });
  const { snapshots, asked, held } = world(() => gate);
  for (const epochMs of [START - 1000, START + 61_000]) {
    const refused = await snapshots.at(RECORDING, '/r1.mp4', epochMs);
    assert.ok('problem' in refused && refused.problem === 'bad_request');
  }
  const making = Array.from({ length: MAX_RECORDING_SNAPSHOTS }, () => snapshots.at(RECORDING, '/r1.mp4', null));
  const late = await snapshots.at(RECORDING, '/r1.mp4', null);
  assert.ok('problem' in late && late.problem === 'rate_limited');
  assert.equal(asked.length, MAX_RECORDING_SNAPSHOTS);
  go(JPEG);
  await Promise.all(making);
  assert.equal(held(), 0);
  assert.equal(await snapshots.at(RECORDING, '/r1.mp4', null), JPEG);
});

test('without ffmpeg it says so', async () => {
  const { snapshots, held } = world(async () => ({ ffmpeg: 'missing', detail: 'It is not installed.' }));
  assert.deepEqual(await snapshots.at(RECORDING, '/r1.mp4', null), {
    problem: 'ffmpeg_missing',
    detail: 'It is not installed.',
  });
  assert.equal(held(), 0);
});
