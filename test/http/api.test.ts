import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PlanView } from '../../src/gateway/recording/plan-views.ts';
import { KEPT } from '../../src/http/kept.ts';
import { isSigned, signedAddress, splitAddress } from '../../src/http/signature.ts';
import { CHANNEL, channel, DEVICE, device, recording, stream } from './fake-gateway.ts';
import { opened, READ_TOKEN, TOKEN, until } from './opened.ts';

let o: Awaited<ReturnType<typeof opened>>;
before(async () => {
  o = await opened();
  for (let i = 0; i < 25; i++) {
    const id = `340200000013200000${String(i).padStart(2, '0')}`;
    o.gateway.deviceList.push(device(id, { online: i % 2 === 0, name: i === 3 ? 'Front Gate' : `Camera ${i}` }));
  }
  o.gateway.channelList.push(channel(DEVICE, CHANNEL), channel(DEVICE, '34020000001310000002', { status: 'off' }));
  o.gateway.streamList.push(stream('s1'), stream('s2', { state: 'ended', startedAt: '2026-01-01T02:00:00Z' }));
  o.gateway.recordingList.push(
    recording('r1'),
    recording('r2', { start: '2026-01-01T09:00:00+08:00', end: null, state: 'recording', locked: true }),
  );
});
after(() => o.http.close());

test('health needs no token and says only that', async () => {
  const answer = await fetch(`${o.base}/healthz`);
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { status: 'ok' });
});

for (const path of [
  '/api/v1/devices',
  '/api/v1/openapi.json',
  '/docs',
  '/metrics',
  '/api/v1/events',
  '/api/v1/nothing',
  `/live/${DEVICE}/${CHANNEL}.mp4`,
  '/streams/s1.mp4',
  '/api/v1/recordings/r1/file',
]) {
  test(`without a token ${path} is 401`, async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }] as Record<string, string>[]) {
      const answer = await fetch(o.base + path, { headers });
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
      const body = (await answer.json()) as { code: string };
      assert.equal(body.code, 'unauthorized');
    }
  });
}

test('the token counts in the header and in the query; the log shows neither token nor signature', async () => {
  o.lines.length = 0;
  const answer = await fetch(`${o.base}/api/v1/devices?token=${TOKEN}&sign=abc`);
  assert.equal(answer.status, 200);
  await answer.text();
  await until(() => o.lines.some((line) => line.includes('token=')));
  const log = o.lines.join('');
  assert.match(log, /token=\[redacted\]&sign=\[redacted\]/);
  assert.ok(!log.includes(TOKEN));
});

test('a token that may only look reads, and changes nothing', async () => {
  const headers = { authorization: `Bearer ${READ_TOKEN}` };
  assert.equal((await o.ask('GET', '/api/v1/devices', undefined, headers)).status, 200);
  const refused = await o.ask('DELETE', '/api/v1/streams/s1', undefined, headers);
  assert.equal(refused.status, 403);
  assert.equal(refused.json.code, 'forbidden');
  assert.equal(o.gateway.calls.filter(([name]) => name === 'stopStream').length, 0);
});

