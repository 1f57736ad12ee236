import type { Headers } from './headers.ts';
import type { SipUri } from './uri.ts';

/** A SIP request. `method` is spelled as received. */
export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: SipUri;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Deviations tolerated while parsing, by their code (`SIP-6`, `SIP-9`). */
  readonly tolerated?: readonly string[];
}

/** A SIP response. */
export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Deviations tolerated while parsing, by their code (`SIP-6`, `SIP-9`). */
  readonly tolerated?: readonly string[];
}

export type SipMessage = SipRequest | SipResponse;

/** The body of a message that has none. Shared: do not write to it. */
export const NO_BODY: Uint8Array = new Uint8Array(0);

/** CSeq, RFC 3261 20.16. */
export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** Reads the CSeq of a message; null when it is absent or not a number below 2^32 and a method. */
export function cseqOf(message: { readonly headers: Headers }): CSeq | null {
  const match = /^(\d{1,10})\s+([A-Za-z0-9!%*_+`'~.-]+)$/.exec(message.headers.get('CSeq') ?? '');
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const number = Number(match[1]);
  return number > 0xffff_ffff ? null : { number, method: match[2] };
}

/** Call-ID, or an empty string. A parsed message always has one. */
export function callIdOf(message: { readonly headers: Headers }): string {
  return message.headers.get('Call-ID') ?? '';
}

/** Content type in lower case without parameters (SIP-10); null when there is none. */
export function contentTypeOf(message: { readonly headers: Headers }): string | null {
  const value = message.headers.get('Content-Type');
  if (value === undefined) return null;
  const semicolon = value.indexOf(';');
  return (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase();
}
