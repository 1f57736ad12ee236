import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { RETENTION, recording } from './fake-gateway.ts';
import { opened, READ_TOKEN } from './opened.ts';

const folder = mkdtempSync(join(tmpdir(), 'gbgate-held-'));
let o: Awaited<ReturnType<typeof opened>>;

before(async () => {
  o = await opened();
});
after(async () => {
  await o.http.close();
  rmSync(folder, { recursive: true });
});

test('what is kept, and by which rules, for everybody who may look', async () => {
  const answer = await o.ask('GET', '/api/v1/retention', undefined, { authorization: `Bearer ${READ_TOKEN}` });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, RETENTION);
});

test('a recording is held while its file is read, and let go whatever the answer was', async () => {
  const path = join(folder, 'file.mp4');
  writeFileSync(path, Buffer.alloc(5000));
  o.gateway.file = { absolutePath: path, etag: 'v1', complete: true };
  o.gateway.recordingList.push(recording('r1'));
  const url = `${o.base}/api/v1/recordings/r1/file`;
  const authorization = `Bearer ${READ_TOKEN}`;
  const said = () => o.gateway.calls.map(([name]) => name).join(' ');
  for (const [method, headers, status] of [
    ['GET', {}, 200],
    ['GET', { range: 'bytes=0-9' }, 206],
    ['GET', { range: 'bytes=9000-' }, 416],
    ['GET', { 'if-none-match': '"v1"' }, 304],
    ['HEAD', {}, 200],
  ] as const) {
    o.gateway.calls.length = 0;
    const answer = await fetch(url, { method, headers: { authorization, ...headers } });
    assert.equal(answer.status, status);
    await answer.arrayBuffer();
    for (let i = 0; i < 1500 && said() !== 'hold release'; i += 1) await new Promise((r) => setTimeout(r, 10));
    assert.equal(said(), 'hold release', `${method} ${status}`);
  }
});
