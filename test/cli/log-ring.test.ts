import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../../src/cli/log.ts';
import { LogRing } from '../../src/cli/log-ring.ts';

const ALL = { level: 0, since: 0, limit: 10_000 };

test('the log goes to stderr and, the same lines, to the ring', () => {
  const written: string[] = [];
  const { log, ring } = openLog('info', { write: (text: string) => written.push(text) });
  log.debug('below the level');
  log.warn({ deviceId: '34020000001320000001', seconds: 3 }, 'late');
  log.child({ part: 'http' }, { level: 'debug' }).debug('of a child');
  assert.equal(written.length, 2);
  const [late, child] = ring.read(ALL);
  assert.deepEqual(
    [late?.message, late?.levelName, late?.data],
    ['late', 'warn', { deviceId: '34020000001320000001', seconds: 3 }],
  );
  assert.match(late?.time ?? '', /^\d{4}-\d{2}-\d{2}T/);
  assert.deepEqual(child?.data, { part: 'http' });
});

test('lines are found by level, text and device, the newest that fit', () => {
  const ring = new LogRing();
  const write = (level: number, msg: string, data: object = {}) => ring.write(JSON.stringify({ level, msg, ...data }));
  write(20, 'http', { url: '/api/v1/devices' });
  write(30, 'registered', { deviceId: 'A1' });
  write(40, 'a recording failed', { error: 'No Space', stream: { deviceId: 'A2' } });
  const messages = (query: object) => ring.read({ ...ALL, ...query }).map(({ message }) => message);
  assert.deepEqual(messages({}), ['http', 'registered', 'a recording failed']);
  assert.deepEqual(messages({ level: 30 }), ['registered', 'a recording failed']);
  assert.deepEqual(messages({ q: 'no space' }), ['a recording failed']);
  assert.deepEqual(messages({ q: 'REGISTERED' }), ['registered']);
  assert.deepEqual(messages({ deviceId: 'A2' }), ['a recording failed']);
  assert.deepEqual(messages({ limit: 1 }), ['a recording failed']);
  assert.deepEqual(messages({ since: 2 }), ['a recording failed']);
  assert.deepEqual(messages({ since: 3 }), []);
});

test('secrets are taken out: by their keys, however deep, and by themselves, wherever they stand', () => {
  const ring = new LogRing();
  ring.conceal('to"ken\\7');
  ring.conceal('123456');
  ring.conceal(null);
  ring.conceal('a');
  ring.write(
    JSON.stringify({
      level: 30,
      msg: 'asked with to"ken\\7, password 123456 of 34020000001320123456',
      password: 'p1',
      headers: [{ Authorization: 'Digest response="p2"', token: 'p3', via: 'a' }],
    }),
  );
  const [line] = ring.read(ALL);
  assert.equal(line?.message, 'asked with [redacted], password [redacted] of 34020000001320123456');
  assert.deepEqual(line?.data, {
    password: '[redacted]',
    headers: [{ Authorization: '[redacted]', token: '[redacted]', via: 'a' }],
  });
});

test('the ring is bounded by lines and by length; a cut line is text', () => {
  const ring = new LogRing();
  for (let i = 1; i <= 2500; i++) ring.write(JSON.stringify({ level: 30, msg: `line ${i}` }));
  const kept = ring.read(ALL);
  assert.deepEqual([kept.length, kept[0]?.message, kept.at(-1)?.seq], [2000, 'line 501', 2500]);
  for (let i = 0; i < 300; i++) ring.write(JSON.stringify({ level: 50, msg: `${i} ${'x'.repeat(10_000)}` }));
  const long = ring.read(ALL);
  assert.ok(long.length <= 250 && long.length > 200, `${long.length} lines`);
  assert.match(long.at(-1)?.message ?? '', /^\{"level":50,"msg":"299 x/);
});
