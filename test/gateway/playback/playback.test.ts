/** Recorded footage played: what moves it, and what devices make of that. The device is the test. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Playback } from '../../../src/gateway/playback/playback.ts';
import type { PlaybackOptions } from '../../../src/gateway/playback/playback-ports.ts';
import type { FootageSpan } from '../../../src/record/source.ts';
import { picture } from '../footage-picture.ts';
import { World } from '../world.ts';

const START = Date.UTC(2026, 0, 5, 0, 0, 0);
const HOUR_MS = 3_600_000;

/** A playback of an hour, a viewer, and the device behind it, which shows pictures as it is told. */
class Scene {
  readonly world = new World();
  readonly ended: string[] = [];
  readonly texts: Record<string, unknown>[] = [];
  readonly learned: string[] = [];
  spans: FootageSpan[] | null = null;
  /** The device's list of footage comes then. */
  listed: Promise<void> | null = null;
  readonly looked: number[][] = [];
  holders: string | null = null;
  readonly playback: Playback;
  /** Media time of the next picture, seconds. */
  media = 0;
  #source = 0;

  constructor(o: Partial<PlaybackOptions> = {}) {
    this.world.rungs = ['udp'];
    this.playback = new Playback(
      {
        ...this.world.ports,
        findFootage: async (_device, _channel, from, to) => {
          this.looked.push([(from - START) / 1000, (to - START) / 1000]);
          if (this.listed !== null) await this.listed;
          return this.spans === null ? { fault: 'no answer' } : { spans: this.spans, complete: true };
        },
        mansrtspWorked: (_, version) => void this.learned.push(version),
        notSupported: (_, what) => {
          this.learned.push(what);
          const { notSupported } = this.world.profile;
          this.world.profile = { ...this.world.profile, notSupported: [...notSupported, what] };
        },
        holders: () => this.holders,
      },
      {
        id: 'p1',
        deviceId: 'D',
        channelId: 'C',
        startEpochMs: START,
        endEpochMs: START + HOUR_MS,
        speed: 1,
        transport: 'udp',
        onEnded: () => void this.ended.push('ended'),
        ...o,
      },
    );
    this.playback.stream.addViewer(
      {
        bufferedBytes: 0,
        sendBinary() {},
        sendText: (text) => void this.texts.push(JSON.parse(text)),
        close: (code) => void this.ended.push(String(code)),
      },
      { protocol: true, singleInit: false },
    );
  }

  /** Content seconds since the start of the range, by the newest clock that viewers got. */
  get clock(): number {
    const clock = this.texts.findLast((text) => text.type === 'clock');
    return (Date.parse(String(clock?.time)) - START) / 1000;
  }

  get pace(): unknown[] {
    const clock = this.texts.findLast((text) => text.type === 'clock');
    return [clock?.rate, clock?.scale];
  }

  get infos(): string[] {
    return this.world.infos.map((body) => body.replace(/CSeq: \d+\r\n/, '').replaceAll('\r\n', '|'));
  }

  get t(): string[] {
    return this.world.invites.map(({ options }) => {
      const [, from] = /^t=(\d+) /m.exec(options.sdp) ?? [];
      const [, name] = /^s=(\w+)/m.exec(options.sdp) ?? [];
      return `${name} ${Number(from) - START / 1000}`;
    });
  }

  /** The newest INVITE is answered and the first packet is there; the source's clock begins at `source` seconds. */
  async begin(source = 0): Promise<void> {
    await this.world.clock.advance(0);
    this.world.answer();
    this.world.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
    this.leap(source);
  }

  /** The source's clock goes to another place; media time goes on. */
  leap(source: number): void {
    this.#source = source;
    this.world.emit({
      type: 'placed',
      source90k: Math.round(source * 90_000),
      dts90k: Math.round(this.media * 90_000),
    });
  }

