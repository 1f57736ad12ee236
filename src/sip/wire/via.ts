import { formatParams, type Params, parseParams } from './params.ts';
import { splitHostPort } from './uri.ts';

/** A Via value (RFC 3261 20.42). */
export interface Via {
  /** `UDP`, `TCP`, … in upper case. */
  readonly transport: string;
  /** sent-by: who wrote this Via, by its own account. */
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
}

/** Branches of RFC 3261 begin so (8.1.1.7); others are unique only together with more. */
export const MAGIC_COOKIE = 'z9hG4bK';

/** Reads one Via value; blanks are tolerated wherever RFC 4475 puts them. Null when it has no sent-by. */
export function parseVia(value: string): Via | null {
  const semicolon = value.indexOf(';');
  const head = semicolon < 0 ? value : value.slice(0, semicolon);
  const match = /^\s*SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9_-]+)\s+(.+)$/i.exec(head);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const sentBy = splitHostPort(match[2].trim());
  if (sentBy === null) return null;
  return {
    transport: match[1].toUpperCase(),
    host: sentBy.host,
    port: sentBy.port,
    params: parseParams(semicolon < 0 ? '' : value.slice(semicolon)),
  };
}

/** The Via as text. */
export function formatVia(via: Via): string {
  const port = via.port === null ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}

/** A Via of ours. `rport` is always asked for (RFC 3581). */
export function ownVia(transport: 'udp' | 'tcp' | 'tls', host: string, port: number, branch: string): string {
  return `SIP/2.0/${transport.toUpperCase()} ${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port};rport;branch=${branch}`;
}

/**
 * The top Via as it goes back in a response: `received` and `rport` say where the request really came from, also when it did
 * not ask (SIP-1; RFC 3261 18.2.1, RFC 3581 4). A value that cannot be read goes back untouched.
 */
export function viaAsReceived(value: string, host: string, port: number): string {
  const via = parseVia(value);
  if (via === null) return value;
  const params = new Map(via.params);
  params.set('rport', String(port));
  params.set('received', host);
  return formatVia({ ...via, params });
}