test('pages of other origins change nothing unless they were allowed', async () => {
  const from = (origin: string) => o.ask('POST', '/api/v1/links', { path: '/streams/s1.mp4' }, { origin });
  assert.equal((await from('https://evil.example')).status, 403);
  const allowed = await from('https://vms.example');
  assert.equal(allowed.status, 201);
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://vms.example');
  const preflight = await fetch(`${o.base}/api/v1/links`, {
    method: 'OPTIONS',
    headers: { origin: 'https://vms.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 204);
});

test('lists are paged by cursor without gaps or repetitions, and filtered', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 10; pages++) {
    const { json } = await o.ask('GET', `/api/v1/devices?limit=10${cursor === null ? '' : `&cursor=${cursor}`}`);
    seen.push(...json.items.map((d: { id: string }) => d.id));
    cursor = json.next;
    if (cursor === null) break;
  }
  assert.deepEqual(
    seen,
    o.gateway.deviceList.map((d) => d.id),
  );
  assert.equal((await o.ask('GET', '/api/v1/devices?online=false')).json.items.length, 12);
  assert.deepEqual(
    (await o.ask('GET', '/api/v1/devices?q=fRONT')).json.items.map((d: { name: string }) => d.name),
    ['Front Gate'],
  );
  for (const bad of ['limit=0', 'limit=1001', 'limit=x', 'cursor=nonsense', 'online=maybe']) {
    const { status, json } = await o.ask('GET', `/api/v1/devices?${bad}`);
    assert.equal(status, 400, bad);
    assert.equal(json.code, 'bad_request');
  }
});

test('a device is added, changed, deleted; bodies are checked to the key', async () => {
  const added = await o.ask('POST', '/api/v1/devices', { id: '34020000001110009999', password: 'secret' });
  assert.equal(added.status, 201);
  assert.equal(added.headers.get('location'), '/api/v1/devices/34020000001110009999');
  assert.ok(!added.text.includes('secret'));
  assert.equal((await o.ask('POST', '/api/v1/devices', { id: '34020000001110009999' })).status, 409);
  for (const bad of [{ id: '1' }, { id: '34020000001110009999', nmae: 'x' }, {}, [], 'not json', 7]) {
    const { status, json } = await o.ask('POST', '/api/v1/devices', bad);
    assert.equal(status, 400, JSON.stringify(bad));
    assert.equal(json.code, 'bad_request');
  }
  assert.match((await o.ask('POST', '/api/v1/devices', { id: '34020000001110009999', nmae: 'x' })).json.detail, /nmae/);
  assert.equal((await o.ask('PATCH', `/api/v1/devices/${DEVICE}`, { mediaTransport: 'udp' })).status, 200);
  assert.equal((await o.ask('PATCH', `/api/v1/devices/${DEVICE}`, {})).status, 400);
  assert.equal((await o.ask('DELETE', `/api/v1/devices/${DEVICE}`, { block: true })).status, 204);
  assert.equal((await o.ask('DELETE', `/api/v1/devices/${DEVICE}?block=true`)).status, 204);
  assert.equal((await o.ask('DELETE', `/api/v1/devices/${DEVICE}`)).status, 204);
  assert.deepEqual(
    o.gateway.calls.filter(([name]) => name === 'deleteDevice').map(([, , p]) => p),
    [{ block: true }, { block: true }, { block: false }],
  );
  const unknown = await o.ask('GET', '/api/v1/devices/1');
  assert.equal(unknown.status, 404);
  assert.deepEqual(unknown.json, {
    type: 'urn:gbgate:problem:device_not_found',
    title: 'Device not found',
    status: 404,
    detail: '1 is unknown.',
    code: 'device_not_found',
  });
});

test('a body that is too long is refused', async () => {
  const { status } = await o.ask('POST', '/api/v1/devices', { id: '34020000001110009998', name: 'x'.repeat(70_000) });
  assert.equal(status, 413);
});

test('catalogue: waits as asked, pages like a list', async () => {
  const { status, json } = await o.ask('POST', `/api/v1/devices/${DEVICE}/catalog?waitSeconds=3&limit=1`);
  assert.equal(status, 200);
  assert.deepEqual([json.items.length, json.complete, json.queryId], [1, true, 'q1']);
  assert.deepEqual(o.gateway.calls.at(-1), ['refreshCatalog', DEVICE, 3000]);
  const rest = await o.ask('GET', `/api/v1/devices/${DEVICE}/channels?cursor=${json.next}`);
  assert.deepEqual(
    rest.json.items.map((c: { id: string }) => c.id),
    ['34020000001310000002'],
  );
  assert.equal((await o.ask('POST', `/api/v1/devices/${DEVICE}/catalog?waitSeconds=61`)).status, 400);
});

test('channels keep every field the device sent', async () => {
  const { json } = await o.ask('GET', `/api/v1/devices/${DEVICE}/channels/${CHANNEL}`);
  assert.equal(json.Owner, 'kept as sent');
  assert.equal((await o.ask('GET', '/api/v1/channels?status=off')).json.items.length, 1);
  assert.equal((await o.ask('GET', '/api/v1/channels?online=true')).json.items.length, 1);
});

test('live: 201 started, 200 already up, 202 waiting, else the problem with its steps', async () => {
  const path = `/api/v1/devices/${DEVICE}/channels/${CHANNEL}/live`;
  o.gateway.liveAnswer = { stream: stream('s9'), created: true };
  const started = await o.ask('POST', `${path}?waitSeconds=2`, { transport: 'udp', streamNumber: 1 });
  assert.equal(started.status, 201);
  assert.deepEqual(o.gateway.calls.at(-1)?.slice(1), [
    DEVICE,
    CHANNEL,
    { transport: 'udp', streamNumber: 1, waitMs: 2000 },
  ]);
  const [wsPath, wsQuery] = splitAddress(started.json.urls.ws.slice(`ws://127.0.0.1:${o.http.port}`.length));
  assert.equal(wsPath, `/live/${DEVICE}/${CHANNEL}.mp4`);
  assert.equal(isSigned(o.gateway.signingKey, wsPath, wsQuery, Date.now()), true);
  assert.equal(isSigned(o.gateway.signingKey, wsPath, wsQuery, Date.now() + 3_700_000), false);
  o.gateway.liveAnswer = { stream: stream('s9'), created: false };
  assert.equal((await o.ask('POST', path)).status, 200);
  assert.deepEqual(o.gateway.calls.at(-1)?.[3], { waitMs: 15_000 });
  o.gateway.liveAnswer = { stream: stream('s9', { state: 'waiting' }), created: true };
  assert.equal((await o.ask('POST', path, {})).status, 202);
  const steps = [{ name: 'invite', at: '2026-01-01T08:00:00+08:00', ms: 3 }];
  o.gateway.liveAnswer = { problem: 'invite_rejected', detail: 'The device answered 488.', steps };
  const failed = await o.ask('POST', path, {});
  assert.equal(failed.status, 502);
  assert.deepEqual(failed.json.steps, steps);
  for (const bad of [{ transport: 'carrier pigeon' }, { streamNumber: -1 }, { streamNumber: '1' }]) {
    assert.equal((await o.ask('POST', path, bad)).status, 400, JSON.stringify(bad));
  }
});

test('streams: newest first, stopped, recorded', async () => {
  const { json } = await o.ask('GET', '/api/v1/streams');
  assert.deepEqual(
    json.items.map((s: { id: string }) => s.id),
    ['s2', 's1'],
  );
  assert.equal((await o.ask('GET', '/api/v1/streams?state=playing')).json.items.length, 1);
  assert.equal((await o.ask('DELETE', '/api/v1/streams/s1')).status, 204);
  assert.equal((await o.ask('DELETE', '/api/v1/streams/none')).json.code, 'stream_not_found');
  assert.equal((await o.ask('PUT', '/api/v1/streams/s1/recording')).json.id, 'r1');
  assert.equal((await o.ask('DELETE', '/api/v1/streams/s1/recording')).json.id, 'r1');
});

test('recordings: by time, lock, delete', async () => {
  const ids = async (query: string) =>
    (await o.ask('GET', `/api/v1/recordings?${query}`)).json.items.map((r: { id: string }) => r.id);
  assert.deepEqual(await ids(''), ['r2', 'r1']);
  assert.deepEqual(await ids('end=2026-01-01T08:30:00+08:00'), ['r1']);
  assert.deepEqual(await ids('start=2026-01-01T08:30:00%2B08:00'), ['r2']);
  assert.deepEqual(await ids(`start=${Date.parse('2026-01-01T00:30:00Z') / 1000}`), ['r2']);
  assert.equal((await o.ask('GET', '/api/v1/recordings?start=2026-01-01T08:30:00')).status, 400);
  assert.equal((await o.ask('POST', '/api/v1/recordings/r1/lock')).json.locked, true);
  assert.equal((await o.ask('POST', '/api/v1/recordings/r1/unlock')).json.locked, false);
  assert.equal((await o.ask('DELETE', '/api/v1/recordings/r1')).status, 204);
  assert.equal((await o.ask('DELETE', '/api/v1/recordings/r2')).status, 409);
});

test('links sign what may be shown, and nothing else', async () => {
  const { status, json } = await o.ask('POST', '/api/v1/links', { path: '/streams/s1.mp4', expiresSeconds: 60 });
  assert.equal(status, 201);
  const [path, query] = splitAddress(json.path);
  assert.equal(isSigned(o.gateway.signingKey, path, query, Date.now()), true);
  assert.equal(json.url, o.base + json.path);
  for (const bad of ['/api/v1/devices', 'https://other/live/1/2.mp4', '/live/1', '/metrics']) {
    assert.equal((await o.ask('POST', '/api/v1/links', { path: bad })).status, 400, bad);
  }
  // A signature of something that cannot be signed for viewing opens nothing either.
  const forged = signedAddress(o.gateway.signingKey, '/api/v1/devices', 9_999_999_999);
  assert.equal((await fetch(o.base + forged)).status, 401);
});

test('Idempotency-Key repeats the first answer and refuses another body', async () => {
  const headers = { 'idempotency-key': 'k-1' };
  const body = { id: '34020000001110007777' };
  const [first, second] = await Promise.all([
    o.ask('POST', '/api/v1/devices', body, headers),
    o.ask('POST', '/api/v1/devices', body, headers),
  ]);
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.deepEqual(first.json, second.json);
  assert.equal(o.gateway.calls.filter(([n, d]) => n === 'addDevice' && (d as typeof body).id === body.id).length, 1);
  const other = await o.ask('POST', '/api/v1/devices', { id: '34020000001110007778' }, headers);
  assert.equal(other.status, 409);
});

test('repetitions that waited for a call without an answer run one after the other', async () => {
  const headers = { 'idempotency-key': 'k-2' };
  const live = o.gateway.live.bind(o.gateway);
  let running = 0;
  let most = 0;
  let calls = 0;
  o.gateway.live = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 30));
    running--;
    return ++calls === 1
      ? { problem: 'invite_timeout', detail: 'It did not answer.' }
      : { stream: stream('kept'), created: true };
  };
  try {
    const post = () => o.ask('POST', `/api/v1/devices/${DEVICE}/channels/${CHANNEL}/live`, {}, headers);
    const answers = await Promise.all([post(), post(), post(), post()]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 201, 504]);
    assert.deepEqual([most, calls], [1, 2], 'one failed, one was repeated to all who waited');
  } finally {
    o.gateway.live = live;
  }
});

