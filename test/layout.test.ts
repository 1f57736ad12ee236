import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Arrow, cyclesIn, forbiddenIn, importsIn, readImports } from './support/imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Who may import whom: the arrows of ARCHITECTURE.md. */
const ARROWS: readonly Arrow[] = [
  { from: 'bin', to: ['src/cli', 'src/http', 'src/gateway', 'src/simulator'] },
  { from: 'src/cli', to: ['src/http', 'src/gateway', 'src/simulator', 'src/sip/wire', 'src/store', 'src/inspect'] },
  // A viewer's sink is a type that the WebSocket and the HTTP answer implement.
  { from: 'src/http', to: ['src/gateway', 'src/media/live/viewer.ts'] },
  { from: 'src/gateway', to: ['src/sip', 'src/media', 'src/record', 'src/store', 'src/inspect/write'] },
  {
    from: 'src/inspect',
    to: [
      'src/sip/wire',
      'src/sip/sdp.ts',
      'src/sip/ssrc.ts',
      'src/sip/dialog.ts',
      'src/sip/answer-findings.ts',
      'src/sip/response-findings.ts',
      'src/media',
      'src/record',
    ],
  },
  { from: 'src/store', to: ['src/sip/camera', 'src/sip/dialog.ts', 'src/record'] },
  { from: 'src/record', to: ['src/media'] },
  { from: 'src/media', to: [] },
  { from: 'src/sip', to: [] },
  { from: 'src/simulator', to: ['src/sip/wire', 'src/sip/digest.ts'] },
  { from: 'web/page', to: ['web/player'] },
  { from: 'web/player', to: [] },
  { from: 'web', to: [] },
  { from: 'test', to: ['src', 'web', 'bin', 'bench'] },
  { from: 'bench', to: ['src', 'test/support', 'test/fuzz'] },
  { from: 'scripts', to: ['test', 'src/cli', 'src/simulator'] },
];

/** What these take from elsewhere is the shape of data, never code. */
const TYPES_ONLY: readonly Arrow[] = [
  { from: 'src/store', to: [] },
  { from: 'src/http', to: ['src/gateway'] },
];

const graph = await readImports(root, ['bin', 'src', 'web', 'test', 'bench', 'scripts']);

test('the scan sees the code', () => {
  assert.ok([...graph.keys()].some((file) => file.startsWith('src/media/')));
  assert.ok((graph.get('web/main.tsx') ?? []).includes('web/page/shell.tsx'));
  assert.ok((graph.get('test/layout.test.ts') ?? []).includes('test/support/imports.ts'));
});

test('every relative import leads to a file', () => {
  const lost = [...graph].flatMap(([file, targets]) =>
    targets.filter((target) => target.startsWith('src/') && !graph.has(target)).map((target) => `${file} → ${target}`),
  );
  assert.deepEqual(lost, []);
});

test('no import cycle', () => {
  assert.deepEqual(
    cyclesIn(graph).map((cycle) => cycle.join(' → ')),
    [],
  );
});

test('no forbidden arrow', () => {
  assert.deepEqual(forbiddenIn(graph, ARROWS), []);
});

test('the store and the HTTP layer take types, not code, from the rooms behind the gateway', async () => {
  const valueImports = new Map<string, string[]>();
  for (const file of graph.keys()) {
    if (!TYPES_ONLY.some(({ from }) => file.startsWith(`${from}/`))) continue;
    const text = (await readFile(join(root, file), 'utf8')).replace(/\b(?:import|export) type\b[^;]*;/g, '');
    valueImports.set(
      file,
      importsIn(text).map((target) => posix.join(posix.dirname(file), target)),
    );
  }
  assert.ok(valueImports.size > 0);
  assert.deepEqual(forbiddenIn(valueImports, TYPES_ONLY), []);
});

test('no file of the source is a barrel or a heap', async () => {
  const names = await readdir(join(root, 'src'), { recursive: true });
  const ts = names.filter((name) => name.endsWith('.ts'));
  assert.deepEqual(
    ts.filter((name) => /(^|[/\\])(utils?|helpers?|managers?|services?)\.ts$/.test(name)),
    [],
  );
  const long: string[] = [];
  const barrels: string[] = [];
  for (const name of ts) {
    const text = await readFile(join(root, 'src', name), 'utf8');
    const lines = text.split('\n').length;
    if (lines > 450) long.push(`${name}: ${lines} lines`);
    // A word re-exported beside the code that speaks it is welcome; a file of nothing else is a barrel.
    const own = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replace(/\b(?:import|export)\b[^;]*\bfrom\b[^;]*;/g, '');
    if (own.trim() === '') barrels.push(name);
  }
  assert.deepEqual(barrels, []);
  assert.deepEqual(long, []);
});

test('the checker itself: imports in every form, none in comments', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type { B } from './b/b.ts';",
    "import './c.ts';",
    "export { d } from './d.ts';",
    "const e = await import('./e.ts');",
    "import {\n  f,\n  g,\n} from './f.ts';",
    "// import { x } from './commented.ts';",
    "/* import './commented-too.ts' */",
    "import fs from 'node:fs';",
    "import 'ws';",
  ].join('\n');
  assert.deepEqual(importsIn(text), ['./a.ts', './b/b.ts', './c.ts', './d.ts', './e.ts', './f.ts']);
});

test('the checker itself: finds a cycle through three files, and none in a diamond', () => {
  const ring = new Map([
    ['src/a.ts', ['src/b.ts']],
    ['src/b.ts', ['src/c.ts']],
    ['src/c.ts', ['src/a.ts']],
  ]);
  assert.deepEqual(cyclesIn(ring), [['src/a.ts', 'src/b.ts', 'src/c.ts', 'src/a.ts']]);
  const diamond = new Map([
    ['a', ['b', 'c']],
    ['b', ['d']],
    ['c', ['d']],
    ['d', []],
  ]);
  assert.deepEqual(cyclesIn(diamond), []);
});

test('the checker itself: finds forbidden arrows, and files without a rule', () => {
  const bad = new Map([
    ['src/sip/server.ts', ['src/media/feed.ts', 'src/sip/endpoint.ts']],
    ['src/media/feed.ts', ['src/sip/sdp.ts']],
    ['src/record/recorder.ts', ['src/media/frame.ts', 'src/sip/dialog.ts']],
    ['src/simulator/camera.ts', ['src/sip/wire/parse.ts', 'src/sip/server.ts']],
    ['src/http/routes.ts', ['src/gateway/gateway.ts', 'src/store/store.ts']],
    ['src/new/part.ts', []],
  ]);
  assert.deepEqual(forbiddenIn(bad, ARROWS), [
    'src/sip/server.ts → src/media/feed.ts',
    'src/media/feed.ts → src/sip/sdp.ts',
    'src/record/recorder.ts → src/sip/dialog.ts',
    'src/simulator/camera.ts → src/sip/server.ts',
    'src/http/routes.ts → src/store/store.ts',
    'src/new/part.ts: no rule says what it may import',
  ]);
});
