import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Streams } from '../../../src/gateway/live/streams.ts';
import { type ChannelView, type DeviceView, isProblem } from '../../../src/gateway/views.ts';
import { sink, World } from '../world.ts';

function open(o: { online?: boolean; closing?: boolean } = {}) {
  const world = new World();
  const streams = new Streams({
    playbacks: { all: () => [], byId: () => undefined },
    lives: world.table,
    device: () => ({ online: o.online !== false }) as DeviceView,
    channel: (_, id) =>
      id === 'C' ? ({} as ChannelView) : { problem: 'channel_not_found', detail: `There is no channel ${id}.` },
    iso: (epochMs) => new Date(epochMs).toISOString(),
    clock: world.clock,
    closing: () => o.closing === true,
  });
  return { world, streams };
}

describe('streams', () => {
  it('says that a stream was ended while somebody waited for it', async () => {
    const { world, streams } = open();
    const waiting = streams.start('D', 'C', {});
    await world.clock.advance(0);
    const [running] = world.table.running();
    assert.equal(await streams.stop(running!.id), null);
    const answer = await waiting;
    assert.ok(isProblem(answer));
    assert.equal(answer.problem, 'conflict');
    assert.match(answer.detail, /ended meanwhile: stopped by the API/);
    assert.ok((answer.steps ?? []).some((step) => step.name === 'ended'));
  });

  it('gives two viewers at once one INVITE, and each refusal its own name', async () => {
    const { world, streams } = open();
    const options = { protocol: false, singleInit: false };
    const [a, b] = [sink(), sink()];
    assert.ok(!isProblem(streams.watchLive('D', 'C', 0, a, options)));
    assert.ok(!isProblem(streams.watchLive('D', 'C', 0, b, options)));
    const api = streams.start('D', 'C', {});
    await world.play();
    assert.equal(world.invites.length, 1);
    const joined = await api;
    assert.ok(!isProblem(joined));
    assert.deepEqual([joined.created, joined.stream.viewers, joined.stream.state], [false, 2, 'playing']);
    const problem = (answer: object) => (isProblem(answer) ? answer.problem : 'none');
    assert.equal(problem(streams.watchLive('D', 'X', 0, sink(), options)), 'channel_not_found');
    assert.equal(problem(streams.watchLive('D', 'C', 99, sink(), options)), 'bad_request');
    assert.equal(problem(streams.watch('s99', sink(), options)), 'stream_not_found');
    assert.equal(await streams.stop(joined.stream.id), null);
    assert.deepEqual([a.closed, b.closed], [[4409], [4409]]);
    assert.equal(problem(open({ online: false }).streams.watchLive('D', 'C', 0, sink(), options)), 'device_offline');
    assert.equal(problem(open({ closing: true }).streams.watchLive('D', 'C', 0, sink(), options)), 'shutting_down');
  });
});
