import { fileURLToPath } from 'node:url';
import { preact } from '@preact/preset-vite';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Relative addresses (`base: './'`), so that the page works under any path of a reverse proxy; nothing inline, for the strict CSP. */
export default defineConfig({
  root,
  base: './',
  plugins: [preact({ reactAliasesEnabled: false, prefreshEnabled: false })],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { page: `${root}index.html`, player: `${root}player/element.ts` },
      output: {
        // The custom element has a fixed address, `/player.js`; everything else is named by its content.
        entryFileNames: (chunk) => (chunk.name === 'player' ? 'player.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
