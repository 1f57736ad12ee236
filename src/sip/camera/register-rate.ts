/** Token buckets against REGISTER floods (SIP-13): per (source, id), and per source alone for ids that never verified. */

/** One id: a login takes two requests; a rebooting camera tries a few times. */
export const ID_BURST = 20;
export const ID_PER_SECOND = 2;
/** One source: after a power cut a site of 2,000 cameras behind one address registers at once, two requests each. */
export const SOURCE_BURST = 4_000;
export const SOURCE_PER_SECOND = 500;
/**
 * From the very address and port where the id is registered: the camera itself, or somebody who forges both. So much is answered
 * (an answer is no longer than its question) that a forger must send far more than that to keep the camera's refresh out.
 */
export const HOME_BURST = 200;
export const HOME_PER_SECOND = 50;
/** Buckets kept; a full one says nothing and is the first to go. */
export const MAX_BUCKETS = 20_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

export class RegisterRate {
  readonly #ids = new Map<string, Bucket>();
  readonly #sources = new Map<string, Bucket>();

  /**
   * Takes a token; false: over the cap, the request is dropped without an answer (an answer would feed the flood).
   * `origin`: what is known of who sends. `asked`: it carries a nonce that was given to this host, which a forger of its address
   * never saw; these have a bucket of their own, so that nobody else's requests use it up.
   */
  admit(host: string, deviceId: string, origin: 'asked' | 'home' | 'verified' | 'stranger', nowMs: number): boolean {
    if (origin === 'stranger' && !take(this.#sources, host, SOURCE_BURST, SOURCE_PER_SECOND, nowMs)) return false;
    if (origin === 'home') return take(this.#ids, `${host} ${deviceId} home`, HOME_BURST, HOME_PER_SECOND, nowMs);
    const key = origin === 'asked' ? `${host} ${deviceId} asked` : `${host} ${deviceId}`;
    return take(this.#ids, key, ID_BURST, ID_PER_SECOND, nowMs);
  }

  get size(): number {
    return this.#ids.size + this.#sources.size;
  }
}

function take(buckets: Map<string, Bucket>, key: string, burst: number, perSecond: number, nowMs: number): boolean {
  let bucket = buckets.get(key);
  if (bucket === undefined) {
    if (buckets.size >= MAX_BUCKETS) buckets.delete(buckets.keys().next().value!);
    bucket = { tokens: burst, atMs: nowMs };
  } else {
    buckets.delete(key); // re-inserted below: the map stays in order of last use
  }
  bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond);
  bucket.atMs = nowMs;
  buckets.set(key, bucket);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
