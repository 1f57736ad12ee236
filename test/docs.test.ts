import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configurationPage } from '../src/cli/settings-help.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('documents', () => {
  it('docs/configuration.md is what the schema says (npm run docs)', () => {
    assert.equal(read('docs/configuration.md'), configurationPage());
  });

  for (const page of ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'docs/configuration.md', 'docs/benchmarks.md'])
    it(`every file that ${page} points to is there`, () => {
      const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!);
      for (const link of links) assert.ok(existsSync(join(ROOT, dirname(page), link)), link);
      if (page === 'README.md') assert.ok(links.length >= 5, 'the README has links');
    });

  it('the rooms that ARCHITECTURE.md names exist', () => {
    const page = read('ARCHITECTURE.md');
    const named = [...page.matchAll(/`((?:sip|media|record|gateway|http|store)\/[a-z0-9/-]+)`/g)].map(
      (match) => match[1]!,
    );
    assert.ok(named.length > 15);
    for (const name of named)
      assert.ok(existsSync(join(ROOT, 'src', name)) || existsSync(join(ROOT, 'src', `${name}.ts`)), name);
  });

  it('.ci/run runs the commands that the README gives for the tests', () => {
    const commands = read('.ci/run')
      .split('\n')
      .filter((line) => line.startsWith('npm '));
    assert.deepEqual(commands, ['npm ci', 'npm test']);
    assert.ok(read('README.md').includes('npm ci && npm test'));
  });
});
