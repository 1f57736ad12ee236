import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Live } from '../../../src/gateway/live/live.ts';
import { Continuous } from '../../../src/gateway/recording/continuous.ts';
import type { ChannelKey } from '../../../src/gateway/recording/continuous-channel.ts';
import type { Problem } from '../../../src/gateway/views.ts';
import { readSamples } from '../../record/clip.ts';
import { MemoryFile } from '../../record/disk.ts';
import { until } from '../../support/gbgate.ts';
import { Footage, RecordingWorld } from './recording-world.ts';

const KEY: ChannelKey = { deviceId: 'D', channelId: 'C', streamNumber: 0 };
const OFFLINE: Problem = { problem: 'device_offline', detail: 'The device D is offline.' };

/** Channel C of device D, a recorder of channels, and a camera that is the test. */
class Site extends RecordingWorld {
  readonly continuous: Continuous;
  /** Why the channel cannot be pulled. */
  refusal: Problem | null = null;
  joins = 0;
  random = 0;

  constructor() {
    super();
    this.rungs = ['udp'];
    this.continuous = new Continuous({
      clock: this.clock,
      random: () => this.random,
      preRollMs: 5000,
      join: ({ deviceId, channelId, streamNumber }): Live | Problem => {
        this.joins += 1;
        if (this.refusal !== null) return this.refusal;
        return this.table.join(deviceId, channelId, streamNumber, { transport: 'auto', keep: false }).live;
      },
      recordings: this.recordings,
      log: (message) => void this.logged.push(message),
    });
    this.hears.push((type, data) => this.continuous.heard(type, data));
  }

  get status() {
    return this.continuous.statusOf(KEY);
  }

  /** State and the reasons that stand. */
  get words(): string {
    const { status } = this;
    if (status === null) return 'not wanted';
    return [status.state, ...status.reasons.map(({ reason }) => reason)].join(' ');
  }

  rowsOf(state: string) {
    return this.rows.list().filter((row) => row.state === state);
  }

  /** The file of a row is final. */
  async final(count: number) {
    return until(`${count} final files`, () => {
      const rows = this.rows.list();
      return rows.length === count && rows.every(({ state }) => state !== 'recording') && rows;
    });
  }

  override async close(): Promise<void> {
    this.continuous.close();
    await super.close();
  }
}

const footage = () => new Footage({ frameMs: 1000, gop: 4, soundMs: 500 });

test('while one reason stands the channel is pulled and recorded; then it is let go', async () => {
  const site = new Site();
  const media = footage();
  assert.equal(site.words, 'not wanted');
  site.continuous.want(KEY, 'always');
  assert.equal(site.words, 'pulling always');
  await site.begin(media);
  assert.equal(site.words, 'recording always');
  assert.equal(site.status?.recordingId, site.rows.list()[0]?.id);
  site.continuous.want(KEY, 'plan');
  site.continuous.unwant(KEY, 'always');
  await site.run(media, 20);
  assert.equal(site.words, 'recording plan');
  assert.equal(site.invites.length, 1);
  site.continuous.unwant(KEY, 'plan');
  assert.equal(site.words, 'not wanted');
  assert.deepEqual(site.continuous.status(), []);
  const [row] = await site.final(1);
  assert.equal(row?.reason, 'plan', 'the strongest that stood');
  assert.equal(row?.state, 'complete');
  await site.run(media, 25);
  assert.equal(site.table.running().length, 0, 'the linger is over and nobody holds the stream');
  assert.equal(site.clock.pending, 0, 'no timer is left');
  await site.close();
});

test('a channel that a viewer watches is not pulled again', async () => {
  const site = new Site();
  const media = footage();
  site.pull();
  await site.begin(media);
  site.continuous.want(KEY, 'always');
  assert.equal(site.words, 'recording always');
  assert.equal(site.invites.length, 1);
  await site.close();
});

