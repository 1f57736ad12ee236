import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { type Findings, report } from '../../src/cli/doctor.ts';
import { main } from '../../src/cli/main.ts';
import { opened, READ_TOKEN, TOKEN } from '../http/opened.ts';

async function doctor(args: string[], env: Record<string, string> = {}) {
  const out = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    write(text: string) {
      out[name] += text;
    },
  });
  const status = await main(['doctor', ...args], {
    env,
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    signal: new AbortController().signal,
    version: '1.2.3',
  });
  return { ...out, status };
}

/** A TCP port on loopback that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('without a gateway the machine is examined: what other programs hold is named, the exit status is 1', async () => {
  const taken = createSocket('udp4');
  taken.bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  try {
    const listen = ['--sip-host', '127.0.0.1', '--http-host', '127.0.0.1', '--http-port', String(await freePort())];
    const args = [...listen, '--sip-port', String(port), '--media-ports', `${port}-${port + 3}`];
    const found = await doctor([...args, '--json', '--data', '/tmp/nothing/of/this/is/there']);
    assert.equal(found.stderr, '');
    const { gateway, warnings } = JSON.parse(found.stdout) as Findings;
    assert.equal(gateway, null);
    assert.deepEqual(warnings.find(({ code }) => code === 'port_in_use')?.values, { name: 'SIP, UDP', port });
    const occupied = warnings.find(({ code }) => code === 'ports_occupied');
    assert.ok(Number(occupied?.values.occupied) >= 1 && occupied?.values.total === 4);
    assert.equal(
      warnings.some(({ code }) => code === 'disk_unknown'),
      false,
      'the folder above is looked at',
    );
    assert.equal(found.status, 1);
    const text = await doctor(args);
    assert.match(text.stdout, new RegExp(`✗ Port ${port} \\(SIP, UDP\\) is held by another program\\.\\n {4}Stop`));
    assert.match(text.stdout, /^No gateway runs here/);
  } finally {
    taken.close();
  }
});

test('a missing ffmpeg is a warning', async () => {
  const port = String(await freePort());
  const path = process.env.FFMPEG_PATH;
  process.env.FFMPEG_PATH = '/nowhere/ffmpeg';
  try {
    const found = await doctor([
      '--http-host',
      '127.0.0.1',
      '--http-port',
      port,
      '--sip-port',
      '0',
      '--media-ports',
      '61000-61003',
    ]);
    assert.match(found.stdout, /! ffmpeg is not installed/);
    assert.equal(found.status, 1);
  } finally {
    if (path === undefined) delete process.env.FFMPEG_PATH;
    else process.env.FFMPEG_PATH = path;
  }
});

test('a running gateway is asked, with what each device is told', async () => {
  const o = await opened();
  try {
    o.gateway.addressList.push({
      deviceId: '34020000001320000001',
      name: 'Gate\u001b[31m',
      online: true,
      source: '192.0.2.8:5060',
      via: '192.0.2.1:5060',
      contact: 'sip:34020000002000000001@192.0.2.1:5060',
      sdp: { origin: '192.0.2.1', connection: '192.0.2.1' },
      says: ['its Contact says sip:1@10.0.0.8:5060'],
      clockOffsetSeconds: -3.2,
    });
    const found = await doctor(['--url', o.base], { GBGATE_TOKEN: TOKEN });
    assert.equal(found.status, 1, 'ffmpeg is missing there');
    assert.match(found.stdout, /! It is not there\.\n {4}Install it\./);
    assert.match(found.stdout, /34020000001320000001 Gate\?\[31m\n/);
    for (const line of [
      /packets come from +192\.0\.2\.8:5060/,
      /it says +its Contact says/,
      /our Via +192\.0\.2\.1:5060/,
      /our Contact +sip:34020000002000000001@192\.0\.2\.1:5060/,
      /o= and c= of our offer +192\.0\.2\.1, 192\.0\.2\.1/,
      /its clock minus ours +-3 s/,
    ])
      assert.match(found.stdout, line);
    assert.deepEqual(o.gateway.calls.at(-1), ['askDeviceClocks', 5000]);
    const json = JSON.parse((await doctor(['--url', o.base, '--token', READ_TOKEN, '--json'])).stdout) as Findings;
    assert.equal(json.devices.length, 1);
    const { port } = new URL(o.base);
    const unnamed = await doctor(['--http-host', '127.0.0.1', '--http-port', port, '--token', TOKEN]);
    assert.match(unnamed.stdout, /^The gateway at http:\/\/127\.0\.0\.1/);
    const refused = await doctor(['--http-host', '127.0.0.1', '--http-port', port]);
    assert.deepEqual([refused.status, /wants its token/.test(refused.stderr)], [1, true]);
  } finally {
    await o.http.close();
  }
});

test('a gateway that was named and cannot be asked is one sentence; a bad option is another', async () => {
  const port = await freePort();
  const gone = await doctor(['--url', `http://127.0.0.1:${port}`]);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /cannot be asked: ECONNREFUSED\.\n$/);
  const bad = await doctor(['--media-ports', 'some']);
  assert.equal(bad.status, 2);
});

test('when only notes are left, every check is well', () => {
  const note = {
    check: 'addresses',
    code: 'address_is_name',
    severity: 'note',
    sentence: 'It is a name.',
    cure: 'Use an address.',
    values: {},
  } as const;
  const text = report({ gateway: null, warnings: [note], devices: [] });
  assert.match(text, /✓ addresses that devices are told\n· It is a name\.\n/);
  assert.equal(text.match(/✓/g)?.length, 6);
});
