import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Digest access authentication as SIP uses it (RFC 3261 clause 22, RFC 2617, RFC 7616) and as devices really write it.
 * Strings between quotes are hashed exactly as they arrived: nothing is re-formatted (REG-2).
 */

/** Hashes a device may answer with. MD5 is what everybody speaks; SHA-256 and SM3 are practice of the 2022 edition. */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SM3';

/** What an `Authorization: Digest …` header holds; absent parameters are undefined. */
export interface DigestCredentials {
  username: string;
  realm: string;
  nonce: string;
  /** The `uri` parameter as sent: it need not equal the Request-URI (REG-6). */
  uri: string;
  response: string;
  /** Undefined means MD5. */
  algorithm: DigestAlgorithm | undefined;
  /** As sent, e.g. `auth`; undefined for RFC 2069 style answers (REG-1). */
  qop: string | undefined;
  /** As sent: eight hex digits of either case. */
  nc: string | undefined;
  cnonce: string | undefined;
  opaque: string | undefined;
}

/** A challenge (`WWW-Authenticate`) as a client reads it. */
export interface DigestChallenge {
  realm: string;
  nonce: string;
  algorithm: DigestAlgorithm | undefined;
  /** True when `auth` is among the offered `qop` values. */
  qopAuth: boolean;
  opaque: string | undefined;
  stale: boolean;
}

/** Parameters of one header are few and short; more than this is no digest header. */
const MAX_PARAMETERS = 32;
/** The longest real ones have 600 characters. */
const MAX_HEADER_LENGTH = 4096;

const HASH_NAMES: Record<DigestAlgorithm, string> = { MD5: 'md5', 'SHA-256': 'sha256', SM3: 'sm3' };

function hash(algorithm: DigestAlgorithm, text: string): string {
  // latin1 would lose a non-ASCII user name; both sides of the field hash the UTF-8 bytes
  return createHash(HASH_NAMES[algorithm]).update(text, 'utf8').digest('hex');
}

/** `H(username:realm:password)` in lower-case hex. */
export function digestHa1(algorithm: DigestAlgorithm, username: string, realm: string, password: string): string {
  return hash(algorithm, `${username}:${realm}:${password}`);
}

/** What a response is computed from, apart from the password. */
export interface DigestInput {
  algorithm?: DigestAlgorithm | undefined;
  ha1: string;
  method: string;
  uri: string;
  nonce: string;
  /** Present: the RFC 2617 form with `nc` and `cnonce`; absent: the RFC 2069 form. */
  qop?: string | undefined;
  nc?: string | undefined;
  cnonce?: string | undefined;
}

/** The `response` value in lower-case hex. */
export function digestResponse(input: DigestInput): string {
  const algorithm = input.algorithm ?? 'MD5';
  const ha2 = hash(algorithm, `${input.method}:${input.uri}`);
  const middle = input.qop === undefined ? '' : `:${input.nc ?? ''}:${input.cnonce ?? ''}:${input.qop}`;
  return hash(algorithm, `${input.ha1}:${input.nonce}${middle}:${ha2}`);
}

/** True when the credentials prove the password. The form (with or without qop) follows what the header contains, not what was offered. */
export function verifyDigest(credentials: DigestCredentials, method: string, password: string): boolean {
  const algorithm = credentials.algorithm ?? 'MD5';
  const ha1 = digestHa1(algorithm, credentials.username, credentials.realm, password);
  const expected = digestResponse({ ...credentials, algorithm, ha1, method });
  const given = credentials.response.toLowerCase();
  // lengths are public; equal-length strings are compared in constant time, one character a byte: in UTF-8 they might differ in length
  return given.length === expected.length && timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected));
}

/** Splits `Digest a=b, c="d"` into parameters with lower-case names. Null when the scheme is another one. */
function digestParameters(header: string): Map<string, string> | null {
  const start = header.length > MAX_HEADER_LENGTH ? null : /^\s*digest(?:\s+|$)/i.exec(header);
  if (start === null) return null;
  const parameters = new Map<string, string>();
  const pattern = /([A-Za-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*))/y;
  const stray = /[\w-]+|[\s\S]/y;
  let at = start[0].length;
  while (at < header.length && parameters.size < MAX_PARAMETERS) {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found === null) {
      // separators, stray bytes; a word as a whole, or a long one would be read again from each of its letters
      stray.lastIndex = at;
      at += stray.exec(header)?.[0].length ?? 1;
      continue;
    }
    const name = found[1]!.toLowerCase();
    // the first one counts: a second `response` must not overwrite what was read
    if (!parameters.has(name)) parameters.set(name, found[2] ?? found[3] ?? '');
    at = pattern.lastIndex;
  }
  return parameters;
}

