import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { freeDeviceIds } from '../../../src/gateway/devices/device-ids.ts';
import { Onboarding, type OnboardingPorts } from '../../../src/gateway/devices/onboarding.ts';
import { ownAddresses } from '../../../src/gateway/devices/own-addresses.ts';
import { Events } from '../../../src/gateway/events.ts';
import type { ArrivalView, GatewayEvent } from '../../../src/gateway/views.ts';
import type { RegisterAttempt } from '../../../src/sip/camera/attempt.ts';
import { FakeClock } from '../../support/clock.ts';
import { gatewayConfig } from '../../support/config.ts';

const ID = '34020000001320000001';
const PLATFORM = '34020000002000000001';

function attempt(outcome: RegisterAttempt['outcome'], o: Partial<RegisterAttempt> = {}): RegisterAttempt {
  return {
    deviceId: ID,
    transport: 'udp',
    host: '10.0.0.8',
    address: '10.0.0.8:5060',
    outcome,
    detail: '',
    retryAfterSeconds: null,
    domain: null,
    ...o,
  };
}

/** An `Onboarding` whose surroundings are the test's. */
function world(o: { ports?: Partial<OnboardingPorts>; sip?: Partial<OnboardingPorts['sip']> } = {}) {
  const clock = new FakeClock();
  const told: ArrivalView[] = [];
  const onboarding = new Onboarding({
    sip: { ...gatewayConfig({ data: '' }).sip, host: '0.0.0.0', ...o.sip },
    sipPort: () => 5060,
    localAddressTo: () => '192.168.1.10',
    directory: { devices: () => [], channels: () => [], isBlocked: () => false },
    hasPassword: true,
    clock,
    iso: (epochMs) => new Date(epochMs).toISOString(),
    tell: (arrival) => told.push(arrival),
    addresses: () => [{ address: '192.168.1.10', interface: 'eth0' }],
    ...o.ports,
  });
  const registered = (deviceId = ID) =>
    onboarding.event({
      type: 'device.registered',
      data: { deviceId, address: '10.0.0.8:5060', transport: 'udp', expiresSeconds: 3600, version: null, first: true },
    });
  return { clock, told, onboarding, registered };
}

describe('adding a camera', () => {
  it('tells a log-in once, with all its steps', async () => {
    const { clock, told, onboarding, registered } = world();
    onboarding.attempt(attempt('wrong-password'));
    onboarding.attempt(attempt('challenged'));
    onboarding.attempt(attempt('accepted', { domain: '3402000000' }));
    registered();
    assert.equal(told.length, 0);
    await clock.advance(1_000);
    assert.deepEqual(
      told.map((arrival) => arrival.steps.map((step) => step.code)),
      [['wrong-password', 'registered']],
    );
    const data = { deviceId: ID, queryId: '1', complete: true, channels: 4, added: 4, removed: 0, changed: 0 };
    onboarding.event({ type: 'catalog.updated', data });
    await clock.advance(1_000);
    assert.deepEqual(told[1]?.steps.at(-1)?.channels, 4);
  });

  it('a foreign domain is a remark on the registration; an address in its place is none', async () => {
    const { clock, told, onboarding, registered } = world();
    for (const domain of ['3402000000', '10.0.0.1', 'spvmn.cn']) {
      onboarding.attempt(attempt('accepted', { domain }));
      registered();
    }
    await clock.advance(1_000);
    assert.deepEqual(
      told.at(-1)?.steps.map((step) => step.code),
      ['registered'],
    );
    onboarding.attempt(attempt('accepted', { domain: '4401000000' }));
    registered();
    await clock.advance(1_000);
    assert.deepEqual(told.at(-1)?.steps.at(-1)?.code, 'wrong-domain');
    assert.deepEqual(told.at(-1)?.steps.at(-1)?.detail, '4401000000');
  });

  it('names the conflict at the address that came second, the silence and the missing catalogue at the device', async () => {
    const { onboarding, registered } = world();
    registered();
    const conflict = { deviceId: ID, address: '10.0.0.8:5060', otherAddress: '[fd00::9]:5061' };
    onboarding.event({ type: 'device.conflict', data: conflict });
    onboarding.event({ type: 'catalog.failed', data: { deviceId: ID, reason: 'timeout', detail: 'nothing came' } });
    onboarding.event({ type: 'device.offline', data: { deviceId: ID, reason: 'keepalive-missed' } });
    onboarding.event({ type: 'device.offline', data: { deviceId: 'never-seen', reason: 'keepalive-missed' } });
    const { arrivals } = await onboarding.view(null);
    assert.deepEqual(
      arrivals.map((arrival) => [arrival.id, arrival.steps.map((step) => step.code)]),
      [
        [`${ID}@10.0.0.8`, ['registered', 'catalog-failed', 'keepalive-missed']],
        [`${ID}@fd00::9`, ['conflict']],
      ],
    );
  });

  it('in a flood tells the newest only, and nothing after it was closed', async () => {
    const { clock, told, onboarding } = world();
    for (let i = 0; i < 1_000; i++) onboarding.attempt(attempt('not-added', { deviceId: String(i), host: `h${i}` }));
    await clock.advance(1_000);
    assert.equal(told.length, 20);
    assert.equal(told.at(-1)?.deviceId, '999');
    onboarding.attempt(attempt('not-added'));
    onboarding.close();
    onboarding.attempt(attempt('not-added'));
    await clock.advance(60_000);
    assert.equal(told.length, 20);
  });

  it('says which address a camera sees, and why', async () => {
    const address = async (o: Parameters<typeof world>[0], camera: string | null = null) => {
      const { onboarding, clock } = world(o);
      const answer = onboarding.view(camera);
      await clock.advance(1_000);
      const view = await answer;
      return [view.address, view.addressFrom, view.port, view.addresses.length];
    };
    assert.deepEqual(await address({ sip: { advertise: 'vms.example:15060' } }), [
      'vms.example',
      'advertised',
      15060,
      0,
    ]);
    assert.deepEqual(await address({ sip: { advertise: '203.0.113.7' } }, '10.0.0.8'), [
      '203.0.113.7',
      'advertised',
      5060,
      0,
    ]);
    assert.deepEqual(await address({ sip: { host: '10.9.9.9' } }), ['10.9.9.9', 'bound', 5060, 0]);
    assert.deepEqual(await address({}), ['192.168.1.10', 'interface', 5060, 1]);
    // the kernel's answer is there at the second asking only
    let asked = 0;
    const localAddressTo = () => (++asked === 1 ? '192.168.1.10' : '10.8.0.1');
    assert.deepEqual(await address({ ports: { localAddressTo } }, '10.8.0.77'), ['10.8.0.1', 'camera', 5060, 1]);
    assert.deepEqual(await address({ ports: { addresses: () => [] } }), ['127.0.0.1', 'interface', 5060, 0]);
  });
});

