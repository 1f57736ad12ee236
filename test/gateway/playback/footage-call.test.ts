/** Footage for downloads: one range, one end, whatever the device does. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { footageSource } from '../../../src/gateway/playback/footage-source.ts';
import type { Fragment } from '../../../src/media/frame.ts';
import type { FootageEvent, FootageRange, FootageSource } from '../../../src/record/source.ts';
import { picture } from '../footage-picture.ts';
import { World } from '../world.ts';

const START = Date.UTC(2026, 0, 5, 0, 0, 0);
const RANGE: FootageRange = {
  deviceId: 'D',
  channelId: 'C',
  startEpochMs: START,
  endEpochMs: START + 60_000,
  speed: 4,
  transport: 'auto',
};
class Script {
  readonly world = new World();
  readonly events: FootageEvent[] = [];
  readonly source: FootageSource;

  constructor(range: Partial<FootageRange> = {}) {
    this.source = footageSource(this.world.ports)({ ...RANGE, ...range }, (event) => this.events.push(event));
  }

  get ends() {
    return this.events.flatMap((event) => (event.type === 'end' ? [event.end.why] : []));
  }

  get last(): FootageEvent | undefined {
    return this.events.at(-1);
  }

  /** Answered, and the first packet is there. */
  async begin(sdp?: string): Promise<void> {
    await this.world.clock.advance(0);
    this.world.answer(sdp);
    this.world.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
  }

  show(seconds: number, o: Partial<Fragment> = {}): void {
    this.world.emit({ type: 'fragment', fragment: picture(seconds, o) });
  }
}

