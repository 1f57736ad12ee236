import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnFootage } from '../../../src/gateway/recording/own-footage.ts';
import { MAX_PER_RUN, NEXT_RUN_MS, RETENTION_MS, Retention } from '../../../src/gateway/recording/retention.ts';
import { USE_LINGER_MS } from '../../../src/gateway/recording/retention-uses.ts';
import type { Problem } from '../../../src/gateway/views.ts';
import type { Recording } from '../../../src/record/archive.ts';
import type { RetentionRules } from '../../../src/record/retention.ts';
import { FakeClock } from '../../support/clock.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 5, 1);

function row(id: string, hoursAgo: number, o: Partial<Recording> = {}): Recording {
  const endEpochMs = NOW - hoursAgo * HOUR;
  return {
    id,
    streamId: 's',
    deviceId: 'D',
    channelId: 'C',
    streamNumber: 0,
    startEpochMs: endEpochMs - HOUR,
    endEpochMs,
    durationMs: HOUR,
    bytes: 100,
    path: `${id}.mp4`,
    state: 'complete',
    locked: false,
    error: null,
    ...o,
  };
}

function world(rules: Partial<RetentionRules>, rows: Recording[]) {
  const clock = new FakeClock(NOW);
  const stored = new Map(rows.map((one) => [one.id, one]));
  const footage = new OwnFootage({
    list: () => [...stored.values()],
    get: () => undefined,
    put: () => {},
    delete: (id) => void stored.delete(id),
  });
  const disk = { freeBytes: 1e6, totalBytes: 1e9 };
  const events: Record<string, unknown>[] = [];
  const logged: string[] = [];
  const w = {
    clock,
    footage,
    disk,
    events,
    logged,
    removed: [] as string[],
    freed: 0,
    runningBytes: 0,
    keepDays: null as number | null,
    /** What removing answers, throws or waits for. */
    remove: async (_id: string): Promise<Problem | null> => null,
    ids: () => footage.list().map(({ id }) => id),
  };
  const retention = new Retention({
    rules: { keepDays: null, maxBytes: null, minFreeBytes: 0, ...rules },
    footage,
    fresh: (one) => ({ ...one, bytes: w.runningBytes }),
    async remove(id) {
      const refusal = await w.remove(id);
      if (refusal !== null) return refusal;
      w.removed.push(id);
      footage.delete(id);
      disk.freeBytes += 100;
      return null;
    },
    keepDays: () => w.keepDays,
    disk: async () => ({ ...disk }),
    clock,
    onFreed: () => {
      w.freed += 1;
    },
    publish: (type, data) => void events.push({ type, ...data }),
    log: (message) => void logged.push(message),
    iso: (epochMs) => new Date(epochMs).toISOString(),
  });
  retention.start();
  return Object.assign(w, { retention });
}

test('each minute what has become too old goes, with one event and one line', async () => {
  const w = world({ keepDays: 1 }, [row('a', 30), row('b', 25), row('c', 23.9), row('l', 90, { locked: true })]);
  await w.clock.advance(NEXT_RUN_MS);
  assert.deepEqual(w.ids(), ['l', 'c']);
  assert.deepEqual(w.events, [
    { type: 'recording.deleted', count: 2, bytes: 200, reasons: { age: 2 }, recordingIds: ['a', 'b'] },
  ]);
  assert.deepEqual([w.logged, w.freed], [['deleted old recordings'], 1]);
  await w.clock.advance(5 * RETENTION_MS);
  assert.deepEqual(w.ids(), ['l', 'c']);
  await w.clock.advance(2 * RETENTION_MS);
  assert.deepEqual(w.ids(), ['l']);
  assert.equal(w.retention.counters().recordings_deleted_total, 3);
  assert.equal(w.retention.counters().recordings_deleted_bytes_total, 300);
  assert.deepEqual([w.retention.counters().recordings, w.retention.counters().recordings_bytes], [1, 100]);
  await w.retention.close();
  assert.equal(w.clock.pending, 0);
});

