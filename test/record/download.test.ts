/** One download against a scripted device: every way in which footage ends, breaks off and is wrong. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Download } from '../../src/record/download-row.ts';
import { HOLD_ABOVE_BYTES, OFFLINE_PATIENCE_MS } from '../../src/record/download-run.ts';
import { openRecordFile } from '../../src/record/file.ts';
import { hashOf } from '../../src/record/tail.ts';
import { MAX_CALL_MS } from '../../src/record/target.ts';
import { readSamples } from './clip.ts';
import { clip, DownloadWorld, FRAMES, RANGE, type Script, type ScriptedCall, START } from './download-world.ts';

const numbers = new Map(clip.fragments.map(({ samples }, n) => [hashOf(samples[0]!.data), n]));

/** Which pictures of the clip a file holds, in order. */
function picturesIn(path: string): number[] {
  const video = readSamples(readFileSync(path)).find(({ kind }) => kind === 'video');
  return (video?.samples ?? []).map(({ data }) => numbers.get(hashOf(data)) ?? -1);
}

const upTo = (count: number, from = 0) => Array.from({ length: count - from }, (_, i) => from + i);

async function download(
  script: Script,
  check: (world: DownloadWorld, row: Download) => void | Promise<void>,
  o: { wish?: Parameters<DownloadWorld['ask']>[0]; prepare?: (world: DownloadWorld) => void; stepMs?: number } = {},
): Promise<void> {
  const world = new DownloadWorld(script);
  try {
    o.prepare?.(world);
    const row = await world.over(world.ask(o.wish), o.stepMs);
    await check(world, row);
  } finally {
    await world.close();
  }
}

/** The file holds the whole clip, each picture once. */
function isWhole(world: DownloadWorld, row: Download): void {
  assert.equal(row.state, 'complete', JSON.stringify(row));
  assert.deepEqual(picturesIn(world.pathOf(row)), upTo(FRAMES));
  assert.deepEqual(row.missing, []);
}

