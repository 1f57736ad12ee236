import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Arrival,
  type ArrivalCode,
  Arrivals,
  MAX_STEPS,
  MAX_STRANGERS_PER_HOST,
  MAX_VISITS,
  type Visit,
} from '../../../src/gateway/devices/arrivals.ts';

const ID = '34020000001320000001';

function arrival(code: ArrivalCode, o: Partial<Arrival> = {}): Arrival {
  const host = o.host ?? '10.0.0.8';
  return { deviceId: ID, host, address: `${host}:5060`, transport: 'udp', code, ...o };
}

/** The steps as `code×tries`. */
function story(visit: Visit | undefined): string[] {
  return (visit?.steps ?? []).map((step) => `${step.code}×${step.tries}`);
}

describe('what arrives of a camera', () => {
  it('counts tries, and forgets a challenge once it was answered', () => {
    const arrivals = new Arrivals();
    let atMs = 0;
    for (let i = 0; i < 3; i++) {
      arrivals.note(arrival('challenged'), ++atMs);
      arrivals.note(arrival('wrong-password', { detail: `try ${i}` }), ++atMs);
    }
    const [visit] = arrivals.all();
    assert.deepEqual(story(visit), ['wrong-password×3']);
    assert.deepEqual([visit?.steps[0]?.detail, visit?.steps[0]?.firstEpochMs, visit?.lastEpochMs], ['try 2', 2, 6]);
    arrivals.note(arrival('challenged'), ++atMs);
    assert.deepEqual(story(visit), ['wrong-password×3', 'challenged×1']);
  });

  it('tells the way in in its order; refreshes change nothing but the time', () => {
    const arrivals = new Arrivals();
    for (const code of ['challenged', 'registered', 'channels', 'registered', 'wrong-domain', 'channels'] as const)
      arrivals.note(arrival(code, { channels: code === 'channels' ? 4 : null }), 1);
    const [visit] = arrivals.all();
    assert.deepEqual(story(visit), ['registered×2', 'channels×2', 'wrong-domain×1']);
    assert.equal(visit?.steps[1]?.channels, 4);
  });

  it('begins a new chapter when the device left, or was refused meanwhile', () => {
    const arrivals = new Arrivals();
    for (const code of ['registered', 'channels', 'keepalive-missed', 'wrong-password', 'registered'] as const)
      arrivals.note(arrival(code), 1);
    const [visit] = arrivals.all();
    const chapters = ['registered×1', 'channels×1', 'keepalive-missed×1', 'wrong-password×1', 'registered×1'];
    assert.deepEqual(story(visit), chapters);
    arrivals.note(arrival('wrong-password'), 2);
    assert.deepEqual(story(visit), [...chapters, 'wrong-password×1'], 'counted anew since it was let in');
    arrivals.note(arrival('registered'), 3);
    assert.equal(story(visit).at(-1), 'registered×2');
    assert.equal(visit?.steps.length, chapters.length + 2);
  });

  it('keeps the same id from two hosts apart, and finds the one that was let in', () => {
    const arrivals = new Arrivals();
    arrivals.note(arrival('registered'), 1);
    arrivals.note(arrival('conflict', { host: '10.0.0.9' }), 2);
    assert.deepEqual(
      arrivals.all().map((visit) => visit.host),
      ['10.0.0.9', '10.0.0.8'],
    );
    assert.equal(arrivals.ofDevice(ID)?.host, '10.0.0.8');
    assert.equal(arrivals.ofDevice('nobody'), null);
  });

  it('a host that invents ids washes out its own visits, not those of other cameras', () => {
    const arrivals = new Arrivals();
    arrivals.note(arrival('wrong-password'), 0);
    for (let i = 0; i < 10_000; i++)
      arrivals.note(arrival('challenged', { host: '10.6.6.6', deviceId: String(10_000_000 + i) }), i);
    const all = arrivals.all();
    assert.equal(all.length, MAX_STRANGERS_PER_HOST + 1);
    assert.ok(all.some((visit) => visit.deviceId === ID));
  });

  it('who proved a password stays while strangers from everywhere come and go', () => {
    const arrivals = new Arrivals();
    arrivals.note(arrival('registered'), 0);
    for (let i = 0; i < 1_000; i++) arrivals.note(arrival('blocked', { host: `10.1.${i >> 8}.${i & 255}` }), i);
    assert.equal(arrivals.all().length, MAX_VISITS);
    assert.ok(arrivals.ofDevice(ID) !== null);
    for (let i = 0; i < 1_000; i++) arrivals.note(arrival('registered', { deviceId: `proved-${i}` }), i);
    assert.equal(arrivals.all().length, MAX_VISITS, 'those who proved it have no more room than there is');
    assert.equal(arrivals.all()[0]?.deviceId, 'proved-999');
  });

  it('a story of days keeps its newest steps', () => {
    const arrivals = new Arrivals();
    for (let i = 0; i < 50; i++) {
      arrivals.note(arrival('registered'), i);
      arrivals.note(arrival('connection-lost', { detail: 'x'.repeat(5_000) }), i);
    }
    const [visit] = arrivals.all();
    assert.equal(visit?.steps.length, MAX_STEPS);
    assert.equal(visit?.steps.at(-1)?.code, 'connection-lost');
    assert.ok((visit?.steps.at(-1)?.detail.length ?? 0) <= 300);
  });
});
