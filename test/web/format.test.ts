import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moment, offsetWords, shortMoment } from '../../web/page/format.ts';

test('offsets from UTC as people write them', () => {
  for (const [minutes, words] of [
    [0, 'UTC+0'],
    [480, 'UTC+8'],
    [345, 'UTC+5:45'],
    [-210, 'UTC−3:30'],
    [-60, 'UTC−1'],
  ] as const)
    assert.equal(offsetWords(minutes), words);
});

test('a moment in a narrow place: seconds always, the year where it is another one', () => {
  const at = new Date(2026, 10, 21, 9, 5, 7);
  const said = (nowMs: number, locale = 'en') => shortMoment(at.toISOString(), locale, nowMs).replace(/\s/g, ' ');
  assert.equal(said(at.getTime() + 60_000), 'Nov 21, 09:05:07');
  assert.match(said(new Date(2027, 0, 1).getTime()), /2026.*09:05:07/);
  assert.match(said(at.getTime(), 'zh-CN'), /11\D21.*09:05:07/);
  for (const words of [moment('never', 'en'), shortMoment('never', 'en', 0)]) assert.equal(words, 'never');
});
