import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SipMessage, SipRequest } from '../../../src/sip/wire/message.ts';
import { isNoted, type NoteForm, type NoteHash, readNote, withNote } from '../../../src/sip/wire/note.ts';
import { parseDatagram } from '../../../src/sip/wire/parse.ts';
import { serialize } from '../../../src/sip/wire/serialize.ts';
import { readUserIdentity, writeUserIdentity } from '../../../src/sip/wire/user-identity.ts';

const SEED = '12345678';
const DATE = '2024-01-05T14:03:21';
/** A question for DeviceInfo; its digests were made by another implementation of each hash. */
const BODY = `<?xml version="1.0" encoding="GB2312"?>
<Query>
<CmdType>DeviceInfo</CmdType>
<SN>17430</SN>
<DeviceID>34020000001320000001</DeviceID>
</Query>
`.replaceAll('\n', '\r\n');

function message(more: readonly string[] = [], body = BODY): SipRequest {
  const lines = [
    'MESSAGE sip:34020000001320000001@192.168.1.64:5060 SIP/2.0',
    'Via: SIP/2.0/UDP 192.168.1.10:5060;rport;branch=z9hG4bK1371463273',
    'From: <sip:34020000002000000001@3402000000>;tag=2043466181',
    'To: <sip:34020000001320000001@192.168.1.64:5060>',
    'Call-ID: 1011047669',
    'CSeq: 20 MESSAGE',
    'Max-Forwards: 70',
    'Content-Type: Application/MANSCDP+xml',
    ...more,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return parsed(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)) as SipRequest;
}

function parsed(bytes: Buffer): SipMessage {
  const read = parseDatagram(bytes);
  assert.ok(read.kind !== 'fault');
  return read;
}

const form = (hash: NoteHash, more: Partial<NoteForm> = {}): NoteForm => ({
  hash,
  encoding: 'base64',
  parts: 'values',
  ...more,
});

for (const [hash, base64, hex, ofUris] of [
  ['MD5', '27gPWEVyuGV1em/Is2NCAg==', 'dbb80f584572b865757a6fc8b3634202', 'UmQhyGSSjicPNej1GWtOhA=='],
  ['SHA-1', 'tzXpLG7NdBcwTA2NTupqXHIZwHc=', 'b735e92c6ecd7417304c0d8d4eea6a5c7219c077', '6DO2aO/EUNdadelxsoESfTiqEA8='],
  [
    'SHA-256',
    'NyCqmF01aaRwF2h3T/z38Mlu2qvrqLd/8PyTEbjYHio=',
    '3720aa985d3569a4701768774ffcf7f0c96edaabeba8b77ff0fc9311b8d81e2a',
    'v4CezINv2Q05q6GScyzfkt1Klhe0Pc9JSLqjc8aCk5Q=',
  ],
  [
    'SM3',
    'A/PTqEluY2nWh7hC0UtcmHVTAO/6G5V4Spyl5dthzrQ=',
    '03f3d3a8496e6369d687b842d14b5c98755300effa1b95784a9ca5e5db61ceb4',
    'DYmb4LFYv87QUhCEmwAMi2WTEyQf1Git4bZcQ16oByE=',
  ],
] as const)
  test(`${hash}: the bytes of a message with its Note, and every form of it is read`, () => {
    const bytes = serialize(withNote(message(), { date: DATE, seed: SEED, form: form(hash) })).toString();
    assert.ok(bytes.includes(`\r\nDate: ${DATE}\r\nNote: Digest nonce="${base64}",algorithm=${hash}\r\n`), bytes);
    const spelled = hash.replace('-', '').toLowerCase();
    for (const [note, read] of [
      [`Digest nonce="${base64}",algorithm=${hash}`, form(hash)],
      [`digest  algorithm="${spelled}", nonce = "${hex.toUpperCase()}"`, form(hash, { encoding: 'hex' })],
      [`Digest nonce=${hex},algorithm=${hash}`, form(hash, { encoding: 'hex' })],
      [`Digest nonce="${ofUris}",algorithm=${hash}`, form(hash, { parts: 'uris' })],
    ] as const) {
      assert.deepEqual(readNote(message([`Date: ${DATE}`, `Note: ${note}`]), SEED), read, note);
      assert.deepEqual(readNote(message([`Date: ${DATE}`, `Note: ${note}`]), 'another'), { wrong: 'false' }, note);
    }
    for (const encoding of ['base64', 'hex'] as const)
      for (const parts of ['values', 'uris'] as const) {
        const wanted = form(hash, { encoding, parts });
        const noted = withNote(message(), { date: DATE, seed: SEED, form: wanted });
        assert.deepEqual(readNote(parsed(serialize(noted)), SEED), wanted);
      }
  });

