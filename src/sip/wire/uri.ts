import { formatParams, NO_PARAMS, type Params, parseParams } from './params.ts';

/**
 * A URI as SIP uses it (RFC 3261 19.1). Peers are known by the user part alone; the host may be a domain, an address or a
 * made-up name and is never resolved (SIP-11).
 */
export interface SipUri {
  /** `sip`, `sips`, or another scheme in lower case, whose whole rest is then in `host`. */
  readonly scheme: string;
  readonly user: string | null;
  /** Name or address; IPv6 in brackets. */
  readonly host: string;
  /** Null when absent or not 1 to 65535. */
  readonly port: number | null;
  readonly params: Params;
  /** What follows `?`, unparsed. */
  readonly headers: string | null;
}

/** A `sip:` URI without parameters. */
export function sipUri(user: string | null, host: string, port: number | null = null): SipUri {
  return { scheme: 'sip', user, host, port, params: NO_PARAMS, headers: null };
}

/** Reads a URI; null when it has no scheme, no host, or blanks and control characters inside. */
export function parseUri(text: string): SipUri | null {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):([^\s\x00-\x1f\x7f<>]+)$/.exec(text.trim());
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const scheme = match[1].toLowerCase();
  const rest = match[2];
  if (scheme !== 'sip' && scheme !== 'sips') {
    return { scheme, user: null, host: rest, port: null, params: NO_PARAMS, headers: null };
  }
  const at = rest.lastIndexOf('@'); // `;` and `?` may stand in the user part, an unescaped `@` nowhere else
  const user = at < 0 ? null : rest.slice(0, at);
  const afterUser = rest.slice(at + 1);
  const question = afterUser.indexOf('?');
  const beforeHeaders = question < 0 ? afterUser : afterUser.slice(0, question);
  const semicolon = beforeHeaders.indexOf(';');
  const hostPort = splitHostPort(semicolon < 0 ? beforeHeaders : beforeHeaders.slice(0, semicolon));
  if (hostPort === null) return null;
  return {
    scheme,
    user,
    host: hostPort.host,
    port: hostPort.port,
    params: semicolon < 0 ? NO_PARAMS : parseParams(beforeHeaders.slice(semicolon)),
    headers: question < 0 ? null : afterUser.slice(question + 1),
  };
}

/** The URI as text. */
export function formatUri(uri: SipUri): string {
  const user = uri.user === null ? '' : `${uri.user}@`;
  const port = uri.port === null ? '' : `:${uri.port}`;
  const headers = uri.headers === null ? '' : `?${uri.headers}`;
  return `${uri.scheme}:${user}${uri.host}${port}${formatParams(uri.params)}${headers}`;
}

/** Cuts `host`, `host:port`, `[v6]:port`; blanks around the colon are tolerated. Null when there is no host. */
export function splitHostPort(text: string): { host: string; port: number | null } | null {
  const match = /^\s*(\[[0-9A-Fa-f:.%\w]*\]|[^\s:[\]]+)\s*(?::(.*))?$/.exec(text);
  if (match?.[1] === undefined) return null;
  const digits = (match[2] ?? '').trim();
  if (!/^\d*$/.test(digits)) return null;
  const port = Number(digits);
  return { host: match[1], port: port >= 1 && port <= 65535 ? port : null };
}
