import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type DeviceFacts,
  type Facts,
  WANTED_RECEIVE_BUFFER_BYTES,
  warningsOf,
} from '../../../src/gateway/system/health.ts';
import type { Values, WarningCode } from '../../../src/gateway/system/health-words.ts';
import { isLoopback, isPrivate, isUnspecified, sameNetwork } from '../../../src/gateway/system/networks.ts';

const GIB = 1024 ** 3;
const WELL: Facts = {
  advertised: { signalling: null, media: null },
  networks: ['192.168.1.5/24', 'fd00::5/64'],
  devices: [],
  ports: { total: 2000, occupied: 0, free: 1990 },
  taken: [],
  receiveBufferMaxBytes: WANTED_RECEIVE_BUFFER_BYTES,
  isClockSynchronized: true,
  disk: { path: '/data', totalBytes: 1000 * GIB, freeBytes: 500 * GIB },
  recordingBps: 4e6,
  retention: { wantedFreeBytes: 0, recordings: 5, lockedBytes: 0, stuck: null, error: null },
  notRecorded: [],
  loopDelayP99Ms: 3,
  webhooks: [{ url: 'https://a/', failuresInRow: 5, waiting: 9, lastError: '503' }],
  ffmpeg: '7.1',
};

const KEEPS: NonNullable<Facts['retention']> = {
  wantedFreeBytes: 2 * GIB,
  recordings: 5,
  lockedBytes: 0,
  stuck: null,
  error: null,
};

const device = (o: Partial<DeviceFacts> = {}): DeviceFacts => ({
  deviceId: 'D1',
  source: '192.168.1.8',
  signalling: '192.168.1.5',
  media: '192.168.1.5',
  says: [],
  clockOffsetSeconds: null,
  ...o,
});

type Row = readonly [what: string, facts: Partial<Facts>, found: readonly (readonly [WarningCode, string, Values])[]];

