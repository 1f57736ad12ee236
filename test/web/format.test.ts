import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halves, moment, offsetWords, shortMoment, size } from '../../web/page/format.ts';
import { endWords, streamsWords } from '../../web/page/words/streams.ts';

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

test('nothing is nothing, and what is there is at least a kilobyte', () => {
  assert.deepEqual([0, 1, 1_499, 2_000_000, 3_210_000_000].map(size), ['0 kB', '1 kB', '1 kB', '2.0 MB', '3.21 GB']);
});

test('names that begin alike are told apart by their ends, which are never cut; a short name is in one piece', () => {
  const names = Array.from({ length: 250 }, (_, i) => `滨湖世纪城三期东门地下停车场入口枪机 ${i + 1}`);
  assert.equal(new Set(names.map((name) => halves(name)[1])).size, 250);
  for (const name of [...names, '𠮷'.repeat(20), '北门', '']) assert.equal(halves(name).join(''), name);
  assert.ok(!/[\ud800-\udbff]$/.test(halves('𠮷'.repeat(20))[0]), 'no character is cut in two');
  assert.equal(halves('停车场入口')[1], '');
  assert.deepEqual(halves('Recorder (a day of footage)'), ['Recorder (a day of', ' footage)'], 'words stay whole');
  assert.equal(halves('Warehouse of the north side, door 7')[1], ' door 7');
});

test('why a stream ended is said in the language of the reader; what a device says of itself stays as it is', () => {
  assert.equal(endWords('no viewer left', streamsWords.zh), '已无人观看');
  assert.equal(endWords('no viewer left', streamsWords.en), 'no viewer left');
  assert.equal(endWords('486 Busy Here', streamsWords.zh), '486 Busy Here');
  assert.equal(endWords(undefined, streamsWords.zh), undefined);
});
