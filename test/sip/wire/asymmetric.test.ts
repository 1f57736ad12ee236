import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import {
  isProof,
  makeNonce,
  openNonce,
  readAsymmetricAnswer,
  readAsymmetricChallenge,
  readCapability,
  writeAsymmetricAnswer,
  writeAsymmetricChallenge,
  writeCapability,
} from '../../../src/sip/wire/asymmetric.ts';

/** Keys of nobody, made for this test by openssl, and a nonce that it made of them. */
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/certificates/${name}`, import.meta.url));
const text = (name: string) => readFileSync(fixture(name), 'utf8');
const NONCE = text('nonce.txt').trim();
const SECRET = '00112233445566778899aabbccddeeff';
const platform = { private: createPrivateKey(text('platform.key')), public: createPublicKey(text('platform.pub')) };
const device = { private: createPrivateKey(text('device.key')), public: createPublicKey(text('device.pub')) };

test('the headers are those of the standard', () => {
  assert.equal(writeCapability(), 'Capability algorithm="A:RSA;H:MD5,SHA1,SHA256;S:DES,3DES"');
  assert.equal(writeAsymmetricChallenge('a&b', 'SHA256'), 'Asymmetric nonce="a&b",algorithm="A:RSA/ECB/PKCS1&SHA256"');
  const answer = `Asymmetric nonce="${NONCE}",response="3f5f157e7a15b1752928d9255d515b353b32f64f369e07af05c1f14ed04f0e5b",algorithm="A:RSA/ECB/PKCS1&SHA256"`;
  assert.equal(writeAsymmetricAnswer(NONCE, SECRET, 'SHA256'), answer);
  const older = `Asymmetric nonce="${NONCE}",response="244b63d27e071b9fb8be2bfcbdc5b48823bea182",algorithm="A:RSA/ECB/PKCS1&SHA1"`;
  assert.equal(writeAsymmetricAnswer(NONCE, SECRET, 'SHA1'), older);
});

test('a device reads the secret out of what openssl sealed and signed; nobody else does', () => {
  assert.equal(openNonce(NONCE, 'SHA256', { platform: platform.public, device: device.private }), SECRET);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 1024 });
  assert.equal(openNonce(NONCE, 'SHA256', { platform: platform.public, device: stranger.privateKey }), null);
  assert.equal(openNonce(NONCE, 'SHA256', { platform: stranger.publicKey, device: device.private }), null);
  assert.equal(openNonce(NONCE, 'SHA1', { platform: platform.public, device: device.private }), null);
  for (const spoilt of ['', '&', NONCE.slice(1), `${NONCE.split('&')[0]}&`, NONCE.split('&').reverse().join('&')])
    assert.equal(openNonce(spoilt, 'SHA256', { platform: platform.public, device: device.private }), null, spoilt);
});

test('openssl finds our signature good, and reads what we sealed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-asymmetric-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [signature = '', sealed = ''] = makeNonce(SECRET, 'SHA256', {
    platform: platform.private,
    device: device.public,
  }).split('&');
  // the signature of one key and one secret is always the same
  assert.equal(signature, NONCE.split('&')[0]);
  writeFileSync(join(folder, 'sealed'), Buffer.from(sealed, 'base64'));
  const opened = execFileSync('openssl', [
    ...['pkeyutl', '-decrypt', '-inkey', fixture('device.key'), '-pkeyopt', 'rsa_padding_mode:pkcs1'],
    ...['-in', join(folder, 'sealed')],
  ]);
  assert.equal(opened.toString(), SECRET);
});

test('what devices can do, as they write it', () => {
  for (const [header, hash] of [
    ['Capability algorithm="A:RSA;H:MD5,SHA1,SHA256;S:DES,3DES"', 'SHA256'],
    ['capability algorithm = "a:rsa; h:md5,sha-1"', 'SHA1'],
    ['Capability algorithm="H:MD5;A:RSA"', 'MD5'],
    ['Capability algorithm="A:SM2;H:SM3"', 'none'],
    ['Capability algorithm="A:RSA;H:SM3"', 'none'],
    ['Capability', 'none'],
    ['Digest algorithm="A:RSA;H:MD5"', null],
    [`Capability algorithm="A:RSA;H:MD5"${' '.repeat(5000)}`, null],
  ] as const)
    assert.equal(readCapability(header), hash, header.slice(0, 80));
});

test('challenges and answers, as the other side writes them', () => {
  assert.deepEqual(readAsymmetricChallenge('asymmetric algorithm="A:RSA/ECB/PKCS1&sha-1", nonce = "a&b"'), {
    nonce: 'a&b',
    hash: 'SHA1',
  });
  assert.deepEqual(readAsymmetricChallenge('Asymmetric nonce="a&b"'), { nonce: 'a&b', hash: 'SHA256' });
  assert.equal(readAsymmetricChallenge('Digest nonce="a"'), null);
  assert.deepEqual(readAsymmetricAnswer('Asymmetric response="ABC",nonce="a&b"'), { nonce: 'a&b', response: 'ABC' });
  for (const none of ['Asymmetric nonce="a&b"', 'Asymmetric response="a"', 'Digest nonce="a",response="b"'])
    assert.equal(readAsymmetricAnswer(none), null, none);
  const response = '3f5f157e7a15b1752928d9255d515b353b32f64f369e07af05c1f14ed04f0e5b';
  assert.equal(isProof(response.toUpperCase(), SECRET, NONCE, 'SHA256'), true);
  for (const wrong of ['', response.slice(1), `${response}0`, response.replace('3', '4'), 'é'.repeat(64)])
    assert.equal(isProof(wrong, SECRET, NONCE, 'SHA256'), false, wrong);
});

test('no header makes them throw', () => {
  fc.assert(
    fc.property(fc.constantFrom('Capability ', 'Asymmetric '), fc.string({ maxLength: 300 }), (scheme, rest) => {
      readCapability(scheme + rest);
      const challenge = readAsymmetricChallenge(scheme + rest);
      readAsymmetricAnswer(scheme + rest);
      if (challenge === null) return;
      const keys = { platform: platform.public, device: device.private };
      assert.equal(openNonce(challenge.nonce, challenge.hash, keys), null);
    }),
  );
});
