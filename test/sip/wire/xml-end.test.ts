import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SipStream } from '../../../src/sip/wire/stream.ts';
import { MAX_MISCOUNT_BYTES } from '../../../src/sip/wire/xml-end.ts';
import { wire } from '../fixtures.ts';

const XML = '<?xml version="1.0"?>\r\n<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n</Notify>\r\n';
const OPTIONS = wire(
  'OPTIONS sip:2@d SIP/2.0\nFrom: <sip:1@d>;tag=a\nTo: <sip:2@d>\nCall-ID: c2\nCSeq: 2 OPTIONS\nContent-Length: 0\n\n',
);

function message(length: number | null, body = XML): Buffer {
  const line = length === null ? '' : `Content-Length: ${length}\n`;
  return Buffer.concat([
    wire(
      `MESSAGE sip:2@d SIP/2.0\nFrom: <sip:1@d>;tag=a\nTo: <sip:2@d>\nCall-ID: c1\nCSeq: 1 MESSAGE\nContent-Type: Application/MANSCDP+xml\n${line}\n`,
    ),
    Buffer.from(body, 'latin1'),
  ]);
}

/** What comes out: the body of a MESSAGE, trimmed, the method of others, the code of faults; `!` marks a tolerated length. */
function read(stream: SipStream, bytes: Uint8Array): string[] {
  return stream.push(bytes).map(label);
}
function label(m: ReturnType<SipStream['push']>[number]): string {
  if (m.kind === 'fault') return m.code;
  const mark = m.tolerated?.includes('SIP-6') ? '!' : '';
  return m.kind === 'request' && m.method === 'MESSAGE'
    ? mark + Buffer.from(m.body).toString().trim()
    : (m as { method: string }).method;
}

const body = XML.trim();
const cases: [name: string, bytes: Buffer, out: string[]][] = [
  ['the right length', Buffer.concat([message(XML.length), OPTIONS]), [body, 'OPTIONS']],
  ['too short', Buffer.concat([message(XML.length - 20), OPTIONS]), [`!${body}`, 'OPTIONS']],
  ['too short by the line end only', Buffer.concat([message(XML.length - 2), OPTIONS]), [body, 'OPTIONS']],
  ['shorter than the prolog', Buffer.concat([message(5), OPTIONS]), [`!${body}`, 'OPTIONS']],
  ['none', Buffer.concat([message(null), OPTIONS]), [`!${body}`, 'OPTIONS']],
  ['too long, the next message in it', Buffer.concat([message(XML.length + 12), OPTIONS]), [`!${body}`, 'OPTIONS']],
  [
    'two of them',
    Buffer.concat([message(XML.length + 40), message(XML.length + 40), OPTIONS]),
    [`!${body}`, `!${body}`, 'OPTIONS'],
  ],
  [
    'right, with junk behind the root',
    Buffer.concat([message(XML.length + 4, `${XML}junk`), OPTIONS]),
    [`${XML}junk`, 'OPTIONS'],
  ],
  ['right, the root never closed', Buffer.concat([message(8, '<Notify>'), OPTIONS]), ['<Notify>', 'OPTIONS']],
  ['right, no XML at all', Buffer.concat([message(5, 'hello'), OPTIONS]), ['hello', 'OPTIONS']],
];
for (const [name, bytes, out] of cases)
  test(`SIP-6: XML over TCP with a Content-Length that is ${name}, cut at every byte`, () => {
    assert.deepEqual(read(new SipStream(), bytes), out);
    for (let at = 0; at <= bytes.length; at += 1) {
      const stream = new SipStream();
      assert.deepEqual(
        [...read(stream, bytes.subarray(0, at)), ...read(stream, bytes.subarray(at))],
        out,
        `cut at ${at}`,
      );
      assert.equal(stream.pendingBytes, 0);
    }
  });

test('SIP-6: when nothing more comes, what is there is taken; a body that is on its way is not', () => {
  const long = new SipStream();
  assert.deepEqual(read(long, message(XML.length + 9)), []);
  assert.deepEqual(long.settle().map(label), [`!${body}`]);
  assert.equal(long.midMessage, false);
  const open = new SipStream();
  assert.deepEqual(read(open, message(8, '<Notify>')), []);
  assert.deepEqual(open.settle().map(label), ['<Notify>']);
  const half = new SipStream();
  assert.deepEqual(read(half, message(XML.length).subarray(0, -20)), []);
  assert.deepEqual(half.settle(), []);
  assert.deepEqual(read(half, message(XML.length).subarray(-20)), [body]);
  assert.deepEqual(new SipStream().settle(), []);
});

test('SIP-6: the close tag is looked for within 64 KiB', () => {
  const stream = new SipStream();
  assert.deepEqual(read(stream, message(10, `<Notify>xx${'y'.repeat(MAX_MISCOUNT_BYTES - 1)}`)), []);
  assert.deepEqual(read(stream, Buffer.from('y</Notify>'))[0], '<Notify>xx');
});
