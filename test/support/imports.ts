import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';

/** Which file imports which: paths from the root with `/`. Packages and node's own modules are left out. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Matches the module of `import … from`, `export … from`, `import '…'`, `import('…')` and `import type`. */
const IMPORTS = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\1/g;
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/[^\n]*/g;

/** The relative imports of one file's text. */
export function importsIn(text: string): string[] {
  return [...text.replace(COMMENTS, '').matchAll(IMPORTS)].map((match) => match[2] ?? '');
}

/** Reads every `.ts`/`.tsx` file under the folders. Throws when an import leads to no file. */
export async function readImports(root: string, folders: readonly string[]): Promise<ImportGraph> {
  const graph = new Map<string, string[]>();
  for (const folder of folders) {
    const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
    for (const name of names) {
      if (!/\.tsx?$/.test(name) || name.includes(`node_modules${sep}`) || name.startsWith('dist')) continue;
      const file = join(root, folder, name);
      const targets = importsIn(await readFile(file, 'utf8')).map((target) =>
        relative(root, join(dirname(file), target))
          .split(sep)
          .join('/'),
      );
      graph.set(posix.join(folder, name.split(sep).join('/')), targets);
    }
  }
  return graph;
}

/** Every cycle once, as the files along it. Type-only imports count. */
export function cyclesIn(graph: ImportGraph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const onPath = new Set<string>();
  const visit = (file: string): void => {
    if (onPath.has(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    onPath.add(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    onPath.delete(file);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}

/** A rule: files under `from` may import only what is under one of `to` (and their own part). */
export interface Arrow {
  readonly from: string;
  readonly to: readonly string[];
}

function isUnder(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

/** Imports that no arrow allows, as `from → to`. The longest `from` that matches is the rule in force. */
export function forbiddenIn(graph: ImportGraph, arrows: readonly Arrow[]): string[] {
  const rules = [...arrows].sort((a, b) => b.from.length - a.from.length);
  const found: string[] = [];
  for (const [file, targets] of graph) {
    const rule = rules.find(({ from }) => isUnder(file, from));
    if (rule === undefined) {
      found.push(`${file}: no rule says what it may import`);
      continue;
    }
    for (const target of targets) {
      if (![rule.from, ...rule.to].some((place) => isUnder(target, place))) found.push(`${file} → ${target}`);
    }
  }
  return found;
}
