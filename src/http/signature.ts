import { createHmac, timingSafeEqual } from 'node:crypto';

/** Parameters that are no part of what is signed. */
const UNSIGNED = new Set(['sign', 'expires', 'token']);

/** `path` up to the dot of its last segment: one signature serves `.mp4` and `.m3u8` alike. */
function withoutExtension(path: string): string {
  const slash = path.lastIndexOf('/');
  const dot = path.lastIndexOf('.');
  return dot > slash ? path.slice(0, dot) : path;
}

/** The query sorted by name, then value, percent-encoded, without `sign`, `expires` and `token`. */
function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => !UNSIGNED.has(name))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
}

/**
 * The signature of an address: base64url HMAC-SHA256 over `v1`, path without extension, canonical query and
 * expiry, each on its own line. `path` is percent-encoded as it stands in the request line.
 */
export function signatureOf(key: Uint8Array, path: string, query: URLSearchParams, expires: string): string {
  return createHmac('sha256', key)
    .update(`v1\n${withoutExtension(path)}\n${canonicalQuery(query)}\n${expires}`)
    .digest('base64url');
}

/** `pathAndQuery` with a signature that holds until `expiresEpochS`; one that it already carries is replaced. */
export function signedAddress(key: Uint8Array, pathAndQuery: string, expiresEpochS: number): string {
  const [path, query] = splitAddress(pathAndQuery);
  for (const name of UNSIGNED) query.delete(name);
  const expires = String(expiresEpochS);
  const sign = signatureOf(key, path, query, expires);
  query.set('expires', expires);
  query.set('sign', sign);
  return `${path}?${query}`;
}

/** True when the query carries a signature of this path that has not run out. */
export function isSigned(key: Uint8Array, path: string, query: URLSearchParams, nowEpochMs: number): boolean {
  const sign = query.get('sign');
  const expires = query.get('expires');
  if (sign === null || expires === null || !/^\d{1,12}$/.test(expires)) return false;
  if (Number(expires) * 1000 < nowEpochMs) return false;
  const right = Buffer.from(signatureOf(key, path, query, expires));
  const given = Buffer.from(sign);
  return right.length === given.length && timingSafeEqual(right, given);
}

/** Path and query of an address as it stands in a request line. */
export function splitAddress(address: string): [path: string, query: URLSearchParams] {
  const mark = address.indexOf('?');
  if (mark < 0) return [address, new URLSearchParams()];
  return [address.slice(0, mark), new URLSearchParams(address.slice(mark + 1))];
}
