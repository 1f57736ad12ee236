/** Quirks of registration, SIP, XML and catalogue: the simulated camera shows them, the SIP server takes them and says so. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { QUIRKS } from '../../src/simulator/quirks.ts';
import type { SimulatorOptions } from '../../src/simulator/simulator.ts';
import { setByHand } from '../../src/sip/camera/profile.ts';
import { CHANNEL, ID, meet, PLATFORM, until } from './meet.ts';

const SHORT_ID = ID.slice(0, 18);
/** Codes, what the camera is started with, and what the server has found then: exactly that. */
const TAKEN: [code: string, found: string[], more?: Partial<SimulatorOptions>, deviceId?: string][] = [
  ['SIP-1', ['SIP-1']],
  ['SIP-2', ['SIP-2'], { keepaliveSeconds: 1 }],
  ['SIP-4', ['SIP-4']],
  ['SIP-5', [], { sip: 'tcp' }],
  ['SIP-6', ['SIP-6']],
  ['SIP-6a', ['SIP-6']],
  ['SIP-6b', ['SIP-6']],
  ['SIP-6', ['SIP-6'], { sip: 'tcp' }],
  ['SIP-6a', ['SIP-6'], { sip: 'tcp' }],
  ['SIP-6b', ['SIP-6'], { sip: 'tcp' }],
  ['SIP-7', ['SIP-7']],
  ['SIP-8', ['SIP-8'], { keepaliveSeconds: 1, sip: 'tcp' }],
  ['SIP-9', ['SIP-9']],
  ['SIP-10', ['SIP-10']],
  ['SIP-11', []],
  ['SIP-13', []],
  ['SIP-14', []],
  ['SIP-15', []],
  ['REG-1', ['REG-1']],
  ['REG-2', []],
  ['REG-4', ['REG-4']],
  ['REG-5', ['REG-5'], {}, SHORT_ID],
  ['REG-6', ['REG-6']],
  ['REG-7', ['REG-7']],
  ['REG-9', ['REG-9'], { expiresSeconds: 3 }],
  ['REG-16', ['REG-16'], { keepaliveSeconds: 1 }],
  ['XML-1', ['XML-1']],
  ['XML-2', ['XML-2']],
  ['XML-3', ['XML-3']],
  ['XML-4', ['XML-4']],
  ['XML-5', ['XML-5']],
  ['XML-6', ['XML-6']],
  ['XML-7', ['XML-7']],
  ['XML-8', ['XML-8']],
  ['XML-9', []],
  ['XML-10', ['XML-10']],
  ['XML-11', ['XML-11']],
  ['XML-12', ['XML-12']],
  ['XML-13', ['XML-13']],
  ['CAT-1', []],
  ['CAT-2', ['CAT-2']],
  ['CAT-3', ['CAT-3']],
  ['CAT-4', ['CAT-4']],
  ['CAT-5', ['CAT-5']],
  ['CAT-6', []],
];
/** These have tests of their own, below or where calls are made. */
const APART = ['REG-3', 'REG-8', 'REG-13', 'REG-15', 'REG-18', 'REG-19', 'REG-20', 'CAT-7', 'CAT-8'];
const NAMES: Record<string, string> = {
  'XML-1': 'Camera 1东门',
  'XML-2': 'Camera 1镕㛃',
  'XML-3': 'Camera 1 A&B 3<5',
  'XML-9': `Camera 1 O'Neil "x"; DROP TABLE channels;--`,
};

