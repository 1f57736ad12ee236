import dgram from 'node:dgram';
import { readFileSync } from 'node:fs';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Hosts whose answer is remembered: more than one gateway serves. */
const MAX_REMEMBERED_HOSTS = 16_384;
/** A route may change while we run. */
const FORGET_AFTER_MS = 10 * 60_000;

/** Probes open at once: each is a socket. */
const MAX_ASKING = 64;
/** Any port does; nothing is sent. */
const DISCARD_PORT = 9;

/**
 * EDGE. Which address of this machine faces a host (SIP-3): asked of the kernel by connecting an UDP socket, which sends
 * nothing. The answer comes a moment later, so it is asked when a host logs in or is first written to, and remembered; until
 * then the interface in the same network is named, else that of the default route.
 */
export class LocalAddresses {
  readonly #known = new Map<string, { address: string; atMs: number }>();
  readonly #asking = new Set<string>();

  /** Asks the kernel about a host (an IP address) unless it is known or being asked. */
  learn(host: string): void {
    const known = this.#known.get(host);
    if (known !== undefined && performance.now() - known.atMs < FORGET_AFTER_MS) return;
    if (isIP(host) === 0 || this.#asking.has(host) || this.#asking.size >= MAX_ASKING) return;
    this.#asking.add(host);
    const probe = dgram.createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    let open = true;
    const done = () => {
      this.#asking.delete(host);
      if (open) probe.close();
      open = false;
    };
    probe.once('error', done);
    const connected = (error?: Error) => {
      if (error === undefined) this.#remember(host, probe.address().address);
      done(); // no route: the guess stays
    };
    probe.connect(DISCARD_PORT, host, connected);
  }

  /** The address of ours that faces `host`, as well as it is known; asked for the next time when it is not. */
  facing(host: string): string {
    this.learn(host);
    const known = this.#known.get(host);
    if (known === undefined) return interfaceFacing(host);
    // moved to the end: who is written to is remembered longest
    this.#known.delete(host);
    this.#known.set(host, known);
    return known.address;
  }

  /** Hosts whose answer is remembered. */
  get size(): number {
    return this.#known.size;
  }

  #remember(host: string, address: string): void {
    this.#known.delete(host);
    if (this.#known.size >= MAX_REMEMBERED_HOSTS) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    this.#known.set(host, { address, atMs: performance.now() });
  }
}

function interfaceFacing(host: string): string {
  const family = isIPv6(host) ? 'ipv6' : 'ipv4';
  const defaultName = defaultInterface();
  let fallback: string | null = null;
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const address of addresses ?? []) {
      if (address.family.toLowerCase() !== family) continue;
      if (address.address === host || contains(address.cidr, host, family)) return address.address;
      if (!address.internal && (fallback === null || name === defaultName)) fallback = address.address;
    }
  }
  return fallback ?? (family === 'ipv6' ? '::1' : '127.0.0.1');
}

function contains(cidr: string | null, host: string, family: 'ipv4' | 'ipv6'): boolean {
  const [net, bits] = (cidr ?? '').split('/');
  if (net === undefined || bits === undefined) return false;
  const subnet = new BlockList();
  subnet.addSubnet(net, Number(bits), family);
  return subnet.check(host, family);
}

/** The interface of the IPv4 default route, where Linux tells it. */
function defaultInterface(): string | null {
  try {
    const routes = readFileSync('/proc/net/route', 'latin1').split('\n').slice(1);
    return routes.map((line) => line.split('\t')).find((fields) => fields[1] === '00000000')?.[0] ?? null;
  } catch {
    return null; // another operating system
  }
}
