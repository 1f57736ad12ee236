import type { Finding } from '../../media/frame.ts';
import type {
  MediaFault,
  MediaTap,
  PacketFeed,
  Receiver,
  ReceiverEvent,
  ReceiverOptions,
} from '../../media/receiver.ts';
import { answerFindings } from '../../sip/answer-findings.ts';
import type { InfoAnswer } from '../../sip/call.ts';
import type { IdForm, SdpForm } from '../../sip/camera/profile.ts';
import { buildOffer, parseSdp, type SessionDescription, subjectOf } from '../../sip/sdp.ts';
import type { InviteFailure, Call as SipCall, SipServer } from '../../sip/server.ts';
import { formatSsrc, type SsrcPool } from '../../sip/ssrc.ts';
import type { Clock } from '../clock.ts';
import type { PulledTransport } from '../views.ts';
import type { CallProfile } from './call-profile.ts';
import { FeedGate } from './feed-gate.ts';
import { type HistoryOptions, rangeOf } from './history.ts';
import { noMediaWords } from './pull-words.ts';
import type { Steps } from './steps.ts';

/** Why a call ended. Exactly one per call. */
export type CallEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'device-bye'; readonly detail: string }
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string }
  | { readonly kind: 'invite-timeout'; readonly detail: string }
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'no-port'; readonly detail: string }
  | { readonly kind: 'no-connection'; readonly detail: string }
  | { readonly kind: 'no-media'; readonly detail: string }
  | { readonly kind: 'transport-refused'; readonly detail: string }
  /** `isClosed`: the device closed the media connection and opened no other. */
  | { readonly kind: 'stalled'; readonly detail: string; readonly isClosed: boolean };

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
  /** How the offer is written and whom the INVITE names (INV-5). */
  readonly sdpForm: SdpForm;
  readonly idForm: IdForm;
  readonly profile: CallProfile;
  /** Absent: live. */
  readonly history?: HistoryOptions;
  /** Feed of the stream: it was there before this call and goes on after it. */
  readonly feed: PacketFeed;
  readonly steps: Steps;
  /** A final answer to the INVITE must come within this. */
  readonly inviteTimeoutMs: number;
  /** The first packet must come within this after the answer. */
  readonly mediaTimeoutMs: number;
  /** Other transports are tried when this one brings nothing. */
  readonly areOthersTried: boolean;
  /** Silence of this length after that ends the call as stalled. */
  readonly stallTimeoutMs: number;
  /** Who wants to hear all that comes in at the call's sockets, from their opening on. */
  tap(): MediaTap | null;
  /** The call has its Call-ID; none of its messages has left yet. */
  onDialogue(callId: string): void;
  onMedia(event: ReceiverEvent): void;
  /** A deviation in the signalling of this call was tolerated. */
  onFinding(finding: Finding): void;
  /** Called about once a second from the first packet on. `silentMs`: since the newest packet, agreed silence left out. */
  onSecond(silentMs: number): void;
  /** Called once, after which `onMedia` is silent. */
  onEnd(end: CallEnd): void;
}

/** How often a flowing call looks whether its packets still come. */
const STALL_CHECK_MS = 1000;

/** After the device closed its media connection without BYE it may open another (TCP-9: it retries at least 1 s apart). */
const RECONNECT_GRACE_MS = 3000;

/** After the BYE of footage: until nothing came for so long, and no longer than the limit. */
const BYE_DRAIN_MS = 1000;
const BYE_DRAIN_LIMIT_MS = 10_000;

