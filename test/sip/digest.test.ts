import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answerChallenge,
  type DigestAlgorithm,
  digestHa1,
  digestResponse,
  formatChallenge,
  parseChallenge,
  parseCredentials,
  verifyDigest,
} from '../../src/sip/digest.ts';

const base = {
  username: '34020000001320000001',
  realm: '3402000000',
  password: '12345678',
  method: 'REGISTER',
  uri: 'sip:34020000002000000001@3402000000',
  nonce: '6fe9ba44a76be22a',
};

const published: [DigestAlgorithm, plain: string, qop: string][] = [
  ['MD5', '6a2143ae65b119e276a75f0a4a8992b7', 'fb6d2f768312116118c121c2608cf961'],
  [
    'SHA-256',
    'f934d2c150a99b608676e3f62c5ac1c5d5bacc027c808532cc831040636231ed',
    'ae05ead0765a80e9c832fbcb4e67ee44f419e0dded67f46186dea5e245b401a6',
  ],
  [
    'SM3',
    'bc06d90d6e24e70408614d2198479eb32afafb8eb3078d7fd23f0ca58ee2a5b8',
    'edc8701bbdec9020863dcb4f1ce4e22c46b8dc3ea09de2fa80df49684672d4d0',
  ],
];

for (const [algorithm, plain, qop] of published) {
  test(`published vector ${algorithm}`, () => {
    const ha1 = digestHa1(algorithm, base.username, base.realm, base.password);
    if (algorithm === 'MD5') assert.equal(ha1, '8258341d7dd730ce4d3b8fd2db050320');
    assert.equal(digestResponse({ ...base, algorithm, ha1 }), plain);
    assert.equal(digestResponse({ ...base, algorithm, ha1, qop: 'auth', nc: '00000001', cnonce: '0a4f113b' }), qop);
  });
}

/** Authorization headers as captured, with the password that verifies them. */
const captured: [name: string, password: string, header: string][] = [
  [
    'IP Camera, qop=auth, unquoted',
    'admin123',
    'Digest username="34020000001320000002", realm="34020000", nonce="1ba00522b15b098aa2c05150cdb0df31", uri="sip:34020000001320000010@34020000", response="ff34c4434d132ad9b956c729aa229194", algorithm=MD5, cnonce="0a4f113b", qop=auth, nc=00000001',
  ],
  [
    'no qop, platform with ten-digit realm',
    '12345678',
    'Digest username="34020000001320000088",realm="3402000000",nonce="9485904448344456af5449b51759016e",uri="sip:34020000002000000001@3402000000",response="b1cfb3f036fbcf7d13b8ee3bbff89906"',
  ],
  [
    'Hikvision register, user name admin (REG-1, REG-4)',
    '12345',
    'Digest username="admin", realm="hik", nonce="a8afe6fcbee6331d89d3eb0d3d19ce39", uri="sip:130909115229300920@10.64.49.44:7100", response="907ddb1bcc25174d7de4a96c947fb066", algorithm=MD5, opaque="a853e4f25298413f9bf3a9aa6767857d"',
  ],
  [
    'Hikvision unregister',
    '12345',
    'Digest username="admin", realm="hik", nonce="42dc1acbe02b15743942c0af9314768b", uri="sip:130909115229300920@10.64.49.44:7100", response="7328353ed26e3f2edf3ff57e834d5665", algorithm=MD5, opaque="8e3da4136ac9ab537de09a9932c2a9a3"',
  ],
];

for (const [name, password, header] of captured) {
  test(`captured: ${name}`, () => {
    const credentials = parseCredentials(header);
    assert.ok(credentials);
    assert.equal(verifyDigest(credentials, 'REGISTER', password), true);
    assert.equal(verifyDigest(credentials, 'REGISTER', `${password} `), false);
    assert.equal(verifyDigest(credentials, 'INVITE', password), false);
    assert.equal(
      verifyDigest({ ...credentials, response: credentials.response.slice(1) }, 'REGISTER', password),
      false,
    );
  });
}

