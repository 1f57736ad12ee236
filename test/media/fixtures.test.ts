/** Streams written down byte by byte, each with one deviation: what must be found, and every picture that must come out. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run, type Sent, videoSamples } from './camera.ts';
import { sampleNals } from './clips.ts';
import { RtpWriter } from './ps/writer.ts';

/** What is inside of every file, without start codes: the key frame, and the two behind it. */
const KEY = ['09f0', '6742c00ad9045a1000000300100000030320f12248', '68cb83cb20', '6588840af2628a0007f0'];
const FRAME = ['09f0', '419a381bff00fe'];
/** PS-29 adds it to both frames behind the key frame. */
const UNKNOWN_NAL = '1e0102';

interface Fixture {
  readonly name: string;
  readonly title: string;
  readonly found: readonly string[];
  readonly frames: number;
  readonly sent: readonly Sent[];
}

function load(folder: 'ps' | 'rtp' | 'es'): Fixture[] {
  const url = new URL(`../fixtures/${folder}/`, import.meta.url);
  const names = readdirSync(url).filter((name) => name.endsWith('.hex'));
  return names.map((name) => {
    const text = readFileSync(new URL(name, url), 'latin1');
    const said = (word: string) =>
      new RegExp(`^# ${word}: (.*)$`, 'm').exec(text)?.[1] ?? assert.fail(`${name}: ${word}`);
    const found = said('found');
    const groups = text
      .split(/\n\n/)
      .map((group) => group.split('\n').filter((line) => !line.startsWith('#')))
      .filter((lines) => lines.length > 0);
    const writer = new RtpWriter();
    const sent = groups.flatMap((lines, i) => {
      const nowMs = 1000 + i * 40;
      const parts = lines
        .join('')
        .split('--')
        .filter((part) => part !== '');
      const bytes = parts.map((part) => Buffer.from(part, 'hex'));
      const packets = folder === 'rtp' ? bytes : bytes.flatMap((frame) => writer.write(frame, (i + 1) * 3600));
      return packets.map((packet) => ({ packet, unit: i, nowMs }));
    });
    return {
      name,
      title: /^# (.*)$/m.exec(text)?.[1] ?? name,
      found: found === 'nothing' ? [] : found.split(' '),
      frames: Number(said('frames')),
      sent,
    };
  });
}

for (const folder of ['ps', 'rtp', 'es'] as const) {
  const fixtures = load(folder);
  assert.ok(fixtures.length > 0, `${folder} has fixtures`);
  for (const { name, title, found, frames, sent } of fixtures) {
    test(`${title} (${folder}/${name})`, () => {
      const got = run(sent);
      assert.deepEqual([...new Set(got.findings)].sort(), [...found].sort());
      const pictures = videoSamples(got.fragments).map((s) => sampleNals(s).map((nal) => nal.toString('hex')));
      const later = found.includes('PS-29') ? [...FRAME, UNKNOWN_NAL] : FRAME;
      assert.deepEqual(pictures, [KEY, later, later].slice(0, frames));
      assert.deepEqual(
        got.fragments.map((f) => f.dts90k),
        [0, 3600, 7200].slice(0, frames),
      );
    });
  }
}

test('the camera without a fault is among them', () => {
  const plain = load('ps').find(({ name }) => name === 'plain.hex');
  assert.deepEqual([plain?.found, plain?.frames], [[], 3]);
});
