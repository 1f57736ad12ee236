import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addSimulate } from '../../src/cli/simulate.ts';
import { FLAWLESS } from '../../src/simulator/behaviour.ts';
import { behaviourOf, QUIRKS } from '../../src/simulator/quirks.ts';
import { until } from '../support/gbgate.ts';
import { Platform } from './platform.ts';

/** What the command says; `said` may be read while it runs. */
async function run(
  args: string[],
  signal = new AbortController().signal,
  said = { stdout: '', stderr: '', status: -1 },
) {
  const into = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const root = new Command('gbgate').exitOverride();
  addSimulate(root, { stdout: into('stdout'), stderr: into('stderr'), signal }, (status) => {
    said.status = status;
  });
  await root.parseAsync(['simulate', ...args], { from: 'user' });
  return said;
}

const WRONG: [string[], RegExp][] = [
  [['--server', 'nowhere'], /^--server nowhere is not HOST:PORT\.\n$/],
  [['--server', '127.0.0.1:70000'], /is not HOST:PORT/],
  [['--channels', '0'], /^--channels 0 is not a whole number from 1 to 10000\.\n$/],
  [['--count', '1.5'], /--count 1\.5 is not a whole number/],
  [['--footage', '0'], /^--footage 0 is not a whole number from 1 to 3650\.\n$/],
  [['--alarms', '0.5'], /^--alarms 0\.5 is not a whole number from 1 to \d+\.\n$/],
  [['--id', 'a b'], /--id a b is not an id/],
  [
    ['--quirk', 'PS-1,PS-99', '--quirk', 'X'],
    /^--quirk PS-99,X is not known; --list-quirks prints those that are\.\n$/,
  ],
  [['--key', 'camera.key'], /^--key and --platform-key belong together\.\n$/],
  [['--key', 'no.key', '--platform-key', 'no.pub'], /^--key and --platform-key cannot be used: ENOENT.*\.\n$/],
  [['--file', 'missing.h264'], /^The clip missing\.h264 cannot be read: ENOENT.*\.\n$/],
  [['--file', 'film.avi'], /^The clip film\.avi is neither raw H\.264 \(\.h264\) nor raw H\.265 \(\.h265\)\.\n$/],
];
for (const [args, sentence] of WRONG) {
  test(`simulate ${args.join(' ')}: one sentence, exit status 2`, async () => {
    const said = await run(args);
    assert.equal(said.status, 2);
    assert.match(said.stderr, sentence);
    assert.equal(said.stdout, '');
  });
}

test('--list-quirks prints every quirk once', async () => {
  const said = await run(['--list-quirks']);
  assert.equal(said.status, 0);
  const lines = said.stdout.trimEnd().split('\n');
  assert.equal(lines.length, QUIRKS.length);
  assert.equal(new Set(QUIRKS.map((quirk) => quirk.code)).size, QUIRKS.length);
  assert.ok(lines.some((line) => /^PS-1 +sends no program stream map$/.test(line)));
});

test('every quirk changes the behaviour, and two do so together', () => {
  for (const quirk of QUIRKS) assert.notDeepEqual(behaviourOf(new Set([quirk.code])), FLAWLESS, quirk.code);
  assert.deepEqual(behaviourOf(new Set(['PS-1', 'SSRC-3'])), { ...FLAWLESS, streamMap: 'never', ssrc: 'zero' });
  assert.deepEqual(behaviourOf(new Set()), FLAWLESS);
});

test('runs until it is told to stop, and says what happened', async (t) => {
  const platform = await Platform.open({ password: 'secret' });
  t.after(() => platform.close());
  const stop = new AbortController();
  const server = `127.0.0.1:${platform.port}`;
  const id = '34020000001320000009';
  const said = { stdout: '', stderr: '', status: -1 };
  const args = ['--server', server, '--password', 'secret', '--count', '2', '--id', id, '--file', 'h265'];
  const done = run(args, stop.signal, said);
  // The platform takes a device for registered before the device has its 200.
  await until('two registrations', () => said.stderr.split('\n').length > 2);
  assert.deepEqual([...platform.registered.keys()].sort(), ['34020000001320000009', '34020000001320000010']);
  stop.abort();
  await done;
  assert.equal(said.status, 0);
  assert.equal(platform.registered.size, 0);
  const events = said.stderr.trimEnd().split('\n');
  assert.deepEqual(
    events.map((line) => (JSON.parse(line) as { event: string }).event),
    ['registered', 'registered', 'stopped'],
  );
});

