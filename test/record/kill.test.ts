import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { startRecording } from '../../src/record/recorder.ts';
import { recoverFile } from '../../src/record/recover.ts';
import { type Clip, makeClip, readSamples } from './clip.ts';
import { MemoryFile } from './disk.ts';

const run = promisify(execFile);
const dir = mkdtempSync(join(tmpdir(), 'gbgate-kill-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const clip = makeClip({ codec: 'libx264', seconds: 16, gop: 20, audio: 'flac', bframes: 2 });
const START = Date.UTC(2026, 10, 21, 4);

async function record(file: MemoryFile, reserveBytes: number, source: Clip = clip): Promise<boolean> {
  const recorder = startRecording({
    path: '',
    startEpochMs: START,
    init: source.init,
    onFault() {},
    onNewInit() {},
    openFile: async () => file,
    reserveBytes,
  });
  for (const fragment of source.fragments) recorder.fragment(fragment);
  return (await recorder.stop()).finalised;
}

/** Packets of a file as ffprobe reads them; any word on stderr is a failure. */
async function packets(path: string): Promise<number> {
  const { stdout, stderr } = await run('ffprobe', [
    ...['-v', 'warning', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', path],
  ]);
  assert.equal(stderr, '');
  return stdout
    .trim()
    .split('\n')
    .reduce((sum, n) => sum + (Number.parseInt(n, 10) || 0), 0);
}

const sent = {
  video: clip.fragments.flatMap((f) => f.samples.filter((s) => s.track === 'video')),
  audio: clip.fragments.flatMap((f) => f.samples.filter((s) => s.track === 'audio')),
};

/** Every sample of the file is the one that was sent, bit for bit and with its times; answers how many there are. */
function compare(content: Uint8Array): number {
  let count = 0;
  for (const track of readSamples(content)) {
    const expected = sent[track.kind];
    const base = expected[0]!.dts;
    count += track.samples.length;
    for (const [i, sample] of track.samples.entries()) {
      const wanted = expected[i]!;
      assert.ok(Buffer.from(sample.data).equals(wanted.data), `${track.kind} ${i}`);
      assert.equal(sample.dts, wanted.dts - base);
      assert.equal(sample.compositionOffset, wanted.compositionOffset);
      assert.equal(sample.isSync, wanted.isSync);
      assert.equal(sample.duration, wanted.duration);
    }
  }
  return count;
}

/** Samples that must be there when so many bytes were written: every group of pictures but the open one. */
function savedBy(budget: number, reserveBytes: number): number {
  let needed = clip.init.bytes.length + reserveBytes + 500;
  let saved = 0;
  let open = 0;
  for (const fragment of clip.fragments) {
    if (fragment.isKey && open > 0) {
      needed += 400;
      if (needed > budget) return saved;
      saved += open;
      open = 0;
    }
    open += fragment.samples.length;
    needed += fragment.samples.reduce((sum, sample) => sum + sample.data.length + 16, 0);
  }
  return saved;
}

// A small reserve puts the moov at the end, a large one at the front: both ways are killed.
for (const { reserveBytes, at } of [
  { reserveBytes: 16_384, at: 'front' },
  { reserveBytes: 64, at: 'back' },
]) {
  test(`killed at 100 random bytes: each file plays, and recovers bit for bit (moov at the ${at})`, async () => {
    const whole = new MemoryFile();
    assert.ok(await record(whole, reserveBytes));
    const all = compare(whole.content);
    assert.equal(all, sent.video.length + sent.audio.length);
    let seed = 20261121;
    const random = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed / 0x80000000;
    };
    const kills = Array.from({ length: 100 }, (_, i) => {
      // A fifth of them in the last 12 kB, where the file is finalised.
      const last = Math.min(whole.written - 1, 12_000);
      return i % 5 === 0 ? whole.written - 1 - Math.floor(random() * last) : Math.floor(random() * whole.written);
    });
    let played = 0;
    let recoveredAll = 0;
    for (const [i, budget] of kills.entries()) {
      const file = new MemoryFile(budget);
      await record(file, reserveBytes);
      const before = Uint8Array.from(file.content);
      const path = join(dir, `${at}-${i}.mp4`);
      writeFileSync(path, before);
      const result = await recoverFile(path);
      if ('fault' in result) {
        assert.equal(result.fault, 'empty', `${result.detail} at ${budget}`);
        assert.equal(savedBy(budget, reserveBytes), 0, `nothing was saved of ${budget} bytes`);
        continue;
      }
      played += 1;
      const content = readFileSync(path);
      assert.equal(content.length, result.bytes);
      const count = compare(content);
      if (count === all) recoveredAll += 1;
      assert.ok(count > 0 && count >= savedBy(budget, reserveBytes), `${count} samples of ${budget} bytes`);
      writeFileSync(path, before);
      assert.equal(await packets(path), count, `killed at ${budget}`);
      const again = await recoverFile(path);
      assert.deepEqual(again, result);
      if (i % 10 === 0) assert.equal(await packets(path), count);
      const complete = await recoverFile(path);
      assert.deepEqual(complete, result, 'a complete file is left as it is');
      rmSync(path);
    }
    assert.ok(played >= 85, `${played} of ${kills.length} had something to play`);
    assert.ok(recoveredAll >= 10, 'kills while finalising lose nothing');
  });
}

test('recovery itself may be killed at any write', async () => {
  for (const reserveBytes of [16_384, 64]) {
    const broken = new MemoryFile(120_000);
    await record(broken, reserveBytes);
    const before = Uint8Array.from(broken.content);
    const measured = MemoryFile.of(before);
    const expected = await recoverFile('', async () => measured);
    assert.ok(!('fault' in expected));
    for (let budget = 0; budget <= measured.written; budget += 97) {
      const file = MemoryFile.of(before);
      file.budget = budget;
      await recoverFile('', async () => file);
      const survivor = MemoryFile.of(Uint8Array.from(file.content));
      assert.deepEqual(await recoverFile('', async () => survivor), expected, `killed at ${budget}`);
      compare(survivor.content);
    }
  }
});

test('a real process killed by SIGKILL leaves a file that plays and recovers', async () => {
  const here = (path: string) => new URL(path, import.meta.url).href;
  const code = `
    const { makeClip } = await import('${here('./clip.ts')}');
    const { startRecording } = await import('${here('../../src/record/recorder.ts')}');
    const clip = makeClip({ codec: 'libx264', seconds: 16, gop: 20, audio: 'flac', bframes: 2 });
    const r = startRecording({ path: process.argv[1], startEpochMs: 0, init: clip.init, onFault() {}, onNewInit() {} });
    let n = 0;
    setInterval(() => { for (let i = 0; i < 5; i += 1) if (n < clip.fragments.length) r.fragment(clip.fragments[n++]); if (n > 100) process.stdout.write('.'); }, 1);
  `;
  const path = join(dir, 'real.mp4');
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code, path]);
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error('the child ended by itself')));
  });
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const before = await packets(path);
  assert.ok(before >= 80, `${before} packets`);
  const result = await recoverFile(path);
  assert.ok(!('fault' in result), JSON.stringify(result));
  assert.equal(compare(readFileSync(path)), before);
  assert.equal(await packets(path), before);
});
