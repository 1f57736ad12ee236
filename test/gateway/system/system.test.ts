import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { addressesOf } from '../../../src/gateway/devices/device-addresses.ts';
import { DeviceClocks, epochOfDeviceTime, MAX_ASKED } from '../../../src/gateway/devices/device-clocks.ts';
import { type Measured, StreamHistories } from '../../../src/gateway/live/stream-histories.ts';
import { Thumbnails } from '../../../src/gateway/recording/thumbnails.ts';
import { diskOf, MachineMeter } from '../../../src/gateway/system/machine.ts';
import type { Recording } from '../../../src/record/archive.ts';
import type { Device } from '../../../src/sip/camera/directory.ts';
import { FakeClock } from '../../support/clock.ts';

function row(id: string, o: Partial<Recording> = {}): Recording {
  return {
    id,
    streamId: 's1',
    deviceId: 'D1',
    channelId: 'C1',
    streamNumber: 0,
    startEpochMs: 1000,
    endEpochMs: 2000,
    durationMs: 1000,
    bytes: 10,
    path: `recordings/D1/C1/${id}.mp4`,
    state: 'complete',
    locked: false,
    error: null,
    ...o,
  };
}

test('what a device is told: the address that faces it, or the advertised one', () => {
  const sip = {
    platformId: '34020000002000000001',
    port: 5060,
    localAddressTo: (host: string) => (host === 'fd00::8' ? 'fd00::5' : '192.168.1.5'),
    mediaHostFor: () => '192.168.1.5',
    findingsOf: () => [
      { code: 'SIP-4', detail: 'its Contact says another host' },
      { code: 'REG-4', detail: 'of no interest here' },
    ],
  };
  const camera = (host: string | null) =>
    ({ id: 'D1', name: 'Gate', online: true, address: host === null ? null : { host, port: 5070 } }) as Device;
  const told = addressesOf(camera('192.168.1.8'), sip, { advertise: null, clockOffsetSeconds: 3 });
  assert.deepEqual(told, {
    deviceId: 'D1',
    name: 'Gate',
    online: true,
    source: '192.168.1.8:5070',
    via: '192.168.1.5:5060',
    contact: 'sip:34020000002000000001@192.168.1.5:5060',
    sdp: { origin: '192.168.1.5', connection: '192.168.1.5' },
    says: ['its Contact says another host'],
    clockOffsetSeconds: 3,
  });
  const abroad = addressesOf(camera('fd00::8'), sip, { advertise: null, clockOffsetSeconds: null });
  assert.deepEqual([abroad.source, abroad.via], ['[fd00::8]:5070', '[fd00::5]:5060']);
  const set = addressesOf(camera(null), sip, { advertise: '9.9.9.9:15060', clockOffsetSeconds: null });
  assert.deepEqual([set.source, set.via], [null, '9.9.9.9:15060']);
});

describe('clocks of devices', () => {
  test('DeviceTime is local unless it says a zone', () => {
    const at = Date.UTC(2026, 0, 5, 6, 3, 21);
    for (const text of [
      '2026-01-05T14:03:21',
      '2026-01-05 14:03:21 ',
      '2026-01-05T06:03:21Z',
      '2026-01-05T07:03:21+01:00',
    ])
      assert.equal(epochOfDeviceTime(text, 'Asia/Shanghai'), at, text);
    for (const text of ['', 'now', '2026-13-45T99:00:00', '14:03:21'])
      assert.equal(epochOfDeviceTime(text, 'Asia/Shanghai'), null, text);
  });

  test('asked on demand, a few at once; who stays silent is not known', async () => {
    const clock = new FakeClock();
    let running = 0;
    let most = 0;
    const asked: string[] = [];
    const clocks = new DeviceClocks({
      clock,
      timeZone: 'UTC',
      async deviceTime(deviceId) {
        asked.push(deviceId);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (deviceId === 'silent') return null;
        return new Date(clock.epochMs() + 90_000).toISOString();
      },
    });
    assert.equal(clocks.offsetSeconds('D0'), null);
    await clocks.ask(['silent', ...Array.from({ length: 400 }, (_, i) => `D${i}`)]);
    assert.equal(Math.round(clocks.offsetSeconds('D0') ?? 0), 90);
    assert.equal(clocks.offsetSeconds('silent'), null);
    assert.deepEqual([asked.length, most], [MAX_ASKED, 16]);
  });
});

