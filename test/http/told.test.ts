import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { opened, READ_TOKEN } from './opened.ts';

const SUBSCRIPTIONS = '/api/v1/devices/D/subscriptions';
const TRACK = '/api/v1/devices/D/channels/C/positions';
const POINT = {
  time: '2026-01-05T14:03:20.000+08:00',
  receivedAt: '2026-01-05T14:03:21.000+08:00',
  longitude: 117.12,
  latitude: 31.12,
  speed: 36,
};
let o: Awaited<ReturnType<typeof opened>>;

before(async () => {
  o = await opened();
});
after(() => o.http.close());
beforeEach(() => {
  o.gateway.subscriptions.refusal = null;
  o.gateway.subscriptions.set.length = 0;
  o.gateway.positions.refusal = null;
  o.gateway.positions.queries.length = 0;
  o.gateway.positions.points = [POINT];
  o.gateway.positions.next = null;
});

test('what a device is to tell, and how that stands', async () => {
  const got = await o.ask('GET', SUBSCRIPTIONS);
  assert.equal(got.status, 200, got.text);
  assert.deepEqual(
    [got.json.catalog, got.json.alarm, got.json.positionIntervalSeconds, got.json.states.catalog.state],
    [600, 0, 5, 'active'],
  );
  assert.equal(got.json.states.alarm.state, 'off');
});

test('it is set in seconds, 0 is off; what is left out has its default', async () => {
  const put = await o.ask('PUT', SUBSCRIPTIONS, { alarm: 3600, position: 60, positionIntervalSeconds: 10 });
  assert.equal(put.status, 200, put.text);
  assert.deepEqual(o.gateway.subscriptions.set, [['D', { alarm: 3600, position: 60, positionIntervalSeconds: 10 }]]);
  assert.deepEqual([put.json.catalog, put.json.alarm, put.json.position], [600, 3600, 60]);
  assert.equal((await o.ask('PUT', SUBSCRIPTIONS, { catalog: 0 })).json.catalog, 0);
});

test('seconds that no device would bear, and words that mean nothing, are refused', async () => {
  for (const [body, detail] of [
    [{ catalog: 29 }, /^body\.catalog must be >= 30 or 0\.$/],
    [{ catalog: 86_401 }, /<= 86400/],
    [{ catalog: -1 }, />= 30/],
    [{ catalog: 'on' }, /must be a whole number/],
    [{ catalog: 60.5 }, /must be a whole number/],
    [{ alarms: 60 }, /unknown key "alarms"/],
    [{ positionIntervalSeconds: 0 }, />= 1/],
  ] as const) {
    const put = await o.ask('PUT', SUBSCRIPTIONS, body);
    assert.deepEqual([put.status, put.json.code], [400, 'bad_request'], JSON.stringify(body));
    assert.match(put.json.detail, detail);
  }
  assert.deepEqual(o.gateway.subscriptions.set, []);
});

test('an unknown device is 404; who may only look may not subscribe', async () => {
  o.gateway.subscriptions.refusal = { problem: 'device_not_found', detail: 'There is no device D.' };
  for (const method of ['GET', 'PUT'] as const) {
    const answer = await o.ask(method, SUBSCRIPTIONS, method === 'PUT' ? {} : undefined);
    assert.deepEqual([answer.status, answer.json.code], [404, 'device_not_found']);
  }
  o.gateway.subscriptions.refusal = null;
  assert.equal((await o.ask('GET', SUBSCRIPTIONS, undefined, { authorization: `Bearer ${READ_TOKEN}` })).status, 200);
  assert.equal((await o.ask('PUT', SUBSCRIPTIONS, {}, { authorization: `Bearer ${READ_TOKEN}` })).status, 403);
});

