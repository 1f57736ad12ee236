import { createHash } from 'node:crypto';
import { tagOf } from './address.ts';
import { Headers } from './headers.ts';
import { NO_BODY, type SipRequest, type SipResponse } from './message.ts';
import { viaAsReceived } from './via.ts';

/** What a response says beyond its status line. */
export interface ResponseOptions {
  /** Where the request came from: goes into `received` and `rport` of the top Via (SIP-1). */
  readonly from: { readonly host: string; readonly port: number };
  /** To tag; without it one that the same request always gets again, so that stateless answers agree (RFC 3261 8.2.7). */
  readonly toTag?: string;
  /** Further headers, in order. */
  readonly headers?: Iterable<readonly [name: string, value: string]>;
  readonly body?: Uint8Array;
}

/**
 * A response to `request` (RFC 3261 8.2.6): every Via, From, To, Call-ID and CSeq of the request, a tag on To unless the status
 * is 100 or the request was inside a dialogue. Pure: the same arguments make the same response.
 */
export function makeResponse(
  request: SipRequest,
  status: number,
  reason: string,
  options: ResponseOptions,
): SipResponse {
  const headers = new Headers();
  const vias = request.headers.list('Via');
  for (const [i, via] of vias.entries()) {
    headers.add('Via', i === 0 ? viaAsReceived(via, options.from.host, options.from.port) : via);
  }
  headers.add('From', request.headers.get('From') ?? '');
  headers.add('To', toWithTag(request, status, options.toTag));
  headers.add('Call-ID', request.headers.get('Call-ID') ?? '');
  headers.add('CSeq', request.headers.get('CSeq') ?? '');
  for (const recordRoute of status > 100 && status < 300 ? request.headers.all('Record-Route') : []) {
    headers.add('Record-Route', recordRoute);
  }
  for (const [name, value] of options.headers ?? []) headers.add(name, value);
  return { kind: 'response', status, reason, headers, body: options.body ?? NO_BODY };
}

function toWithTag(request: SipRequest, status: number, toTag: string | undefined): string {
  const to = request.headers.get('To') ?? '';
  if (status === 100 || tagOf(to) !== null) return to;
  return `${to.replace(/;\s*tag\s*(?:=\s*)?$/i, '')};tag=${toTag ?? derivedTag(request)}`;
}

function derivedTag(request: SipRequest): string {
  const hash = createHash('sha256');
  for (const name of ['Call-ID', 'From', 'To', 'CSeq']) hash.update(`${request.headers.get(name) ?? ''}\n`);
  return hash.digest('hex').slice(0, 10);
}
