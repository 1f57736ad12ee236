import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCatalog } from '../../../src/sip/manscdp/catalog.ts';
import { readEnvelope } from '../../../src/sip/manscdp/envelope.ts';

/** What cameras leave between two items: none of it may cost a whole item. */
const DAMAGE = [
  '',
  '\r\n',
  '\0\0',
  ' & ',
  '<',
  '< ',
  '<<',
  '</Item>',
  '</Foo>',
  '</',
  '<Foo>',
  '<Foo',
  '<Foo a="1',
  '</Name></Item>',
  '<!-- no end ',
  '<! -- fine -->',
  '<![CDATA[ no end ',
  '<? ',
  '<!',
  '&#;',
  'junk > junk',
  '<Item>',
  '<Item><DeviceID></DeviceID>',
];
const text = fc.string({
  unit: fc.constantFrom('a', '门', '<', '&', '>', '"', "'", ' ', '1', '/', ']'),
  maxLength: 12,
});
const escaped = (value: string) =>
  value.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

test('XML-3, XML-4: whatever is broken around them, well-formed items keep id and name', () => {
  const piece = fc.record({ name: text, damage: fc.constantFrom(...DAMAGE), rest: fc.constantFrom(...DAMAGE) });
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
      const idOf = (n: number) => `3402000000132${String(n).padStart(7, '0')}`;
      const items = pieces.map(
        ({ name, damage }, n) =>
          `${damage}<Item><DeviceID>${idOf(n)}</DeviceID><Name>${escaped(name)}</Name><Status>ON</Status></Item>`,
      );
      const body = `<?xml version="1.0"?><Response><CmdType>Catalog</CmdType><SN>1</SN><DeviceList Num="1">${items.join('\r\n')}${pieces[0]!.rest}</DeviceList></Response>`;
      const envelope = readEnvelope(Buffer.from(body));
      assert.ok(!('fault' in envelope));
      const found = new Map(readCatalog(envelope).items.map((item) => [item.id, item.fields.Name ?? '']));
      for (const [n, { name }] of pieces.entries())
        assert.equal(found.get(idOf(n)), name.trim(), `item ${n} of ${body}`);
    }),
    { numRuns: 2000 },
  );
});
