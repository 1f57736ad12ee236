import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { preact } from '@preact/preset-vite';
import { build, defineConfig, type InlineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The player's types as they are, beside the program. */
const playerTypes: Plugin = {
  name: 'gbgate-player-types',
  generateBundle() {
    const source = readFileSync(`${root}player/state.ts`, 'utf8');
    this.emitFile({ type: 'asset', fileName: 'player.d.ts', source });
  },
};

/** `FILE?program`: a file with all that it imports, as one function that answers its exports and needs nothing from outside. */
const programs: Plugin = {
  name: 'gbgate-program',
  async load(id) {
    if (!id.endsWith('?program')) return null;
    const built = await build({
      configFile: false,
      logLevel: 'warn',
      build: {
        write: false,
        minify: false,
        target: 'es2022',
        rolldownOptions: {
          input: id.replace('?program', ''),
          preserveEntrySignatures: 'strict',
          output: { format: 'iife', name: 'program' },
        },
      },
    });
    const [output] = [built].flat();
    const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined;
    if (chunk === undefined) throw new Error(`nothing came of ${id}`);
    return `export default function () {\n${chunk.code}\nreturn program;\n}`;
  },
};

/** Parts of the player are loaded by `import()` alone: what vite puts around it, for style sheets that parts may have, is larger than some part. */
const plainImports: Plugin = {
  name: 'gbgate-plain-imports',
  enforce: 'pre',
  load(id) {
    return id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load();' : null;
  },
};

/**
 * `/player.js` for other people's pages: a file under a fixed address that shares no chunk with the page and brings its
 * worker along as text, because a worker from another origin's address is refused. What few viewers need (the writer of recordings,
 * the pace of recorded footage) are parts of their own, loaded from beside it when they are needed.
 */
const player: InlineConfig = {
  configFile: false,
  root,
  publicDir: false,
  logLevel: 'warn',
  plugins: [plainImports, programs, playerTypes],
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: {
      input: `${root}player/element.ts`,
      output: { format: 'es', entryFileNames: 'player.js', chunkFileNames: 'assets/player-[name]-[hash].js' },
    },
  },
};

const playerAfterPage: Plugin = {
  name: 'gbgate-player',
  apply: 'build',
  async closeBundle() {
    await build(player);
  },
};

/**
 * The page: relative addresses (`base: './'`), so that it works under any path of a reverse proxy; nothing inline, for the strict CSP.
 * `--mode player` builds the player alone.
 */
export default defineConfig(({ mode }) =>
  mode === 'player'
    ? player
    : {
        root,
        base: './',
        plugins: [programs, preact({ reactAliasesEnabled: false, prefreshEnabled: false }), playerAfterPage],
        build: {
          outDir: 'dist',
          emptyOutDir: true,
          target: 'es2022',
          assetsInlineLimit: 0,
          modulePreload: { polyfill: false },
          rolldownOptions: { input: { page: `${root}index.html` } },
        },
      },
);