describe('signalling quirks of the simulated camera', { concurrency: 8, timeout: 120_000 }, () => {
  for (const [code, found, more = {}, deviceId = ID] of TAKEN)
    test(`${code} over ${more.sip ?? 'udp'}: the catalogue comes whole, and what was bent is named`, async (t) => {
      const { server } = await meet(t, { quirks: new Set([code]), ...more });
      await until('the catalogue', () => server.directory.channels(deviceId).length === 7);
      await until('the device info', () => server.directory.device(deviceId)?.model === 'Simulated camera');
      const codes = () => server.findingsOf(deviceId).map((finding) => finding.code);
      await until(`${found} found, not only ${codes()}`, () => codes().length >= found.length);
      assert.deepEqual(codes(), found);
      const channel = server.directory.channel(deviceId, CHANNEL);
      assert.deepEqual([channel?.name, channel?.status], [NAMES[code] ?? 'Camera 1', 'on']);
      if (code === 'CAT-5') assert.equal(channel?.parentId, ID);
      if (code === 'XML-12') assert.deepEqual([channel?.longitude, channel?.latitude], [null, null]);
    });

  test('every quirk of these sections is tried', () => {
    const codes = QUIRKS.map((quirk) => quirk.code).filter((code) => /^(SIP|REG|XML|CAT)-/.test(code));
    const tried = [...new Set(TAKEN.map(([code]) => code))];
    assert.deepEqual(codes.filter((code) => !APART.includes(code)).sort(), tried.sort());
  });

  test('REG-3: a camera that cannot read qop is asked without it when it never answers', async (t) => {
    const { server, events } = await meet(t, { quirks: new Set(['REG-3']), retrySeconds: 1 }, 30_000);
    await until('the catalogue', () => server.directory.channels(ID).length === 7);
    const rejected = events.find((event) => event.type === 'device.rejected');
    assert.equal(rejected?.type === 'device.rejected' && rejected.data.reason, 'challenge-unanswered', 'SIP-12');
    assert.equal(server.directory.device(ID)?.learned.digest, 'plain');
  });

  test('REG-8: an unregister without digest is believed from its own address, when the profile says so', async (t) => {
    const { server, simulator } = await meet(t, { quirks: new Set(['REG-8']) });
    await until('the device', () => server.directory.device(ID)?.online === true);
    setByHand(server.directory.device(ID)!, { openUnregister: true });
    await simulator.stop();
    await until('gone', () => server.directory.device(ID)?.online === false);
    assert.deepEqual(
      server.findingsOf(ID).map((finding) => finding.code),
      ['REG-8'],
    );
  });

  test('REG-8: without that it is not', async (t) => {
    const { server, simulator } = await meet(t, { quirks: new Set(['REG-8']) });
    await until('the device', () => server.directory.device(ID)?.online === true);
    await simulator.stop();
    assert.equal(server.directory.device(ID)?.online, true);
  });

  test('REG-13: without keepalives it is online as long as its media shows that it lives', async (t) => {
    const { server, time } = await meet(t, { quirks: new Set(['REG-13']) });
    await until('the catalogue', () => server.directory.channels(ID).length === 7);
    time.offsetMs = 100_000;
    server.seen(ID);
    time.offsetMs = 190_000;
    await until('the finding', () => server.findingsOf(ID).length > 0);
    assert.equal(server.findingsOf(ID)[0]?.code, 'REG-13');
    assert.equal(server.directory.device(ID)?.online, true);
  });

  test('REG-15: a quiet one is asked for its status before it is called offline', async (t) => {
    const { server, time } = await meet(t, { quirks: new Set(['REG-15']) });
    await until('the catalogue', () => server.directory.channels(ID).length === 7);
    time.offsetMs = 152_000;
    await until('the finding', () => server.findingsOf(ID).some((finding) => finding.code === 'REG-15'));
    time.offsetMs = 200_000;
    assert.equal(server.directory.device(ID)?.online, true);
  });

  const refused: [code: string, reason: string, words: RegExp][] = [
    ['REG-19', 'wrong-platform-id', new RegExp(`34020000002000009999, this one is ${PLATFORM}`)],
    ['REG-20', 'wrong-password', /save an empty one/],
  ];
  for (const [code, reason, words] of refused)
    test(`${code} is refused with a reason that helps`, async (t) => {
      const { server, events } = await meet(t, { quirks: new Set([code]) }, 0);
      await until('the refusal', () => events.some((event) => event.type === 'device.rejected'));
      const rejected = events.find((event) => event.type === 'device.rejected');
      assert.ok(rejected?.type === 'device.rejected');
      assert.equal(rejected.data.reason, reason);
      assert.match(rejected.data.detail, words);
      assert.equal(server.directory.device(ID), undefined);
    });

  test('CAT-7: OFF of a channel that is on is not believed when the profile says so', async (t) => {
    const { server } = await meet(t, { quirks: new Set(['CAT-7']) });
    await until('believed', () => server.directory.channel(ID, CHANNEL)?.status === 'off');
    setByHand(server.directory.device(ID)!, { ignoreStatusNotify: true });
    await server.catalog(ID);
    await until('not believed', () => server.findingsOf(ID).some((finding) => finding.code === 'CAT-7'));
    assert.equal(server.directory.channel(ID, CHANNEL)?.status, 'on');
  });

  test('CAT-8: a device that never answers a Catalog query becomes its own channel', async (t) => {
    const { server, time } = await meet(t, { quirks: new Set(['CAT-8']) });
    await until('asked', () => server.directory.device(ID)?.model === 'Simulated camera');
    time.offsetMs = 125_000;
    await until('its own channel', () => server.directory.channel(ID, ID) !== undefined);
    assert.ok(server.findingsOf(ID).some((finding) => finding.code === 'CAT-8'));
  });
});
