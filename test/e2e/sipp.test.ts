/** SIPp as a thousand devices behind one address: each registers with digest and keeps itself alive. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type RunningGateway, runGateway, SIP_PASSWORD, until } from '../support/gbgate.ts';

const DEVICES = 1000;
const SCENARIO = fileURLToPath(new URL('../fixtures/sipp/register.xml', import.meta.url));
const rowOf = (id: string) => `${id};[authentication username=${id} password=${SIP_PASSWORD}]`;
const idOf = (n: number) => `34020000001110${String(n + 1).padStart(6, '0')}`;

for (const [transport, flag] of [
  ['UDP', 'u1'],
  ['TCP', 't1'],
] as const)
  describe(`SIPp over ${transport}`, { timeout: 120_000 }, () => {
    let gateway: RunningGateway;
    let folder: string;

    before(async () => {
      gateway = await runGateway();
      folder = await mkdtemp(join(tmpdir(), 'gbgate-sipp-'));
      await writeFile(
        join(folder, 'ids.csv'),
        ['SEQUENTIAL', ...Array.from({ length: DEVICES }, (_, n) => rowOf(idOf(n))), ''].join('\n'),
      );
    });

    after(async () => {
      assert.equal(await gateway.stop(), 0);
      await rm(folder, { recursive: true, force: true });
    });

    it(`registers ${DEVICES} devices and keeps them alive`, async () => {
      const { code, output } = await sipp(folder, gateway.sipPort, flag);
      assert.equal(code, 0, `every call of SIPp succeeds: ${output}`);
      const statistics = (await readFile(join(folder, 'stat.csv'), 'utf8')).trim().split('\n');
      const column = statistics[0]?.split(';').indexOf('SuccessfulCall(C)') ?? -1;
      assert.equal(Number(statistics.at(-1)?.split(';')[column]), DEVICES);
      const online = await until('all devices online', async () => {
        const { body } = await gateway.api('GET', '/api/v1/devices?limit=1000&online=true');
        return body.items.length === DEVICES && body.items;
      });
      assert.deepEqual(
        online.map((device: { id: string }) => device.id).sort(),
        Array.from({ length: DEVICES }, (_, n) => idOf(n)),
      );
      for (const device of online)
        assert.ok(
          Date.parse(device.keepaliveAt) > Date.parse(device.registeredAt),
          'a keepalive came after it registered',
        );
    });
  });

function sipp(cwd: string, port: number, transport: string): Promise<{ code: number; output: string }> {
  const args = [
    ...['-sf', SCENARIO, '-inf', 'ids.csv', '-m', String(DEVICES), '-r', '250', '-l', String(DEVICES)],
    ...[
      '-i',
      '127.0.0.1',
      '-t',
      transport,
      '-trace_stat',
      '-stf',
      'stat.csv',
      '-fd',
      '1',
      '-trace_err',
      '-error_file',
      'errors.log',
    ],
    ...['-timeout', '60s', '-timeout_error', '-nostdin', `127.0.0.1:${port}`],
  ];
  return new Promise((resolve) => {
    execFile('sipp', args, { cwd, maxBuffer: 64 * 1024 * 1024 }, async (error, stdout, stderr) => {
      const errors = await readFile(join(cwd, 'errors.log'), 'utf8').catch(() => '');
      resolve({
        code: error === null ? 0 : Number(error.code ?? 1),
        output: `${stderr}${stdout.slice(-1500)}${errors.slice(0, 3000)}`,
      });
    });
  });
}
