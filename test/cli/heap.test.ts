import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

/** What V8 says when a process tunes its heap: it complains about options it does not know. */
function complaints(...flags: string[]): string {
  const heap = new URL('../../src/cli/heap.ts', import.meta.url).href;
  const code = `import { tuneHeap } from '${heap}'; tuneHeap(); process.stdout.write('tuned');`;
  const args = [...flags, '--import', 'tsx', '--input-type=module', '-e', code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(stdout, 'tuned');
  return stderr;
}

test('this Node knows how its heap is tuned, with and without a choice on the command line', () => {
  assert.equal(complaints(), '');
  assert.equal(complaints('--heap-growing-percent=50'), '');
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  assert.match(stdout, /--heap-growing-percent/);
});
