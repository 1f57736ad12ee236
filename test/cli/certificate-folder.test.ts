import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openCertificateFolder } from '../../src/cli/certificate-folder.ts';

const ID = '34020000001320000001';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-certificates-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function publicPem(bits = 1024): string {
  return generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({
    type: 'spki',
    format: 'pem',
  }) as string;
}

/** To make a real one takes minutes. */
function longKey(bits: number): string {
  const n = Buffer.alloc(bits / 8, 0xff).toString('base64url');
  return createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  }) as string;
}

function opened(t: TestContext, folder: string, warnings: string[] = []) {
  const read = openCertificateFolder(folder, (sentence) => warnings.push(sentence));
  assert.ok(!('fault' in read), 'fault' in read ? read.fault : '');
  t.after(() => read.close());
  return read;
}

test('an empty folder gets a key of ours, for nobody else to read, with its public half; both stay', (t) => {
  const folder = join(folderOf(t), 'new', 'certificates');
  const { platformKey } = opened(t, folder);
  assert.equal(platformKey.asymmetricKeyDetails?.modulusLength, 2048);
  assert.equal(statSync(join(folder, 'platform.key')).mode & 0o077, 0);
  const told = createPublicKey(readFileSync(join(folder, 'platform.pub')));
  assert.ok(told.equals(createPublicKey(platformKey)));
  assert.ok(opened(t, folder).platformKey.equals(platformKey));
});

test('keys of devices are known by their ids; other files are none', (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, `${ID}.pem`), publicPem());
  writeFileSync(join(folder, 'notes.txt'), 'x');
  const read = opened(t, folder);
  assert.equal(read.of(ID)?.endsEpochMs, null);
  assert.equal(read.of(ID)?.key.asymmetricKeyType, 'rsa');
  for (const none of ['34020000001320000002', 'platform', '..', 'notes']) assert.equal(read.of(none), null, none);
});

test('what cannot be used is one sentence at the start', (t) => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' });
  for (const [content, words] of [
    ['rubbish', /\.pem is no certificate and no public key\.$/],
    [String(ec), /has no RSA key/],
    [publicPem(512), /less than 1024 bits/],
    [longKey(8448), /more than 8192 bits/],
    [publicPem().padEnd(64 * 1024 + 1), /more than 65536 bytes/],
  ] as const) {
    const folder = folderOf(t);
    writeFileSync(join(folder, `${ID}.pem`), content);
    const read = openCertificateFolder(folder, () => {});
    assert.ok('fault' in read);
    assert.match(read.fault, words);
  }
  const folder = folderOf(t);
  writeFileSync(join(folder, 'file'), '');
  const read = openCertificateFolder(join(folder, 'file'), () => {});
  assert.ok('fault' in read);
  assert.match(read.fault, /^The folder .*file cannot be used/);
});

test('files that come, change and go are seen; one that is spoilt keeps what was there, and is told of once', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const folder = folderOf(t);
  const path = join(folder, `${ID}.pem`);
  const warnings: string[] = [];
  const read = opened(t, folder, warnings);
  // files are read by others than the clock that is turned here
  const until = async (holds: () => boolean) => {
    for (const endMs = performance.now() + 15_000; !holds(); ) {
      assert.ok(performance.now() < endMs);
      t.mock.timers.tick(10_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  assert.equal(read.of(ID), null);
  writeFileSync(`${path}.part`, publicPem());
  renameSync(`${path}.part`, path);
  await until(() => read.of(ID) !== null);
  const key = read.of(ID)!.key;
  writeFileSync(`${path}.part`, 'half a fi');
  renameSync(`${path}.part`, path);
  await until(() => warnings.length > 0);
  assert.equal(read.of(ID)!.key, key);
  assert.match(warnings[0]!, /is no certificate and no public key/);
  writeFileSync(`${path}.part`, publicPem());
  renameSync(`${path}.part`, path);
  await until(() => read.of(ID)!.key !== key);
  unlinkSync(path);
  await until(() => read.of(ID) === null);
  assert.equal(warnings.length, 1);
});