  /** `wallMs` of pictures: a second of content comes in 1/`speed`, its time stamps `squeezed` by as much. */
  async show(wallMs: number, o: { speed?: number; squeeze?: number } = {}): Promise<void> {
    const { speed = 1, squeeze = 1 } = o;
    const pictures = Math.round((wallMs / 40) * speed);
    for (let i = 0; i < pictures; i++) {
      this.world.emit({ type: 'fragment', fragment: picture(this.media, { isKey: i % 5 === 0 }) });
      this.media += 0.04 / squeeze;
      this.#source += 0.04 / squeeze;
      await this.world.clock.advance(wallMs / pictures);
    }
  }

  async end(): Promise<void> {
    await this.playback.end('over', 4410);
    await this.world.clock.advance(0);
  }
}

describe('playback', () => {
  it('asks for the range, and tells viewers when their pictures were filmed', async () => {
    const s = new Scene();
    await s.begin(777);
    await s.show(1000);
    assert.deepEqual(s.t, ['Playback 0']);
    assert.match(s.world.invite.options.sdp, new RegExp(`^t=${START / 1000} ${START / 1000 + 3600}\r$`, 'm'));
    assert.match(s.world.invite.options.sdp, /^y=1\d{9}\r$/m);
    assert.equal(s.playback.state, 'playing');
    assert.ok(Math.abs(s.clock - 0.8) < 0.01, `${s.clock}`);
    assert.deepEqual(s.pace, [1, 1]);
    await s.end();
    assert.deepEqual(s.ended, ['4410', 'ended']);
    assert.deepEqual(
      s.world.published.filter((type) => type === 'stream.started' || type === 'stream.ended'),
      ['stream.started', 'stream.ended'],
    );
    assert.equal(s.world.clock.pending, 0);
  });

  it('TS-12: shows the clock of a device whose time stamps are capture times', async () => {
    const s = new Scene();
    await s.begin(((START - 2500) / 1000) % (2 ** 33 / 90_000));
    await s.show(400);
    assert.ok(Math.abs(s.clock - -2.3) < 0.01, `${s.clock}`);
    await s.end();
  });

  it('PB-10: is not killed while it is paused for an hour, and goes on from there', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(2000);
    assert.equal(await s.playback.control({ action: 'pause' }), null);
    assert.equal(s.playback.state, 'paused');
    await s.world.clock.advance(HOUR_MS);
    assert.equal(s.playback.state, 'paused');
    assert.equal(s.world.invite.hungUp, 0);
    assert.equal(await s.playback.control({ action: 'resume' }), null);
    await s.show(4000);
    assert.equal(s.playback.state, 'playing');
    assert.equal(s.world.invites.length, 1);
    assert.deepEqual(s.infos, ['PAUSE RTSP/1.0|PauseTime: now||', 'PLAY RTSP/1.0|Range: npt=now-||']);
    assert.ok(Math.abs(s.clock - 5.8) < 0.01, `${s.clock}`);
    assert.deepEqual(
      s.texts.filter((text) => text.type === 'state').map((text) => text.state),
      ['waiting', 'playing', 'paused', 'playing'],
    );
    await s.end();
  });

  for (const [name, refuse] of [
    ['says no to going on', true],
    ['says that it goes on and does not', false],
  ] as const)
    it(`PB-10: calls a device again that pauses and ${name}`, async () => {
      const s = new Scene();
      await s.begin();
      await s.show(7000);
      await s.playback.control({ action: 'pause' });
      if (refuse) s.world.infoAnswer = () => ({ status: 500, body: '' });
      await s.playback.control({ action: 'resume' });
      await s.world.clock.advance(3100);
      assert.deepEqual(s.t, ['Playback 0', 'Playback 6']);
      assert.ok(s.world.findings.includes('PB-10'));
      await s.begin();
      await s.show(400);
      assert.ok(Math.abs(s.clock - 6.2) < 0.01, `${s.clock}`);
      await s.end();
    });

  it('pauses a device that cannot by hanging up, and calls it again from there', async () => {
    const s = new Scene();
    s.world.infoAnswer = () => ({ status: 400, body: '' });
    await s.begin();
    await s.show(3000);
    await s.playback.control({ action: 'pause' });
    assert.equal(s.world.invite.hungUp, 1);
    await s.world.clock.advance(60_000);
    assert.equal(s.playback.state, 'paused');
    await s.playback.control({ action: 'resume' });
    await s.world.clock.advance(0);
    assert.deepEqual(s.t, ['Playback 0', 'Playback 2']);
    await s.end();
  });

  it('PB-11: finds the start line that the device takes, and remembers it', async () => {
    const s = new Scene();
    s.world.infoAnswer = (body) => ({ status: body.includes(' MANSRTSP/1.0') ? 200 : 400, body: '' });
    await s.begin();
    await s.show(400);
    assert.equal(await s.playback.control({ action: 'pause' }), null);
    assert.deepEqual(s.infos, ['PAUSE RTSP/1.0|PauseTime: now||', 'PAUSE MANSRTSP/1.0|PauseTime: now||']);
    assert.deepEqual(s.learned, ['MANSRTSP/1.0']);
    assert.ok(s.world.findings.includes('PB-11'));
    assert.equal(s.world.invite.hungUp, 0);
    await s.end();
  });

  for (const [name, source] of [
    ['with the time stamps of the place', 1200],
    ['with time stamps from 0', 0],
    ['with time stamps of another clock', 50_000],
  ] as const)
    it(`TS-11: shows the right clock behind a seek, ${name}`, async () => {
      const s = new Scene();
      await s.begin(5);
      await s.show(2000);
      assert.equal(await s.playback.control({ action: 'seek', epochMs: START + 1_195_000 }), null);
      assert.deepEqual(s.infos, ['PLAY RTSP/1.0|Range: npt=1195-||']);
      await s.show(200); // what was on its way
      assert.ok(s.clock < 3);
      s.leap(source);
      await s.show(4000);
      assert.ok(Math.abs(s.clock - (1195 + 3.8)) < 0.1, `${s.clock}`);
      assert.equal(s.world.invites.length, 1);
      await s.end();
    });

  it('keeps the right clock when the next seek is told before the pictures of the one before have come', async () => {
    const s = new Scene();
    await s.begin(5);
    await s.show(1000);
    for (const second of [600, 1200, 1800])
      assert.equal(await s.playback.control({ action: 'seek', epochMs: START + second * 1000 }), null);
    for (const second of [600, 1800]) {
      s.leap(5 + second);
      await s.show(1000);
      assert.ok(Math.abs(s.clock - (second + 0.8)) < 0.1, `${s.clock} at ${second}`);
    }
    await s.end();
  });

  it('PB-12: believes a device that says where it goes', async () => {
    const s = new Scene();
    s.world.infoAnswer = () => ({ status: 200, body: 'RTSP/1.0 200 OK\r\nCSeq: 1\r\nRange: npt=1190-\r\n\r\n' });
    await s.begin();
    await s.show(400);
    await s.playback.control({ action: 'seek', epochMs: START + 1_195_000 });
    s.leap(90_000);
    await s.show(400);
    assert.ok(Math.abs(s.clock - 1190.2) < 0.1, `${s.clock}`);
    await s.end();
  });

  it('PB-12: believes a device whose clock goes on without a leap and that names the first packet from there', async () => {
    const s = new Scene();
    await s.begin(10);
    await s.show(2000);
    // its pictures of 1,195 s begin 0.2 s after the newest one
    const rtptime = (10 + 2.2) * 90_000;
    s.world.infoAnswer = () => ({ status: 200, body: `RTSP/1.0 200 OK\r\nRTP-Info: seq=1;rtptime=${rtptime}\r\n\r\n` });
    await s.playback.control({ action: 'seek', epochMs: START + 1_195_000 });
    await s.show(160); // what was on its way
    assert.ok(s.clock < 3, `${s.clock}`);
    await s.show(4000);
    assert.ok(Math.abs(s.clock - (1195 + 3.8)) < 0.3, `${s.clock}`);
    assert.equal(s.world.invites.length, 1, 'nothing had to be done by a new call');
    await s.end();
  });

  for (const rtptime of [7, 0xffff_ffff, 12.1 * 90_000])
    it(`PB-12: is not led astray by a device that names a packet (${rtptime}) and leaps`, async () => {
      const s = new Scene();
      await s.begin(10);
      await s.show(2000);
      s.world.infoAnswer = () => ({
        status: 200,
        body: `RTSP/1.0 200 OK\r\nRTP-Info: seq=1;rtptime=${rtptime}\r\n\r\n`,
      });
      await s.playback.control({ action: 'seek', epochMs: START + 1_195_000 });
      await s.show(200);
      s.leap(50_000);
      await s.show(4000);
      assert.ok(Math.abs(s.clock - (1195 + 3.8)) < 0.3, `${s.clock}`);
      await s.end();
    });

  it('tells viewers where the pictures of a seek begin, once, so that they need not play what came before', async () => {
    const s = new Scene();
    const jumps = () => s.texts.filter((text) => text.type === 'clock').map((text) => text.jump === true);
    await s.begin(5);
    await s.show(1000);
    assert.deepEqual(new Set(jumps()), new Set([false]));
    await s.playback.control({ action: 'seek', epochMs: START + 600_000 });
    await s.show(400);
    assert.deepEqual(new Set(jumps()), new Set([false]), 'what was on its way is no such picture');
    const before = jumps().length;
    s.leap(600);
    await s.show(1000);
    assert.deepEqual(jumps().slice(before), [
      true,
      ...jumps()
        .slice(before + 1)
        .map(() => false),
    ]);
    // a device that ignores it is called again
    await s.playback.control({ action: 'seek', epochMs: START + 1_200_000 });
    await s.show(3100);
    await s.begin(3);
    const called = jumps().length;
    await s.show(1000);
    assert.deepEqual(jumps().slice(called), [
      true,
      ...jumps()
        .slice(called + 1)
        .map(() => false),
    ]);
    await s.end();
  });

  it('PB-13: does a seek that is ignored by a new call, within 3 s', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(1000);
    await s.playback.control({ action: 'seek', epochMs: START + 600_000 });
    await s.show(2800);
    assert.equal(s.world.invites.length, 1);
    await s.world.clock.advance(400);
    assert.deepEqual(s.t, ['Playback 0', 'Playback 600']);
    assert.ok(s.world.findings.includes('PB-13'));
    await s.begin(3);
    await s.show(400);
    assert.ok(Math.abs(s.clock - 600.2) < 0.01, `${s.clock}`);
    // of the call before nothing gets in any more
    s.world.receivers[0]!.options.onEvent({ type: 'fragment', fragment: picture(9999) });
    assert.ok(s.clock < 601);
    // and seeks count from where this one began
    await s.playback.control({ action: 'seek', epochMs: START + 700_000 });
    assert.match(s.infos.at(-1)!, /npt=100-/);
    // back before that is no place of this call
    await s.playback.control({ action: 'seek', epochMs: START + 60_000 });
    await s.world.clock.advance(0);
    assert.equal(s.t.at(-1), 'Playback 60');
    await s.end();
  });

  it('TS-9: tells the player to play faster when a device pushes the same time stamps faster', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(2000);
    assert.equal(await s.playback.control({ action: 'speed', speed: 4 }), null);
    assert.deepEqual(s.infos, ['PLAY RTSP/1.0|Scale: 4.0||']);
    await s.show(4000, { speed: 4 });
    assert.deepEqual(s.pace, [4, 1]);
    assert.ok(Math.abs(s.clock - (2 + 16)) < 0.3, `${s.clock}`);
    assert.equal(s.playback.speed, 4);
    assert.ok(s.world.findings.includes('TS-9'));
    await s.end();
  });

  it('TS-10: counts content time where a device squeezes its time stamps, from the picture on where it began', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(2000);
    await s.playback.control({ action: 'speed', speed: 4 });
    await s.show(200); // what was on its way
    await s.show(4000, { speed: 4, squeeze: 4 });
    assert.deepEqual(s.pace, [1, 4]);
    assert.ok(Math.abs(s.clock - (2.2 + 16)) < 0.3, `${s.clock}`);
    assert.ok(s.world.findings.includes('TS-10'));
    await s.playback.control({ action: 'speed', speed: 1 });
    await s.show(4000);
    assert.deepEqual(s.pace, [1, 1]);
    assert.ok(Math.abs(s.clock - (2.2 + 16 + 4)) < 0.3, `${s.clock}`);
    assert.equal(s.world.invites.length, 1);
    await s.end();
  });

  it('TS-10: corrects the clock within a few pictures, not only when the pace has been measured', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(2000);
    await s.playback.control({ action: 'speed', speed: 4 });
    await s.show(80); // what was on its way
    await s.show(160, { speed: 4, squeeze: 4 });
    const clock = s.texts.findLast((text) => text.type === 'clock')!;
    assert.deepEqual([clock.rate, clock.scale], [1, 4]);
    // by any clock, what is shown at the end of it
    const shown = s.clock + (s.media - Number(clock.dts90k) / 90_000) * 4;
    assert.ok(Math.abs(shown - (2.08 + 0.64)) < 0.1, `${shown}`);
    assert.ok(s.texts.some((text) => text.type === 'clock' && text.key === false));
    await s.end();
  });

  it('tells viewers the pace that is to be expected at once where the device has shown how it does it', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(2000);
    await s.playback.control({ action: 'speed', speed: 0.5 });
    assert.deepEqual(s.pace, [0.5, 1]);
    await s.show(4000, { speed: 0.5 });
    await s.playback.control({ action: 'speed', speed: 8 });
    assert.deepEqual(s.pace, [8, 1]);
    await s.show(4000, { speed: 8 });
    await s.playback.control({ action: 'speed', speed: 1 });
    assert.deepEqual(s.pace, [1, 1]);
    await s.show(4000);
    assert.deepEqual(s.pace, [1, 1]);
    assert.ok(Math.abs(s.clock - (2 + 2 + 32 + 4)) < 0.5, `${s.clock}`);
    await s.end();
  });

  for (const speed of [0.25, 0.5, 2, 8])
    for (const squeeze of [1, speed])
      it(`plays at ${speed} with time stamps ${squeeze === 1 ? 'as they are' : 'that are squeezed'}`, async () => {
        const s = new Scene();
        await s.begin();
        await s.show(2000);
        await s.playback.control({ action: 'speed', speed });
        await s.show(4800, { speed, squeeze });
        assert.deepEqual(s.pace, [speed / squeeze, squeeze]);
        assert.ok(Math.abs(s.clock - (2 + 4.8 * speed)) < 0.5, `${s.clock}`);
        assert.equal(s.world.invites.length, 1);
        await s.end();
      });

  it('takes pictures that are late for no sign that a seek was ignored', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(1000);
    await s.playback.control({ action: 'seek', epochMs: START + 600_000 });
    // this machine was busy: what was on its way when the device said 200 comes after 3 s
    await s.world.clock.advance(2900);
    await s.show(1500);
    assert.deepEqual(s.t, ['Playback 0']);
    s.leap(600);
    await s.show(4000);
    assert.deepEqual(s.t, ['Playback 0']);
    assert.deepEqual(s.world.findings, []);
    assert.ok(Math.abs(s.clock - 603.8) < 0.1, `${s.clock}`);
    await s.end();
  });

  it('calls a device again that shows nothing at all behind a seek', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(1000);
    await s.playback.control({ action: 'seek', epochMs: START + 600_000 });
    await s.show(400);
    await s.world.clock.advance(9000);
    assert.deepEqual(s.t, ['Playback 0', 'Playback 600']);
    await s.end();
  });

  it('PB-13: pushes the footage of a device that ignores the speed by a call of another kind', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(2000);
    await s.playback.control({ action: 'speed', speed: 4 });
    await s.show(3000);
    assert.deepEqual(s.t, ['Playback 0', 'Download 4']);
    assert.match(s.world.invite.options.sdp, /^a=downloadspeed:4\r$/m);
    assert.ok(s.world.findings.includes('PB-13'));
    await s.begin();
    await s.show(4000, { speed: 4 });
    assert.deepEqual(s.pace, [4, 1]);
    assert.equal(s.playback.speed, 4);
    // back to real speed, and such a call cannot be told
    await s.playback.control({ action: 'speed', speed: 1 });
    await s.world.clock.advance(0);
    assert.match(s.t.at(-1)!, /^Playback /);
    await s.end();
  });

  it('PB-14: says so when the device cannot do a speed in any way, and offers it no more', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(2000);
    await s.playback.control({ action: 'speed', speed: 8 });
    await s.show(3000);
    await s.begin();
    await s.show(4000);
    assert.equal(s.playback.speed, 1);
    assert.deepEqual(s.learned, ['speed 8']);
    assert.ok(s.texts.some((text) => text.type === 'state' && text.code === 'speed_not_supported'));
    await s.end();
  });

  it('PB-14: refuses a speed that the device refuses', async () => {
    const s = new Scene();
    s.world.infoAnswer = () => ({ status: 400, body: '' });
    await s.begin();
    await s.show(1000);
    const refusal = await s.playback.control({ action: 'speed', speed: 0.5 });
    assert.equal(refusal?.problem, 'not_supported');
    assert.equal((await s.playback.control({ action: 'speed', speed: 3 }))?.problem, 'bad_request');
    await s.end();
  });

  it('plays backwards where the device can, with the true clock', async () => {
    const s = new Scene();
    await s.begin(100);
    await s.show(10_000);
    assert.equal(await s.playback.control({ action: 'speed', speed: -1 }), null);
    for (const group of [109, 108, 107, 106]) {
      s.leap(group);
      await s.show(1000);
    }
    assert.ok(Math.abs(s.clock - 6.8) < 0.1, `${s.clock}`);
    assert.deepEqual(s.learned, []);
    assert.equal(s.playback.speed, -1);
    await s.end();
  });

  it('PB-14: says so within 3 s of the fastest reverse, too', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(1000);
    await s.playback.control({ action: 'speed', speed: -4 });
    await s.show(3100);
    assert.deepEqual(s.learned, ['speed -4']);
    await s.end();
  });

  it('lets a device wait that pushes twenty times as fast, and goes on', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(1000);
    s.world.infoAnswer = () => ({ status: 400, body: '' });
    await s.playback.control({ action: 'speed', speed: 4 });
    await s.begin(3);
    // what was asked for is never held
    await s.show(4000, { speed: 4 });
    const device = s.world.receivers.at(-1)!;
    assert.equal(device.held, false);
    await s.show(1000, { speed: 20 });
    assert.equal(device.held, true);
    await s.world.clock.advance(4000);
    assert.equal(device.held, false);
    assert.equal(s.world.invites.length, 2, 'it is not taken for silent');
    await s.end();
  });

  it('PB-14: says so when a device says 200 to reverse and goes on forwards', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(1000);
    await s.playback.control({ action: 'speed', speed: -1 });
    await s.show(4000);
    assert.equal(s.playback.speed, 1);
    assert.deepEqual(s.learned, ['speed -1']);
    assert.ok(Math.abs(s.clock - 4.8) < 0.1, `${s.clock}`);
    await s.end();
  });

  it('ends with the range, by content time, once', async () => {
    const s = new Scene({ endEpochMs: START + 3000 });
    await s.begin(40);
    await s.show(5000);
    await s.world.clock.advance(30_000);
    assert.deepEqual(s.ended, ['4410', 'ended']);
    assert.equal(s.playback.endReason, 'the range has been played');
    assert.equal(s.world.invite.hungUp, 1);
    assert.equal(s.world.published.filter((type) => type === 'stream.ended').length, 1);
    assert.equal((await s.playback.control({ action: 'pause' }))?.problem, 'conflict');
  });

  for (const how of ['121', 'bye', 'fin', 'silence'] as const)
    it(`PB-2, PB-15: goes on by itself when the device ends at a file joint: ${how}`, async () => {
      const s = new Scene();
      await s.begin();
      await s.show(5000);
      s.spans = [
        { startEpochMs: START, endEpochMs: START + 5200 },
        { startEpochMs: START + 60_000, endEpochMs: START + HOUR_MS },
      ];
      const { options } = s.world.invite;
      if (how === '121') options.onMediaStatus?.('121');
      if (how === 'bye') options.onBye('the device ended the call');
      if (how === 'fin') s.world.emit({ type: 'disconnected', detail: 'closed by the device' });
      await s.world.clock.advance(how === 'silence' ? 17_000 : 6000);
      assert.deepEqual(s.t, ['Playback 0', 'Playback 60'], 'over the hole, where the device says there is more');
      assert.ok(s.world.findings.includes('PB-15'));
      await s.begin(0);
      await s.show(400);
      assert.ok(Math.abs(s.clock - 60.2) < 0.01, `${s.clock}`);
      assert.deepEqual(s.ended, []);
      await s.end();
    });

  describe('footage with a gap from minute 1 to minute 31', () => {
    const gapped = () => [
      { startEpochMs: START, endEpochMs: START + 60_000 },
      { startEpochMs: START + 1_860_000, endEpochMs: START + HOUR_MS },
    ];
    const behind = 1860;

    async function begunIn(o: { startEpochMs: number; source?: number; listed?: Promise<void> }): Promise<Scene> {
      const s = new Scene({ startEpochMs: o.startEpochMs });
      s.spans = gapped();
      s.listed = o.listed ?? null;
      await s.begin(o.source ?? 0);
      return s;
    }

    for (const [name, source] of [
      ['from 0', 0],
      ['of capture times', START / 1000 + behind],
    ] as const) {
      it(`PB-15: a playback that begins inside of it shows the clock of what is behind it, time stamps ${name}`, async () => {
        const s = await begunIn({ startEpochMs: START + 600_000, source });
        await s.show(1000);
        assert.ok(Math.abs(s.clock - (behind + 0.8)) < 0.01, `${s.clock}`);
        assert.deepEqual(s.looked, [[600, 3600]], 'it is asked once');
        await s.end();
      });

      it(`PB-15: corrects the clock when the list of footage comes late, time stamps ${name}`, async () => {
        let arrived = () => {};
        const listed = new Promise<void>((resolve) => {
          arrived = resolve;
        });
        const s = await begunIn({ startEpochMs: START + 600_000, source, listed });
        await s.show(1000);
        assert.ok(s.clock < 602);
        arrived();
        await s.world.clock.advance(0);
        assert.equal(s.texts.at(-1)?.key, false, 'what was said before is corrected at once');
        await s.show(1000);
        assert.ok(Math.abs(s.clock - (behind + 1.8)) < 0.01, `${s.clock}`);
        await s.end();
      });
    }

    for (const [name, source] of [
      ['that keep the gap', 5 + behind],
      ['from 0', 0],
    ] as const)
      it(`PB-15: a seek into it leads behind it, time stamps ${name}`, async () => {
        const s = await begunIn({ startEpochMs: START, source: 5 });
        await s.show(2000);
        await s.playback.control({ action: 'seek', epochMs: START + 600_000 });
        s.leap(source);
        await s.show(1000);
        assert.ok(Math.abs(s.clock - (behind + 0.8)) < 0.1, `${s.clock}`);
        await s.end();
      });

    for (const [name, source] of [
      ['that begin anew', 0],
      ['of another clock', 9000],
      ['that keep the gap', 55 + behind - 60 + 5],
    ] as const)
      it(`PB-15: goes over it with the next file, time stamps ${name}`, async () => {
        const s = await begunIn({ startEpochMs: START + 55_000, source: 55 });
        await s.show(5000);
        s.leap(name === 'that keep the gap' ? behind : source);
        await s.show(1000);
        assert.ok(Math.abs(s.clock - (behind + 0.8)) < 0.1, `${s.clock}`);
        await s.end();
      });

    it('PB-15: finds the clock behind it when time stamps run on as if there were none', async () => {
      const s = await begunIn({ startEpochMs: START + 55_000, source: 55 });
      await s.show(5000 + 2200 + 1000);
      assert.ok(Math.abs(s.clock - (behind + 3)) < 0.3, `${s.clock}`);
      await s.end();
    });

    it('believes pictures that go on a little longer than the list says, and leap then', async () => {
      const s = await begunIn({ startEpochMs: START + 55_000, source: 55 });
      await s.show(5000 + 3000);
      s.leap(behind);
      await s.show(1000);
      assert.ok(Math.abs(s.clock - (behind + 0.8)) < 0.1, `${s.clock}`);
      await s.end();
    });

    it('leaves the clock alone where there is footage, and where a list is not whole', async () => {
      const s = await begunIn({ startEpochMs: START + 30_000 });
      await s.show(1000);
      assert.ok(Math.abs(s.clock - 30.8) < 0.01, `${s.clock}`);
      await s.end();
      const other = new Scene({ startEpochMs: START + 600_000 });
      await other.begin();
      await other.show(1000);
      assert.ok(Math.abs(other.clock - 600.8) < 0.01, `${other.clock}`);
      await other.end();
    });
  });

  it('ends when the device has nothing more in the range', async () => {
    const s = new Scene();
    s.spans = [{ startEpochMs: START, endEpochMs: START + 5000 }];
    await s.begin();
    await s.show(4960);
    s.world.invite.options.onMediaStatus?.('121');
    await s.world.clock.advance(3000);
    assert.deepEqual(s.ended, ['4410', 'ended']);
    assert.equal(s.playback.endReason, 'no more footage in the range');
  });

  it('gives up a device that says at once that it is done, again and again', async () => {
    const s = new Scene();
    for (let i = 0; i < 40 && s.ended.length === 0; i++) {
      await s.begin();
      s.world.invite.options.onMediaStatus?.('121');
      await s.world.clock.advance(35_000);
    }
    assert.deepEqual(s.ended, ['4408', 'ended']);
    assert.ok(s.world.invites.length >= 3 && s.world.invites.length <= 8, `${s.world.invites.length}`);
    assert.equal(s.playback.failure?.problem, 'no_media');
  });

  it('PB-16: says which streams hold the sessions of a busy device', async () => {
    const s = new Scene();
    s.holders = 'live of C (stream s1)';
    for (let i = 0; i < 2; i++) {
      await s.world.clock.advance(1000);
      s.world.invite.options.onFailure({ kind: 'rejected', status: 486, reason: 'Busy Here' });
    }
    await s.world.clock.advance(0);
    assert.equal(s.playback.failure?.problem, 'device_busy');
    assert.match(s.playback.failure?.detail ?? '', /It is sending to this gateway: live of C \(stream s1\)\./);
    assert.deepEqual(s.ended, ['4486', 'ended']);
    assert.ok(s.world.findings.includes('PB-16'));
  });

  it('is called again where it stood when the device was away', async () => {
    const s = new Scene();
    await s.begin();
    await s.show(5000);
    s.world.online = false;
    s.world.invite.options.onBye('the device is gone');
    await s.world.clock.advance(1500);
    assert.equal(s.playback.state, 'stalled');
    s.world.online = true;
    await s.world.clock.advance(5000);
    assert.deepEqual(s.t, ['Playback 0', 'Playback 4']);
    await s.begin();
    await s.show(400);
    assert.equal(s.playback.state, 'playing');
    assert.ok(s.world.published.includes('stream.recovered'));
    await s.end();
  });

  it('refuses more commands than may wait, and places outside of its range', async () => {
    const s = new Scene();
    let answer: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await s.begin();
    await s.show(400);
    assert.equal((await s.playback.control({ action: 'seek', epochMs: START - 1 }))?.problem, 'bad_request');
    assert.equal((await s.playback.control({ action: 'seek', epochMs: START + HOUR_MS }))?.problem, 'bad_request');
    s.world.infoWait = waiting;
    const answers = [1, 2, 3, 4, 5, 6].map(() => s.playback.control({ action: 'pause' }));
    await s.world.clock.advance(0);
    answer();
    assert.deepEqual(
      (await Promise.all(answers)).map((refusal) => refusal?.problem ?? null),
      [null, null, null, null, 'rate_limited', 'rate_limited'],
    );
    await s.end();
  });
});