const ROWS: readonly Row[] = [
  ['all is well', {}, []],
  ['a device in the same network', { devices: [device()] }, []],
  ['nothing is known of other systems', { receiveBufferMaxBytes: null, isClockSynchronized: null }, []],
  [
    'advertise 0.0.0.0',
    { advertised: { signalling: '0.0.0.0', media: null } },
    [['address_unspecified', 'error', { host: '0.0.0.0', option: 'sip.advertise' }]],
  ],
  [
    'never 0.0.0.0 in SDP, whatever the listener is bound to',
    { devices: [device({ media: '0.0.0.0' })] },
    [['address_unspecified', 'error', { host: '0.0.0.0', source: '192.168.1.8', option: 'media.advertise' }]],
  ],
  [
    'advertise is a name',
    { advertised: { signalling: 'cam.example', media: 'cam.example' } },
    [
      ['address_is_name', 'note', { host: 'cam.example', option: 'sip.advertise' }],
      ['address_is_name', 'note', { host: 'cam.example', option: 'media.advertise' }],
    ],
  ],
  [
    'advertise is a private address of another machine',
    { advertised: { signalling: '10.9.9.9', media: '192.168.1.5' } },
    [['address_not_ours', 'note', { host: '10.9.9.9', option: 'sip.advertise' }]],
  ],
  [
    'a camera elsewhere is told the address of its own loopback',
    { devices: [device({ signalling: '127.0.0.1', media: '127.0.0.1' })] },
    [['address_loopback', 'error', { host: '127.0.0.1', source: '192.168.1.8', option: 'advertise' }]],
  ],
  [
    'everything on one machine',
    { devices: [device({ source: '127.0.0.1', signalling: '127.0.0.1', media: '127.0.0.1' })] },
    [],
  ],
  [
    'a camera behind the internet is told a private address',
    { devices: [device({ source: '8.8.8.8' })] },
    [['address_private_across_nat', 'error', { host: '192.168.1.5', source: '8.8.8.8', option: 'advertise' }]],
  ],
  [
    'media alone is private across NAT',
    { devices: [device({ source: '8.8.8.8', signalling: '9.9.9.9' })] },
    [['address_private_across_nat', 'error', { host: '192.168.1.5', source: '8.8.8.8', option: 'media.advertise' }]],
  ],
  [
    'a camera behind the internet, advertised well',
    { devices: [device({ source: '8.8.8.8', signalling: '9.9.9.9', media: '9.9.9.9' })] },
    [],
  ],
  [
    'a camera next door is told the public address',
    { devices: [device({ signalling: '9.9.9.9', media: '9.9.9.9' })] },
    [['address_hairpin', 'warning', { host: '9.9.9.9', source: '192.168.1.8', option: 'advertise' }]],
  ],
  ['a camera that was never heard', { devices: [device({ source: null, media: '127.0.0.1' })] }, []],
  [
    'its Contact says something else',
    { devices: [device({ says: ['its Contact says sip:D1@10.0.0.8:5060, its packets come from 192.168.1.8:5060'] })] },
    [
      [
        'device_behind_nat',
        'note',
        {
          detail: 'its Contact says sip:D1@10.0.0.8:5060, its packets come from 192.168.1.8:5060',
          source: '192.168.1.8',
        },
      ],
    ],
  ],
  [
    'a listener is taken',
    { taken: [{ name: 'SIP, UDP', port: 5060 }] },
    [['port_in_use', 'error', { name: 'SIP, UDP', port: 5060 }]],
  ],
  [
    'media ports of other programs',
    { ports: { total: 100, occupied: 7, free: 93 } },
    [['ports_occupied', 'warning', { total: 100, occupied: 7 }]],
  ],
  [
    'no pair is free',
    { ports: { total: 100, occupied: 0, free: 1 } },
    [['ports_exhausted', 'error', { total: 100, free: 1 }]],
  ],
  [
    'the default of Linux',
    { receiveBufferMaxBytes: 212_992 },
    [['receive_buffer_small', 'warning', { bytes: 212_992, wantedBytes: WANTED_RECEIVE_BUFFER_BYTES }]],
  ],
  ['no NTP', { isClockSynchronized: false }, [['clock_unsynchronized', 'warning', {}]]],
  [
    'one camera is a day behind',
    { devices: [device({ clockOffsetSeconds: -86_400.4 }), device({ deviceId: 'D2', clockOffsetSeconds: 2 })] },
    [['device_clock_off', 'warning', { seconds: -86_400 }]],
  ],
  ['30 s are not worth a word', { devices: [device({ clockOffsetSeconds: 30 })] }, []],
  [
    'most cameras agree on another time: ours is wrong',
    {
      devices: [
        device({ clockOffsetSeconds: 600 }),
        device({ deviceId: 'D2', clockOffsetSeconds: 610 }),
        device({ deviceId: 'D3', clockOffsetSeconds: 1 }),
      ],
    },
    [['clock_off', 'error', { seconds: -600, devices: 2 }]],
  ],
  [
    'some gigabytes left, nothing is recorded',
    { disk: { path: '/data', totalBytes: GIB, freeBytes: GIB }, recordingBps: 0 },
    [['disk_low', 'warning', { path: '/data', freeBytes: GIB }]],
  ],
  [
    'much left, but not at this rate',
    { disk: { path: '/data', totalBytes: 900 * GIB, freeBytes: 100 * GIB }, recordingBps: 100e6 },
    [['disk_low', 'warning', { path: '/data', freeBytes: 100 * GIB, hours: 2.4 }]],
  ],
  [
    'nothing left',
    { disk: { path: '/data', totalBytes: GIB, freeBytes: 1e6 } },
    [['disk_full', 'error', { path: '/data', freeBytes: 1e6 }]],
  ],
  [
    'the oldest recordings make room: a disk at its mark is well',
    { disk: { path: '/data', totalBytes: 900 * GIB, freeBytes: 1.9 * GIB }, retention: KEEPS, recordingBps: 100e6 },
    [],
  ],
  [
    'far below the mark all the same',
    { disk: { path: '/data', totalBytes: 900 * GIB, freeBytes: 0.9 * GIB }, retention: KEEPS },
    [['disk_low', 'warning', { path: '/data', freeBytes: 0.9 * GIB }]],
  ],
  [
    'everything left is locked',
    {
      disk: { path: '/data', totalBytes: 900 * GIB, freeBytes: 1.9 * GIB },
      recordingBps: 0,
      retention: { ...KEEPS, lockedBytes: 7 * GIB, stuck: { reason: 'space', missingBytes: 5 } },
    },
    [
      ['disk_low', 'warning', { path: '/data', freeBytes: 1.9 * GIB }],
      ['retention_stuck', 'warning', { reason: 'space', missingBytes: 5, lockedBytes: 7 * GIB }],
    ],
  ],
  [
    'nothing was ever recorded: the disk is full of other things',
    { retention: { ...KEEPS, recordings: 0, stuck: { reason: 'space', missingBytes: 5 } } },
    [],
  ],
  [
    'files cannot be deleted',
    { retention: { ...KEEPS, error: 'EACCES' } },
    [['retention_failing', 'error', { error: 'EACCES' }]],
  ],
  ['a process that records nothing', { retention: null }, []],
  [
    'a channel that should be recorded',
    { notRecorded: [{ deviceId: 'D1', channelId: 'C1', detail: 'The device is offline.' }] },
    [['recording_not_running', 'warning', { channelId: 'C1', detail: 'The device is offline.' }]],
  ],
  ['no folder', { disk: null }, [['disk_unknown', 'warning', {}]]],
  ['the process is late', { loopDelayP99Ms: 140.4 }, [['loop_late', 'warning', { p99Ms: 140 }]]],
  [
    'a webhook that fails for half a minute',
    { webhooks: [...WELL.webhooks, { url: 'https://b/x', failuresInRow: 6, waiting: 7, lastError: 'ECONNREFUSED' }] },
    [['webhook_failing', 'warning', { url: 'https://b/x', waiting: 7, error: 'ECONNREFUSED' }]],
  ],
  ['no ffmpeg', { ffmpeg: null }, [['ffmpeg_missing', 'warning', {}]]],
];

