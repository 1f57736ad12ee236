import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isoInZone } from '../../../src/gateway/zone.ts';
import type { Recording } from '../../../src/record/archive.ts';
import { readSamples } from '../../record/clip.ts';
import { until } from '../../support/gbgate.ts';
import { Footage, INIT, RecordingWorld, SOUND_INIT } from './recording-world.ts';

/** Every sample of files, one behind the other, as a foreign reader finds them. */
function contentOf(world: RecordingWorld, rows: readonly Recording[]) {
  const hashes = { video: createHash('sha256'), audio: createHash('sha256') };
  const counts = { video: 0, audio: 0 };
  const videoMs: number[] = [];
  for (const row of rows) {
    for (const { kind, samples, timescale } of readSamples(readFileSync(world.path(row)))) {
      counts[kind] += samples.length;
      for (const { data } of samples) hashes[kind].update(data);
      if (kind !== 'video') continue;
      assert.ok(samples[0]!.isSync, `${row.path} begins with a key frame`);
      videoMs.push(samples.reduce((sum, { duration }) => sum + (duration * 1000) / timescale, 0));
    }
  }
  return { counts, videoMs, hashes: { video: hashes.video.digest('hex'), audio: hashes.audio.digest('hex') } };
}

async function finished(world: RecordingWorld, count: number): Promise<Recording[]> {
  return until(`${count} finished files`, () => {
    const rows = world.rows.list();
    return rows.length === count && rows.every(({ state }) => state === 'complete') && rows;
  });
}

test('24 h with cuts each 30 min: every sample of all files is one that was sent, once, in order; they join to the frame', async () => {
  const world = new RecordingWorld();
  const live = world.pull(true);
  const footage = new Footage({ frameMs: 1000, gop: 4, soundMs: 500 });
  await world.begin(footage);
  world.recordings.start(live, 'always');
  await world.run(footage, 24 * 3600);
  await world.recordings.stop(live, 'always');
  const rows = await finished(world, 49);

  const { counts, hashes, videoMs } = contentOf(world, rows);
  assert.deepEqual(counts, footage.sent);
  assert.deepEqual(hashes, footage.hashes());
  assert.equal(
    videoMs.reduce((sum, ms) => sum + ms, 0),
    footage.sent.video * 1000,
    'their lengths are that of the day',
  );
  // Begun at 14:03:21; the key frames come each 4 s from then on.
  const names = rows.map(({ path }) => path.split('/').slice(-2).join(' '));
  assert.deepEqual(names.slice(0, 3), [
    '2026-01-05 14-03-21.mp4',
    '2026-01-05 14-30-01.mp4',
    '2026-01-05 15-00-01.mp4',
  ]);
  assert.deepEqual(names.slice(-2), ['2026-01-06 13-30-01.mp4', '2026-01-06 14-00-01.mp4']);
  for (const [i, row] of rows.entries()) {
    assert.equal(row.reason, 'always');
    const next = rows[i + 1];
    if (next === undefined) break;
    // Files begin with sound that is 20 ms older than the picture; the one before ends with its picture.
    assert.equal(next.startEpochMs - row.startEpochMs, Math.round(videoMs[i]!), row.path);
    assert.equal(row.endEpochMs, next.startEpochMs + 20, row.path);
  }
  assert.deepEqual(
    world.events
      .filter(({ type }) => type.startsWith('recording.'))
      .map(({ type }) => type.slice(10))
      .sort(),
    [...Array(49).fill('completed'), ...Array(49).fill('started')],
  );
  assert.equal(world.recordings.runningCount, 0);
  await world.close();
});

