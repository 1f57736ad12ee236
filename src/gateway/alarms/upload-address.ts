import { isIPv6 } from 'node:net';
import type { Served } from './alarm-views.ts';

/** The beginning of addresses under which a device reaches our HTTP side; null: it does not. */
export function uploadAddress(
  { host, port, publicUrl, isSecure = false }: Served,
  sides: { readonly device: string; readonly own: string },
): string | null {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  const bound = host.replace(/^\[|\]$/g, '');
  // a server for this machine alone
  if (isLoopback(bound) && !isLoopback(sides.device)) return null;
  const reached = /^(0\.0\.0\.0|::|)$/.test(bound) ? sides.own : bound;
  return `http${isSecure ? 's' : ''}://${isIPv6(reached) ? `[${reached}]` : reached}:${port}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(::ffff:)?127\./.test(host);
}
