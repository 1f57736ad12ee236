import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { SnapshotView } from '../../../src/gateway/alarms/alarm-views.ts';
import { ImageSnapshots, MAX_ORDERS } from '../../../src/gateway/alarms/image-snapshots.ts';
import { SnapshotFiles } from '../../../src/gateway/alarms/snapshot-files.ts';
import { uploadAddress } from '../../../src/gateway/alarms/upload-address.ts';
import type { Asked } from '../../../src/gateway/control/asked.ts';
import { isProblem, type Problem } from '../../../src/gateway/views.ts';
import { bodyStyle } from '../../../src/sip/manscdp/envelope.ts';
import type { Question } from '../../../src/sip/manscdp/question.ts';
import type { SnapshotRows, StoredSnapshot } from '../../../src/store/snapshots.ts';
import { FakeClock } from '../../support/clock.ts';

const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);
const WISH = { count: 2, intervalSeconds: 3, force: false };
const SERVED = { host: '0.0.0.0', port: 8080, publicUrl: null };

/** Orders over a device of plain answers; files are real. */
function world(t: TestContext, o: { keepDays?: number; maxFiles?: number } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'gbgate-pictures-'));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  const clock = new FakeClock();
  const list: StoredSnapshot[] = [];
  const rows: SnapshotRows = {
    put: (row) => void list.push(row),
    get: (id) => list.find((row) => row.id === id),
    page: ({ channelId, fromEpochMs = 0, toEpochMs = Number.POSITIVE_INFINITY }) =>
      list.filter((row) => row.channelId === channelId && row.epochMs >= fromEpochMs && row.epochMs < toEpochMs),
    overdue: ({ before, kept }) => list.filter((row, index) => row.epochMs < before || index < list.length - kept),
    delete: (id) =>
      void list.splice(
        list.findIndex((row) => row.id === id),
        1,
      ),
  };
  let ids = 0;
  const files = new SnapshotFiles({
    rows,
    dataDir,
    clock,
    keepDays: o.keepDays ?? null,
    maxFiles: o.maxFiles ?? 100,
    iso: (epochMs) => new Date(epochMs).toISOString(),
    newId: () => `p${++ids}`,
  });
  const told: string[] = [];
  const published: any[] = [];
  const asked = { answer: { answer: 'OK' } as { answer: 'OK' | 'ERROR' } | Problem, before: async () => {} };
  const stream = { picture: JPEG as Uint8Array | Problem, asked: 0 };
  const desk = new ImageSnapshots({
    asked: {
      async askChannel(_d: string, channelId: string, what: string, question: (target: string) => Question<unknown>) {
        told.push(`${what} ${question(channelId).write(1, bodyStyle('3.0', null)).toString()}`);
        await asked.before();
        return asked.answer;
      },
    } as unknown as Asked,
    clock,
    files,
    missing: (_d, channelId) =>
      channelId === 'C' ? null : { problem: 'channel_not_found', detail: 'There is no such channel.' },
    sidesOf: (deviceId) => (deviceId === 'D' ? { device: '10.0.0.8', own: '10.0.0.1' } : null),
    async picture() {
      stream.asked += 1;
      return stream.picture;
    },
    publish: (type, data) => void published.push({ type, ...data }),
    newSession: () => `session${told.length + ++ids}`,
  });
  desk.servedAt(SERVED);
  const take = async (more: object = {}) => {
    const order = await desk.take('D', 'C', { ...WISH, ...more });
    assert.ok(!isProblem(order), JSON.stringify(order));
    return order;
  };
  const upload = async (session: string, name: string, bytes = JPEG) => {
    const view = await desk.uploaded(session, name, bytes);
    assert.ok(!isProblem(view), JSON.stringify(view));
    return view;
  };
  return { dataDir, clock, list, files, told, published, asked, stream, desk, take, upload };
}

/** Files are written by the real disk: the clock stands still until they are. */
async function come(isSo: () => boolean, clock: FakeClock): Promise<void> {
  for (const endMs = performance.now() + 20_000; !isSo(); ) {
    assert.ok(performance.now() < endMs, `never came: ${isSo}`);
    await clock.advance(0);
  }
}

const codeOf = (answer: object | null) => (answer !== null && isProblem(answer) ? answer.problem : answer);