test('the track of a channel, of a range and page by page', async () => {
  o.gateway.positions.next = 1_767_593_000_000;
  const path = `${TRACK}?start=2026-01-05T14:00:00%2B08:00&end=1767596400&limit=1`;
  const first = await o.ask('GET', path);
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(first.json.items, [POINT]);
  assert.deepEqual(o.gateway.positions.queries, [
    {
      deviceId: 'D',
      channelId: 'C',
      fromEpochMs: Date.parse('2026-01-05T14:00:00+08:00'),
      toEpochMs: 1_767_596_400_000,
      limit: 1,
      after: null,
    },
  ]);
  o.gateway.positions.next = null;
  const second = await o.ask('GET', `${path}&cursor=${first.json.next}`);
  assert.equal(second.json.next, null);
  assert.equal(o.gateway.positions.queries[1]?.after, 1_767_593_000_000);
});

test('where a channel is, asked now', async () => {
  const path = TRACK.replace(/positions$/, 'position');
  assert.deepEqual((await o.ask('GET', path)).json, POINT);
  await o.ask('GET', `${path}?force=true`);
  assert.deepEqual(o.gateway.positions.questions, [
    ['D', 'C', false],
    ['D', 'C', true],
  ]);
  o.gateway.positions.refusal = { problem: 'not_supported', detail: 'The device D cannot do MobilePosition.' };
  assert.equal((await o.ask('GET', path)).status, 501);
});

test('without a range it is the last day', async () => {
  const beforeMs = Date.now();
  assert.equal((await o.ask('GET', TRACK)).status, 200);
  const { fromEpochMs, toEpochMs } = o.gateway.positions.queries[0]!;
  assert.ok(toEpochMs > beforeMs && toEpochMs <= Date.now() + 1);
  assert.equal(toEpochMs - fromEpochMs, 86_400_000);
});

test('where every channel is, page by page', async () => {
  o.gateway.positions.places = ['C', 'C2'].map((channelId) => ({ deviceId: 'D', channelId, ...POINT }));
  const first = await o.ask('GET', '/api/v1/positions?limit=1', undefined, { authorization: `Bearer ${READ_TOKEN}` });
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(first.json.items, [{ deviceId: 'D', channelId: 'C', ...POINT }]);
  const second = await o.ask('GET', `/api/v1/positions?limit=2&cursor=${first.json.next}`);
  assert.equal(second.json.next, null);
  assert.deepEqual(o.gateway.positions.asked, [
    { after: null, limit: 1 },
    { after: { deviceId: 'D', channelId: 'C' }, limit: 2 },
  ]);
  for (const cursor of ['x', 'a2FiYw'])
    assert.equal((await o.ask('GET', `/api/v1/positions?cursor=${cursor}`)).json.code, 'bad_request', cursor);
});

test('the page asks nobody else for anything, unless a map is set: then its host for pictures alone', async () => {
  const policyOf = async (base: string) =>
    (await fetch(`${base}/healthz`)).headers.get('content-security-policy') ?? '';
  assert.deepEqual((await o.ask('GET', '/api/v1/map')).json, { tiles: null, attribution: '', datum: 'wgs84' });
  const plain = await policyOf(o.base);
  assert.match(plain, /img-src 'self' data: blob:;/);
  const map = {
    tiles: 'https://tiles.example:8443/{z}/{x}/{y}.png?key=1',
    attribution: '© Example',
    datum: 'gcj02',
  } as const;
  const mapped = await opened({ map });
  try {
    assert.deepEqual((await mapped.ask('GET', '/api/v1/map')).json, map);
    const withoutPorts = (policy: string) => policy.replace(/ wss?:\/\/\S+/g, '').replace(/127\.0\.0\.1:\d+/g, '');
    const policy = await policyOf(mapped.base);
    assert.equal(withoutPorts(policy), withoutPorts(plain).replace('blob:;', 'blob: https://tiles.example:8443;'));
  } finally {
    await mapped.http.close();
  }
});

test('times and cursors that are none are refused, and so is an unknown channel', async () => {
  for (const query of ['start=noon', 'end=2026-01-05T14:00:00', 'start=2&end=1', 'cursor=x', 'cursor=a2FiYw']) {
    const answer = await o.ask('GET', `${TRACK}?${query}`);
    assert.deepEqual([answer.status, answer.json.code], [400, 'bad_request'], query);
  }
  o.gateway.positions.refusal = { problem: 'channel_not_found', detail: 'no such channel' };
  assert.equal((await o.ask('GET', TRACK)).status, 404);
});
