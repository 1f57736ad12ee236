import type { MediaFault, PortPool } from '../../media/ingest/port-pool.ts';
import { openVoiceLink, type VoiceLink, type VoiceTarget } from '../../media/send/voice-link.ts';
import type { CallStanding } from '../../sip/call.ts';
import { GONE_WORDS } from '../../sip/camera/fleet.ts';
import type { SipServer } from '../../sip/server.ts';
import type { SsrcPool } from '../../sip/ssrc.ts';
import type { VoiceCodec } from '../../sip/voice-sdp.ts';
import type { Clock } from '../clock.ts';
import type { Problem, PulledTransport } from '../views.ts';
import type { TalkEndCause } from './talk-views.ts';

/** What calls for voice need of the gateway. */
export interface TalkCallPorts {
  readonly sip: Pick<SipServer, 'ask' | 'expectCall' | 'invite' | 'mediaHostFor' | 'platformId'>;
  readonly pool: PortPool;
  readonly ssrcs: SsrcPool;
  readonly clock: Clock;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
}

export interface TalkCallOptions {
  readonly deviceId: string;
  readonly channelId: string;
  /** A packet of the device; valid during the call only. */
  onPacket(packet: Uint8Array): void;
  /** The call had come up, and is over without our doing. Once. */
  onLost(cause: TalkEndCause, reason: string): void;
}

/** Why a call for voice did not come up. */
export interface TalkFault {
  readonly refusal: Problem;
  /** The device may take another transport, or another mode; `no`: nothing would help. */
  readonly next: 'transport' | 'mode' | 'no';
  /** It has said that it does not know such a thing at all. */
  readonly isUnknown: boolean;
}

/** How the voice is packed, as agreed. */
export interface Agreed {
  readonly codec: VoiceCodec;
  readonly payloadType: number;
  readonly ssrc: number;
}

const GONE: ReadonlySet<string> = new Set(Object.values(GONE_WORDS));
/** A TCP way must stand so soon after the answer: the device's three tries, a second apart (annex D), and the slow ones. */
const CONNECT_MS = 10_000;

/** One call for voice, whoever called: its link, its number, its only end. The kinds of call say how it is answered and hung up. */
export abstract class TalkCall {
  protected readonly ports: TalkCallPorts;
  protected readonly o: TalkCallOptions;
  transport: PulledTransport | null = null;
  agreed: Agreed | null = null;
  protected link: VoiceLink | null = null;
  protected state: 'waiting' | 'up' | 'over' = 'waiting';
  #isAnswered = false;
  #isLinked = false;
  #allocated: number | null = null;
  #sipHost = '';
  #cancelTimer: () => void = () => {};
  #settle: (fault: TalkFault | null) => void = () => {};
  /** Null: it is up. */
  readonly outcome: Promise<TalkFault | null>;

