import type { SipAgent } from './agent.ts';
import type { Allegiance } from './allegiance.ts';
import type { Registration } from './registration.ts';
import { type Address, openTcpSip, openUdpSip, type SipLink, type SipLinkOptions } from './sip-link.ts';
import type { Wheel } from './wheel.ts';

const MAX_RECONNECT_SECONDS = 60;

export interface LineOptions {
  readonly agent: SipAgent;
  readonly allegiance: Allegiance;
  readonly registration: Registration;
  readonly wheel: Wheel;
  readonly sip: 'udp' | 'tcp' | 'tls';
  readonly localHost: string;
  /** TCP only: messages in pieces (SIP-5). */
  readonly pieces: boolean;
  /** The platform cannot be reached over TCP. */
  readonly unreachable: (detail: string) => void;
}

/** The way of a simulated device to its platform: opened, lost, opened again, led elsewhere. */
export class Line {
  readonly #o: LineOptions;
  #isDown = false;
  #connects = 0;

  constructor(o: LineOptions) {
    this.#o = o;
  }

  /** Opens the socket and begins to register. Rejects when a UDP socket cannot be opened; a TCP connection is tried again and again. */
  async start(): Promise<void> {
    const { agent, allegiance, registration, sip } = this.#o;
    if (this.#isDown) return;
    try {
      agent.link = await this.#open();
    } catch (error) {
      if (sip === 'udp') throw error;
      this.#o.unreachable((error as Error).message);
      allegiance.goHome();
      return this.#again();
    }
    if (this.#isDown) return agent.link.close();
    this.#connects = 0;
    void registration.start();
  }

  async #open(): Promise<SipLink> {
    const { agent, allegiance, localHost, pieces, registration, sip } = this.#o;
    let link: SipLink | null = null;
    const edge: SipLinkOptions = {
      server: allegiance.current.address,
      localHost,
      pieces,
      onMessage: (message, from: Address) => agent.receive(message, from),
      onLost: () => {
        if (link !== null && link !== agent.link) return;
        agent.link = null;
        agent.abandon();
        registration.lost();
        if (allegiance.isHome) this.#again();
        else {
          // the platform that it was sent to is gone: at once back to where it was told to begin
          allegiance.goHome();
          void this.start();
        }
      },
    };
    link = sip === 'udp' ? await openUdpSip(edge) : await openTcpSip(edge, sip);
    return link;
  }

  /** The old socket goes, a new one takes its place: another port, or another connection (SIP-2, SIP-8). */
  async renew(): Promise<void> {
    const { agent } = this.#o;
    const old = agent.link;
    if (old === null || this.#isDown) return;
    old.close();
    const next = await this.#open();
    if (this.#isDown) next.close();
    else agent.link = next;
  }

  /** Another platform: over TCP another connection, over UDP another address for what it says. */
  moved(): void {
    if (this.#isDown) return;
    if (this.#o.sip === 'udp') {
      void this.#o.registration.start();
      return;
    }
    this.cut();
    void this.start();
  }

  /** The socket is gone, without a word; `start` opens another. */
  cut(): void {
    const { agent } = this.#o;
    agent.link?.close();
    agent.link = null;
    agent.abandon();
  }

  /** From now on nothing is opened any more. */
  takeDown(): void {
    this.#isDown = true;
  }

  #again(): void {
    const seconds = Math.min(2 ** this.#connects++, MAX_RECONNECT_SECONDS);
    this.#o.wheel.after(seconds * 1000, () => void this.start());
  }
}
