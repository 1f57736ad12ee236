import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userOf } from '../../../src/sip/wire/address.ts';
import type { SipMessage } from '../../../src/sip/wire/message.ts';
import { parseDatagram } from '../../../src/sip/wire/parse.ts';
import { makeResponse } from '../../../src/sip/wire/response.ts';
import { serialize } from '../../../src/sip/wire/serialize.ts';
import { FIXTURES, fixture, plain, requestOf, wire } from '../fixtures.ts';
import { cases } from './parse.cases.ts';

for (const c of cases) {
  test(`a datagram: ${c.name}`, () => {
    const message = parseDatagram(c.bytes);
    if (c.fault !== undefined || message.kind === 'fault') {
      assert.equal(message.kind === 'fault' ? message.code : message.kind, c.fault);
      return;
    }
    assert.equal(message.kind === 'request' ? message.method : message.status, c.method ?? c.status);
    for (const [name, value] of Object.entries(c.headers ?? {})) assert.equal(message.headers.get(name), value, name);
    if (c.body !== undefined) assert.equal(Buffer.from(message.body).toString('latin1'), c.body);
    assert.deepEqual(message.tolerated ?? [], c.tolerated ?? []);
  });
}

test('every captured message is read, and read the same after it was written', () => {
  assert.equal(FIXTURES.length, 21);
  for (const name of FIXTURES) {
    const first = parseDatagram(fixture(name));
    assert.notEqual(first.kind, 'fault', name);
    if (first.kind === 'fault') continue;
    const again = parseDatagram(serialize(first));
    assert.notEqual(again.kind, 'fault', name);
    if (again.kind === 'fault') continue;
    const expected = { ...first, headers: first.headers.clone() };
    expected.headers.delete('Content-Length').add('Content-Length', String(first.body.length));
    assert.deepEqual(untold(again), untold(expected), name);
  }
});

test('a captured keep-alive has the bytes it was captured with', () => {
  const message = requestOf(fixture('ip-camera-keepalive.sip'));
  assert.equal(message.method, 'MESSAGE');
  assert.equal(userOf(message.headers.get('From')), '34020000001320000002');
  assert.equal(message.headers.get('Via'), 'SIP/2.0/UDP 10.192.33.95:5060;rport;branch=z9hG4bK1171736073');
  assert.equal(message.body.length, 191);
  assert.match(Buffer.from(message.body).toString(), /<SN>3634867<\/SN>/);
});

test('a datagram of 65,507 bytes is read whole (SIP-7)', () => {
  const head = 'MESSAGE sip:2@d SIP/2.0\nFrom: sip:1@d;tag=a\nTo: sip:2@d\nCall-ID: c\nCSeq: 1 MESSAGE\n';
  const room = 65_507 - wire(`${head}Content-Length: 65000\n\n`).length;
  const bytes = Buffer.concat([wire(`${head}Content-Length: ${room}\n\n`), Buffer.alloc(room, 0x61)]);
  assert.equal(bytes.length, 65_507);
  assert.equal(requestOf(bytes).body.length, room);
});

test('what is written cannot gain a line from a value', () => {
  const message = requestOf(fixture('ip-camera-register.sip'));
  message.headers.set('Subject', 'a\r\nX-Evil: 1\nY: 2');
  const bytes = serialize({ ...message, method: 'REGISTER' });
  const again = requestOf(bytes);
  assert.equal(again.headers.get('X-Evil'), undefined);
  assert.equal(again.headers.get('Subject'), 'a X-Evil: 1 Y: 2');
  message.headers.set('Subject', 'ab\u010aX-Evil: 1'); // its low byte is a line feed
  assert.equal(requestOf(serialize(message)).headers.get('X-Evil'), undefined);
});

test('characters beyond one byte leave as UTF-8', () => {
  const message = requestOf(fixture('ip-camera-register.sip'));
  message.headers.set('Subject', '海康');
  assert.ok(serialize(message).includes(Buffer.from('Subject: 海康\r\n', 'utf8')));
});

test('text that makes careless patterns crawl is read at once', () => {
  const blanks = ' '.repeat(30_000);
  const rest = 'From: <sip:1@d>;tag=a\nTo: <sip:2@d>\nCall-ID: c\nCSeq: 1 BYE\n\n';
  const hostile = [
    `SIP/2.0 200${blanks}\rx\n${rest}`,
    `BYE sip:2@d${blanks} SIP\n${rest}`,
    `BYE sip:2@d:${'1'.repeat(30_000)}x SIP/2.0\n${rest}`,
    `BYE sip:2@d SIP/2.0\nVia: SIP/2.0/UDP h:${blanks}x\n${rest}`,
    `BYE sip:2@d SIP/2.0\nVia: SIP/2.0/UDP h${blanks}x\n${rest}`,
    `BYE sip:2@d SIP/2.0\nVia: SIP/2.0/UDP h${';a=b'.repeat(7000)}\n${rest}`,
    `BYE sip:2@d SIP/2.0\nVia: ${'"\\'.repeat(9000)}\n${rest}`,
    `BYE sip:2@d SIP/2.0\nTo: <sip:2@d>;tag${blanks}x\n${rest}`,
    `BYE sip:2@d SIP/2.0\nTo: <sip:2@d>${';tag'.repeat(7000)}x\n${rest}`,
    `BYE sip:2@d SIP/2.0\nCSeq: 1${blanks}(\n${rest}`,
    `BYE sip:2@d SIP/2.0\nX: ${'\u0001 '.repeat(15_000)}\n${rest}`,
  ];
  for (const text of hostile) {
    // The best of a few: a busy machine may be elsewhere during one of them.
    const took = Array.from({ length: 5 }, () => {
      const startedMs = performance.now();
      const message = parseDatagram(Buffer.from(text, 'latin1'));
      if (message.kind === 'request')
        serialize(makeResponse(message, 200, 'OK', { from: { host: '192.0.2.1', port: 1 } }));
      return performance.now() - startedMs;
    });
    assert.ok(Math.min(...took) < 100, `${took.map(Math.round)} ms for ${text.slice(0, 50)}`);
  }
});

/** Plain data without the deviations, which are gone once we have written the message. */
function untold(message: SipMessage): unknown {
  return { ...(plain(message) as object), tolerated: undefined };
}
