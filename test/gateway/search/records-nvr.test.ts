import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/gateway/clock.ts';
import { openGateway } from '../../../src/gateway/gateway.ts';
import type { Gateway } from '../../../src/gateway/port.ts';
import type { RecordsView } from '../../../src/gateway/search/record-views.ts';
import { gatewayConfig, SILENT } from '../../support/config.ts';
import { until } from '../../support/gbgate.ts';
import { FOOTAGE_END, type NvrOptions, startNvr } from '../../support/nvr.ts';

/** A recorder on the wire, a gateway in front of it, and what its desk for footage answers. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 30 September 2024 in Beijing. */
const DAY = { startEpochMs: FOOTAGE_END - DAY_MS, endEpochMs: FOOTAGE_END };
const GAP = { startEpochMs: FOOTAGE_END - 10 * HOUR_MS, endEpochMs: FOOTAGE_END - 9 * HOUR_MS };
const ID = '34020000001180000001';

async function recorder(t: TestContext, o: Partial<NvrOptions> = {}) {
  const data = await mkdtemp(join(tmpdir(), 'gbgate-records-'));
  // the footage is of a fixed day: the gateway lives two hours after it
  const sinceMs = systemClock.nowMs();
  const clock = { ...systemClock, epochMs: () => FOOTAGE_END + 2 * HOUR_MS + systemClock.nowMs() - sinceMs };
  const gateway = await openGateway(gatewayConfig({ data }), SILENT, clock);
  assert.ok(!('fault' in gateway));
  const nvr = await startNvr(gateway.sipPort, { id: ID, ...o });
  t.after(async () => {
    await nvr.stop();
    await gateway.close();
    await rm(data, { recursive: true, force: true });
  });
  const channelId = nvr.channels[0]!;
  await until('the channel is known', async () => !('problem' in gateway.channel(ID, channelId)));
  const search = (range = DAY, waitMs = 60_000) =>
    gateway.records.search(ID, channelId, range, {}, { waitMs, resume: null });
  return { gateway, nvr, channelId, search };
}

async function whole(answer: ReturnType<Gateway['records']['search']>): Promise<RecordsView> {
  const records = await answer;
  assert.ok('items' in records, JSON.stringify(records));
  assert.equal(records.complete, true);
  return records;
}
/** The files of a day in half hours, as starts and ends. */
const halfHours = Array.from({ length: 48 }, (_, n) => [
  DAY.startEpochMs + (n * HOUR_MS) / 2,
  DAY.startEpochMs + ((n + 1) * HOUR_MS) / 2,
]);
const timesOf = (records: RecordsView) =>
  records.items.map(({ start, end }) => [Date.parse(start), Date.parse(end)]).sort((a, b) => a[0]! - b[0]!);
const codesOf = (gateway: Gateway) => {
  const health = gateway.deviceHealth(ID);
  return 'findings' in health ? health.findings.map(({ code }) => code) : [];
};

test('a day of a recorder is its files, with name, type, size and path; its days are those with footage', async (t) => {
  const { gateway, channelId, search } = await recorder(t, { days: 3, gaps: [GAP] });
  const records = await whole(search());
  const expected = halfHours.filter(([start]) => start! < GAP.startEpochMs || start! >= GAP.endEpochMs);
  assert.deepEqual(timesOf(records), expected);
  const [first] = records.items;
  assert.ok(first !== undefined && first.size !== undefined && first.size > 0 && first.filePath !== undefined);
  assert.match(first.start, /\+08:00$/);
  const days = await gateway.records.days(ID, channelId, '2024-09', 60_000);
  assert.ok('days' in days && days.complete);
  assert.deepEqual(
    days.days.filter((day) => day.hasFootage).map(({ date, footageSeconds }) => [date, footageSeconds]),
    [
      ['2024-09-28', 86_400],
      ['2024-09-29', 86_400],
      ['2024-09-30', 23 * 3_600],
    ],
  );
  assert.equal(days.days.length, 30);
});

for (const [code, quirk, found] of [
  ['REC-3', 'REC-3', true],
  ['REC-4', 'REC-4', false],
  ['REC-5', 'REC-5', true],
  ['REC-5', 'REC-5a', true],
  ['REC-5', 'REC-5b', true],
  ['REC-5', 'REC-5c', true],
  ['REC-6', 'REC-6', true],
  ['REC-7', 'REC-7', true],
  ['REC-8', 'REC-8', true],
] as const) {
  test(`${code}: a recorder with ${quirk} has the same files as any other`, async (t) => {
    const { gateway, search } = await recorder(t, { days: 2, quirks: [quirk] });
    assert.deepEqual(timesOf(await whole(search())), halfHours);
    if (found) assert.ok(codesOf(gateway).includes(code), `${code} is not among ${codesOf(gateway)}`);
  });
}

test('REC-1: a recorder without footage has an empty list, in both forms', async (t) => {
  for (const quirk of ['REC-1', 'REC-1a']) {
    await t.test(quirk, async (each) => {
      const { search } = await recorder(each, { days: 1, quirks: [quirk] });
      assert.deepEqual((await whole(search())).items, []);
    });
  }
});

test('REC-2: a slow recorder answers in part, goes on in the background, and then is whole', async (t) => {
  const { gateway, search } = await recorder(t, { days: 1, quirks: ['REC-2'] });
  const range = { startEpochMs: FOOTAGE_END - 4 * HOUR_MS, endEpochMs: FOOTAGE_END };
  const progress: Record<string, unknown>[] = [];
  t.after(gateway.events(null, ['records.progress'], ({ data }) => progress.push(data)));
  const part = await search(range, 1_000);
  assert.ok('items' in part);
  assert.equal(part.complete, false);
  assert.ok(part.items.length < 8);
  await until('it is told that the search is over', async () => progress.some(({ state }) => state === 'over'));
  assert.equal(progress.at(-1)?.expected, 8);
  assert.deepEqual(timesOf(await whole(search(range))), halfHours.slice(-8));
});
