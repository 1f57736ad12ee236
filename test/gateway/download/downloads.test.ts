/** Downloads as the HTTP side sees them: what is refused, and what is shown. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { DownloadDesk } from '../../../src/gateway/download/downloads.ts';
import type { Problem } from '../../../src/gateway/views.ts';
import { isoInZone } from '../../../src/gateway/zone.ts';
import { MAX_PER_DEVICE } from '../../../src/record/downloads.ts';
import { FakeClock, settle } from '../../support/clock.ts';

const NOW = Date.UTC(2026, 10, 21);
const HOUR_MS = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'gbgate-desk-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let published: [string, Record<string, unknown>][] = [];
let desk: DownloadDesk;

beforeEach(() => {
  published = [];
  let ids = 0;
  desk = new DownloadDesk({
    rows: { list: () => [], put() {}, delete() {} },
    find: async () => ({ spans: [], complete: true }),
    open: () => assert.fail('there is no footage to call for'),
    clock: new FakeClock(NOW),
    dataDir: folder,
    timeZone: 'Asia/Shanghai',
    isOnline: (deviceId) => deviceId === 'online',
    missing: (_device, channelId): Problem | null =>
      channelId === 'none' ? { problem: 'channel_not_found', detail: 'None.' } : null,
    newId: () => `d${++ids}`,
    iso: (epochMs) => isoInZone(epochMs, 'Asia/Shanghai'),
    publish: (type, data) => void published.push([type, data]),
  });
});

const wish = {
  startEpochMs: NOW - HOUR_MS,
  endEpochMs: NOW,
  speed: 8,
  transport: 'auto',
  exact: false,
  priority: 0,
} as const;

test('ranges that are none are refused with a reason: inverted, empty, in the future, longer than 31 days', () => {
  for (const [range, words] of [
    [{ startEpochMs: NOW, endEpochMs: NOW - 1 }, /ends before it begins/],
    [{ startEpochMs: NOW, endEpochMs: NOW }, /ends before it begins/],
    [{ startEpochMs: NOW + HOUR_MS, endEpochMs: NOW + 2 * HOUR_MS }, /in the future/],
    [{ startEpochMs: NOW - 32 * 24 * HOUR_MS, endEpochMs: NOW }, /31 days/],
  ] as const) {
    const answer = desk.add('online', 'c', { ...wish, ...range });
    assert.ok('problem' in answer && answer.problem === 'bad_request');
    assert.match(answer.detail, words);
  }
  const unknown = desk.add('online', 'none', wish);
  assert.ok('problem' in unknown && unknown.problem === 'channel_not_found');
  assert.deepEqual(published, []);
  // one that reaches into the future is what there is of it
  assert.ok('id' in desk.add('online', 'c', { ...wish, endEpochMs: NOW + HOUR_MS }));
});

test('a tag has at most 4 kB', () => {
  const at = (length: number) => desk.add('offline', 'c', { ...wish, tag: 'x'.repeat(length - 2) });
  assert.ok('id' in at(4096));
  const answer = at(4097);
  assert.ok('problem' in answer);
  assert.match(answer.detail, /4096 bytes/);
});

test('a download is shown as the contract has it, in answers and in events', async () => {
  const made = desk.add('online', '../c', { ...wish, tag: { order: 7 } });
  assert.ok('id' in made);
  await settle();
  assert.deepEqual(
    published.map(([type]) => type),
    ['download.queued', 'download.started', 'download.failed'],
  );
  const view = desk.get(made.id);
  assert.deepEqual(view, {
    id: 'd1',
    deviceId: 'online',
    channelId: '../c',
    start: '2026-11-21T07:00:00.000+08:00',
    end: '2026-11-21T08:00:00.000+08:00',
    speed: 8,
    transport: 'auto',
    exact: false,
    priority: 0,
    state: 'failed',
    progress: 0,
    receivedMs: 0,
    bytes: 0,
    filesizeBytes: null,
    realSpeed: null,
    secondsLeft: null,
    missing: [{ start: '2026-11-21T07:00:00.000+08:00', end: '2026-11-21T08:00:00.000+08:00' }],
    path: 'downloads/online/%2e%2e%2fc/20261121T070000--20261121T080000.part.mp4',
    createdAt: '2026-11-21T08:00:00.000+08:00',
    startedAt: '2026-11-21T08:00:00.000+08:00',
    endedAt: '2026-11-21T08:00:00.000+08:00',
    tag: { order: 7 },
    error: { code: 'no_footage', detail: 'the device has no footage of this range' },
  });
  assert.deepEqual(published.at(-1)![1], view);
  assert.ok('id' in view);
  const { id, deviceId, channelId, state, bytes, path } = view;
  const createdAtEpochMs = Date.parse(view.createdAt);
  assert.deepEqual(desk.all(), [{ id, deviceId, channelId, state, bytes, path, createdAtEpochMs }]);
  const file = desk.file(made.id);
  assert.ok('problem' in file && file.problem === 'conflict');
});

test('what is over cannot be cancelled, what is unknown is nothing, what waits can be done with as one likes', async () => {
  const over = desk.add('online', 'c', wish);
  const waits = desk.add('offline', 'c', wish);
  assert.ok('id' in over && 'id' in waits);
  await settle();
  const refused = await desk.cancel(over.id);
  assert.ok('problem' in refused && refused.problem === 'conflict');
  const idle = desk.retry(waits.id);
  assert.ok('problem' in idle && idle.problem === 'conflict');
  const moved = desk.setPriority(waits.id, 5);
  assert.ok('id' in moved && moved.priority === 5);
  const cancelled = await desk.cancel(waits.id);
  assert.ok('id' in cancelled && cancelled.state === 'cancelled');
  assert.ok('id' in (await desk.cancel(waits.id)), 'once more is the same');
  assert.equal(await desk.delete(over.id), null);
  const [type, data] = published.at(-1) ?? [];
  assert.deepEqual([type, data?.id, data?.tag], ['download.deleted', over.id, over.tag]);
  for (const answer of [desk.get(over.id), desk.retry('x'), desk.setPriority('x', 1), desk.file('x')])
    assert.ok('problem' in answer && answer.problem === 'download_not_found');
  await desk.close();
});

test('metrics say how many downloads run and how many wait for their turn', async () => {
  for (let n = 0; n < MAX_PER_DEVICE + 3; n += 1) desk.add('away', 'channel', wish);
  await settle();
  assert.deepEqual(desk.counters(), { downloads_running: MAX_PER_DEVICE, downloads_queued: 3 });
  await Promise.all(desk.all().map(({ id }) => desk.cancel(id)));
  assert.deepEqual(desk.counters(), { downloads_running: 0, downloads_queued: 0 });
});
