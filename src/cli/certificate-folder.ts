import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceCertificate, DeviceCertificates } from '../gateway/config.ts';

/** EDGE: the folder of `sip.certificates`: `platform.key` of ours, and `ID.pem` of each device that logs in with its certificate. */

export interface CertificateFolder extends DeviceCertificates {
  close(): void;
}

const OWN_KEY = 'platform.key';
/** What devices are given, so that they know us. */
const OWN_PUBLIC_KEY = 'platform.pub';
const OWN_KEY_BITS = 2048;
/** Shorter keys are broken in hours. */
const MIN_KEY_BITS = 1024;
/** What is sealed with longer ones does not fit into our headers. */
const MAX_KEY_BITS = 8192;
/** Certificates have a few thousand bytes, chains of them a few times that. */
const MAX_FILE_BYTES = 64 * 1024;
/** A file that is put there is seen after this. */
const READ_AGAIN_MS = 10_000;
const DEVICE_FILE = /^([A-Za-z0-9]{1,64})\.(?:pem|crt|cer)$/;

/** Reads the folder; what cannot be used is one sentence. `warn`: what cannot be used later on. */
export function openCertificateFolder(
  folder: string,
  warn: (sentence: string) => void,
): CertificateFolder | { fault: string } {
  let platformKey: KeyObject;
  let devices = new Map<string, DeviceCertificate>();
  try {
    platformKey = ownKey(folder);
    for (const [name, deviceId] of deviceFiles(readdirSync(folder))) {
      const read = certificateIn(readFileSync(join(folder, name)));
      if (typeof read === 'string') return { fault: `${join(folder, name)} ${read}.` };
      devices.set(deviceId, read);
    }
  } catch (error) {
    return { fault: `The folder ${folder} cannot be used: ${(error as Error).message}.` };
  }
  let complaints = '';
  /** What was in each file; to read thousands of keys takes a second, to look whether they are the same a tenth. */
  let files = new Map<string, { readonly stamp: string; readonly read: DeviceCertificate | string }>();
  const readAgain = async (): Promise<void> => {
    const found = new Map<string, DeviceCertificate>();
    const wrong: string[] = [];
    const seen: typeof files = new Map();
    for (const [name, deviceId] of deviceFiles(await readdir(folder))) {
      const path = join(folder, name);
      const { mtimeMs, ctimeMs, size, ino } = await stat(path);
      const stamp = `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
      const known = files.get(name);
      const read = known?.stamp === stamp ? known.read : certificateIn(await readFile(path));
      seen.set(name, { stamp, read });
      const before = devices.get(deviceId);
      // a file that is being written must not let anybody in by its password
      if (typeof read !== 'string') found.set(deviceId, before !== undefined && isSame(before, read) ? before : read);
      else if (before !== undefined) found.set(deviceId, before);
      if (typeof read === 'string') wrong.push(`${path} ${read}.`);
    }
    devices = found;
    files = seen;
    if (wrong.join() !== complaints) for (const sentence of wrong) warn(sentence);
    complaints = wrong.join();
  };
  let isReading = false;
  const timer = setInterval(() => {
    if (isReading) return;
    isReading = true;
    readAgain()
      .catch((error: Error) => {
        if (error.message !== complaints) warn(`The folder ${folder} cannot be read: ${error.message}.`);
        complaints = error.message;
      })
      .finally(() => {
        isReading = false;
      });
  }, READ_AGAIN_MS);
  timer.unref();
  return { platformKey, of: (deviceId) => devices.get(deviceId) ?? null, close: () => clearInterval(timer) };
}

function ownKey(folder: string): KeyObject {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, OWN_KEY);
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    key = generateKeyPairSync('rsa', { modulusLength: OWN_KEY_BITS }).privateKey;
    writeFileSync(path, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Error(`${path} is no RSA key`);
  writeFileSync(join(folder, OWN_PUBLIC_KEY), createPublicKey(key).export({ type: 'spki', format: 'pem' }));
  return key;
}

function deviceFiles(names: readonly string[]): (readonly [name: string, deviceId: string])[] {
  return names.flatMap((name) => {
    const deviceId = DEVICE_FILE.exec(name)?.[1];
    return deviceId === undefined ? [] : [[name, deviceId] as const];
  });
}

/** A certificate or a bare public key, PEM or DER; a sentence without its subject when it is none. */
function certificateIn(bytes: Buffer): DeviceCertificate | string {
  if (bytes.length > MAX_FILE_BYTES) return `has more than ${MAX_FILE_BYTES} bytes`;
  const read = asCertificate(bytes) ?? asKey(bytes);
  if (read === null) return 'is no certificate and no public key';
  if (read.key.asymmetricKeyType !== 'rsa') return 'has no RSA key: the standard knows no other';
  const bits = read.key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_KEY_BITS) return `has a key of less than ${MIN_KEY_BITS} bits`;
  if (bits > MAX_KEY_BITS) return `has a key of more than ${MAX_KEY_BITS} bits`;
  return read;
}

function asCertificate(bytes: Buffer): DeviceCertificate | null {
  try {
    const certificate = new X509Certificate(bytes);
    return { key: certificate.publicKey, endsEpochMs: Date.parse(certificate.validTo) };
  } catch {
    return null;
  }
}

function asKey(bytes: Buffer): DeviceCertificate | null {
  try {
    return { key: createPublicKey(bytes), endsEpochMs: null };
  } catch {
    return null;
  }
}

function isSame(a: DeviceCertificate, b: DeviceCertificate): boolean {
  return a.endsEpochMs === b.endsEpochMs && a.key.equals(b.key);
}
