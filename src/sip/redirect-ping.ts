import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Fleet } from './camera/fleet.ts';
import type { Inquiries } from './camera/inquiries.ts';
import { RedirectDesk } from './camera/redirect-desk.ts';
import { type RedirectRule, Redirects, type RedirectTarget } from './camera/redirects.ts';

/** EDGE: the redirection of a SIP server; a target may be given by its name. */

interface Needs {
  readonly fleet: Fleet;
  readonly inquiries: Inquiries;
  nowMs(): number;
}

/** Null without rules: every device is served here. */
export function redirectDesk(rules: readonly RedirectRule[], { fleet, inquiries, nowMs }: Needs): RedirectDesk | null {
  if (rules.length === 0) return null;
  const onlineHere = () => fleet.directory.devices().reduce((sum, device) => sum + (device.online ? 1 : 0), 0);
  const redirects = new Redirects(rules, onlineHere);
  return new RedirectDesk(redirects, {
    nowMs,
    ping({ id, host, port }: RedirectTarget, there) {
      const send = (address: string) => inquiries.ping({ transport: 'udp', host: address, port }, id, there);
      if (isIP(host) !== 0) send(host);
      else lookup(host, { verbatim: false }).then(({ address }) => send(address), noAddress);
    },
  });
}

/** A name that cannot be resolved never answers: silence is what whoever asks waits for. */
function noAddress(): void {}
