import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Drive } from '../../web/page/ptz/drive.ts';
import { GAP_MS, REPEAT_MS, Steering, TIMEOUT_MS } from '../../web/page/ptz/steering.ts';
import { FakeClock, settle } from '../support/clock.ts';

interface Said {
  readonly what: Drive | 'stop';
  /** Motions on their way when it was said: they may arrive behind it. */
  readonly beside: number;
  done(): void;
  fail(fault: unknown): void;
}

/** A camera that answers when the test wants it. */
function hands({ answersAtOnce = true } = {}) {
  const clock = new FakeClock();
  const said: Said[] = [];
  let motions = 0;
  const say = (what: Drive | 'stop') =>
    new Promise<void>((resolve, reject) => {
      said.push({ what, beside: motions, done: resolve, fail: reject });
      if (answersAtOnce) resolve();
      else if (what !== 'stop') motions += 1;
    }).finally(() => {
      if (!answersAtOnce && what !== 'stop') motions -= 1;
    });
  const steering = new Steering({
    drive: (drive, timeoutMs) => {
      assert.equal(timeoutMs, TIMEOUT_MS);
      return say(drive);
    },
    stop: () => say('stop'),
    nowMs: () => clock.nowMs(),
    after: (ms, action) => clock.after(ms, action),
    isHarmless: (fault) => fault === 'refused',
  });
  const words = () => said.map(({ what }) => what);
  const pass = async (ms: number) => {
    await clock.advance(ms);
    await settle();
  };
  return { clock, said, steering, words, pass };
}

test('what is held is said at once, again every second, and the stop when it is let go', async () => {
  const { steering, words, pass } = hands();
  steering.hold('stick', { pan: 0.5 });
  await pass(0);
  assert.deepEqual(words(), [{ pan: 0.5 }]);
  await pass(REPEAT_MS);
  await pass(REPEAT_MS);
  assert.deepEqual(words(), [{ pan: 0.5 }, { pan: 0.5 }, { pan: 0.5 }]);
  steering.letGo('stick');
  await pass(10 * REPEAT_MS);
  assert.deepEqual(words().slice(3), ['stop'], 'once, and nothing more');
  assert.ok(TIMEOUT_MS > 2 * REPEAT_MS, 'one lost saying is borne');
});

test('all hands together are one motion; it stops when the last one lets go', async () => {
  const { steering, words, pass } = hands();
  steering.hold('keys', { pan: 1 });
  await pass(GAP_MS);
  steering.hold('zoom', { zoom: -0.5 });
  await pass(GAP_MS);
  steering.letGo('keys');
  await pass(GAP_MS);
  steering.letGo('zoom');
  await pass(GAP_MS);
  assert.deepEqual(words(), [{ pan: 1 }, { pan: 1, zoom: -0.5 }, { zoom: -0.5 }, 'stop']);
  steering.hold('left', { pan: -1 });
  await pass(GAP_MS);
  steering.hold('right', { pan: 1 });
  await pass(GAP_MS);
  assert.deepEqual(words().slice(4), [{ pan: -1 }, 'stop'], 'left and right is neither');
});

test('a stick that is moved about says the newest only, and no more than the camera can take', async () => {
  const { steering, words, pass } = hands();
  for (let i = 1; i <= 50; i++) {
    steering.hold('stick', { pan: i / 50 });
    await pass(GAP_MS / 10);
  }
  await pass(GAP_MS);
  assert.ok(words().length <= 8, String(words().length));
  assert.deepEqual(words().at(-1), { pan: 1 });
});

test('one motion is on its way at a time; the stop waits for none and is said again behind what it overtook', async () => {
  const { steering, said, words, pass } = hands({ answersAtOnce: false });
  steering.hold('stick', { pan: 0.2 });
  await pass(GAP_MS);
  steering.change('stick', { pan: 0.9 });
  await pass(5 * REPEAT_MS);
  assert.deepEqual(words(), [{ pan: 0.2 }]);
  steering.letGo('stick');
  assert.deepEqual(words(), [{ pan: 0.2 }, 'stop'], 'at once');
  said[1]?.done();
  await pass(0);
  assert.equal(words().length, 2);
  said[0]?.done();
  await pass(0);
  assert.deepEqual(words(), [{ pan: 0.2 }, 'stop', 'stop']);
});

test('whoever takes hold again while a stop is on its way drives behind it', async () => {
  const { steering, said, words, pass } = hands({ answersAtOnce: false });
  steering.hold('stick', { pan: 0.2 });
  steering.letGo('stick');
  steering.hold('stick', { tilt: 1 });
  await pass(REPEAT_MS);
  assert.deepEqual(words(), [{ pan: 0.2 }, 'stop']);
  said[0]?.done();
  said[1]?.done();
  await pass(GAP_MS);
  assert.deepEqual(words(), [{ pan: 0.2 }, 'stop', { tilt: 1 }]);
});

