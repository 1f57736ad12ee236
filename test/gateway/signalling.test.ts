/** What signalling bends, as the stream of a call sees it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { World } from './world.ts';

describe('a call whose signalling is not by the book', () => {
  it('INV-4: a 486 is asked again once, and the second answer counts', async () => {
    const world = new World();
    world.rungs = ['udp'];
    const live = world.pull();
    await world.clock.advance(0);
    world.invite.options.onFailure({ kind: 'rejected', status: 486, reason: 'Busy Here' });
    await world.clock.advance(499);
    assert.equal(world.invites.length, 1);
    await world.clock.advance(1);
    assert.equal(world.invites.length, 2);
    await world.play();
    assert.equal(live.state, 'playing');
    assert.deepEqual(
      live.findings.view(String).map((finding) => finding.code),
      ['INV-4'],
    );
  });

  it('INV-7: a BYE that names another call ends nothing while media goes on', async () => {
    const world = new World();
    world.rungs = ['udp'];
    const live = world.pull();
    await world.play();
    world.invite.options.onDoubtfulBye('a BYE from 10.0.0.8:5060 names the channel, but another Call-ID');
    await world.clock.advance(2500);
    world.packet();
    await world.clock.advance(500);
    assert.equal(live.state, 'playing');
    assert.match(live.findings.view(String)[0]?.detail ?? '', /media went on, so it was not believed/);
    world.invite.options.onDoubtfulBye('again');
    await world.clock.advance(3000);
    assert.equal(live.state, 'stalled', 'media stopped: the device meant it');
    assert.match(live.findings.view(String)[0]?.detail ?? '', /media stopped, so it was believed/);
    assert.deepEqual(world.findings, ['INV-7', 'INV-7'], 'counted for the device as well');
  });

  it('INV-14, SSRC-5: media that comes before the answer counts, and the answer ends nothing', async () => {
    const world = new World();
    world.rungs = ['udp'];
    const live = world.pull();
    await world.clock.advance(0);
    world.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
    world.answer();
    for (let i = 0; i < 15; i++) {
      await world.clock.advance(1000);
      world.packet();
    }
    assert.equal(live.failure, null);
    assert.equal(live.state, 'waiting');
    assert.equal(world.invite.hungUp, 0);
    assert.equal(live.findings.view(String)[0]?.code, 'INV-14');
  });

  for (const { name, attributes } of [
    { name: 'TCP-13: an answer without a side is followed as it was offered', attributes: '' },
    {
      name: 'TCP-13: an answer with the side of our offer is followed all the same',
      attributes: 'a=setup:passive\r\n',
    },
    {
      name: 'TCP-14: a connection that exists already is taken as new',
      attributes: 'a=setup:active\r\na=connection:existing\r\n',
    },
  ])
    it(name, async () => {
      const world = new World();
      world.rungs = ['tcp-passive'];
      const live = world.pull();
      await world.clock.advance(0);
      world.answer(
        `v=0\r\nc=IN IP4 10.0.0.8\r\nm=video 15060 TCP/RTP/AVP 96\r\na=rtpmap:96 PS/90000\r\n${attributes}y=0200000001\r\n`,
      );
      world.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
      await world.clock.advance(1000);
      assert.deepEqual([live.state, live.failure, world.invite.hungUp], ['waiting', null, 0]);
      assert.deepEqual(
        live.findings.view(String).map((finding) => finding.code),
        [name.slice(0, 6)],
      );
    });

  it('what the answer bends is a finding of stream and device', async () => {
    const world = new World();
    world.rungs = ['udp'];
    const live = world.pull();
    await world.clock.advance(0);
    world.answer('v=0\r\nc=IN IP4 192.168.9.9\r\nm=video 15060 RTP/AVP 96\r\na=rtpmap:96 DAHUA/90000\r\n');
    const codes = live.findings.view(String).map((finding) => finding.code);
    assert.deepEqual(codes, ['SSRC-2', 'INV-12', 'INV-17']);
    assert.deepEqual(world.findings, codes);
    void live.end('done', 1000);
  });

  it('INV-15: a device that hangs up and stays is asked again, and that is named; one that left is not blamed', async () => {
    const world = new World();
    world.rungs = ['udp'];
    const live = world.pull(true);
    await world.play();
    world.invite.options.onBye('BYE');
    assert.equal(live.state, 'stalled');
    world.pauseMs = 0;
    await world.clock.advance(6000);
    assert.equal(world.invites.length, 2);
    await world.play();
    const codes = () => live.findings.view(String).map((finding) => finding.code);
    assert.deepEqual([live.state, codes()], ['playing', ['INV-15']]);
    world.invite.options.onBye('BYE');
    live.deviceOffline();
    world.pauseMs = 0;
    await world.clock.advance(6000);
    await world.play();
    assert.deepEqual([live.state, live.findings.view(String)[0]?.count], ['playing', 1]);
  });
});
