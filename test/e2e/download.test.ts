/** Recorded footage of a simulated recorder, downloaded whole: what is in the file is told by the pictures themselves. */
import assert from 'node:assert/strict';
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
