import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatNameAddr, parseNameAddr, tagOf, userOf } from '../../../src/sip/wire/address.ts';
import { Headers, splitList } from '../../../src/sip/wire/headers.ts';
import { contentTypeOf, cseqOf } from '../../../src/sip/wire/message.ts';
import { makeResponse } from '../../../src/sip/wire/response.ts';
import { serialize } from '../../../src/sip/wire/serialize.ts';
import { formatUri, parseUri } from '../../../src/sip/wire/uri.ts';
import { formatVia, ownVia, parseVia, viaAsReceived } from '../../../src/sip/wire/via.ts';
import { fixture, requestOf, wire } from '../fixtures.ts';

const uris: readonly [text: string, user: string | null, host: string | null, port?: number][] = [
  ['sip:34020000001320000001@192.168.1.64:5060', '34020000001320000001', '192.168.1.64', 5060],
  ['sip:34020000002000000001@3402000000', '34020000002000000001', '3402000000'],
  ['SIP:34020000002000000001@3402000000.spvmn.cn', '34020000002000000001', '3402000000.spvmn.cn'],
  ['sip:192.168.1.64', null, '192.168.1.64'],
  ['sips:1@[2001:db8::1]:5061;transport=tcp', '1', '[2001:db8::1]', 5061],
  ['sip:user;par=u%40example.net@example.com', 'user;par=u%40example.net', 'example.com'],
  ['sip:1@h:99999', '1', 'h'],
  ['sip:1@h:', '1', 'h'],
  ['sip:1@', null, null],
  ['sip:', null, null],
  ['1@h', null, null],
  ['sip:1@h h', null, null],
];

test('URIs', () => {
  for (const [text, user, host, port] of uris) {
    const uri = parseUri(text);
    assert.deepEqual(uri && [uri.user, uri.host, uri.port], host === null ? null : [user, host, port ?? null], text);
  }
  assert.equal(
    formatUri(parseUri('sip:1@[::1]:5061;transport=tcp;lr?Subject=x')!),
    'sip:1@[::1]:5061;transport=tcp;lr?Subject=x',
  );
});

const addresses: readonly [text: string, user: string | null, display: string | null, tag: string | null][] = [
  ['<sip:1@h>;tag=x', '1', null, 'x'],
  ['"A, <B>" <sip:1@h;tag=uri>;tag=x', '1', 'A, <B>', 'x'],
  ['Camera 01 <sip:1@h> ; tag = x', '1', 'Camera 01', 'x'],
  ['sip:1@h;tag=x', '1', null, 'x'],
  ['sip:1@h', '1', null, null],
  ['<sip:1@h>;tag=', '1', null, null],
  ['<sip:1@h;tag=inside', '1', null, null],
  ['*', null, null, null],
  ['', null, null, null],
];

test('From, To and Contact, with and without brackets (SIP-9)', () => {
  for (const [text, user, display, tag] of addresses) {
    assert.deepEqual([userOf(text), parseNameAddr(text)?.display ?? null, tagOf(text)], [user, display, tag], text);
  }
  assert.equal(formatNameAddr(parseNameAddr('A "q" <sip:1@h>;tag=x')!), '"A \\"q\\"" <sip:1@h>;tag=x');
});

test('Via, also as RFC 4475 bends it', () => {
  const via = parseVia(
    'SIP  / 2.0  / udp   first.example.com  : 4000 ; ttl=16 ;maddr=224.2.0.1 ; branch = z9hG4bKa7c6a8 ',
  );
  assert.deepEqual(
    [via?.transport, via?.host, via?.port, via?.params.get('branch')],
    ['UDP', 'first.example.com', 4000, 'z9hG4bKa7c6a8'],
  );
  assert.equal(formatVia(parseVia('SIP/2.0/TCP [::1]:5060;rport;branch=z')!), 'SIP/2.0/TCP [::1]:5060;rport;branch=z');
  for (const broken of ['', 'SIP/2.0/UDP', 'HTTP/1.1 x', 'SIP/2.0/UDP ;branch=x']) assert.equal(parseVia(broken), null);
  assert.equal(ownVia('udp', '::1', 5060, 'z'), 'SIP/2.0/UDP [::1]:5060;rport;branch=z');
});