test('nc and uri are hashed as written, not re-formatted (REG-2)', () => {
  const ha1 = digestHa1('MD5', 'u', 'r', 'p');
  const nc = '0000000a';
  const response = digestResponse({
    ha1,
    method: 'REGISTER',
    uri: 'sip:X@R;a=B',
    nonce: 'n',
    qop: 'auth',
    nc,
    cnonce: 'c',
  });
  const text = `Digest username="u",realm="r",nonce="n",uri="sip:X@R;a=B",response="${response.toUpperCase()}",qop="auth",nc="${nc}",cnonce="c"`;
  const credentials = parseCredentials(text);
  assert.ok(credentials);
  assert.equal(credentials.nc, nc);
  assert.equal(verifyDigest(credentials, 'REGISTER', 'p'), true);
});

test('headers that are no usable digest', () => {
  const whole = 'username="u",realm="r",nonce="n",uri="sip:x",response="0"';
  assert.ok(parseCredentials(`  DIGEST   ${whole}`));
  assert.ok(parseCredentials(`Digest ${whole},algorithm="md5"`));
  for (const bad of [
    '',
    'Digest',
    `Basic ${whole}`,
    'Capability algorithm="A:RSA;H:MD5"',
    'Digest username="u"',
    `Digest ${whole},algorithm=ROT13`,
    `Digest ${whole},qop=auth-int`,
    `Digest ${'x,'.repeat(40_000)}`,
  ]) {
    assert.equal(parseCredentials(bad), null, bad.slice(0, 60));
  }
});

test('of a parameter that comes twice the first counts', () => {
  const credentials = parseCredentials('Digest username="u",realm="r",nonce="n",uri="sip:x",response="1",response="2"');
  assert.equal(credentials?.response, '1');
});

test('a challenge always names its algorithm (REG-3), and its answer verifies', () => {
  for (const algorithm of ['MD5', 'SHA-256', 'SM3'] as const) {
    for (const qop of [true, false]) {
      const header = formatChallenge({ realm: '3402000000', nonce: 'abc', algorithm, qop, stale: !qop });
      assert.match(header, new RegExp(`algorithm=${algorithm}`));
      const challenge = parseChallenge(header);
      assert.deepEqual(challenge, {
        realm: '3402000000',
        nonce: 'abc',
        algorithm,
        qopAuth: qop,
        opaque: undefined,
        stale: !qop,
      });
      const answer = answerChallenge(challenge, {
        username: 'x',
        password: 'pä',
        method: 'REGISTER',
        uri: 'sip:a@b',
        cnonce: 'c1',
        nc: 17,
      });
      const credentials = parseCredentials(answer);
      assert.ok(credentials);
      assert.equal(credentials.nc, qop ? '00000011' : undefined);
      assert.equal(verifyDigest(credentials, 'REGISTER', 'pä'), true);
    }
  }
});

test('a response with a byte that is no letter is wrong, and nothing is thrown', () => {
  const credentials = parseCredentials(
    `Digest username="a",realm="r",nonce="n",uri="sip:x",response="\u00e9${'a'.repeat(31)}"`,
  );
  assert.ok(credentials !== null);
  assert.equal(verifyDigest(credentials, 'REGISTER', 'secret'), false);
});

test('a long header is none, and a long word in one is read once, not from each of its letters', () => {
  const header = 'Digest username="a",realm="r",nonce="n",uri="sip:x",response="r"';
  assert.ok(parseCredentials(header.padEnd(4096, ' ')) !== null);
  assert.equal(parseCredentials(header.padEnd(4097, ' ')), null);
  const word = `Digest ${'a'.repeat(3900)} ${header.slice('Digest '.length)}`;
  const startedMs = performance.now();
  for (let i = 0; i < 1500; i += 1) assert.ok(parseCredentials(word) !== null);
  // letter by letter it takes a minute
  assert.ok(performance.now() - startedMs < 5000);
});
