/** `HOST`, `HOST:PORT`, `[v6]:PORT`. */
export function parseAdvertise(text: string | null): { host: string; port: number | null } | null {
  if (text === null || text === '') return null;
  const found = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  if (found === null) return { host: text, port: null }; // a bare IPv6 address
  return { host: found[1] ?? found[2]!, port: found[3] === undefined ? null : Number(found[3]) };
}

/** An address to listen on that names no host: nobody can be told to send there (SIP-3). */
export function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** The host for media that was told to whoever configured us; null: each device is told our address that faces it. Never `0.0.0.0` (SIP-3). */
export function toldMediaHost(o: {
  readonly advertise: string | null;
  readonly mediaAdvertise: string | null;
  readonly mediaListen: string;
}): string | null {
  return o.mediaAdvertise ?? parseAdvertise(o.advertise)?.host ?? (isEverywhere(o.mediaListen) ? null : o.mediaListen);
}
