import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

/** The module follows the address bar from the start; here there is none. */
Object.assign(globalThis, { location: { hash: '' }, window: { addEventListener: () => {} } });
const { hrefOf, parseRoute, VIEWS } = await import('../../web/page/route.ts');

test('fragments name a view, its parts and a query', () => {
  const { view, parts, query } = parseRoute('#/live/d%201/c1?stream=1');
  assert.deepEqual([view, parts, query.get('stream')], ['live', ['d 1', 'c1'], '1']);
  for (const none of ['', '#', '#/', '#/nowhere/x', '#token=x', '#?']) assert.equal(parseRoute(none).view, 'live');
  assert.deepEqual(parseRoute('#/devices/%E0').parts, [], 'a broken address names nothing');
});

test('a wall stays readable in the address', () => {
  const href = hrefOf('live', [], new URLSearchParams({ grid: '4', cells: 'd1/c1:1,,d2' }));
  assert.equal(href, '#/live?grid=4&cells=d1/c1:1,,d2');
});

test('every route is read as it was written', () => {
  const part = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(fc.constantFrom(...VIEWS), fc.array(part), fc.dictionary(part, part), (view, parts, pairs) => {
      const query = new URLSearchParams(pairs);
      const route = parseRoute(hrefOf(view, parts, query));
      assert.deepEqual([route.view, route.parts], [view, parts]);
      assert.equal(route.query.toString(), query.toString());
    }),
  );
});