test('what is missing, cannot be read or was changed on the way is told apart', () => {
  const good = withNote(message(), { date: DATE, seed: SEED, form: form('SM3') });
  assert.deepEqual(readNote(message(), SEED), { wrong: 'missing' });
  assert.deepEqual(readNote(message([`Note: ${good.headers.get('Note')}`]), SEED), { wrong: 'missing' }, 'no Date');
  for (const note of [
    'Digest',
    'Digest nonce=""',
    'Basic nonce="a",algorithm=MD5',
    'Digest nonce="a",algorithm=CRC32',
    `Digest nonce="${'a'.repeat(400)}"`,
  ])
    assert.deepEqual(readNote(message([`Date: ${DATE}`, `Note: ${note}`]), SEED), { wrong: 'unreadable' }, note);
  for (const [name, value] of [
    ['From', '<sip:34020000002000000002@3402000000>;tag=2043466181'],
    ['To', '<sip:34020000001320000002@192.168.1.64:5060>'],
    ['Call-ID', '1011047670'],
    ['Date', '2024-01-05T14:03:22'],
  ] as const) {
    const headers = good.headers.clone().set(name, value);
    assert.deepEqual(readNote({ ...good, headers }, SEED), { wrong: 'false' }, name);
  }
  assert.deepEqual(readNote({ ...good, body: Buffer.from('x') }, SEED), { wrong: 'false' });
  const onceMore = withNote(good, { date: '2024-01-05T14:04:00', seed: SEED, form: form('MD5') });
  assert.equal(onceMore.headers.all('Note').length, 1);
  assert.deepEqual(readNote(onceMore, SEED), form('MD5'));
});

test('REGISTER and its answers have none', () => {
  assert.equal(isNoted(message()), true);
  assert.equal(isNoted({ ...message(), method: 'REGISTER' }), false);
  const answer = parsed(Buffer.from('SIP/2.0 200 OK\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\nFrom: a\r\nTo: b\r\n\r\n'));
  assert.equal(isNoted(answer), false);
});

test('no header makes it throw, and none but ours is good', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), fc.string({ maxLength: 40 }), (note, date) => {
      const noted = message();
      noted.headers.set('Note', note).set('Date', date);
      assert.ok('wrong' in readNote(noted, SEED));
    }),
  );
});

test('Monitor-User-Identity: gateways from the last to the first, then the user', () => {
  const [a, b] = ['34020000002110000001', '11010000002110000001'];
  assert.deepEqual(readUserIdentity(`${a}-${b}-34020000003000000001-unit-3`), {
    gateways: [a, b],
    user: '34020000003000000001-unit-3',
  });
  assert.deepEqual(readUserIdentity(`${a}-li.lei-police-2`), { gateways: [a], user: 'li.lei-police-2' });
  for (const none of ['', 'li.lei', `${a}`, `${a}-`, `1234-li`, `${a}-${'x'.repeat(600)}`])
    assert.equal(readUserIdentity(none), null, none);
  const told = `${a}-${b}-li.lei`;
  assert.equal(writeUserIdentity(readUserIdentity(told)!), told);
});
