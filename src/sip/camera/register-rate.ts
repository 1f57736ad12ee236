/** Token buckets against REGISTER floods (SIP-13): per (source, id), and per source alone for ids that never verified. */

/** One id: a login takes two requests; a rebooting camera tries a few times. */
export const ID_BURST = 20;
export const ID_PER_SECOND = 2;
/** One source: after a power cut a site of 2,000 cameras behind one address registers at once, two requests each. */
export const SOURCE_BURST = 4_000;
export const SOURCE_PER_SECOND = 500;
/** Buckets kept; a full one says nothing and is the first to go. */
export const MAX_BUCKETS = 20_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

export class RegisterRate {
  readonly #ids = new Map<string, Bucket>();
  readonly #sources = new Map<string, Bucket>();

  /** Takes a token; false: over the cap, the request is dropped without an answer (an answer would feed the flood). */
  admit(host: string, deviceId: string, verifiedBefore: boolean, nowMs: number): boolean {
    if (!verifiedBefore && !take(this.#sources, host, SOURCE_BURST, SOURCE_PER_SECOND, nowMs)) return false;
    return take(this.#ids, `${host} ${deviceId}`, ID_BURST, ID_PER_SECOND, nowMs);
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
