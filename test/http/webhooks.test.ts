import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DeliveryView } from '../../src/gateway/views.ts';
import { opened, READ_TOKEN } from './opened.ts';

let o: Awaited<ReturnType<typeof opened>>;
before(async () => {
  o = await opened();
});
after(() => o.http.close());

const delivery = (id: number): DeliveryView => ({
  id: String(id),
  endpoint: 'abc',
  url: 'https://vms.example/hook',
  eventId: `e${id}`,
  type: 'download.completed',
  queuedAt: '2026-01-05T14:03:21.000+08:00',
  state: 'delivered',
  attempts: 1,
  status: 204,
  error: null,
  durationMs: 12,
  retryAt: null,
  endedAt: '2026-01-05T14:03:21.012+08:00',
  event: { id: `e${id}`, type: 'download.completed', time: '2026-01-05T14:03:21.000+08:00', data: { tag: { a: [1] } } },
});

test('the log of deliveries: pages, filters, the whole event', async () => {
  o.gateway.deliveryList.push(...[5, 4, 3, 2, 1].map(delivery));
  const first = await o.ask(
    'GET',
    '/api/v1/webhooks/deliveries?limit=2&state=failed&type=download.*&endpoint=abc&eventId=e5',
  );
  assert.equal(first.status, 200);
  assert.deepEqual(first.json.items, [delivery(5), delivery(4)]);
  assert.deepEqual(o.gateway.calls.at(-1), [
    'deliveries',
    { limit: 2, state: 'failed', type: 'download.*', endpoint: 'abc', eventId: 'e5', before: null },
  ]);
  const ids: string[] = [];
  let next: string | null = '';
  for (let pages = 0; next !== null && pages < 10; pages++) {
    const { json } = await o.ask('GET', `/api/v1/webhooks/deliveries?limit=2${next === '' ? '' : `&cursor=${next}`}`);
    ids.push(...json.items.map(({ id }: DeliveryView) => id));
    next = json.next;
  }
  assert.deepEqual(ids, ['5', '4', '3', '2', '1']);
});

test('questions that make no sense are refused', async () => {
  for (const query of ['cursor=nonsense', 'state=lost', 'limit=0', 'limit=1001', "type=a'--", 'type=*b*']) {
    const { status, json } = await o.ask('GET', `/api/v1/webhooks/deliveries?${query}`);
    assert.deepEqual([status, json.code], [400, 'bad_request'], query);
  }
});

test('a delivery is sent once more for who may control', async () => {
  const again = await o.ask('POST', '/api/v1/webhooks/deliveries/3/redeliver');
  assert.deepEqual([again.status, again.json.id], [202, '3']);
  assert.deepEqual(o.gateway.calls.at(-1), ['redeliver', 3]);
  const unknown = await o.ask('POST', '/api/v1/webhooks/deliveries/99/redeliver');
  assert.deepEqual([unknown.status, unknown.json.code], [404, 'delivery_not_found']);
  assert.equal((await o.ask('POST', '/api/v1/webhooks/deliveries/x/redeliver')).status, 400);
  const look = { authorization: `Bearer ${READ_TOKEN}` };
  assert.equal((await o.ask('POST', '/api/v1/webhooks/deliveries/3/redeliver', undefined, look)).status, 403);
  assert.equal((await o.ask('GET', '/api/v1/webhooks/deliveries', undefined, look)).status, 200);
});

test('the configured webhooks and how they do', async () => {
  const webhook = {
    id: 'abc',
    url: 'https://vms.example/hook',
    events: ['download.*'],
    signed: true,
    waiting: 3,
    delivered: 7,
    failed: 1,
    failuresInRow: 2,
    lastStatus: 503,
    lastError: '503 later',
    retryAt: '2026-01-05T14:03:21.000+08:00',
  };
  o.gateway.webhookList = [webhook];
  const { status, json } = await o.ask('GET', '/api/v1/webhooks');
  assert.deepEqual([status, json], [200, { items: [webhook], next: null }]);
});
