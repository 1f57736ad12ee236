import { formatParams, NO_PARAMS, type Params, parseParams, quote, unquote } from './params.ts';
import { formatUri, parseUri, type SipUri } from './uri.ts';

/** A From, To or Contact value (RFC 3261 20.10): `"display" <uri>;params`. */
export interface NameAddr {
  readonly display: string | null;
  readonly uri: SipUri;
  /** Parameters of the header (`tag`, `expires`), not of the URI. */
  readonly params: Params;
}

/**
 * Reads a name-addr or addr-spec. Without `<>` the parameters belong to the header (SIP-9). Null when there is no readable URI,
 * as for `Contact: *`.
 */
export function parseNameAddr(value: string): NameAddr | null {
  const open = openBracket(value);
  if (open < 0) {
    const semicolon = value.indexOf(';');
    const uri = parseUri(semicolon < 0 ? value : value.slice(0, semicolon));
    if (uri === null) return null;
    return { display: null, uri, params: semicolon < 0 ? NO_PARAMS : parseParams(value.slice(semicolon)) };
  }
  const close = value.indexOf('>', open);
  const uri = parseUri(value.slice(open + 1, close < 0 ? value.length : close));
  if (uri === null) return null;
  const display = unquote(value.slice(0, open).trim());
  const rest = close < 0 ? '' : value.slice(close + 1);
  const semicolon = rest.indexOf(';');
  return {
    display: display === '' ? null : display,
    uri,
    params: semicolon < 0 ? NO_PARAMS : parseParams(rest.slice(semicolon)),
  };
}

/** The value as text, always with `<>`. */
export function formatNameAddr(address: NameAddr): string {
  const display = address.display === null ? '' : `${quote(address.display)} `;
  return `${display}<${formatUri(address.uri)}>${formatParams(address.params)}`;
}

/** The tag of a From or To value; null when it has none or an empty one. */
export function tagOf(value: string | undefined): string | null {
  if (value === undefined) return null;
  const tag = parseNameAddr(value)?.params.get('tag') ?? null;
  return tag === '' ? null : tag;
}

/** The user part of a From, To or Contact value: how every peer is known. Null when there is none. */
export function userOf(value: string | undefined): string | null {
  if (value === undefined) return null;
  return parseNameAddr(value)?.uri.user ?? null;
}

/** The first `<` outside the quoted display name. */
function openBracket(value: string): number {
  let quoted = false;
  for (let i = 0; i < value.length; i += 1) {
    const c = value[i];
    if (quoted && c === '\\') i += 1;
    else if (c === '"') quoted = !quoted;
    else if (c === '<' && !quoted) return i;
  }
  return -1;
}