/** A BYE that names the channel and not the call is believed when media falls silent (INV-7): from then on, for this long. */
const DOUBT_MS = 3000;
/** What was on its way, or in the buffers of the device, when it hung up. */
const DOUBT_DRAIN_MS = 1000;

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
  #cancelDoubt: () => void = () => {};
  #provisional: number | null = null;
  #answer: { readonly sdp: SessionDescription; readonly sipHost: string } | null = null;
  #disconnectedMs: number | null = null;
  #isQuiet = false;
  #isHeld = false;
  /** Silence up to here was agreed on. */
  #quietUntilMs = Number.NEGATIVE_INFINITY;
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
    const call = new Call(ports, options, ports.ssrcs.allocate(options.history === undefined ? 'live' : 'history'));
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

  /** INFO inside the dialogue; 481 when the call is not up. */
  async info(contentType: string, body: string): Promise<InfoAnswer> {
    return this.#sip?.info(contentType, body) ?? { status: 481, body: '' };
  }

  /** TCP: with true nothing more is read, so that the device has to wait. Silence is then of our own making: see `setQuiet`. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#receiver?.hold(isHeld);
  }

  /** Silence is agreed on (the device was told to pause, or is made to wait by us): until this is taken back it is no stall. */
  setQuiet(isQuiet: boolean): void {
    this.#isQuiet = isQuiet;
    this.#quietUntilMs = this.#ports.clock.nowMs();
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
      isSsrcStrict: this.#options.profile.isSsrcStrict,
      hasReports: this.#options.profile.hasReports,
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
    const { sdpForm, idForm, history } = this.#options;
    const { subStreamAttribute } = this.#options.profile;
    const { sip } = this.#ports;
    const host = sip.mediaHostFor(deviceId);
    steps.add('invite', `offered ${transport} ${host}:${receiver.port}, SSRC ${formatSsrc(ssrc)}`);
    this.#sip = sip.invite({
      deviceId,
      channelId,
      idForm,
      subject: subjectOf(channelId, ssrc, sip.platformId, subStreamAttribute === 'subject' ? streamNumber : null),
      sdp: buildOffer({
        name: history?.name ?? 'Play',
        ...(history === undefined ? {} : rangeOf(history)),
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
      onProvisional: (status) => {
        this.#provisional = status;
        steps.add('provisional', String(status));
      },
      onAnswer: (answer) => {
        for (const [code, detail] of answer.findings) this.#options.onFinding({ code, detail });
        this.#onAnswer(answer.sdp, answer.from.host);
      },
      onFailure: (failure) => this.#onFailure(failure),
      onBye: (reason) => this.#onBye(reason),
      onDoubtfulBye: (detail) => this.#onDoubtfulBye(detail),
      ...(history === undefined
        ? {}
        : {
            onMediaStatus: (notifyType: string) => {
              if (this.#end === null) history.onMediaStatus(notifyType);
            },
          }),
    });
    this.#options.onDialogue(this.#sip.callId);
    if (this.#end !== null) void this.#hangUp();
  }

  #onAnswer(sdpText: string | null, sipHost: string): void {
    if (this.#end !== null || this.#receiver === null) return;
    const { transport, steps, mediaTimeoutMs, deviceId, channelId } = this.#options;
    const answer = parseSdp(sdpText ?? '');
    this.#answer = { sdp: answer, sipHost };
    const port = answer.selected?.port ?? (answer.media.length > 0 ? 0 : null);
    steps.add(
      'answer',
      answer.media.length === 0
        ? `200 without description from ${sipHost}`
        : `200 from ${sipHost}: media ${answer.mediaHost ?? 'no address'}:${port ?? 'no port'}, SSRC ${answer.ssrcText ?? 'none'}`,
    );
    for (const [code, detail] of answerFindings(sdpText, answer, { deviceId, channelId, transport, sipHost }))
      this.#options.onFinding({ code, detail });
    this.#options.history?.onFacts({ filesizeBytes: answer.filesizeBytes, offeredSpeeds: answer.downloadSpeeds });
    // TCP-11, INV-16: port 0 says that the device cannot do this transport now.
    if (port === 0 || (transport === 'tcp-active' && port === null)) {
      this.#finish({ kind: 'transport-refused', detail: `the device answered port ${port ?? 'none'} to ${transport}` });
      return;
    }
    this.#receiver.answered({ ssrc: answer.ssrc, host: answer.mediaHost, port: port ?? 0, fallbackHost: sipHost });
    if (this.#receiver.lastPacketMs !== null) {
      // some send as soon as their answer has left, and the two go different ways (INV-14, SSRC-5: Dahua)
      this.#options.onFinding({ code: 'INV-14', detail: 'its media came before its answer' });
      return;
    }
    this.#cancelTimer = this.#ports.clock.after(mediaTimeoutMs, () => this.#onNoMedia());
  }

  #onFailure(failure: InviteFailure): void {
    if (failure.kind === 'rejected') this.#finish({ kind: 'rejected', status: failure.status, reason: failure.reason });
    else if (failure.kind === 'timeout') {
      const seconds = Math.round(this.#options.inviteTimeoutMs / 1000);
      const said = this.#provisional === null ? 'nothing at all' : `only ${this.#provisional}`;
      this.#finish({ kind: 'invite-timeout', detail: `no final answer to the INVITE in ${seconds} s, ${said} came` });
    } else this.#finish({ kind: 'unreachable', detail: 'there is no way to the device' });
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
      if (this.#isQuiet) this.#quietUntilMs = nowMs;
      const silentMs = nowMs - Math.max(this.#receiver?.lastPacketMs ?? nowMs, this.#quietUntilMs);
      if (silentMs >= this.#options.stallTimeoutMs) {
        const detail = `no packet for ${Math.round(silentMs / 1000)} s`;
        this.#finish({ kind: 'stalled', detail, isClosed: false });
      } else if (this.#disconnectedMs !== null && nowMs - this.#disconnectedMs >= RECONNECT_GRACE_MS)
        this.#finish({ kind: 'stalled', detail: 'the device closed the media connection', isClosed: true });
      else {
        // REG-13: a device whose media arrives lives, whatever its keepalives do.
        if (silentMs < STALL_CHECK_MS) this.#ports.sip.seen(this.#options.deviceId);
        this.#options.onSecond(silentMs);
        // who was told may have ended the call
        if (this.#end === null) this.#watchStall();
      }
    });
  }

  /** Footage is sent to its last byte and the BYE overtakes it, most of all when we make the device wait (PB-4). */
  #onBye(detail: string): void {
    const saidMs = this.#ports.clock.nowMs();
    const look = () => {
      const nowMs = this.#ports.clock.nowMs();
      const silentMs = nowMs - Math.max(saidMs, this.#receiver?.lastPacketMs ?? saidMs);
      const goesOn = this.#isHeld || (silentMs < BYE_DRAIN_MS && nowMs - saidMs < BYE_DRAIN_LIMIT_MS);
      if (goesOn) this.#cancelTimer = this.#ports.clock.after(BYE_DRAIN_MS, look);
      else this.#finish({ kind: 'device-bye', detail });
    };
    this.#cancelTimer();
    if (this.#options.history === undefined) this.#finish({ kind: 'device-bye', detail });
    else this.#cancelTimer = this.#ports.clock.after(BYE_DRAIN_MS, look);
  }

  /** Anybody behind the address of the device can write such a BYE; a device that meant it stops sending. */
  #onDoubtfulBye(detail: string): void {
    if (this.#end !== null) return;
    const byeMs = this.#ports.clock.nowMs();
    this.#cancelDoubt();
    this.#cancelDoubt = this.#ports.clock.after(DOUBT_MS, () => {
      const lastMs = this.#receiver?.lastPacketMs ?? null;
      const goesOn = lastMs !== null && lastMs > byeMs + DOUBT_DRAIN_MS;
      const words = goesOn ? 'media went on, so it was not believed' : 'media stopped, so it was believed';
      this.#options.onFinding({ code: 'INV-7', detail: `${detail}: ${words}` });
      if (!goesOn) this.#finish({ kind: 'device-bye', detail: 'the device ended the call' });
    });
  }

  #onNoMedia(): void {
    const { transport, deviceId, mediaTimeoutMs } = this.#options;
    const receiver = this.#receiver;
    const detail = noMediaWords({
      transport,
      seconds: Math.round(mediaTimeoutMs / 1000),
      port: receiver?.port ?? 0,
      toldHost: this.#ports.sip.mediaHostFor(deviceId),
      deviceHost: this.#answer?.sipHost ?? 'the device',
      answered: { host: this.#answer?.sdp.mediaHost ?? null, port: this.#answer?.sdp.selected?.port ?? null },
      strangers: receiver?.strangers ?? 0,
      malformed: receiver?.malformed ?? 0,
      connected: receiver?.remote != null,
      connectionsDropped: receiver?.connectionsDropped ?? 0,
      areOthersTried: this.#options.areOthersTried,
    });
    this.#finish({ kind: 'no-media', detail });
  }

  #finish(end: CallEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#gate.shut();
    this.#cancelTimer();
    this.#cancelDoubt();
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