test('a reason ends by itself; an alarm extends and never shortens', async () => {
  const site = new Site();
  const media = footage();
  const nowMs = () => site.clock.epochMs();
  site.continuous.want(KEY, 'plan', nowMs() + 60_000);
  await site.begin(media);
  await site.run(media, 10);
  site.continuous.trigger(KEY, 30);
  const endMs = nowMs() + 30_000;
  site.continuous.trigger(KEY, 5);
  assert.deepEqual(site.status?.reasons, [
    { reason: 'plan', untilEpochMs: nowMs() + 50_000 },
    { reason: 'alarm', untilEpochMs: endMs },
  ]);
  assert.equal(
    site.rows.list()[0]?.reason,
    'alarm',
    'what was recorded because of the plan is footage of an alarm now',
  );
  await site.run(media, 20);
  site.continuous.trigger(KEY, 60);
  await site.run(media, 31);
  assert.equal(site.words, 'recording alarm', 'the plan is over');
  await site.run(media, 28);
  assert.equal(site.words, 'recording alarm');
  await site.run(media, 2);
  assert.equal(site.words, 'not wanted');
  assert.equal((await site.final(1))[0]?.reason, 'alarm');
  await site.close();
});

test('an end that is further away than a timer reaches', async () => {
  const site = new Site();
  const days = 24 * 3_600_000;
  site.refusal = OFFLINE;
  site.continuous.want(KEY, 'plan', site.clock.epochMs() + 40 * days);
  await site.clock.advance(39.9 * days);
  assert.equal(site.words, 'waiting plan');
  await site.clock.advance(0.2 * days);
  assert.equal(site.words, 'not wanted');
  assert.equal(site.clock.pending, 0);
  await site.close();
});

test('a device that is offline is waited for, not asked; when it is back its channels begin within a second', async () => {
  const site = new Site();
  site.refusal = OFFLINE;
  site.continuous.want(KEY, 'always');
  assert.deepEqual([site.words, site.status?.fault?.code], ['waiting always', 'device_offline']);
  assert.equal(site.status?.retryEpochMs, null);
  await site.clock.advance(24 * 3_600_000);
  assert.equal(site.joins, 1);
  site.refusal = null;
  site.random = 0.9;
  site.continuous.heard('device.online', { deviceId: 'another' });
  await site.clock.advance(2000);
  assert.equal(site.joins, 1);
  site.continuous.heard('device.online', { deviceId: 'D' });
  assert.equal(site.joins, 1, 'not all channels in the same instant');
  await site.clock.advance(1000);
  assert.equal(site.joins, 2);
  await site.begin(footage());
  assert.equal(site.words, 'recording always');
  assert.equal(site.status?.fault, null);
  await site.close();
});

test('a channel that cannot be pulled is tried again, ever more seldom, at least once a minute', async () => {
  const site = new Site();
  site.random = 0.999;
  site.continuous.want(KEY, 'always');
  const refuse = async () => {
    await site.clock.advance(0);
    for (let i = 0; i < 2; i += 1) {
      site.invite.options.onFailure({ kind: 'rejected', status: 486, reason: 'Busy Here' });
      await site.clock.advance(600);
    }
  };
  const pausesMs: number[] = [];
  for (let i = 0; i < 9; i += 1) {
    await refuse();
    assert.equal(site.status?.fault?.code, 'device_busy');
    assert.equal(site.words, 'waiting always');
    const fromMs = site.clock.epochMs();
    pausesMs.push(Math.round((site.status?.retryEpochMs ?? 0) - fromMs));
    const before = site.joins;
    await site.clock.advance((pausesMs.at(-1) ?? 0) + 1);
    assert.equal(site.joins, before + 1);
  }
  assert.ok(pausesMs[0]! < 1000 && pausesMs.every((ms, i) => i === 0 || ms >= pausesMs[i - 1]!), `${pausesMs}`);
  assert.ok(pausesMs.at(-1)! > 50_000 && pausesMs.every((ms) => ms <= 60_000), `${pausesMs}`);
  assert.equal(site.logged.length, 1, 'said once, not each time');
  await site.begin(footage());
  assert.equal(site.words, 'recording always');
  await site.close();
});