describe('free device ids', () => {
  it('are 20 digits by the rule, and nobody has them', () => {
    const taken = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
    fc.assert(
      fc.property(taken, fc.constantFrom('132', '118'), (serials, type) => {
        const has = new Set(serials.map((serial) => `3402000000${type}0${String(serial).padStart(6, '0')}`));
        const free = freeDeviceIds({ domain: '3402000000', platformId: PLATFORM, type, count: 10 }, (id) =>
          has.has(id),
        );
        assert.equal(new Set(free).size, 10);
        for (const id of free) {
          assert.match(id, new RegExp(`^3402000000${type}0\\d{6}$`));
          assert.ok(!has.has(id));
        }
      }),
    );
  });

  it('are in the centre of the platform when the domain is none', () => {
    const free = (domain: string) =>
      freeDeviceIds({ domain, platformId: PLATFORM, type: '132', count: 1 }, () => false);
    assert.deepEqual(free('vms.example'), [ID]);
    assert.deepEqual(free('4401000000'), ['44010000001320000001']);
    assert.deepEqual(
      freeDeviceIds({ domain: '', platformId: PLATFORM, type: '132', count: 3 }, () => true),
      [],
    );
  });
});

describe('the addresses of this machine', () => {
  const info = (address: string, internal = false): NetworkInterfaceInfo =>
    ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;
  const names = (interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>) =>
    ownAddresses(interfaces).map((one) => `${one.interface} ${one.address}`);

  it('come with the likeliest first; loopback only when there is nothing else', () => {
    const lo = [info('127.0.0.1', true), info('::1', true)];
    const eth0 = [info('fe80::1'), info('2001:db8::1'), info('192.168.1.10')];
    const found = names({ lo, docker0: [info('172.17.0.1')], eth0, eth1: [info('169.254.3.4'), info('10.0.0.2')] });
    assert.deepEqual(found, ['eth0 192.168.1.10', 'eth1 10.0.0.2', 'docker0 172.17.0.1', 'eth0 2001:db8::1']);
    assert.deepEqual(names({ lo }), ['lo 127.0.0.1', 'lo ::1']);
  });

  it('of this machine are found', () => {
    assert.ok(ownAddresses().length > 0);
  });
});

it('what is told is heard now, kept for nobody, and does not disturb Last-Event-ID', () => {
  const events = new Events('run', () => 'now');
  const heard: GatewayEvent[] = [];
  events.publish('device.online', { n: 1 });
  events.listen(null, ['onboarding.*'], (event) => heard.push(event));
  events.tell('onboarding.arrival', { id: 'x' });
  events.tell('stream.ended', {});
  assert.deepEqual(
    heard.map((event) => [event.id, event.type]),
    [['run-1', 'onboarding.arrival']],
  );
  events.publish('device.offline', { n: 2 });
  const replayed: GatewayEvent[] = [];
  events.listen('run-1', null, (event) => replayed.push(event));
  assert.deepEqual(
    replayed.map((event) => event.type),
    ['device.offline'],
  );
});
