/**
 * Holes in the picture as browsers see them. By Media Source Extensions (3.5.1) a frame whose decoding time lies more than
 * two durations behind that of the frame before ends the run, and every frame up to the next key frame is thrown away.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Sample } from '../../src/media/frame.ts';
import { startRecording } from '../../src/record/recorder.ts';
import { camera, type Outcome, run } from './camera.ts';
import { accessUnits, ffmpeg, h264 } from './clips.ts';

const units = accessUnits(h264({ frames: 100, gop: 50 }), 'h264');

const pictures = (got: Outcome): Sample[] => got.fragments.flatMap((f) => f.samples.filter((s) => s.track === 'video'));

/** The rule, and that each frame is shown when its camera said. */
function staysOneRun(got: Outcome, due: readonly number[]): void {
  const samples = pictures(got);
  assert.deepEqual(
    samples.map((s) => s.dts + s.compositionOffset),
    due,
  );
  samples.slice(1).forEach((sample, i) => {
    const before = samples[i]!;
    assert.ok(sample.dts > before.dts, `frame ${i + 1}`);
    assert.ok(sample.dts - before.dts <= 2 * before.duration, `frame ${i + 1} begins something new`);
  });
}

describe('a hole in the picture', () => {
  for (const length of [1, 2, 5, 30]) {
    it(`of ${length} frames is bridged by the frame behind it`, () => {
      const gone = (i: number) => i >= 20 && i < 20 + length;
      const got = run(camera({ units }).filter((s) => !gone(s.unit)));
      const due = units.flatMap((_, i) => (gone(i) ? [] : [i * 3600]));
      staysOneRun(got, due);
      assert.deepEqual(
        got.fragments.map((f) => f.dts90k),
        due,
      );
      assert.equal(got.fragments.filter((f) => f.afterLoss).length, 1);
    });
  }

  for (const fps of [1, 4, 10, 15]) {
    it(`${fps} frames a second that the SPS does not announce are one run from the second frame on`, () => {
      const ptsOf = (i: number) => (i * 90_000) / fps;
      const sent = camera({ units, ptsOf }).map((s) => ({ ...s, nowMs: (s.unit * 1000) / fps }));
      staysOneRun(
        run(sent),
        units.map((_, i) => ptsOf(i)),
      );
    });
  }

  it('time stamps that jump about stay one run', () => {
    const ptsOf = (i: number) => i * 3600 + (i % 3) * 1500;
    staysOneRun(
      run(camera({ units, ptsOf })),
      units.map((_, i) => ptsOf(i)),
    );
  });

  it('frames a few ticks apart keep their own times', () => {
    const ptsOf = (i: number) => (i >> 1) * 70 + (i % 2) * 50;
    const samples = pictures(run(camera({ units: units.slice(0, 50), ptsOf })));
    assert.equal(samples.length, 50);
    for (const sample of samples) assert.ok(sample.compositionOffset >= 0 && sample.duration > 0);
  });

  it('is a recording with the same times; one that begins behind it begins with its key frame', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gbgate-hole-'));
    try {
      const got = run(camera({ units }).filter((s) => s.unit < 20 || s.unit >= 50));
      for (const [name, fragments] of [
        ['whole', got.fragments],
        ['late', got.fragments.slice(20)],
      ] as const) {
        const path = join(folder, `${name}.mp4`);
        const recorder = startRecording({
          path,
          startEpochMs: 0,
          init: got.inits[0]!,
          onFault: assert.fail,
          onNewInit() {},
        });
        recorder.fragment(fragments[0]!);
        assert.ok(recorder.durationMs <= 40, `one picture lasts as long as one: ${recorder.durationMs} ms`);
        for (const fragment of fragments.slice(1)) recorder.fragment(fragment);
        await recorder.stop();
        const lines = ffmpeg(['-i', path, '-c', 'copy', '-copyts', '-f', 'framecrc', '-']).toString().split('\n');
        const shown = lines.filter((line) => /^0,/.test(line)).map((line) => Number(line.split(',')[2]));
        const first = fragments[0]!.dts90k;
        assert.deepEqual(
          shown,
          fragments.map((f) => f.dts90k - first),
        );
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
