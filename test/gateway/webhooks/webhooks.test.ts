import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { EVENT_TYPES } from '../../../src/gateway/event-types.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import { KEPT_IN_LOG, MAX_WAITING, pauseAfter } from '../../../src/gateway/webhooks/webhook-lane.ts';
import type { PostAnswer } from '../../../src/gateway/webhooks/webhook-post.ts';
import { Webhooks } from '../../../src/gateway/webhooks/webhooks.ts';
import type { Delivery, DeliveryRows } from '../../../src/store/deliveries.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { FakeClock, settle } from '../../support/clock.ts';

const folders: string[] = [];
after(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'gbgate-webhooks-'));
  folders.push(path);
  return path;
}
function open(path: string): Store {
  const store = openStore(path);
  assert.ok(!('fault' in store), JSON.stringify(store));
  return store;
}

const OK: PostAnswer = { status: 200, error: null, retryAfterMs: null, durationMs: 5 };
const status = (code: number, retryAfterMs: number | null = null): PostAnswer => ({
  status: code,
  error: `${code}`,
  retryAfterMs,
  durationMs: 5,
});
const AWAY: PostAnswer = { status: null, error: 'ECONNREFUSED', retryAfterMs: null, durationMs: 5 };
const HOUR_MS = 3_600_000;

/** Webhooks on a database of its own and a clock that the test moves; `answers` says what each endpoint does. */
function world(
  o: {
    urls?: string[];
    events?: string[];
    path?: string;
    /** Endpoints that nobody answers at from the beginning. */
    away?: string[];
    epochMs?: number;
    rows?: (rows: DeliveryRows) => DeliveryRows;
  } = {},
) {
  const path = o.path ?? folder();
  const store = open(path);
  const clock = new FakeClock(o.epochMs);
  const sent: { url: string; delivery: Delivery; atMs: number }[] = [];
  const said: string[] = [];
  const answers = new Map<string, (delivery: Delivery) => PostAnswer | Promise<PostAnswer>>();
  for (const url of o.away ?? []) answers.set(url, () => AWAY);
  const webhooks = new Webhooks({
    endpoints: (o.urls ?? ['http://a/']).map((url) => ({ url, secret: null, events: o.events ?? null, headers: {} })),
    rows: o.rows?.(store.deliveries) ?? store.deliveries,
    clock,
    random: () => 1,
    open: ({ url }) => ({
      async send(delivery) {
        sent.push({ url, delivery, atMs: clock.nowMs() });
        return (answers.get(url) ?? (() => OK))(delivery);
      },
    }),
    iso: (epochMs) => new Date(epochMs).toISOString(),
    log: (message) => said.push(message),
  });
  let count = 0;
  return {
    path,
    store,
    clock,
    sent,
    said,
    webhooks,
    answer: (url: string, how: (delivery: Delivery) => PostAnswer | Promise<PostAnswer>) => answers.set(url, how),
    publish(type: string, data: Record<string, unknown> = {}) {
      count += 1;
      webhooks.publish({ id: `e${count}`, type, time: '2026-01-05T14:03:21+08:00', data });
      return `e${count}`;
    },
    log: (query: Partial<Parameters<Webhooks['deliveries']>[0]> = {}) =>
      webhooks.deliveries({ limit: 1000, before: null, ...query }).items,
    /** As `kill -9` leaves it: nothing was told that the end is near. */
    killed: () => store.close(),
    async close() {
      const closing = webhooks.close();
      await clock.advance(2000);
      await closing;
      store.close();
    },
  };
}

