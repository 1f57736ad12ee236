import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FIRST_PART_MS,
  LONE_PART_QUIET_MS,
  MAX_RECORDS,
  REPEATED_QUIET_MS,
  RecordCollection,
} from '../../../src/sip/camera/record-collection.ts';
import type { ReadRecord, RecordPart } from '../../../src/sip/manscdp/record-info.ts';
import { CHANNEL } from '../opened.ts';

const IDLE_MS = 10_000;
const QUERY = { channelId: CHANNEL, startEpochMs: 0, endEpochMs: 1_000_000_000_000 };

const file = (n: number, o: { type?: string; text?: string } = {}): ReadRecord => ({
  text: o.text ?? `${n} ${o.type ?? 'time'}`,
  item: {
    startEpochMs: n * 60_000,
    endEpochMs: (n + 1) * 60_000,
    name: '',
    type: o.type ?? 'time',
    secrecy: false,
    filePath: null,
    address: null,
    recorderId: null,
    sizeBytes: null,
    streamNumber: null,
  },
});
const part = (sumNum: number | null, ...records: ReadRecord[]): RecordPart => ({ sumNum, records, tolerated: [] });
const collection = (trusted = true) => new RecordCollection(QUERY, trusted, 0);

test('REC-1: nothing found is an answer at once, also of a device whose count is not believed', () => {
  for (const trusted of [true, false]) {
    const c = collection(trusted);
    assert.equal(c.over(IDLE_MS, 100), false);
    c.add(part(0), 100);
    assert.equal(c.over(IDLE_MS, 100), true);
    assert.equal(c.complete, true);
  }
});

test('messages in any order: whatever comes last ends the answer, at once', () => {
  const c = collection();
  for (const [at, n] of [3, 1, 4, 0].entries()) {
    assert.deepEqual(
      c.add(part(5, file(n)), at).map((i) => i.startEpochMs),
      [n * 60_000],
    );
    assert.equal(c.over(IDLE_MS, at), false);
  }
  c.add(part(5, file(2)), 10);
  assert.equal(c.over(IDLE_MS, 10), true);
  assert.deepEqual([c.received, c.expected, c.complete, c.repeated], [5, 5, true, 0]);
});

test('REC-3: a message that comes twice counts once, and never ends the answer before the others are here', () => {
  const c = collection();
  assert.equal(c.add(part(3, file(0)), 0).length, 1);
  assert.equal(c.add(part(3, file(0)), 100).length, 0);
  assert.equal(c.add(part(3, file(1)), 200).length, 1);
  assert.equal(c.over(IDLE_MS, 200), false, 'three came, two different ones');
  assert.equal(c.add(part(3, file(2)), 300).length, 1);
  assert.equal(c.over(IDLE_MS, 300), true);
  assert.equal(c.repeated, 1);
});

test('REC-3: a count that includes what the device lists twice is reached after a short quiet', () => {
  const c = collection();
  c.add(part(3, file(0), file(1), file(1)), 0);
  assert.equal(c.over(IDLE_MS, REPEATED_QUIET_MS - 1), false);
  assert.equal(c.over(IDLE_MS, REPEATED_QUIET_MS), true);
  assert.equal(c.complete, true);
});

test('REC-3: the same times under another path are one file', () => {
  const c = collection();
  assert.equal(
    c.add(part(3, file(0, { text: 'disk1' }), file(0, { text: 'disk2' }), file(0, { type: 'alarm' })), 0).length,
    2,
  );
  assert.equal(c.complete, true);
});

test('REC-3: a count that was too low is not believed any more, quiet ends the answer', () => {
  const c = collection();
  c.add(part(1, file(0)), 0);
  assert.equal(c.over(IDLE_MS, LONE_PART_QUIET_MS - 1), false, 'the first of many, perhaps');
  c.add(part(1, file(1)), 900);
  assert.equal(c.sumNumWrong, true);
  assert.equal(c.over(IDLE_MS, 900 + IDLE_MS - 1), false);
  assert.equal(c.over(IDLE_MS, 900 + IDLE_MS), true);
});

test('REC-3: an answer of one message that holds all it announces is over after a moment', () => {
  const c = collection();
  c.add(part(2, file(0), file(1)), 0);
  assert.equal(c.over(IDLE_MS, LONE_PART_QUIET_MS), true);
  const distrusted = collection(false);
  distrusted.add(part(2, file(0), file(1)), 0);
  assert.equal(distrusted.over(IDLE_MS, LONE_PART_QUIET_MS), false);
  assert.equal(distrusted.over(IDLE_MS, IDLE_MS), true);
});

test('REC-3: a count that was too high ends with quiet, and something is missing', () => {
  const c = collection();
  c.add(part(5, file(0), file(1)), 0);
  assert.equal(c.over(IDLE_MS, IDLE_MS - 1), false);
  assert.equal(c.over(IDLE_MS, IDLE_MS), true);
  assert.equal(c.complete, false);
});

test('REC-2: two files each two seconds never fall quiet, however long it takes', () => {
  const c = collection();
  for (let n = 0; n < 1000; n += 2) {
    c.add(part(1000, file(n), file(n + 1)), n * 1000);
    assert.equal(c.over(IDLE_MS, n * 1000 + 1999), n === 998);
  }
  assert.equal(c.complete, true);
});

test('no count at all: quiet ends the answer', () => {
  const c = collection();
  c.add(part(null, file(0)), 0);
  assert.equal(c.over(IDLE_MS, IDLE_MS - 1), false);
  assert.equal(c.over(IDLE_MS, IDLE_MS), true);
});

test('no answer at all', () => {
  const c = collection();
  assert.equal(c.over(IDLE_MS, FIRST_PART_MS - 1), false);
  assert.equal(c.over(IDLE_MS, FIRST_PART_MS), true);
  assert.equal(c.begun, false);
});

test('what the filters do not let pass counts, and is not answered', () => {
  const c = new RecordCollection({ ...QUERY, type: 'alarm' }, true, 0);
  assert.equal(c.add(part(2, file(0), file(1, { type: 'alarm' })), 0).length, 1);
  assert.equal(c.complete, true);
});

test('no more files are kept than the bound', () => {
  const c = collection();
  for (let n = 0; n < MAX_RECORDS + 10; n += 1000)
    c.add(part(null, ...Array.from({ length: 1000 }, (_, i) => file(n + i))), 0);
  assert.equal(c.received, MAX_RECORDS);
  assert.equal(c.complete, false);
});
