/** Recorded footage in the feed (pace `content`): arrival says nothing about when something was filmed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Feed } from '../../src/media/feed.ts';
import type { FeedEvent, Fragment } from '../../src/media/frame.ts';
import { camera, type Sent } from './camera.ts';
import { accessUnits, g711, h264 } from './clips.ts';

const units = accessUnits(h264({ size: '64x64', frames: 100, gop: 25 }), 'h264');
const sound = g711('alaw', 4);

function play(sent: readonly Sent[], arrivalMs: (index: number) => number): FeedEvent[] {
  const feed = new Feed({ reorder: null, pace: 'content' });
  const events: FeedEvent[] = [];
  sent.forEach(({ packet, unit }) => {
    const nowMs = arrivalMs(unit);
    events.push(...feed.packet(packet, true, nowMs), ...feed.poll(nowMs));
  });
  events.push(...feed.end(arrivalMs(units.length)));
  return events;
}

const fragmentsOf = (events: readonly FeedEvent[]): Fragment[] =>
  events.flatMap((event) => (event.type === 'fragment' ? [event.fragment] : []));
const dtsOf = (events: readonly FeedEvent[]): number[] =>
  fragmentsOf(events)
    .filter((f) => f.samples[0]!.track === 'video')
    .map((f) => f.dts90k);
const placedOf = (events: readonly FeedEvent[]) =>
  events.flatMap((event) => (event.type === 'placed' ? [[event.source90k, event.dts90k]] : []));

/** Sound as [from, to) in samples, one entry for each run without a hole. */
function soundRuns(events: readonly FeedEvent[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const { samples } of fragmentsOf(events))
    for (const { track, dts, duration } of samples) {
      if (track !== 'audio') continue;
      const last = runs.at(-1);
      if (last !== undefined && last[1] === dts) last[1] = dts + duration;
      else runs.push([dts, dts + duration]);
    }
  return runs;
}

const straight = units.map((_, i) => i * 3600);

describe('footage', () => {
  it('has the same time line at any speed of arrival', () => {
    const sent = camera({ units, audio: 'pcma', sound, startPts: 7_000_000 });
    for (const msPerFrame of [0, 0.1, 5, 40, 400]) {
      const events = play(sent, (i) => 1000 + i * msPerFrame);
      assert.deepEqual(dtsOf(events), straight, `${msPerFrame} ms a frame`);
      assert.deepEqual(soundRuns(events), [[0, 32_000]], `${msPerFrame} ms a frame`);
      assert.deepEqual(placedOf(events), [[7_000_000, 0]]);
      assert.ok(!events.some((event) => event.type === 'finding' && event.finding.code.startsWith('TS')));
    }
  });

  it('PB-10: goes on behind a pause of ten minutes as if there had been none', () => {
    const sent = camera({ units, audio: 'pcma', sound });
    const events = play(sent, (i) => 1000 + i * 40 + (i >= 40 ? 600_000 : 0));
    assert.deepEqual(dtsOf(events), straight);
    assert.deepEqual(soundRuns(events), [[0, 32_000]]);
  });

  for (const holeSeconds of [5, 60, 5 * 3600]) {
    it(`keeps a hole of ${holeSeconds} s, in sound and picture, however fast it comes`, () => {
      const hole = holeSeconds * 90_000;
      const sent = camera({ units, audio: 'pcma', sound, ptsOf: (i) => i * 3600 + (i >= 50 ? hole : 0) });
      const events = play(sent, (i) => 1000 + i);
      assert.deepEqual(
        dtsOf(events),
        units.map((_, i) => i * 3600 + (i >= 50 ? hole : 0)),
      );
      const runs = soundRuns(events);
      assert.equal(runs.at(-1)![1], 32_000 + holeSeconds * 8000);
      // a short hole is filled with silence, a long one is none of ours to fill
      assert.equal(runs.length, holeSeconds > 10 ? 2 : 1);
      if (runs.length === 2) assert.deepEqual(runs[0]!, [0, 16_000]);
      assert.deepEqual(
        events.flatMap((event) =>
          event.type === 'finding' && event.finding.code.startsWith('TS') ? [event.finding] : [],
        ),
        [],
      );
    });
  }

  it('PB-15, TS-11: goes on one frame later where the time stamps begin anew, and says where the clock was placed', () => {
    const sent = camera({
      units,
      audio: 'pcma',
      sound,
      ptsOf: (i) => (i < 50 ? 90_000_000 + i * 3600 : (i - 50) * 3600),
    });
    const events = play(sent, (i) => 1000 + i * 5);
    assert.deepEqual(dtsOf(events), straight);
    assert.deepEqual(placedOf(events), [
      [90_000_000, 0],
      [0, 50 * 3600],
    ]);
    assert.deepEqual(soundRuns(events), [[0, 32_000]]);
  });

  it('says where each group of pictures was placed when they come backwards', () => {
    // groups of one second, the newest first, frames inside forwards
    const ptsOf = (i: number) => 1_000_000 + (3 - Math.floor(i / 25)) * 90_000 + (i % 25) * 3600;
    const events = play(camera({ units, ptsOf }), (i) => 1000 + i * 40);
    assert.deepEqual(dtsOf(events), straight);
    assert.deepEqual(
      placedOf(events),
      [3, 2, 1, 0].map((group, i) => [1_000_000 + group * 90_000, i * 90_000]),
    );
  });

  it('time stamps that go back a little because somebody went there are no deviation', () => {
    // pictures 0 to 49, then twice a seek to the group that begins at 25: back by a second, and while its first pictures play
    const order = [...Array(50).keys(), 25, 26, 27, 28, 29, 25, 26, 27];
    const isBack = (i: number) => i > 0 && order[i]! < order[i - 1]!;
    const codes = (seeks: boolean) => {
      const feed = new Feed({ reorder: null, pace: 'joined' });
      const found: string[] = [];
      const placed: number[] = [];
      let told = -1;
      for (const { packet, unit } of camera({ units: order.map((i) => units[i]!), ptsOf: (i) => order[i]! * 3600 })) {
        if (seeks && unit !== told && isBack(unit)) feed.seek();
        told = unit;
        for (const event of feed.packet(packet, true, 1000 + unit)) {
          if (event.type === 'finding') found.push(event.finding.code);
          if (event.type === 'placed') placed.push(event.source90k / 3600);
        }
      }
      return { found: found.filter((code) => code.startsWith('TS')), placed };
    };
    assert.deepEqual(codes(true), { found: [], placed: [0, 25, 25] });
    assert.deepEqual(codes(false).found, ['TS-3'], 'nobody told it to');
  });

  it('keeps silence short where the sound is missing, at any speed', () => {
    // sound ends after 2 s of content; the rest is filled by what the time stamps say
    const sent = camera({ units, audio: 'pcma', sound: sound.subarray(0, 16_000) });
    for (const msPerFrame of [1, 40]) {
      const runs = soundRuns(play(sent, (i) => 1000 + i * msPerFrame));
      assert.equal(runs.length, 1);
      assert.ok(runs[0]![1] > 27_000 && runs[0]![1] <= 32_000, `${runs[0]![1]}`);
    }
  });

  it('never says so of live media', () => {
    const feed = new Feed({ reorder: null });
    const events = camera({ units }).flatMap(({ packet, nowMs }) => feed.packet(packet, true, nowMs));
    assert.ok(fragmentsOf(events).length > 90);
    assert.deepEqual(placedOf(events), []);
  });
});
