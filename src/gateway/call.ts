import type { MediaFault, MediaTap, PacketFeed, Receiver, ReceiverEvent, ReceiverOptions } from '../media/receiver.ts';
import type { IdForm, SdpForm, SubStreamAttribute } from '../sip/camera/profile.ts';
import { buildOffer, parseSdp, subjectOf } from '../sip/sdp.ts';
import type { InviteFailure, Call as SipCall, SipServer } from '../sip/server.ts';
import { formatSsrc, type SsrcPool } from '../sip/ssrc.ts';
import type { Clock } from './clock.ts';
import { FeedGate } from './feed-gate.ts';
import type { Steps } from './steps.ts';
import type { PulledTransport } from './views.ts';

/** Why a call ended. Exactly one per call. */
export type CallEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'device-bye'; readonly detail: string }
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string }
  | { readonly kind: 'invite-timeout' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'no-port'; readonly detail: string }
  | { readonly kind: 'no-connection'; readonly detail: string }
  | { readonly kind: 'no-media'; readonly detail: string }
  | { readonly kind: 'transport-refused'; readonly detail: string }
  | { readonly kind: 'stalled'; readonly detail: string };

/** What calls need of the rest of the gateway. */
export interface CallPorts {
  readonly sip: Pick<SipServer, 'invite' | 'mediaHostFor' | 'platformId' | 'seen'>;
  /** A port lease, its sockets and the feed behind them, ready to receive. */
  openReceiver(o: Omit<ReceiverOptions, 'pool'>): Promise<Receiver | MediaFault>;
  readonly ssrcs: SsrcPool;
  readonly clock: Clock;
}

export interface CallOptions {
  readonly deviceId: string;
  readonly channelId: string;
  readonly streamNumber: number;
  readonly transport: PulledTransport;
  /** How the offer is written and whom the INVITE names (INV-5), and how a sub-stream is asked for (INV-13). */
  readonly sdpForm: SdpForm;
  readonly idForm: IdForm;
  readonly subStreamAttribute: SubStreamAttribute;
  /** Feed of the stream: it was there before this call and goes on after it. */
  readonly feed: PacketFeed;
  readonly steps: Steps;
  /** A final answer to the INVITE must come within this. */
  readonly inviteTimeoutMs: number;
  /** The first packet must come within this after the answer. */
  readonly mediaTimeoutMs: number;
  /** Silence of this length after that ends the call as stalled. */
  readonly stallTimeoutMs: number;
  /** Who wants to hear all that comes in at the call's sockets, from their opening on. */
  tap(): MediaTap | null;
  /** The call has its Call-ID; none of its messages has left yet. */
  onDialogue(callId: string): void;
  onMedia(event: ReceiverEvent): void;
  /** Called about once a second while media flows. */
  onSecond(): void;
  /** Called once, after which `onMedia` is silent. */
  onEnd(end: CallEnd): void;
}

/** How often a flowing call looks whether its packets still come. */
const STALL_CHECK_MS = 1000;

/** After the device closed its media connection without BYE it may open another (TCP-9: it retries at least 1 s apart). */
const RECONNECT_GRACE_MS = 3000;

/**
 * One INVITE to one channel: port lease, SDP, dialogue and receiver, opened in that order and freed in one place,
 * exactly once, whoever ends it and in whatever state. GB/T 28181-2022 9.2.
 */
export class Call {
  readonly #ports: CallPorts;
  readonly #options: CallOptions;
  readonly #ssrc: number | null;
  readonly #gate: FeedGate;
  #receiver: Receiver | null = null;
  #sip: SipCall | null = null;
  #cancelTimer: () => void = () => {};
  #answerDetail = '';
  #disconnectedMs: number | null = null;
  #end: CallEnd | null = null;
  /** Resolves when the device has answered our BYE (or never will) and the port is back in its pool. */
  readonly closed: Promise<void>;
  #resolveClosed: () => void = () => {};

