/**
 * Takes ten tolerances out of a copy of the source, one at a time, and runs the tests that pin them: they must fail.
 * `REMOVALS=all` tries every one, `REMOVALS=PS-4,REG-1` these, `REMOVALS_SEED=…` repeats a run.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PENDING, REASONS } from './codes.ts';
import { pinnedBy } from './page.ts';
import { NO_SINGLE_EDIT, REMOVALS, type Removal } from './removals.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PER_RUN = 10;
/** A test that hangs without its tolerance has failed as well. */
const GIVE_UP_MS = 60_000;

/** mulberry32: the same codes for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function chosen(seed: number): Removal[] {
  const wish = process.env.REMOVALS;
  if (wish === 'all') return [...REMOVALS];
  if (wish !== undefined) return REMOVALS.filter(({ code }) => wish.split(',').includes(code));
  const random = randomFrom(seed);
  return [...REMOVALS]
    .map((removal) => ({ removal, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, PER_RUN)
    .map(({ removal }) => removal);
}

/** Exit status of the tests of one file whose names carry `code`, and what they printed. */
function runTests(folder: string, file: string, code: string): Promise<{ status: number; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      // A test that fails in the middle may leave sockets behind.
      [
        '--import',
        'tsx',
        '--test',
        '--test-force-exit',
        '--test-reporter=tap',
        `--test-name-pattern=\\b${code}\\b`,
        join('test', file),
      ],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_TEST_CONTEXT: undefined },
        detached: true,
      },
    );
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    child.stderr.on('data', (text) => (said += text));
    // The whole group: the runner's own child would go on for ever.
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), GIVE_UP_MS);
    child.on('exit', (status) => {
      clearTimeout(timer);
      resolve({ status: status ?? 1, said });
    });
  });
}

describe('removals', () => {
  it('every pinned code has one, or says why it has none', () => {
    const known = new Set([...REMOVALS.map(({ code }) => code), ...Object.keys(NO_SINGLE_EDIT)]);
    const pinned = [...pinnedBy().keys()].filter(
      (code) => REASONS[code] === undefined && !PENDING.some(({ codes }) => codes.test(code)),
    );
    assert.deepEqual(
      pinned.filter((code) => !known.has(code)),
      [],
    );
  });

  it('each edit fits the source of today, and the test it names pins the code', () => {
    const pins = pinnedBy();
    for (const { code, file, find, replace, test } of REMOVALS) {
      const parts = readFileSync(join(ROOT, 'src', file), 'utf8').split(find);
      assert.equal(parts.length, 2, `${code}: “${find}” occurs ${parts.length - 1} times in src/${file}`);
      assert.notEqual(find, replace, code);
      assert.ok(pins.get(code)?.includes(`test/${test}`), `${code} is not in the name of a test of test/${test}`);
    }
  });
});

describe('without its tolerance the test of a deviation fails', {
  timeout: process.env.REMOVALS === 'all' ? 3_600_000 : 280_000,
  concurrency: 2,
}, () => {
  const seed = Number(process.env.REMOVALS_SEED ?? Math.floor(Math.random() * 2 ** 32));
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-removals-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  // a code may have two edits
  for (const [number, { code, file, find, replace, test }] of chosen(seed).entries())
    it(`${code} (REMOVALS_SEED=${seed})`, async () => {
      const copy = join(folder, `${number}`);
      for (const name of ['src', 'bin', 'test', 'package.json', 'tsconfig.json'])
        await cp(join(ROOT, name), join(copy, name), { recursive: true });
      await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
      const whole = await runTests(copy, test, code);
      assert.equal(whole.status, 0, `with its tolerance: ${whole.said}`);
      const passed = Number(/^# pass (\d+)/m.exec(whole.said)?.[1] ?? 0);
      assert.ok(passed > 0, 'a test ran');
      const path = join(copy, 'src', file);
      await writeFile(
        path,
        (await readFile(path, 'utf8')).replace(find, () => replace),
      );
      const without = await runTests(copy, test, code);
      assert.notEqual(without.status, 0, `nobody missed ${code}`);
      await rm(copy, { recursive: true, force: true });
    });
});
