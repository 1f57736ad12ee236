import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FIRST_PART_MS } from '../../src/sip/camera/record-collection.ts';
import { MAX_SEARCHES_PER_DEVICE, MAX_WAITING_SEARCHES, SEARCH_LINGER_MS } from '../../src/sip/camera/records.ts';
import type { RecordItem, RecordQuery } from '../../src/sip/manscdp/record-info.ts';
import type { SipRequest } from '../../src/sip/wire/message.ts';
import { CHANNEL, commandOf, eventually, ID, registered, snOf } from './opened.ts';

const IDLE_MS = 10_000;
const QUERY: RecordQuery = {
  channelId: CHANNEL,
  startEpochMs: Date.parse('2024-01-05T00:00:00+08:00'),
  endEpochMs: Date.parse('2024-01-06T00:00:00+08:00'),
};

/** The n-th minute of the day. */
const file = (n: number, o: { deviceId?: string } = {}) => {
  const at = (minute: number) =>
    `2024-01-05T${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`;
  return `<Item><DeviceID>${o.deviceId ?? CHANNEL}</DeviceID><Name>f${n}</Name><FilePath>rec/${n}</FilePath><StartTime>${at(n)}</StartTime><EndTime>${at(n + 1)}</EndTime><Secrecy>0</Secrecy><Type>time</Type><FileSize>1000</FileSize></Item>`;
};
const part = (sn: string, sum: number, files: string[], channelId = CHANNEL) =>
  `<?xml version="1.0"?><Response><CmdType>RecordInfo</CmdType><SN>${sn}</SN><DeviceID>${channelId}</DeviceID><Name>cam</Name><SumNum>${sum}</SumNum>${files.length === 0 ? '' : `<RecordList Num="${files.length}">${files.join('')}</RecordList>`}</Response>`;

/** A registered device; `asked` are the searches that reached it. */
async function searched(t: TestContext, answer: (request: SipRequest, sn: string) => void = () => {}) {
  const world = await registered(t);
  const asked: SipRequest[] = [];
  world.camera.onRequest = (request) => {
    world.camera.reply(request, 200);
    if (commandOf(request) !== 'RecordInfo') return;
    asked.push(request);
    answer(request, snOf(request));
  };
  const told: [items: readonly RecordItem[], announced: number | null][] = [];
  const search = (query: Partial<RecordQuery> = {}) =>
    world.server.records(
      ID,
      { ...QUERY, ...query },
      { idleMs: IDLE_MS, onItems: (items, announced) => told.push([items, announced]) },
    );
  const codes = () => world.server.findingsOf(ID).map(({ code }) => code);
  return { ...world, asked, told, search, codes };
}
const names = (result: object) => ('items' in result ? (result.items as RecordItem[]).map((i) => i.name) : result);

test('a list in hundreds of messages, out of order and some twice, is one list in the order of time', async (t) => {
  const { camera, search, told } = await searched(t, (_, sn) => {
    const parts = Array.from({ length: 240 }, (_item, n) => part(sn, 240, [file(n)]));
    const mixed = [
      ...parts.filter((_p, n) => n % 2 === 1),
      ...parts.slice(0, 40),
      ...parts.filter((_p, n) => n % 2 === 0),
    ];
    const send = async () => {
      for (const body of mixed) await camera.message(body);
    };
    send().catch(() => {});
  });
  const result = await search().done;
  assert.ok('items' in result);
  assert.equal(result.complete, true);
  assert.deepEqual(
    names(result),
    Array.from({ length: 240 }, (_, n) => `f${n}`),
  );
  assert.equal(told.flatMap(([items]) => items).length, 240, 'each was told once');
  assert.equal(told.at(-1)?.[1], 240);
});

test('REC-1: SumNum 0 without a list is an empty list at once', async (t) => {
  const { camera, search } = await searched(t, (_, sn) => camera.tell(part(sn, 0, [])));
  // simulated time stands still for it: no quiet has to be waited for
  assert.deepEqual(await search().done, { items: [], complete: true });
});