describe('health', () => {
  for (const [what, facts, expected] of ROWS) {
    test(what, () => {
      const found = warningsOf({ ...WELL, ...facts });
      assert.deepEqual(
        found.map(({ code, severity, values }) => [code, severity, values]),
        expected,
      );
      for (const { sentence, cure } of found) {
        for (const text of [sentence, cure]) assert.match(text, /^\S.{10,}\.$/, text);
        assert.ok(!/undefined|NaN/.test(`${sentence}${cure}`), sentence);
      }
    });
  }

  test('every code has its row here', () => {
    const seen = new Set(ROWS.flatMap(([, , found]) => found.map(([code]) => code)));
    assert.equal(seen.size, 23);
  });

  test('the gravest first; devices are named', () => {
    const found = warningsOf({
      ...WELL,
      ffmpeg: null,
      advertised: { signalling: 'a.example', media: null },
      devices: [device({ source: '8.8.8.8' })],
    });
    assert.deepEqual(
      found.map(({ severity, deviceId, check }) => [severity, deviceId, check]),
      [
        ['error', 'D1', 'addresses'],
        ['warning', undefined, 'ffmpeg'],
        ['note', undefined, 'addresses'],
      ],
    );
  });

  test('a wrong setting is one story, told for 50 devices at most', () => {
    const devices = Array.from({ length: 500 }, (_, i) => device({ deviceId: `D${i}`, source: '8.8.8.8' }));
    assert.equal(warningsOf({ ...WELL, devices }).length, 50);
    const late = devices.map((one, i) => ({ ...one, source: '192.168.1.8', clockOffsetSeconds: i * 100 + 100 }));
    assert.equal(warningsOf({ ...WELL, devices: late }).length, 50);
  });

  test('sentences with values', () => {
    const say = (facts: Partial<Facts>) => warningsOf({ ...WELL, ...facts }).map(({ sentence }) => sentence)[0];
    assert.equal(
      say({ devices: [device({ clockOffsetSeconds: 3695 })] }),
      'The clock of the device is 1 h 1 min fast.',
    );
    assert.match(say({ receiveBufferMaxBytes: 212_992 }) ?? '', /at most 208 KiB .* 4096 KiB are wanted/);
    assert.match(
      say({ disk: { path: '/data', totalBytes: 9e11, freeBytes: 100 * GIB }, recordingBps: 100e6 }) ?? '',
      /^100 GiB are free in \/data, enough for 2\.4 h at the present rate\.$/,
    );
  });
});

test('kinds of addresses', () => {
  for (const host of ['10.1.2.3', '172.31.0.1', '192.168.0.1', '169.254.1.1', '100.64.0.1', 'fd12::1', 'fe80::1'])
    assert.equal(isPrivate(host), true, host);
  for (const host of ['172.32.0.1', '8.8.8.8', '100.128.0.1', '2001:db8::1', 'a.example', ''])
    assert.equal(isPrivate(host), false, host);
  assert.deepEqual(['127.0.0.2', '::1', 'localhost', '128.0.0.1'].map(isLoopback), [true, true, true, false]);
  assert.deepEqual(['0.0.0.0', '::', '', '1.1.1.1'].map(isUnspecified), [true, true, true, false]);
  assert.equal(sameNetwork('192.168.1.5/24', '192.168.1.200'), true);
  assert.equal(sameNetwork('192.168.1.5/24', '192.168.2.1'), false);
  assert.equal(sameNetwork('fd00::5/64', 'fd00::99'), true);
  assert.equal(sameNetwork('192.168.1.5/24', 'fd00::99'), false);
  assert.equal(sameNetwork('nonsense', '10.0.0.1'), false);
});
