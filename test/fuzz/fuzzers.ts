import { readdir } from 'node:fs/promises';

/** What every `*.fuzz.ts` beside this file exports. */
export interface Fuzzer {
  readonly name: string;
  /** Feeds `iterations` mutated inputs made from `seed`; throws, naming seed and iteration, on an exception, a hang or growth. */
  run(iterations: number, seed: number): void | Promise<void>;
}

/** Every fuzzer of this folder, by name. */
export async function allFuzzers(): Promise<Fuzzer[]> {
  const folder = new URL('.', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.fuzz.ts')).sort();
  return Promise.all(
    files.map(async (file) => {
      // Where this module runs: from its source, or compiled.
      const module: Partial<Fuzzer> = await import(`./${file.replace(/ts$/, 'js')}`);
      if (typeof module.name !== 'string' || typeof module.run !== 'function') {
        throw new TypeError(`${file} must export name and run(iterations, seed)`);
      }
      return { name: module.name, run: module.run };
    }),
  );
}
