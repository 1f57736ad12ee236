import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { opened, READ_TOKEN } from './opened.ts';

let o: Awaited<ReturnType<typeof opened>>;
before(async () => {
  o = await opened();
  o.gateway.groupList.push(
    { id: '34020000002160000001', deviceId: 'd1', name: '一楼', parentId: 'd1' },
    { id: '340200', deviceId: 'd2', name: 'Wuhu', parentId: '3402' },
  );
});
after(() => o.http.close());

test('groups are listed page by page and searched; a token that may only look may see them', async () => {
  const first = await o.ask('GET', '/api/v1/groups?limit=1', undefined, { authorization: `Bearer ${READ_TOKEN}` });
  assert.deepEqual(first.json.items, [{ id: '34020000002160000001', deviceId: 'd1', name: '一楼', parentId: 'd1' }]);
  const second = await o.ask('GET', `/api/v1/groups?limit=1&cursor=${encodeURIComponent(first.json.next)}`);
  assert.deepEqual([second.json.items.length, second.json.items[0].id, second.json.next], [1, '340200', null]);
  assert.equal((await o.ask('GET', '/api/v1/groups?q=wuh')).json.items.length, 1);
});

test('the groups of a device that is unknown are none of ours', async () => {
  const { status, json } = await o.ask('GET', '/api/v1/groups?deviceId=nobody');
  assert.deepEqual([status, json.code], [404, 'device_not_found']);
});
