import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  for (const page of ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', ...pages.map((name) => `docs/${name}`)])
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

  it('the files and folders in its tree exist, each where it stands', () => {
    const tree = /^src\/\n([\s\S]*?)^web\//m.exec(read('ARCHITECTURE.md'))?.[1] ?? '';
    let folder = '';
    let seen = 0;
    for (const line of tree.trimEnd().split('\n')) {
      const names = [...line.matchAll(/(?<![\w./-])([a-z0-9-]+(?:\.ts|\/))(?=[\s:,]|$)/g)].map((match) => match[1]!);
      if (/^ {2}\S/.test(line)) folder = names.shift() ?? '';
      for (const name of ['', ...names]) assert.ok(existsSync(join(ROOT, 'src', folder, name)), `${folder}${name}`);
      seen += names.length;
    }
    assert.ok(seen > 50, `${seen} names`);
  });

  it('.ci/run runs the commands that the README gives for the tests', () => {
    const commands = read('.ci/run')
      .split('\n')
      .filter((line) => line.startsWith('npm '));
    assert.deepEqual(commands, ['npm ci', 'npm test']);
    assert.ok(read('README.md').includes('npm ci && npm test'));
  });
});