test('REC-2: an answer that comes for minutes is waited for as long as it comes, and told as it comes', async (t) => {
  const { camera, search, told, time, asked } = await searched(t);
  const { done } = search();
  await eventually(() => asked.length === 1, 'it is asked');
  for (let n = 0; n < 10; n += 2) {
    time.offsetMs += 9_000;
    await camera.message(part(snOf(asked[0]!), 10, [file(n), file(n + 1)]));
    assert.equal(told.at(-1)?.[0].length, 2);
  }
  const result = await done;
  assert.ok('items' in result && result.complete);
  assert.equal(result.items.length, 10);
});

test('REC-2: what fell quiet before all came is a part', async (t) => {
  const { camera, search, time, asked, codes } = await searched(t);
  const { done } = search();
  await eventually(() => asked.length === 1, 'it is asked');
  await camera.message(part(snOf(asked[0]!), 10, [file(0), file(1)]));
  time.offsetMs += IDLE_MS + 1000;
  const result = await done;
  assert.deepEqual([names(result), 'complete' in result && result.complete], [['f0', 'f1'], false]);
  assert.ok(codes().includes('REC-3'));
});

test('REC-3: a device whose SumNum counts one message only is found out, and its later lists end with quiet', async (t) => {
  const { camera, search, time, asked, codes, server, told } = await searched(t);
  const first = search();
  await eventually(() => asked.length === 1, 'it is asked');
  await camera.message(part(snOf(asked[0]!), 1, [file(0)]));
  time.offsetMs += 2_000;
  assert.deepEqual(names(await first.done), ['f0'], 'it was taken for a list of one');
  await camera.message(part(snOf(asked[0]!), 1, [file(1)]));
  assert.deepEqual(
    told.at(-1)?.[0].map((i) => i.name),
    ['f1'],
    'a late one is told all the same',
  );
  assert.ok(codes().includes('REC-3'));
  assert.equal(server.directory.device(ID)?.profile.recordSumNumWrong, true);

  const second = search();
  await eventually(() => asked.length === 2, 'it is asked again');
  for (const n of [0, 1, 2]) {
    await camera.message(part(snOf(asked[1]!), 1, [file(n)]));
    time.offsetMs += 3_000;
  }
  time.offsetMs += IDLE_MS;
  const result = await second.done;
  assert.deepEqual([names(result), 'complete' in result && result.complete], [['f0', 'f1', 'f2'], true]);
});

test('REC-8: files with the id of the device, in an answer that names it, are of the channel', async (t) => {
  const { camera, search, codes } = await searched(t, (_, sn) =>
    camera.tell(part(sn, 2, [file(0, { deviceId: ID }), file(1, { deviceId: ID })], ID)),
  );
  assert.deepEqual(names(await search().done), ['f0', 'f1']);
  assert.ok(codes().includes('REC-8'));
});

test('REC-5: times without a zone are of the zone that the device was told to keep', async (t) => {
  const { server, camera, search, asked } = await searched(t, (_, sn) => camera.tell(part(sn, 1, [file(61)])));
  const device = server.directory.device(ID)!;
  Object.assign(device, { profile: { ...device.profile, date: 'Europe/Berlin' } });
  const result = await search().done;
  assert.ok('items' in result);
  assert.equal(result.items[0]?.startEpochMs, Date.parse('2024-01-05T01:01:00+01:00'));
  assert.match(Buffer.from(asked[0]!.body).toString(), /<StartTime>2024-01-04T17:00:00</);
});

test('XML-13: an answer without our SN is taken while only one search is open for its channel', async (t) => {
  const { camera, search, asked, codes } = await searched(t);
  const other = '34020000001320000002';
  const first = search();
  const second = search({ channelId: other });
  await eventually(() => asked.length === 2, 'both are asked');
  await camera.message(part('1', 2, [file(5, { deviceId: other })], other));
  await camera.message(part('1', 2, [file(6, { deviceId: other })], other));
  await camera.message(part(snOf(asked[0]!), 0, []));
  assert.deepEqual(names(await first.done), []);
  assert.deepEqual(names(await second.done), ['f5', 'f6']);
  assert.ok(codes().includes('XML-13'));
});

