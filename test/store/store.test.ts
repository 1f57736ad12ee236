import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import Database from 'libsql';
import { watchStore } from '../../src/gateway/system/store-watch.ts';
import type { Recording } from '../../src/record/archive.ts';
import type { Download } from '../../src/record/download-row.ts';
import type { Channel } from '../../src/sip/camera/directory.ts';
import type { PresenceChange } from '../../src/sip/camera/presence-change.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { openStore, type Store } from '../../src/store/store.ts';

const folders: string[] = [];
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'gbgate-store-'));
  folders.push(path);
  return path;
};
after(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

function open(path: string): Store {
  const store = openStore(path);
  assert.ok(!('fault' in store), JSON.stringify(store));
  return store;
}

const channel = (deviceId: string, id: string, name: string) => ({ deviceId, id, name }) as Channel;
const recording = (id: string, startEpochMs: number) =>
  ({ id, startEpochMs, deviceId: 'D', channelId: 'C', state: 'recording' }) as Recording;

describe('store', () => {
  it('keeps what was put, across a restart', () => {
    const path = folder();
    let store = open(path);
    store.settings.put('a', "it's 门口");
    store.channels.putAll([
      channel('D', '2', "Robert'); DROP TABLE channels;--"),
      channel('D', '1', '门\u0000口'),
      channel('E', '1', 'x'),
    ]);
    store.recordings.put(recording('b', 2));
    store.recordings.put(recording('a', 3));
    store.recordings.put({ ...recording('b', 2), state: 'complete' });
    store.close();
    store.close();
    store = open(path);
    assert.equal(store.settings.get('a'), "it's 门口");
    assert.equal(store.settings.get('none'), undefined);
    assert.deepEqual(
      store.channels.ofDevice('D').map((c) => [c.id, c.name]),
      [
        ['1', '门\u0000口'],
        ['2', "Robert'); DROP TABLE channels;--"],
      ],
    );
    assert.deepEqual(
      store.recordings.list().map((r) => [r.id, r.state]),
      [
        ['b', 'complete'],
        ['a', 'recording'],
      ],
    );
    store.channels.delete('D', '1');
    store.recordings.delete('b');
    assert.equal(store.channels.ofDevice('D').length, 1);
    assert.equal(store.recordings.get('b'), undefined);
    assert.equal(store.recordings.get('a')?.startEpochMs, 3);
    store.close();
  });

  it('refuses a second gateway while the first is there', () => {
    const path = folder();
    const first = open(path);
    const second = openStore(path);
    assert.ok('fault' in second);
    assert.match(second.fault, /^Another gateway is using the data folder/);
    first.close();
    open(path).close();
  });

  it('is free again after kill -9, with everything that was written', async () => {
    const path = folder();
    const child = spawn(process.execPath, [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `import { openStore } from '${new URL('../../src/store/store.ts', import.meta.url).href}';
       const store = openStore(process.argv[1]);
       store.settings.put('written', 'yes');
       process.stdout.write('ready');
       setInterval(() => store.settings.put('n', String(Math.random())), 0);`,
      path,
    ]);
    await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve);
      child.stderr.on('data', (data) => reject(new Error(String(data))));
    });
    assert.ok('fault' in openStore(path), 'the other process has it');
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const store = open(path);
    assert.equal(store.settings.get('written'), 'yes');
    store.close();
  });

  it('lets nobody else on the machine read what is in it, also where it could be read before', () => {
    const path = folder();
    const first = open(path);
    first.settings.put('a', 'secret');
    const files = () => readdirSync(path).filter((name) => name.startsWith('gbgate.db'));
    const modes = () => files().map((name) => statSync(join(path, name)).mode & 0o777);
    assert.ok(files().length >= 2, files().join());
    assert.ok(
      modes().every((mode) => mode === 0o600),
      String(modes()),
    );
    first.close();
    for (const name of files()) chmodSync(join(path, name), 0o644);
    const second = open(path);
    second.settings.put('a', 'other');
    assert.ok(modes().every((mode) => mode === 0o600));
    second.close();
  });

  it('refuses a database of a newer version, and one that is no database', () => {
    const newer = folder();
    open(newer).close();
    const database = new Database(join(newer, 'gbgate.db'));
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    const fault = openStore(newer);
    assert.ok('fault' in fault);
    assert.match(fault.fault, /newer gbgate/);
    const broken = folder();
    writeFileSync(join(broken, 'gbgate.db'), 'this is no database, '.repeat(500));
    assert.match((openStore(broken) as { fault: string }).fault, /cannot be read/);
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    assert.match((openStore(join(file, 'data')) as { fault: string }).fault, /cannot be used/);
  });

  it('writes a catalogue of 10,000 channels as one transaction', () => {
    const path = folder();
    const store = open(path);
    store.channels.putAll(Array.from({ length: 10_000 }, (_, i) => channel('D', String(i), `Camera ${i}`)));
    assert.equal(store.channels.ofDevice('D').length, 10_000);
    store.close();
  });

  it('keeps when devices came and went, newest first, bounded, and drops it with the device', () => {
    const path = folder();
    let store = open(path);
    const change = (deviceId: string, epochMs: number): PresenceChange => ({
      deviceId,
      epochMs,
      online: epochMs % 2 === 0,
      reason: "it's gone",
      address: null,
    });
    store.presence.addAll([change('D', 1), change('E', 1), change('D', 2), change('D', 2)], 10);
    for (let i = 3; i < 8; i++) store.presence.addAll([change('D', i)], 4);
    store.close();
    store = open(path);
    assert.deepEqual(
      store.presence.ofDevice('D').map((c) => c.epochMs),
      [7, 6, 5, 4],
    );
    assert.deepEqual(store.presence.newest('D'), change('D', 7));
    assert.equal(store.presence.ofDevice('E').length, 1);
    store.presence.delete('D');
    assert.equal(store.presence.newest('D'), undefined);
    assert.equal(store.presence.ofDevice('E').length, 1);
    store.close();
  });

  it('takes over a database of every earlier version, with what is in it', () => {
    for (let version = 1; version < MIGRATIONS.length; version++) {
      const path = folder();
      const database = new Database(join(path, 'gbgate.db'));
      for (const sql of MIGRATIONS.slice(0, version)) database.exec(sql);
      database.exec(`INSERT INTO settings VALUES ('a', 'kept'); PRAGMA user_version = ${version}`);
      database.close();
      const store = open(path);
      assert.equal(store.settings.get('a'), 'kept', `version ${version}`);
      store.presence.addAll([{ deviceId: 'D', epochMs: 1, online: true, reason: 'registered', address: null }], 10);
      assert.equal(store.presence.ofDevice('D').length, 1);
      assert.equal(store.faults.count, 0);
      store.close();
    }
    assert.ok(MIGRATIONS.length > 1);
  });

  it('counts a write that the database refuses, and goes on', () => {
    const path = folder();
    const store = open(path);
    store.channels.putAll([channel('D', '1', 'before')]);
    const database = new Database(join(path, 'gbgate.db'));
    for (const table of ['channels', 'recordings', 'settings'])
      database.exec(
        `CREATE TRIGGER refuse_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'disk is full'); END`,
      );
    assert.equal(store.faults.count, 0);
    const told: { path: string; detail?: string }[] = [];
    watchStore(store, { warn: (data) => void told.push(data as { path: string }) }, path);
    store.settings.put('a', 'b');
    store.recordings.put(recording('r', 1));
    store.channels.putAll([channel('D', '1', 'after'), channel('D', '2', 'after')]);
    assert.equal(store.faults.count, 3);
    assert.match(store.faults.last ?? '', /disk is full/);
    for (const table of ['channels', 'recordings', 'settings']) database.exec(`DROP TRIGGER refuse_${table}`);
    database.close();
    assert.deepEqual(
      store.channels.ofDevice('D').map((c) => c.name),
      ['before'],
    );
    assert.deepEqual(told, [{ path, detail: 'disk is full' }], 'once');
    store.settings.put('a', 'b');
    assert.equal(store.settings.get('a'), 'b');
    assert.deepEqual(told.slice(1), [{ path }]);
    assert.equal(store.faults.count, 3);
    store.close();
  });

  it('keeps downloads in the order of asking, with whatever they were tagged', () => {
    const path = folder();
    const row = (id: string, number: number, tag: unknown) => ({ id, number, tag, state: 'queued' }) as Download;
    let store = open(path);
    store.downloads.put(row('b', 1, { any: ['json', null] }));
    store.downloads.put(row('a', 2, undefined));
    store.downloads.put(row('c', 3, 0));
    store.downloads.put({ ...row('a', 2, undefined), state: 'running' });
    store.downloads.delete('c');
    store.close();
    store = open(path);
    assert.deepEqual(store.downloads.list(), [
      { id: 'b', number: 1, tag: { any: ['json', null] }, state: 'queued' },
      { id: 'a', number: 2, state: 'running' },
    ]);
    store.close();
  });

  it('survives a kill -9 in the middle of writes, whole transactions only', async () => {
    const path = folder();
    const child = spawn(process.execPath, [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `import { openStore } from '${new URL('../../src/store/store.ts', import.meta.url).href}';
       const store = openStore(process.argv[1]);
       let n = 0;
       const write = () => {
         n += 1;
         store.channels.putAll(Array.from({ length: 200 }, (_, i) => ({ deviceId: 'D', id: String(i), name: String(n) })));
         if (n === 20) process.stdout.write('ready');
         setImmediate(write);
       };
       write();`,
      path,
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const store = open(path);
    const names = new Set(store.channels.ofDevice('D').map((c) => c.name));
    assert.equal(names.size, 1, `a catalogue was torn: ${[...names].join(', ')}`);
    assert.equal(store.channels.ofDevice('D').length, 200);
    assert.ok(Number([...names][0]) >= 20);
    store.close();
  });
});