describe('the end of footage', () => {
  for (const why of ['media-status', 'bye', 'idle', 'closed'] as const) {
    test(`PB-2: complete however the device ends: ${why}`, () =>
      download((call) => {
        call.play(Math.floor((call.range.startEpochMs - START) / 1000) * 25, FRAMES);
        call.end(why);
      }, isWhole));
  }

  test('PB-3: a device that goes on is stopped at the first key frame behind the range', () =>
    download(
      (call) => call.play(0, FRAMES),
      (world, row) => {
        assert.equal(row.state, 'complete');
        assert.deepEqual(picturesIn(world.pathOf(row)), upTo(150));
        assert.ok(world.calls[0]!.isStopped);
        assert.equal(world.calls.length, 1);
      },
      { wish: { endEpochMs: START + 6000 } },
    ));

  test('footage before and behind the range: whole groups of pictures, or with `exact` none', async () => {
    // capture times: the device begins two seconds early and ends late
    const early: Script = (call) => call.play(0, FRAMES, { firstEpochMs: START });
    const range = { startEpochMs: START + 2500, endEpochMs: START + 6500 };
    await download(early, (world, row) => assert.deepEqual(picturesIn(world.pathOf(row)), upTo(175, 50)), {
      wish: range,
    });
    await download(early, (world, row) => assert.deepEqual(picturesIn(world.pathOf(row)), upTo(163, 75)), {
      wish: { ...range, exact: true },
    });
  });

  test('PB-15: a device that says it is done where a file ends is asked for the rest', () =>
    download(
      (call, index) => {
        if (index > 0) return call.playRange();
        call.play(0, 130);
        call.end('media-status');
      },
      (world, row) => {
        isWhole(world, row);
        assert.deepEqual(
          world.calls.map(({ range }) => range.startEpochMs - START),
          [0, 5000],
        );
      },
    ));

  test('PB-15: a device that falls silent where a file ends, however often it is asked for the end of it, is asked for the next', () =>
    download(
      (call) => {
        const from = Math.floor((call.range.startEpochMs - START) / 1000) * 25;
        call.play(from, from < 150 ? 150 : FRAMES);
        call.end('idle');
      },
      (world, row) => {
        isWhole(world, row);
        assert.deepEqual(
          world.calls.map(({ range }) => range.startEpochMs - START),
          [0, 5000, 6000],
        );
      },
    ));

  test('PB-7: footage that the device does not have is named, and not waited for', () =>
    download(
      (call) => {
        const isFirst = call.range.startEpochMs === START;
        if (isFirst) call.play(0, 100);
        else call.play(200, FRAMES);
        call.end('media-status');
      },
      (_world, row) => {
        assert.equal(row.state, 'partial');
        assert.deepEqual(row.missing, [{ startEpochMs: START + 4000, endEpochMs: START + 8000 }]);
        assert.equal(row.receivedMs, 8000);
        assert.equal(row.progress, 1);
      },
      {
        prepare: (world) => {
          world.found = {
            spans: [
              { startEpochMs: START, endEpochMs: START + 4000 },
              { startEpochMs: START + 8000, endEpochMs: START + 12_000 },
            ],
            complete: true,
          };
        },
      },
    ));

  test('PB-17: without a key frame there is no file, and the download has failed', () =>
    download(
      (call) => {
        call.play(1, 25);
        call.end('media-status');
      },
      (world, row) => {
        assert.equal(row.state, 'failed');
        assert.equal(row.error?.code, 'no_footage');
        assert.ok(!existsSync(world.pathOf(row)) && !existsSync(world.pathOf(row).replace('.mp4', '.part.mp4')));
      },
    ));

  test('PB-17: the file has its name only when it is finished', () =>
    download((call, _index, world) => {
      call.play(0, 150);
      const row = [...world.rows.values()][0]!;
      assert.ok(!existsSync(world.pathOf(row)));
      call.play(150, FRAMES, { firstEpochMs: START + 6000 });
      call.end('media-status');
    }, isWhole));

  test('a device without footage: failed at once, nothing is called', () =>
    download(
      () => assert.fail('called'),
      (world, row) => {
        assert.equal(row.error?.code, 'no_footage');
        assert.deepEqual(row.missing, [RANGE]);
        assert.equal(world.calls.length, 0);
      },
      {
        prepare: (world) => {
          world.found = { spans: [], complete: true };
        },
      },
    ));

  test('a device that answers no search, or not with all, may have the whole range', async () => {
    for (const found of [{ fault: 'no answer' }, { spans: [], complete: false }])
      await download((call) => call.playRange(), isWhole, {
        prepare: (world) => {
          world.found = found;
        },
      });
  });
});