test('a device is told where to send its pictures; when all are there, that is told', async (t) => {
  const { desk, take, upload, told, published, dataDir, stream, clock } = world(t);
  const { session, source } = await take({ alarm: 7 });
  assert.equal(source, 'device');
  assert.match(
    told[0]!,
    new RegExp(`^SnapShotConfig [^]*<UploadURL>http://10.0.0.1:8080/snapshots/upload/${session}<`),
  );
  assert.match(told[0]!, new RegExp(`<SnapNum>2<[^]*<Interval>3<[^]*<SessionID>${session}<`));
  const first = await upload(session, 'a.jpg');
  await clock.advance(5);
  const second = await upload(session, 'b.JPG', PNG);
  assert.deepEqual(
    [first.path, second.path],
    ['snapshots/D/C/20260105T060321.000.jpg', 'snapshots/D/C/20260105T060321.005.png'],
  );
  assert.deepEqual([first.fileId, first.alarmId, first.bytes], ['a', '7', JPEG.length]);
  assert.ok(existsSync(join(dataDir, first.path)));
  assert.deepEqual(published, [], 'the device has not said that it is done');
  desk.finished('D', { session, fileIds: ['a', 'b'] });
  assert.deepEqual(published, [
    {
      type: 'snapshot.completed',
      session,
      deviceId: 'D',
      channelId: 'C',
      requested: 2,
      snapshots: [first, second],
      alarmId: '7',
    },
  ]);
  assert.equal(desk.expects(session), false, 'its address is of no use any more');
  assert.equal(stream.asked, 0);
});

test('pictures that are still on their way when a device says that it is done are waited for', async (t) => {
  const { desk, take, upload, published, clock } = world(t);
  const { session } = await take();
  desk.finished('E', { session, fileIds: [] });
  desk.finished('D', { session: 'another', fileIds: [] });
  await upload(session, 'a.jpg');
  desk.finished('D', { session, fileIds: ['a', 'b'] });
  assert.equal(published.length, 0);
  await upload(session, 'b.jpg');
  assert.equal(published[0].snapshots.length, 2);
  const other = await take();
  await upload(other.session, 'c.jpg');
  desk.finished('D', { session: other.session, fileIds: ['c', 'd'] });
  await clock.advance(10_000);
  assert.equal(published[1].snapshots.length, 1, 'the other one never came');
});

test('a device that says nothing at the end has its time; what has come is what there is', async (t) => {
  const { take, upload, published, clock } = world(t);
  const { session } = await take();
  await upload(session, 'a.jpg');
  await clock.advance(35_000);
  assert.equal(published.length, 0);
  await clock.advance(2_000);
  assert.equal(published[0].snapshots.length, 1);
});

test('the stream gives the pictures when the device refuses, cannot, or is silent', async (t) => {
  for (const answer of [
    { answer: 'ERROR' },
    { problem: 'not_supported', detail: '' },
    { problem: 'device_timeout', detail: '' },
    { problem: 'device_error', detail: '' },
  ] as const) {
    const { asked, take, published, stream, clock } = world(t);
    asked.answer = answer;
    const order = await take();
    assert.equal(order.source, 'stream');
    assert.equal(stream.asked, 1, 'the first at once');
    await clock.advance(3000);
    await come(() => published.length === 1, clock);
    assert.deepEqual(
      published[0].snapshots.map(({ source }: SnapshotView) => source),
      ['stream', 'stream'],
      JSON.stringify(answer),
    );
  }
});

test('the stream gives the pictures when the device said yes and sent none', async (t) => {
  const { desk, take, published, stream, clock } = world(t);
  const { session } = await take({ count: 1 });
  desk.finished('D', { session, fileIds: [] });
  await clock.advance(5000);
  await come(() => published.length === 1, clock);
  assert.deepEqual([published[0].snapshots.length, stream.asked], [1, 1]);
  stream.picture = { problem: 'no_media', detail: 'No media came.' };
  const silent = await take({ count: 1 });
  await clock.advance(40_000);
  await come(() => published.length === 2, clock);
  assert.equal(published[1].session, silent.session);
  assert.deepEqual(published[1].error, { code: 'no_media', detail: 'No media came.' });
  assert.equal(desk.openOrders, 0);
});

test('who asks is told why there is no picture at all', async (t) => {
  const { desk, asked, stream, published } = world(t);
  asked.answer = { problem: 'device_offline', detail: '' };
  assert.equal(codeOf(await desk.take('D', 'C', WISH)), 'device_offline');
  assert.equal(stream.asked, 0);
  asked.answer = { answer: 'ERROR' };
  stream.picture = { problem: 'ffmpeg_missing', detail: '' };
  assert.equal(codeOf(await desk.take('D', 'C', WISH)), 'ffmpeg_missing');
  assert.equal(codeOf(await desk.take('D', 'X', WISH)), 'channel_not_found');
  assert.deepEqual([desk.openOrders, published], [0, []]);
});

test('a device that cannot reach us is not asked', async (t) => {
  const { desk, take, told } = world(t);
  desk.servedAt({ ...SERVED, host: '127.0.0.1' });
  assert.equal((await take({ count: 1 })).source, 'stream');
  assert.deepEqual(told, []);
});

