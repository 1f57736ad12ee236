import type { IncomingHttpHeaders } from 'node:http';

/** Which web pages may talk to us: our own and those of `http.allowedOrigins` (`*`: every page). */
export interface OriginRule {
  readonly allowed: readonly string[];
  /** Our address behind a reverse proxy, or null. */
  readonly publicUrl: string | null;
  /** We speak HTTPS ourselves. */
  readonly isSecure?: boolean;
}

/** True when there is no `Origin` (no browser), or it is our own page's, or it was allowed by name. */
export function isOriginAllowed(headers: IncomingHttpHeaders, rule: OriginRule): boolean {
  const origin = headers.origin;
  if (origin === undefined) return true;
  return isNamed(origin, rule) || isOwn(origin, headers.host, rule);
}

/** True for the pages of other hosts that `http.allowedOrigins` names: they get CORS headers. */
export function isNamed(origin: string, rule: OriginRule): boolean {
  return rule.allowed.includes('*') || rule.allowed.includes(origin);
}

function isOwn(origin: string, host: string | undefined, rule: OriginRule): boolean {
  try {
    const url = new URL(origin);
    if (rule.publicUrl !== null && url.origin === new URL(rule.publicUrl).origin) return true;
    return (
      host !== undefined && /^https?:$/.test(url.protocol) && url.host === new URL(`${url.protocol}//${host}`).host
    );
  } catch {
    return false;
  }
}

/** `http://HOST[/PATH]`, or `https:`, as the asking client sees us, without a slash at the end. */
export function baseAddress(headers: IncomingHttpHeaders, port: number, rule: Omit<OriginRule, 'allowed'>): string {
  const { publicUrl, isSecure = false } = rule;
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  const host = headers.host ?? '';
  return `http${isSecure ? 's' : ''}://${isHost(host) ? host : `localhost:${port}`}`;
}

/** True when a `Host` header is one that may be written into headers and addresses. */
export function isHost(host: string): boolean {
  return /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/.test(host);
}
