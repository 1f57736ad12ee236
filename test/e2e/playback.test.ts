/** Recorded footage played from a simulated recorder: the clock that viewers see against the time that every picture carries. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openGateway } from '../../src/gateway/gateway.ts';
import type { Gateway } from '../../src/gateway/port.ts';
import { isProblem, type StreamView } from '../../src/gateway/views.ts';
import { timeMarksIn } from '../../src/simulator/footage/time-mark.ts';
import { gatewayConfig, SILENT } from '../support/config.ts';
import { until } from '../support/gbgate.ts';
import { FOOTAGE_END, type Nvr, type NvrOptions, startNvr } from '../support/nvr.ts';

/** Noon before the end of the footage; a file begins here. */
const NOON = FOOTAGE_END - 12 * 3_600_000;
const MINUTE_MS = 60_000;
/** What the page may be off by. */
const CLOCK_SLACK_MS = 500;
const LIMIT_MS = 30_000;

/** What one viewer gets: each key frame with the clock before it. */
class Eyes {
  readonly keys: { readonly filmed: number; readonly clock: number; readonly atMs: number }[] = [];
  readonly pace = { rate: 1, scale: 1 };
  newest = 0;
  pictures = 0;
  closed: [number, string] | null = null;
  #clock: number | null = null;
  readonly bufferedBytes = 0;

  sendText(text: string): void {
    const message = JSON.parse(text);
    if (message.type !== 'clock') return;
    // a correction of what was said before belongs to no picture
    if (message.key !== false) this.#clock = Date.parse(message.time);
    Object.assign(this.pace, { rate: message.rate, scale: message.scale });
  }

  sendBinary(bytes: Uint8Array): void {
    const filmed = timeMarksIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))[0]?.contentEpochMs;
    if (filmed === undefined) return;
    this.pictures++;
    this.newest = filmed;
    if (this.#clock !== null) this.keys.push({ filmed, clock: this.#clock, atMs: performance.now() });
    this.#clock = null;
  }

  close(code: number, reason: string): void {
    this.closed = [code, reason];
  }

  /** How far the newest clock is from the picture's own time. */
  get error(): number {
    const key = this.keys.at(-1);
    return key === undefined ? Number.NaN : key.clock - key.filmed;
  }
}

