import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../../src/sip/wire/fault.ts';
import type { SipMessage } from '../../../src/sip/wire/message.ts';
import { MAX_HEAD_BYTES, parseDatagram } from '../../../src/sip/wire/parse.ts';
import { serialize } from '../../../src/sip/wire/serialize.ts';
import {
  MAX_BODY_BYTES,
  MAX_FAULTS_IN_A_ROW,
  MAX_GARBAGE_BYTES,
  MAX_LINE_BYTES,
  SipStream,
} from '../../../src/sip/wire/stream.ts';
import { FIXTURES, fixture, plain, wire } from '../fixtures.ts';

const HEAD = 'From: <sip:1@d>;tag=a\nTo: <sip:2@d>\nCall-ID: c1\n';
const options = wire(`OPTIONS sip:2@d SIP/2.0\n${HEAD}CSeq: 1 OPTIONS\nContent-Length: 0\n\n`);
const bare = wire(`BYE sip:2@d SIP/2.0\n${HEAD}CSeq: 2 BYE\n\n`);
const body = wire(`MESSAGE sip:2@d SIP/2.0\n${HEAD}CSeq: 3 MESSAGE\nl: 13\n\n<a>\n\nOPTIONS`).subarray(0, -1);
const lf = Buffer.from(`MESSAGE sip:2@d SIP/2.0\n${HEAD}CSeq: 4 MESSAGE\nContent-Length: 3\n\nabc`);
const short = wire(`MESSAGE sip:2@d SIP/2.0\n${HEAD}CSeq: 5 MESSAGE\nContent-Length: 4\n\n<a>b</a>`);
const negative = wire(`MESSAGE sip:2@d SIP/2.0\n${HEAD}CSeq: 6 MESSAGE\nContent-Length: -4\n\n<a>b</a>\n`);
const version = wire(`OPTIONS sip:2@d SIP/3.0\n${HEAD}CSeq: 6 OPTIONS\nContent-Length: 0\n\n`);
const captured = Buffer.concat(
  FIXTURES.map((name) => parseDatagram(fixture(name))).flatMap((m) => (m.kind === 'fault' ? [] : [serialize(m)])),
);

/** A byte stream and what comes out: method, status or fault code of each. */
const cases: readonly { name: string; bytes: Buffer; out: readonly (string | number)[] }[] = [
  { name: 'one message', bytes: options, out: ['OPTIONS'] },
  { name: 'three in a row', bytes: Buffer.concat([options, body, bare]), out: ['OPTIONS', 'MESSAGE', 'BYE'] },
  {
    name: 'keep-alives before, between and after (RFC 5626)',
    bytes: Buffer.concat([wire('\n\n'), options, wire('\n\n\n\n'), body, Buffer.of(0, 0), bare, wire('\n')]),
    out: ['OPTIONS', 'MESSAGE', 'BYE'],
  },
  {
    name: 'line ends of LF alone (SIP-5)',
    bytes: Buffer.concat([lf, lf, options]),
    out: ['MESSAGE', 'MESSAGE', 'OPTIONS'],
  },
  {
    name: 'a Content-Length that cuts the body, the next message glued to the rest (SIP-6)',
    bytes: Buffer.concat([short, options, short, wire('\n'), bare]),
    out: ['MESSAGE', 'start-line', 'OPTIONS', 'MESSAGE', 'start-line', 'BYE'],
  },
  {
    name: 'a Content-Length that is none',
    bytes: Buffer.concat([negative, options]),
    out: ['content-length', 'start-line', 'OPTIONS'],
  },
  {
    name: 'another version between',
    bytes: Buffer.concat([options, version, bare]),
    out: ['OPTIONS', 'version', 'BYE'],
  },
  {
    name: 'garbage of many lines is one fault',
    bytes: Buffer.concat([wire('a\nb\n\nc\n'), options]),
    out: ['start-line', 'OPTIONS'],
  },
  {
    name: 'a line without end',
    bytes: Buffer.concat([Buffer.alloc(MAX_LINE_BYTES + 5, 0x78), wire('\n'), options]),
    out: ['start-line', 'OPTIONS'],
  },
];

for (const c of cases) {
  test(`a stream cut at every byte: ${c.name}`, () => {
    const whole = new SipStream().push(c.bytes);
    assert.deepEqual(whole.map(label), c.out);
    for (let at = 0; at <= c.bytes.length; at += c.bytes.length > 4096 ? 7 : 1) {
      const stream = new SipStream();
      const out = [...stream.push(c.bytes.subarray(0, at)), ...stream.push(c.bytes.subarray(at))];
      assert.deepEqual(out.map(plain), whole.map(plain), `cut at ${at}`);
      assert.equal(stream.pendingBytes, 0);
    }
  });

  test(`a stream byte by byte: ${c.name}`, () => {
    const stream = new SipStream();
    const one = Buffer.alloc(1); // reused: nothing may keep it
    const out: (SipMessage | Fault)[] = [];
    for (const byte of c.bytes) {
      one[0] = byte;
      out.push(...stream.push(one));
    }
    assert.deepEqual(out.map(plain), new SipStream().push(c.bytes).map(plain));
  });
}

