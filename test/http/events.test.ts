import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typeFilter } from '../../src/http/events.ts';
import { opened, TOKEN, until } from './opened.ts';

const event = (id: string, type: string) => ({ id, type, time: '2026-01-01T00:00:00Z', data: { n: id } });

test('server-sent events: replay, filter, live, and a clean end', async () => {
  const o = await opened();
  try {
    o.gateway.replay = [event('e1', 'device.online'), event('e2', 'stream.started')];
    const stop = new AbortController();
    const answer = await fetch(`${o.base}/api/v1/events?types=device.*,stream.ended&token=${TOKEN}`, {
      headers: { 'last-event-id': 'e0' },
      signal: stop.signal,
    });
    assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
    const wrong = await o.ask('GET', '/api/v1/events?types=alarm,alarms');
    assert.equal(wrong.status, 400);
    assert.match(
      wrong.json.detail,
      /^query\.types names "alarms", but there is no such event; there are: device\.registered, /,
    );
    await until(() => o.gateway.listeners.size === 1);
    assert.deepEqual(o.gateway.calls.at(-1), ['events', 'e0', null]);
    for (const listener of o.gateway.listeners) {
      listener(event('e3', 'recording.started'));
      listener(event('e4', 'stream.ended'));
    }
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('e4')) text += (await reader.read()).value;
    assert.deepEqual(
      text.split('\n').filter((line) => line.startsWith('id:')),
      ['id: e1', 'id: e4'],
    );
    const data = text.split('\n').find((line) => line.startsWith('data:'));
    assert.deepEqual(JSON.parse(data!.slice(5)), event('e1', 'device.online'));
    stop.abort();
    await until(() => o.gateway.listeners.size === 0);
  } finally {
    await o.http.close();
  }
});

test('a listener that never reads is cut, not kept', async () => {
  const o = await opened();
  try {
    const answer = await fetch(`${o.base}/api/v1/events?token=${TOKEN}`);
    await until(() => o.gateway.listeners.size === 1);
    const big = { ...event('e', 'alarm'), data: { text: 'x'.repeat(64 * 1024) } };
    for (let i = 0; i < 400 && o.gateway.listeners.size > 0; i++) {
      for (const listener of o.gateway.listeners) listener(big);
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => o.gateway.listeners.size === 0);
    await answer.text().catch(() => '');
  } finally {
    await o.http.close();
  }
});

test('types are words, prefixes with a star, or everything', () => {
  assert.equal(typeFilter(undefined)('a.b'), true);
  assert.equal(typeFilter('*')('a.b'), true);
  assert.equal(typeFilter('a.*')('a.b'), true);
  assert.equal(typeFilter('a.*')('ab.c'), false);
  assert.equal(typeFilter(' a.b , c ')('c'), true);
  assert.equal(typeFilter('a')('a.b'), false);
});