test('a change that could not be written is 507, not what it would have become', async () => {
  const { gateway, ask, http } = await opened();
  gateway.deviceList.push(device(DEVICE));
  gateway.channelList.push(channel(DEVICE, CHANNEL));
  gateway.recordingList.push(recording('r1'));
  gateway.planList.push({ deviceId: DEVICE, channelId: CHANNEL } as PlanView);
  let faults = 0;
  Object.defineProperty(gateway.numbers, 'store_faults_total', { get: () => faults++, configurable: true });
  const id = `${DEVICE.slice(0, -2)}77`;
  const bodies: Record<string, unknown> = {
    'POST /api/v1/devices': { id },
    'PATCH /api/v1/devices/:deviceId': { name: 'gate' },
    'PATCH /api/v1/devices/:deviceId/profile': { date: 'off' },
    'PATCH /api/v1/devices/:deviceId/channels/:channelId': { mediaTransport: 'udp' },
    'PUT /api/v1/devices/:deviceId/channels/:channelId/plan': { mode: 'off' },
    'PATCH /api/v1/devices/:deviceId/channels/:channelId/presets/:number': { name: 'gate' },
    'PUT /api/v1/alarm-rules': { rules: [] },
  };
  for (const call of KEPT) {
    const [method = '', route = ''] = call.split(' ');
    const path = route
      .replace(':deviceId', DEVICE)
      .replace(':channelId', CHANNEL)
      .replace(':number', '1')
      .replace(':id', 'r1');
    const { status, json } = await ask(method, path, bodies[call] ?? (method === 'DELETE' ? undefined : {}));
    assert.deepEqual([status, json?.code], [507, 'disk_full'], `${call}: ${JSON.stringify(json)}`);
    assert.match(json.detail, /Make room/);
  }
  // what moves has moved
  assert.equal((await ask('POST', `/api/v1/devices/${DEVICE}/channels/${CHANNEL}/ptz`, { pan: 1 })).status, 204);
  Object.defineProperty(gateway.numbers, 'store_faults_total', { get: () => 3 });
  assert.equal((await ask('PUT', '/api/v1/alarm-rules', { rules: [] })).status, 200);
  await http.close();
});

