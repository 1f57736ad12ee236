import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { PlanView } from '../../src/gateway/recording/plan-views.ts';
import { opened, READ_TOKEN } from './opened.ts';

const PATH = '/api/v1/devices/D/channels/C/plan';
const PLAN: PlanView = {
  deviceId: 'D',
  channelId: 'C',
  mode: 'schedule',
  streamNumber: 0,
  weekly: [{ days: [1, 2], from: '08:00', to: '18:00' }],
  cron: [],
  preRollSeconds: null,
  postRollSeconds: null,
  keepDays: 7,
  timeZone: 'Asia/Shanghai',
  active: true,
  nextChange: '2026-01-05T18:00:00.000+08:00',
  recording: false,
  error: 'The device is offline.',
};
let o: Awaited<ReturnType<typeof opened>>;

before(async () => {
  o = await opened();
  o.gateway.planList.push(PLAN, { ...PLAN, channelId: 'C2' });
});
after(() => o.http.close());
beforeEach(() => {
  o.gateway.refusal = null;
  o.gateway.calls.length = 0;
});

test('the plan of a channel, and all of them', async () => {
  const one = await o.ask('GET', PATH);
  assert.equal(one.status, 200);
  assert.deepEqual(one.json, PLAN);
  assert.deepEqual(o.gateway.calls, [['plans.get', 'D', 'C']]);
  const first = await o.ask('GET', '/api/v1/plans?limit=1');
  assert.deepEqual([first.json.items.length, first.json.items[0].channelId], [1, 'C']);
  const second = await o.ask('GET', `/api/v1/plans?limit=1&cursor=${first.json.next}`);
  assert.deepEqual([second.json.items[0].channelId, second.json.next], ['C2', null]);
});

test('a plan is set as a whole: what is left out has its default', async () => {
  const set = await o.ask('PUT', PATH, { mode: 'always' });
  assert.equal(set.status, 200, set.text);
  assert.deepEqual(set.json, PLAN);
  const full = {
    mode: 'alarm',
    streamNumber: 1,
    weekly: PLAN.weekly,
    cron: [{ start: '0 8 * * 1-5', minutes: 600 }],
    preRollSeconds: 8,
    postRollSeconds: 60,
    keepDays: null,
  };
  assert.equal((await o.ask('PUT', PATH, full)).status, 200);
  const rest = { streamNumber: 0, weekly: [], cron: [], preRollSeconds: null, postRollSeconds: null, keepDays: null };
  assert.deepEqual(o.gateway.calls, [
    ['plans.put', 'D', 'C', { mode: 'always', ...rest }],
    ['plans.put', 'D', 'C', full],
  ]);
});

test('what is no plan is refused before and behind the schema, with the place named', async () => {
  for (const [body, words] of [
    [{}, /mode/],
    [{ mode: 'sometimes' }, /off, always, schedule, alarm/],
    [{ mode: 'off', color: 1 }, /unknown key "color"/],
    [{ mode: 'schedule', weekly: [{ days: [1], from: '08:00' }] }, /body\.weekly\.0 .*to/],
    [{ mode: 'schedule', weekly: [{ days: ['mon'], from: '08:00', to: '09:00' }] }, /weekly\.0\.days\.0/],
    [{ mode: 'off', keepDays: 'long' }, /keepDays/],
  ] as const) {
    const answer = await o.ask('PUT', PATH, body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.match(answer.json.detail, words);
  }
  assert.deepEqual(o.gateway.calls, []);
  o.gateway.refusal = { problem: 'bad_request', detail: 'A schedule needs times: weekly or cron.' };
  const refused = await o.ask('PUT', PATH, { mode: 'schedule' });
  assert.deepEqual([refused.status, refused.json.detail], [400, 'A schedule needs times: weekly or cron.']);
});

test('an alarm of somebody else begins a recording', async () => {
  assert.equal((await o.ask('POST', `${PATH}/alarm`, {})).status, 200);
  assert.equal((await o.ask('POST', `${PATH}/alarm`, { seconds: 12 })).status, 200);
  assert.deepEqual(o.gateway.calls, [
    ['plans.alarm', 'D', 'C', null],
    ['plans.alarm', 'D', 'C', 12],
  ]);
  assert.equal((await o.ask('POST', `${PATH}/alarm`, { seconds: 0 })).status, 400);
  o.gateway.refusal = { problem: 'conflict', detail: 'Not one for alarms.' };
  assert.equal((await o.ask('POST', `${PATH}/alarm`, {})).status, 409);
});

test('who may only look does not plan', async () => {
  const headers = { authorization: `Bearer ${READ_TOKEN}` };
  assert.equal((await o.ask('GET', PATH, undefined, headers)).status, 200);
  assert.equal((await o.ask('PUT', PATH, { mode: 'off' }, headers)).status, 403);
  assert.equal((await o.ask('POST', `${PATH}/alarm`, {}, headers)).status, 403);
});
