import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readTls } from '../../src/http/tls-files.ts';
import { selfSigned, VALID_DAYS } from '../../src/http/tls-self-signed.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const HOSTS = ['cameras.example', '192.168.1.10', 'fd00::12:3', '::1'];
const DAY_MS = 86_400_000;

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-tls-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a certificate of our own: X.509 v3, EC P-256, for every name and address', () => {
  const { cert, key } = selfSigned({ hosts: HOSTS, epochMs: NOW_MS, random: randomBytes });
  const read = new X509Certificate(cert);
  assert.equal(read.subject, 'CN=gbgate cameras.example');
  assert.equal(read.issuer, read.subject);
  assert.ok(read.verify(read.publicKey));
  assert.ok(read.checkPrivateKey(createPrivateKey(key)));
  assert.equal(read.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  assert.equal(read.ca, false);
  assert.equal(read.checkHost('cameras.example'), 'cameras.example');
  for (const address of HOSTS.slice(1)) assert.equal(read.checkIP(address), address);
  assert.equal(read.checkIP('192.168.1.11'), undefined);
  assert.equal(Date.parse(read.validFrom), NOW_MS - DAY_MS);
  assert.equal(Date.parse(read.validTo), NOW_MS + (VALID_DAYS - 1) * DAY_MS);
  assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.1']);
});

test('beyond 2049 the dates have four digits of the year', () => {
  const epochMs = Date.UTC(2049, 5, 1);
  const read = new X509Certificate(selfSigned({ hosts: ['a'], epochMs, random: randomBytes }).cert);
  assert.equal(Date.parse(read.validTo), epochMs + (VALID_DAYS - 1) * DAY_MS);
});

test('openssl reads and verifies it', (t) => {
  const folder = folderOf(t);
  const path = join(folder, 'cert.pem');
  const { cert } = selfSigned({ hosts: HOSTS, epochMs: Date.now(), random: randomBytes });
  writeFileSync(path, cert);
  const text = execFileSync('openssl', ['x509', '-in', path, '-noout', '-text']).toString();
  assert.match(text, /Version: 3/);
  assert.match(text, /ecdsa-with-SHA256/);
  assert.match(
    text,
    /DNS:cameras\.example, IP Address:192\.168\.1\.10, IP Address:FD00:0:0:0:0:0:12:3, IP Address:0:0:0:0:0:0:0:1/,
  );
  assert.match(text, /TLS Web Server Authentication/);
  const verdict = execFileSync('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', path, path]);
  assert.match(verdict.toString(), /: OK/);
});

test('it is made once, kept for us alone, and made anew before it ends or when it is damaged', (t) => {
  const folder = folderOf(t);
  const wish = { cert: null, key: null, selfSigned: true };
  const read = (epochMs: number) => {
    const pair = readTls(wish, { folder, hosts: ['cameras.example'], epochMs });
    assert.ok(pair !== null && !('fault' in pair));
    return pair;
  };
  const first = read(NOW_MS);
  const certificate = new X509Certificate(first.cert);
  for (const host of ['localhost', 'cameras.example']) assert.ok(certificate.checkHost(host), host);
  for (const address of ['127.0.0.1', '::1']) assert.ok(certificate.checkIP(address), address);
  assert.equal(statSync(join(folder, 'tls', 'self-signed.key')).mode & 0o777, 0o600);
  assert.deepEqual(read(NOW_MS + 700 * DAY_MS), first, 'kept');
  const second = read(NOW_MS + 800 * DAY_MS);
  assert.notEqual(second.cert, first.cert, 'about to end');
  writeFileSync(join(folder, 'tls', 'self-signed.pem'), 'junk');
  const third = read(NOW_MS + 800 * DAY_MS);
  assert.notEqual(third.cert, second.cert, 'damaged');
  assert.equal(readFileSync(join(folder, 'tls', 'self-signed.pem'), 'utf8'), third.cert);
});

test('files that cannot be used are one sentence', (t) => {
  const folder = folderOf(t);
  const o = { folder, hosts: [], epochMs: NOW_MS };
  const [a, b] = [1, 2].map(() => selfSigned({ hosts: ['a'], epochMs: NOW_MS, random: randomBytes }));
  const put = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const [cert, key, other, junk] = [
    put('a.pem', a!.cert),
    put('a.key', a!.key),
    put('b.key', b!.key),
    put('junk', 'x'),
  ];
  const fault = (certPath: string | null, keyPath: string | null) => {
    const read = readTls({ cert: certPath, key: keyPath, selfSigned: false }, o);
    return read !== null && 'fault' in read ? read.fault : '';
  };
  assert.deepEqual(readTls({ cert, key, selfSigned: true }, o), a);
  assert.equal(readTls({ cert: null, key: null, selfSigned: false }, o), null);
  assert.match(fault(cert, null), /needs its key/);
  assert.match(fault(null, key), /needs its key/);
  assert.match(fault(cert, other), /does not belong/);
  assert.match(fault(cert, junk), /no certificate and key/);
  assert.match(fault(join(folder, 'none'), key), /none cannot be read: ENOENT/);
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o500);
    const read = readTls({ cert: null, key: null, selfSigned: true }, o);
    chmodSync(folder, 0o700);
    assert.ok(read !== null && 'fault' in read && /cannot be written: EACCES/.test(read.fault));
  }
});
