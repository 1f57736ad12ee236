import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** An address of this machine that a camera could be told. */
export interface OwnAddress {
  readonly address: string;
  /** Name of the interface: `eth0`. */
  readonly interface: string;
}

/** Interfaces of containers, virtual machines and tunnels: seldom the network of the cameras. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vbox|cni|flannel|cali|tun|tap|wg|zt|tailscale)/i;

/**
 * EDGE. The machine's addresses, the likeliest first: IPv4 of real interfaces, of virtual ones, IPv6. Loopback only when there is nothing
 * else. Addresses of a link (fe80::, 169.254.) are left out: no form of a camera takes them.
 */
export function ownAddresses(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): readonly OwnAddress[] {
  const found: { address: string; interface: string; rank: number }[] = [];
  for (const [name, infos] of Object.entries(interfaces)) {
    for (const info of infos ?? []) {
      if (/^(fe80:|169\.254\.)/i.test(info.address)) continue;
      const rank = (info.internal ? 4 : 0) + (info.family === 'IPv6' ? 2 : 0) + (VIRTUAL.test(name) ? 1 : 0);
      found.push({ address: info.address, interface: name, rank });
    }
  }
  const outside = found.filter((one) => one.rank < 4);
  return (outside.length > 0 ? outside : found)
    .sort((a, b) => a.rank - b.rank)
    .map(({ address, interface: name }) => ({ address, interface: name }));
}
