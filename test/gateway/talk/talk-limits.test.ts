/** Voices on a clock of our own, to a device that the test plays. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MAX_ANNOUNCEMENTS } from '../../../src/gateway/talk/announcements.ts';
import type { Speaker } from '../../../src/gateway/talk/talk-views.ts';
import { MAX_TALK_MS, MAX_TALKS, QUIET_MS, Talks, type TalksPorts } from '../../../src/gateway/talk/talks.ts';
import { isProblem, type Problem } from '../../../src/gateway/views.ts';
import { PortPool } from '../../../src/media/ingest/port-pool.ts';
import { FRAME_SAMPLES } from '../../../src/media/send/voice.ts';
import type { CallStanding, InviteOptions } from '../../../src/sip/call.ts';
import type { Expectation, IncomingListener } from '../../../src/sip/incoming-call.ts';
import type { QueryFault } from '../../../src/sip/server.ts';
import { SsrcPool } from '../../../src/sip/ssrc.ts';
import { FakeClock, settle } from '../../support/clock.ts';
import { tone } from '../../support/tone.ts';
import { wavOf } from '../../support/wav.ts';

const OFFER = 'v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 8\r\n';
const NAME = { deviceId: 'D', channelId: 'C' };
const AUTO = { mode: 'auto', force: false } as const;

type Answer = 'OK' | 'ERROR' | null | QueryFault;

/** The device: answers notices by `answer`, calls when `isCalling`, refuses INVITEs with `status`. */
class World {
  readonly clock = new FakeClock();
  readonly pool = new PortPool({ host: '127.0.0.1', first: 27_300, last: 27_399, quietMs: 0 });
  readonly ssrcs = new SsrcPool('34020000002000000001');
  answer: Answer = 'OK';
  isCalling = true;
  isAcknowledging = true;
  offer = OFFER;
  standing: CallStanding = 'yes';
  inviteStatus: number | null = 488;
  readonly refused: number[] = [];
  readonly hungUp: string[] = [];
  readonly unknown = new Set<string>();
  readonly ended: { cause: unknown; reason: string; problem: unknown }[] = [];
  expected: Expectation | null = null;
  listener: IncomingListener | null = null;
  readonly talks: Talks;

  constructor(t: TestContext) {
    const sip = {
      platformId: '34020000002000000001',
      mediaHostFor: () => '127.0.0.1',
      ask: async () => {
        queueMicrotask(() => this.call());
        return this.answer;
      },
      expectCall: (expectation: Expectation) => {
        this.expected = expectation;
        return () => {
          this.expected = null;
        };
      },
      invite: (options: InviteOptions) => {
        const status = this.inviteStatus;
        if (status !== null) queueMicrotask(() => options.onFailure({ kind: 'rejected', status, reason: 'No' }));
        return {
          callId: 'x',
          answered: false,
          hangUp: async () => ({ byeAnswered: true }),
          info: async () => ({ status: 481, body: '' }),
          stands: async () => this.standing,
        };
      },
    } as unknown as TalksPorts['sip'];
    let ids = 0;
    this.talks = new Talks({
      sip,
      pool: this.pool,
      ssrcs: this.ssrcs,
      clock: this.clock,
      found: () => {},
      abilities: {
        isBeyond: (_, what) => this.unknown.has(what),
        can: (_, what) => void this.unknown.delete(what),
        cannot: (_, what) => void this.unknown.add(what),
      },
      transports: () => ['udp', 'tcp-passive'],
      random: () => 0.5,
      iso: (epochMs) => new Date(epochMs).toISOString(),
      publish: (type, { cause, reason, problem }) => {
        if (type === 'talk.ended') this.ended.push({ cause, reason: String(reason), problem });
      },
      missing: ({ channelId }): Problem | null =>
        channelId === 'none' ? { problem: 'channel_not_found', detail: 'none' } : null,
      isOnline: (deviceId) => deviceId !== 'off',
      newId: () => `t${++ids}`,
    });
    t.after(async () => {
      await this.talks.close();
      this.pool.close();
    });
  }

