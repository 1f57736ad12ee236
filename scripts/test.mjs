/**
 * `npm test`: everything that a change must hold, cheapest first, so that a slip shows early. The last lines are those of
 * node's own test runner, or name the tests that have a race. `npm test -- PATH …` runs only the test files under these paths,
 * without the checks before them; `npm test -- --slowest 30` says at the end what took longest.
 */
import { spawn } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile, compiled } from './compile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tool = (name) => join(root, 'node_modules', '.bin', name);

/** The whole run ends here: a hanging test is a failure, not a hanging machine. */
const WHOLE_RUN_MS = 14 * 60_000;

let running = null;
let isStopping = false;

/** Ends what runs, with its children: each step leads a process group of its own. */
function stop(why, status) {
  if (isStopping) return;
  isStopping = true;
  if (why) console.error(why);
  const pid = running?.pid;
  const signal = (name) => {
    try {
      if (pid !== undefined) process.kill(-pid, name);
    } catch {
      // The group is gone already.
    }
  };
  signal('SIGTERM');
  setTimeout(() => {
    signal('SIGKILL');
    process.exit(status);
  }, 2_000);
}

process.on('SIGINT', () => stop(null, 130));
process.on('SIGTERM', () => stop(null, 143));
setTimeout(() => stop(`npm test did not end within ${WHOLE_RUN_MS / 60_000} minutes.`, 1), WHOLE_RUN_MS).unref();

function run(command, args) {
  return new Promise((resolve) => {
    running = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
    running.on('error', (error) => {
      console.error(String(error));
      resolve(1);
    });
    running.on('exit', (status, signal) => {
      const { pid } = running;
      // Whatever a step left behind ends with it.
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // Nothing was left.
      }
      resolve(status ?? (signal ? 1 : 0));
    });
  });
}

function testFiles(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(path, name))
    .sort();
}

/** End-to-end files are the longest: started first, they do not trail at the end. */
function longestFirst(files) {
  const isLong = (file) => relative(root, file).startsWith(`test${sep}e2e${sep}`);
  return [...files.filter(isLong), ...files.filter((file) => !isLong(file))];
}

const { values, positionals: wanted } = parseArgs({
  options: { slowest: { type: 'string', default: '0' } },
  allowPositionals: true,
});
const steps = [
  [process.execPath, ['scripts/need.mjs']],
  // The page and the command are tested as they are shipped.
  [process.execPath, ['scripts/build.mjs']],
  ...(wanted.length > 0
    ? []
    : [
        [tool('tsc'), ['--noEmit', '-p', '.']],
        [tool('tsc'), ['--noEmit', '-p', 'web']],
        [tool('biome'), ['check', '--error-on-warnings']],
        [tool('knip'), []],
      ]),
];

for (const [command, args] of steps) {
  const status = await run(command, args);
  if (status !== 0) {
    console.error(`npm test stops: ${[relative(root, command), ...args].join(' ')} failed.`);
    process.exit(status);
  }
}

const files = longestFirst((wanted.length > 0 ? wanted : ['test']).flatMap((path) => testFiles(join(root, path))));
const folder = await compile();
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const status = await run(process.execPath, [
  ...['scripts/test-files.mjs', '--base', folder, '--slowest', values.slowest],
  ...files.map((file) => compiled(folder, relative(root, file))),
]);
if (!isStopping) process.exit(status);
