import { isNetwork, type RedirectRule } from '../sip/camera/redirects.ts';

/** `sip.redirect` as it is written. */
export interface RedirectEntry {
  /** Platform id of the target; as our own unless given. */
  readonly id?: string;
  /** Without it the rule means this gateway. */
  readonly host?: string;
  readonly port?: number;
  readonly devices?: readonly string[];
  readonly networks?: readonly string[];
  readonly share?: number;
  readonly maxDevices?: number;
  readonly fromLoad?: number;
}

/** The port of SIP (RFC 3261 19.1.2). */
const SIP_PORT = 5060;

/** `HOST:PORT`, `ID@HOST:PORT` or the list of the file as rules; a sentence about what a schema cannot see. */
export function redirectRules(
  given: string | readonly RedirectEntry[] | null,
  ownId: string,
): RedirectRule[] | { fault: string } {
  const entries = typeof given === 'string' ? [entryOf(given)] : (given ?? []);
  for (const [index, { networks = [], port = SIP_PORT }] of entries.entries()) {
    const place = typeof given === 'string' ? 'sip.redirect (--sip-redirect)' : `sip.redirect.${index}`;
    if (port < 1 || port > 65_535) return { fault: `${place} needs a port from 1 to 65535, not ${port}.` };
    const wrong = networks.find((network) => !isNetwork(network));
    if (wrong !== undefined)
      return { fault: `${place}.networks has ${wrong}, which is no network such as 10.1.0.0/16.` };
  }
  return entries.map(({ id, host, port, devices, networks, share, maxDevices, fromLoad }) => ({
    target:
      host === undefined ? null : { id: id ?? ownId, host: host.replace(/^\[(.*)\]$/, '$1'), port: port ?? SIP_PORT },
    devices: devices ?? [],
    networks: networks ?? [],
    share: share ?? null,
    maxDevices: maxDevices ?? null,
    fromLoad: fromLoad ?? null,
  }));
}

function entryOf(text: string): RedirectEntry {
  const [, id, host = '', port] = /^(?:(\d{20})@)?(.+):(\d+)$/.exec(text) ?? [];
  return { ...(id === undefined ? {} : { id }), host, port: Number(port) };
}
