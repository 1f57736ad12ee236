import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Live, LivePorts } from '../../src/gateway/live.ts';
import { LiveTable } from '../../src/gateway/live-table.ts';
import type { PulledTransport } from '../../src/gateway/views.ts';
import type { Fragment, InitSegment } from '../../src/media/frame.ts';
import type { ReceiverEvent, ReceiverOptions } from '../../src/media/receiver.ts';
import type { InviteOptions } from '../../src/sip/server.ts';
import { SsrcPool } from '../../src/sip/ssrc.ts';
import { FakeClock } from '../support/clock.ts';

const ANSWER = 'v=0\r\nc=IN IP4 10.0.0.8\r\nm=video 15060 RTP/AVP 96\r\ny=0200000001\r\n';
const INIT: InitSegment = {
  generation: 1,
  mime: 'video/mp4; codecs="avc1.64001f"',
  bytes: new Uint8Array(8),
  video: null,
  audio: null,
};
const KEY: Fragment = {
  generation: 1,
  bytes: new Uint8Array(8),
  isKey: true,
  afterLoss: false,
  dts90k: 0,
  arrivedMs: 0,
  samples: [],
};

/** A receiver and a call whose other side is the test. */
class World {
  readonly clock = new FakeClock();
  readonly ssrcs = new SsrcPool('34020000002000000001');
  readonly published: string[] = [];
  readonly worked: string[] = [];
  readonly invites: { options: InviteOptions; hungUp: number; transport: PulledTransport }[] = [];
  receivers: {
    options: Omit<ReceiverOptions, 'pool'>;
    closed: { byeAnswered: boolean } | null;
    lastPacketMs: number;
  }[] = [];
  rungs: PulledTransport[] = ['tcp-passive', 'udp', 'tcp-active'];
  online = true;
  pauseMs = 0;
  portFault = false;
  byeAnswered = true;
  readonly table: LiveTable;
  #id = 0;

  constructor() {
    const world = this;
    const ports: LivePorts = {
      clock: this.clock,
      ssrcs: this.ssrcs,
      stallTimeoutMs: 10_000,
      lingerMs: 20_000,
      loss: 'deliver',
      sip: {
        platformId: '34020000002000000001',
        mediaHostFor: () => '10.0.0.1',
        seen() {},
        invite(options: InviteOptions) {
          const transport: PulledTransport = options.sdp.includes('a=setup:passive')
            ? 'tcp-passive'
            : options.sdp.includes('a=setup:active')
              ? 'tcp-active'
              : 'udp';
          const invite = { options, hungUp: 0, transport };
          world.invites.push(invite);
          return {
            callId: 'x',
            answered: false,
            hangUp: async () => {
              invite.hungUp++;
              return { byeAnswered: world.byeAnswered };
            },
            info: async () => 200,
          };
        },
      } as unknown as LivePorts['sip'],
      async openReceiver(options) {
        if (world.portFault) return { fault: 'port-exhausted', detail: 'every port is in use' };
        const receiver = { options, closed: null as { byeAnswered: boolean } | null, lastPacketMs: 0 };
        world.receivers.push(receiver);
        return {
          port: 30_000 + 2 * world.receivers.length,
          remote: '10.0.0.8:15060',
          strangers: 0,
          malformed: 0,
          connectionsDropped: 0,
          get lastPacketMs() {
            return receiver.lastPacketMs;
          },
          answered() {},
          close(o: { byeAnswered: boolean }) {
            receiver.closed ??= o;
          },
        } as unknown as Awaited<ReturnType<LivePorts['openReceiver']>>;
      },
      ladder: () => [...this.rungs],
      isOnline: () => this.online,
      pauseBeforeMs: () => this.pauseMs,
      endedByDevice: () => {
        this.pauseMs = 5000;
      },
      worked: (_, transport) => void this.worked.push(transport),
      publish: (type) => void this.published.push(type),
      log: () => {},
    };
    this.table = new LiveTable(ports, () => `s${++this.#id}`);
  }

  pull(keep = false): Live {
    return this.table.join('D', 'C', 0, { transport: 'auto', keep }).live;
  }

  get invite() {
    return this.invites.at(-1)!;
  }

  emit(event: ReceiverEvent): void {
    const receiver = this.receivers.at(-1)!;
    receiver.lastPacketMs = this.clock.nowMs();
    receiver.options.onEvent(event);
  }

  answer(sdp: string | null = ANSWER): void {
    this.invite.options.onAnswer({ sdp, from: { transport: 'udp', host: '10.0.0.8', port: 5060 } });
  }

  async play(): Promise<void> {
    await this.clock.advance(0);
    this.answer();
    this.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
    this.emit({ type: 'first-pack' });
    this.emit({ type: 'init', init: INIT });
    this.emit({ type: 'fragment', fragment: KEY });
  }
}

const sink = () => {
  const closed: number[] = [];
  return {
    closed,
    bufferedBytes: 0,
    sendBinary() {},
    sendText() {},
    close(code: number) {
      closed.push(code);
    },
  };
};