test('metrics show the numbers of the gateway and our own', async () => {
  o.gateway.numbers = { sip_messages_received_total: 11, viewers: 3 };
  const { text, headers } = await o.ask('GET', '/metrics');
  assert.match(headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(text, /^# TYPE gbgate_sip_messages_received_total counter$/m);
  assert.match(text, /^gbgate_sip_messages_received_total 11$/m);
  assert.match(text, /^gbgate_viewers 3$/m);
  assert.match(text, /^gbgate_http_unauthorized_total [1-9]/m);
  o.gateway.numbers = { sip_messages_received_total: 12, viewers: 1 };
  assert.match((await o.ask('GET', '/metrics')).text, /^gbgate_sip_messages_received_total 12$/m);
});

test('OpenAPI 3.1 names every call of the spine; the docs load no inline script', async () => {
  const { json } = await o.ask('GET', '/api/v1/openapi.json');
  assert.equal(json.openapi, '3.1.0');
  for (const [path, method] of [
    ['/api/v1/devices', 'post'],
    ['/api/v1/devices/{deviceId}/catalog', 'post'],
    ['/api/v1/devices/{deviceId}/channels/{channelId}/live', 'post'],
    ['/api/v1/streams/{id}/recording', 'put'],
    ['/api/v1/recordings/{id}/file', 'get'],
    ['/api/v1/events', 'get'],
    ['/api/v1/links', 'post'],
    ['/api/v1/system', 'get'],
  ] as const) {
    assert.ok(json.paths[path]?.[method], `${method} ${path}`);
  }
  // generated clients name their functions by them
  const ids = Object.values<Record<string, { operationId: string }>>(json.paths).flatMap((calls) =>
    Object.values(calls).map(({ operationId }) => operationId),
  );
  assert.equal(new Set(ids).size, ids.length, 'each has a name of its own');
  for (const id of ['getDevices', 'getDevice', 'postDeviceChannelPresetGoto', 'postWebhooksDeliveryRedeliver'])
    assert.ok(ids.includes(id), id);
  assert.ok(ids.every((id) => /^[a-z][A-Za-z0-9]*$/.test(id)));
  const docs = await o.ask('GET', '/docs');
  assert.equal(docs.status, 200);
  assert.ok(!/<script>/.test(docs.text));
  assert.equal((await fetch(`${o.base}/docs/static/swagger-ui-bundle.js`)).status, 200);
  assert.equal((await fetch(`${o.base}/docs/start.js`)).status, 200);
});

test('every answer carries a CSP without unsafe-inline', async () => {
  const csp = (await o.ask('GET', '/api/v1/system')).headers.get('content-security-policy') ?? '';
  assert.match(csp, /script-src 'self'/);
  assert.ok(!csp.includes('unsafe'));
});

test('unknown addresses are 404 problems', async () => {
  const { status, json } = await o.ask('GET', '/api/v1/nothing');
  assert.equal(status, 404);
  assert.equal(json.code, 'not_found');
});