  /** The device calls, and acknowledges our answer. */
  call(): void {
    const expectation = this.expected;
    if (!this.isCalling || expectation === null) return;
    this.expected = null;
    this.listener = expectation.onCall({
      callId: 'c',
      offer: this.offer,
      from: { transport: 'udp', host: '127.0.0.1', port: 5060 },
      answer: () => {
        if (this.isAcknowledging) queueMicrotask(() => this.listener?.onUp());
      },
      refuse: (status) => this.refused.push(status),
      hangUp: async () => {
        this.hungUp.push('c');
        return { byeAnswered: true };
      },
      stands: async () => this.standing,
    });
  }

  async start(o: Parameters<Talks['start']>[1] = AUTO) {
    const answer = this.talks.start(NAME, o);
    // sockets are opened meanwhile
    for (let i = 0; i < 500 && this.#isCalling(); i += 1) await settle();
    return answer;
  }

  #isCalling(): boolean {
    const talk = this.talks.talk(NAME);
    return !isProblem(talk) && talk.state === 'calling';
  }
}

const codeOf = (answer: object | null) => (answer !== null && isProblem(answer) ? answer.problem : 'none');

test('a talk in which nobody speaks ends after a minute, one with a speaker goes on', async (t) => {
  const world = new World(t);
  const speaker: Speaker = { onTalking: () => {}, onHeard: () => {}, onEnd: () => {} };
  assert.equal(codeOf(await world.start()), 'none');
  const handle = world.talks.attach(NAME, speaker, { force: false });
  assert.ok(!isProblem(handle));
  for (let i = 0; i < 8; i += 1) {
    await world.clock.advance(QUIET_MS / 4);
    handle.push(new Int16Array(FRAME_SAMPLES));
  }
  assert.deepEqual(world.ended, []);
  await world.clock.advance(QUIET_MS + 2000);
  assert.deepEqual(world.ended, [{ cause: 'quiet', reason: 'nobody spoke', problem: undefined }]);
  assert.deepEqual(world.hungUp, ['c']);
  assert.equal(world.ssrcs.used, 0);
});

test('nobody talks for more than an hour', async (t) => {
  const world = new World(t);
  assert.equal(codeOf(await world.start()), 'none');
  const handle = world.talks.attach(
    NAME,
    { onTalking: () => {}, onHeard: () => {}, onEnd: () => {} },
    { force: false },
  );
  assert.ok(!isProblem(handle));
  // the clock is set forward as a whole: 180,000 packets would be sent otherwise
  const began = world.clock.nowMs();
  const real = world.clock.nowMs.bind(world.clock);
  world.clock.nowMs = () => real() + MAX_TALK_MS;
  handle.push(new Int16Array(FRAME_SAMPLES));
  await world.clock.advance(1500);
  assert.ok(world.clock.nowMs() - began >= MAX_TALK_MS);
  assert.deepEqual(world.ended, [{ cause: 'too_long', reason: 'it took too long', problem: undefined }]);
});

test('so many voices at once and no more', async (t) => {
  const world = new World(t);
  world.isCalling = false;
  const started = Array.from({ length: MAX_TALKS }, (_, i) =>
    world.talks.start({ deviceId: `D${i}`, channelId: 'C' }, AUTO),
  );
  assert.equal(world.talks.size, MAX_TALKS);
  assert.equal(codeOf(await world.talks.start(NAME, AUTO)), 'too_many_streams');
  await world.talks.close();
  for (const answer of await Promise.all(started)) assert.equal(codeOf(answer), 'conflict');
  assert.equal(world.talks.size, 0);
});

test('a device that is told and does not call is called itself; when that fails too, the words say so', async (t) => {
  const world = new World(t);
  world.isCalling = false;
  const answer = world.talks.start(NAME, AUTO);
  await world.clock.advance(15_000);
  for (let i = 0; i < 20; i += 1) await settle();
  assert.equal(codeOf(await answer), 'invite_rejected');
  // only what it has said it does not know is remembered
  assert.deepEqual([...world.unknown], ['Talk']);
  const again = world.talks.start(NAME, { mode: 'talk', force: false });
  assert.equal(codeOf(await again), 'not_supported');
});

