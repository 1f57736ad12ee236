/** Many downloads: the queue, its bounds, and what is kept of each. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { downloadPath } from '../../src/record/download-path.ts';
import { type Download, partOf } from '../../src/record/download-row.ts';
import { PROGRESS_EVERY_MS } from '../../src/record/download-run.ts';
import {
  BUSY_PATIENCE_MS,
  BUSY_PAUSE_MS,
  MAX_KEPT,
  MAX_OPEN,
  MAX_PER_DEVICE,
  MAX_RUNNING,
} from '../../src/record/downloads.ts';
import { openRecordFile } from '../../src/record/file.ts';
import { DownloadWorld, FRAMES, RANGE, type Script, START } from './download-world.ts';

async function inWorld(script: Script, act: (world: DownloadWorld) => Promise<void>): Promise<void> {
  const world = new DownloadWorld(script);
  try {
    await act(world);
  } finally {
    await world.close();
  }
}

const silent: Script = () => {};

describe('the queue', () => {
  test('has a bound for each device and one for all', () =>
    inWorld(silent, async (world) => {
      for (let n = 0; n < MAX_PER_DEVICE + 2; n += 1) world.ask();
      await world.pass();
      assert.equal(world.calls.length, MAX_PER_DEVICE);
      for (let n = 0; n < MAX_RUNNING; n += 1) world.ask({ deviceId: `3402000000118000${1000 + n}` });
      await world.pass();
      assert.equal(world.calls.length, MAX_RUNNING);
    }));

  test('takes so many and no more', () =>
    inWorld(silent, async (world) => {
      const row = world.ask();
      const many = Array.from({ length: MAX_OPEN }, (_, n) => ({ ...row, id: `m${n}`, number: n }));
      for (const one of many) world.rows.set(one.id, one);
      await world.downloads.close();
      assert.throws(() => {
        world.reopen();
        world.ask();
      }, /refused/);
    }));

  test('forgets what ended without a byte when there is too much of it, the oldest first; files are kept', () =>
    inWorld(silent, async (world) => {
      const row = world.ask();
      await world.downloads.cancel(row);
      for (let n = 0; n < MAX_KEPT - 1; n += 1) {
        const [state, bytes] = n === 0 ? (['complete', 7] as const) : (['failed', 0] as const);
        world.rows.set(`m${n}`, { ...row, id: `m${n}`, number: n, path: `${n}.mp4`, state, bytes });
      }
      await world.downloads.close();
      // as the database has them: in the order of asking
      const rows = [...world.rows.values()].sort((a, b) => a.number - b.number || a.id.localeCompare(b.id));
      world.rows.clear();
      for (const one of rows) world.rows.set(one.id, one);
      world.reopen();
      const next = world.ask();
      assert.equal(world.rows.size, MAX_KEPT);
      assert.ok(world.rows.has('m0') && world.rows.has(next.id));
      assert.ok(!world.rows.has(row.id) && world.rows.has('m1'));
      assert.equal(world.downloads.all().length, MAX_KEPT);
    }));

  test('goes by priority, then by the order of asking; the priority may be changed', () =>
    inWorld(silent, async (world) => {
      world.script = (call) => call.end('busy', 486);
      const first = world.ask();
      await world.pass();
      world.script = silent;
      const [low, high, later] = [world.ask({ priority: -1 }), world.ask({ priority: 5 }), world.ask({ priority: 1 })];
      world.downloads.setPriority(low, 9);
      await world.pass(BUSY_PAUSE_MS);
      // one at a time since it said 486
      assert.equal(low.state, 'running');
      assert.deepEqual(
        [first, high, later].map(({ state }) => state),
        ['queued', 'queued', 'queued'],
      );
      await world.downloads.cancel(low);
      assert.equal(high.state, 'running');
      await world.downloads.cancel(high);
      assert.equal(later.state, 'running');
    }));

  test('486 lowers what the device is asked for at once, and the download waits for its turn', () =>
    inWorld(
      (call, index) => {
        if (index === 2) call.end('busy', 486);
      },
      async (world) => {
        const rows = [world.ask(), world.ask(), world.ask()];
        await world.pass();
        assert.deepEqual(
          rows.map(({ state }) => state),
          ['running', 'running', 'queued'],
        );
        await world.pass(BUSY_PAUSE_MS * 3);
        assert.equal(world.calls.length, 3);
        world.script = (call) => call.playRange();
        await world.downloads.cancel(rows[0]!);
        await world.over(rows[2]!);
        assert.equal(rows[2]!.state, 'complete');
      },
    ));

  test('a device that others keep busy is given up after an hour', () =>
    inWorld(
      (call) => call.end('busy', 486),
      async (world) => {
        const row = await world.over(world.ask(), BUSY_PAUSE_MS);
        assert.equal(row.error?.code, 'device_busy');
        assert.ok(row.endedAtEpochMs! - row.startedAtEpochMs! >= BUSY_PATIENCE_MS);
      },
    ));
});

describe('a download', () => {
  test('tells what happens to it, progress at most once a second, with the tag it was given', () =>
    inWorld(silent, async (world) => {
      const tag = { order: 7, from: ['a', null] };
      const row = world.ask({ tag });
      await world.pass();
      const call = world.calls[0]!;
      for (let n = 0; n < FRAMES; n += 10) {
        call.play(n, Math.min(FRAMES, n + 10), { firstEpochMs: START + n * 40 });
        await world.clock.advance(PROGRESS_EVERY_MS / 10);
      }
      call.end('media-status');
      await world.over(row);
      assert.equal(row.state, 'complete');
      const whats = world.whats();
      assert.deepEqual(whats.slice(0, 2), ['queued', 'started']);
      assert.equal(whats.at(-1), 'completed');
      const progress = whats.filter((what) => what === 'progress').length;
      assert.ok(progress >= 2 && progress <= 5, `${progress}`);
      for (const { row: told } of world.told) assert.deepEqual(told.tag, tag);
      const real = world.told.filter(({ what }) => what === 'progress')[2]!.row;
      assert.ok(real.realSpeed! > 3 && real.realSpeed! < 5, `${real.realSpeed}`);
      assert.ok(real.secondsLeft! >= 1 && real.secondsLeft! <= 2, `${real.secondsLeft}`);
    }));

  test('is cancelled in every state; what came is kept, retry goes on from there', () =>
    inWorld(
      (call) => call.play(0, 100),
      async (world) => {
        const row = world.ask();
        await world.pass();
        assert.ok(await world.downloads.cancel(row));
        assert.equal(row.state, 'cancelled');
        assert.ok(world.calls[0]!.isStopped);
        assert.ok(!(await world.downloads.cancel(row)));
        assert.equal(world.whats().at(-1), 'cancelled');
        world.script = (call) => call.playRange();
        assert.ok(world.downloads.retry(row));
        await world.over(row);
        assert.equal(row.state, 'complete');
        assert.ok(world.calls[1]!.range.startEpochMs > START);
        assert.ok(!world.downloads.retry(row), 'there is nothing to do');
      },
    ));

  test('is deleted with its file, whole or not', () =>
    inWorld(
      (call, index) => (index === 0 ? call.playRange() : call.play(0, 100)),
      async (world) => {
        const whole = await world.over(world.ask());
        const half = world.ask();
        await world.pass();
        for (const row of [whole, half]) await world.downloads.delete(row);
        assert.equal(world.rows.size, 0);
        assert.equal(world.downloads.all().length, 0);
        assert.ok(!existsSync(`${world.folder}/downloads/34020000001180000001/34020000001310000001`));
      },
    ));

  test('goes on in the next process, in whatever state the one before left it', () =>
    inWorld(silent, async (world) => {
      const states: string[] = [];
      // queued; running without a picture; running with some; everything there but the name
      for (const frames of [null, 0, 130, FRAMES]) {
        world.script = (call) => call.play(0, frames ?? 0);
        if (frames === null) world.isOnline = false;
        const row = world.ask();
        await world.pass(2000);
        states.push(world.rows.get(row.id)!.state);
        await world.downloads.close();
        world.isOnline = true;
        world.script = (call) => call.playRange();
        world.reopen().resume();
        const again = world.downloads.get(row.id)!;
        await world.over(again);
        assert.equal(again.state, 'complete', JSON.stringify(again));
        assert.equal(again.receivedMs, 12_000);
      }
      assert.deepEqual(states, ['running', 'running', 'running', 'running']);
    }));

  test('killed between the end of the file and its name, it only gets the name', () =>
    inWorld(
      (call) => call.playRange(),
      async (world) => {
        let last = '';
        const row = await world.over(world.ask());
        const whole = world.rows.get(row.id)!;
        for (const isRenamed of [true, false]) {
          await world.downloads.close();
          world.rows.set(row.id, { ...whole, state: 'running', becomes: 'complete', endedAtEpochMs: null });
          if (!isRenamed) renameSync(world.pathOf(row), world.pathOf(row).replace('.mp4', '.part.mp4'));
          world.reopen().resume();
          const again = await world.over(world.downloads.get(row.id)!);
          last = again.state;
          assert.ok(existsSync(world.pathOf(row)));
        }
        assert.equal(last, 'complete');
        assert.equal(world.calls.length, 1);
      },
    ));

  test('killed at any write of its end, it loses nothing: the file is bit for bit what it is without', async () => {
    const state = (world: DownloadWorld) => structuredClone([...world.rows.values()][0]!);
    const killed: { row: Download; part: Buffer }[] = [];
    const pathOf = (world: DownloadWorld) => join(world.folder, partOf(state(world).path));
    let note = () => {};
    const world: DownloadWorld = new DownloadWorld((call) => call.playRange(), {
      openFile: async (path) => {
        mkdirSync(dirname(path), { recursive: true });
        const file = await openRecordFile(path, !existsSync(path));
        return {
          ...file,
          write: (bytes, position) => file.write(bytes, position).then(() => note()),
          writeParts: (parts, position) => file.writeParts(parts, position).then(() => note()),
          truncate: (length) => file.truncate(length).then(() => note()),
        };
      },
    });
    try {
      // all of the range has come; the last pictures wait for the end of their group
      note = () => {
        const row = state(world);
        if (row.receivedMs === 12_000) killed.push({ row, part: readFileSync(pathOf(world)) });
      };
      const whole = await world.over(world.ask());
      assert.equal(whole.state, 'complete');
      const bytes = readFileSync(world.pathOf(whole));
      note = () => {};
      assert.ok(killed.length >= 6, `${killed.length} writes`);
      for (const [n, { row, part }] of killed.entries()) {
        await world.downloads.close();
        rmSync(world.pathOf(whole));
        writeFileSync(world.pathOf(whole).replace('.mp4', '.part.mp4'), part);
        world.rows.set(row.id, row);
        world.reopen().resume();
        const again = await world.over(world.downloads.get(row.id)!);
        assert.equal(again.state, 'complete', `${n}: ${JSON.stringify(again)}`);
        assert.ok(readFileSync(world.pathOf(whole)).equals(bytes), `other bytes after write ${n} of ${killed.length}`);
      }
    } finally {
      await world.close();
    }
  });

  test('whose part is gone begins anew', () =>
    inWorld(
      (call) => call.play(0, 130),
      async (world) => {
        const row = world.ask();
        await world.pass();
        await world.downloads.close();
        rmSync(world.pathOf(row).replace('.mp4', '.part.mp4'));
        world.script = (call) => call.playRange();
        world.reopen().resume();
        const again = await world.over(world.downloads.get(row.id)!);
        assert.equal(again.state, 'complete');
        assert.equal(world.calls[1]!.range.startEpochMs, START);
      },
    ));
});

test('a download is named by the time of its content; no id leaves the folder; a taken name gets a number', () => {
  const wish = { ...RANGE, deviceId: '../../etc', channelId: 'a/b\\c', timeZone: 'Asia/Shanghai' };
  const first = downloadPath(wish, () => false);
  assert.equal(first, 'downloads/%2e%2e%2f%2e%2e%2fetc/a%2fb%5cc/20260930T120000--20260930T120012.mp4');
  const taken = new Set([first, first.replace('.mp4', '-2.mp4')]);
  assert.equal(
    downloadPath(wish, (path) => taken.has(path)),
    first.replace('.mp4', '-3.mp4'),
  );
  // over midnight, in a zone whose clocks were turned that night
  const night = { startEpochMs: Date.UTC(2026, 9, 24, 23, 30), endEpochMs: Date.UTC(2026, 9, 25, 2, 30) };
  assert.match(
    downloadPath({ ...wish, ...night, timeZone: 'Europe/Berlin' }, () => false),
    /20261025T013000--20261025T033000\.mp4$/,
  );
});