describe('footage for a download', () => {
  it('asks for the range in seconds of the device, by the numbering of recorded streams', async () => {
    const s = new Script({ startEpochMs: START + 400, endEpochMs: START + 59_600 });
    await s.world.clock.advance(0);
    const { sdp, subject } = s.world.invite.options;
    assert.match(sdp, /^s=Download\r$/m);
    assert.match(sdp, /^u=C:0\r$/m);
    assert.match(sdp, new RegExp(`^t=${START / 1000} ${START / 1000 + 60}\r$`, 'm'));
    assert.match(sdp, /^a=downloadspeed:4\r$/m);
    assert.match(sdp, /^y=1\d{9}\r$/m);
    assert.match(subject, /^C:1\d{9},/);
    await s.source.stop();
  });

  it('PB-8: asks in the time of a device that is hours off', async () => {
    const world = new World();
    world.profile = { ...world.profile, timeOffsetSeconds: -8 * 3600 };
    const source = footageSource(world.ports)(RANGE, () => {});
    await world.clock.advance(0);
    assert.match(world.invite.options.sdp, new RegExp(`^t=${START / 1000 + 8 * 3600} `, 'm'));
    await source.stop();
  });

  it('says how it began, then pictures with the time they were filmed at, from the start of the range on', async () => {
    const s = new Script();
    await s.begin('v=0\r\nm=video 15060 TCP/RTP/AVP 96\r\na=filesize:1234\r\na=downloadspeed:1/4/8\r\n');
    s.world.emit({ type: 'placed', source90k: 777, dts90k: 0 });
    s.show(0);
    s.show(0.04, { isKey: false });
    s.show(31);
    assert.deepEqual(
      s.events.map((event) => (event.type === 'fragment' ? event.contentEpochMs - START : event.type)),
      ['started', 0, 40, 31_000],
    );
    assert.deepEqual(s.events[0], {
      type: 'started',
      transport: 'tcp-passive',
      filesizeBytes: 1234,
      offeredSpeeds: [1, 4, 8],
    });
    await s.source.stop();
  });

  it('TS-12: takes time stamps that are capture times at their word', async () => {
    const s = new Script();
    await s.begin();
    const filmed = START - 1700;
    s.world.emit({ type: 'placed', source90k: (filmed * 90) % 2 ** 33, dts90k: 0 });
    s.show(0);
    assert.equal(s.last?.type === 'fragment' && s.last.contentEpochMs, filmed);
    await s.source.stop();
  });

  it('RTP-1: takes TCP first after losses over UDP, says so, and leaves UDP for the last', async () => {
    const s = new Script({ avoidsUdp: true });
    s.world.rungs = ['udp', 'tcp-passive'];
    await s.source.stop();
    const again = footageSource(s.world.ports)({ ...RANGE, avoidsUdp: true }, () => {});
    await s.world.clock.advance(0);
    assert.match(s.world.invite.options.sdp, /^m=video \d+ TCP\/RTP\/AVP/m);
    s.world.answer('v=0\r\nm=video 15060 TCP/RTP/AVP 96\r\n');
    s.world.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
    assert.equal(s.world.findings.at(-1), 'RTP-1');
    await again.stop();
  });

  it('names a hole before the picture behind it, and none before the first picture', async () => {
    const s = new Script();
    await s.begin();
    s.show(0, { afterLoss: true });
    s.show(1);
    s.show(2, { afterLoss: true });
    assert.deepEqual(
      s.events.map((event) => event.type),
      ['started', 'fragment', 'fragment', 'hole', 'fragment'],
    );
    await s.source.stop();
  });

  it('PB-4: ends with MediaStatus once what was on its way has come', async () => {
    const s = new Script();
    await s.begin();
    s.show(58);
    s.world.invite.options.onMediaStatus?.('121');
    for (const seconds of [58.5, 59, 59.96]) {
      await s.world.clock.advance(700);
      s.show(seconds);
      assert.deepEqual(s.ends, []);
    }
    await s.world.clock.advance(3000);
    assert.deepEqual(s.ends, ['media-status']);
    assert.equal(s.events.filter((event) => event.type === 'fragment').length, 4);
    assert.ok(s.world.findings.includes('PB-4'));
    assert.equal(s.world.invite.hungUp, 1);
  });

  it('PB-1: MediaStatus of another kind ends nothing', async () => {
    const s = new Script();
    await s.begin();
    s.show(1);
    s.world.invite.options.onMediaStatus?.('120');
    await s.world.clock.advance(5000);
    assert.deepEqual(s.ends, []);
    await s.source.stop();
  });

  it('PB-4: waits for what lies in the buffers of a connection that is held back, after a BYE too', async () => {
    for (const say of ['121', 'bye']) {
      const s = new Script();
      await s.begin();
      s.show(10);
      s.source.hold();
      assert.equal(s.world.receivers[0]!.held, true);
      if (say === 'bye') s.world.invite.options.onBye('the device ended the call');
      else s.world.invite.options.onMediaStatus?.('121');
      await s.world.clock.advance(120_000);
      assert.deepEqual(s.ends, [], say);
      s.source.release();
      assert.equal(s.world.receivers[0]!.held, false);
      s.show(59.9);
      await s.world.clock.advance(5000);
      assert.deepEqual(s.ends, [say === 'bye' ? 'bye' : 'media-status']);
      assert.equal(s.events.filter((event) => event.type === 'fragment').length, 2);
    }
  });

  it('PB-15: goes on when the device says after each file that it is done', async () => {
    const s = new Script();
    await s.begin();
    s.show(0);
    s.world.invite.options.onMediaStatus?.('121');
    for (let i = 1; i <= 30; i++) {
      await s.world.clock.advance(500);
      s.show(i);
    }
    assert.deepEqual(s.ends, []);
    assert.ok(s.world.findings.includes('PB-15'));
    s.world.invite.options.onMediaStatus?.('121');
    await s.world.clock.advance(2000);
    assert.deepEqual(s.ends, ['media-status']);
  });

  it('PB-2: silence is the end: after 5 s at the end of the range, after 15 s before it', async () => {
    for (const [seconds, patienceMs] of [
      [59.2, 5000],
      [30, 15_000],
    ] as const) {
      const s = new Script();
      await s.begin();
      s.show(0);
      s.show(seconds);
      await s.world.clock.advance(patienceMs - 1500);
      assert.deepEqual(s.ends, []);
      await s.world.clock.advance(3000);
      assert.deepEqual(s.ends, ['idle']);
    }
  });

  it('PB-2: a closed media connection is the end, when no other comes', async () => {
    const s = new Script();
    await s.begin();
    s.show(30);
    s.world.emit({ type: 'disconnected', detail: 'closed by the device' });
    await s.world.clock.advance(5000);
    assert.deepEqual(s.ends, ['closed']);
  });

  it('PB-3: stops a device that goes on past the end of the range', async () => {
    const s = new Script();
    await s.begin();
    for (const seconds of [0, 59, 60, 61.9]) s.show(seconds);
    assert.deepEqual(s.ends, []);
    s.show(62);
    s.show(63);
    assert.deepEqual(s.ends, ['closed']);
    assert.equal(s.last?.type, 'end');
    await s.world.clock.advance(0);
    assert.equal(s.world.invite.hungUp, 1);
  });

  it('PB-5: holds the device back without taking it for silent', async () => {
    const s = new Script();
    await s.begin();
    s.show(30);
    s.source.hold();
    await s.world.clock.advance(600_000);
    assert.deepEqual(s.ends, []);
    s.source.release();
    await s.world.clock.advance(10_000);
    assert.deepEqual(s.ends, []);
    await s.world.clock.advance(10_000);
    assert.deepEqual(s.ends, ['idle']);
  });

  it('PB-9: asks without u= when nothing else was to the device’s liking', async () => {
    const s = new Script({ transport: 'udp' });
    s.world.rungs = ['udp'];
    await s.world.clock.advance(0);
    s.world.invite.options.onFailure({ kind: 'rejected', status: 400, reason: 'Bad Request' });
    await s.world.clock.advance(2000);
    // the plan was made before: three transports
    for (let i = 0; i < 8 && /^u=/m.test(s.world.invite.options.sdp); i++) {
      s.world.invite.options.onFailure({ kind: 'rejected', status: 400, reason: 'Bad Request' });
      await s.world.clock.advance(2000);
    }
    assert.doesNotMatch(s.world.invite.options.sdp, /^u=/m);
    s.world.answer();
    s.world.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
    assert.ok(s.world.findings.includes('PB-9'));
    assert.equal(s.events[0]?.type, 'started');
    await s.source.stop();
  });

  for (const [name, fail, why, status] of [
    ['486', { kind: 'rejected', status: 486, reason: 'Busy Here' }, 'busy', 486],
    ['603', { kind: 'rejected', status: 603, reason: 'Decline' }, 'rejected', 603],
    ['no way to the device', { kind: 'unreachable' }, 'offline', undefined],
    ['no answer', { kind: 'timeout' }, 'timeout', undefined],
  ] as const)
    it(`says why it ended: ${name}`, async () => {
      const s = new Script({ transport: 'udp' });
      for (let i = 0; i < 3 && s.ends.length === 0; i++) {
        await s.world.clock.advance(1000);
        s.world.invite.options.onFailure(fail);
        await s.world.clock.advance(0);
      }
      assert.deepEqual(s.ends, [why]);
      assert.equal(s.last?.type === 'end' ? s.last.end.status : 0, status);
      assert.equal(s.world.invites.length, name === '486' ? 2 : 1, 'a busy device is asked twice');
      assert.equal(s.world.ssrcs.used, 0);
    });

  it('climbs to the next transport when no media comes, and ends once when none brings any', async () => {
    const s = new Script();
    for (let i = 0; i < 3; i++) {
      await s.world.clock.advance(0);
      s.world.answer();
      await s.world.clock.advance(10_000);
    }
    assert.deepEqual(
      s.world.invites.map((invite) => invite.transport),
      ['tcp-passive', 'udp', 'tcp-active'],
    );
    assert.deepEqual(s.ends, ['no-media']);
  });

  it('ends exactly once, and nothing follows, when it is stopped', async () => {
    const s = new Script();
    await s.begin();
    s.show(0);
    await Promise.all([s.source.stop(), s.source.stop()]);
    s.world.invites[0]!.options.onBye('late');
    s.world.receivers[0]!.options.onEvent({ type: 'fragment', fragment: picture(1) });
    await s.world.clock.advance(60_000);
    assert.deepEqual(s.ends, ['stopped']);
    assert.equal(s.last?.type, 'end');
    assert.equal(s.world.clock.pending, 0);
  });
});
