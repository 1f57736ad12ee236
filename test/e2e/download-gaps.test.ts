/** Footage with gaps, holes, joints and other pictures: one file all the same, and what is missing is named. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readSamples } from '../record/clip.ts';
import { openFootageSite } from '../support/footage-site.ts';
import { contentTimesOf, FOOTAGE_END } from '../support/nvr.ts';

const START = FOOTAGE_END - 3_600_000;
const iso = (epochMs: number) => new Date(epochMs + 8 * 3_600_000).toISOString().replace('Z', '+08:00');

test('PB-7: three gaps are named to the second, not waited for, and the download is partial', {
  timeout: 120_000,
}, async () => {
  const gaps = [60, 200, 400].map((at, i) => ({
    startEpochMs: START + at * 1000,
    endEpochMs: START + (at + 20 + i * 7) * 1000,
  }));
  const site = await openFootageSite({ days: 1, gaps, quirks: ['PB-5a'] });
  try {
    const range = { startEpochMs: START, endEpochMs: START + 500_000 };
    const view = await site.over(site.ask({ ...range, transport: 'tcp-passive' }).id);
    assert.equal(view.state, 'partial', JSON.stringify(view));
    assert.deepEqual(
      view.missing,
      gaps.map(({ startEpochMs, endEpochMs }) => ({ start: iso(startEpochMs), end: iso(endEpochMs) })),
    );
    assert.deepEqual(await contentTimesOf(site.fileOf(view)), site.nvr.timesIn(range.startEpochMs, range.endEpochMs));
    assert.equal(view.progress, 1);
    assert.ok(!existsSync(site.fileOf(view).replace('.mp4', '.part.mp4')));
  } finally {
    await site.close();
  }
});

test('a hole of a UDP call is asked for again', { timeout: 120_000 }, async () => {
  const faults = [12_345, 40_000].map((ms) => ({ atEpochMs: START + ms, kind: 'hole' as const, packets: 4 }));
  const site = await openFootageSite({ days: 1, faults });
  try {
    const range = { startEpochMs: START, endEpochMs: START + 60_000 };
    const view = await site.over(site.ask({ ...range, transport: 'udp' }).id);
    assert.equal(view.state, 'complete', JSON.stringify(view));
    assert.deepEqual(await contentTimesOf(site.fileOf(view)), site.nvr.timesIn(range.startEpochMs, range.endEpochMs));
    assert.ok(site.events.some(({ type }) => type === 'download.resumed'));
  } finally {
    await site.close();
  }
});

test('RTP-1: a download that loses packets over UDP goes on over TCP, and the device is remembered for it', {
  timeout: 120_000,
}, async () => {
  const faults = [{ atEpochMs: START + 12_345, kind: 'hole' as const, packets: 4 }];
  const site = await openFootageSite({ days: 1, faults });
  try {
    const { id } = site.nvr;
    const transport = () => {
      const profile = site.gateway.profile(id);
      return 'problem' in profile ? profile.detail : profile.mediaTransport;
    };
    // what worked last is what is tried first
    const before = { startEpochMs: START + 100_000, endEpochMs: START + 104_000 };
    await site.over(site.ask({ ...before, transport: 'udp' }).id);
    assert.equal(transport(), 'udp');
    const range = { startEpochMs: START, endEpochMs: START + 40_000 };
    const view = await site.over(site.ask({ ...range, transport: 'auto' }).id);
    assert.equal(view.state, 'complete', JSON.stringify(view));
    assert.deepEqual(await contentTimesOf(site.fileOf(view)), site.nvr.timesIn(range.startEpochMs, range.endEpochMs));
    assert.equal(transport(), 'tcp-passive');
    const health = site.gateway.deviceHealth(id);
    const findings = 'problem' in health ? [] : health.findings;
    assert.match(findings.find(({ code }) => code === 'RTP-1')?.detail ?? '', /goes on over tcp-passive/);
  } finally {
    await site.close();
  }
});

test('a range over midnight is one file, named by both days; a path as a device is no device', {
  timeout: 120_000,
}, async () => {
  const site = await openFootageSite({ days: 2, quirks: ['PB-5a'] });
  try {
    // midnight in the zone of the gateway, which is that of the recorder
    const midnight = FOOTAGE_END - 86_400_000;
    const range = { startEpochMs: midnight - 15_000, endEpochMs: midnight + 15_000 };
    const view = await site.over(site.ask(range).id);
    assert.equal(view.state, 'complete', JSON.stringify(view));
    assert.match(view.path, /20240929T235945--20240930T000015\.mp4$/);
    assert.deepEqual(await contentTimesOf(site.fileOf(view)), site.nvr.timesIn(range.startEpochMs, range.endEpochMs));
    const wish = { ...range, speed: 8, transport: 'auto', exact: false, priority: 0 } as const;
    const refused = site.gateway.downloads.add('../../etc', site.channel(), wish);
    assert.equal('problem' in refused && refused.problem, 'device_not_found');
  } finally {
    await site.close();
  }
});

test('a device that reboots is waited for, and another size of picture makes no other file', {
  timeout: 120_000,
}, async () => {
  const site = await openFootageSite({
    days: 1,
    changeAtEpochMs: START + 20_000,
    faults: [{ atEpochMs: START + 10_000, kind: 'reboot' }],
  });
  try {
    const range = { startEpochMs: START, endEpochMs: START + 40_000 };
    const view = await site.over(site.ask({ ...range, transport: 'tcp-passive' }).id, 90_000);
    assert.equal(view.state, 'complete', JSON.stringify(view));
    assert.deepEqual(await contentTimesOf(site.fileOf(view)), site.nvr.timesIn(range.startEpochMs, range.endEpochMs));
    assert.equal(readSamples(readFileSync(site.fileOf(view))).filter(({ kind }) => kind === 'video').length, 1);
  } finally {
    await site.close();
  }
});
