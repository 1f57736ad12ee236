import { parseNameAddr } from '../sip/wire/address.ts';
import type { SipResponse } from '../sip/wire/message.ts';
import type { Address } from './sip-link.ts';

/** One platform, as a device addresses it. */
export interface Platform {
  readonly address: Address;
  readonly serverId: string;
  readonly domain: string;
}

/** RFC 3261 19.1.2. */
const SIP_PORT = 5060;
/** Of a 302 without `Expires`. */
const DEFAULT_SECONDS = 3600;

/** Which platform a device belongs to: the one it was set up with, or the one that a 302 named (GB/T 28181-2022 9.1.2.3). */
export class Allegiance {
  readonly home: Platform;
  #current: Platform;
  #untilMs = Number.POSITIVE_INFINITY;

  constructor(home: Platform) {
    this.home = home;
    this.#current = home;
  }

  get current(): Platform {
    return this.#current;
  }

  get isHome(): boolean {
    return this.#current === this.home;
  }

  /** Goes where a 302 says; false when it names no place. */
  follow(response: SipResponse, nowMs: number): boolean {
    const uri = parseNameAddr(response.headers.list('Contact')[0] ?? '')?.uri;
    if (uri === undefined || uri.user === null || uri.host === '') return false;
    const seconds = Number(response.headers.get('Expires') ?? DEFAULT_SECONDS);
    this.#current = {
      address: { host: uri.host.replace(/^\[(.*)\]$/, '$1'), port: uri.port ?? SIP_PORT },
      serverId: uri.user,
      // the domain of a platform is the beginning of its id (annex E)
      domain: uri.user.slice(0, 10),
    };
    this.#untilMs = nowMs + (seconds > 0 ? seconds : DEFAULT_SECONDS) * 1000;
    return true;
  }

  /** Back to the one it was set up with. */
  goHome(): void {
    this.#current = this.home;
    this.#untilMs = Number.POSITIVE_INFINITY;
  }

  /** What the 302 granted is over: ask again where it was asked first. */
  isOver(nowMs: number): boolean {
    return nowMs >= this.#untilMs;
  }
}
