import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  AUDIO_TARGET_S,
  JUMP_LAG_S,
  LiveEdge,
  LONGEST_LAG_S,
  REMEMBERED_S,
  type Stretch,
  VIDEO_TARGET_S,
} from '../../web/player/edge.ts';

const LATER_MS = 10_000;

/** An edge that started long ago, with sound. */
function started(): LiveEdge {
  const edge = new LiveEdge();
  edge.restart(true);
  assert.equal(edge.next(0, [{ start: 0, end: 1 }], 0)?.type, 'jump');
  return edge;
}

const cases: { name: string; at: number; buffered: Stretch[]; move: unknown }[] = [
  { name: 'nothing buffered', at: 0, buffered: [], move: null },
  { name: 'at the edge', at: 9.8, buffered: [{ start: 0, end: 10 }], move: null },
  { name: 'a little behind', at: 9.6, buffered: [{ start: 0, end: 10 }], move: { type: 'rate', rate: 1.1 } },
  { name: 'a second behind', at: 9, buffered: [{ start: 0, end: 10 }], move: { type: 'rate', rate: 1.25 } },
  {
    name: 'just under the jump',
    at: 10 - JUMP_LAG_S - AUDIO_TARGET_S + 0.01,
    buffered: [{ start: 0, end: 10 }],
    move: { type: 'rate', rate: 1.25 },
  },
  {
    name: 'over two seconds behind',
    at: 7,
    buffered: [{ start: 0, end: 10 }],
    move: { type: 'jump', to: 10 - AUDIO_TARGET_S, why: 'lag' },
  },
  {
    name: 'stuck before a gap',
    at: 4.97,
    buffered: [
      { start: 0, end: 5 },
      { start: 5.08, end: 6 },
    ],
    move: { type: 'jump', to: 5.081, why: 'gap' },
  },
  {
    name: 'in the middle of a gap',
    at: 5.5,
    buffered: [
      { start: 0, end: 5 },
      { start: 6, end: 7 },
    ],
    move: { type: 'jump', to: 6.001, why: 'gap' },
  },
  { name: 'ran dry, overshot by a little', at: 10.1, buffered: [{ start: 0, end: 10 }], move: null },
  {
    name: 'the time line began anew',
    at: 50,
    buffered: [{ start: 0, end: 2 }],
    move: { type: 'jump', to: 2 - AUDIO_TARGET_S, why: 'gap' },
  },
];

for (const { name, at, buffered, move } of cases) {
  test(`edge: ${name}`, () => assert.deepEqual(started().next(at, buffered, LATER_MS), move));
}

test('edge: everything since the last key frame is skipped while it still comes in', () => {
  const edge = new LiveEdge();
  edge.restart(false);
  assert.deepEqual(edge.next(0, [{ start: 0, end: 0.04 }], 0), { type: 'jump', to: 0.001, why: 'start' });
  assert.deepEqual(edge.next(0, [{ start: 0, end: 1.8 }], 100), { type: 'jump', to: 1.74, why: 'start' });
  assert.deepEqual(edge.next(1.74, [{ start: 0, end: 3 }], 5_000), { type: 'rate', rate: 1.25 });
});

test('edge: faster playback ends at the target, not before, and is said once', () => {
  const edge = started();
  assert.deepEqual(edge.next(9.6, [{ start: 0, end: 10 }], LATER_MS), { type: 'rate', rate: 1.1 });
  assert.equal(edge.next(9.75, [{ start: 0, end: 10 }], LATER_MS), null);
  assert.deepEqual(edge.next(10 - AUDIO_TARGET_S + 0.01, [{ start: 0, end: 10 }], LATER_MS), { type: 'rate', rate: 1 });
});

test('edge: a jump ends faster playback, so that what is left is caught up afterwards', () => {
  const edge = new LiveEdge();
  edge.restart(true);
  edge.next(0, [{ start: 0, end: 0.1 }], 0);
  assert.deepEqual(edge.next(0, [{ start: 0, end: 0.28 }], 100), { type: 'rate', rate: 1.1 });
  assert.equal(edge.next(0, [{ start: 0, end: 1 }], 200)?.type, 'jump');
  assert.deepEqual(edge.next(0.84, [{ start: 0, end: 1.12 }], 300), { type: 'rate', rate: 1.1 });
});

test('edge: what running dry asks for is reached by playing slower, not by waiting for the next stall', () => {
  const edge = started();
  // With sound it ran dry 0.3 s behind the newest media: that was too little.
  edge.starved(10 - 0.3, LATER_MS);
  const wanted = 0.3 + VIDEO_TARGET_S;
  const behind = (lag: number) => edge.next(10 - lag, [{ start: 0, end: 10 }], LATER_MS);
  assert.deepEqual(behind(wanted - 0.04), { type: 'rate', rate: 0.95 });
  assert.equal(behind(wanted - 0.02), null, 'not there yet');
  assert.deepEqual(behind(wanted + 0.01), { type: 'rate', rate: 1 });
  assert.equal(behind(wanted - 0.025), null, 'it does not flutter');
});

