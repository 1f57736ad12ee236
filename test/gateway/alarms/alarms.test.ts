import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlarmRules, DEFAULT_RULES, SNAPSHOT_PAUSE_MS } from '../../../src/gateway/alarms/alarm-rules.ts';
import { AlarmTwins, MAX_OPEN } from '../../../src/gateway/alarms/alarm-twins.ts';
import type { AlarmRule, AlarmView } from '../../../src/gateway/alarms/alarm-views.ts';
import { Alarms, MAX_BATCH, MAX_WAITING } from '../../../src/gateway/alarms/alarms.ts';
import { type Envelope, readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import type { AlarmQuery, StoredAlarm } from '../../../src/store/alarms.ts';
import { FakeClock } from '../../support/clock.ts';

const notify = (sn: number, inner = '<AlarmMethod>5</AlarmMethod>'): Envelope => {
  const read = readEnvelope(
    Buffer.from(`<Notify><CmdType>Alarm</CmdType><SN>${sn}</SN><DeviceID>C</DeviceID>${inner}</Notify>`),
  );
  assert.ok(!('fault' in read));
  return read;
};

/** Alarms over plain lists. */
function world(o: { keepDays?: number | null; last?: number } = {}) {
  const clock = new FakeClock();
  const batches: number[] = [];
  const rows: StoredAlarm[] = [];
  const trims: { receivedBefore: number; kept: number; count: number }[] = [];
  const published: AlarmView[] = [];
  const receipts: number[] = [];
  const found: string[] = [];
  const acted: number[] = [];
  const disk = { isFull: false, isBusy: false };
  const alarms = new Alarms({
    rows: {
      lastNumber: () => o.last ?? 0,
      addAll(batch) {
        if (disk.isFull) return false;
        batches.push(batch.length);
        rows.push(...batch);
        return true;
      },
      mustWait: () => disk.isBusy,
      get: (number) => rows.find((row) => row.number === number),
      page: ({ limit, before }: AlarmQuery) =>
        rows
          .filter(({ number }) => before === null || number < before)
          .reverse()
          .slice(0, limit),
      trim(trim) {
        trims.push(trim);
        return 0;
      },
    },
    clock,
    timeZone: 'Asia/Shanghai',
    keepDays: o.keepDays ?? null,
    maxRows: 1000,
    iso: (epochMs) => new Date(epochMs).toISOString(),
    publish: (_type, data) => void published.push(data as unknown as AlarmView),
    channelOf: (_deviceId, sourceId) => sourceId,
    receipt(_deviceId, sn) {
      receipts.push(sn);
      return new Promise<void>(() => {});
    },
    found: (_deviceId, code) => void found.push(code),
    act: (alarm) => void acted.push(alarm.number),
  });
  return { clock, alarms, batches, rows, trims, published, receipts, found, acted, disk };
}

test('an alarm is told and acted on at once, and written a moment later', async () => {
  const { clock, alarms, rows, published, acted } = world({ last: 41 });
  alarms.notified('D', notify(1), 'MESSAGE');
  assert.deepEqual([published[0]?.id, acted, rows.length, alarms.waiting], ['42', [42], 0, 1]);
  await clock.advance(1000);
  assert.deepEqual([rows[0]?.number, alarms.waiting], [42, 0]);
});

test('an alarm that comes by MESSAGE and by NOTIFY is one, in whichever order; told twice in one way it is two', async () => {
  const { clock, alarms, rows, published, acted, receipts } = world();
  const words = '<AlarmMethod>5</AlarmMethod><AlarmTime>2026-01-05T14:03:21</AlarmTime>';
  const tell = (by: 'MESSAGE' | 'NOTIFY', sn: number, more = '') => alarms.notified('D', notify(sn, words + more), by);
  tell('MESSAGE', 1);
  tell('NOTIFY', 2);
  assert.deepEqual([published.length, acted.length, alarms.counters.repeated], [1, 1, 1]);
  tell('NOTIFY', 3, '<AlarmPriority>1</AlarmPriority>');
  tell('MESSAGE', 4, '<AlarmPriority>1</AlarmPriority>');
  assert.equal(published.length, 2);
  tell('NOTIFY', 5);
  tell('NOTIFY', 6);
  tell('MESSAGE', 7);
  tell('MESSAGE', 8);
  assert.equal(published.length, 4);
  tell('MESSAGE', 9);
  await clock.advance(40_000);
  tell('NOTIFY', 10);
  assert.equal(published.length, 6, 'what comes so late is another one');
  await clock.advance(1000);
  assert.equal(rows.length, 6);
  assert.deepEqual(receipts, [1, 4, 7, 8], 'a MESSAGE has its receipt all the same');
});

test('an alarm is receipted when it is written, not before, and not at all when it is lost', async () => {
  const { clock, alarms, receipts, disk } = world();
  disk.isFull = true;
  alarms.notified('D', notify(1), 'MESSAGE');
  await clock.advance(3000);
  assert.deepEqual(receipts, []);
  disk.isFull = false;
  await clock.advance(3000);
  assert.deepEqual(receipts, [1]);
  disk.isFull = true;
  for (let n = 0; n < MAX_WAITING; n += 1) alarms.notified('E', notify(n), 'NOTIFY');
  alarms.notified('D', notify(2), 'MESSAGE');
  disk.isFull = false;
  await clock.advance(10_000);
  alarms.notified('D', notify(3), 'MESSAGE');
  await clock.advance(1000);
  assert.deepEqual([receipts, alarms.counters.dropped], [[1, 3], 1]);
});

test('alarms whose twin may come are remembered up to a limit', () => {
  const twins = new AlarmTwins();
  for (let n = 0; n <= MAX_OPEN; n += 1) twins.isSecond(`alarm ${n}`, 'MESSAGE', 0);
  assert.equal(twins.size, MAX_OPEN);
  assert.deepEqual(
    [twins.isSecond('alarm 0', 'NOTIFY', 1), twins.isSecond(`alarm ${MAX_OPEN}`, 'NOTIFY', 1)],
    [false, true],
  );
});

test('a thousand alarms at once are all kept, a batch at a turn: never one transaction of all', async () => {
  const { clock, alarms, batches, rows } = world();
  for (let sn = 1; sn <= 1000; sn += 1) alarms.notified('D', notify(sn), 'NOTIFY');
  assert.deepEqual(batches, [], 'nothing is written while a message is handled');
  await clock.advance(200);
  assert.deepEqual(
    batches,
    Array.from({ length: 1000 / MAX_BATCH }, () => MAX_BATCH),
  );
  assert.deepEqual([...new Set(rows.map(({ number }) => number))].length, 1000);
});

test('who asks sees what is not written yet, by page and one by one', () => {
  const { alarms, batches } = world();
  for (const sn of [1, 2, 3]) alarms.notified('D', notify(sn), 'MESSAGE');
  const page = alarms.page({ limit: 2, before: null });
  assert.deepEqual([page.items.map(({ id }) => id), page.hasMore], [['3', '2'], true]);
  assert.equal(alarms.get('1')?.id, '1');
  assert.deepEqual(batches, [3]);
  assert.deepEqual([alarms.get('9'), alarms.get('x')], [null, null]);
});

test('what a full disk refuses is kept in memory and written when there is room', async () => {
  const { alarms, clock, disk, rows } = world();
  disk.isFull = true;
  for (let sn = 1; sn <= MAX_BATCH + 5; sn += 1) alarms.notified('D', notify(sn), 'NOTIFY');
  await clock.advance(60_000);
  assert.equal(alarms.waiting, MAX_BATCH + 5);
  assert.deepEqual(alarms.page({ limit: 10, before: null }).items, [], 'who asks does not wait for it');
  disk.isFull = false;
  await clock.advance(3000);
  assert.deepEqual([rows.length, alarms.waiting], [MAX_BATCH + 5, 0]);
});

test('while the disk is being flushed alarms wait, but not for ever', async () => {
  const { alarms, clock, disk, rows } = world();
  disk.isBusy = true;
  alarms.notified('D', notify(1), 'NOTIFY');
  await clock.advance(4000);
  assert.deepEqual(rows, []);
  disk.isBusy = false;
  await clock.advance(250);
  assert.equal(rows.length, 1);
  disk.isBusy = true;
  alarms.notified('D', notify(2), 'NOTIFY');
  await clock.advance(6000);
  assert.equal(rows.length, 2, 'a disk that is slow for long does not fill the memory');
});

test('a disk that does not write any more fills memory up to a limit; the rest is counted', () => {
  const { alarms } = world();
  const envelope = notify(1);
  for (let n = 0; n < MAX_WAITING + 5; n += 1) alarms.notified('D', envelope, 'NOTIFY');
  assert.deepEqual([alarms.waiting, alarms.counters.dropped], [MAX_WAITING, 5]);
});

test('SUB-6: garbage is kept as it was written, with the time of its coming', async () => {
  const { clock, alarms, rows, found } = world();
  alarms.notified('D', notify(1, '<AlarmMethod>what</AlarmMethod><AlarmTime>now</AlarmTime>'), 'MESSAGE');
  const page = alarms.page({ limit: 1, before: null });
  assert.deepEqual(page.items[0]?.raw, { AlarmMethod: 'what', AlarmTime: 'now' });
  assert.equal(rows[0]?.epochMs, clock.epochMs());
  assert.deepEqual(found, ['SUB-6']);
});

test('what is old goes: at the start, with each batch, and when no alarm comes for long', async () => {
  const { clock, alarms, trims } = world({ keepDays: 2 });
  await clock.advance(0);
  assert.deepEqual(trims[0], { receivedBefore: clock.epochMs() - 2 * 86_400_000, kept: 1000, count: 2 * MAX_BATCH });
  alarms.notified('D', notify(1), 'MESSAGE');
  await clock.advance(1000);
  assert.equal(trims.length, 2);
  await clock.advance(3_600_000);
  assert.ok(trims.length >= 8);
  alarms.close();
  assert.equal(clock.pending, 0);
});

test('the end writes what waits', () => {
  const { alarms, rows } = world();
  alarms.notified('D', notify(1), 'MESSAGE');
  alarms.close();
  alarms.close();
  assert.equal(rows.length, 1);
});

/** Rules over plain lists. */
function rulesOf(given: readonly AlarmRule[] | null) {
  const clock = new FakeClock();
  const kept = new Map<string, string>();
  const recorded: unknown[][] = [];
  const taken: unknown[][] = [];
  const settings = {
    get: (name: string) => kept.get(name),
    put: (name: string, value: string) => void kept.set(name, value),
  };
  const open = () =>
    new AlarmRules({
      settings,
      clock,
      record: (...target) => void recorded.push(target),
      snapshot: (...target) => void taken.push(target),
    });
  const rules = open();
  if (given !== null) rules.put(given);
  return { clock, rules, recorded, taken, open };
}

const stored = (more: Partial<StoredAlarm> = {}): StoredAlarm => ({
  number: 7,
  deviceId: 'D',
  channelId: 'C',
  sourceId: 'C',
  epochMs: 0,
  receivedEpochMs: 0,
  method: 5,
  type: 6,
  eventType: null,
  priority: 2,
  description: '',
  longitude: null,
  latitude: null,
  by: 'message',
  raw: {},
  ...more,
});
const rule = (more: Partial<AlarmRule>): AlarmRule => ({
  name: '',
  enabled: true,
  record: 30,
  snapshot: null,
  ...more,
});

test('without rules an alarm records its channel as the plan of that says', () => {
  const { rules, recorded, taken } = rulesOf(null);
  rules.act(stored());
  rules.act(stored({ channelId: null }));
  assert.deepEqual([recorded, taken], [[['D', 'C', null]], []]);
});

test('a rule holds for the alarms that it names', () => {
  for (const [more, isMet] of [
    [{}, true],
    [{ enabled: false }, false],
    [{ deviceId: 'D' }, true],
    [{ deviceId: 'E' }, false],
    [{ channelId: 'C' }, true],
    [{ channelId: 'X' }, false],
    [{ methods: [5, 2] }, true],
    [{ methods: [2] }, false],
    [{ types: [6] }, true],
    [{ types: [1] }, false],
    [{ priority: 2 }, true],
    [{ priority: 1 }, false],
  ] as const) {
    const { rules, recorded } = rulesOf([rule(more)]);
    rules.act(stored());
    assert.equal(recorded.length, isMet ? 1 : 0, JSON.stringify(more));
  }
  const { rules, recorded } = rulesOf([rule({ methods: [5] }), rule({ types: [6] }), rule({ priority: 4 })]);
  rules.act(stored({ method: null, type: null, priority: null }));
  assert.deepEqual(recorded, [], 'what an alarm does not say is not taken for anything');
});

test('an alarm input sets off the cameras of its rule', () => {
  const channels = [
    { deviceId: 'D', channelId: 'C1' },
    { deviceId: 'E', channelId: 'C2' },
  ];
  const snapshot = { count: 2, intervalSeconds: 1 };
  const { rules, recorded, taken } = rulesOf([rule({ channelId: 'INPUT', channels, record: 60, snapshot })]);
  rules.act(stored({ channelId: null, sourceId: 'INPUT' }));
  assert.deepEqual(recorded, [
    ['D', 'C1', 60],
    ['E', 'C2', 60],
  ]);
  assert.deepEqual(taken, [
    ['D', 'C1', { ...snapshot, alarm: 7 }],
    ['E', 'C2', { ...snapshot, alarm: 7 }],
  ]);
});

test('a camera whose alarms come without end is taken pictures of now and then', async () => {
  const { clock, rules, taken } = rulesOf([rule({ record: 'off', snapshot: { count: 1, intervalSeconds: 1 } })]);
  rules.act(stored());
  rules.act(stored());
  rules.act(stored({ channelId: 'C2' }));
  assert.equal(taken.length, 2, 'one of each camera');
  await clock.advance(SNAPSHOT_PAUSE_MS);
  rules.act(stored());
  assert.equal(taken.length, 3);
});

test('rules are kept, and can be taken back', () => {
  const { rules, open } = rulesOf([rule({ name: 'mine' })]);
  assert.deepEqual(open().all(), [rule({ name: 'mine' })]);
  assert.deepEqual(rules.put(null), DEFAULT_RULES);
  assert.deepEqual(open().all(), DEFAULT_RULES);
  assert.deepEqual(rules.put([]), [], 'none at all');
  assert.deepEqual(open().all(), []);
});
