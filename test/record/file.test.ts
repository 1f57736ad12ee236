import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openRecordFile } from '../../src/record/file.ts';

const dir = mkdtempSync(join(tmpdir(), 'gbgate-file-'));
after(() => rmSync(dir, { recursive: true, force: true }));

test('parts are written one behind the other, also more of them than the system takes at once', async () => {
  const path = join(dir, 'parts');
  const file = await openRecordFile(path, true);
  // Linux takes 1,024 ranges in one call.
  const parts = Array.from({ length: 3000 }, (_, i) => Buffer.alloc(1 + (i % 7), i));
  await file.write(Buffer.from('front'), 0);
  await file.writeParts(parts, 5);
  await file.writeParts([], 5);
  assert.equal(await file.size(), 5 + Buffer.concat(parts).length);
  await file.close();
  assert.ok(readFileSync(path).equals(Buffer.concat([Buffer.from('front'), ...parts])));
});
