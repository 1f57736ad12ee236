/** SIPp as a thousand devices in front of a redirector, whose rules share them out among three gateways. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startCamera } from '../support/camera.ts';
import { PLATFORM_ID, type RunningGateway, runGateway, SIP_PASSWORD, until } from '../support/gbgate.ts';

const DEVICES = 1000;
const SCENARIO = fileURLToPath(new URL('../fixtures/sipp/redirected.xml', import.meta.url));
const idOf = (n: number) => `34020000001110${String(n + 1).padStart(6, '0')}`;
const rowOf = (id: string) => `${id};[authentication username=${id} password=${SIP_PASSWORD}]`;

test('SIPp: a thousand devices are shared out 1:1:2, and a simulated camera ends at the gateway it was sent to', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-redirect-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  // two of the gateways are only named; the third is real and takes the camera
  const target = await runGateway({ mediaPorts: '44000-44999' });
  t.after(() => target.stop());
  const redirectors = join(folder, 'gbgate.yaml');
  await writeFile(
    redirectors,
    `sip:
  redirect:
    - {host: 127.0.0.1, port: ${target.sipPort}, devices: ["3402000000132*"]}
    - {host: 10.0.0.11, share: 1}
    - {host: 10.0.0.12, share: 1}
    - {host: 10.0.0.13, id: "34020000002000000003", share: 2}
`,
  );
  const redirector = await runGateway({ args: ['--config', redirectors], mediaPorts: '45000-45999' });
  t.after(() => redirector.stop());

  await writeFile(
    join(folder, 'ids.csv'),
    ['SEQUENTIAL', ...Array.from({ length: DEVICES }, (_, n) => rowOf(idOf(n))), ''].join('\n'),
  );
  const output = await sipp(folder, redirector.sipPort);
  const log = (await readFile(join(folder, 'targets.log'), 'utf8')).trim().split('\n');
  const counts = new Map<string, number>();
  for (const line of log) {
    const contact = line.trim().split(' ')[1] ?? '';
    counts.set(contact, (counts.get(contact) ?? 0) + 1);
  }
  for (const [contact, wanted] of [
    [`sip:${PLATFORM_ID}@10.0.0.11:5060`, 250],
    [`sip:${PLATFORM_ID}@10.0.0.12:5060`, 250],
    ['sip:34020000002000000003@10.0.0.13:5060', 500],
  ] as const) {
    const count = counts.get(contact) ?? 0;
    assert.ok(Math.abs(count - wanted) <= wanted * 0.05, `${contact}: ${count} of ${wanted}\n${output}`);
  }
  assert.equal((await redirector.api('GET', '/api/v1/devices?limit=10')).body.items.length, 0);

  const id = '34020000001320000001';
  const camera = await startCamera(redirector.sipPort, { id });
  t.after(() => camera.stop());
  await until('the camera is online at its gateway', async () => {
    const { body } = await target.api('GET', `/api/v1/devices/${id}`);
    return body?.online === true;
  });
  assert.equal((await redirector.api('GET', `/api/v1/devices/${id}`)).status, 404);
});

test('kill -9 of one of three gateways: its cameras are served elsewhere, over TCP without waiting for a keepalive', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-redirect-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const targets = await Promise.all(
    ['44000-44299', '44300-44599', '44600-44899'].map((mediaPorts) => runGateway({ mediaPorts })),
  );
  t.after(() => Promise.all(targets.map((target) => target.stop())));
  const rules = targets.map(
    ({ sipPort }, index) => `    - {host: 127.0.0.1, port: ${sipPort}, share: ${[1, 1, 2][index]}}`,
  );
  const path = join(folder, 'gbgate.yaml');
  await writeFile(path, ['sip:', '  redirect:', ...rules, ''].join('\n'));
  const redirector = await runGateway({ args: ['--config', path], mediaPorts: '45000-45999' });
  t.after(() => redirector.stop());
  const fleets = [
    { sip: 'tcp', id: '34020000001320000101', keepaliveSeconds: 600 },
    { sip: 'udp', id: '34020000001320000201', keepaliveSeconds: 2 },
  ] as const;
  const count = 8;
  for (const fleet of fleets) {
    const cameras = await startCamera(redirector.sipPort, { ...fleet, count, retrySeconds: 1 });
    t.after(() => cameras.stop());
  }
  const online = async (gateway: (typeof targets)[number]): Promise<string[]> => {
    const { body } = await gateway.api('GET', '/api/v1/devices?limit=100&online=true');
    return body.items.map((device: { id: string }) => device.id);
  };
  const [first, second, killed] = targets as [RunningGateway, RunningGateway, RunningGateway];
  await until('the shares of 1:1:2', async () => {
    const counts = await Promise.all(targets.map(async (target) => (await online(target)).length));
    return counts.join() === '4,4,8';
  });
  await killed.kill();
  await until('all are served by the two that are left', async () => {
    const served = new Set((await Promise.all([first, second].map(online))).flat());
    return served.size === count * fleets.length;
  });
  assert.deepEqual(await online(redirector), []);
});

function sipp(cwd: string, port: number): Promise<string> {
  const args = ['-sf', SCENARIO, '-inf', 'ids.csv', '-m', String(DEVICES), '-r', '250', '-l', String(DEVICES)];
  args.push(
    '-i',
    '127.0.0.1',
    '-t',
    'u1',
    '-trace_logs',
    '-log_file',
    'targets.log',
    '-trace_err',
    '-error_file',
    'e.log',
  );
  args.push('-timeout', '60s', '-timeout_error', '-nostdin', `127.0.0.1:${port}`);
  return new Promise((resolve, reject) => {
    execFile('sipp', args, { cwd, maxBuffer: 64 * 1024 * 1024 }, async (error, stdout, stderr) => {
      const errors = await readFile(join(cwd, 'e.log'), 'utf8').catch(() => '');
      const output = `${stderr}${stdout.slice(-1500)}${errors.slice(0, 3000)}`;
      if (error === null) resolve(output);
      else reject(new Error(`every call of SIPp succeeds: ${output}`));
    });
  });
}
