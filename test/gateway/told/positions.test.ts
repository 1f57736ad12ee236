import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { MAX_WAITING_POSITIONS, Positions } from '../../../src/gateway/told/positions.ts';
import { isProblem } from '../../../src/gateway/views.ts';
import { Directory } from '../../../src/sip/camera/directory.ts';
import { readEnvelope } from '../../../src/sip/manscdp/envelope.ts';
import { openStore } from '../../../src/store/store.ts';
import { memoryStores } from '../../sip/memory-stores.ts';
import { FakeClock } from '../../support/clock.ts';

const D = '34020000001180000001';
const C = '34020000001320000001';
const C2 = '34020000001320000002';
const DAY_MS = 86_400_000;

function make(
  t: TestContext,
  channels: readonly string[] = [C],
  limits: { keepDays?: number | null; maxPoints?: number } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-positions-'));
  const store = openStore(folder);
  assert.ok(!('fault' in store));
  const stores = memoryStores();
  const directory = new Directory(stores.devices, stores.channels);
  directory.ensureDevice(D);
  directory.upsert(
    D,
    channels.map((id) => ({ id, event: '', on: true, fields: {} })),
  );
  // 14:03:21 in Beijing
  const clock = new FakeClock(Date.UTC(2026, 0, 5, 6, 3, 21));
  const published: [type: string, data: Record<string, unknown>][] = [];
  const disk = { isFull: false, isBusy: false };
  const open = () =>
    new Positions({
      rows: {
        ...store.positions,
        addAll: (points) => !disk.isFull && store.positions.addAll(points),
        mustWait: () => disk.isBusy,
      },
      settings: store.settings,
      asked: {
        askChannel: async () => ({ problem: 'device_offline', detail: 'nobody' }),
        silent: () => ({ problem: 'device_timeout', detail: 'nobody' }),
      },
      keepDays: 30,
      maxPoints: 1_000_000,
      ...limits,
      directory,
      clock,
      timeZone: 'Asia/Shanghai',
      iso: (epochMs) => new Date(epochMs).toISOString(),
      publish: (type, data) => void published.push([type, data]),
      missing: (_, channelId) =>
        channelId === D || directory.channel(D, channelId) !== undefined
          ? null
          : { problem: 'channel_not_found', detail: 'no such channel' },
    });
  const positions = open();
  t.after(() => {
    positions.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const tell = (time: string, longitude: number, o: { id?: string; more?: string; to?: Positions } = {}) => {
    const envelope = readEnvelope(
      Buffer.from(
        `<Notify><CmdType>MobilePosition</CmdType><SN>1</SN><DeviceID>${o.id ?? C}</DeviceID><Time>${time}</Time><Longitude>${longitude}</Longitude><Latitude>31.5</Latitude>${o.more ?? ''}</Notify>`,
      ),
    );
    assert.ok(!('fault' in envelope));
    (o.to ?? positions).notified(D, envelope);
  };
  const track = (o: { channelId?: string; limit?: number; after?: number | null; from?: number; to?: number } = {}) => {
    const page = positions.track({
      deviceId: D,
      channelId: o.channelId ?? C,
      fromEpochMs: o.from ?? 0,
      toEpochMs: o.to ?? Date.UTC(2100, 0, 1),
      limit: o.limit ?? 100,
      after: o.after ?? null,
    });
    assert.ok(!isProblem(page));
    return page;
  };
  return { store, directory, clock, published, positions, open, tell, track, disk };
}

test('a position is an event at once and a point of the track, also before it is written', (t) => {
  const { tell, track, published, positions } = make(t);
  tell('2026-01-05T14:03:20', 117.12, { more: '<Speed>36.0</Speed><Direction>90.0</Direction>' });
  assert.deepEqual(published, [
    [
      'position',
      {
        deviceId: D,
        channelId: C,
        time: '2026-01-05T06:03:20.000Z',
        receivedAt: '2026-01-05T06:03:21.000Z',
        longitude: 117.12,
        latitude: 31.5,
        speed: 36,
        direction: 90,
      },
    ],
  ]);
  assert.equal(positions.waiting, 1);
  assert.deepEqual(track().items[0], {
    time: '2026-01-05T06:03:20.000Z',
    receivedAt: '2026-01-05T06:03:21.000Z',
    longitude: 117.12,
    latitude: 31.5,
    speed: 36,
    direction: 90,
  });
});

test('the newest of each channel, also before it is written, page by page in the order of ids', (t) => {
  const { tell, positions } = make(t, [C, C2]);
  tell('2026-01-05T14:03:20', 117.3, { id: C2 });
  tell('2026-01-05T14:03:20', 117.2);
  tell('2026-01-05T14:03:10', 117.1);
  tell('2026-01-05T14:03:20', 117.4, { id: D });
  const all = positions.newest({ after: null, limit: 10 });
  assert.deepEqual(
    all.items.map(({ deviceId, channelId, longitude }) => [deviceId, channelId, longitude]),
    [
      [D, D, 117.4],
      [D, C, 117.2],
      [D, C2, 117.3],
    ],
  );
  assert.equal(all.hasMore, false);
  const page = positions.newest({ after: { deviceId: D, channelId: D }, limit: 1 });
  assert.deepEqual([page.items.map(({ channelId }) => channelId), page.hasMore], [[C], true]);
  assert.deepEqual(positions.newest({ after: { deviceId: D, channelId: C2 }, limit: 1 }), {
    items: [],
    hasMore: false,
  });
});

test('points are written together, a little later, batch by batch', async (t) => {
  const { tell, positions, clock } = make(t);
  for (let second = 0; second < 600; second += 1)
    tell(new Date(Date.UTC(2026, 0, 5, 13, 0, second)).toISOString().slice(0, 19), 117 + second / 1000);
  assert.equal(positions.waiting, 600);
  await clock.advance(400);
  assert.equal(positions.waiting, 600);
  await clock.advance(200);
  assert.equal(positions.waiting, 0);
});

test('what is told twice, in two dialogues or again, is one point and one event', (t) => {
  const { tell, track, published } = make(t);
  tell('2026-01-05T14:03:20', 117.12);
  tell('2026-01-05T14:03:20', 117.12);
  tell('2026-01-05T14:03:20', 117.12, { id: D });
  assert.equal(published.length, 1);
  assert.equal(track().items.length, 1);
});

test('a track is read by time and in pages; points that come late stand where they belong', (t) => {
  const { tell, track } = make(t);
  for (const minute of ['01', '03', '02', '00']) tell(`2026-01-05T14:${minute}:00`, 117 + Number(minute));
  const longitudes = (page: ReturnType<typeof track>) => page.items.map(({ longitude }) => longitude);
  assert.deepEqual(longitudes(track()), [117, 118, 119, 120]);
  const from = Date.UTC(2026, 0, 5, 6, 1);
  const to = Date.UTC(2026, 0, 5, 6, 3);
  assert.deepEqual(longitudes(track({ from, to })), [118, 119], 'the end is not part of it');
  const first = track({ limit: 3 });
  assert.deepEqual(longitudes(first), [117, 118, 119]);
  const second = track({ limit: 3, after: first.next });
  assert.deepEqual([longitudes(second), second.next], [[120], null]);
});

test('a position of a recorder itself is its own, of one of its channels is that channel’s', (t) => {
  const { tell, track } = make(t, [C, C2]);
  tell('2026-01-05T14:00:00', 117, { id: D });
  tell('2026-01-05T14:00:00', 118, { id: C2 });
  tell('2026-01-05T14:01:00', 119, { id: '34020000001380000001' });
  assert.deepEqual(
    track({ channelId: D }).items.map(({ longitude }) => longitude),
    [117, 119],
  );
  assert.equal(track({ channelId: C2 }).items[0]?.longitude, 118);
  assert.equal(track({ channelId: C }).items.length, 0);
});

test('a clock that was never set, or that nobody can read, does not lose the point', (t) => {
  const { tell, track } = make(t);
  const longitudes = [117, 118, 119];
  for (const [index, time] of ['1970-01-01T08:00:00', '2099-01-01T00:00:00', 'noon'].entries())
    tell(time, longitudes[index]!);
  // all at the moment of their coming: the last of them
  assert.deepEqual(
    track().items.map(({ time, longitude }) => [time, longitude]),
    [['2026-01-05T06:03:21.000Z', 119]],
  );
});

test('tracks outlive a restart for a month, then they go; a deleted device leaves none', async (t) => {
  const { tell, track, positions, clock, open } = make(t);
  tell('2026-01-05T14:00:00', 117);
  positions.close();
  assert.equal(track().items.length, 1);
  const next = open();
  t.after(() => next.close());
  await clock.advance(29 * DAY_MS);
  assert.equal(track().items.length, 1);
  await clock.advance(2 * DAY_MS);
  assert.equal(track().items.length, 0);
  tell('2026-02-05T14:00:00', 117, { to: next });
  next.forget(D);
  next.close();
  assert.equal(track().items.length, 0);
});

test('days that tracks are kept are a setting; without any they are kept', async (t) => {
  const short = make(t, [C], { keepDays: 2 });
  const forEver = make(t, [C], { keepDays: null });
  for (const { tell, clock } of [short, forEver]) {
    tell('2026-01-05T14:00:00', 117);
    await clock.advance(3 * DAY_MS);
  }
  assert.deepEqual([short.track().items.length, forEver.track().items.length], [0, 1]);
});

test('a long track of a deleted device goes a few points at a time, also after a restart', async (t) => {
  const { store, positions, clock, open } = make(t);
  const point = (channelId: string, epochMs: number) => ({
    deviceId: D,
    channelId,
    epochMs,
    receivedEpochMs: epochMs,
    longitude: 1,
    latitude: 2,
    speed: null,
    direction: null,
    altitude: null,
    height: null,
  });
  const nowMs = clock.epochMs();
  store.positions.addAll(Array.from({ length: 1500 }, (_, n) => point(n % 2 === 0 ? C : C2, nowMs - n)));
  const left = () =>
    [C, C2].flatMap((channelId) =>
      store.positions.page({ deviceId: D, channelId, fromEpochMs: 0, toEpochMs: nowMs + 1, limit: 9999, after: null }),
    ).length;
  positions.forget(D);
  assert.ok(left() >= 1000, 'not all in one transaction');
  assert.deepEqual(positions.newest({ after: null, limit: 10 }), { items: [], hasMore: false });
  positions.close();
  const next = open();
  t.after(() => next.close());
  await clock.advance(120_000);
  assert.equal(left(), 0);
  assert.equal(store.settings.get('forgottenTracks'), '[]');
});

test('more points than the setting allows go by themselves, the oldest first; one that is told again is no more', async (t) => {
  const { tell, track, clock } = make(t, [C], { maxPoints: 3 });
  for (const minute of ['01', '02', '03']) tell(`2026-01-05T14:${minute}:00`, 117 + Number(minute));
  track();
  // the same moments in another order are the same points
  for (const minute of ['03', '01', '02']) tell(`2026-01-05T14:${minute}:00`, 118 + Number(minute));
  await clock.advance(120_000);
  assert.equal(track().items.length, 3);
  tell('2026-01-05T14:04:00', 140);
  await clock.advance(120_000);
  assert.deepEqual(
    track().items.map(({ longitude }) => longitude),
    [120, 121, 140],
  );
});

test('the number of points is bounded: the oldest go', (t) => {
  const { tell, track, store } = make(t);
  for (const minute of ['01', '02', '03', '04']) tell(`2026-01-05T14:${minute}:00`, 117 + Number(minute));
  assert.equal(track().items.length, 4);
  assert.equal(store.positions.trim({ before: 0, kept: 3, count: 100 }), 1);
  assert.equal(track().items[0]?.longitude, 119);
  assert.equal(store.positions.trim({ before: Date.UTC(2026, 0, 5, 6, 4), kept: 100, count: 1 }), 1);
  assert.equal(track().items.length, 2);
});

test('points wait for a disk that is full or busy, and are written then', async (t) => {
  const { tell, positions, clock, disk } = make(t);
  disk.isFull = true;
  tell('2026-01-05T14:00:00', 117);
  await clock.advance(30_000);
  assert.equal(positions.waiting, 1);
  disk.isFull = false;
  await clock.advance(3000);
  assert.equal(positions.waiting, 0);
  disk.isBusy = true;
  tell('2026-01-05T14:01:00', 118);
  await clock.advance(4000);
  assert.equal(positions.waiting, 1);
  await clock.advance(3000);
  assert.equal(positions.waiting, 0, 'a disk that is slow for long does not fill the memory');
});

test('points that a disk does not take are bounded in memory', (t) => {
  const { tell, positions } = make(t);
  const startMs = Date.UTC(2026, 0, 5, 0);
  for (let second = 0; second <= MAX_WAITING_POSITIONS; second += 1)
    tell(new Date(startMs + second * 1000).toISOString().slice(0, 19), 117 + second / 1e6);
  assert.equal(positions.waiting, MAX_WAITING_POSITIONS);
  assert.equal(positions.counters.dropped, 1);
});

test('where a camera looks is told on as it says it', (t) => {
  const { positions, published } = make(t);
  const notify = (fields: string) => {
    const envelope = readEnvelope(
      Buffer.from(`<Notify><CmdType>PTZPosition</CmdType><SN>76</SN><DeviceID>${C}</DeviceID>${fields}</Notify>`),
    );
    assert.ok(!('fault' in envelope));
    positions.ptzNotified(D, envelope);
  };
  notify('<Pan>91.20</Pan><Tilt>10.50</Tilt><Zoom>4.00</Zoom>');
  notify('');
  assert.deepEqual(published, [['ptz.position', { deviceId: D, channelId: C, pan: 91.2, tilt: 10.5, zoom: 4 }]]);
});
