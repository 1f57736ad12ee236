import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { opened, READ_TOKEN } from './opened.ts';

let o: Awaited<ReturnType<typeof opened>>;
before(async () => {
  o = await opened();
  o.ring.write(JSON.stringify({ level: 30, time: '2026-01-01T00:00:00.000Z', msg: 'begun', deviceId: 'D1' }));
  o.ring.write(JSON.stringify({ level: 40, msg: 'odd', password: 'hidden' }));
});
after(() => o.http.close());

test('the tail of the log, filtered, without secrets; a token that may only look may see it', async () => {
  const all = await o.ask('GET', '/api/v1/log', undefined, { authorization: `Bearer ${READ_TOKEN}` });
  assert.equal(all.status, 200);
  assert.deepEqual(all.json, {
    items: [
      {
        seq: 1,
        time: '2026-01-01T00:00:00.000Z',
        level: 30,
        levelName: 'info',
        message: 'begun',
        data: { deviceId: 'D1' },
      },
      { seq: 2, time: null, level: 40, levelName: 'warn', message: 'odd', data: { password: '[redacted]' } },
    ],
    last: 2,
  });
  const messages = async (query: string) =>
    (await o.ask('GET', `/api/v1/log?${query}`)).json.items.map((item: { message: string }) => item.message);
  assert.deepEqual(await messages('level=warn'), ['odd']);
  assert.deepEqual(await messages('deviceId=D1'), ['begun']);
  assert.deepEqual(await messages('q=BEG'), ['begun']);
  assert.deepEqual(await messages('since=1'), ['odd']);
  assert.deepEqual(await messages('since=99'), ['begun', 'odd'], 'a number of another process');
  assert.equal((await o.ask('GET', '/api/v1/log?level=loud')).status, 400);
});

test('whoever waits hears the next line, and leaves no line about the looking', async () => {
  const waiting = o.ask('GET', '/api/v1/log?since=2&waitSeconds=25');
  await new Promise((resolve) => setTimeout(resolve, 100));
  o.lines.length = 0;
  o.ring.write(JSON.stringify({ level: 30, msg: 'news' }));
  const { json } = await waiting;
  assert.deepEqual([json.items.length, json.items[0].message, json.last], [1, 'news', 3]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(
    o.lines.filter((line) => line.includes('/api/v1/log')),
    [],
  );
  const late = await o.ask('GET', '/api/v1/log?since=3&waitSeconds=0.05');
  assert.deepEqual(late.json, { items: [], last: 3 });
});

test('a waiter holds up no close, and there are only so many', async () => {
  const other = await opened();
  other.ring.write(JSON.stringify({ level: 30, msg: 'begun' }));
  const look = () => other.ask('GET', '/api/v1/log?since=1&waitSeconds=30').catch(() => null);
  const waiting = Array.from({ length: 65 }, look);
  // The others wait for half a minute.
  assert.equal((await Promise.race(waiting))?.status, 429);
  await other.http.close();
  await Promise.all(waiting);
});
