/**
 * All sources and tests as JavaScript, once for all test files: 300 processes that each translate what they import take a third of
 * the time of the tests. Only the code moves: `import.meta.url` goes on naming the source, so that fixtures, documents and
 * built pages are found where they are, and `import.meta.filename` is the file that runs.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformWithOxc } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Inside the checkout, where packages are found. */
const COMPILED = join(root, '.compiled');
const FOLDERS = ['bin', 'src', 'web', 'test', 'bench', 'scripts'];

/** Compiles everything into a folder of this process, and removes what processes that are gone left behind. */
export async function compile() {
  mkdirSync(COMPILED, { recursive: true });
  for (const name of readdirSync(COMPILED))
    if (!isRunning(Number.parseInt(name, 10))) rmSync(join(COMPILED, name), { recursive: true, force: true });
  const folder = mkdtempSync(join(COMPILED, `${process.pid}-`));
  for (const file of sources()) {
    const source = join(root, file);
    const url = pathToFileURL(source).href;
    const { code, map } = await transformWithOxc(readFileSync(source, 'utf8'), source, {
      target: 'node20',
      sourcemap: true,
      define: { 'import.meta.url': JSON.stringify(url) },
      typescript: { rewriteImportExtensions: 'rewrite' },
      jsx: { runtime: 'automatic', importSource: 'preact' },
      tsconfig: false,
    });
    const to = compiled(folder, file);
    mkdirSync(dirname(to), { recursive: true });
    const mapped = Buffer.from(JSON.stringify({ ...map, sources: [url] })).toString('base64');
    writeFileSync(to, `${code}\n//# sourceMappingURL=data:application/json;base64,${mapped}\n`);
  }
  return folder;
}

/** Where a file of the checkout lies, compiled. */
export function compiled(folder, file) {
  return join(folder, file).replace(/\.tsx?$/, '.js');
}

function sources() {
  return FOLDERS.flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)),
  ).filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts') && !file.startsWith(join('web', 'dist')));
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
