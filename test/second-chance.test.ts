import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const RUNNER = fileURLToPath(new URL('../scripts/test-files.mjs', import.meta.url));

const PASSES = `import { test } from 'node:test';
test('is well', () => {});`;
const FAILS = `import { test } from 'node:test';
test('is wrong', () => { throw new Error('wrong'); });`;
/** Fails beside others and is well the second time: a test with a race. */
const RACES = `import { test } from 'node:test';
import { existsSync, writeFileSync } from 'node:fs';
test('is wrong once', () => {
  const marker = new URL(import.meta.url + '.ran');
  if (existsSync(marker)) return;
  writeFileSync(marker, '');
  throw new Error('too early');
});`;
/** Ends before its tests have: no test fails, the file does. */
const DIES = `process.kill(process.pid, 'SIGKILL');`;
/** Its tests are well, but something of them goes on. */
const STAYS = `import { test } from 'node:test';
test('is well', () => { setInterval(() => {}, 1000); });`;

describe('the second chance of test files', { timeout: 120_000 }, () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-second-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Exit status and last lines of a run of these files. */
  async function run(files: Record<string, string>, ...options: string[]) {
    const place = await mkdtemp(join(folder, 'run-'));
    const paths = Object.keys(files).map((name) => join(place, `${name}.test.mjs`));
    for (const [index, text] of Object.values(files).entries()) await writeFile(paths[index]!, text);
    const child = spawn(process.execPath, [RUNNER, '--base', place, ...options, ...paths], {
      // Else the inner runner takes itself for a file of the outer one.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, TEST_CLOSING_MS: '2000' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, said, last: said.trim().split('\n').at(-1) };
  }

  it('is not needed when all is well; what took longest is said on request', async () => {
    const { status, said } = await run({ a: PASSES, b: PASSES }, '--slowest', '1');
    assert.equal(status, 0);
    assert.doesNotMatch(said, /alone|Failed/);
    assert.equal(said.match(/^ +\d+\.\d s {2}[ab]\.test\.mjs$/gm)?.length, 1);
  });

  it('a file that passes alone lets the run pass, and is named in its last line', async () => {
    const { status, last, said } = await run({ a: PASSES, race: RACES });
    assert.equal(status, 0);
    assert.equal(last, 'passed only alone: race.test.mjs — a race, mend it');
    assert.match(said, /^Failed: race\.test\.mjs$/m);
    assert.doesNotMatch(said, /alone: a\.test/);
  });

  it('a file that fails alone too fails the run, whether a test failed or all of it died', async () => {
    for (const text of [FAILS, DIES]) {
      const { status, said } = await run({ a: PASSES, bad: text, race: RACES });
      assert.equal(status, 1);
      assert.match(said, /^Once more, alone: bad\.test\.mjs$/m);
      assert.match(said, /^passed only alone: race\.test\.mjs/m);
      assert.doesNotMatch(said, /passed only alone: bad/);
    }
  });

  it('three failing files get a second chance, four do not', async () => {
    const three = await run({ a: PASSES, b: RACES, c: RACES, d: RACES });
    assert.equal(three.status, 0);
    assert.equal(three.said.match(/^passed only alone: /gm)?.length, 3);
    const four = await run({ b: RACES, c: RACES, d: RACES, e: RACES });
    assert.equal(four.status, 1);
    assert.doesNotMatch(four.said, /alone/);
    assert.match(four.said, /^Failed: (?:\w\.test\.mjs(?:, |$)){4}/m);
  });

  it('a file that does not end though its tests have is named with what it left behind', async () => {
    const { status, said } = await run({ stays: STAYS });
    assert.equal(status, 1);
    assert.match(said, /something is left behind: Timeout/);
  });

  it('a file that ran by itself has had its chance', async () => {
    const { status, said } = await run({ race: RACES });
    assert.equal(status, 1);
    assert.doesNotMatch(said, /Once more/);
  });
});
