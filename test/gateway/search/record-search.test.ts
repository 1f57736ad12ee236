import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  MAX_ASKS,
  MAX_SILENT,
  NARROWEST_MS,
  RecordSearch,
  SEARCH_IDLE_MS,
} from '../../../src/gateway/search/record-search.ts';
import type { RecordsOptions, RecordsResult, RecordsSearch } from '../../../src/sip/camera/records.ts';
import type { RecordItem, RecordQuery } from '../../../src/sip/manscdp/record-info.ts';
import type { QueryFault } from '../../../src/sip/server.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CHANNEL = '34020000001320000001';
const WEEK: RecordQuery = { channelId: CHANNEL, startEpochMs: 0, endEpochMs: 7 * DAY_MS, type: 'time' };
const SILENCE: QueryFault = { fault: 'timeout', detail: 'no answer' };

const item = (startEpochMs: number, endEpochMs: number): RecordItem => ({
  startEpochMs,
  endEpochMs,
  name: '',
  type: 'time',
  secrecy: false,
  filePath: null,
  address: null,
  recorderId: null,
  sizeBytes: null,
  streamNumber: null,
});

/** A device of which a function says what it answers to a window. */
function search(
  answer: (
    q: RecordQuery,
    o: RecordsOptions,
    nth: number,
  ) => RecordsResult | QueryFault | Promise<RecordsResult | QueryFault>,
  query = WEEK,
  room = Number.POSITIVE_INFINITY,
) {
  const asked: RecordQuery[] = [];
  let stops = 0;
  let progress = 0;
  const ask = (q: RecordQuery, o: RecordsOptions): RecordsSearch => {
    asked.push(q);
    const nth = asked.length;
    return { done: Promise.resolve().then(() => answer(q, o, nth)), stop: () => (stops += 1) };
  };
  const found = new RecordSearch({ ask, onProgress: () => (progress += 1), room: () => room }, query);
  return { found, asked, stops: () => stops, progress: () => progress };
}
/** The footage of a device that records without a pause, in files of an hour. */
function hours(q: RecordQuery): RecordItem[] {
  const items: RecordItem[] = [];
  for (let at = Math.floor(q.startEpochMs / HOUR_MS) * HOUR_MS; at < q.endEpochMs; at += HOUR_MS)
    items.push(item(at, at + HOUR_MS));
  return items;
}
const whole = (q: RecordQuery, o: RecordsOptions): RecordsResult => {
  const items = hours(q);
  o.onItems(items, items.length);
  return { items, complete: true };
};

test('a device that answers is asked once, with every filter and the quiet of ten seconds', async () => {
  const { found, asked, progress } = search((q, o) => {
    assert.equal(o.idleMs, SEARCH_IDLE_MS);
    return whole(q, o);
  });
  assert.equal(found.isOver, false);
  await found.done;
  assert.deepEqual(asked, [WEEK]);
  assert.deepEqual(
    [found.isOver, found.complete, found.fault, found.items.length, found.announced],
    [true, true, null, 168, 168],
  );
  assert.equal(progress(), 2);
});

test('REC-2: a device that is silent to a wide search is asked for less and less, each moment once', async () => {
  const { found, asked } = search((q, o) => (q.endEpochMs - q.startEpochMs > 12 * HOUR_MS ? SILENCE : whole(q, o)));
  await found.done;
  assert.deepEqual([found.complete, found.fault], [true, null]);
  const starts = found.items.map((i) => i.startEpochMs).sort((a, b) => a - b);
  assert.deepEqual(
    starts,
    Array.from({ length: 168 }, (_, n) => n * HOUR_MS),
  );
  const answered = asked.filter((q) => q.endEpochMs - q.startEpochMs <= 12 * HOUR_MS);
  assert.equal(answered[0]?.startEpochMs, 0);
  for (const [n, q] of answered.entries()) if (n > 0) assert.equal(q.startEpochMs, answered[n - 1]!.endEpochMs);
  assert.equal(answered.at(-1)?.endEpochMs, WEEK.endEpochMs);
  assert.ok(asked.length - answered.length <= 3, 'what was too wide once is not asked for again');
});

test('a device that never answers is given up after few questions', async () => {
  const { found, asked } = search(() => SILENCE);
  await found.done;
  assert.deepEqual([found.complete, found.fault?.fault], [false, 'timeout']);
  assert.ok(asked.length <= 6, `${asked.length} questions`);
  assert.equal(asked.at(-1)!.endEpochMs - asked.at(-1)!.startEpochMs, NARROWEST_MS);
});

