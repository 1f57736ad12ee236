import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a user gets from the registry: the tarball, its dependencies, and no compilers. */
describe('the published package', { timeout: 240_000 }, () => {
  let folder: string;
  let files: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gbgate-pack-'));
    // Built already (`prepare` would build once more, under the feet of the other tests).
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
    });
    const packed: unknown = JSON.parse(stdout);
    const [first] = (Array.isArray(packed) ? packed : Object.values(packed as object)) as {
      filename: string;
      files: { path: string }[];
    }[];
    assert.ok(first);
    files = first.files.map(({ path }) => path);
    await writeFile(join(folder, 'package.json'), '{"name":"elsewhere","private":true}');
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, first.filename)], {
      cwd: folder,
    });
  });

  after(() => rm(folder, { recursive: true, force: true }));

  test('holds the command, the page and the clips, and neither sources nor tests', () => {
    // The types of the player are part of it.
    const types = 'web/dist/player.d.ts';
    for (const file of [
      'dist/bin/gbgate.js',
      'web/dist/index.html',
      'web/dist/player.js',
      types,
      'LICENSE',
      'package.json',
    ]) {
      assert.ok(files.includes(file), `${file} is missing`);
    }
    assert.ok(
      files.some((file) => file.startsWith('dist/src/simulator/clips/')),
      'the clips are missing',
    );
    assert.deepEqual(
      files.filter(
        (file) =>
          file !== types && (/(\.ts|\.tsx|\.map|\.test\.js)$/.test(file) || /^(test|bench|src|scripts)\//.test(file)),
      ),
      [],
    );
  });

  test('npx gbgate --version answers with the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const { stdout } = await run('npx', ['--no-install', 'gbgate', '--version'], { cwd: folder });
    assert.equal(stdout.trim(), version);
  });
});
