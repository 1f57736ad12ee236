import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Events } from '../../src/gateway/events.ts';
import { Findings } from '../../src/gateway/live/findings.ts';
import { DEVICE_ENDED_PAUSE_MS, Ladder, retryPauseMs, transportLadder } from '../../src/gateway/live/ladder.ts';
import { closeCodeOf, problemOf } from '../../src/gateway/live/pull-failure.ts';
import { Steps } from '../../src/gateway/live/steps.ts';
import { Keep } from '../../src/gateway/recording/keep.ts';
import { openSecrets } from '../../src/gateway/secrets.ts';
import type { GatewayEvent } from '../../src/gateway/views.ts';
import { isoInZone } from '../../src/gateway/zone.ts';
import { FakeClock } from '../support/clock.ts';

describe('times in a zone', () => {
  const cases: [string, number, string, string][] = [
    ['Beijing', Date.UTC(2026, 0, 5, 6, 3, 21, 512), 'Asia/Shanghai', '2026-01-05T14:03:21.512+08:00'],
    ['UTC', 0, 'UTC', '1970-01-01T00:00:00.000+00:00'],
    ['half hours', Date.UTC(2026, 5, 1), 'Asia/Kolkata', '2026-06-01T05:30:00.000+05:30'],
    ['west, summer', Date.UTC(2026, 6, 1, 3), 'America/New_York', '2026-06-30T23:00:00.000-04:00'],
    ['west, winter', Date.UTC(2026, 0, 1, 3), 'America/New_York', '2025-12-31T22:00:00.000-05:00'],
  ];
  for (const [name, epochMs, zone, text] of cases)
    it(name, () => {
      assert.equal(isoInZone(epochMs, zone), text);
      assert.equal(Date.parse(text), epochMs);
    });
});

describe('events', () => {
  const collect = () => {
    const got: GatewayEvent[] = [];
    return { got, listener: (event: GatewayEvent) => void got.push(event) };
  };

  it('reaches listeners by type and by family', () => {
    const events = new Events('run', () => 'now');
    const all = collect();
    const devices = collect();
    const one = collect();
    events.listen(null, null, all.listener);
    events.listen(null, ['device.*'], devices.listener);
    const stop = events.listen(null, ['stream.ended'], one.listener);
    events.publish('device.online', { deviceId: '1' });
    events.publish('stream.ended', {});
    stop();
    events.publish('stream.ended', {});
    assert.deepEqual(
      all.got.map((e) => e.id),
      ['run-1', 'run-2', 'run-3'],
    );
    assert.deepEqual(
      devices.got.map((e) => e.type),
      ['device.online'],
    );
    assert.equal(one.got.length, 1);
    assert.equal(events.listenerCount, 2);
  });

  it('replays what came after an id, everything kept for an unknown one, at most 1000', () => {
    const events = new Events('run', () => 'now');
    for (let i = 0; i < 1100; i++) events.publish('x', { i });
    const after = collect();
    events.listen('run-1090', null, after.listener);
    assert.deepEqual(
      after.got.map((e) => e.data.i),
      [1090, 1091, 1092, 1093, 1094, 1095, 1096, 1097, 1098, 1099],
    );
    const unknown = collect();
    events.listen('other-5', null, unknown.listener);
    assert.equal(unknown.got.length, 1000);
  });
});

describe('transport ladder', () => {
  it('takes the first explicit wish alone', () => {
    assert.deepEqual(transportLadder([undefined, 'udp', 'tcp-active'], 'tcp-passive', 'tcp-passive'), ['udp']);
  });
  it('climbs from TCP passive by default, from UDP for 2011 devices, from what worked before', () => {
    assert.deepEqual(transportLadder([undefined, 'auto'], null, 'tcp-passive'), ['tcp-passive', 'udp', 'tcp-active']);
    assert.deepEqual(transportLadder([], null, 'udp'), ['udp', 'tcp-passive', 'tcp-active']);
    assert.deepEqual(transportLadder([], 'tcp-active', 'tcp-passive'), ['tcp-active', 'tcp-passive', 'udp']);
  });
  it('backs off, and leaves a device that ended the call alone for 5 s', () => {
    assert.equal(retryPauseMs(0, false), 1000);
    assert.equal(retryPauseMs(0, true), DEVICE_ENDED_PAUSE_MS);
    assert.equal(retryPauseMs(3, true), 10_000);
    assert.equal(retryPauseMs(99, false), 30_000);
  });
});

