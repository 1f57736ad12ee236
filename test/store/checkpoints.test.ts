import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { StoredAlarm } from '../../src/store/alarms.ts';
import { JOURNAL_BYTES, openCheckpoints } from '../../src/store/checkpoints.ts';
import { openStore } from '../../src/store/store.ts';
import { until } from '../support/gbgate.ts';

function opened(t: TestContext, checkpoints = openCheckpoints) {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-checkpoints-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = openStore(folder, checkpoints);
  if ('fault' in store) throw new Error(store.fault);
  t.after(() => store.close());
  const size = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  let number = 0;
  /** A hundred alarms of a kilobyte in one transaction. */
  const write = () =>
    store.alarms.addAll(
      Array.from({ length: 100 }, () => {
        number += 1;
        return { number, deviceId: 'D', channelId: 'C', epochMs: number, description: 'x'.repeat(1000) } as StoredAlarm;
      }),
    );
  return { folder, store, write, journal: () => size('gbgate.db-wal'), database: () => size('gbgate.db') };
}

test('who writes never brings the journal onto the disk himself', (t) => {
  let looks = 0;
  const { write, journal, database } = opened(t, () => ({
    look() {
      looks += 1;
    },
    isRunning: false,
    close: () => {},
  }));
  const before = database();
  for (let n = 0; n < 200; n += 1) assert.equal(write(), true);
  assert.equal(looks, 200);
  assert.ok(journal() > 4 * JOURNAL_BYTES, 'four times what SQLite lets grow by itself');
  assert.equal(database(), before);
});

test('the journal is taken over on another thread, and begins anew, however much is written', async (t) => {
  const { store, write, journal, database } = opened(t);
  let waited = 0;
  for (let n = 0; n < 400; n += 1) {
    // as alarms do it: not while the disk is at it
    if (store.alarms.mustWait()) waited += 1;
    await until('the end of a checkpoint', () => !store.alarms.mustWait());
    write();
  }
  await until('a short journal', () => !store.alarms.mustWait() && journal() < 2 * JOURNAL_BYTES);
  assert.ok(waited >= 2, `${waited} checkpoints`);
  assert.ok(database() > 4 * JOURNAL_BYTES);
  assert.deepEqual([store.alarms.lastNumber(), store.faults.count], [40_000, 0]);
});

test('what does not wait is written all the same, and nothing is lost', async (t) => {
  const { store, write, journal } = opened(t);
  let beside = 0;
  for (let n = 0; n < 300; n += 1) {
    if (store.alarms.mustWait()) beside += 1;
    assert.equal(write(), true);
    await new Promise(setImmediate);
  }
  assert.ok(beside > 0);
  assert.deepEqual([store.alarms.lastNumber(), store.faults.count], [30_000, 0]);
  await until('the journal to be taken over when it is quieter', () => {
    store.settings.put('a', String(performance.now()));
    return journal() < JOURNAL_BYTES;
  });
});