  private constructor(ports: CallPorts, options: CallOptions, ssrc: number | null) {
    this.#ports = ports;
    this.#options = options;
    this.#ssrc = ssrc;
    this.#gate = new FeedGate(options.feed);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** Begins the call; its outcome arrives through `onMedia` and `onEnd`. */
  static start(ports: CallPorts, options: CallOptions): Call {
    const call = new Call(ports, options, ports.ssrcs.allocate('live'));
    void call.#open();
    return call;
  }

  /** Ten decimal digits, as offered; null when none was free. */
  get ssrcText(): string | null {
    return this.#ssrc === null ? null : formatSsrc(this.#ssrc);
  }

  get receiver(): Receiver | null {
    return this.#receiver;
  }

  /** Ends the call from our side. Idempotent. */
  stop(): void {
    this.#finish({ kind: 'stopped' });
  }

  async #open(): Promise<void> {
    const { transport, steps } = this.#options;
    const ssrc = this.#ssrc;
    if (ssrc === null) {
      // Not before the caller holds the call: an end is always later than its start.
      await Promise.resolve();
      this.#finish({ kind: 'no-port', detail: 'All 9,999 stream numbers of the domain are in use' });
      this.#release();
      return;
    }
    const opened = await this.#ports.openReceiver({
      transport,
      ssrc,
      feed: this.#gate,
      onEvent: (event) => this.#onReceiver(event),
      now: () => this.#ports.clock.nowMs(),
    });
    if ('fault' in opened) {
      this.#finish({ kind: 'no-port', detail: opened.detail });
      this.#release();
      return;
    }
    this.#receiver = opened;
    const tap = this.#options.tap();
    if (tap !== null) opened.listen(tap);
    if (this.#end !== null) {
      // Stopped while the port was being opened: no INVITE has left, nobody will send here.
      opened.close({ byeAnswered: true });
      this.#release();
      return;
    }
    steps.add('port', `${transport} port ${opened.port}`);
    this.#invite(opened, ssrc);
  }

  #invite(receiver: Receiver, ssrc: number): void {
    const { deviceId, channelId, streamNumber, transport, steps, inviteTimeoutMs } = this.#options;
    const { sdpForm, idForm, subStreamAttribute } = this.#options;
    const { sip } = this.#ports;
    const host = sip.mediaHostFor(deviceId);
    steps.add('invite', `offered ${transport} ${host}:${receiver.port}, SSRC ${formatSsrc(ssrc)}`);
    this.#sip = sip.invite({
      deviceId,
      channelId,
      idForm,
      subject: subjectOf(channelId, ssrc, sip.platformId, subStreamAttribute === 'subject' ? streamNumber : null),
      sdp: buildOffer({
        name: 'Play',
        platformId: sip.platformId,
        channelId,
        host,
        port: receiver.port,
        transport,
        ssrc,
        streamNumber,
        form: sdpForm,
        subStreamAttribute,
      }),
      timeoutMs: inviteTimeoutMs,
      onProvisional: (status) => steps.add('provisional', String(status)),
      onAnswer: (answer) => this.#onAnswer(answer.sdp, answer.from.host),
      onFailure: (failure) => this.#onFailure(failure),
      onBye: (reason) => this.#finish({ kind: 'device-bye', detail: reason }),
    });
    this.#options.onDialogue(this.#sip.callId);
    if (this.#end !== null) void this.#hangUp();
  }

  #onAnswer(sdpText: string | null, sipHost: string): void {
    if (this.#end !== null || this.#receiver === null) return;
    const { transport, steps, mediaTimeoutMs } = this.#options;
    const answer = parseSdp(sdpText ?? '');
    const port = answer.selected?.port ?? (answer.media.length > 0 ? 0 : null);
    this.#answerDetail =
      sdpText === null || sdpText === ''
        ? `200 without SDP from ${sipHost}`
        : `200 from ${sipHost}: media ${answer.mediaHost ?? 'no address'}:${port ?? 'no port'}, SSRC ${answer.ssrcText ?? 'none'}`;
    steps.add('answer', this.#answerDetail);
    // TCP-11, INV-16: port 0 says that the device cannot do this transport now.
    if (port === 0 || (transport === 'tcp-active' && port === null)) {
      this.#finish({ kind: 'transport-refused', detail: `the device answered port ${port ?? 'none'} to ${transport}` });
      return;
    }
    this.#receiver.answered({ ssrc: answer.ssrc, host: answer.mediaHost, port: port ?? 0, fallbackHost: sipHost });
    this.#cancelTimer = this.#ports.clock.after(mediaTimeoutMs, () => this.#onNoMedia());
  }

  #onFailure(failure: InviteFailure): void {
    if (failure.kind === 'rejected') this.#finish({ kind: 'rejected', status: failure.status, reason: failure.reason });
    else this.#finish({ kind: failure.kind === 'timeout' ? 'invite-timeout' : 'unreachable' });
  }

  #onReceiver(event: ReceiverEvent): void {
    if (this.#end !== null) return;
    const { steps } = this.#options;
    if (event.type === 'connected') {
      this.#disconnectedMs = null;
      steps.add('connected', event.remote);
    } else if (event.type === 'connect-failed') {
      this.#finish({ kind: 'no-connection', detail: event.detail });
      return;
    } else if (event.type === 'disconnected') {
      this.#disconnectedMs = this.#ports.clock.nowMs();
    } else if (event.type === 'first-packet') {
      this.#disconnectedMs = null;
      this.#cancelTimer();
      this.#watchStall();
    }
    this.#options.onMedia(event);
  }

  #watchStall(): void {
    this.#cancelTimer = this.#ports.clock.after(STALL_CHECK_MS, () => {
      const nowMs = this.#ports.clock.nowMs();
      const silentMs = nowMs - (this.#receiver?.lastPacketMs ?? nowMs);
      if (silentMs >= this.#options.stallTimeoutMs)
        this.#finish({ kind: 'stalled', detail: `no packet for ${Math.round(silentMs / 1000)} s` });
      else if (this.#disconnectedMs !== null && nowMs - this.#disconnectedMs >= RECONNECT_GRACE_MS)
        this.#finish({ kind: 'stalled', detail: 'the device closed the media connection' });
      else {
        // REG-13: a device whose media arrives lives, whatever its keepalives do.
        if (silentMs < STALL_CHECK_MS) this.#ports.sip.seen(this.#options.deviceId);
        this.#options.onSecond();
        this.#watchStall();
      }
    });
  }

  #onNoMedia(): void {
    const { transport, deviceId, mediaTimeoutMs } = this.#options;
    const seconds = Math.round(mediaTimeoutMs / 1000);
    const told = `${this.#ports.sip.mediaHostFor(deviceId)}:${this.#receiver?.port ?? 0}`;
    const strangers = this.#receiver?.strangers ?? 0;
    const refused = strangers > 0 ? ` ${strangers} packets of others were refused.` : '';
    const detail =
      transport === 'udp'
        ? `${this.#answerDetail}, but no packet came in ${seconds} s. The device was told to send to ${told}: if it cannot reach that address, set --advertise, or use TCP.${refused}`
        : `${this.#answerDetail}, but no media came over ${transport} in ${seconds} s (our side: ${told}). If the device cannot reach that address, set --advertise, or use another transport.${refused}`;
    this.#finish({ kind: 'no-media', detail });
  }

  #finish(end: CallEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#gate.shut();
    this.#cancelTimer();
    if (this.#sip !== null) void this.#hangUp();
    this.#options.onEnd(end);
  }

  async #hangUp(): Promise<void> {
    const { byeAnswered } = (await this.#sip?.hangUp()) ?? { byeAnswered: true };
    this.#receiver?.close({ byeAnswered });
    this.#release();
  }

  #release(): void {
    if (this.#ssrc !== null) this.#ports.ssrcs.release(this.#ssrc);
    this.#resolveClosed();
  }
}
