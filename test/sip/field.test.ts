/**
 * What real devices and platforms send, as people published it: every message of test/fixtures/field goes the public way through our
 * parsers, and all that comes out is compared (see PROVENANCE.md there).
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { SipStream } from '../../src/sip/wire/stream.ts';
import { ANSWERS } from './field/answers.ts';
import { CALLS } from './field/calls.ts';
import { CATALOGS } from './field/catalogs.ts';
import { CONTROLS } from './field/controls.ts';
import { FACTS } from './field/facts.ts';
import { OTHER_CATALOGS } from './field/other-catalogs.ts';
import { bytesOf, messageOf } from './field/read.ts';
import { REGISTRATIONS } from './field/registrations.ts';
import { TOLD } from './field/told.ts';
import { plain } from './fixtures.ts';

const SAMPLES = [
  ...REGISTRATIONS,
  ...CATALOGS,
  ...OTHER_CATALOGS,
  ...FACTS,
  ...ANSWERS,
  ...TOLD,
  ...CALLS,
  ...CONTROLS,
];
const FILES = readdirSync(new URL('../fixtures/field/', import.meta.url)).filter((name) => name !== 'PROVENANCE.md');

test('every sample has its row, and no row is without a sample', () => {
  assert.deepEqual(SAMPLES.map(({ file }) => file).sort(), FILES.sort());
});

for (const { file, what, read, is } of SAMPLES) {
  test(`${file} – ${what}`, () => {
    assert.deepEqual(read(bytesOf(file)), is);
  });
}

test('over a connection each message is the same, read in pieces, with the next one behind it', () => {
  for (const file of FILES.filter((name) => name.endsWith('.sip'))) {
    const bytes = bytesOf(file);
    const message = messageOf(bytes);
    if (message.tolerated?.includes('SIP-6')) continue; // a length that is not its own is nothing to cut by
    const stream = new SipStream();
    const twice = Buffer.concat([bytes, bytes]);
    const out = [];
    for (let at = 0; at < twice.length; at += 7) out.push(...stream.push(twice.subarray(at, at + 7)));
    assert.deepEqual(out.map(plain), [plain(message), plain(message)], file);
  }
});