for (const [args, version] of [
  [[], '3.0'],
  [['--edition', '2016'], '2.0'],
  [['--edition', 'none'], undefined],
] as const)
  test(`simulate ${args.join(' ') || 'without --edition'}: its REGISTER says X-GB-Ver ${version ?? 'not at all'}`, async (t) => {
    const platform = await Platform.open({ password: 'secret' });
    t.after(() => platform.close());
    const stop = new AbortController();
    const done = run(['--server', `127.0.0.1:${platform.port}`, ...args], stop.signal);
    const first = await until('a REGISTER', () => platform.heard.find(({ method }) => method === 'REGISTER'));
    assert.equal(first.header('X-GB-Ver'), version);
    stop.abort();
    await done;
  });

test('a camera without footage says that it has none', async (t) => {
  const platform = await Platform.open({ password: 'secret' });
  t.after(() => platform.close());
  const stop = new AbortController();
  const id = '34020000001180000008';
  const done = run(['--server', `127.0.0.1:${platform.port}`, '--password', 'secret', '--id', id], stop.signal);
  await until('a registration', () => platform.registered.has(id));
  const body =
    '<Query><CmdType>RecordInfo</CmdType><SN>9</SN><DeviceID>34020000001310000008</DeviceID><StartTime>2020-01-01T00:00:00</StartTime><EndTime>2090-01-01T00:00:00</EndTime><Type>all</Type></Query>';
  platform.send(id, platform.request('MESSAGE', { to: id, callId: 'search', type: 'Application/MANSCDP+xml', body }));
  const found = await platform.next((heard) => heard.body.includes('<CmdType>RecordInfo'), 15_000);
  assert.match(found.body, /<SN>9<\/SN>[\s\S]*<SumNum>0<\/SumNum>\s*<\/Response>/);
  stop.abort();
  await done;
});

test('--alarms: one of each kind in turn', async (t) => {
  const platform = await Platform.open({ password: 'secret' });
  t.after(() => platform.close());
  const stop = new AbortController();
  const args = ['--server', `127.0.0.1:${platform.port}`, '--password', 'secret', '--alarms', '1'];
  const done = run(args, stop.signal);
  const told = () => platform.heard.filter(({ body }) => body.includes('<CmdType>Alarm<'));
  await until('two alarms', () => told().length > 1);
  const methods = told().map(({ body }) => /<AlarmMethod>(\d)<[\s\S]*<AlarmType>(\d)</.exec(body)?.slice(1));
  assert.deepEqual(methods.slice(0, 2), [
    ['5', '6'],
    ['5', '2'],
  ]);
  stop.abort();
  await done;
});

test('--footage: searches find so many days of files', async (t) => {
  const platform = await Platform.open({ password: 'secret' });
  t.after(() => platform.close());
  const stop = new AbortController();
  const id = '34020000001180000009';
  const args = ['--server', `127.0.0.1:${platform.port}`, '--password', 'secret', '--id', id, '--footage', '2'];
  const done = run([...args, '--sip', 'tcp'], stop.signal);
  await until('a registration', () => platform.registered.has(id));
  const body =
    '<Query><CmdType>RecordInfo</CmdType><SN>9</SN><DeviceID>34020000001310000009</DeviceID><StartTime>2020-01-01T00:00:00</StartTime><EndTime>2090-01-01T00:00:00</EndTime><Type>all</Type></Query>';
  platform.send(id, platform.request('MESSAGE', { to: id, callId: 'search', type: 'Application/MANSCDP+xml', body }));
  const found = await platform.next((heard) => heard.body.includes('<CmdType>RecordInfo'), 15_000);
  assert.match(found.body, /<SN>9<\/SN>/);
  const sum = Number(/<SumNum>(\d+)</.exec(found.body)?.[1]);
  assert.ok(sum >= 96 && sum <= 98, String(sum)); // two days of half hours, and this hour so far
  stop.abort();
  await done;
});
