import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Live } from '../../../src/gateway/live/live.ts';
import { KEY, sink, World } from '../world.ts';

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
    assert.deepEqual(world.worked, ['tcp-passive common channel']);
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
      if (name === '486') {
        await world.clock.advance(500);
        assert.deepEqual([world.invites.length, world.findings], [2, ['INV-4']], 'asked once more');
        fail(world);
      }
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
    assert.equal(
      live.failure.detail,
      '200 OK came, no packet in 10 s on UDP 30002 from 10.0.0.8: the device may be sending to the wrong address, or a firewall drops UDP 30002: it was told 10.0.0.1; set --advertise, or use TCP.',
    );
  });

  it('names every transport that was tried in vain, and advises none of them', async () => {
    const world = new World();
    const live = world.pull();
    for (const [transport, ms] of [
      ['tcp-passive', 4000],
      ['udp', 4000],
      ['tcp-active', 10_000],
    ] as const) {
      await world.clock.advance(0);
      assert.equal(world.invites.at(-1)?.transport, transport);
      world.answer();
      await world.clock.advance(ms);
    }
    assert.equal(live.failure?.problem, 'no_media');
    assert.match(
      live.failure.detail,
      /^No media came over tcp-passive, udp, tcp-active, tried in turn\. Over udp: 200 OK came, no packet in 4 s on UDP \d+ from 10\.0\.0\.8: .* it was told 10\.0\.0\.1; set --advertise, and let the media ports through\.$/,
    );
  });

  it('TCP-11, INV-16: treats port 0 in the answer as a transport the device cannot do', async () => {
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

  it('INV-11: waits for media after an answer without SDP', async () => {
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

  it('INV-15: leaves a device alone for 5 s that ended the call itself', async () => {
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

  it('tells viewers of a stalled stream that its device is offline', async () => {
    const world = new World();
    const live = world.pull();
    const texts: string[] = [];
    const viewer = { ...sink(), sendText: (text: string) => void texts.push(text) };
    live.stream.addViewer(viewer, { protocol: true, singleInit: false });
    await world.play();
    live.deviceOffline();
    assert.ok(!texts.some((text) => text.includes('device_offline')), 'not while its media flows');
    world.invite.options.onBye('the device unregistered');
    live.deviceOffline();
    assert.deepEqual(JSON.parse(texts.at(-1) ?? ''), { type: 'state', state: 'stalled', code: 'device_offline' });
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

  it('lets nothing of a call that is over into the feed, while its port still waits for the BYE to be answered', async () => {
    const world = new World();
    world.deafToBye = true;
    const live = world.pull();
    live.stream.addViewer(sink(), { protocol: true, singleInit: false });
    await world.play();
    const rtp = (sequence: number) =>
      Uint8Array.from([0x80, 96, sequence >> 8, sequence & 255, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
    const [first] = world.receivers;
    first!.options.feed.packet(rtp(1), true, 0);
    assert.equal(live.counters.packets, 1);
    await world.clock.advance(11_000);
    assert.equal(world.invites.length, 2, 'the stall has been answered with a new call');
    assert.equal(first!.closed, null, 'the BYE is not answered yet');
    assert.deepEqual(first!.options.feed.packet(rtp(2), true, 0), []);
    first!.options.feed.reset(0);
    first!.options.feed.end(0);
    assert.equal(live.counters.packets, 1);
    world.receivers[1]!.options.feed.packet(rtp(3), true, 0);
    assert.equal(live.counters.packets, 2);
    void live.end('test', 4410);
  });

  it('takes the next rung after 2 s when the device never answers the BYE of the one before', async () => {
    const world = new World();
    world.deafToBye = true;
    const live = world.pull();
    await world.clock.advance(0);
    world.answer();
    await world.clock.advance(4000 + 1999);
    assert.equal(world.invites.length, 1);
    await world.clock.advance(1);
    assert.deepEqual(
      world.invites.map((invite) => invite.transport),
      ['tcp-passive', 'udp'],
    );
    void live.end('test', 4410);
  });

  it('gives a device its rest that unregistered while its stream was stalled', async () => {
    const world = new World();
    const live = world.pull();
    live.stream.addViewer(sink(), { protocol: true, singleInit: false });
    await world.play();
    world.online = false;
    await world.clock.advance(11_000);
    assert.equal(live.state, 'stalled');
    world.pauseMs = 4000;
    world.online = true;
    live.deviceOnline();
    await world.clock.advance(3999);
    assert.equal(world.invites.length, 1);
    await world.clock.advance(1);
    assert.equal(world.invites.length, 2);
    await live.end('test', 4410);
  });

  it('makes one call at a time when the device comes back while the next rung waits', async () => {
    const world = new World();
    const live = world.pull();
    live.stream.addViewer(sink(), { protocol: true, singleInit: false });
    await world.play();
    world.deafToBye = true;
    await world.clock.advance(11_000);
    assert.equal(world.invites.length, 2);
    world.answer();
    await world.clock.advance(4000);
    live.deviceOnline();
    await world.clock.advance(1000);
    assert.equal(world.invites.length, 3);
    await world.clock.advance(3000);
    assert.equal(world.invites.length, 3);
    assert.equal(world.invite.hungUp, 0);
    void live.end('test', 4410);
    assert.equal(world.invite.hungUp, 1, 'and that one is the one that is stopped');
  });

  it('keeps a stream that was about to end for want of viewers', async () => {
    const world = new World();
    const live = world.pull();
    await world.play();
    await world.clock.advance(5000);
    world.receivers[0]!.lastPacketMs = Number.POSITIVE_INFINITY;
    assert.equal(world.pull(true), live);
    await world.clock.advance(60_000);
    assert.equal(live.state, 'playing');
    await live.end('test', 4410);
  });

  it('lingers from the moment nobody waits for its first picture any more', async () => {
    const world = new World();
    world.rungs = ['udp'];
    const live = world.pull();
    await world.clock.advance(0);
    world.invite.options.onProvisional(100);
    const settled = live.settled(60_000);
    await world.clock.advance(25_000);
    assert.equal(live.state, 'inviting', 'somebody waits for it, longer than the linger');
    await world.play();
    await settled;
    world.receivers[0]!.lastPacketMs = Number.POSITIVE_INFINITY;
    await world.clock.advance(19_999);
    assert.equal(live.state, 'playing');
    await world.clock.advance(1);
    assert.deepEqual([live.state, live.endReason], ['ended', 'no viewer left']);
  });
});
