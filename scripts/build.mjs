/**
 * `npm run build`, and `prepare` of `npm ci`: everything that runs or is published, under dist/ and web/dist/.
 * A tarball brings both along, so a tree without the compilers (an installed package) has nothing to build.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tool = (name) => join(root, 'node_modules', '.bin', name);

if (!existsSync(tool('tsc')) || !existsSync(tool('vite'))) {
  console.error('gbgate: the compilers are not installed (npm ci --omit=dev), so nothing is built.');
  process.exit(existsSync(join(root, 'dist/bin/gbgate.js')) ? 0 : 1);
}

const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

rmSync(join(root, 'dist'), { recursive: true, force: true });
run(tool('tsc'), '-p', 'tsconfig.build.json');

// Files that are read at run time and that the compiler does not carry over: the simulator's clips.
const clips = join(root, 'src/simulator/clips');
if (existsSync(clips)) {
  cpSync(clips, join(root, 'dist/src/simulator/clips'), { recursive: true, filter: (path) => !path.endsWith('.ts') });
}

const bin = join(root, 'dist/bin/gbgate.js');
const SHEBANG = '#!/usr/bin/env node\n';
const code = readFileSync(bin, 'utf8').replace(/^#!.*\n/, '');
writeFileSync(bin, SHEBANG + code);
chmodSync(bin, 0o755);

run(tool('vite'), 'build', '--config', 'web/vite.config.ts', '--logLevel', 'warn');
