import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pageAddress } from '../../src/cli/serve.ts';
import { table } from '../../src/cli/tables.ts';
import { channel, DEVICE, device } from '../http/fake-gateway.ts';
import { opened, TOKEN } from '../http/opened.ts';
import { gbgateCommand } from '../support/program.ts';

function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, gbgateCommand(...args), {
    env: { PATH: process.env.PATH, ...env },
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
  return { child, ended };
}

async function line(child: ChildProcess, stream: 'stdout' | 'stderr', words: RegExp): Promise<RegExpExecArray> {
  let text = '';
  const signal = AbortSignal.timeout(30_000);
  for (;;) {
    const found = words.exec(text);
    if (found !== null) return found;
    const [data] = await once(child[stream]!, 'data', { signal });
    text += data;
  }
}

test('what is wrong is one sentence on stderr and status 2', async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const port = String((busy.address() as { port: number }).port);
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-cli-'));
  const host = ['--sip-host', '127.0.0.1', '--http-host', '127.0.0.1', '--data', folder, '--log-level', 'silent'];
  try {
    const cases: [string[], RegExp][] = [
      [['serve', '--sip-prot', '1'], /unknown option '--sip-prot'/],
      [['serve', '--sip-port'], /argument missing/],
      [['serve', 'extra'], /too many arguments/],
      [['unheard-of'], /unknown command/],
      [['serve', '--config', '/nowhere.yaml'], /nowhere\.yaml cannot be read/],
      [['serve', ...host, '--sip-port', '0', '--http-port', port], /HTTP cannot listen on .* in use/],
      [['serve', ...host, '--sip-port', port, '--http-port', '0'], new RegExp(port)],
    ];
    for (const [args, words] of cases) {
      const { code, stderr, stdout } = await run(args).ended;
      assert.equal(code, 2, `${args}: ${stderr}`);
      assert.match(stderr, words);
      assert.match(stderr, /^gbgate: [^\n]+\n$/);
      assert.equal(stdout, '');
    }
  } finally {
    busy.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('serve says ready once at every level with the real ports, and stops cleanly', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-cli-'));
  const args = ['serve', '--sip-host', '127.0.0.1', '--http-host', '127.0.0.1', '--sip-port', '0', '--http-port', '0'];
  const { child, ended } = run([...args, '--data', folder, '--log-level', 'silent']);
  try {
    const [ready] = await line(child, 'stderr', /\{.*"event":"ready".*\}/);
    const said = JSON.parse(ready);
    assert.ok(said.http > 0 && said.sip > 0);
    assert.equal(said.media, '30000-31999');
    assert.equal((await fetch(`http://127.0.0.1:${said.http}/healthz`)).status, 200);
    assert.equal((await fetch(`http://127.0.0.1:${said.http}/api/v1/system`)).status, 401);
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    assert.equal(code, 0);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

test('the log of a gateway never holds its token', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-cli-'));
  const args = ['serve', '--sip-host', '127.0.0.1', '--http-host', '127.0.0.1', '--sip-port', '0', '--http-port', '0'];
  const { child, ended } = run([...args, '--data', folder, '--log-level', 'trace', '--token', 'very-secret']);
  try {
    const [, port] = await line(child, 'stderr', /"event":"ready","http":(\d+)/);
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/devices?token=very-secret`);
    assert.equal(answer.status, 200);
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    assert.equal(code, 0);
    assert.ok(stderr.includes('token=[redacted]'));
    assert.ok(!stderr.includes('very-secret'));
    for (const text of stderr.trim().split('\n')) JSON.parse(text);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

test('the demo prints one address, its cameras play, and nothing is left behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-demo-test-'));
  const { child, ended } = run(['demo', '--http-port', '0'], { TMPDIR: folder });
  try {
    const [, base, token] = await line(child, 'stdout', /(http:\/\/127\.0\.0\.1:\d+)\/#token=(\S+)\n/);
    const headers = { authorization: `Bearer ${token}` };
    const ask = async (path: string, method = 'GET') => {
      const answer = await fetch(`${base}/api/v1/${path}`, { headers, method });
      return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
    };
    let channels: { deviceId: string; id: string }[] = [];
    for (let i = 0; i < 300 && channels.length < 3; i++) {
      channels = (await ask('channels')).json.items as typeof channels;
      if (channels.length < 3) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(channels.length, 3);
    for (const { deviceId, id } of channels) {
      const live = await ask(`devices/${deviceId}/channels/${id}/live`, 'POST');
      assert.equal(live.status, 201, JSON.stringify(live.json));
      assert.equal(live.json.state, 'playing');
    }
    // one of them is a recorder with a day of footage: something to find, and to keep
    const hourMs = 3_600_000;
    const [from, to] = [Date.now() - 24 * hourMs, Date.now()].map((epochMs) => new Date(epochMs).toISOString());
    const recorder = channels.find(({ deviceId }) => deviceId === '34020000001180000201');
    const place = `devices/${recorder?.deviceId}/channels/${recorder?.id}`;
    const records = await ask(`${place}/records?start=${from}&end=${to}&waitSeconds=20`);
    const items = (records.json.items ?? []) as { start: string; end: string }[];
    const hours = items.reduce((ms, item) => ms + Date.parse(item.end) - Date.parse(item.start), 0) / hourMs;
    assert.ok(hours > 20 && hours < 24, JSON.stringify(records.json));
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trim().split('\n').length, 1);
    const left = (await readdir(folder)).filter((name) => name.startsWith('gbgate-demo-'));
    assert.deepEqual(left, []);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

test('tables are thin clients: every page, as a table or as JSON', async () => {
  const o = await opened();
  try {
    for (let i = 0; i < 1001; i++) o.gateway.deviceList.push(device(String(10_000 + i)));
    o.gateway.channelList.push(channel(DEVICE, '1', { name: '大门\u001b[31m' }));
    const json = await run(['devices', '--url', o.base, '--json'], { GBGATE_TOKEN: TOKEN }).ended;
    assert.equal(json.code, 0, json.stderr);
    assert.equal(JSON.parse(json.stdout).length, 1001);
    const text = await run(['channels', '--url', o.base, '--token', TOKEN]).ended;
    assert.match(text.stdout, /^DEVICE +CHANNEL +NAME +STATUS +MODEL\n/);
    assert.ok(text.stdout.includes('大门?[31m'));
    const refused = await run(['streams', '--url', o.base]).ended;
    assert.deepEqual([refused.code, /--token or GBGATE_TOKEN.*401/.test(refused.stderr)], [1, true]);
    const slow = run(['devices', '--url', o.base, '--json'], { GBGATE_TOKEN: TOKEN });
    slow.child.stdout.pause();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    slow.child.stdout.resume();
    assert.equal(JSON.parse((await slow.ended).stdout).length, 1001, 'a slow reader gets all of it');
  } finally {
    await o.http.close();
  }
});

test('columns stay in line beside wide characters', () => {
  const rows = [
    { a: '大门', b: 1 },
    { a: 'gate', b: null },
  ];
  const shown = table(
    [
      ['A', (row) => row.a],
      ['B', (row) => row.b],
    ],
    rows,
  );
  assert.equal(shown, 'A     B\n大门  1\ngate  -\n');
});

test('the address of the page', () => {
  assert.equal(pageAddress('0.0.0.0', 8080, 't/1', null), 'http://127.0.0.1:8080/#token=t%2F1');
  assert.equal(pageAddress('::1', 8080, null, null), 'http://[::1]:8080/');
  assert.equal(pageAddress('x', 1, 't', 'https://v.example/gb/'), 'https://v.example/gb/#token=t');
});
