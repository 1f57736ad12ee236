import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isSigned } from './signature.ts';

/** What a credential lets its bearer do: everything, look at everything, or look at one signed address. */
export type Grant = 'admin' | 'reader' | 'signature';

/** Why there is no grant. `locked`: too many wrong tokens from there. */
export type Denial = 'unauthorized' | 'locked';

export interface AuthOptions {
  /** The administrator's bearer token; null switches authentication off. */
  readonly token: string | null;
  /** A token that may only look; null: there is none. */
  readonly readToken: string | null;
  readonly signingKey: Uint8Array;
  readonly epochMs: () => number;
}

/** Wrong tokens one address may show in a minute: a person mistypes five times, a guesser needs millions. */
export const WRONG_TOKENS_PER_MINUTE = 30;
/** Addresses remembered for that count; the oldest is forgotten first. */
export const WATCHED_ADDRESSES = 10_000;

const WINDOW_MS = 60_000;

/** Decides who may do what. Holds no request and no socket. */
export class Auth {
  readonly #o: AuthOptions;
  readonly #token: Buffer | null;
  readonly #readToken: Buffer | null;
  readonly #wrong = new Map<string, { count: number; sinceMs: number }>();
  /** Requests without a valid credential since the start. */
  refused = 0;

  constructor(o: AuthOptions) {
    this.#o = o;
    this.#token = o.token === null ? null : digest(o.token);
    this.#readToken = o.readToken === null ? null : digest(o.readToken);
  }

  /** What the bearer of this token may do; compared in constant time. */
  ofToken(token: string | null): 'admin' | 'reader' | null {
    if (this.#token === null) return 'admin';
    if (token === null) return null;
    const given = digest(token);
    const isAdmin = timingSafeEqual(given, this.#token);
    const isReader = this.#readToken !== null && timingSafeEqual(given, this.#readToken);
    return isAdmin ? 'admin' : isReader ? 'reader' : null;
  }

  /** Header first, then `?token=`, then (where `signable`) a signature. `remote` is the address wrong tokens are counted for. */
  grant(
    request: { headers: IncomingHttpHeaders; path: string; query: URLSearchParams; remote: string },
    signable: boolean,
  ): Grant | Denial {
    const token = tokenOf(request.headers, request.query);
    const known = this.ofToken(token);
    if (known !== null) return known;
    if (signable && isSigned(this.#o.signingKey, request.path, request.query, this.#o.epochMs())) return 'signature';
    this.refused++;
    return token !== null && this.#isLocked(request.remote) ? 'locked' : 'unauthorized';
  }

  #isLocked(remote: string): boolean {
    const nowMs = this.#o.epochMs();
    let entry = this.#wrong.get(remote);
    if (entry === undefined || nowMs - entry.sinceMs >= WINDOW_MS || nowMs < entry.sinceMs) {
      entry = { count: 0, sinceMs: nowMs };
    }
    entry.count++;
    this.#wrong.delete(remote);
    this.#wrong.set(remote, entry);
    if (this.#wrong.size > WATCHED_ADDRESSES) {
      for (const oldest of this.#wrong.keys()) {
        this.#wrong.delete(oldest);
        break;
      }
    }
    return entry.count > WRONG_TOKENS_PER_MINUTE;
  }
}

/** The token a request shows, or null. */
export function tokenOf(headers: IncomingHttpHeaders, query: URLSearchParams): string | null {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '');
  return bearer?.[1] ?? query.get('token');
}

/** An address as it may stand in a log: without token and signature. */
export function redacted(address: string): string {
  return address.replace(/([?&])([^=&#]*)=[^&#]*/g, (whole, mark: string, name: string) =>
    isSecret(name) ? `${mark}${name}=[redacted]` : whole,
  );
}

/** The name as the query is read: `%74oken` is a token too. */
function isSecret(name: string): boolean {
  for (const read of new URLSearchParams(`${name}=`).keys()) return /^(?:token|sign)$/i.test(read);
  return false;
}

/** Same length for every token, so that the comparison tells nothing, not even the length. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
