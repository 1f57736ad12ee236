import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlarmReceipts, MAX_RECEIPTS, MAX_RECEIPTS_WAITING } from '../../../src/gateway/alarms/alarm-receipts.ts';

/** Receipts of which each device answers one when `answer` is called. */
function world(written = 0) {
  const said: number[] = [];
  const answers: (() => void)[] = [];
  const receipts = new AlarmReceipts(written, (_deviceId, sn) => {
    said.push(sn);
    return new Promise<void>((resolve) => answers.push(resolve));
  });
  const owe = (row: number, sn: number, deviceId = 'D') => receipts.owe(row, { deviceId, sn, sourceId: deviceId });
  const answer = async () => {
    answers.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { receipts, said, owe, answer };
}

test('a receipt leaves when the row of its alarm is written', () => {
  const { receipts, said, owe } = world(10);
  owe(11, 1);
  owe(12, 2);
  owe(12, 3);
  assert.deepEqual(said, []);
  receipts.written(11);
  assert.deepEqual(said, [1]);
  receipts.written(20);
  assert.deepEqual(said, [1, 2, 3]);
  owe(20, 4);
  assert.deepEqual(said, [1, 2, 3, 4], 'what is asked of a written row is said at once');
});

test('a storm of alarms leaves the line of its device free: receipts wait for each other, up to a limit', async () => {
  const { receipts, said, owe, answer } = world();
  for (let sn = 1; sn <= MAX_RECEIPTS + 3; sn += 1) owe(sn, sn);
  receipts.written(100);
  assert.deepEqual([said, receipts.leftOut], [[1, 2, 3, 4], 0]);
  owe(1, 77, 'E');
  assert.equal(said.at(-1), 77, 'another device has its own');
  await answer();
  assert.deepEqual(said.slice(-2), [77, 5]);
  for (let sn = 100; sn < 102 + MAX_RECEIPTS_WAITING; sn += 1) owe(1, sn);
  assert.equal(receipts.leftOut, 4, 'two waited already');
  for (let n = 0; n < 2 * MAX_RECEIPTS_WAITING; n += 1) await answer();
  assert.equal(said.filter((sn) => sn !== 77).length, MAX_RECEIPTS + 3 + MAX_RECEIPTS_WAITING - 2);
  owe(1, 999);
  assert.equal(said.at(-1), 999);
});

test('receipts for alarms that a full disk keeps in memory are bounded as those are', () => {
  const { receipts, said, owe } = world();
  for (let row = 1; row <= 20_005; row += 1) owe(row, row, `device ${row}`);
  assert.equal(receipts.leftOut, 5);
  receipts.written(30_000);
  assert.equal(said.length, 20_000);
});
