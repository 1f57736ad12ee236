import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import type { DeviceDetails } from '../../web/page/devices/api.ts';
import { fieldsOf, matchingChannels, placeOf } from '../../web/page/devices/channel-fields.ts';
import { stretchesOf } from '../../web/page/devices/presence.ts';
import { automaticOf, listOf, PROFILE_FIELDS, sourceOf } from '../../web/page/devices/profile-fields.ts';
import { matching, sorted } from '../../web/page/devices/sorting.ts';
import { pullsOf, span } from '../../web/page/parts/spans.ts';
import { devicesWords } from '../../web/page/words/devices.ts';
import { findingCodes, findingSentence } from '../../web/page/words/findings.ts';
import { partsWords } from '../../web/page/words/parts.ts';

const device = (id: string, o: Partial<DeviceDetails> = {}): DeviceDetails => ({
  id,
  name: '',
  manufacturer: '',
  model: '',
  online: true,
  channelCount: 0,
  ...o,
});
const ids = (devices: readonly { id: string }[]) => devices.map(({ id }) => id).join('');

describe('the order of devices', () => {
  const all = [
    device('a', { name: 'Camera 10', address: '10.0.0.10:5060', channelCount: 1, keepaliveAt: '2026-01-01T00:00:00Z' }),
    device('b', { name: 'camera 9', address: '10.0.0.9:5060', channelCount: 4, online: false }),
    device('c', { name: '安防', channelCount: 4, keepaliveAt: '2026-01-02T00:00:00Z' }),
  ];
  const cases = [
    ['name', 'cba', 'abc'],
    ['address', 'bac', 'abc'],
    ['channels', 'acb', 'cba'],
    ['state', 'cab', 'bca'],
    ['seen', 'cab', 'bac'],
  ] as const;
  for (const [column, up, down] of cases)
    it(`${column}: numbers by their value, what is missing last, equal ones by name`, () => {
      assert.equal(ids(sorted(all, column, false)), up);
      assert.equal(ids(sorted(all, column, true)), down);
    });

  it('every word has to be found, in any of the fields', () => {
    const one = device('34020000001320000001', { name: '北门 North', manufacturer: 'Acme', address: '10.0.0.9:5060' });
    for (const query of ['', 'north', '北门 acme', '132000000 10.0.0.9'])
      assert.equal(matching([one], query).length, 1, query);
    for (const query of ['south', 'north south', '10.0.0.10']) assert.equal(matching([one], query).length, 0, query);
  });
});

describe('when a device was on', () => {
  const HOUR = 3_600_000;
  const at = (hour: number) => new Date(hour * HOUR).toISOString();

  it('before the first change, and while no gateway ran, nobody knows', () => {
    const { stretches, onlineShare } = stretchesOf(
      [
        { time: at(18), online: true, reason: 'registered' },
        { time: at(12), online: false, reason: 'gateway-restarted' },
        { time: at(6), online: true, reason: 'registered' },
      ],
      0,
      24 * HOUR,
    );
    assert.deepEqual(
      stretches.map((one) => [one.state, one.left, one.width]),
      [
        ['unknown', 0, 25],
        ['online', 25, 25],
        ['unknown', 50, 25],
        ['online', 75, 25],
      ],
    );
    assert.equal(onlineShare, 1, 'of the time that is known');
    assert.deepEqual(stretchesOf([], 0, 1).onlineShare, null);
  });

  it('the stretches fill the line without gaps, whatever the changes are', () => {
    const change = fc.record({
      time: fc.integer({ min: -48, max: 48 }).map(at),
      online: fc.boolean(),
      reason: fc.constantFrom('registered', 'keepalive-missed', 'gateway-stopped'),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const newestFirst = changes.toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time));
        const { stretches, onlineShare } = stretchesOf(newestFirst, 0, 24 * HOUR);
        let end = 0;
        for (const one of stretches) {
          assert.equal(one.from, end);
          assert.ok(one.width > 0);
          end = one.to;
        }
        assert.equal(end, 24 * HOUR);
        assert.ok(onlineShare === null || (onlineShare >= 0 && onlineShare <= 1));
      }),
    );
  });
});

