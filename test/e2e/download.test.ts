/** Recorded footage of a simulated recorder, downloaded whole: what is in the file is told by the pictures themselves. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type FootageSite, openFootageSite } from '../support/footage-site.ts';
import { contentTimesOf, FOOTAGE_END } from '../support/nvr.ts';

const HOUR_MS = 3_600_000;
const START = FOOTAGE_END - 6 * HOUR_MS;

describe('downloads over every transport', { timeout: 240_000 }, () => {
  let site: FootageSite;
  before(async () => {
    site = await openFootageSite({ days: 1, channels: 4 });
  });
  after(() => site.close());

  for (const transport of ['udp', 'tcp-passive', 'tcp-active'] as const) {
    test(`every frame of the range once, in order, none besides: 1×, 4× and 8× over ${transport}`, async () => {
      const asked = [1, 4, 8].map((speed, index) => {
        const startEpochMs = START + index * HOUR_MS;
        const endEpochMs = startEpochMs + 4000 * speed;
        return { startEpochMs, endEpochMs, ...site.ask({ startEpochMs, endEpochMs, speed, transport }, index) };
      });
      for (const { id, startEpochMs, endEpochMs } of asked) {
        const view = await site.over(id);
        assert.equal(view.state, 'complete', JSON.stringify(view));
        assert.deepEqual(await contentTimesOf(site.fileOf(view)), site.nvr.timesIn(startEpochMs, endEpochMs));
      }
    });
  }
});

describe('downloads from a recorder that keeps to no speed', { timeout: 240_000 }, () => {
  let site: FootageSite;
  before(async () => {
    site = await openFootageSite({ days: 1, channels: 2, quirks: ['PB-5a'] });
  });
  after(() => site.close());

  /** Random, but the same in every run. */
  const moments = (count: number, fromEpochMs: number, lengthMs: number) => {
    let seed = 42;
    return Array.from({ length: count }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return fromEpochMs + Math.floor((seed / 2 ** 31) * lengthMs);
    }).sort((a, b) => a - b);
  };

  for (const transport of ['tcp-passive', 'tcp-active'] as const)
    test(`as fast as the line takes it over ${transport}: every frame of the range once`, async () => {
      const range = { startEpochMs: START + HOUR_MS, endEpochMs: START + HOUR_MS + 600_000 };
      const view = await site.over(site.ask({ ...range, transport }, 1).id);
      assert.equal(view.state, 'complete', JSON.stringify(view));
      assert.deepEqual(await contentTimesOf(site.fileOf(view)), site.nvr.timesIn(range.startEpochMs, range.endEpochMs));
      assert.equal(view.transport, transport);
      // a device that kept to a speed would take minutes
      const tookMs = Date.parse(view.endedAt ?? '') - Date.parse(view.startedAt ?? '');
      assert.ok(tookMs < 60_000, `${tookMs} ms`);
    });

  test('cut at 10 random moments, the file is bit for bit what it is without cuts', async () => {
    const range = { startEpochMs: START, endEpochMs: START + 600_000, transport: 'tcp-passive' as const };
    const whole = await site.over(site.ask(range).id);
    assert.equal(whole.state, 'complete', JSON.stringify(whole));
    assert.deepEqual(await contentTimesOf(site.fileOf(whole)), site.nvr.timesIn(range.startEpochMs, range.endEpochMs));
    for (const atEpochMs of moments(10, START, 590_000)) site.nvr.addFault({ atEpochMs, kind: 'cut' });
    const cut = await site.over(site.ask(range).id, 120_000);
    assert.equal(cut.state, 'complete', JSON.stringify(cut));
    const resumed = site.events.filter(({ type, data }) => type === 'download.resumed' && data.id === cut.id);
    assert.ok(resumed.length >= 8, `${resumed.length} times`);
    assert.deepEqual(await contentTimesOf(site.fileOf(cut)), site.nvr.timesIn(range.startEpochMs, range.endEpochMs));
    assert.ok(readFileSync(site.fileOf(whole)).equals(readFileSync(site.fileOf(cut))), 'other bytes');
    // times of the content, in the gateway's zone (+08:00)
    const local = (epochMs: number) =>
      new Date(epochMs + 8 * HOUR_MS).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const name = `${local(range.startEpochMs)}--${local(range.endEpochMs)}-2.mp4`;
    assert.equal(cut.path, `downloads/34020000001180000001/${site.channel()}/${name}`);
  });
});
