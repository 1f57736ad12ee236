import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ARRIVAL_CODES } from '../../src/gateway/devices/arrivals.ts';
import type { Arrival, ArrivalStep, Onboarding } from '../../web/page/add/api.ts';
import { BRAND_FIELDS, BRANDS, fieldValue } from '../../web/page/add/brands.ts';
import { fill, isIn, linesOf, withArrival } from '../../web/page/add/story.ts';
import { addWords } from '../../web/page/words/add.ts';

const ID = '34020000001320000001';
const NOW = Date.UTC(2026, 0, 1, 8);

function step(code: string, o: Partial<ArrivalStep> & { agoMs?: number } = {}): ArrivalStep {
  const at = new Date(NOW - (o.agoMs ?? 0)).toISOString();
  return { code, firstAt: at, lastAt: at, tries: 1, detail: '', ...o };
}

function arrival(steps: readonly ArrivalStep[], o: Partial<Arrival> = {}): Arrival {
  const at = steps.at(-1)?.lastAt ?? '';
  return { id: `${ID}@h`, deviceId: ID, address: 'h:1', transport: 'udp', firstAt: at, lastAt: at, steps, ...o };
}

const read = (steps: readonly ArrivalStep[], language: 'en' | 'zh' = 'en') =>
  linesOf(arrival(steps), { words: addWords[language], domain: '3402000000', nowMs: NOW });

describe('what arrives, in words', () => {
  it('has a sentence for everything that can happen, and a cure for every trouble, in both languages', () => {
    const fine = new Set(['challenged', 'registered', 'channels', 'deleted']);
    for (const { happenings } of [addWords.en, addWords.zh]) {
      for (const code of ARRIVAL_CODES) {
        assert.ok((happenings[code]?.title ?? '') !== '', code);
        if (!fine.has(code)) assert.ok((happenings[code]?.cure ?? '').length > 4, `cure of ${code}`);
      }
    }
  });

  it('leaves no placeholder open', () => {
    for (const language of ['en', 'zh'] as const) {
      for (const code of ARRIVAL_CODES) {
        const [line] = read([step(code, { tries: 3, detail: 'x', retryAfterSeconds: 4, channels: 2 })], language);
        assert.doesNotMatch(`${line?.title} ${line?.tries} ${line?.cure}`, /[{}]/, code);
      }
    }
    assert.equal(fill('{a} {b}', { a: 1 }), '1 {b}');
  });

  it('counts tries as people do', () => {
    const tries = [1, 2, 3, 4, 11, 12, 21, 22, 23, 101].map(
      (n) => read([step('wrong-password', { tries: n })])[0]?.tries,
    );
    const said = ['2nd', '3rd', '4th', '11th', '12th', '21st', '22nd', '23rd', '101st'];
    assert.deepEqual(tries, ['', ...said.map((n) => `(${n} try)`)]);
    assert.equal(read([step('wrong-password', { tries: 2 })], 'zh')[0]?.tries, '（第 2 次）');
    assert.equal(read([step('registered', { tries: 9 })])[0]?.tries, '', 'a refresh is no try');
  });

  it('a silence becomes a trouble with its cure', () => {
    assert.equal(read([step('challenged', { agoMs: 1_000 })])[0]?.cure, '');
    assert.match(read([step('challenged', { agoMs: 20_000 })])[0]?.cure ?? '', /password in the camera is empty/);
    assert.equal(read([step('registered', { agoMs: 1_000 })])[0]?.tone, 'pending');
    const quiet = read([step('registered', { agoMs: 30_000 })])[0];
    assert.deepEqual([quiet?.code, quiet?.tone], ['registered-quiet', 'bad']);
    assert.match(quiet?.cure ?? '', /Catalog query/);
    assert.equal(
      read([step('registered', { agoMs: 30_000 }), step('channels', { channels: 1 })])[0]?.title,
      'Registered.',
    );
  });

  it('what is over needs no cure any more', () => {
    const lines = read([
      step('wrong-password'),
      step('registered'),
      step('wrong-domain', { detail: '44' }),
      step('channels', { channels: 4 }),
    ]);
    assert.deepEqual(
      lines.map((line) => line.cure !== ''),
      [false, false, true, false],
    );
    assert.equal(lines[3]?.title, '4 channels');
    assert.equal(read([step('channels', { channels: 1 })])[0]?.title, '1 channel');
    assert.match(read([step('channels', { channels: 0 })])[0]?.cure ?? '', /Give its channels ids/);
  });

  it('an unknown step of a newer gateway is shown as it is', () => {
    assert.equal(read([step('of-2030', { detail: 'New.' })])[0]?.title, 'New.');
  });

  it('is in when its last step says so', () => {
    assert.equal(isIn(arrival([step('registered'), step('channels')])), true);
    assert.equal(isIn(arrival([step('registered'), step('channels'), step('unregistered')])), false);
  });
});

describe('the list of visits', () => {
  const at = (id: string, ms: number) => arrival([step('registered', { agoMs: -ms })], { id });

  it('puts what is new on top, and moves nothing under somebody who reads', () => {
    let list: Arrival[] = [];
    for (const [id, ms] of [
      ['a', 0],
      ['b', 1_000],
      ['a', 2_000],
    ] as const)
      list = withArrival(list, at(id, ms));
    assert.deepEqual(
      list.map((one) => one.id),
      ['b', 'a'],
    );
    assert.equal(list[1]?.lastAt, at('a', 2_000).lastAt);
    list = withArrival(list, at('a', 90_000));
    assert.deepEqual(
      list.map((one) => one.id),
      ['a', 'b'],
    );
  });
});

describe('the fields of a form', () => {
  const onboarding: Onboarding = {
    serverId: '34020000002000000001',
    domain: '3402000000',
    address: '10.0.0.1',
    addressFrom: 'interface',
    addresses: [],
    port: 5060,
    authentication: true,
    hasPassword: true,
    admission: 'open',
    expiresSeconds: 3600,
    heartbeatSeconds: 60,
    heartbeatCount: 3,
    deviceIds: { camera: [ID], recorder: [] },
    arrivals: [],
    time: '',
  };

  it('name what every camera needs, in both languages, each once', () => {
    for (const brand of BRANDS) {
      const fields = BRAND_FIELDS[brand];
      for (const key of ['serverId', 'address', 'port', 'deviceId', 'password', 'expires', 'heartbeat', 'channelId'])
        assert.equal(fields.filter((field) => field.key === key).length, 1, `${brand} ${key}`);
      for (const field of fields) assert.ok(field.en !== '' && /[\u4e00-\u9fff]/.test(field.zh), field.en);
      const value = (key: (typeof fields)[number]['key']) =>
        fieldValue(key, { onboarding, brand, address: '10.0.0.2', deviceId: ID, password: 'p' });
      for (const { key } of fields) assert.notEqual(value(key), '', `${brand} ${key}`);
      assert.deepEqual([value('address'), value('deviceId'), value('password')], ['10.0.0.2', ID, 'p']);
      assert.equal(value('channelId'), '34020000001310000001');
    }
  });
});