test('when everything is let go a hand that moves on moves nothing, until it takes hold anew', async () => {
  const { steering, words, pass } = hands();
  steering.hold('stick', { pan: 1 });
  await pass(GAP_MS);
  steering.letAllGo();
  steering.change('stick', { pan: 0.5 });
  await pass(5 * REPEAT_MS);
  assert.deepEqual(words(), [{ pan: 1 }, 'stop']);
  assert.equal(steering.state.value.held.size, 0);
  steering.close();
  steering.hold('stick', { pan: 1 });
  steering.pulse('wheel', { zoom: 1 }, 100);
  await pass(5 * REPEAT_MS);
  assert.equal(words().length, 2, 'closed');
});

test('a notch of the wheel holds for a moment, the next one for longer', async () => {
  const { steering, words, pass } = hands();
  steering.pulse('wheel', { zoom: 1 }, 300);
  await pass(200);
  steering.pulse('wheel', { zoom: 1 }, 300);
  await pass(200);
  assert.deepEqual(words(), [{ zoom: 1 }]);
  await pass(100);
  assert.deepEqual(words(), [{ zoom: 1 }, 'stop']);
});

test('a refusal is said and lets go; a fault after which it may move is followed by a stop', async () => {
  const { steering, said, words, pass } = hands({ answersAtOnce: false });
  steering.hold('stick', { pan: 1 });
  said[0]?.fail('refused');
  await pass(5 * REPEAT_MS);
  assert.deepEqual(words(), [{ pan: 1 }]);
  assert.deepEqual([steering.state.value.fault, steering.state.value.held.size], ['refused', 0]);
  steering.hold('stick', { pan: 1 });
  said[1]?.fail('late');
  await pass(0);
  said[2]?.done();
  await pass(5 * REPEAT_MS);
  assert.deepEqual(words(), [{ pan: 1 }, { pan: 1 }, 'stop']);
  assert.equal(steering.state.value.fault, 'late', 'the stop went well, the motion did not');
  steering.hold('stick', { pan: 1 });
  said[3]?.done();
  await pass(0);
  assert.equal(steering.state.value.fault, null);
});

test('the button that stops stops also what nobody here has begun', async () => {
  const { steering, words, pass } = hands();
  steering.stop();
  await pass(0);
  assert.deepEqual(words(), ['stop']);
  steering.hold('stick', { pan: 1 });
  await pass(0);
  steering.stop();
  await pass(5 * REPEAT_MS);
  assert.deepEqual(words(), ['stop', { pan: 1 }, 'stop']);
});

test('whatever hands do and however slow the camera answers: once all is let go, a stop is the last word', async () => {
  const source = fc.constantFrom('stick', 'keys', 'wheel');
  const act = fc.oneof(
    fc.record({ do: fc.constant('hold' as const), source, pan: fc.constantFrom(-1, -0.5, 0.5, 1) }),
    fc.record({ do: fc.constant('letGo' as const), source }),
    fc.record({ do: fc.constant('pulse' as const), source }),
    fc.record({ do: fc.constant('answer' as const), which: fc.nat(5), isFault: fc.boolean() }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.nat(1_500) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const { steering, said, words, pass } = hands({ answersAtOnce: false });
      const open = new Set<Said>();
      let seen = 0;
      const look = () => {
        for (; seen < said.length; seen++) open.add(said[seen]!);
      };
      const answer = (one: Said, isFault: boolean) => {
        open.delete(one);
        if (isFault) one.fail('late');
        else one.done();
      };
      for (const each of acts) {
        if (each.do === 'hold') steering.hold(each.source, { pan: each.pan });
        else if (each.do === 'letGo') steering.letGo(each.source);
        else if (each.do === 'pulse') steering.pulse(each.source, { zoom: 1 }, 250);
        else if (each.do === 'pass') await pass(each.ms);
        else {
          look();
          const one = [...open][each.which];
          if (one !== undefined) answer(one, each.isFault);
          await pass(0);
        }
      }
      steering.letAllGo();
      for (let i = 0; i < 10; i++) {
        look();
        for (const one of open) answer(one, false);
        await pass(0);
      }
      const count = words().length;
      await pass(10 * REPEAT_MS);
      assert.equal(words().length, count, 'nothing is said any more');
      if (words().every((what) => what === 'stop')) return;
      assert.equal(words().at(-1), 'stop');
      assert.equal(said.at(-1)?.beside, 0, 'nothing can arrive behind it');
    }),
    { numRuns: 500 },
  );
});
