import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyReader, type ShortcutGroup } from '../../web/page/keys/keys.ts';

const group = (title: string, keys: readonly string[], pressed: string[] = []): ShortcutGroup => ({
  title,
  shortcuts: keys.map((key) => ({ key, words: key, run: () => void pressed.push(`${title} ${key}`) })),
});

test('one key, two keys one after the other, and a second key that comes too late', () => {
  const reader = new KeyReader();
  const groups = [group('page', ['?', 'g l', 'g d'])];
  const read = (key: string, nowMs: number) => reader.read(key, nowMs, groups)?.key ?? null;
  assert.equal(read('?', 0), '?');
  assert.equal(read('x', 10), null);
  assert.equal(read('g', 20), null);
  assert.equal(read('d', 500), 'g d');
  assert.equal(read('d', 600), null, 'the first key counts once');
  assert.equal(read('g', 1_000), null);
  assert.equal(read('l', 2_600), null, 'too late');
  assert.equal(read('g', 3_000), null);
  assert.equal(read('g', 3_100), null);
  assert.equal(read('l', 3_200), 'g l');
});

test('the key of a view hides the same key of the page around it', () => {
  const pressed: string[] = [];
  const groups = [group('page', ['s', 'm'], pressed), group('view', ['s'], pressed)];
  const reader = new KeyReader();
  reader.read('s', 0, groups)?.run();
  reader.read('m', 0, groups)?.run();
  assert.deepEqual(pressed, ['view s', 'page m']);
});