test('no answer, a refusal, a device that leaves, and a stop each end a search', async (t) => {
  const { camera, search, time, asked, server } = await searched(t);
  const silent = search();
  await eventually(() => asked.length === 1, 'it is asked');
  time.offsetMs += FIRST_PART_MS;
  const fault = await silent.done;
  assert.deepEqual('fault' in fault && fault.fault, 'timeout');

  const stopped = search();
  await eventually(() => asked.length === 2, 'it is asked');
  await camera.message(part(snOf(asked[1]!), 9, [file(0)]));
  stopped.stop();
  stopped.stop();
  assert.deepEqual(names(await stopped.done), ['f0']);

  camera.onRequest = (request) => camera.reply(request, 400);
  const refused = await search().done;
  assert.deepEqual('fault' in refused && [refused.fault, refused.status], ['rejected', 400]);

  camera.onRequest = (request) => camera.reply(request, 200);
  const left = search();
  await camera.register('secret', { expires: 0 });
  const offline = await left.done;
  assert.deepEqual('fault' in offline && offline.fault, 'offline');
  const never = await search().done;
  assert.deepEqual('fault' in never && never.fault, 'offline');
  const unknown = await server.records('34020000001180000099', QUERY, { idleMs: 1, onItems: () => {} }).done;
  assert.deepEqual('fault' in unknown && unknown.fault, 'not-found');
});

test('a device that leaves in the middle leaves what it said', async (t) => {
  const { camera, search, asked } = await searched(t);
  const { done } = search();
  await eventually(() => asked.length === 1, 'it is asked');
  await camera.message(part(snOf(asked[0]!), 9, [file(0)]));
  await camera.register('secret', { expires: 0 });
  const result = await done;
  assert.deepEqual([names(result), 'complete' in result && result.complete], [['f0'], false]);
});

test('one device is asked for so many lists at once, the others wait; beyond the bound they are refused', async (t) => {
  const { camera, search, asked, server } = await searched(t);
  const all = Array.from({ length: MAX_SEARCHES_PER_DEVICE + 2 }, () => search());
  await eventually(() => asked.length === MAX_SEARCHES_PER_DEVICE, 'the first are asked');
  assert.equal(server.counters().sip_record_searches, MAX_SEARCHES_PER_DEVICE + 2);
  await camera.message(part(snOf(asked[0]!), 0, []));
  await eventually(() => asked.length === MAX_SEARCHES_PER_DEVICE + 1, 'the next goes when one is over');
  for (let n = 0; n < MAX_WAITING_SEARCHES - 1; n += 1) all.push(search());
  const refused = await search().done;
  assert.deepEqual('fault' in refused && refused.fault, 'busy');
  for (const each of all) each.stop();
  await Promise.all(all.map(({ done }) => done));
  assert.equal(server.counters().sip_record_searches, 0);
});

test('an answer that nobody waits for is answered 200, counted, and forgotten after a while', async (t) => {
  const { camera, search, asked, server, time, told } = await searched(t);
  const before = server.counters().sip_answers_unasked_total ?? 0;
  assert.equal((await camera.message(part('77', 1, [file(0)]))).status, 200);
  assert.equal(server.counters().sip_answers_unasked_total, before + 1);
  const stopped = search();
  await eventually(() => asked.length === 1, 'it is asked');
  stopped.stop();
  assert.equal((await camera.message(part(snOf(asked[0]!), 5, [file(0)]))).status, 200);
  assert.equal(told.length, 0, 'whoever stopped hears nothing');
  assert.equal(server.counters().sip_answers_unasked_total, before + 1, 'it is known whose it is');
  time.offsetMs += SEARCH_LINGER_MS + 1000;
  await eventually(() => {
    camera.tell(part(snOf(asked[0]!), 5, [file(0)]));
    return (server.counters().sip_answers_unasked_total ?? 0) > before + 1;
  }, 'it is forgotten');
});
