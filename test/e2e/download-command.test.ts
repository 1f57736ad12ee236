/** `gbgate download`, as people type it, against a gateway with a simulated recorder. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { channelsOf } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { contentTimesOf, FOOTAGE_END, type Nvr, startNvr } from '../support/nvr.ts';
import { gbgateCommand } from '../support/program.ts';

const DEVICE_ID = '34020000001180000001';
const MINUTE_MS = 60_000;
/** A gap of the footage, an hour before its end. */
const GAP = { startEpochMs: FOOTAGE_END - 60 * MINUTE_MS, endEpochMs: FOOTAGE_END - 59 * MINUTE_MS };

describe('gbgate download', { timeout: 180_000 }, () => {
  let gateway: RunningGateway;
  let nvr: Nvr;
  let folder: string;
  let place: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-download-e2e-'));
    gateway = await runGateway();
    nvr = await startNvr(gateway.sipPort, { id: DEVICE_ID, gaps: [GAP] });
    const [channelId] = (await channelsOf(gateway, DEVICE_ID)) as [string];
    place = `${DEVICE_ID}/${channelId}`;
  });
  after(async () => {
    await nvr.stop();
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function run(args: string[]) {
    const child = spawn(process.execPath, gbgateCommand('download', '--url', gateway.http, ...args), {
      env: { ...process.env, GBGATE_TOKEN: TOKEN },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => {
      out.stdout += data;
    });
    child.stderr.on('data', (data) => {
      out.stderr += data;
    });
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...out }));
    return { child, out, ended };
  }
  /** As people in the zone of the gateway write it. */
  const local = (epochMs: number) => new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

  it('brings a range as one file with every frame of it once', async () => {
    const start = FOOTAGE_END - 30 * MINUTE_MS;
    const file = join(folder, 'a.mp4');
    const { code, stdout, stderr } = await run([
      place,
      '--from',
      local(start),
      '--to',
      '+40s',
      '--speed',
      '8',
      '-o',
      file,
    ]).ended;
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${file}\n`);
    assert.deepEqual(await contentTimesOf(file), nvr.timesIn(start, start + 40_000));
  });

  it('says 3 and names the gap', async () => {
    const range = ['--from', local(GAP.startEpochMs - 20_000), '--to', local(GAP.endEpochMs + 20_000), '--speed', '8'];
    const { code, stdout, stderr } = await run([place, ...range, '-o', folder, '--json']).ended;
    assert.equal(code, 3, stderr + stdout);
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    assert.equal(last.event, 'partial');
    assert.deepEqual(
      last.missing.map((gap: { start: string; end: string }) => [Date.parse(gap.start), Date.parse(gap.end)]),
      [[GAP.startEpochMs, GAP.endEpochMs]],
    );
    assert.match(last.file, /\d{8}T\d{6}--\d{8}T\d{6}\.mp4$/);
  });

  it('Ctrl-C cancels the job at the gateway and leaves nothing', async () => {
    const before = (await readdir(folder)).length;
    const start = FOOTAGE_END - 20 * MINUTE_MS;
    const { child, out, ended } = run([
      place,
      '--from',
      local(start),
      '--to',
      '+10m',
      '--speed',
      '1',
      '-o',
      folder,
      '--json',
    ]);
    await until('the job to run', () => out.stdout.includes('"state":"running"'), 30_000);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    assert.equal(code, 130);
    const { id } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    await until('the cancelled job', async () => {
      const { body } = await gateway.api('GET', `/api/v1/downloads/${id}`);
      return body.state === 'cancelled';
    });
    assert.equal((await readdir(folder)).length, before);
  });

  it('takes a list of ranges', async () => {
    const list = join(folder, 'list.txt');
    const starts = [0, 1, 2].map((i) => FOOTAGE_END - (120 + i) * MINUTE_MS);
    await writeFile(
      list,
      starts.map((start, i) => `${place} ${local(start).replace(' ', 'T')} +10s ${i}.mp4\n`).join(''),
    );
    const target = join(folder, 'list');
    const { code, stderr } = await run(['--list', list, '-o', target, '--speed', '8']).ended;
    assert.equal(code, 0, stderr);
    for (const [i, start] of starts.entries())
      assert.deepEqual(await contentTimesOf(join(target, `${i}.mp4`)), nvr.timesIn(start, start + 10_000));
  });
});