test('the plan of a channel says for how long', async () => {
  const w = world({ keepDays: 30 }, [row('a', 50), row('b', 10)]);
  w.keepDays = 2;
  await w.clock.advance(NEXT_RUN_MS);
  assert.deepEqual(w.ids(), ['b']);
  await w.retention.close();
});

test('the bytes of all, those being written too, stay under the limit', async () => {
  const running = row('r', 0, { state: 'recording', endEpochMs: null, bytes: 0 });
  const w = world({ maxBytes: 500 }, [row('a', 4), row('b', 3), row('c', 2), row('l', 5, { locked: true }), running]);
  await w.clock.advance(NEXT_RUN_MS);
  assert.deepEqual(w.ids(), ['l', 'a', 'b', 'c', 'r']);
  w.runningBytes = 250;
  await w.clock.advance(RETENTION_MS);
  assert.deepEqual(w.ids(), ['l', 'c', 'r'], 'what is written is never deleted');
  assert.equal((await w.retention.view()).bytes, 450);
  await w.retention.close();
});

test('a disk that is full has room again at once, and what waits for it is told', async () => {
  const w = world({ minFreeBytes: 300 }, [row('a', 4), row('b', 3), row('c', 2), row('d', 1)]);
  await w.clock.advance(NEXT_RUN_MS);
  w.disk.freeBytes = 100;
  w.retention.diskFull();
  await w.clock.advance(0);
  // what the disk says is not believed: a quota may be full
  assert.deepEqual([w.ids(), w.freed], [['d'], 1]);
  w.retention.diskFull();
  w.retention.diskFull();
  await w.clock.advance(4000);
  assert.deepEqual(w.ids(), ['d'], 'not again and again');
  await w.clock.advance(2000);
  w.retention.diskFull();
  await w.clock.advance(0);
  assert.deepEqual(w.ids(), []);
  await w.retention.close();
});

test('a disk that may fill up is let be', async () => {
  const w = world({}, [row('a', 4)]);
  w.disk.freeBytes = 0;
  w.retention.diskFull();
  await w.clock.advance(RETENTION_MS);
  assert.deepEqual(w.ids(), ['a']);
  await w.retention.close();
});

test('one run deletes so many; the next one comes soon', async () => {
  const rows = Array.from({ length: 2 * MAX_PER_RUN + 1 }, (_, i) => row(`r${String(i).padStart(4, '0')}`, 1000 - i));
  const w = world({ keepDays: 1 }, rows);
  await w.clock.advance(NEXT_RUN_MS);
  assert.equal(w.removed.length, MAX_PER_RUN);
  assert.equal((w.events.at(0)?.recordingIds as string[] | undefined)?.length, 100);
  await w.clock.advance(NEXT_RUN_MS);
  await w.clock.advance(NEXT_RUN_MS);
  assert.equal(w.removed.length, rows.length);
  assert.equal(w.events.length, 3);
  await w.retention.close();
});

test('what somebody reads stays until a while after', async () => {
  const w = world({ keepDays: 1 }, [row('a', 30), row('b', 29)]);
  const release = w.retention.uses.hold('a');
  const other = w.retention.uses.hold('a');
  await w.clock.advance(10 * RETENTION_MS);
  assert.deepEqual(w.ids(), ['a']);
  release();
  release();
  await w.clock.advance(10 * RETENTION_MS);
  assert.deepEqual(w.ids(), ['a'], 'one reader is left');
  other();
  await w.clock.advance(USE_LINGER_MS - 1);
  assert.equal(w.retention.uses.isInUse('a'), true);
  await w.clock.advance(2 * RETENTION_MS);
  assert.deepEqual(w.ids(), []);
  await w.retention.close();
});

