import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { deleteRecordingFile, recordingPath, safeName } from '../../src/record/archive.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'gbgate-archive-'));
after(() => rmSync(dataDir, { recursive: true, force: true }));
const deviceId = '34020000001320000001';
const channelId = '34020000001310000002';
const startEpochMs = Date.UTC(2026, 10, 20, 16, 4, 5, 999);

test('a recording is named by device, channel, local day and time', () => {
  const path = recordingPath({ dataDir, deviceId, channelId, startEpochMs, timeZone: 'Asia/Shanghai' });
  assert.equal(path, `recordings/${deviceId}/${channelId}/2026-11-21/00-04-05.mp4`);
  const utc = recordingPath({ dataDir, deviceId, channelId, startEpochMs, timeZone: 'UTC' });
  assert.equal(utc, `recordings/${deviceId}/${channelId}/2026-11-20/16-04-05.mp4`);
});

test('a taken name gets -2, -3, …, also before anything was written', () => {
  const o = { dataDir, deviceId: 'taken', channelId, startEpochMs, timeZone: 'UTC' };
  const names = [1, 2, 3].map(() => recordingPath(o).split('/').at(-1));
  assert.deepEqual(names, ['16-04-05.mp4', '16-04-05-2.mp4', '16-04-05-3.mp4']);
});

test('a folder that cannot be made still answers a path: the recorder reports it', () => {
  const file = join(dataDir, 'file');
  writeFileSync(file, '');
  const path = recordingPath({ dataDir: file, deviceId, channelId, startEpochMs, timeZone: 'UTC' });
  assert.match(path, /16-04-05\.mp4$/);
});

test('no id leaves its folder, and no two share one', () => {
  assert.equal(safeName(deviceId), deviceId);
  assert.equal(safeName('../../etc'), '%2e%2e%2f%2e%2e%2fetc');
  assert.equal(safeName('..'), '%2e%2e');
  assert.equal(safeName(''), '%');
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ unit: 'binary', maxLength: 400 }),
      (a, b) => {
        const name = safeName(a);
        assert.equal(resolve('/x', name), `${sep}x${sep}${name}`);
        assert.ok(name.length > 0 && name.length <= 120 && !name.includes('\0'));
        if (Buffer.from(a).compare(Buffer.from(b)) !== 0) assert.notEqual(name, safeName(b));
      },
    ),
  );
});

test('deleting takes the file and its empty day, and does not mind that it is gone', async () => {
  const o = { dataDir, deviceId: 'delete', channelId, startEpochMs, timeZone: 'UTC' };
  const [first, second] = [recordingPath(o), recordingPath(o)].map((path) => join(dataDir, path));
  await deleteRecordingFile(first!);
  assert.ok(!existsSync(first!) && existsSync(second!));
  await deleteRecordingFile(second!);
  await deleteRecordingFile(second!);
  assert.deepEqual(readdirSync(join(dataDir, 'recordings/delete', channelId)), []);
});