test('received and rport say where a request came from, asked or not (SIP-1)', () => {
  const seen = (via: string) => viaAsReceived(via, '198.51.100.7', 1024);
  assert.equal(
    seen('SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bK1'),
    'SIP/2.0/UDP 10.0.0.2:5060;rport=1024;branch=z9hG4bK1;received=198.51.100.7',
  );
  assert.equal(seen('SIP/2.0/UDP 10.0.0.2;branch=z'), 'SIP/2.0/UDP 10.0.0.2;branch=z;rport=1024;received=198.51.100.7');
  assert.equal(
    seen('SIP/2.0/UDP 10.0.0.2;received=1.1.1.1;branch=z'),
    'SIP/2.0/UDP 10.0.0.2;received=198.51.100.7;branch=z;rport=1024',
  );
  assert.equal(seen('nonsense'), 'nonsense');
});

test('headers: order, names, lists', () => {
  const headers = Headers.of([
    ['v', 'a'],
    ['VIA', 'b, c'],
    ['X-Own', '1'],
    ['f', 'x'],
  ]);
  assert.deepEqual(
    [...headers],
    [
      ['Via', 'a'],
      ['Via', 'b, c'],
      ['X-Own', '1'],
      ['From', 'x'],
    ],
  );
  assert.deepEqual(headers.list('Via'), ['a', 'b', 'c']);
  assert.deepEqual(headers.all('via'), ['a', 'b, c']);
  headers.set('Via', 'z').delete('x-own').prepend('To', 't');
  assert.deepEqual(
    [...headers],
    [
      ['To', 't'],
      ['Via', 'z'],
      ['From', 'x'],
    ],
  );
  assert.equal(headers.get('__proto__'), undefined);
  assert.deepEqual(splitList('"a,b" <sip:1@h,x>, <sip:2@h>;q="1,2",,'), ['"a,b" <sip:1@h,x>', '<sip:2@h>;q="1,2"']);
});

test('CSeq and content type', () => {
  const of = (name: string, value: string) => ({ headers: Headers.of([[name, value]]) });
  assert.deepEqual(cseqOf(of('CSeq', '20 MESSAGE')), { number: 20, method: 'MESSAGE' });
  for (const broken of ['', 'x', '1', '-1 X', '4294967296 X', '1.5 X'])
    assert.equal(cseqOf(of('CSeq', broken)), null, broken);
  assert.equal(contentTypeOf(of('c', 'APPLICATION/MANSCDP+XML; charset=x')), 'application/manscdp+xml');
});

test('a response has what RFC 3261 8.2.6 asks, and the source it really came from', () => {
  const request = requestOf(fixture('ip-camera-register.sip'));
  const from = { host: '198.51.100.7', port: 40_000 };
  const response = makeResponse(request, 401, 'Unauthorized', { from, headers: [['X-GB-Ver', '3.0']], toTag: 't1' });
  assert.equal(
    serialize(response).toString('latin1'),
    wire(`SIP/2.0 401 Unauthorized
Via: SIP/2.0/UDP 10.192.33.95:5060;rport=40000;branch=z9hG4bK863117711;received=198.51.100.7
From: <sip:34020000001320000002@34020000>;tag=294565749
To: <sip:34020000001320000002@34020000>;tag=t1
Call-ID: 1973051184
CSeq: 1 REGISTER
X-GB-Ver: 3.0
Content-Length: 0

`).toString('latin1'),
  );
  assert.equal(makeResponse(request, 100, 'Trying', { from }).headers.get('To'), '<sip:34020000001320000002@34020000>');
  const derived = makeResponse(request, 200, 'OK', { from }).headers.get('To');
  assert.match(derived ?? '', /;tag=[0-9a-f]{10}$/);
  assert.equal(makeResponse(request, 403, 'Forbidden', { from }).headers.get('To'), derived);
  const bye = requestOf(fixture('camera-bye.sip')); // its To says `tag=` and nothing
  assert.equal(
    makeResponse(bye, 200, 'OK', { from, toTag: 'q' }).headers.get('To'),
    '<sip:xxx@192.168.0.107:5060>;tag=q',
  );
});

test('every Via goes back, only the top one is marked', () => {
  const request = requestOf(
    wire(
      'OPTIONS sip:2@d SIP/2.0\nVia: SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;branch=2\nVia: SIP/2.0/TCP c;branch=3\nFrom: sip:1@d;tag=a\nTo: sip:2@d\nCall-ID: c\nCSeq: 1 OPTIONS\n\n',
    ),
  );
  assert.deepEqual(makeResponse(request, 200, 'OK', { from: { host: '1.2.3.4', port: 5 } }).headers.all('Via'), [
    'SIP/2.0/UDP a;branch=1;rport=5;received=1.2.3.4',
    'SIP/2.0/UDP b;branch=2',
    'SIP/2.0/TCP c;branch=3',
  ]);
});
