import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PlannedStream, type PlanRecorder, Plans } from '../../../src/gateway/recording/plans.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import { NO_PLAN, type RecordPlan, type StoredPlan } from '../../../src/record/plan.ts';
import { FakeClock } from '../../support/clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Monday 2026-01-05 07:00 in Shanghai. */
const MONDAY_7 = Date.UTC(2026, 0, 4, 23);
const OFFICE: Partial<RecordPlan> = { mode: 'schedule', weekly: [{ days: [1], from: '08:00', to: '09:00' }] };

/** A clock on the wall that can be set. */
class SetClock extends FakeClock {
  setMs = 0;
  override epochMs(): number {
    return super.epochMs() + this.setMs;
  }
}

function world(stored: StoredPlan[] = []) {
  const clock = new SetClock(MONDAY_7);
  const rows = new Map(stored.map((plan) => [`${plan.deviceId}/${plan.channelId}`, plan]));
  const said: string[] = [];
  const key = (s: PlannedStream) => {
    assert.deepEqual(Object.keys(s).sort(), ['channelId', 'deviceId', 'streamNumber']);
    return `${s.deviceId}/${s.channelId}/${s.streamNumber}`;
  };
  const recorder: PlanRecorder = {
    want: (s, reason) => void said.push(`want ${key(s)} ${reason}`),
    unwant: (s, reason) => void said.push(`unwant ${key(s)} ${reason}`),
    keep: (s, ms) => void said.push(`keep ${key(s)} ${ms}`),
    unkeep: (s) => void said.push(`unkeep ${key(s)}`),
    trigger: (s, seconds) => void said.push(`trigger ${key(s)} ${seconds}`),
    state: () => ({ recording: false, error: 'The device is offline.' }),
  };
  const open = () => {
    const plans = new Plans({
      rows: {
        all: () => [...rows.values()],
        put: (plan) => void rows.set(`${plan.deviceId}/${plan.channelId}`, plan),
        delete: (d, c) => void rows.delete(`${d}/${c}`),
      },
      recorder,
      clock,
      timeZone: 'Asia/Shanghai',
      iso: (epochMs) => new Date(epochMs).toISOString(),
    });
    plans.start();
    return plans;
  };
  const plans = open();
  const put = (o: Partial<RecordPlan>, channelId = 'C') => {
    const view = plans.put('D', channelId, { ...NO_PLAN, ...o });
    assert.ok(!isProblem(view), JSON.stringify(view));
    return view;
  };
  const heard = () => said.splice(0);
  return { clock, rows, plans, put, heard, open };
}

test('a schedule begins and ends by the clock on the wall, with one timer for all', async () => {
  const { clock, plans, put, heard } = world();
  const view = put(OFFICE);
  assert.equal(view.active, false);
  assert.equal(view.nextChange, '2026-01-05T00:00:00.000Z');
  put({ mode: 'schedule', cron: [{ start: '30 8 * * *', minutes: 15 }] }, 'C2');
  assert.equal(clock.pending, 1);
  await clock.advance(HOUR - 1);
  assert.deepEqual(heard(), []);
  await clock.advance(1);
  assert.deepEqual(heard(), ['want D/C/0 plan']);
  assert.equal(plans.get('D', 'C').active, true);
  assert.equal(plans.get('D', 'C').nextChange, '2026-01-05T01:00:00.000Z');
  await clock.advance(30 * MINUTE);
  assert.deepEqual(heard(), ['want D/C2/0 plan']);
  await clock.advance(30 * MINUTE);
  assert.deepEqual(heard(), ['unwant D/C2/0 plan', 'unwant D/C/0 plan']);
  assert.equal(clock.pending, 1);
  plans.close();
  assert.equal(clock.pending, 0);
});

test('plans are applied again at the next start', () => {
  const stored = { ...NO_PLAN, deviceId: 'D', mode: 'always' as const };
  const { heard, open, put, rows } = world([
    { ...stored, channelId: 'A' },
    { ...stored, channelId: 'B', mode: 'off' },
    { ...stored, channelId: 'K', mode: 'alarm', streamNumber: 1, preRollSeconds: 8 },
  ]);
  assert.deepEqual(heard(), ['want D/A/0 always', 'keep D/K/1 8000']);
  put(OFFICE, 'A');
  assert.equal(rows.get('D/A')?.mode, 'schedule');
  heard();
  const again = open();
  assert.deepEqual(heard(), ['keep D/K/1 8000']);
  assert.deepEqual(again.get('D', 'A').weekly, OFFICE.weekly);
});

