import { setFlagsFromString } from 'node:v8';

/**
 * How much garbage may gather before the whole heap is marked, in percent of what lives. Media lies outside of V8's heap,
 * which is small (15 MB with 64 cameras), but every buffer counts as growth of it: 64 recorded cameras bring 50 MB a
 * second, and V8 marked everything six times a second for it: two fifths of all CPU. With this it does so once a second, for
 * some 60 MB more memory. V8 still stops halfway to its limit (`--max-old-space-size`).
 */
export const HEAP_GROWING_PERCENT = 400;

/** Sets how V8 collects garbage, for a process that passes media on. A choice made on Node's command line stays. */
export function tuneHeap(): void {
  const chosen = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (!/heap[-_]growing[-_]percent/.test(chosen)) setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
}