describe('the steps of a pull, to scale', () => {
  const step = (name: string, ms: number) => ({ name, ms, detail: `${name} at ${ms}` });

  it('one climb is one pull; a picture or the end closes it', () => {
    const pulls = pullsOf([
      step('port', 0),
      step('failed', 1000),
      step('port', 1000),
      step('first fragment', 4000),
      step('failed', 600_000),
      step('port', 601_000),
      step('first fragment', 602_000),
      step('ended', 900_000),
    ]);
    assert.deepEqual(
      pulls.map((pull) => pull.map((one) => `${one.name} ${one.left} ${one.width}`)),
      [
        ['port 0 0', 'failed 0 25', 'port 25 0', 'first fragment 25 75'],
        ['failed 0 0', 'port 0 50', 'first fragment 50 50'],
      ],
    );
    assert.deepEqual([pulls[1]?.[2]?.endMs, pulls[1]?.[2]?.tookMs], [2000, 1000]);
    assert.deepEqual(pullsOf([]), []);
    assert.deepEqual(pullsOf([step('ended', 5)]), []);
  });

  it('durations as a person reads them', () => {
    assert.deepEqual([0, 0.44, 9.96, 37.4, 999, 4000].map(span), [
      '0 ms',
      '0.4 ms',
      '10 ms',
      '37 ms',
      '999 ms',
      '4.0 s',
    ]);
  });

  it('every step of the gateway has a word', () => {
    const source = readFileSync(new URL('../../src/gateway/live/steps.ts', import.meta.url), 'utf8');
    const names = [
      ...source
        .slice(source.indexOf('StepName'), source.indexOf(';', source.indexOf('StepName')))
        .matchAll(/'([^']+)'/g),
    ].map((m) => m[1]!);
    assert.ok(names.length >= 10);
    for (const name of names.filter((one) => one !== 'ended'))
      for (const { steps } of [partsWords.en, partsWords.zh]) assert.ok(steps[name], name);
  });
});

describe('channels', () => {
  const channel = { id: 'c', deviceId: 'd', name: 'n', status: 'on' as const };

  it('every field but those of the row, the standard’s own once', () => {
    const fields = fieldsOf({
      ...channel,
      address: 'Hall',
      Address: 'Hall',
      longitude: 120.5,
      Info: { a: 1 },
      Empty: '',
      nil: null,
    });
    assert.deepEqual(fields, [
      ['longitude', '120.5'],
      ['Address', 'Hall'],
      ['Empty', ''],
      ['Info', '{"a":1}'],
    ]);
  });

  it('a place is an address, else coordinates', () => {
    assert.equal(placeOf({ ...channel, address: 'Hall', longitude: 1, latitude: 2 }), 'Hall');
    assert.equal(placeOf({ ...channel, address: '', longitude: 120.123456, latitude: 30 }), '30.00000, 120.12346');
    assert.equal(placeOf(channel), '');
  });

  it('is found by any field', () => {
    assert.equal(matchingChannels([{ ...channel, Owner: 'City' }], 'city n').length, 1);
    assert.equal(matchingChannels([channel], 'city').length, 0);
    assert.equal(matchingChannels([channel], ' ').length, 1);
  });
});

describe('the profile', () => {
  const profile = { charset: 'UTF-8', date: 'off', rtcp: true, learned: { charset: 'UTF-8' }, byHand: { date: 'off' } };

  it('says where a value comes from, and what would hold without a hand', () => {
    assert.deepEqual(
      (['charset', 'date', 'rtcp'] as const).map((field) => [sourceOf(profile, field), automaticOf(profile, field)]),
      [
        ['learned', 'UTF-8'],
        ['byHand', undefined],
        ['standard', true],
      ],
    );
  });

  it('shows every field of the API once, each with words in both languages', async () => {
    const { defaultProfile } = await import('../../src/gateway/devices/profile.ts');
    const shown = Object.values(PROFILE_FIELDS).flatMap((fields) => fields.map(([field]) => field));
    assert.deepEqual(shown.toSorted(), Object.keys(defaultProfile(null)).toSorted());
    for (const words of [devicesWords.en, devicesWords.zh])
      for (const field of shown) assert.ok(words.field[field] && words.hint[field], field);
  });

  it('takes a list as a person types it', () => {
    assert.deepEqual(listOf(' playback, ptz、 talk;ptz '), ['playback', 'ptz', 'talk']);
    assert.deepEqual(listOf('  '), []);
  });
});

test('every code that the source can find has a sentence in both languages', () => {
  const source = new URL('../../src/', import.meta.url);
  const found = new Set<string>();
  for (const file of readdirSync(source, { recursive: true }) as string[]) {
    if (!file.endsWith('.ts') || file.startsWith('simulator')) continue;
    for (const [, code] of readFileSync(new URL(file, source), 'utf8').matchAll(
      /['"`]((?:SSRC|RTP|TCP|PS|TS|ES|SIP|REG|XML|CAT|INV|REC|PB)-\d+)['"`]/g,
    ))
      found.add(code!);
  }
  assert.ok(found.size > 40, `${found.size} codes`);
  for (const code of found) {
    assert.match(findingSentence(code, 'en') ?? code, /^[A-Z].*\.$/, code);
    assert.match(findingSentence(code, 'zh') ?? code, /[一-鿿].*。$/, code);
  }
  assert.equal(findingSentence('XYZ-1', 'en'), null);
  assert.equal(new Set(findingCodes().map((code) => findingSentence(code, 'en'))).size, findingCodes().length);
});
