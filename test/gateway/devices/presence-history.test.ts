import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { deviceHealth } from '../../../src/gateway/devices/device-health.ts';
import { KEPT_CHANGES, PresenceHistory } from '../../../src/gateway/devices/presence-history.ts';
import { Directory } from '../../../src/sip/camera/directory.ts';
import { learn } from '../../../src/sip/camera/profile.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { memoryStores } from '../../sip/memory-stores.ts';

const folder = mkdtempSync(join(tmpdir(), 'gbgate-history-'));
const stores: Store[] = [];
after(() => {
  for (const store of stores) store.close();
  rmSync(folder, { recursive: true, force: true });
});

function opened(name: string) {
  const store = openStore(join(folder, name));
  assert.ok(!('fault' in store), JSON.stringify(store));
  stores.push(store);
  const clock = { epochMs: 1000 };
  const history = new PresenceHistory({
    rows: store.presence,
    epochMs: () => clock.epochMs,
    iso: String,
    address: (deviceId) => (deviceId === 'D' ? '10.0.0.8:5060' : null),
  });
  const said = (deviceId: string) => history.of(deviceId).map((c) => `${c.time} ${c.online} ${c.reason}`);
  return { store, clock, history, said };
}

describe('when devices came and went', () => {
  it('is told newest first, apart for each device, with the address', () => {
    const { history, clock, said } = opened('order');
    history.note('D', true, 'registered');
    clock.epochMs = 2000;
    history.note('E', true, 'registered');
    history.note('D', false, 'keepalive-missed');
    assert.deepEqual(said('D'), ['2000 false keepalive-missed', '1000 true registered']);
    assert.equal(history.of('D')[1]?.address, '10.0.0.8:5060');
    assert.ok(!('address' in history.of('E')[0]!));
    assert.deepEqual(said('nobody'), []);
  });

  it('is bounded: the oldest change makes room, and only of its own device', () => {
    const { history, clock, said } = opened('bound');
    history.note('E', true, 'registered');
    for (let i = 0; i < KEPT_CHANGES + 5; i++) {
      clock.epochMs = 5000 + i;
      history.note('D', i % 2 === 0, 'registered');
    }
    assert.equal(said('D').length, KEPT_CHANGES);
    assert.match(said('D').at(-1)!, /^5005 /);
    assert.equal(said('E').length, 1);
  });

  it('names the time in which no gateway ran, whether it stopped or died', () => {
    const stopped = opened('stopped');
    stopped.history.note('D', true, 'registered');
    stopped.history.note('E', false, 'unregistered');
    stopped.clock.epochMs = 3000;
    stopped.history.stopped(['D', 'E']);
    stopped.clock.epochMs = 9000;
    stopped.history.started(['D', 'E']);
    assert.deepEqual(stopped.said('D'), ['3000 false gateway-stopped', '1000 true registered']);
    assert.equal(stopped.said('E').length, 1, 'who was away stays away');

    const died = opened('died');
    died.history.note('D', true, 'registered');
    died.clock.epochMs = 9000;
    died.history.started(['D']);
    assert.equal(died.said('D')[0], '9000 false gateway-restarted');
  });

  it('survives a restart and goes with its device', () => {
    const first = opened('kept');
    first.history.note('D', true, 'registered');
    first.store.close();
    const second = opened('kept');
    assert.equal(second.said('D').length, 1);
    second.history.note('D', false, 'deleted');
    assert.equal(second.said('D').length, 1, 'nothing is written about what is being deleted');
    second.history.forget('D');
    assert.deepEqual(second.said('D'), []);
  });

  it('a history the disk refuses harms nobody', () => {
    const { store, history } = opened('refused');
    store.close();
    const faults = store.faults.count;
    history.note('D', true, 'registered');
    assert.ok(store.faults.count > faults);
  });
});

describe('how a device does', () => {
  const device = () => {
    const { devices, channels } = memoryStores();
    return new Directory(devices, channels).ensureDevice('34020000001320000001')!;
  };
  const known = { addresses: null, findings: [], iso: String };

  it('one that never registered has nothing to tell', () => {
    const health = deviceHealth(device(), { ...known, epochMs: 5000 });
    assert.deepEqual([health.registeredAt, health.expiresAt, health.keepalive.ageSeconds], [null, null, null]);
    assert.equal(health.keepalive.missed, 0);
  });

  it('counts missed keepalives by its own interval, and says how long the registration holds', () => {
    const d = device();
    Object.assign(d, { online: true, registeredEpochMs: 10_000, keepaliveEpochMs: 20_000, expiresSeconds: 3600 });
    const health = deviceHealth(d, { ...known, epochMs: 170_000 });
    assert.deepEqual(health.keepalive, {
      at: '20000',
      ageSeconds: 150,
      intervalSeconds: 60,
      allowedMisses: 3,
      missed: 2,
    });
    assert.deepEqual([health.expiresAt, health.expiresInSeconds], ['3610000', 3440]);
    learn(d, 'keepaliveSeconds', 30);
    assert.equal(deviceHealth(d, { ...known, epochMs: 170_000 }).keepalive.missed, 5);
    d.online = false;
    assert.equal(deviceHealth(d, { ...known, epochMs: 170_000 }).keepalive.missed, 0, 'nothing is expected of it');
  });
});