describe('live stream', () => {
  it('plays by the first transport and writes its steps', async () => {
    const world = new World();
    const live = world.pull();
    const viewer = live.stream.addViewer(sink(), { protocol: true, singleInit: false });
    await world.play();
    assert.equal(live.state, 'playing');
    assert.deepEqual(
      live.steps.view(String).map((step) => step.name),
      ['port', 'invite', 'answer', 'first packet', 'first pack', 'codecs', 'first key frame', 'first fragment'],
    );
    assert.deepEqual(world.worked, ['tcp-passive']);
    assert.deepEqual(world.published, ['stream.started']);
    assert.match(world.invite.options.subject, /^C:0200000001,34020000002000000001:0$/);
    viewer.close();
    for (const ms of [9000, 9000, 1999]) {
      await world.clock.advance(ms);
      world.emit({ type: 'fragment', fragment: KEY });
    }
    assert.equal(live.state, 'playing', 'the linger is not over');
    await world.clock.advance(1);
    assert.equal(live.state, 'ended');
    assert.equal(world.invite.hungUp, 1);
    assert.deepEqual(world.receivers[0]?.closed, { byeAnswered: true });
    assert.equal(world.ssrcs.used, 0);
    assert.equal(world.clock.pending, 0, 'no timer is left');
  });

  it('is one call for everybody who wants it, also in the same turn', async () => {
    const world = new World();
    const [a, b] = [world.pull(), world.pull()];
    assert.equal(a, b);
    await world.play();
    assert.equal(world.invites.length, 1);
    world.pull();
    assert.equal(world.invites.length, 1);
    await a.end('test', 4410);
    assert.notEqual(world.pull(), a, 'an ended stream is not joined');
    assert.equal(world.table.byId(a.id), a, 'but stays readable');
    await world.clock.advance(3_600_001);
    assert.equal(world.table.byId(a.id), undefined, 'for an hour');
  });

  it('climbs the ladder when no media comes, and each rung gives its port back', async () => {
    const world = new World();
    const live = world.pull();
    live.stream.addViewer(sink(), { protocol: false, singleInit: false });
    await world.clock.advance(0);
    world.answer();
    await world.clock.advance(4000);
    assert.deepEqual(
      world.invites.map((i) => i.transport),
      ['tcp-passive', 'udp'],
    );
    world.invite.options.onFailure({ kind: 'rejected', status: 488, reason: 'Not Acceptable Here' });
    await world.clock.advance(0);
    assert.deepEqual(
      world.invites.map((i) => i.transport),
      ['tcp-passive', 'udp', 'tcp-active'],
    );
    await world.play();
    assert.equal(live.state, 'playing');
    assert.equal(live.transport, 'tcp-active');
    assert.deepEqual(
      world.receivers.map((r) => r.closed !== null),
      [true, true, false],
    );
    await live.end('test', 4410);
  });

  const failures = [
    [
      '486',
      (w: World) => w.invite.options.onFailure({ kind: 'rejected', status: 486, reason: 'Busy Here' }),
      'device_busy',
      4486,
    ],
    [
      '404',
      (w: World) => w.invite.options.onFailure({ kind: 'rejected', status: 404, reason: 'Not Found' }),
      'invite_rejected',
      4408,
    ],
    ['silence', (w: World) => w.invite.options.onFailure({ kind: 'timeout' }), 'invite_timeout', 4408],
    ['no route', (w: World) => w.invite.options.onFailure({ kind: 'unreachable' }), 'device_offline', 4480],
    ['BYE before media', (w: World) => w.invite.options.onBye('BYE'), 'no_media', 4408],
  ] as const;
  for (const [name, fail, code, close] of failures)
    it(`ends with a reason of its own: ${name}`, async () => {
      const world = new World();
      world.rungs = ['udp'];
      const live = world.pull();
      const viewer = sink();
      live.stream.addViewer(viewer, { protocol: false, singleInit: false });
      const settled = live.settled(15_000);
      await world.clock.advance(0);
      fail(world);
      await settled;
      await world.clock.advance(0);
      assert.equal(live.failure?.problem, code);
      assert.deepEqual(viewer.closed, [close]);
      assert.equal(world.ssrcs.used, 0);
      assert.equal(world.clock.pending, 0);
    });

  it('names the address the device was told when no packet came', async () => {
    const world = new World();
    world.rungs = ['udp'];
    const live = world.pull();
    await world.clock.advance(0);
    world.answer();
    await world.clock.advance(10_000);
    assert.equal(live.failure?.problem, 'no_media');
    assert.match(live.failure.detail, /10\.0\.0\.1:30002.*--advertise/);
  });

  it('treats port 0 in the answer as a transport the device cannot do', async () => {
    const world = new World();
    world.pull();
    await world.clock.advance(0);
    world.answer('v=0\r\nm=video 0 TCP/RTP/AVP 96\r\n');
    await world.clock.advance(0);
    assert.deepEqual(
      world.invites.map((i) => i.transport),
      ['tcp-passive', 'udp'],
    );
  });

  it('waits for media after an answer without SDP', async () => {
    const world = new World();
    const live = world.pull();
    await world.clock.advance(0);
    world.answer(null);
    assert.equal(world.invites.length, 1);
    world.emit({ type: 'first-packet', remote: '10.0.0.8:1', ssrc: 9 });
    assert.equal(live.state, 'waiting');
    await live.end('test', 4410);
  });

  it('says when the ports are exhausted', async () => {
    const world = new World();
    world.portFault = true;
    const live = world.pull();
    await world.clock.advance(0);
    assert.equal(live.failure?.problem, 'port_exhausted');
    assert.equal(world.invites.length, 0);
    assert.equal(world.ssrcs.used, 0);
  });

  it('invites again after a stall with back-off, and keeps its viewers', async () => {
    const world = new World();
    const live = world.pull();
    const viewer = sink();
    live.stream.addViewer(viewer, { protocol: true, singleInit: false });
    await world.play();
    await world.clock.advance(11_000);
    assert.equal(live.state, 'stalled');
    assert.equal(world.invites[0]?.hungUp, 1);
    await world.clock.advance(1000);
    assert.equal(world.invites.length, 2, 'first pause: 1 s');
    world.invite.options.onFailure({ kind: 'timeout' });
    await world.clock.advance(1999);
    assert.equal(world.invites.length, 2);
    await world.clock.advance(1);
    assert.equal(world.invites.length, 3, 'second pause: 2 s');
    await world.play();
    assert.equal(live.state, 'playing');
    assert.deepEqual(viewer.closed, []);
    assert.deepEqual(world.published, ['stream.started', 'stream.stalled', 'stream.recovered']);
    await live.end('test', 4410);
  });

  it('leaves a device alone for 5 s that ended the call itself', async () => {
    const world = new World();
    const live = world.pull();
    live.stream.addViewer(sink(), { protocol: true, singleInit: false });
    await world.play();
    world.invite.options.onBye('BYE');
    assert.equal(live.state, 'stalled');
    live.deviceOnline();
    await world.clock.advance(4999);
    assert.equal(world.invites.length, 1);
    await world.clock.advance(1);
    assert.equal(world.invites.length, 2);
    await live.end('test', 4410);
    world.pauseMs = 3000;
    const next = world.pull();
    next.stream.addViewer(sink(), { protocol: true, singleInit: false });
    await world.clock.advance(2999);
    assert.equal(world.invites.length, 2, 'a new stream of that channel waits too');
    await world.clock.advance(1);
    assert.equal(world.invites.length, 3);
    await next.end('test', 4410);
  });

  it('does not invite while the device is offline, and at once when it is back', async () => {
    const world = new World();
    const live = world.pull();
    live.stream.addViewer(sink(), { protocol: true, singleInit: false });
    await world.play();
    world.online = false;
    await world.clock.advance(60_000);
    assert.equal(world.invites.length, 1);
    world.online = true;
    live.deviceOnline();
    await world.clock.advance(1000);
    assert.equal(world.invites.length, 2);
    await live.end('test', 4410);
  });

  it('retries a kept channel that never played, without viewers', async () => {
    const world = new World();
    world.rungs = ['udp'];
    const live = world.pull(true);
    await world.clock.advance(0);
    world.invite.options.onFailure({ kind: 'timeout' });
    await world.clock.advance(1000);
    assert.equal(world.invites.length, 2);
    await world.play();
    await world.clock.advance(5000);
    assert.equal(live.state, 'playing');
    await live.end('test', 4410);
  });

  it('ends once from every side in every state and leaves nothing', async () => {
    const stages: ((world: World) => Promise<void> | void)[] = [
      () => {},
      (world) => world.clock.advance(0),
      async (world) => {
        await world.clock.advance(0);
        world.answer();
      },
      (world) => world.play(),
      async (world) => {
        await world.play();
        await world.clock.advance(11_000);
      },
    ];
    const enders: ((world: World, live: Live) => unknown)[] = [
      (_, live) => live.end('stopped', 4409),
      (world) => world.invites.at(-1)?.options.onBye('BYE'),
      (world) => world.invites.at(-1)?.options.onFailure({ kind: 'timeout' }),
      (world) => world.receivers.at(-1)?.options.onEvent({ type: 'connect-failed', detail: 'refused' }),
    ];
    for (const stage of stages)
      for (const ender of enders) {
        const world = new World();
        const live = world.pull();
        await stage(world);
        ender(world, live);
        ender(world, live);
        await live.end('afterwards', 4410);
        await world.clock.advance(0);
        assert.equal(world.ssrcs.used, 0);
        assert.equal(world.clock.pending, 0);
        assert.ok(world.receivers.every((receiver) => receiver.closed !== null));
        assert.ok(world.invites.every((invite) => invite.hungUp <= 1));
        assert.equal(world.published.filter((type) => type === 'stream.ended').length, 1);
        assert.equal(world.table.running().length, 0);
      }
  });
});