for (const [name, timeZone, from, expected] of [
  [
    'on the day that has 23 hours',
    'Europe/Berlin',
    '2026-03-29T00:10:00+01:00',
    ['00-10', '01-00', '03-00', '04-00', '05-00'],
  ],
  [
    'on the day that has 25 hours',
    'Europe/Berlin',
    '2026-10-25T00:10:00+02:00',
    ['00-10', '01-00', '02-00', '02-00', '03-00'],
  ],
] as const)
  test(`files are cut on the wall clock ${name}, and join`, async () => {
    const world = new RecordingWorld({ epochMs: Date.parse(from), timeZone, segmentMs: 3_600_000 });
    const live = world.pull(true);
    const footage = new Footage({ frameMs: 5000, gop: 1 });
    await world.begin(footage);
    world.recordings.start(live, 'plan');
    await world.run(footage, 4 * 3600 - 600);
    await world.recordings.stop(live, 'plan');
    const rows = await finished(world, expected.length);
    assert.deepEqual(
      rows.map(({ startEpochMs }) => isoInZone(startEpochMs, timeZone).slice(11, 16).replace(':', '-')),
      expected,
    );
    assert.equal(new Set(rows.map(({ path }) => path)).size, rows.length);
    const { counts, hashes } = contentOf(world, rows);
    assert.deepEqual([counts, hashes], [footage.sent, footage.hashes()]);
    for (const [i, row] of rows.slice(1).entries()) assert.equal(row.startEpochMs, rows[i]!.endEpochMs);
    await world.close();
  });

test('what somebody asked for is one file; a plan that joins has it cut, and goes on without him', async () => {
  const world = new RecordingWorld();
  const live = world.pull(true);
  const footage = new Footage({ frameMs: 1000, gop: 4, soundMs: 500 });
  await world.begin(footage);
  const first = world.recordings.start(live);
  assert.equal(first.reason, 'request');
  await world.run(footage, 3600);
  assert.equal(world.rows.list().length, 1, 'one file');
  assert.equal(world.recordings.start(live, 'plan').id, first.id);
  assert.equal(world.rows.get(first.id)?.reason, 'request', 'the stronger one stays');
  await world.run(footage, 1800);
  assert.deepEqual(
    world.rows.list().map(({ reason }) => reason),
    ['request', 'request'],
  );
  const going = await world.recordings.stop(live);
  assert.ok(!('problem' in going) && going.state === 'recording', 'the plan goes on');
  const refused = await world.recordings.stop(live);
  assert.ok('problem' in refused && refused.problem === 'conflict' && /plan/.test(refused.detail));
  await world.run(footage, 1800);
  const last = await world.recordings.stop(live, 'plan');
  assert.ok(!('problem' in last) && last.state === 'complete' && last.reason === 'plan');
  const rows = await finished(world, 3);
  const { counts, hashes } = contentOf(world, rows);
  assert.deepEqual([counts, hashes], [footage.sent, footage.hashes()]);
  await world.close();
});

test('the next file is written while the one before is finalised; each can be asked for', async () => {
  const world = new RecordingWorld();
  const live = world.pull(true);
  const footage = new Footage({ frameMs: 1000, gop: 4 });
  await world.begin(footage);
  const first = world.recordings.start(live, 'always');
  const seen: boolean[] = [];
  world.hears.push((type) => {
    if (type !== 'recording.started') return;
    // The row of the file before is not final yet, and none of its seconds is lost meanwhile.
    const before = world.recordings.get(first.id);
    seen.push('state' in before && before.state === 'recording' && before.durationMs > 1_590_000);
    seen.push(!('path' in before) || !world.recordings.isGrowing(before));
  });
  await world.run(footage, 1700);
  const rows = await until('two files', () => world.rows.list().length === 2 && world.rows.list());
  assert.deepEqual(seen, [true, true]);
  assert.ok(world.recordings.isGrowing(rows[1]!));
  assert.equal(world.recordings.runningOf(live.id)?.id, rows[1]!.id);
  await until('the first is final', () => world.rows.get(first.id)?.state === 'complete');
  await world.recordings.close();
  assert.equal(world.rows.get(rows[1]!.id)?.state, 'complete');
  await world.close();
});

test('a recording that is asked for before the stream plays begins, and is named, when its first picture comes', async () => {
  const world = new RecordingWorld();
  const live = world.pull(true);
  await world.clock.advance(0);
  const asked = world.recordings.start(live);
  assert.match(asked.path, /14-03-21\.mp4$/);
  await world.clock.advance(7000);
  const footage = new Footage({ frameMs: 1000, gop: 4, soundMs: 500 });
  await world.begin(footage);
  await world.run(footage, 8);
  const row = await world.recordings.stop(live);
  assert.ok(!('problem' in row));
  assert.equal(row.startEpochMs, asked.startEpochMs + 7000 - 20, 'with its sound');
  assert.match(row.path, /14-03-27\.mp4$/);
  assert.equal(row.durationMs, 9020);
  await world.close();
});