/** `MD5`, `"MD5"`, `md5`, `SHA256` …; null for a hash we do not speak. */
function readAlgorithm(text: string | undefined): DigestAlgorithm | undefined | null {
  if (text === undefined || text === '') return undefined;
  const name = text.trim().toUpperCase();
  if (name === 'MD5') return 'MD5';
  if (name === 'SHA-256' || name === 'SHA256') return 'SHA-256';
  if (name === 'SM3') return 'SM3';
  return null;
}

/** Reads an `Authorization` header. Null when it is no Digest, lacks a needed parameter, or names an unknown hash or qop. */
export function parseCredentials(header: string): DigestCredentials | null {
  const p = digestParameters(header);
  if (p === null) return null;
  const [username, realm, nonce, uri, response] = ['username', 'realm', 'nonce', 'uri', 'response'].map((n) =>
    p.get(n),
  );
  if (username === undefined || realm === undefined || !nonce || uri === undefined || !response) return null;
  const algorithm = readAlgorithm(p.get('algorithm'));
  if (algorithm === null) return null;
  const qop = p.get('qop') || undefined;
  // auth-int would need the body hashed; nobody in this field sends it
  if (qop !== undefined && qop.toLowerCase() !== 'auth') return null;
  return {
    username,
    realm,
    nonce,
    uri,
    response,
    algorithm,
    qop,
    nc: p.get('nc'),
    cnonce: p.get('cnonce'),
    opaque: p.get('opaque'),
  };
}

/** Reads a `WWW-Authenticate` header. Null when it is no Digest challenge we can answer. */
export function parseChallenge(header: string): DigestChallenge | null {
  const p = digestParameters(header);
  if (p === null) return null;
  const realm = p.get('realm');
  const nonce = p.get('nonce');
  const algorithm = readAlgorithm(p.get('algorithm'));
  if (realm === undefined || !nonce || algorithm === null) return null;
  const qopAuth = (p.get('qop') ?? '').split(',').some((value) => value.trim().toLowerCase() === 'auth');
  return { realm, nonce, algorithm, qopAuth, opaque: p.get('opaque'), stale: p.get('stale')?.toLowerCase() === 'true' };
}

/** Writes a `WWW-Authenticate` value. `algorithm` is always there: some devices never answer a challenge without it (REG-3). */
export function formatChallenge(c: {
  realm: string;
  nonce: string;
  algorithm: DigestAlgorithm;
  qop: boolean;
  stale: boolean;
}): string {
  const qop = c.qop ? 'qop="auth",' : '';
  const stale = c.stale ? ',stale=true' : '';
  return `Digest realm="${c.realm}",${qop}nonce="${c.nonce}",algorithm=${c.algorithm}${stale}`;
}

/** Answers a challenge as a client: the `Authorization` value. `nc` counts the uses of this nonce from 1. */
export function answerChallenge(
  challenge: DigestChallenge,
  who: { username: string; password: string; method: string; uri: string; cnonce: string; nc: number },
): string {
  const algorithm = challenge.algorithm ?? 'MD5';
  const ha1 = digestHa1(algorithm, who.username, challenge.realm, who.password);
  const nc = who.nc.toString(16).padStart(8, '0');
  const form = challenge.qopAuth ? { qop: 'auth', nc, cnonce: who.cnonce } : {};
  const response = digestResponse({
    algorithm,
    ha1,
    method: who.method,
    uri: who.uri,
    nonce: challenge.nonce,
    ...form,
  });
  const head = `Digest username="${who.username}",realm="${challenge.realm}",nonce="${challenge.nonce}",uri="${who.uri}",response="${response}",algorithm=${algorithm}`;
  const opaque = challenge.opaque === undefined ? '' : `,opaque="${challenge.opaque}"`;
  return challenge.qopAuth ? `${head}${opaque},qop=auth,nc=${nc},cnonce="${who.cnonce}"` : `${head}${opaque}`;
}
