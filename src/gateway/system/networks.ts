import { BlockList, isIP, isIPv4 } from 'node:net';

/** Questions about IP addresses (RFC 1918, RFC 4193, RFC 6598). A name is none of these. */

/** `0.0.0.0`, `::`, nothing: where nobody can be reached. */
export function isUnspecified(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}

/** `127.0.0.0/8`, `::1`, `localhost`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  // carrier-grade address translation: 4G cameras
  ['100.64.0.0', 10],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv4');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/** An address that only its own site can reach. */
export function isPrivate(host: string): boolean {
  return isIP(host) !== 0 && PRIVATE.check(host, isIPv4(host) ? 'ipv4' : 'ipv6');
}

/** True when `host` lies in the network `address/bits`. */
export function sameNetwork(network: string, host: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  if (isIP(address) === 0 || isIP(address) !== isIP(host)) return false;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const subnet = new BlockList();
  subnet.addSubnet(address, Number(bits), family);
  return subnet.check(host, family);
}
