import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

const DEVICE = '34020000001320000001';

interface Row {
  readonly id: string;
  readonly start: string;
  readonly end: string | null;
  readonly path: string;
  readonly state: string;
  readonly reason: string;
  readonly durationMs: number;
}

/** Alarms of a plan are recorded, and what is too much goes when the next gateway has less room. */
describe('alarms are recorded, and old recordings go', { timeout: 240_000 }, () => {
  const data = mkdtempSync(join(tmpdir(), 'gbgate-retention-'));
  let gateway: RunningGateway;
  let camera: Simulator;
  let channel: string;
  const recorded: Row[] = [];
  after(async () => {
    await camera?.stop();
    await gateway?.stop();
    rmSync(data, { recursive: true, force: true });
  });
  const rows = async (): Promise<Row[]> => (await gateway.api('GET', '/api/v1/recordings')).body.items;
  const newest = () =>
    until(
      'one more recording that is whole',
      async () => {
        const [row] = await rows();
        return row?.state === 'complete' && !recorded.some(({ id }) => id === row.id) && row;
      },
      60_000,
    );

  test('an alarm is recorded with what came before it', async () => {
    gateway = await runGateway({ data });
    camera = await startCamera(gateway.sipPort, { id: DEVICE });
    const [channelId] = await channelsOf(gateway, DEVICE);
    channel = `/api/v1/devices/${DEVICE}/channels/${channelId}`;
    const early = await gateway.api('POST', `${channel}/plan/alarm`, {});
    assert.deepEqual([early.status, early.body.code], [409, 'conflict']);
    const plan = await gateway.api('PUT', `${channel}/plan`, { mode: 'alarm', preRollSeconds: 4 });
    assert.deepEqual([plan.status, plan.body.active, plan.body.recording], [200, true, false]);
    for (let n = 0; n < 2; n += 1) {
      const kept = await until(
        'a stream whose last seconds are kept',
        async () => {
          const { body } = await gateway.api('GET', '/api/v1/streams');
          return body.items.find((stream: { state: string }) => stream.state === 'playing');
        },
        60_000,
      );
      const shows = await until(
        'four seconds of it',
        async () => {
          const { body } = await gateway.api('GET', `/api/v1/streams/${kept.id}`);
          return body.stats.frames > (n + 1) * 150 && body;
        },
        60_000,
      );
      assert.equal(shows.deviceId, DEVICE);
      const atMs = Date.now();
      assert.equal((await gateway.api('POST', `${channel}/plan/alarm`, { seconds: 2 })).status, 200);
      const row = await newest();
      assert.equal(row.reason, 'alarm');
      const beforeMs = atMs - Date.parse(row.start);
      assert.ok(beforeMs > 500 && beforeMs < 30_000, `begins ${beforeMs} ms before the alarm`);
      assert.ok(row.durationMs > 3500, `${row.durationMs} ms`);
      recorded.push(row);
    }
    const month = `${channel}/timeline/days?month=${recorded[0]!.start.slice(0, 7)}`;
    const { body } = await gateway.api('GET', month);
    const day = body.days.find(({ date }: { date: string }) => date === recorded[0]!.start.slice(0, 10));
    assert.ok(day.hasFootage && day.files >= 1 && day.footageSeconds >= 3, JSON.stringify(day));
  });

  test('what is more than may be kept goes, but for what is locked, and that is said', async () => {
    const [first, second] = recorded as [Row, Row];
    assert.equal((await gateway.api('POST', `/api/v1/recordings/${first.id}/lock`)).body.locked, true);
    const off = await gateway.api('PUT', `${channel}/plan`, { mode: 'off' });
    assert.equal(off.status, 200);
    await gateway.stop();
    const config = join(data, 'gbgate.yaml');
    writeFileSync(config, 'record: {maxBytes: 1KB, minFreeBytes: 0}\n');
    gateway = await runGateway({ data, args: ['--config', config] });
    await until('the recording that is not locked is gone', async () => (await rows()).length === 1, 60_000);
    assert.deepEqual(
      (await rows()).map(({ id }) => id),
      [first.id],
    );
    await until('its file is gone', () => !existsSync(join(data, second.path)), 30_000);
    assert.ok(existsSync(join(data, first.path)));
    const kept = await until(
      'the run is told',
      async () => {
        const { body } = await gateway.api('GET', '/api/v1/retention');
        return body.lastRun !== null && body;
      },
      30_000,
    );
    assert.deepEqual([kept.maxBytes, kept.recordings, kept.lastRun.recordings], [1000, 1, 1]);
    assert.ok(kept.lockedBytes > 0 && kept.missingBytes > 0, JSON.stringify(kept));
    const metrics = await fetch(`${gateway.http}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    assert.match(await metrics.text(), /^gbgate_recordings_deleted_total 1$/m);
    const { body } = await gateway.api('GET', '/api/v1/system');
    assert.ok(
      body.warnings.some(({ code }: { code: string }) => code === 'retention_stuck'),
      JSON.stringify(body.warnings),
    );
    const range = `start=${encodeURIComponent(first.start)}&end=${encodeURIComponent(second.end ?? '')}`;
    const { items } = (await gateway.api('GET', `${channel}/timeline?${range}`)).body;
    assert.deepEqual(
      items.map(({ recordingIds, locked, reason }: Record<string, unknown>) => [recordingIds, locked, reason]),
      [[[first.id], true, 'alarm']],
    );
  });
});