test('the last minutes of a stream, three at most; forgotten when it has ended', async () => {
  const clock = new FakeClock();
  const counters = { bytes: 0, frames: 0, lost: 0, packets: 0 };
  let running = [{ id: 's1', counters, stream: { viewers: 2 } }] as unknown as Measured[];
  const histories = new StreamHistories(clock, () => running);
  assert.deepEqual(histories.of('s1').bitrateBps, []);
  await clock.advance(2000);
  assert.deepEqual(histories.of('s1').bitrateBps, [], 'one look is no rate');
  counters.bytes += 500_000;
  counters.frames += 50;
  counters.packets += 300;
  counters.lost += 100;
  await clock.advance(2000);
  assert.deepEqual(histories.of('s1'), {
    everyMs: 2000,
    bitrateBps: [2_000_000],
    fps: [25],
    loss: [0.25],
    viewers: [2],
  });
  for (let i = 0; i < 100; i++) await clock.advance(2000);
  assert.equal(histories.of('s1').fps.length, 90);
  running = [];
  await clock.advance(2000);
  assert.deepEqual([histories.size, histories.of('s1').fps], [0, []]);
  histories.close();
  histories.close();
});

describe('thumbnails', () => {
  const folder = () => mkdtemp(join(tmpdir(), 'gbgate-thumbs-'));

  test('made once, two at a time, kept under snapshots/, deleted with the recording', async () => {
    const dataDir = await folder();
    try {
      let running = 0;
      let most = 0;
      const made: string[] = [];
      const thumbnails = new Thumbnails({
        dataDir,
        nowMs: () => 0,
        async make(path) {
          made.push(path);
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running -= 1;
          return Buffer.from('jpeg');
        },
      });
      const rows = Array.from({ length: 10 }, (_, i) => row(`r${i}`));
      const answers = await Promise.all([...rows, ...rows].map((one) => thumbnails.of(one, `/v/${one.id}`)));
      assert.ok(answers.every((answer) => 'absolutePath' in answer && existsSync(answer.absolutePath)));
      assert.deepEqual([made.length, most], [10, 2]);
      await thumbnails.of(rows[0]!, '/v/r0');
      assert.equal(made.length, 10, 'kept');
      assert.equal(readdirSync(join(dataDir, 'snapshots/D1/C1')).length, 10);
      await thumbnails.delete(rows[0]!);
      assert.deepEqual(readdirSync(join(dataDir, 'snapshots/D1/C1')).includes('r0.jpg'), false);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  test('a file without a picture rests; the queue has an end; a missing ffmpeg is said', async () => {
    const dataDir = await folder();
    try {
      let nowMs = 0;
      let tries = 0;
      let fault: 'failed' | 'missing' = 'failed';
      let hold = Promise.resolve();
      const thumbnails = new Thumbnails({
        dataDir,
        nowMs: () => nowMs,
        async make() {
          tries += 1;
          await hold;
          return { ffmpeg: fault, detail: 'It did not work.' };
        },
      });
      const problem = async (one: Recording) => {
        const answer = await thumbnails.of(one, '/v');
        return 'problem' in answer ? answer.problem : null;
      };
      assert.equal(await problem(row('r1')), 'no_media');
      assert.equal(await problem(row('r1')), 'no_media');
      assert.equal(tries, 1);
      nowMs += 300_000;
      await problem(row('r1'));
      assert.equal(tries, 2);
      await problem(row('r2', { state: 'recording' }));
      await problem(row('r2', { state: 'recording' }));
      assert.equal(tries, 4, 'one that is written is tried again');
      fault = 'missing';
      assert.equal(await problem(row('r3')), 'ffmpeg_missing');
      let letGo = () => {};
      hold = new Promise((resolve) => {
        letGo = resolve;
      });
      const waiting = Array.from({ length: 80 }, (_, i) => problem(row(`w${i}`)));
      const refused = Promise.all(waiting).then((all) => all.filter((p) => p === 'rate_limited').length);
      setTimeout(letGo, 100);
      assert.equal(await refused, 80 - 2 - 64);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

test('the machine: disk, loads, the delay of the loop', async () => {
  const disk = await diskOf(tmpdir());
  assert.ok(disk !== null && disk.totalBytes > disk.freeBytes && disk.freeBytes > 0);
  assert.equal(await diskOf('/nowhere/at/all'), null);
  const meter = new MachineMeter();
  try {
    const endMs = performance.now() + 20_000;
    const stall = async (ms: number) => {
      const busyUntilMs = performance.now() + ms;
      while (performance.now() < busyUntilMs);
      await new Promise((resolve) => setTimeout(resolve, 100));
    };
    while (meter.loop.maxMs < 250 && performance.now() < endMs) await stall(300);
    assert.ok(meter.loop.maxMs >= 250, `${meter.loop.maxMs} ms`);
    assert.equal(meter.loop.p99Ms, 0, 'a few seconds tell nothing of every hundredth turn');
    while (meter.loop.p99Ms === 0 && performance.now() < endMs) await stall(60);
    assert.ok(meter.loop.p99Ms > 20 && meter.loop.p99Ms <= meter.loop.maxMs, `${meter.loop.p99Ms} ms`);
    assert.ok(meter.load.process > 0.05 && meter.load.machine > 0 && meter.load.machine <= 1);
  } finally {
    meter.close();
  }
});