test('what is begun to be read, or locked, while others are deleted stays', async () => {
  const w = world({ keepDays: 1 }, [row('a', 30), row('b', 29), row('c', 28)]);
  w.remove = async (id) => {
    if (id === 'a') w.retention.uses.hold('b');
    return id === 'c' ? { problem: 'conflict', detail: 'It is locked: unlock it first.' } : null;
  };
  await w.clock.advance(NEXT_RUN_MS);
  assert.deepEqual([w.ids(), w.retention.health(1e9).error], [['b', 'c'], null]);
  await w.retention.close();
});

test('everything left is locked: that is said, and no loop runs', async () => {
  const w = world({ maxBytes: 150 }, [row('a', 3), row('l', 5, { locked: true }), row('m', 4, { locked: true })]);
  await w.clock.advance(NEXT_RUN_MS);
  assert.deepEqual(w.retention.health(1e9), {
    wantedFreeBytes: 0,
    recordings: 2,
    stuck: { reason: 'bytes', missingBytes: 50 },
    lockedBytes: 200,
    error: null,
  });
  assert.equal((await w.retention.view()).missingBytes, 50);
  assert.equal(w.events.length, 1);
  assert.equal(w.clock.pending, 1);
  await w.clock.advance(3 * RETENTION_MS);
  assert.equal(w.events.length, 1);
  w.footage.put(row('l', 5));
  await w.clock.advance(RETENTION_MS);
  assert.deepEqual([w.ids(), w.retention.health(1e9).stuck], [['m'], null]);
  await w.retention.close();
});

test('a file that cannot be deleted is said, holds up no other, and is tried once a minute', async () => {
  const w = world({ keepDays: 1 }, [row('a', 30), row('b', 29)]);
  let tries = 0;
  w.remove = async (id) => {
    if (id === 'b') return null;
    tries += 1;
    throw new Error('EACCES: permission denied');
  };
  await w.clock.advance(NEXT_RUN_MS);
  assert.deepEqual(w.ids(), ['a']);
  assert.equal(w.retention.health(1e9).error, 'EACCES: permission denied');
  assert.deepEqual(w.logged, ['old recordings cannot be deleted', 'deleted old recordings']);
  await w.clock.advance(3 * RETENTION_MS);
  assert.equal(tries, 4);
  w.remove = async () => null;
  await w.clock.advance(RETENTION_MS);
  assert.deepEqual([w.ids(), w.retention.health(1e9).error], [[], null]);
  await w.retention.close();
});

test('closing waits for the file that is being deleted, and leaves the others', async () => {
  const w = world({ keepDays: 1 }, [row('a', 30), row('b', 29)]);
  let go = () => {};
  w.remove = () =>
    new Promise((resolve) => {
      go = () => resolve(null);
    });
  await w.clock.advance(NEXT_RUN_MS);
  let isClosed = false;
  const closed = w.retention.close().then(() => {
    isClosed = true;
  });
  await w.clock.advance(RETENTION_MS);
  assert.equal(isClosed, false);
  go();
  await closed;
  assert.deepEqual([w.ids(), w.clock.pending], [['b'], 0]);
});

test('what is kept, and by which rules', async () => {
  // what else is set of recordings is not shown as a rule
  const set = { keepDays: 7, minFreeBytes: 2e9, segmentMs: 1 };
  const w = world(set, [row('a', 30), row('l', 40, { locked: true })]);
  w.disk.freeBytes = 5e8;
  w.disk.totalBytes = 1e9;
  await w.clock.advance(NEXT_RUN_MS);
  assert.deepEqual(await w.retention.view(), {
    keepDays: 7,
    maxBytes: null,
    minFreeBytes: 2e9,
    recordings: 2,
    bytes: 200,
    lockedBytes: 100,
    oldest: new Date(NOW - 41 * HOUR).toISOString(),
    freeBytes: 5e8,
    wantedFreeBytes: 1e8,
    missingBytes: 0,
    lastRun: null,
  });
  await w.clock.advance(7 * DAY);
  const { recordings, lastRun } = await w.retention.view();
  assert.deepEqual([recordings, lastRun?.recordings, lastRun?.bytes], [1, 1, 100]);
  await w.retention.close();
});