test('a device that is silent where it has nothing is asked on, but not for ever', async () => {
  const some = search(
    (q, o) => (q.endEpochMs - q.startEpochMs > HOUR_MS || q.startEpochMs % DAY_MS === HOUR_MS ? SILENCE : whole(q, o)),
    {
      ...WEEK,
      endEpochMs: 2 * DAY_MS,
    },
  );
  await some.found.done;
  assert.deepEqual([some.found.items.length, some.found.complete, some.found.fault], [46, false, null]);
  const first = search((q, o) => (q.startEpochMs > 0 || q.endEpochMs > HOUR_MS ? SILENCE : whole(q, o)));
  await first.found.done;
  assert.deepEqual([first.found.items.length, first.found.fault?.fault], [1, 'timeout']);
  assert.equal(first.asked.filter((q) => q.endEpochMs - q.startEpochMs <= HOUR_MS).length, 1 + MAX_SILENT);
});

test('REC-3: what is missing is asked for once more, in halves; a count that stays too high is not believed', async () => {
  const wrongCount = search((q, o) => {
    o.onItems(hours(q), 999);
    return { items: hours(q), complete: false };
  });
  await wrongCount.found.done;
  assert.equal(wrongCount.asked.length, 3);
  assert.deepEqual(
    [wrongCount.found.complete, wrongCount.found.items.length, wrongCount.found.announced],
    [true, 168, 999],
  );

  const lostOnce = search((q, o, nth) => {
    if (nth > 1) return whole(q, o);
    o.onItems(hours(q).slice(0, 100), 168);
    return { items: hours(q).slice(0, 100), complete: false };
  });
  await lostOnce.found.done;
  assert.deepEqual([lostOnce.found.complete, lostOnce.found.items.length, lostOnce.asked.length], [true, 168, 3]);

  const losing = search((q, o, nth) => {
    const items = hours(q).slice(0, nth === 1 ? 10 : 50);
    o.onItems(items, 168);
    return { items, complete: false };
  });
  await losing.found.done;
  assert.deepEqual([losing.found.complete, losing.asked.length], [false, 3]);
});

test('a short list that is not whole is not asked for again', async () => {
  const { found, asked } = search(
    (_q, o) => {
      o.onItems([item(0, 1000)], 2);
      return { items: [item(0, 1000)], complete: false };
    },
    { ...WEEK, endEpochMs: 2 * HOUR_MS },
  );
  await found.done;
  assert.deepEqual([found.complete, asked.length], [false, 1]);
});

test('a refusal ends the search, with what came before it', async () => {
  const refusal: QueryFault = { fault: 'rejected', detail: '400', status: 400 };
  const { found, asked } = search((q, o, nth) => (nth === 1 ? SILENCE : nth === 2 ? whole(q, o) : refusal));
  await found.done;
  assert.deepEqual([found.complete, found.fault, asked.length], [false, refusal, 3]);
  assert.ok(found.items.length > 0);
});

test('late files of an answer that was over are still taken (REC-3)', async () => {
  let late: RecordsOptions | undefined;
  const { found } = search((q, o) => {
    late = o;
    return whole(q, o);
  });
  await found.done;
  late?.onItems([item(8 * DAY_MS, 9 * DAY_MS)], 1);
  assert.equal(found.items.length, 169);
});

test('a stop ends what runs and asks no further', async () => {
  const { found, asked, stops } = search((q, o, nth) => {
    if (nth === 1) return SILENCE;
    found.stop();
    return whole(q, o);
  });
  await found.done;
  assert.deepEqual([asked.length, found.complete], [2, false]);
  assert.ok(stops() > 0);
});

test('one search asks no more often than the bound', async () => {
  const { found, asked } = search((q, o) => (q.endEpochMs - q.startEpochMs > HOUR_MS ? SILENCE : whole(q, o)), {
    ...WEEK,
    endEpochMs: 60 * DAY_MS,
  });
  await found.done;
  assert.equal(asked.length, MAX_ASKS);
  assert.equal(found.complete, false);
});

test('files that there is no room for are left out, and the list is not whole then', async () => {
  const { found } = search(whole, WEEK, 100);
  await found.done;
  assert.deepEqual([found.items.length, found.complete], [100, false]);
});