describe('webhooks', () => {
  it('send each event once, in order, as it was published', async () => {
    const o = world();
    for (let i = 0; i < 50; i++) o.publish('device.online', { deviceId: `D${i}` });
    for (let i = 0; i < 100 && o.sent.length < 50; i++) await settle();
    assert.deepEqual(
      o.sent.map(({ delivery }) => delivery.eventId),
      Array.from({ length: 50 }, (_, i) => `e${i + 1}`),
    );
    const event = JSON.parse(o.sent[7]?.delivery.body ?? '');
    assert.deepEqual(event, {
      id: 'e8',
      type: 'device.online',
      time: '2026-01-05T14:03:21+08:00',
      data: { deviceId: 'D7' },
    });
    assert.deepEqual(o.webhooks.endpoints()[0]?.waiting, 0);
    assert.deepEqual(o.webhooks.counters(), {
      webhook_events_waiting: 0,
      webhook_delivered_total: 50,
      webhook_failed_total: 0,
    });
    await o.close();
  });

  it('send to each endpoint what it wants', async () => {
    const o = world({ events: ['download.*', 'alarm'] });
    for (const type of ['download.completed', 'device.online', 'alarm', 'download.progress', 'downloads'])
      o.publish(type);
    await o.clock.advance(10);
    assert.deepEqual(
      o.sent.map(({ delivery }) => delivery.type),
      ['download.completed', 'alarm', 'download.progress'],
    );
    await o.close();
  });

  it('try again after pauses that double up to 5 minutes, and keep the order meanwhile', async () => {
    const o = world();
    const startMs = o.clock.nowMs();
    o.answer('http://a/', () => AWAY);
    o.publish('stream.ended');
    o.publish('device.offline');
    await o.clock.advance(HOUR_MS / 4);
    const atSeconds = o.sent.map(({ atMs }) => Math.round((atMs - startMs) / 1000));
    assert.deepEqual(atSeconds.slice(0, 11), [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811]);
    assert.ok(
      o.sent.every(({ delivery }) => delivery.eventId === 'e1'),
      'the second waits behind the first',
    );
    const [endpoint] = o.webhooks.endpoints();
    assert.deepEqual(
      [endpoint?.waiting, endpoint?.failuresInRow, endpoint?.lastError, endpoint?.lastStatus],
      [2, 11, 'ECONNREFUSED', null],
    );
    assert.match(endpoint?.retryAt ?? '', /^2026-/);
    assert.equal(o.log().at(-1)?.retryAt, endpoint?.retryAt, 'the log says when the one in front is tried again');
    assert.equal(o.log()[0]?.retryAt, null);
    o.answer('http://a/', () => OK);
    await o.clock.advance(300_000);
    assert.deepEqual(
      o.sent.slice(-2).map(({ delivery }) => [delivery.eventId, delivery.attempts]),
      [
        ['e1', 11],
        ['e2', 0],
      ],
    );
    assert.equal(o.webhooks.endpoints()[0]?.failuresInRow, 0);
    await o.close();
  });

  it('spread attempts by chance, and heed Retry-After up to an hour', async () => {
    assert.deepEqual(
      [pauseAfter(1, 0), pauseAfter(1, 1), pauseAfter(4, 0.5), pauseAfter(1000, 1), pauseAfter(1000, 0)],
      [500, 1000, 6000, 300_000, 150_000],
    );
    const o = world();
    const startMs = o.clock.nowMs();
    const asked = [120_000, 48 * HOUR_MS];
    o.answer('http://a/', () => (asked.length > 0 ? status(503, asked.shift()) : OK));
    o.publish('alarm');
    await o.clock.advance(2 * HOUR_MS);
    assert.deepEqual(
      o.sent.map(({ atMs }) => atMs - startMs),
      [0, 120_000, 120_000 + HOUR_MS],
    );
    await o.close();
  });

  it('give up an event that is refused 12 times, and go on with the next', async () => {
    const o = world();
    o.answer('http://a/', ({ type }) => (type === 'alarm' ? status(422) : OK));
    o.publish('alarm');
    o.publish('device.online');
    await o.clock.advance(HOUR_MS / 2);
    assert.deepEqual(
      o.log().map(({ type, state, attempts, status: code, error }) => [type, state, attempts, code, error]),
      [
        ['device.online', 'delivered', 1, 200, null],
        ['alarm', 'failed', 12, 422, '422'],
      ],
    );
    assert.ok(o.said.includes('a webhook event is given up'));
    await o.close();
  });

  for (const [name, answer] of [
    ['nobody answers', AWAY],
    ...[408, 425, 429, 502, 503, 504].map((code) => [`it answers ${code}`, status(code)] as const),
  ] as [string, PostAnswer][])
    it(`keep an event for 24 h while ${name}, not longer`, async () => {
      const o = world();
      o.answer('http://a/', () => answer);
      o.publish('alarm');
      await o.clock.advance(12 * HOUR_MS);
      o.publish('device.online');
      await o.clock.advance(11.9 * HOUR_MS);
      assert.deepEqual(
        o.log().map(({ state }) => state),
        ['pending', 'pending'],
      );
      await o.clock.advance(0.3 * HOUR_MS);
      assert.deepEqual(
        o.log().map(({ type, state }) => [type, state]),
        [
          ['device.online', 'pending'],
          ['alarm', 'failed'],
        ],
      );
      assert.equal(o.log()[1]?.error, answer.error, 'the log says why');
      await o.close();
    });

  it('do not let one endpoint wait for another', async () => {
    const o = world({ urls: ['http://slow/', 'http://fast/'] });
    let release = () => {};
    o.answer('http://slow/', () => new Promise((resolve) => (release = () => resolve(OK))));
    for (let i = 0; i < 20; i++) o.publish('device.online');
    for (let i = 0; i < 50; i++) await settle();
    const count = (url: string) => o.sent.filter((one) => one.url === url).length;
    assert.deepEqual([count('http://slow/'), count('http://fast/')], [1, 20]);
    release();
    await o.close();
  });

  it('lose nothing when the process dies: what waits is sent by the next, in order, before what is new', async () => {
    const first = world({ urls: ['http://a/', 'http://b/'] });
    first.answer('http://a/', () => AWAY);
    first.answer('http://b/', () => new Promise(() => {})); // dies between the request and its answer
    for (let i = 0; i < 5; i++) first.publish('device.online', { i });
    await first.clock.advance(2000);
    first.killed();
    const second = world({ urls: ['http://b/', 'http://a/'], path: first.path });
    second.publish('device.offline', { i: 5 });
    for (let i = 0; i < 20; i++) await settle();
    for (const url of ['http://a/', 'http://b/']) {
      const got = second.sent.filter((one) => one.url === url).map(({ delivery }) => JSON.parse(delivery.body).data.i);
      assert.deepEqual(got, [0, 1, 2, 3, 4, 5], url);
    }
    assert.equal(second.sent.find((one) => one.url === 'http://a/')?.delivery.attempts, 2, 'attempts are remembered');
    await second.close();
  });

  it('lose nothing when the gateway was off for days', async () => {
    const first = world();
    first.answer('http://a/', () => AWAY);
    for (const type of ['alarm', 'device.offline']) first.publish(type);
    await first.clock.advance(10);
    first.killed();
    const second = world({ path: first.path, epochMs: first.clock.epochMs() + 96 * HOUR_MS });
    for (let i = 0; i < 10; i++) await settle();
    assert.deepEqual(
      second.sent.map(({ delivery }) => delivery.type),
      ['alarm', 'device.offline'],
    );
    await second.close();
  });

  it('keep an event that is on its way when the gateway stops, unless it is answered in time', async () => {
    const o = world({ urls: ['http://quick/', 'http://slow/'] });
    const cuts: (() => void)[] = [];
    o.answer('http://quick/', () => new Promise((resolve) => o.clock.after(500, () => resolve(OK))));
    o.answer('http://slow/', () => new Promise((resolve) => cuts.push(() => resolve(AWAY))));
    o.publish('stream.ended');
    await settle();
    const closing = o.webhooks.close();
    await o.clock.advance(999);
    assert.deepEqual(
      o.log().map(({ url, state }) => [url, state]),
      [
        ['http://slow/', 'pending'],
        ['http://quick/', 'delivered'],
      ],
    );
    await o.clock.advance(2);
    cuts[0]?.(); // as the edge does when it is cut
    await closing;
    assert.equal(o.store.deliveries.waitingEndpoints().length, 1);
    o.publish('alarm');
    assert.equal(o.log().length, 2, 'nothing is taken after the end');
    assert.equal(o.clock.pending, 0);
    o.store.close();
  });

  it('end the queue of an endpoint that left the configuration', async () => {
    const first = world({ urls: ['http://a/', 'http://b/'] });
    for (const url of ['http://a/', 'http://b/']) first.answer(url, () => AWAY);
    first.publish('alarm');
    await first.clock.advance(10);
    first.killed();
    const second = world({ urls: ['http://b/'], path: first.path, away: ['http://b/'] });
    await settle();
    assert.deepEqual(
      second.log().map(({ url, state, error }) => [url, state, error]),
      [
        ['http://b/', 'pending', 'ECONNREFUSED'],
        [null, 'failed', 'the endpoint is no longer in the configuration'],
      ],
    );
    const gone = second.log({ state: 'failed' })[0];
    const refused = second.webhooks.redeliver(Number(gone?.id));
    assert.equal(isProblem(refused) && refused.problem, 'conflict');
    await second.close();
  });

  it('tell the same address apart when it stands there twice', async () => {
    const o = world({ urls: ['http://a/', 'http://a/'] });
    o.publish('alarm');
    await o.clock.advance(10);
    assert.equal(o.sent.length, 2);
    assert.equal(new Set(o.webhooks.endpoints().map(({ id }) => id)).size, 2);
    await o.close();
  });

  it('send only the newest progress of a job that has to wait, each job for itself, and everything else in full', async () => {
    const o = world();
    o.answer('http://a/', () => AWAY);
    o.publish('download.progress', { id: '1', progress: 0 }); // in front: on its way
    await settle();
    for (let i = 1; i < 10; i++) {
      o.publish('download.progress', { id: '1', progress: i });
      o.publish('download.progress', { id: '2', progress: i });
      o.publish('device.offline', { deviceId: 'D' });
    }
    o.publish('download.completed', { id: '1' });
    assert.equal(o.webhooks.endpoints()[0]?.waiting, 1 + 2 + 9 + 1);
    o.answer('http://a/', () => OK);
    await o.clock.advance(2000);
    const got = o.sent.slice(1).map(({ delivery }) => JSON.parse(delivery.body));
    assert.deepEqual(
      got.filter(({ type }) => type.startsWith('download.')).map(({ data }) => [data.id, data.progress]),
      [
        ['1', 0],
        ['1', 9],
        ['2', 9],
        ['1', undefined],
      ],
    );
    assert.equal(got.filter(({ type }) => type === 'device.offline').length, 9);
    assert.equal(o.webhooks.endpoints()[0]?.waiting, 0);
    await o.close();
  });

  it('bound the queue: a flood of one type pushes out itself, not the others', async () => {
    const o = world();
    o.answer('http://a/', () => AWAY);
    o.publish('download.completed');
    o.publish('recording.completed');
    await settle();
    o.store.close();
    // as many rows by hand as would take a while to publish
    const Database = (await import('libsql')).default;
    const database = new Database(join(o.path, 'gbgate.db'));
    const { endpoint } = database.prepare('SELECT endpoint FROM deliveries').get() as { endpoint: string };
    database.exec('BEGIN');
    const row = database.prepare(
      `INSERT INTO deliveries (endpoint, state, event_id, type, record) SELECT endpoint, state, 'f' || ?1, 'device.rejected', json_set(record, '$.type', 'device.rejected', '$.eventId', 'f' || ?1) FROM deliveries WHERE number = 1`,
    );
    for (let i = 0; i < MAX_WAITING - 2; i++) row.run(String(i));
    database.exec('COMMIT');
    database.close();
    const second = world({ path: o.path, away: ['http://a/'] });
    assert.equal(second.webhooks.endpoints()[0]?.waiting, MAX_WAITING);
    second.publish('alarm');
    const { waiting, failed } = second.webhooks.endpoints()[0] ?? {};
    assert.deepEqual([waiting, failed], [MAX_WAITING - 999, 1000]);
    assert.ok(second.said.some((words) => words.startsWith('a webhook is behind')));
    assert.deepEqual(
      second.log({ state: 'failed', limit: 2 }).map(({ type, eventId, error }) => [type, eventId, error]),
      [
        ['device.rejected', 'f999', '20000 events were waiting'],
        ['device.rejected', 'f998', '20000 events were waiting'],
      ],
    );
    for (const type of ['download.completed', 'recording.completed', 'alarm'])
      assert.equal(second.log({ type, state: 'pending' }).length, 1, type);
    assert.equal(second.store.deliveries.pendingCount(endpoint), waiting, 'the count is that of the database');
    await second.close();
  });

  it('keep the last ended deliveries in the log, and show it by pages and filters', async () => {
    const o = world();
    o.answer('http://a/', ({ type }) => (type === 'stream.ended' ? status(400) : OK));
    const count = KEPT_IN_LOG + 120;
    for (let i = 0; i < count; i++) o.publish('device.online', { i });
    for (let i = 0; i < 1000 && (o.webhooks.endpoints()[0]?.waiting ?? 0) > 0; i++) await settle();
    const kept = o.log({ limit: 2000 });
    assert.ok(kept.length >= KEPT_IN_LOG && kept.length < KEPT_IN_LOG + 50, `${kept.length}`);
    assert.equal(kept[0]?.event.data.i, count - 1, 'the newest first');
    o.publish('stream.ended');
    o.publish('download.completed');
    await settle();
    assert.deepEqual(
      [
        o.log({ type: 'stream.*' }).length,
        o.log({ type: 'download.completed' }).length,
        o.log({ state: 'pending' }).length,
        o.log({ eventId: `e${count}` }).length,
        o.log({ endpoint: 'none' }).length,
      ],
      [1, 1, 2, 1, 0],
    );
    const page = o.webhooks.deliveries({ limit: 3, before: Number(kept[5]?.id) });
    assert.deepEqual(
      page.items.map(({ id }) => id),
      kept.slice(6, 9).map(({ id }) => id),
    );
    assert.deepEqual([page.hasMore, o.webhooks.deliveries({ limit: 2000, before: null }).hasMore], [true, false]);
    await o.close();
  });

  it('send an event once more when asked, and hold back secrets of the address', async () => {
    const o = world({ urls: ['https://user:pass@a.example/hook?key=secret'] });
    o.publish('alarm', { x: 1 });
    await settle();
    const [one] = o.log();
    assert.equal(one?.url, 'https://a.example/hook?…');
    assert.equal(o.webhooks.endpoints()[0]?.url, 'https://a.example/hook?…');
    const again = o.webhooks.redeliver(Number(one?.id));
    assert.ok(!isProblem(again));
    assert.deepEqual([again.eventId, again.state, again.attempts], ['e1', 'pending', 0]);
    assert.notEqual(again.id, one?.id);
    const early = o.webhooks.redeliver(Number(again.id));
    assert.equal(isProblem(early) && early.problem, 'conflict');
    await settle();
    assert.equal(o.sent[1]?.delivery.body, o.sent[0]?.delivery.body);
    const none = o.webhooks.redeliver(999);
    assert.equal(isProblem(none) && none.problem, 'delivery_not_found');
    await o.close();
  });

  it('tell of a full disk although the disk refuses the queue, and store what waits once it can', async () => {
    let isFull = false;
    const o = world({
      rows: (rows) => ({
        ...rows,
        add: (delivery) => (isFull ? null : rows.add(delivery)),
        update: (delivery) => (isFull ? undefined : rows.update(delivery)),
      }),
    });
    o.publish('device.online');
    await settle();
    isFull = true;
    o.publish('download.failed');
    o.publish('recording.failed');
    for (let i = 0; i < 5; i++) await settle();
    assert.deepEqual(
      o.sent.map(({ delivery }) => delivery.type),
      ['device.online', 'download.failed', 'recording.failed'],
      'each once',
    );
    o.answer('http://a/', () => AWAY);
    for (let i = 0; i < 1500; i++) o.publish('alarm', { i });
    await settle();
    assert.equal(o.webhooks.endpoints()[0]?.waiting, 1001, 'bounded: one in front, 1,000 behind it');
    assert.equal(o.log({ state: 'pending' }).length, 0);
    isFull = false;
    o.publish('device.offline');
    assert.equal(o.log({ state: 'pending', limit: 2000 }).length, o.webhooks.endpoints()[0]?.waiting);
    o.answer('http://a/', () => OK);
    await o.clock.advance(2000);
    for (let i = 0; i < 1000 && (o.webhooks.endpoints()[0]?.waiting ?? 0) > 0; i++) await settle();
    const order = o.sent.slice(4).map(({ delivery }) => delivery.eventId);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))),
    );
    assert.equal(new Set(order).size, order.length, 'each once');
    await o.close();
  });

  it('a delivery that the disk does not note as done is not sent twice in one run', async () => {
    const o = world({ rows: (rows) => ({ ...rows, update: () => {} }) });
    o.publish('alarm');
    o.publish('device.online');
    for (let i = 0; i < 10; i++) await settle();
    assert.equal(o.sent.length, 2);
    await o.close();
  });
});

it('every type that the source publishes is in the list of types', async () => {
  const root = new URL('../../../src/', import.meta.url);
  const names = (await readdir(root, { recursive: true })).filter((name) =>
    /^(gateway|sip|record)\b.*\.ts$/.test(name),
  );
  const found = new Set<string>();
  for (const name of names) {
    const text = await readFile(new URL(name, root), 'utf8');
    const published = /publish\(\s*'([a-z]+(?:\.[a-z]+)*)'|type: '((?:device|catalog|channel)\.[a-z]+)'/g;
    for (const [, a, b] of text.matchAll(published)) found.add(a ?? b ?? '');
  }
  assert.ok(found.size > 10);
  assert.deepEqual(
    [...found].filter((type) => !EVENT_TYPES.includes(type)),
    [],
  );
});
