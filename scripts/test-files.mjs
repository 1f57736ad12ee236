/**
 * Runs test files (JavaScript) by node's own runner, side by side: `node scripts/test-files.mjs [--slowest N] FILE …`.
 *
 * Files that failed beside others run once more, alone: a machine that is too busy for a test is no fault of the code. Every such
 * file is named in the last lines, because its test has a race; one that fails alone fails the run, and so do more than a few.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** One file alone may take this long (the longest kills the recorder 200 times). */
const ONE_FILE_MS = 5 * 60_000;
/**
 * Files side by side on two cores: most of them wait more than they work (three of them took less than one core). Tests that
 * measure time live in bench/, not here.
 */
const CONCURRENCY = 5;
/** More failing files than these are no accident of a busy machine. */
const ALONE_AT_MOST = 3;

const { values, positionals } = parseArgs({
  options: { slowest: { type: 'string', default: '0' }, base: { type: 'string', default: '.' } },
  allowPositionals: true,
});
const files = positionals.map((file) => resolve(file));
const nameOf = (file) => relative(values.base, file);

/** What became of these files, run `concurrency` at a time; `passed` is the runner's own word on all of it. */
async function runTests(list, concurrency) {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-outcome-'));
  const path = join(folder, 'outcome.jsonl');
  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      ...['--import', new URL('test-leftovers.mjs', import.meta.url).href],
      '--test',
      `--test-concurrency=${concurrency}`,
      `--test-timeout=${ONE_FILE_MS}`,
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...[`--test-reporter=${new URL('test-outcome.mjs', import.meta.url)}`, `--test-reporter-destination=${path}`],
      ...list,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const isPassed = await new Promise((done) => {
    child.on('error', () => done(false));
    child.on('exit', (status) => done(status === 0));
  });
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : [];
  rmSync(folder, { recursive: true, force: true });
  return { isPassed, ended: lines.map((line) => JSON.parse(line)) };
}

const first = await runTests(files, CONCURRENCY);
for (const { file, seconds } of first.ended.sort((a, b) => b.seconds - a.seconds).slice(0, Number(values.slowest)))
  console.log(`${seconds.toFixed(1).padStart(6)} s  ${nameOf(file)}`);
if (first.isPassed) process.exit(0);

const failed = first.ended.filter(({ isFailed }) => isFailed).map(({ file }) => file);
console.log(`Failed: ${failed.map(nameOf).join(', ') || 'not a file, but the run'}`);
// A file that ran by itself has had its chance; a failure that belongs to no file has none.
if (failed.length === 0 || failed.length > ALONE_AT_MOST || files.length === 1) process.exit(1);

const passedAlone = [];
for (const file of failed) {
  console.log(`Once more, alone: ${nameOf(file)}`);
  if ((await runTests([file], 1)).isPassed) passedAlone.push(file);
}
for (const file of passedAlone) console.log(`passed only alone: ${nameOf(file)} — a race, mend it`);
process.exit(passedAlone.length === failed.length ? 0 : 1);