  constructor(ports: TalkCallPorts, o: TalkCallOptions) {
    this.ports = ports;
    this.o = o;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Asks the device whether it still knows the call. */
  protected abstract stands(): Promise<CallStanding>;

  /** Ends the signalling as its state demands. */
  protected abstract goodbye(): Promise<{ byeAnswered: boolean }>;

  get remote(): string | null {
    return this.link?.remote ?? null;
  }

  /** One packet, framed; false: lost. */
  send(framed: Buffer): boolean {
    return this.link?.send(framed) ?? false;
  }

  /** Ends it from our side; `onLost` is not called. Idempotent. */
  hangUp(): Promise<void> {
    if (this.state === 'over') return Promise.resolve();
    const wasWaiting = this.state === 'waiting';
    const freed = this.#free();
    if (wasWaiting) this.#settle(stoppedFault());
    return freed;
  }

  /**
   * The device has registered anew, from `host`: perhaps it has restarted, which nothing else tells of a voice over UDP (REG-9). One that
   * knows the call no more, or is elsewhere, does not hear us.
   */
  async registered(host: string): Promise<void> {
    if (this.state !== 'up') return;
    const isThere = host === this.#sipHost && (await this.stands()) !== 'no';
    if (!isThere) this.fail({ kind: 'ended', cause: 'device_restarted', detail: 'the device has restarted' });
  }

  protected after(ms: number, action: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.ports.clock.after(ms, action);
  }

  /** A number of our own for the voice, given back at the end; null: none is free. */
  protected newSsrc(): number | null {
    this.#allocated ??= this.ports.ssrcs.allocate('live');
    return this.#allocated;
  }

  /** Opens the sockets; null: the call was over before, or failed by that. */
  protected async openLink(transport: PulledTransport): Promise<VoiceLink | null> {
    this.transport = transport;
    const link: VoiceLink | MediaFault = await openVoiceLink({
      pool: this.ports.pool,
      transport,
      onReady: () => {
        this.#isLinked = true;
        this.#look();
      },
      onLost: (detail) => this.fail({ kind: 'link', detail }),
      onPacket: (packet) => this.o.onPacket(packet),
    });
    if ('fault' in link) {
      this.fail({ kind: 'port', detail: link.detail });
      return null;
    }
    if (this.state === 'over') {
      link.close({ byeAnswered: true });
      return null;
    }
    this.link = link;
    this.#isLinked = transport === 'udp';
    return link;
  }

  /** The signalling is done: the voice may go when the way stands. */
  protected answered(agreed: Agreed, target: VoiceTarget): void {
    if (this.state === 'over') return;
    this.agreed = agreed;
    this.#isAnswered = true;
    this.#sipHost = target.sipHost;
    this.link?.aim(target);
    this.after(CONNECT_MS, () => this.fail({ kind: 'link', detail: 'nobody connected' }));
    this.#look();
  }

  /** It fails, or is over, by something of the device's. */
  protected fail(
    why:
      | { kind: 'port' | 'link'; detail: string }
      | { kind: 'ended'; detail: string; cause?: TalkEndCause }
      | (TalkFault & { kind: 'fault' }),
  ): void {
    if (this.state === 'over') return;
    const wasUp = this.state === 'up';
    void this.#free();
    if (!wasUp) this.#settle(this.#faultOf(why));
    else if (why.kind === 'ended') this.o.onLost(why.cause ?? causeOf(why.detail), why.detail);
    else this.o.onLost('media_lost', why.kind === 'fault' ? why.refusal.detail : why.detail);
  }

  #faultOf(why: Parameters<TalkCall['fail']>[0]): TalkFault {
    const { deviceId } = this.o;
    switch (why.kind) {
      case 'fault':
        return why;
      case 'port':
        return { refusal: { problem: 'port_exhausted', detail: why.detail }, next: 'no', isUnknown: false };
      case 'link': {
        const detail = `The device ${deviceId} took the call, but no media connection came about: ${why.detail}.`;
        return { refusal: { problem: 'no_media', detail }, next: 'transport', isUnknown: false };
      }
      case 'ended': {
        const detail = `The device ${deviceId} ended the call before it heard anything: ${why.detail}.`;
        return { refusal: { problem: 'invite_rejected', detail }, next: 'mode', isUnknown: false };
      }
    }
  }

  #look(): void {
    if (this.state !== 'waiting' || !this.#isAnswered || !this.#isLinked) return;
    this.state = 'up';
    this.#cancelTimer();
    this.#settle(null);
  }

  /** The only end. */
  async #free(): Promise<void> {
    this.state = 'over';
    this.#cancelTimer();
    const { byeAnswered } = await this.goodbye();
    this.link?.close({ byeAnswered });
    if (this.#allocated !== null) this.ports.ssrcs.release(this.#allocated);
  }
}

/** A call that ended without our doing: the device hung up, or is gone. */
function causeOf(reason: string): TalkEndCause {
  return GONE.has(reason) ? 'device_offline' : 'device_ended';
}

/** It was given up by ourselves. */
export function stoppedFault(): TalkFault {
  return { refusal: { problem: 'conflict', detail: 'The talk was stopped.' }, next: 'no', isUnknown: false };
}