test('a stream that stalls ends the file; what comes after it is a file with a time of its own', async () => {
  const site = new Site();
  const media = footage();
  site.continuous.want(KEY, 'always');
  await site.begin(media);
  await site.run(media, 20);
  await site.clock.advance(12_000);
  assert.equal(site.words, 'pulling always');
  assert.equal(site.status?.fault?.code, 'no_media');
  const [first] = await site.final(1);
  await site.clock.advance(3000);
  assert.equal(site.invites.length, 2);
  media.skipTo(site.clock.nowMs());
  await site.begin(media);
  assert.equal(site.words, 'recording always');
  await site.run(media, 20);
  site.continuous.unwant(KEY, 'always');
  const rows = await site.final(2);
  assert.ok(rows[1]!.startEpochMs - rows[0]!.endEpochMs! > 10_000, 'the gap is one between files');
  assert.equal(first?.state, 'complete');
  const read = rows.flatMap((row) => videoNumbers(site, row));
  assert.equal(read.length, media.sent.video);
  assert.equal(new Set(read).size, media.sent.video, 'none twice');
  await site.close();
});

test('a stream that plays again before its next key frame: the group of pictures from before the break is not recorded twice', async () => {
  const site = new Site();
  const media = footage();
  site.continuous.want(KEY, 'always');
  await site.begin(media);
  await site.run(media, 21);
  await site.clock.advance(15_000);
  media.skipTo(site.clock.nowMs());
  site.answer();
  site.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
  // the rest of a group of pictures, or sound, comes before its key frame
  const between = media.next(site.clock.nowMs());
  site.emit({ type: 'fragment', fragment: { ...between, isKey: false } });
  assert.equal(site.words, 'recording always');
  await site.run(media, 20);
  site.continuous.unwant(KEY, 'always');
  const rows = await site.final(2);
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['complete', 'complete'],
  );
  const read = rows.flatMap((row) => videoNumbers(site, row));
  assert.equal(new Set(read).size, read.length, 'none twice');
  assert.ok(rows[1]!.startEpochMs - rows[0]!.endEpochMs! > 10_000);
  await site.close();
});

test('a stream that somebody ends, or a device that hangs up, is pulled again', async () => {
  const site = new Site();
  const media = footage();
  site.continuous.want(KEY, 'always');
  await site.begin(media);
  await site.run(media, 8);
  await Promise.race([site.table.running()[0]?.end('stopped by the API', 4409), site.clock.advance(0)]);
  assert.equal(site.words, 'waiting always');
  await site.clock.advance(1001);
  media.skipTo(site.clock.nowMs());
  await site.begin(media);
  assert.equal(site.words, 'recording always');
  await site.run(media, 8);
  site.invite.options.onBye('BYE');
  await site.clock.advance(0);
  assert.equal(site.words, 'pulling always');
  site.pauseMs = 0;
  await site.clock.advance(6000);
  media.skipTo(site.clock.nowMs());
  await site.begin(media);
  assert.equal(site.words, 'recording always');
  await site.close();
  assert.equal(site.rowsOf('complete').length, 3);
});

test('an alarm begins with what was kept of the seconds before it', async () => {
  const site = new Site();
  const media = footage();
  site.continuous.keep(KEY);
  await site.begin(media);
  assert.equal(site.words, 'kept');
  await site.run(media, 3600);
  assert.equal(site.rows.list().length, 0);
  const alarmMs = site.clock.epochMs();
  site.continuous.trigger(KEY, 10);
  assert.equal(site.words, 'recording alarm');
  await site.run(media, 12);
  assert.equal(site.words, 'kept', 'and it is kept again');
  const [row] = await site.final(1);
  const beforeMs = alarmMs - row!.startEpochMs;
  assert.ok(beforeMs >= 5000 && beforeMs <= 5000 + media.gopMs + 20, `${beforeMs} ms before`);
  const numbers = videoNumbers(site, row!);
  const first = numbers[0]!;
  assert.equal(first % 4, 0, 'a key frame');
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => first + i),
    'every picture once, in order',
  );
  assert.equal(row?.durationMs, numbers.length * 1000 + 20, 'sound is 20 ms older than the first picture');
  assert.ok(row!.endEpochMs! >= alarmMs + 10_000 - 1000, 'to the end of its time');
  site.continuous.unkeep(KEY);
  assert.equal(site.words, 'not wanted');
  await site.run(media, 25);
  assert.equal(site.table.running().length, 0);
  await site.close();
});