test('another plan begins before the old one ends, so that nothing is interrupted', () => {
  const { put, heard } = world();
  put({ mode: 'always' });
  assert.deepEqual(heard(), ['want D/C/0 always']);
  put({ mode: 'schedule', weekly: [{ days: [1], from: '06:00', to: '20:00' }] });
  assert.deepEqual(heard(), ['want D/C/0 plan', 'unwant D/C/0 always']);
  // other hours that hold now as well: nothing is taken back
  put({ mode: 'schedule', weekly: [{ days: [1], from: '05:00', to: '20:00' }] });
  assert.deepEqual(heard(), ['want D/C/0 plan']);
  put({ mode: 'schedule', streamNumber: 1, weekly: [{ days: [1], from: '05:00', to: '20:00' }] });
  assert.deepEqual(heard(), ['want D/C/1 plan', 'unwant D/C/0 plan']);
  put({ mode: 'alarm' });
  assert.deepEqual(heard(), ['keep D/C/0 undefined', 'unwant D/C/1 plan']);
  put({ mode: 'off' });
  assert.deepEqual(heard(), ['unkeep D/C/0']);
});

test('a clock that is set is noticed within half a minute', async () => {
  const { clock, put, heard, plans } = world();
  put(OFFICE);
  await clock.advance(MINUTE);
  clock.setMs = HOUR;
  await clock.advance(31_000);
  assert.deepEqual(heard(), ['want D/C/0 plan']);
  clock.setMs = -10 * HOUR;
  await clock.advance(31_000);
  assert.deepEqual(heard(), ['unwant D/C/0 plan']);
  assert.equal(plans.get('D', 'C').nextChange, '2026-01-05T00:00:00.000Z');
});

test('an alarm records by its plan, at the times of its plan', async () => {
  const { clock, put, heard, plans } = world();
  const codeOf = (answer: object) => ('problem' in answer ? answer.problem : 'none');
  assert.equal(codeOf(plans.alarm('D', 'C', null)), 'conflict');
  put({ mode: 'alarm' });
  heard();
  plans.alarm('D', 'C', null);
  plans.alarm('D', 'C', 90);
  assert.deepEqual(heard(), ['trigger D/C/0 30', 'trigger D/C/0 90']);
  put({ mode: 'alarm', postRollSeconds: 5, preRollSeconds: 0, streamNumber: 1, weekly: OFFICE.weekly ?? [] });
  assert.equal(codeOf(plans.alarm('D', 'C', null)), 'conflict');
  await clock.advance(HOUR);
  assert.deepEqual(heard(), ['unkeep D/C/0', 'keep D/C/1 0']);
  plans.alarm('D', 'C', null);
  assert.deepEqual(heard(), ['trigger D/C/1 5']);
  await clock.advance(HOUR);
  assert.deepEqual(heard(), ['unkeep D/C/1']);
});

test('a plan that cannot be is refused in words, and the old one stays', () => {
  const { put, plans, rows } = world();
  put(OFFICE);
  for (const [wrong, words] of [
    [{ mode: 'schedule' }, /needs times/],
    [{ preRollSeconds: 61 }, /preRollSeconds/],
    [{ postRollSeconds: 0 }, /postRollSeconds/],
    [{ keepDays: 0 }, /keepDays/],
    [{ streamNumber: -1 }, /streamNumber/],
  ] as const) {
    const answer = plans.put('D', 'C', { ...NO_PLAN, ...wrong });
    assert.ok(isProblem(answer));
    assert.equal(answer.problem, 'bad_request');
    assert.match(answer.detail, words);
  }
  assert.equal(rows.get('D/C')?.mode, 'schedule');
});

test('what nobody planned is off; the list has every plan; a deleted device takes its plans along', () => {
  const { put, plans, heard, rows } = world();
  const none = plans.get('D', 'C');
  assert.deepEqual([none.mode, none.active, none.nextChange], ['off', false, null]);
  put({ mode: 'always', keepDays: 3, streamNumber: 1 }, 'C2');
  const view = put({ mode: 'off' }, 'C1');
  assert.equal(view.error, 'The device is offline.');
  assert.deepEqual(
    plans.all().map(({ channelId }) => channelId),
    ['C1', 'C2'],
  );
  assert.equal(plans.keepDays({ deviceId: 'D', channelId: 'C2', streamNumber: 1 }), 3);
  assert.equal(plans.keepDays({ deviceId: 'D', channelId: 'C2', streamNumber: 0 }), null);
  assert.equal(plans.keepDays({ deviceId: 'D', channelId: 'none', streamNumber: 0 }), null);
  heard();
  plans.forget('other');
  assert.equal(rows.size, 2);
  plans.forget('D');
  assert.deepEqual(heard(), ['unwant D/C2/1 always']);
  assert.equal(rows.size, 0);
  assert.deepEqual(plans.all(), []);
});