// They mostly wait for a recorder to play.
describe('playback of a recorder', { timeout: 280_000, concurrency: 4 }, () => {
  let gateway: Gateway;
  let data: string;
  let number = 0;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'gbgate-playback-'));
    const opened = await openGateway(gatewayConfig({ data }), SILENT);
    assert.ok(!('fault' in opened), JSON.stringify(opened));
    gateway = opened;
  });

  after(async () => {
    await gateway.close();
    await rm(data, { recursive: true, force: true });
  });

  async function recorder(o: Pick<NvrOptions, 'quirks' | 'maxCalls' | 'gaps'> = {}): Promise<Nvr> {
    const id = `3402000000118000${String(++number).padStart(4, '0')}`;
    const nvr = await startNvr(gateway.sipPort, { id, days: 2, ...o });
    await until('the channel', () => {
      const channels = gateway.channels(id);
      return !isProblem(channels) && channels.length > 0;
    });
    return nvr;
  }

  async function play(
    nvr: Nvr,
    o: { start?: number; end?: number; transport?: 'udp' | 'tcp-passive' | 'tcp-active' } = {},
  ) {
    const { start = NOON, end = NOON + 60 * MINUTE_MS, transport = 'tcp-passive' } = o;
    const wish = { startEpochMs: start, endEpochMs: end, transport, waitMs: LIMIT_MS };
    const answer = await gateway.playbacks.start(nvr.id, nvr.channels[0]!, wish);
    assert.ok(!isProblem(answer), JSON.stringify(answer));
    const eyes = new Eyes();
    const handle = gateway.watchStream(answer.id, eyes, { protocol: true, singleInit: false });
    assert.ok(!isProblem(handle));
    const view = (): StreamView => {
      const stream = gateway.stream(answer.id);
      assert.ok(!isProblem(stream));
      return stream;
    };
    const control = async (command: Parameters<Gateway['playbacks']['control']>[1]) =>
      assert.equal(await gateway.playbacks.control(answer.id, command), null);
    return { id: answer.id, eyes, view, control };
  }

  /** Pictures of this minute come, and their clock is right. */
  async function at(eyes: Eyes, epochMs: number, what: string): Promise<void> {
    await until(
      `${what}: newest ${new Date(eyes.newest).toISOString()}, clock off by ${eyes.error}`,
      () => {
        const key = eyes.keys.at(-1);
        return (
          key !== undefined &&
          key.filmed >= epochMs - 2000 &&
          key.filmed < epochMs + MINUTE_MS &&
          Math.abs(key.clock - key.filmed) <= CLOCK_SLACK_MS
        );
      },
      LIMIT_MS,
    );
  }

  for (const transport of ['udp', 'tcp-passive', 'tcp-active'] as const)
    it(`plays over ${transport}: pause, resume, seek, end`, async () => {
      const nvr = await recorder();
      const { id, eyes, view, control } = await play(nvr, { transport });
      assert.equal(view().kind, 'playback');
      assert.equal(view().transport, transport);
      await at(eyes, NOON, 'the beginning');
      await control({ action: 'pause' });
      const paused = eyes.newest;
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.ok(eyes.newest - paused < 1000, 'nothing but what was on its way comes while it is paused');
      assert.equal(view().state, 'paused');
      await control({ action: 'resume' });
      await until('more pictures', () => eyes.newest > paused + 1500);
      assert.ok(Math.abs(eyes.error) <= CLOCK_SLACK_MS, `${eyes.error}`);
      await control({ action: 'seek', epochMs: NOON + 40 * MINUTE_MS });
      await at(eyes, NOON + 40 * MINUTE_MS, 'forward');
      await control({ action: 'seek', epochMs: NOON + 10 * MINUTE_MS });
      await at(eyes, NOON + 10 * MINUTE_MS, 'back');
      await control({ action: 'seek', epochMs: NOON + 60 * MINUTE_MS - 3000 });
      await until('the end', () => eyes.closed, LIMIT_MS);
      assert.deepEqual(eyes.closed, [4410, 'the range has been played']);
      assert.ok(Math.abs(eyes.newest - (NOON + 60 * MINUTE_MS)) < 1500, new Date(eyes.newest).toISOString());
      assert.equal(gateway.stream(id) !== null && view().state, 'ended');
      assert.deepEqual(view().findings, []);
      await nvr.stop();
    });

  for (const [quirk, what] of [
    ['PB-10', 'refuses to go on'],
    ['PB-11', 'wants MANSRTSP/1.0'],
    ['PB-11a', 'answers nothing but MANSRTSP/1.0'],
    ['PB-12', 'answers with a body'],
    ['PB-13', 'ignores speed and seek'],
    ['PB-13a', 'refuses speed and seek'],
    ['TS-9', 'pushes groups of pictures'],
    ['TS-10', 'divides its time stamps by the speed'],
    ['TS-11', 'starts its time stamps at 0'],
    ['TS-11a', 'counts from the start of the file'],
    ['TS-12a', 'counts from 1970'],
  ] as const)
    it(`${quirk.replace(/[a-z]$/, '')}: moves a recorder that ${what}, with the true clock`, async () => {
      const nvr = await recorder({ quirks: [quirk] });
      const { id, eyes, view, control } = await play(nvr);
      await at(eyes, NOON, 'the beginning');
      await control({ action: 'pause' });
      await control({ action: 'resume' });
      await control({ action: 'seek', epochMs: NOON + 20 * MINUTE_MS });
      await at(eyes, NOON + 20 * MINUTE_MS, 'behind the seek');
      // the distance of pictures at real speed has to be known
      await until('two seconds', () => eyes.newest > NOON + 20 * MINUTE_MS + 2000);
      await control({ action: 'speed', speed: 4 });
      const rate = quirk === 'TS-10' ? 1 : 4;
      await until(`playing at ${rate}`, () => eyes.pace.rate === rate && eyes.pace.scale === 4 / rate, LIMIT_MS);
      const { keys } = eyes;
      const from = keys.length;
      await until('ten seconds of footage', () => keys.length > from + 10 || eyes.closed, LIMIT_MS);
      assert.ok(Math.abs(eyes.error) <= CLOCK_SLACK_MS, `the clock is off by ${eyes.error} ms`);
      const [first, last] = [keys[from]!, keys.at(-1)!];
      const speed = (last.filmed - first.filmed) / (last.atMs - first.atMs);
      assert.ok(speed > 2, `content came at ${speed} times real speed`);
      assert.equal(view().playback?.speed, 4);
      assert.equal(await gateway.stopStream(id), null);
      await nvr.stop();
    });

  for (const [quirk, what] of [
    ['PB-1', 'says so outside of the dialogue'],
    ['PB-2', 'falls silent'],
    ['PB-2a', 'hangs up'],
    ['PB-2b', 'closes the connection'],
    ['PB-3', 'goes on past it'],
    ['PB-3a', 'begins again'],
    ['PB-4', 'says so too early'],
  ] as const)
    it(`${quirk.replace(/[a-z]$/, '')}: ends once at the end of the range with a recorder that there ${what}`, async () => {
      const nvr = await recorder({ quirks: [quirk] });
      const { eyes, view } = await play(nvr, { end: NOON + 4000 });
      await until('the end', () => eyes.closed, LIMIT_MS);
      assert.equal(eyes.closed?.[0], 4410);
      assert.ok(eyes.newest >= NOON + 2500 && eyes.newest < NOON + 4100, new Date(eyes.newest).toISOString());
      assert.equal(view().state, 'ended');
      await nvr.stop();
    });

  for (const [quirk, what] of [
    ['PB-15', 'falls silent'],
    ['PB-15a', 'starts its clock anew'],
  ] as const)
    it(`PB-15: goes on into the next file of a recorder that ${what} where one ends`, async () => {
      const nvr = await recorder({ quirks: [quirk] });
      const { id, eyes } = await play(nvr, { start: NOON + 30 * MINUTE_MS - 3000 });
      await until('the next file', () => eyes.newest > NOON + 30 * MINUTE_MS + 2000, 60_000);
      assert.ok(Math.abs(eyes.error) <= CLOCK_SLACK_MS, `the clock is off by ${eyes.error} ms`);
      await gateway.stopStream(id);
      await nvr.stop();
    });

  it('PB-7: goes on behind a hole of the footage', async () => {
    const nvr = await recorder({ quirks: ['PB-7'] });
    const { id, eyes } = await play(nvr, { start: NOON + 20 * MINUTE_MS - 3000 });
    await until('the footage behind it', () => eyes.newest >= NOON + 25 * MINUTE_MS + 1000, 60_000);
    assert.ok(Math.abs(eyes.error) <= CLOCK_SLACK_MS, `the clock is off by ${eyes.error} ms`);
    await gateway.stopStream(id);
    await nvr.stop();
  });

  for (const [quirks, what] of [
    [[], 'counts on over it'],
    [['TS-11'], 'starts its time stamps at 0'],
    [['TS-12a'], 'counts from 1970'],
  ] as const)
    it(`PB-7: shows the true clock inside and around a hole of half an hour, with a recorder that ${what}`, async () => {
      const hole = { startEpochMs: NOON + 20 * MINUTE_MS, endEpochMs: NOON + 50 * MINUTE_MS };
      const nvr = await recorder({ quirks, gaps: [hole] });
      const { id, eyes, control } = await play(nvr, { start: NOON + 30 * MINUTE_MS, end: NOON + 120 * MINUTE_MS });
      await at(eyes, hole.endEpochMs, 'what is behind it, where nobody asked for that');
      await control({ action: 'seek', epochMs: NOON + 60 * MINUTE_MS });
      await at(eyes, NOON + 60 * MINUTE_MS, 'a place with footage');
      await control({ action: 'seek', epochMs: NOON + 40 * MINUTE_MS });
      await at(eyes, hole.endEpochMs, 'a seek into it');
      await gateway.stopStream(id);
      const { id: over, eyes: seen } = await play(nvr, { start: hole.startEpochMs - 3000 });
      await at(seen, hole.endEpochMs, 'over it');
      await gateway.stopStream(over);
      await nvr.stop();
    });

  it('PB-16: plays several at once up to the limit of the recorder, and says who holds it then', async () => {
    const nvr = await recorder({ maxCalls: 2 });
    const one = await play(nvr);
    const two = await play(nvr, { start: NOON + 20 * MINUTE_MS });
    await at(one.eyes, NOON, 'the first');
    await at(two.eyes, NOON + 20 * MINUTE_MS, 'the second');
    const wish = { startEpochMs: NOON, endEpochMs: NOON + MINUTE_MS, transport: 'tcp-passive' as const };
    const refusal = await gateway.playbacks.start(nvr.id, nvr.channels[0]!, wish);
    assert.ok(isProblem(refusal));
    assert.equal(refusal.problem, 'device_busy');
    for (const { id } of [one, two]) assert.ok(refusal.detail.includes(id), refusal.detail);
    for (const { id } of [one, two]) await gateway.stopStream(id);
    await nvr.stop();
  });
});