test('what was kept before a break of the stream is no part of an alarm behind it', async () => {
  const site = new Site();
  const media = footage();
  site.continuous.keep(KEY, 60_000);
  await site.begin(media);
  await site.run(media, 40);
  await site.clock.advance(15_000);
  media.skipTo(site.clock.nowMs());
  await site.begin(media);
  const backMs = site.clock.epochMs();
  await site.run(media, 8);
  site.continuous.trigger(KEY, 5);
  assert.equal(site.rows.list()[0]?.startEpochMs, backMs - 20);
  await site.close();
});

test('a disk that is full: said once, tried again ever more seldom, at once when there is room', async () => {
  const site = new Site();
  const media = footage();
  const triesMs: number[] = [];
  site.openFile = async () => {
    triesMs.push(site.clock.nowMs());
    const file = new MemoryFile();
    file.capacity = 100;
    return file;
  };
  site.continuous.want(KEY, 'always');
  await site.begin(media);
  const failed = () => site.events.filter(({ type }) => type === 'recording.failed');
  await until('the first failure', () => failed().length === 1);
  assert.equal(failed()[0]?.data.code, 'disk_full');
  assert.deepEqual([site.words, site.status?.fault?.code], ['waiting always', 'disk_full']);
  await until('eight tries', async () => {
    await site.run(media, 60);
    return triesMs.length >= 8;
  });
  for (const [i, atMs] of triesMs.slice(1).entries()) {
    // 10 s, 20 s, … 5 min; the jitter takes away up to half
    const leastMs = Math.min(10_000 * 2 ** i, 300_000) / 2;
    assert.ok(atMs - triesMs[i]! >= leastMs, `try ${i + 2} after ${atMs - triesMs[i]!} ms`);
  }
  assert.equal(site.invites.length, 1, 'the stream stays');
  await until('the last failure', () => failed().length === triesMs.length);

  site.openFile = async () => new MemoryFile();
  const before = site.clock.nowMs();
  site.continuous.spaceFreed();
  await site.run(media, 4);
  assert.equal(site.words, 'recording always');
  assert.ok(site.clock.nowMs() - before <= 4000);
  assert.equal(site.status?.fault, null);
  await site.close();
});

test('a disk that fills up after hours is no reason to wait as long as if it had never worked', async () => {
  const site = new Site();
  const media = footage();
  const disk = new MemoryFile();
  site.openFile = async () => disk;
  site.continuous.want(KEY, 'always');
  await site.begin(media);
  await site.run(media, 1000);
  disk.capacity = 0;
  await until('it fails', async () => {
    await site.run(media, 4);
    return site.status?.fault?.code === 'disk_full';
  });
  const pauseMs = (site.status?.retryEpochMs ?? 0) - site.clock.epochMs();
  assert.ok(pauseMs > 0 && pauseMs <= 10_000, `${pauseMs} ms`);
  await site.close();
});

test('nothing is begun after the end', async () => {
  const site = new Site();
  site.continuous.close();
  site.continuous.want(KEY, 'always');
  site.continuous.keep(KEY);
  site.continuous.trigger(KEY, 10);
  site.continuous.heard('device.online', { deviceId: 'D' });
  await site.clock.advance(5000);
  assert.deepEqual([site.joins, site.clock.pending], [0, 0]);
  await site.close();
});

/** Which pictures a file holds. */
function videoNumbers(site: Site, row: Parameters<Site['path']>[0]): number[] {
  const tracks = readSamples(readFileSync(site.path(row)));
  return tracks.find(({ kind }) => kind === 'video')!.samples.map(({ data }) => Buffer.from(data).readUInt32BE(8));
}
