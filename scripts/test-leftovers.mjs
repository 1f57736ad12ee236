/**
 * Loaded into every test file by scripts/test-files.mjs: a file whose tests are over, but which does not end, says what it left
 * open and fails, instead of taking the minutes that a test may take.
 */
import { after } from 'node:test';

/** What is closing when the last test ends may take this long (the test of this file has no such patience). */
const CLOSING_MS = Number(process.env.TEST_CLOSING_MS ?? 30_000);

// The runner itself loads this too.
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  after(() => {
    // Holds up nothing: it comes to this only where something else does.
    setTimeout(() => {
      const left = process.getActiveResourcesInfo().filter((kind) => !/^(?:Pipe|TTY)Wrap$/.test(kind));
      console.error(`The tests are over, but something is left behind: ${left.join(', ') || 'a pipe'}`);
      process.exit(1);
    }, CLOSING_MS).unref();
  });
}
