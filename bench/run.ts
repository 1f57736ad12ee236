/**
 * Runs the benches: `node --import tsx bench/run.ts [name…]`, all of them without a name. Each prints a table and its
 * ratio against a floor measured in the same run. Exit status 1 when a bound is broken.
 */
import { tuneHeap } from '../src/cli/heap.ts';

interface Bench {
  readonly name: string;
  run(): Promise<boolean>;
}

/** In the order in which they run; each is its own module so that one runs without loading the others. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ingest: () => import('./ingest.ts'),
  remux: () => import('./remux.ts'),
  finalise: () => import('./finalise.ts'),
  alarms: () => import('./alarms.ts'),
  downloads: () => import('./downloads.ts'),
  viewers: () => import('./viewers.ts'),
  latency: () => import('./latency.ts'),
  talk: () => import('./talk.ts'),
  browser: () => import('./browser.ts'),
  page: () => import('./page.ts'),
  paint: () => import('./paint.ts'),
};

// As `gbgate serve` does; the floors run in the same process.
tuneHeap();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`no bench named ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
let broken = 0;
for (const [name, load] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n== ${name}`);
  const bench = await load();
  if (!(await bench.run())) {
    broken += 1;
    console.log(`== ${name}: BOUND BROKEN`);
  }
}
process.exit(broken > 0 ? 1 : 0);