test('all captured messages on one connection, cut at every byte', () => {
  const whole = new SipStream().push(captured);
  assert.equal(whole.length, FIXTURES.length);
  assert.ok(whole.every((message) => message.kind !== 'fault'));
  const expected = whole.map(plain);
  for (let at = 1; at < captured.length; at += 1) {
    const stream = new SipStream();
    const out = [...stream.push(captured.subarray(0, at)), ...stream.push(captured.subarray(at))];
    assert.equal(out.length, expected.length, `cut at ${at}`);
    if (at % 97 === 0) assert.deepEqual(out.map(plain), expected, `cut at ${at}`);
  }
});

test('a body of the largest size passes, a longer one ends the stream before it is stored', () => {
  const head = (length: number) =>
    wire(`MESSAGE sip:2@d SIP/2.0\n${HEAD}CSeq: 1 MESSAGE\nContent-Length: ${length}\n\n`);
  const stream = new SipStream();
  assert.deepEqual(stream.push(head(MAX_BODY_BYTES)), []);
  const half = Buffer.alloc(MAX_BODY_BYTES / 2, 0x61);
  assert.deepEqual(stream.push(half), []);
  const [message] = stream.push(half);
  assert.equal(message?.kind === 'request' && message.body.length, MAX_BODY_BYTES);
  assert.deepEqual(stream.push(head(MAX_BODY_BYTES + 1)).map(label), ['body-too-long']);
  assert.ok(stream.dead);
  assert.deepEqual(stream.push(options), []);
  assert.equal(stream.pendingBytes, 0);
});

test('headers without end close the stream', () => {
  const stream = new SipStream();
  assert.deepEqual(stream.push(wire('OPTIONS sip:2@d SIP/2.0\n')), []);
  const line = wire(`X: ${'y'.repeat(997)}\n`);
  const out: (SipMessage | Fault)[] = [];
  for (let sent = 0; sent < 2 * MAX_HEAD_BYTES; sent += line.length) {
    out.push(...stream.push(line));
    assert.ok(stream.pendingBytes <= MAX_HEAD_BYTES);
  }
  assert.deepEqual(out.map(label), ['headers-too-long']);
  assert.ok(stream.dead);
});

test('garbage without end closes the stream and is never stored', () => {
  const stream = new SipStream();
  const noise = Buffer.alloc(4096, 0x78);
  let pushed = 0;
  while (!stream.dead && pushed < 10 * MAX_GARBAGE_BYTES) {
    stream.push(noise);
    pushed += noise.length;
    assert.ok(stream.pendingBytes <= MAX_LINE_BYTES);
  }
  assert.ok(stream.dead);
  assert.ok(pushed >= MAX_GARBAGE_BYTES && pushed <= MAX_GARBAGE_BYTES + 2 * MAX_LINE_BYTES);
});

test('faults in a row close the stream, one message between them forgives', () => {
  const stream = new SipStream();
  for (let n = 1; n < MAX_FAULTS_IN_A_ROW; n += 1) assert.equal(stream.push(version).length, 1);
  assert.ok(!stream.dead);
  assert.deepEqual(stream.push(options).map(label), ['OPTIONS']);
  for (let n = 1; n < MAX_FAULTS_IN_A_ROW; n += 1) stream.push(version);
  assert.ok(!stream.dead);
  stream.push(version);
  assert.ok(stream.dead);
});

test('faults name their place in the stream', () => {
  const [first, second] = new SipStream().push(Buffer.concat([options, version]));
  assert.equal(first?.kind, 'request');
  assert.equal(second?.kind === 'fault' && second.offset, options.length);
});

function label(message: SipMessage | Fault): string | number {
  if (message.kind === 'fault') return message.code;
  return message.kind === 'request' ? message.method : message.status;
}

test('who wants the bytes gets each message as it came, wherever the reads were cut', () => {
  const messages = [
    'OPTIONS sip:1@d SIP/2.0\nVia:SIP/2.0/TCP h;branch=z9hG4bKa\nf: <sip:1@d>;tag=a\nt: <sip:2@d>\ni: c\nCSeq: 1 OPTIONS\nl: 3\n\nabc',
    'SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKb\r\nFrom: <sip:1@d>;tag=a\r\nTo: <sip:2@d>\r\nCall-ID: d\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n',
  ];
  const wire = Buffer.from(`\r\n\r\n${messages[0]}\r\n${messages[1]}`, 'latin1');
  for (let cut = 0; cut <= wire.length; cut += 1) {
    const seen: string[] = [];
    const stream = new SipStream((bytes) => seen.push(Buffer.from(bytes).toString('latin1')));
    assert.equal(stream.push(wire.subarray(0, cut)).length + stream.push(wire.subarray(cut)).length, 2);
    assert.deepEqual(seen, messages, `cut at ${cut}`);
  }
});
