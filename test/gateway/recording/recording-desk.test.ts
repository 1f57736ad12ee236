import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RecordingDeskPorts, recordingDesk } from '../../../src/gateway/recording/recording-desk.ts';
import type { Recording } from '../../../src/record/archive.ts';

test('a recording that somebody deletes is told of once, in the words of retention; one that stays is not', async () => {
  const rows = new Map([
    ['r1', { id: 'r1', bytes: 700, locked: false }],
    ['r2', { id: 'r2', bytes: 800, locked: true }],
  ]);
  const none = { problem: 'recording_not_found' as const, detail: 'There is none.' };
  const told: [string, Record<string, unknown>][] = [];
  const desk = recordingDesk({
    recordings: {
      get: (id: string) => (rows.get(id) as Recording | undefined) ?? none,
      async delete(id: string) {
        const row = rows.get(id);
        if (row === undefined) return none;
        if (row.locked) return { problem: 'conflict' as const, detail: 'It is locked.' };
        rows.delete(id);
        return null;
      },
    },
    publish: (type: string, data: Record<string, unknown>) => void told.push([type, data]),
  } as unknown as RecordingDeskPorts);
  assert.equal((await desk.deleteRecording('r2'))?.problem, 'conflict');
  assert.equal(await desk.deleteRecording('r1'), null);
  assert.equal((await desk.deleteRecording('r1'))?.problem, 'recording_not_found');
  assert.deepEqual(told, [
    ['recording.deleted', { count: 1, bytes: 700, reasons: { request: 1 }, recordingIds: ['r1'] }],
  ]);
});
