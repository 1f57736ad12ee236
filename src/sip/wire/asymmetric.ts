import {
  constants,
  createHash,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';

/**
 * Logging in with certificates on both sides (GB/T 28181-2011 and 2016, 9.1.2.2; gone in 2022). The device says what it can do
 * (`Capability`); the platform answers with a secret that only this device can read and only this platform can have signed
 * (`Asymmetric`), and the device shows that it has read it. What the standard leaves open is decided here, and nowhere else: signatures and
 * encryption are those of PKCS #1 v1.5, the secret is text.
 */

/** Hashes of the standard, the strongest first, with their names in OpenSSL. */
const HASHES: readonly (readonly [name: string, openssl: string])[] = [
  ['SHA256', 'sha256'],
  ['SHA1', 'sha1'],
  ['MD5', 'md5'],
];
const CIPHER = 'A:RSA/ECB/PKCS1';
/** Two numbers of RSA keys of 8192 bits in base64, and what is around them. */
const MAX_HEADER_LENGTH = 4096;
const PARAMETER = /(?:^|[\s,])(nonce|response|algorithm)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi;

/** A hash by its name in these headers. */
export type CertificateHash = 'SHA256' | 'SHA1' | 'MD5';

/** `Capability …`: the first REGISTER of a device. */
export function writeCapability(): string {
  return 'Capability algorithm="A:RSA;H:MD5,SHA1,SHA256;S:DES,3DES"';
}

/** The strongest hash that both sides know; `none`: they have nothing in common; null: this is no Capability. */
export function readCapability(header: string): CertificateHash | 'none' | null {
  if (header.length > MAX_HEADER_LENGTH || !/^\s*capability(\s|$)/i.test(header)) return null;
  const groups = new Map<string, string[]>();
  for (const group of (parametersOf(header).get('algorithm') ?? '').split(';')) {
    const [, name = '', list = ''] = /^\s*([A-Za-z])\s*:(.*)$/.exec(group) ?? [];
    const words = list.split(/[,/]/).map((word) => word.trim().toUpperCase().replace('-', ''));
    groups.set(name.toUpperCase(), words);
  }
  if (groups.get('A')?.includes('RSA') !== true) return 'none';
  const known = HASHES.find(([name]) => groups.get('H')?.includes(name) === true);
  return known === undefined ? 'none' : (known[0] as CertificateHash);
}

/** The nonce: the secret as signed by the platform, and as the device alone can read it. */
export function makeNonce(
  secret: string,
  hash: CertificateHash,
  keys: { readonly platform: KeyObject; readonly device: KeyObject },
): string {
  const signature = sign(opensslName(hash), Buffer.from(secret), keys.platform);
  const sealed = publicEncrypt({ key: keys.device, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(secret));
  return `${signature.toString('base64')}&${sealed.toString('base64')}`;
}

/** `Asymmetric …` of the platform: WWW-Authenticate of its 401. */
export function writeAsymmetricChallenge(nonce: string, hash: CertificateHash): string {
  return `Asymmetric nonce="${nonce}",algorithm="${CIPHER}&${hash}"`;
}

/** What a device reads out of a challenge; null: it is none. */
export function readAsymmetricChallenge(header: string): { nonce: string; hash: CertificateHash } | null {
  const parameters = asymmetric(header);
  const nonce = parameters?.get('nonce');
  if (parameters === null || !nonce) return null;
  const wanted = /&\s*(SHA-?256|SHA-?1|MD5)/i.exec(parameters.get('algorithm') ?? '')?.[1];
  return { nonce, hash: (wanted?.toUpperCase().replace('-', '') ?? 'SHA256') as CertificateHash };
}

/** The secret of a nonce, for the device that it was made for; null: this platform has not made it, or for another device. */
export function openNonce(
  nonce: string,
  hash: CertificateHash,
  keys: { readonly platform: KeyObject; readonly device: KeyObject },
): string | null {
  const [signature = '', sealed = ''] = nonce.split('&');
  try {
    // Node decrypts no PKCS #1 v1.5 any more, for the sake of servers; a simulated device tells nobody what it found
    const padded = privateDecrypt(
      { key: keys.device, padding: constants.RSA_NO_PADDING },
      Buffer.from(sealed, 'base64'),
    );
    const end = padded.indexOf(0, 2);
    if (padded[0] !== 0 || padded[1] !== 2 || end < 10) return null;
    const secret = padded.subarray(end + 1);
    const isOurs = verify(opensslName(hash), secret, keys.platform, Buffer.from(signature, 'base64'));
    return isOurs ? secret.toString() : null;
  } catch {
    return null;
  }
}

/** `Asymmetric …` of the device: Authorization of its second REGISTER. */
export function writeAsymmetricAnswer(nonce: string, secret: string, hash: CertificateHash): string {
  return `Asymmetric nonce="${nonce}",response="${proof(secret, nonce, hash)}",algorithm="${CIPHER}&${hash}"`;
}

/** What a device shows; null: it is no such header. */
export function readAsymmetricAnswer(header: string): { nonce: string; response: string } | null {
  const parameters = asymmetric(header);
  const [nonce, response] = [parameters?.get('nonce'), parameters?.get('response')];
  return nonce && response ? { nonce, response } : null;
}

/** Whether that shows that it has read the secret. */
export function isProof(response: string, secret: string, nonce: string, hash: CertificateHash): boolean {
  const expected = Buffer.from(proof(secret, nonce, hash));
  const given = Buffer.from(response.toLowerCase());
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function proof(secret: string, nonce: string, hash: CertificateHash): string {
  return createHash(opensslName(hash)).update(`${secret}${nonce}`).digest('hex');
}

function asymmetric(header: string): Map<string, string> | null {
  if (header.length > MAX_HEADER_LENGTH || !/^\s*asymmetric\s/i.test(header)) return null;
  return parametersOf(header);
}

function parametersOf(header: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare] of header.matchAll(PARAMETER))
    parameters.set(name.toLowerCase(), quoted ?? bare ?? '');
  return parameters;
}

function opensslName(hash: CertificateHash): string {
  return HASHES.find(([name]) => name === hash)?.[1] ?? 'sha256';
}
