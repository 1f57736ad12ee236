import assert from 'node:assert/strict';
import { test } from 'node:test';
import { G711_TO_PCM } from '../../../src/media/es/g711.ts';
import { alawOf, decodeAlaw, ownVoice, PACKET_SAMPLES } from '../../../src/simulator/voice/sound.ts';
import { frequencyOf } from '../../support/tone.ts';

test('the simulated camera reads and writes A-law as ITU-T G.711 has it', () => {
  for (let byte = 0; byte < 256; byte += 1) assert.equal(decodeAlaw(byte), G711_TO_PCM.pcma[byte]);
  const bytes = Buffer.concat(Array.from({ length: 50 }, (_, i) => ownVoice(i * PACKET_SAMPLES)));
  assert.equal(frequencyOf(Int16Array.from(bytes, decodeAlaw)), 700);
});

test('it takes A-law out of a program stream, and nothing out of what is none', () => {
  const pes = Buffer.from([0, 0, 1, 0xba, 0, 0, 1, 0xc0, 0, 6, 0x80, 0, 1, 9, 1, 2]);
  assert.deepEqual([...alawOf(pes, true)!], [1, 2]);
  assert.equal(alawOf(Buffer.from([1, 2, 3]), true), null);
  assert.equal(alawOf(pes.subarray(0, 14), true), null);
});