test('pictures that are faster than the answer, which is lost, count', async (t) => {
  const { desk, asked, take, upload, told, published, stream } = world(t);
  asked.answer = { problem: 'device_timeout', detail: '' };
  asked.before = async () => {
    await upload(/<SessionID>(.*)<\/SessionID>/.exec(told[0]!)![1]!, 'a.jpg');
  };
  const { session, source } = await take({ count: 1 });
  assert.deepEqual([source, stream.asked], ['device', 0]);
  desk.finished('D', { session, fileIds: ['a'] });
  assert.equal(published.length, 1);
});

test('an upload is refused: a strange session, a path for a name, no picture, one too many', async (t) => {
  const { desk, take, upload, dataDir } = world(t);
  const { session } = await take();
  assert.equal(codeOf(await desk.uploaded('strange', 'a.jpg', JPEG)), 'forbidden');
  for (const name of ['../../a.jpg', 'a/b.jpg', 'a\\b.jpg', '..', 'a\0.jpg'])
    assert.equal(codeOf(await desk.uploaded(session, name, JPEG)), 'bad_request', JSON.stringify(name));
  for (const body of ['', '<html>', 'GIF89a', '\xff\xd8'])
    assert.equal(codeOf(await desk.uploaded(session, 'a.jpg', Buffer.from(body, 'latin1'))), 'bad_request');
  const first = await upload(session, 'a.jpg');
  assert.deepEqual(await upload(session, 'a.jpg'), first, 'sent again by whoever got no answer: the same');
  await upload(session, 'b.jpg');
  assert.equal(codeOf(await desk.uploaded(session, 'c.jpg', JPEG)), 'conflict');
  assert.deepEqual(readdirSync(join(dataDir, 'snapshots/D/C')).length, 2);
});

test('names in one millisecond do not meet, also when they come at once', async (t) => {
  const { take, upload } = world(t);
  const { session } = await take({ count: 4 });
  const views = await Promise.all(['a', 'b', 'c'].map((name) => upload(session, name)));
  const last = await upload(session, 'd');
  assert.deepEqual([...views, last].map(({ path }) => path.slice('snapshots/D/C/20260105T060321.000'.length)).sort(), [
    '-2.jpg',
    '-3.jpg',
    '-4.jpg',
    '.jpg',
  ]);
});

test('pictures are kept by number and by age, and go with their files', async (t) => {
  const { take, upload, list, dataDir, files, clock } = world(t, { maxFiles: 2, keepDays: 1 });
  const { session } = await take({ count: 4 });
  for (const name of ['a', 'b', 'c', 'd']) {
    await upload(session, name);
    await clock.advance(10);
  }
  await files.close();
  assert.deepEqual(
    list.map(({ fileId }) => fileId),
    ['c', 'd'],
  );
  assert.equal(readdirSync(join(dataDir, 'snapshots/D/C')).length, 2);
  const { id, path } = list[1]!;
  assert.equal(await files.delete(id), true);
  assert.equal(await files.delete(id), false);
  assert.equal(existsSync(join(dataDir, path)), false);
});

test('orders are limited, and forgotten at the end', async (t) => {
  const { desk, take, clock } = world(t);
  for (let n = 0; n < MAX_ORDERS; n += 1) await take();
  assert.equal(codeOf(await desk.take('D', 'C', WISH)), 'rate_limited');
  await desk.close();
  assert.equal(codeOf(await desk.take('D', 'C', WISH)), 'shutting_down');
  assert.deepEqual([desk.openOrders, clock.pending], [0, 0]);
});

test('the address for uploads is one that the device reaches', () => {
  const sides = { device: '10.0.0.8', own: '10.0.0.1' };
  assert.equal(uploadAddress(SERVED, sides), 'http://10.0.0.1:8080');
  assert.equal(uploadAddress({ ...SERVED, host: '::' }, { ...sides, own: 'fd00::1' }), 'http://[fd00::1]:8080');
  assert.equal(uploadAddress({ ...SERVED, host: '10.9.9.9' }, sides), 'http://10.9.9.9:8080');
  assert.equal(uploadAddress({ ...SERVED, publicUrl: 'https://cams.example/gb/' }, sides), 'https://cams.example/gb');
  assert.equal(uploadAddress({ ...SERVED, isSecure: true }, sides), 'https://10.0.0.1:8080');
  for (const host of ['127.0.0.1', 'localhost', '::1', '[::1]'])
    assert.equal(uploadAddress({ ...SERVED, host }, sides), null, host);
  assert.equal(
    uploadAddress({ ...SERVED, host: '127.0.0.1' }, { device: '127.0.0.1', own: '127.0.0.1' }),
    'http://127.0.0.1:8080',
  );
});
