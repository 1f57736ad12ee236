/** The table of playbacks: what is refused, what is kept, and for how long one lives that nobody watches. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_PLAYBACKS, Playbacks } from '../../../src/gateway/playback/playbacks.ts';
import { type ChannelView, type DeviceView, isProblem, type Problem } from '../../../src/gateway/views.ts';
import { picture } from '../footage-picture.ts';
import { World } from '../world.ts';

const START = Date.UTC(2026, 0, 5, 0, 0, 0);
const RANGE = { startEpochMs: START, endEpochMs: START + 60_000 };

function table(o: { online?: boolean; device?: Problem } = {}): { world: World; playbacks: Playbacks } {
  const world = new World();
  world.rungs = ['udp'];
  let number = 0;
  const playbacks = new Playbacks({
    ...world.ports,
    findFootage: async () => ({ spans: [], complete: true }),
    mansrtspWorked() {},
    notSupported() {},
    holders: () => null,
    newId: () => `p${++number}`,
    closing: () => false,
    device: () => o.device ?? ({ online: o.online !== false } as DeviceView),
    channel: () => ({}) as ChannelView,
  });
  return { world, playbacks };
}

async function codeOf(playbacks: Playbacks, wish: Partial<Parameters<Playbacks['start']>[2]>): Promise<string> {
  const answer = await playbacks.start('D', 'C', { ...RANGE, ...wish, waitMs: 0 });
  return isProblem(answer) ? answer.problem : 'started';
}

describe('playbacks', () => {
  it('refuses what is no range, no speed, no device, or too much', async () => {
    const { playbacks } = table();
    assert.equal(await codeOf(playbacks, { endEpochMs: START }), 'bad_request');
    assert.equal(await codeOf(playbacks, { endEpochMs: START - 1000 }), 'bad_request');
    assert.equal(await codeOf(playbacks, { endEpochMs: START + 40 * 86_400_000 }), 'bad_request');
    const future = START + 10 * 86_400_000;
    assert.equal(await codeOf(playbacks, { startEpochMs: future, endEpochMs: future + 1000 }), 'bad_request');
    assert.equal(await codeOf(playbacks, { speed: 3 }), 'bad_request');
    assert.equal(playbacks.all().length, 0);
    assert.equal(await codeOf(table({ online: false }).playbacks, {}), 'device_offline');
    const none: Problem = { problem: 'device_not_found', detail: 'none' };
    assert.equal(await codeOf(table({ device: none }).playbacks, {}), 'device_not_found');
    const refusal = await playbacks.control('none', { action: 'pause' });
    assert.equal(refusal?.problem, 'stream_not_found');
  });

  it('runs so many at a time and no more, and forgets those that ended an hour ago', async () => {
    const { world, playbacks } = table();
    const started = Array.from({ length: MAX_PLAYBACKS }, () => playbacks.start('D', 'C', { ...RANGE, waitMs: 1 }));
    assert.equal(await codeOf(playbacks, {}), 'too_many_streams');
    await world.clock.advance(10);
    await Promise.all(started);
    assert.equal(playbacks.running().length, MAX_PLAYBACKS);
    await Promise.all([world.clock.advance(1000), ...playbacks.running().map((one) => one.end('over', 4410))]);
    assert.equal(playbacks.running().length, 0);
    assert.equal(playbacks.all().length, MAX_PLAYBACKS);
    await world.clock.advance(3_700_000);
    assert.equal(playbacks.all().length, 0);
    assert.equal(world.ssrcs.used, 0);
  });

  it('PB-10: ends one that nobody watches, a paused one later', async () => {
    for (const [isPaused, aliveMs, overMs] of [
      [false, 19_000, 21_000],
      [true, 290_000, 301_000],
    ] as const) {
      const { world, playbacks } = table();
      const starting = playbacks.start('D', 'C', { ...RANGE, endEpochMs: START + 86_400_000, waitMs: 5000 });
      await world.clock.advance(0);
      world.answer();
      world.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
      world.emit({ type: 'fragment', fragment: picture(0) });
      const answer = await starting;
      assert.ok(!isProblem(answer), JSON.stringify(answer));
      const playback = playbacks.byId(answer.id)!;
      if (isPaused) assert.equal(await playbacks.control(answer.id, { action: 'pause' }), null);
      const play = async (ms: number) => {
        for (let s = 0; s < ms / 1000; s++) {
          if (!isPaused) world.packet();
          await world.clock.advance(1000);
        }
      };
      await play(aliveMs);
      assert.equal(playback.state, isPaused ? 'paused' : 'playing');
      await play(overMs - aliveMs);
      assert.equal(playback.endReason, 'no viewer left');
    }
  });
});
