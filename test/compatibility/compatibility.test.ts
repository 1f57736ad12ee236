import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CHAPTERS, PENDING, REASONS } from './codes.ts';
import { compatibilityPage, pinnedBy, unanswered } from './page.ts';

const CODES = CHAPTERS.flatMap(({ deviations }) => deviations.map(({ code }) => code));

describe('every known deviation', () => {
  it('has its code once', () => {
    assert.equal(CODES.length, 217);
    assert.equal(new Set(CODES).size, CODES.length);
  });

  it('is pinned by a test, answered with a reason, or waits for a part that is not built yet', () => {
    assert.deepEqual(unanswered(pinnedBy()), []);
  });

  it('is not answered for where it does not exist', () => {
    for (const code of Object.keys(REASONS)) assert.ok(CODES.includes(code), code);
    for (const code of pinnedBy().keys()) assert.ok(CODES.includes(code), `a test names ${code}, which nobody knows`);
    for (const { codes } of PENDING) assert.ok(CODES.some((code) => codes.test(code)));
  });

  it('would be missed: a code that lost its tests is named', () => {
    const pins = pinnedBy();
    pins.delete('PS-4');
    assert.ok(unanswered(pins).includes('PS-4'));
  });

  it('stands in docs/compatibility.md as it is now (npm run docs)', () => {
    assert.equal(readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8'), compatibilityPage());
  });
});