describe('ends of a call as problems', () => {
  const cases = [
    [{ kind: 'rejected', status: 486, reason: 'Busy Here' }, 'device_busy', 4486, false],
    [{ kind: 'rejected', status: 404, reason: 'Not Found' }, 'invite_rejected', 4408, false],
    [{ kind: 'rejected', status: 488, reason: 'Not Acceptable Here' }, 'invite_rejected', 4408, true],
    [{ kind: 'invite-timeout', detail: 'x' }, 'invite_timeout', 4408, false],
    [{ kind: 'unreachable', detail: 'x' }, 'device_offline', 4480, false],
    [{ kind: 'no-port', detail: 'x' }, 'port_exhausted', 4503, false],
    [{ kind: 'no-media', detail: 'x' }, 'no_media', 4408, true],
    [{ kind: 'no-connection', detail: 'x' }, 'no_media', 4408, true],
    [{ kind: 'transport-refused', detail: 'x' }, 'no_media', 4408, true],
    [{ kind: 'device-bye', detail: 'x' }, 'no_media', 4408, false],
  ] as const;
  for (const [end, code, close, again] of cases)
    it(`${end.kind}${'status' in end ? ` ${end.status}` : ''}`, () => {
      const problem = problemOf(end, []);
      assert.equal(problem.problem, code);
      assert.equal(closeCodeOf(problem), close);
      const ladder = new Ladder({ transports: ['tcp-passive', 'udp'], sdpForms: ['common'], idForms: ['channel'] });
      assert.equal(ladder.climb(end), again, 'whether another transport may fare better');
    });
});

describe('steps and findings', () => {
  it('keeps the first attempt and the newest steps', async () => {
    const clock = new FakeClock();
    const steps = new Steps(clock);
    for (let i = 0; i < 200; i++) {
      steps.add('invite', String(i));
      await clock.advance(10);
    }
    const view = steps.view((epochMs) => isoInZone(epochMs, 'UTC'));
    assert.equal(view.length, 60);
    assert.deepEqual([view[0]?.detail, view[0]?.ms, view[11]?.detail], ['0', 0, '11']);
    assert.deepEqual([view.at(-1)?.detail, view.at(-1)?.ms], ['199', 1990]);
  });

  it('counts findings by code, bounded', () => {
    const findings = new Findings();
    assert.equal(findings.add({ code: 'PS-1', detail: 'a' }, 0), true);
    assert.equal(findings.add({ code: 'PS-1', detail: 'b' }, 5), false);
    for (let i = 0; i < 500; i++) findings.add({ code: `X-${i}`, detail: '' }, 1);
    const view = findings.view(String);
    assert.deepEqual(view[0], { code: 'PS-1', count: 2, firstAt: '0', lastAt: '5', detail: 'b' });
    assert.equal(view.length, 64);
  });
});

describe('pull on register', () => {
  it('makes a device its own channel when no catalogue has begun in time', async () => {
    const clock = new FakeClock();
    const pulled: string[] = [];
    const channels: string[] = [];
    let begun = false;
    const keep = new Keep({
      clock,
      selfChannelAfterMs: 2000,
      isOnline: () => true,
      channels: () => channels,
      playable: (_, channelId) => channels.includes(channelId),
      catalogBegun: () => begun,
      addSelfChannel: (id) => void channels.push(id),
      pull: (deviceId, channelId) => void pulled.push(`${deviceId}/${channelId}`),
    });
    keep.online('D');
    await clock.advance(1999);
    assert.deepEqual(pulled, []);
    await clock.advance(1);
    assert.deepEqual(pulled, ['D/D']);
    channels.length = 0;
    pulled.length = 0;
    begun = true;
    keep.online('D');
    await clock.advance(5000);
    assert.deepEqual(pulled, [], 'a catalogue that has begun is waited for');
    channels.push('C');
    keep.catalogUpdated('D');
    assert.deepEqual(pulled, ['D/C']);
    channels.push('E');
    keep.channelOn('D', 'E');
    keep.channelOn('D', 'off');
    assert.deepEqual(pulled, ['D/C', 'D/E']);
    keep.online('D');
    keep.close();
    assert.equal(clock.pending, 0);
  });
});

describe('secrets', () => {
  it('are generated once and kept', () => {
    const rows = new Map<string, string>();
    const port = {
      get: (name: string) => rows.get(name),
      put: (name: string, value: string) => void rows.set(name, value),
    };
    const first = openSecrets(port);
    assert.match(first.sipPassword, /^[a-zA-Z2-9]{12}$/);
    assert.ok(first.token.length >= 32);
    assert.equal(first.signingKey.length, 32);
    assert.deepEqual(openSecrets(port), first);
    rows.clear();
    assert.notEqual(openSecrets(port).token, first.token);
  });
});