test('a device that knows neither is asked no more, but with force', async (t) => {
  const world = new World(t);
  world.isCalling = false;
  world.answer = { fault: 'rejected', detail: 'the device answered 405', status: 405 };
  assert.equal(codeOf(await world.start()), 'not_supported');
  assert.deepEqual([...world.unknown].sort(), ['Broadcast', 'Talk']);
  assert.equal(codeOf(await world.start()), 'not_supported');
  Object.assign(world, { isCalling: true, answer: 'OK' });
  assert.equal(codeOf(await world.start({ mode: 'auto', force: true })), 'none');
  assert.deepEqual([...world.unknown], ['Talk']);
});

for (const [what, change, code] of [
  ['is busy', { isCalling: false, answer: 'ERROR', inviteStatus: 486 }, 'device_busy'],
  ['is not reached', { isCalling: false, answer: { fault: 'offline', detail: 'gone' } }, 'device_offline'],
  ['wants another codec', { offer: OFFER.replace('AVP 8', 'AVP 104'), inviteStatus: 500 }, 'invite_rejected'],
] as [string, Partial<World>, string][])
  test(`a device that ${what}`, async (t) => {
    const world = new World(t);
    Object.assign(world, change);
    assert.equal(codeOf(await world.start()), code);
    assert.equal(world.ssrcs.used, 0);
    assert.equal(world.ended[0]?.problem, code);
    if (what === 'wants another codec') assert.deepEqual(world.refused, [488]);
  });

test('a device that registers anew and knows the call no more, or is elsewhere, has restarted; one that knows it is heard on', async (t) => {
  const world = new World(t);
  const ends = () => world.ended.map(({ cause }) => cause);
  assert.equal(codeOf(await world.start()), 'none');
  for (const standing of ['yes', 'unknown'] as const) {
    world.standing = standing;
    world.talks.deviceRegistered('D', '127.0.0.1');
    await settle();
    assert.deepEqual(ends(), []);
  }
  world.talks.deviceRegistered('other', '192.0.2.9');
  world.standing = 'no';
  await settle();
  assert.deepEqual(ends(), []);
  world.talks.deviceRegistered('D', '127.0.0.1');
  await settle();
  assert.deepEqual(ends(), ['device_restarted']);
  world.standing = 'yes';
  assert.equal(codeOf(await world.start()), 'none');
  world.talks.deviceRegistered('D', '192.0.2.9');
  await settle();
  assert.deepEqual(ends(), ['device_restarted', 'device_restarted']);
  assert.equal(world.ssrcs.used, 0);
});

test('a call that the device takes back while it is answered is no talk', async (t) => {
  const world = new World(t);
  world.isAcknowledging = false;
  const answer = world.talks.start(NAME, { mode: 'broadcast', force: false });
  for (let i = 0; i < 50 && world.listener === null; i += 1) await settle();
  world.listener?.onEnd('the device cancelled its call');
  assert.equal(codeOf(await answer), 'invite_rejected');
  assert.equal(world.talks.size, 0);
});

test('who is offline is not called, and a stop while it is called ends it', async (t) => {
  const world = new World(t);
  assert.equal(codeOf(await world.talks.start({ deviceId: 'off', channelId: 'C' }, AUTO)), 'device_offline');
  world.isCalling = false;
  const answer = world.talks.start(NAME, AUTO);
  await settle();
  assert.equal(world.talks.stop(NAME), null);
  assert.equal(codeOf(await answer), 'conflict');
  assert.equal(world.talks.stop(NAME), null);
  assert.equal(codeOf(world.talks.stop({ deviceId: 'D', channelId: 'none' })), 'channel_not_found');
});

test('the newest announcements can be asked for, the oldest are forgotten', (t) => {
  const { talks } = new World(t);
  const wav = wavOf(tone(440, 0.02), 8000);
  const ids = Array.from({ length: MAX_ANNOUNCEMENTS + 1 }, () => {
    const begun = talks.announce([{ deviceId: 'D', channelId: 'none' }], wav);
    assert.ok(!isProblem(begun));
    return begun.id;
  });
  assert.equal(codeOf(talks.announcement(ids[0]!)), 'announcement_not_found');
  assert.equal(codeOf(talks.announcement(ids[1]!)), 'none');
  assert.equal(codeOf(talks.announce([NAME], Buffer.from('x'))), 'bad_request');
});