test('edge: a wait at the start says nothing of the network', () => {
  const edge = started();
  edge.starved(0.79, 1_000);
  assert.equal(edge.next(0.79, [{ start: 0, end: 1.01 }], 1_000), null);
  // And what came late then is forgotten with its second.
  assert.deepEqual(edge.next(0.85, [{ start: 0, end: 1.01 }], 1_100), { type: 'rate', rate: 0.95 });
  assert.deepEqual(edge.next(1.79, [{ start: 0, end: 2.01 }], 2_000), { type: 'rate', rate: 1 });
});

test('edge: a second of calm forgets nothing, half a minute of it everything', () => {
  const edge = started();
  edge.starved(9.56, LATER_MS);
  // 0.5 s behind, as the stall wants it, and a network that is even from here on.
  const after = (seconds: number) =>
    edge.next(10 + seconds - 0.5, [{ start: 0, end: 10 + seconds }], LATER_MS + seconds * 1_000);
  for (let second = 0; second < REMEMBERED_S; second++) assert.equal(after(second), null, `second ${second}`);
  assert.deepEqual(after(REMEMBERED_S), { type: 'rate', rate: 1.1 });
});

test('edge: a page that slept does not take the time for an uneven network', () => {
  const edge = started();
  edge.starved(9.7, LATER_MS);
  const hour = 3_600;
  const move = edge.next(10 + hour - 0.5, [{ start: 0, end: 10 + hour }], LATER_MS + hour * 1_000);
  assert.deepEqual(move, { type: 'rate', rate: 1.1 });
});

test('edge: however uneven the network, nobody is kept further behind than the longest lag', () => {
  const edge = started();
  edge.starved(8, LATER_MS);
  assert.deepEqual(edge.next(10 - LONGEST_LAG_S - 0.1, [{ start: 0, end: 10 }], LATER_MS), { type: 'rate', rate: 1.1 });
});

/**
 * A minute of 25 frames a second that come as late as `lateMs` says, on a clock of 10 ms steps; what the eye would see in its
 * second half.
 */
function minute(
  lateMs: (frame: number) => number,
  hasAudio: boolean,
): { stalls: number; meanDelayS: number; rates: number } {
  const edge = new LiveEdge();
  edge.restart(hasAudio);
  let [end, at, rate, sent, stalls, rates, delays, samples] = [0, 0, 1, 0, 0, 0, 0, 0];
  let dueMs = 0;
  let isDry = true;
  for (let nowMs = 0; nowMs < 60_000; nowMs += 10) {
    while (dueMs <= nowMs) {
      sent += 1;
      end = sent * 0.04;
      dueMs = Math.max(dueMs, (sent + 1) * 40 + lateMs(sent));
    }
    const isNowDry = end - at < 0.01;
    if (isNowDry && !isDry) {
      edge.starved(at, nowMs);
      if (nowMs > 30_000) stalls += 1;
    }
    isDry = isNowDry;
    if (!isDry) at += 0.01 * rate;
    if (nowMs % 100 === 0) {
      const move = edge.next(at, [{ start: 0, end }], nowMs);
      if (move?.type === 'rate') rate = move.rate;
      if (move?.type === 'jump') [at, rate] = [move.to, 1];
      if (nowMs > 30_000 && move?.type === 'rate') rates += 1;
    }
    if (nowMs > 30_000) {
      delays += nowMs / 1_000 - at;
      samples += 1;
    }
  }
  return { stalls, meanDelayS: delays / samples, rates };
}

test('edge: on an even network the delay is small, and the speed stays as it is', () => {
  const video = minute(() => 0, false);
  assert.ok(video.stalls === 0 && video.meanDelayS < 0.1, JSON.stringify(video));
  const sound = minute(() => 0, true);
  assert.ok(sound.stalls === 0 && sound.meanDelayS < 0.26, JSON.stringify(sound));
  assert.ok(video.rates === 0 && sound.rates === 0, JSON.stringify({ video, sound }));
});

/** Numbers of [0, 1), evenly spread: an unevenness that stays what it is (Numerical Recipes). */
function evenlySpread(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('edge: an uneven network widens the distance, and the speed does not flutter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), fc.boolean(), fc.nat(), (unevenMs, hasAudio, seed) => {
      const random = evenlySpread(seed);
      const seen = minute(() => unevenMs * random(), hasAudio);
      assert.ok(seen.stalls <= 1 && seen.meanDelayS < 0.4 && seen.rates <= 4, JSON.stringify(seen));
    }),
    { numRuns: 20 },
  );
});

test('edge: one late frame in ten seconds, or frames in bursts, stall nothing once that is known', () => {
  const spikes = minute((frame) => (frame % 250 === 0 ? 150 : 0), false);
  assert.deepEqual([spikes.stalls, spikes.rates], [0, 0]);
  assert.ok(spikes.meanDelayS < 0.25, JSON.stringify(spikes));
  const bursts = minute((frame) => (5 - (frame % 6)) * 40, false);
  assert.deepEqual([bursts.stalls, bursts.rates], [0, 0]);
  assert.ok(bursts.meanDelayS < 0.32, JSON.stringify(bursts));
});

test('edge: under two seconds of lag inside one stretch nothing ever jumps', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.11, max: JUMP_LAG_S, noNaN: true }),
      fc.double({ min: 5, max: 1e6, noNaN: true }),
      (lag, end) => {
        const move = started().next(end - lag, [{ start: 0, end }], LATER_MS);
        assert.notEqual(move?.type, 'jump');
      },
    ),
  );
});