describe('what breaks off', () => {
  test('goes on at the whole second before the last picture, and the overlap is taken out to the picture', () =>
    download(
      (call, index) => {
        if (index === 2) return call.playRange();
        call.play(Math.floor((call.range.startEpochMs - START) / 1000) * 25, [137, 231][index]!);
        call.end('closed');
      },
      (world, row) => {
        isWhole(world, row);
        assert.deepEqual(
          world.calls.map(({ range }) => range.startEpochMs - START),
          [0, 5000, 9000],
        );
        assert.equal(world.whats().filter((what) => what === 'resumed').length, 2);
        const sound = readSamples(readFileSync(world.pathOf(row))).find(({ kind }) => kind === 'audio')!;
        for (const [i, { dts, duration }] of sound.samples.entries())
          assert.equal(sound.samples[i + 1]?.dts ?? dts + duration, dts + duration);
      },
    ));

  test('a device that begins behind what was asked is asked 10 s earlier', () =>
    download(
      (call, index) => {
        if (index === 0) {
          call.play(0, 210);
          call.end('closed');
        } else if (index === 1) {
          // not from the key frame before, but from one behind
          for (let i = 0; i < 8; i += 1) call.play(225, FRAMES, { firstEpochMs: call.range.startEpochMs + i * 3000 });
        } else call.playRange();
      },
      (world, row) => {
        isWhole(world, row);
        assert.deepEqual(
          world.calls.map(({ range }) => range.startEpochMs - START),
          [0, 8000, 0],
        );
      },
    ));

  test('pictures that are never the same twice are laid by their time', () =>
    download(
      (call, index) => {
        if (index === 0) {
          call.play(0, 110);
          return call.end('closed');
        }
        const from = Math.max(0, Math.floor((call.range.startEpochMs - START) / 1000) * 25);
        const change = (fragment: (typeof clip.fragments)[number]) => ({
          ...fragment,
          samples: fragment.samples.map((sample) => ({
            ...sample,
            data: Buffer.concat([sample.data, Buffer.from([index])]),
          })),
        });
        call.play(from, FRAMES, { change });
        // the search for the end of the file goes on for 20 s of content
        for (let i = 1; i < 4; i += 1)
          call.play(from, FRAMES, { change, firstEpochMs: call.range.startEpochMs + i * 12_000 });
        call.end('media-status');
      },
      (world, row) => {
        assert.equal(row.state, 'complete');
        assert.ok(world.calls.length >= 3);
        const video = readSamples(readFileSync(world.pathOf(row))).find(({ kind }) => kind === 'video')!;
        assert.equal(video.samples.length, FRAMES);
        assert.ok(video.samples.every(({ dts }, i) => dts === i * 3600));
      },
    ));

  test('packets that were lost are asked for again; a hole that is always there is the device’s own', () =>
    download(
      (call) => {
        const from = Math.floor((call.range.startEpochMs - START) / 1000) * 25;
        call.play(from, 60);
        call.on({ type: 'hole' });
        if (call.isStopped) return;
        call.play(63, FRAMES, { firstEpochMs: START + 63 * 40 });
        call.end('media-status');
      },
      (world, row) => {
        assert.equal(row.state, 'complete');
        assert.deepEqual(picturesIn(world.pathOf(row)), [...upTo(60), ...upTo(FRAMES, 63)]);
        assert.equal(world.calls.length, 4);
      },
    ));

  test('packets that were lost over UDP: the next call is to be another, unless the device sends over nothing else', () =>
    download(
      (call, index) => {
        const from = Math.floor((call.range.startEpochMs - START) / 1000) * 25;
        const transport = index === 1 ? 'tcp-passive' : 'udp';
        call.play(from, from + 40);
        call.on({ type: 'started', transport, filesizeBytes: null, offeredSpeeds: null });
        if (index < 4) call.on({ type: 'hole' });
        if (call.isStopped || index < 4) return;
        call.play(from + 40, FRAMES, { firstEpochMs: call.range.startEpochMs + 1600 });
        call.end('media-status');
      },
      (world, row) => {
        isWhole(world, row);
        // the third call had to take UDP again: the fourth and fifth do not ask for TCP in vain
        assert.deepEqual(
          world.calls.map(({ range }) => range.avoidsUdp),
          [false, true, true, false, false],
        );
      },
    ));

  test('a device that is gone is waited for an hour; then the download has failed, and goes on with retry', () =>
    download(
      (call, index, world) => {
        if (index > 0) return call.playRange();
        call.play(0, 98);
        world.isOnline = false;
        call.end('offline');
      },
      async (world, row) => {
        assert.equal(row.error?.code, 'device_offline');
        assert.match(row.error?.detail ?? '', /3 s that came are in downloads\/.*\.part\.mp4/);
        assert.ok(row.endedAtEpochMs! - row.startedAtEpochMs! >= OFFLINE_PATIENCE_MS);
        const part = picturesIn(world.pathOf(row).replace('.mp4', '.part.mp4'));
        assert.deepEqual(part, upTo(part.length));
        world.isOnline = true;
        assert.ok(world.downloads.retry(row));
        await world.over(row);
        isWhole(world, row);
      },
      { stepMs: 60_000 },
    ));

  test('a full disk: failed, and what came plays and is named', async () => {
    let go = () => {};
    const written = new Promise<void>((resolve) => {
      go = resolve;
    });
    let isFull = false;
    const play = async (call: ScriptedCall) => {
      call.play(0, 150);
      await written;
      isFull = true;
      call.play(150, FRAMES, { firstEpochMs: START + 6000 });
      call.end('media-status');
    };
    const world = new DownloadWorld((call) => void play(call), {
      openFile: async (path) => {
        const file = await openRecordFile(path, true);
        return {
          ...file,
          async writeParts(parts, position) {
            if (isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
            await file.writeParts(parts, position);
            go();
          },
        };
      },
    });
    try {
      mkdirSync(join(world.folder, 'downloads/34020000001180000001/34020000001310000001'), { recursive: true });
      const row = await world.over(world.ask());
      assert.equal(row.state, 'failed');
      assert.equal(row.error?.code, 'disk_full');
      assert.match(row.error?.detail ?? '', /no space left on device; \d+ s that came are in downloads\//);
      const pictures = picturesIn(world.pathOf(row).replace('.mp4', '.part.mp4'));
      assert.deepEqual(pictures, upTo(pictures.length));
      assert.ok(pictures.length >= 100);
    } finally {
      await world.close();
    }
  });
});

test('PB-5: a device that sends faster than the disk takes is held back', async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const world = new DownloadWorld(
    (call) => {
      const data = Buffer.alloc(HOLD_ABOVE_BYTES / 50);
      const change = (fragment: (typeof clip.fragments)[number]) => ({
        ...fragment,
        samples: fragment.samples.map((sample) => (sample.track === 'video' ? { ...sample, data } : sample)),
      });
      call.play(0, 100, { change });
      assert.deepEqual(call.holds, ['hold']);
      open();
    },
    {
      openFile: async () => {
        await gate;
        return openRecordFile('/dev/null', false);
      },
    },
  );
  try {
    world.ask();
    for (let i = 0; i < 200 && world.calls[0]?.holds.length !== 2; i += 1) await world.pass();
    assert.deepEqual(world.calls[0]!.holds, ['hold', 'release']);
  } finally {
    await world.close();
  }
});

test('PB-6: progress comes from content, whatever size the device says', async () => {
  const world = new DownloadWorld(() => {});
  try {
    const row = world.ask();
    await world.pass();
    const call = world.calls[0]!;
    call.play(0, 150);
    await world.clock.advance(1000);
    call.play(150, 160, { firstEpochMs: START + 6000 });
    assert.ok(row.progress > 0.45 && row.progress < 0.55, `${row.progress}`);
    assert.equal(row.filesizeBytes, 0);
    call.play(160, FRAMES, { firstEpochMs: START + 6400 });
    call.end('media-status');
    isWhole(world, await world.over(row));
    assert.equal(row.progress, 1);
  } finally {
    await world.close();
  }
});

test('a range longer than a day is asked for in parts that make one file', async () => {
  const endEpochMs = START + 30 * 3_600_000;
  await download(
    (call, index) => {
      if (index === 0) {
        call.play(0, 100);
        // the last second of the day that was asked for
        const jump = (call.range.endEpochMs - 4000 - START) * 90;
        const change = (fragment: (typeof clip.fragments)[number]) => ({
          ...fragment,
          dts90k: fragment.dts90k + jump - 100 * 3600,
          samples: fragment.samples
            .filter(({ track }) => track === 'video')
            .map((sample) => ({ ...sample, dts: sample.dts + jump - 100 * 3600 })),
        });
        call.play(100, 200, { change, firstEpochMs: call.range.endEpochMs - 4000 });
      } else call.play(175, FRAMES);
      call.end('media-status');
    },
    (world, row) => {
      assert.equal(row.state, 'partial');
      assert.deepEqual(picturesIn(world.pathOf(row)), upTo(FRAMES));
      const [first, second] = world.calls;
      assert.equal(first!.range.endEpochMs - START, MAX_CALL_MS);
      assert.equal(second!.range.startEpochMs - START, MAX_CALL_MS - 1000);
      assert.equal(second!.range.endEpochMs, endEpochMs);
    },
    {
      wish: { endEpochMs },
      prepare: (world) => {
        world.found = { spans: [{ startEpochMs: START, endEpochMs }], complete: true };
      },
    },
  );
});

test('as fast as was asked for, and from the second call on no faster than the device offers', () =>
  download(
    (call, index) => {
      if (index > 0) return call.playRange();
      call.play(0, 50);
      call.on({ type: 'started', transport: 'udp', filesizeBytes: null, offeredSpeeds: [1, 2, 4, 16] });
      call.end('closed');
    },
    (world, row) => {
      isWhole(world, row);
      assert.deepEqual(
        world.calls.map(({ range }) => range.speed),
        [8, 4],
      );
    },
  ));
