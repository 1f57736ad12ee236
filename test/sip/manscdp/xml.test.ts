import assert from 'node:assert/strict';
import { test } from 'node:test';
import { child, childrenOf, readXml, textOf, writeXml } from '../../../src/sip/manscdp/xml.ts';

/** Damaged documents, and what must be read of the name of their first Item. */
const names: [name: string, item: string, expected: string | null][] = [
  ['plain', '<Name>Camera 01</Name>', 'Camera 01'],
  ['entities', '<Name>a&lt;b&amp;c&#65;&#x42;</Name>', 'a<b&cAB'],
  ['raw ampersand (XML-3)', '<Name>A&B &co; &#0;</Name>', 'A&B &co; &#0;'],
  ['stray less-than before a digit (XML-3)', '<Name>3<5</Name>', '3<5'],
  ['stray less-than that looks like a tag (XML-3)', '<Name>a<b>c</Name>', 'a<b>c'],
  ['stray less-than that never closes', '<Name>a<b</Name>', 'a<b'],
  ['NUL bytes (XML-4)', '<Name>gate\0 1\0</Name>', 'gate 1'],
  ['surplus close tags (XML-4)', '</Item></Foo><Name>x</Name></Name>', 'x'],
  ['close tag missing (XML-4)', '<Name>x<Status>ON</Status>', 'x'],
  ['comment of the samples (XML-7)', '<! -- name --><Name>x</Name>', 'x'],
  ['CDATA', '<Name><![CDATA[a<b>&c]]></Name>', 'a<b>&c'],
  ['blanks inside (XML-5)', '<Name>  x \r\n</Name >', 'x'],
  ['other case (XML-5)', '<name>x</NAME>', 'x'],
  ['empty element', '<Name/>', ''],
  ['absent', '<Other/>', null],
];

for (const [name, item, expected] of names) {
  test(`survives: ${name}`, () => {
    const root = readXml(
      `<?xml version="1.0" standalone="true"?><Response><List><Item>${item}</Item></List><SN>7</SN></Response>junk`,
    );
    assert.ok(root);
    assert.equal(textOf(root, 'SN'), '7');
    const list = child(root, 'List');
    assert.ok(list);
    const first = childrenOf(list, 'Item')[0];
    if (expected === null) assert.equal(textOf(first ?? list, 'Name'), null);
    else assert.equal(textOf(first ?? list, 'Name') ?? textOf(list, 'Name'), expected);
  });
}

test('values as attributes (XML-5)', () => {
  const root = readXml(`<Item DeviceID="1" Name='a &amp; b' Num=3></Item>`);
  assert.ok(root);
  assert.equal(textOf(root, 'DeviceID'), '1');
  assert.equal(textOf(root, 'name'), 'a & b');
  assert.equal(textOf(root, 'Num'), '3');
});

test('an Item that is never closed ends where the next begins (XML-4)', () => {
  const root = readXml('<L><Item><A>1</A><Item><A>2</A></Item><Item><A>3<Item><A>4</A></L>');
  assert.ok(root);
  assert.deepEqual(
    childrenOf(root, 'Item').map((item) => textOf(item, 'A')),
    ['1', '2', '3', '4'],
  );
});

test('a document cut anywhere gives its whole items', () => {
  const text = `<R><SN>1</SN><L>${'<Item><A>x</A><B>y</B></Item>'.repeat(5)}</L></R>`;
  for (let cut = 0; cut <= text.length; cut += 1) {
    const root = readXml(text.slice(0, cut));
    const items = root === null ? [] : childrenOf(child(root, 'L') ?? root, 'Item');
    const whole = (text.slice(0, cut).match(/<\/Item>/g) ?? []).length;
    assert.ok(items.length >= whole, `cut ${cut}`);
    for (const item of items.slice(0, whole)) assert.equal(textOf(item, 'B'), 'y');
  }
});

test('no element, no document', () => {
  for (const text of ['', 'hello', '<', '<?xml?>', '<!-- <a/> -->', '</a>', '\0\0'])
    assert.equal(readXml(text), null, text);
});

test('depth, tags and size are bounded: hostile documents end fast', () => {
  const startMs = performance.now();
  for (const text of [
    '<a>'.repeat(200_000),
    '<a '.repeat(300_000),
    '<a "'.repeat(200_000),
    '<'.repeat(500_000),
    '<!--'.repeat(200_000),
    '<!-- <Item -->'.repeat(60_000),
    '<![CDATA['.repeat(100_000),
    '<?'.repeat(300_000),
    '</a'.repeat(200_000),
    `<a>${'</b>'.repeat(200_000)}`,
    '&'.repeat(1_000_000),
  ]) {
    readXml(text);
  }
  assert.ok(performance.now() - startMs < 5_000);
});

test('what is written is read back, whatever is in it', () => {
  const nasty = 'a<b>&"\'\u0001 ]]> 门';
  const text = writeXml(
    [
      'Query',
      [
        ['Name', nasty],
        ['Skip', undefined],
        ['List', [['Item', 1]], { Num: 1 }],
      ],
    ],
    'GB2312',
  );
  assert.match(text, /^<\?xml version="1.0" encoding="GB2312"\?>\r\n<Query>\r\n/);
  const root = readXml(text);
  assert.ok(root);
  assert.equal(textOf(root, 'Name'), nasty.replace('\u0001', ''));
  assert.equal(textOf(child(root, 'List')!, 'Num'), '1');
  assert.equal(child(root, 'Skip'), null);
});