test('key frames further apart than a segment: each begins a file', async () => {
  const world = new RecordingWorld();
  const live = world.pull(true);
  const footage = new Footage({ frameMs: 5000, gop: 480 });
  await world.begin(footage);
  world.recordings.start(live, 'always');
  await world.run(footage, 130 * 60);
  await world.recordings.stop(live, 'always');
  const rows = await finished(world, 4);
  assert.deepEqual(
    rows.map(({ path }) => path.slice(-12)),
    ['14-03-21.mp4', '14-43-21.mp4', '15-23-21.mp4', '16-03-21.mp4'],
  );
  const { counts, hashes } = contentOf(world, rows);
  assert.deepEqual([counts, hashes], [footage.sent, footage.hashes()]);
  await world.close();
});

test('a channel of sound alone is cut on the boundary itself', async () => {
  const world = new RecordingWorld();
  const live = world.pull(true);
  const footage = new Footage({ frameMs: null, soundMs: 500 });
  await world.begin(footage, SOUND_INIT);
  world.recordings.start(live, 'always');
  await world.run(footage, 3600);
  await world.recordings.stop(live, 'always');
  const rows = await finished(world, 3);
  assert.deepEqual(
    rows.map(({ path }) => path.slice(-12)),
    ['14-03-21.mp4', '14-30-00.mp4', '15-00-00.mp4'],
  );
  for (const [i, row] of rows.slice(1).entries()) assert.equal(row.startEpochMs, rows[i]!.endEpochMs);
  const { counts, hashes } = contentOf(world, rows);
  assert.deepEqual([counts, hashes], [footage.sent, footage.hashes()]);
  await world.close();
});

test('another description in the middle begins a file, and the cuts go on', async () => {
  const world = new RecordingWorld();
  const live = world.pull(true);
  const footage = new Footage({ frameMs: 1000, gop: 4, soundMs: 500 });
  await world.begin(footage);
  world.recordings.start(live, 'always');
  await world.run(footage, 1199);
  footage.generation = INIT.generation + 1;
  world.emit({ type: 'init', init: { ...INIT, generation: footage.generation } });
  await world.run(footage, 1800);
  await world.recordings.stop(live, 'always');
  const rows = await finished(world, 3);
  assert.deepEqual(
    rows.map(({ path }) => path.slice(-12)),
    ['14-03-21.mp4', '14-23-20.mp4', '14-30-01.mp4'],
  );
  for (const [i, row] of rows.slice(1).entries()) assert.equal(row.startEpochMs + 20, rows[i]!.endEpochMs);
  const { counts, hashes } = contentOf(world, rows);
  assert.deepEqual([counts, hashes], [footage.sent, footage.hashes()]);
  await world.close();
});

test('sound that fills a break of the stream is not recorded before the first picture behind it', async () => {
  const world = new RecordingWorld();
  const live = world.pull(true);
  const media = new Footage({ frameMs: 1000, gop: 4, soundMs: 500 });
  await world.begin(media);
  await world.run(media, 40);
  await world.clock.advance(15_000);
  media.skipTo(world.clock.nowMs());
  await world.begin(filledUp(media));
  const backMs = world.clock.epochMs();
  world.recordings.start(live, 'always');
  await world.run(media, 8);
  const row = await world.recordings.stop(live, 'always');
  assert.ok(!('problem' in row));
  assert.deepEqual([row.startEpochMs, row.durationMs], [backMs, 9000]);
  const { counts } = contentOf(world, [row]);
  assert.deepEqual(counts, { video: 9, audio: 17 });
  await world.close();
});

/** The next fragment brings silence for the 10 s before it, as a feed makes it after a break. */
function filledUp(media: Footage): Footage {
  const next = media.next.bind(media);
  media.next = (nowMs) => {
    media.next = next;
    const fragment = next(nowMs);
    const sound = fragment.samples.find(({ track }) => track === 'audio')!;
    const filling = Array.from({ length: 20 }, (_, i) => ({ ...sound, dts: sound.dts - (20 - i) * sound.duration }));
    return { ...fragment, samples: [...fragment.samples.slice(0, 1), ...filling, ...fragment.samples.slice(1)] };
  };
  return media;
}
