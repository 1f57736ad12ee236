import { callIdOf, cseqOf, type SipRequest } from '../sip/wire/message.ts';
import { type SipAgent, targetOf } from './agent.ts';
import type { Behaviour } from './behaviour.ts';
import type { Clip } from './clip.ts';
import { downloadAttributes, rangeOf, speedOf } from './footage/asked.ts';
import type { Footage, FootageFault } from './footage/footage.ts';
import { FootageSender } from './footage/footage-sender.ts';
import type { Span } from './footage/library.ts';
import { obey } from './footage/remote-control.ts';
import { MANSCDP_TYPE, mediaStatus } from './manscdp.ts';
import { type MediaLink, openUdpLink, tcpDialLink, tcpListenLink } from './media-link.ts';
import { MediaSender, type SenderCounts, type SentUnit } from './media-sender.ts';
import type { Random } from './random.ts';
import { type Offer, readOffer, ssrcOf, takes, writeAnswer } from './sdp.ts';
import type { Address } from './sip-link.ts';
import type { Clockwork, Moment } from './wheel.ts';

export interface CallOptions {
  readonly agent: SipAgent;
  readonly wheel: Clockwork;
  readonly random: Random;
  readonly behaviour: Behaviour;
  readonly channelId: string;
  readonly deviceId: string;
  /** INVITEs that this device answered before this one. */
  readonly callsBefore: number;
  readonly clip: Clip;
  /** What the channel has recorded, and its index in the device; null: nothing can be played back. */
  readonly history: { readonly footage: Footage; readonly channel: number } | null;
  readonly onUnit: ((unit: SentUnit) => void) | undefined;
  /** The device falls over in the middle of this call. */
  readonly onReboot: () => void;
  /** Called once. */
  readonly onEnd: (call: CameraCall) => void;
}

export type CallState = 'answering' | 'unacknowledged' | 'connecting' | 'sending' | 'ended';

/** RFC 3261 13.3.1.4 and 17.2.1: a final answer is repeated from T1 up to T2 until the ACK comes, 64 * T1 in all. */
const T1_MS = 500;
const T2_MS = 4000;
const ACK_WAIT_MS = 32_000;
/** INV-1: between the copies of an answer that was acknowledged already. */
const COPY_GAP_MS = 200;
/** Waiting for the answer to a BYE of ours. */
const BYE_WAIT_MS = 2000;

/** Until what was sent has left this machine. */
const DRAIN_POLL_MS = 10;
const MANSRTSP_TYPE = 'Application/MANSRTSP';

const NO_COUNTS: Readonly<SenderCounts> = { packets: 0, bytes: 0, frames: 0, omitted: 0 };

/** One INVITE dialogue, the camera's side of it: answers, waits for the ACK, sends, ends. */
export class CameraCall {
  readonly callId: string;
  readonly channelId: string;
  readonly #o: CallOptions;
  readonly #invite: SipRequest;
  readonly #from: Address;
  /** Our tag of this dialogue. */
  readonly tag: string;
  readonly #cseq: number;
  #state: CallState = 'answering';
  #link: MediaLink | null = null;
  #sender: MediaSender | FootageSender | null = null;
  /** The range of a call for footage. */
  #range: Span | null = null;
  #answer: Buffer | null = null;
  #status = 0;
  #again: Moment | null = null;
  #giveUp: Moment | null = null;
  #ownCseq = 0;
  #acknowledged = false;
  #begun = false;

  constructor(o: CallOptions, invite: SipRequest, from: Address) {
    this.#o = o;
    this.#invite = invite;
    this.#from = from;
    this.channelId = o.channelId;
    this.callId = callIdOf(invite);
    this.#cseq = cseqOf(invite)?.number ?? 0;
    this.tag = o.agent.token();
  }

  get state(): CallState {
    return this.#state;
  }

  get counts(): Readonly<SenderCounts> {
    return this.#sender?.counts ?? NO_COUNTS;
  }

  /** Reads the offer and answers it. */
  begin(): void {
    const { agent, behaviour, wheel } = this.#o;
    agent.answer(this.#invite, this.#from, 100, 'Trying');
    if (behaviour.inviteStatus !== 200 && this.#o.callsBefore < behaviour.refusedInvites) {
      this.#refuse(behaviour.inviteStatus, behaviour.inviteReason);
      return;
    }
    const offer = readOffer(this.#invite.body);
    if (offer === null || !takes(offer, behaviour)) {
      this.#refuse(488, 'Not Acceptable Here');
      return;
    }
    if (offer.name.toLowerCase() !== 'play') {
      const asked = rangeOf(offer, this.#o.history?.footage ?? null, behaviour);
      if ('status' in asked) {
        this.#refuse(asked.status, asked.reason);
        return;
      }
      this.#range = asked;
    }
    const { headers } = this.#invite;
    if (behaviour.needsSubject && (headers.get('Subject') === undefined || headers.get('Contact') === undefined)) {
      this.#refuse(400, 'Bad Request');
      return;
    }
    if (behaviour.answerDelayMs === 0) {
      void this.#accept(offer);
      return;
    }
    agent.answer(this.#invite, this.#from, 180, 'Ringing', { toTag: this.tag });
    this.#again = wheel.after(behaviour.answerDelayMs, () => void this.#accept(offer));
  }

  /** The INVITE came again: so does what was answered. */
  repeated(invite: SipRequest): void {
    if (cseqOf(invite)?.number !== this.#cseq)
      this.#o.agent.answer(invite, this.#from, 488, 'Not Acceptable Here', { toTag: this.tag });
    else if (this.#answer !== null) this.#o.agent.link?.send(this.#answer, this.#from);
  }

  acknowledged(): void {
    if (this.#acknowledged || this.#state === 'answering' || this.#state === 'ended') return;
    this.#acknowledged = true;
    this.#again?.cancel();
    this.#giveUp?.cancel();
    if (this.#status !== 200) {
      this.#end();
      return;
    }
    this.#begin();
    for (let copy = 1; copy < this.#o.behaviour.answerCopies; copy++)
      this.#o.wheel.after(
        copy * COPY_GAP_MS,
        () => this.#state !== 'ended' && this.#answer && this.#o.agent.link?.send(this.#answer, this.#from),
      );
  }

  /** Media begins when its link is ready. */
  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    if (this.#state === 'unacknowledged') this.#state = 'connecting';
    this.#link?.ready().then(
      () => this.#send(),
      () => void this.hangUp(),
    );
  }

  /** RFC 3261 9.2: only an INVITE without final answer can be cancelled. */
  cancelled(): void {
    if (this.#state !== 'answering' || this.#o.behaviour.ignoreCancel) return;
    this.#again?.cancel();
    this.#refuse(487, 'Request Terminated');
  }

  /** The platform sent BYE. */
  ended(): void {
    this.#end();
  }

  /** An INFO in this dialogue: its body steers the footage. */
  info(request: SipRequest, from: Address): void {
    const { agent, behaviour } = this.#o;
    const sender = this.#sender instanceof FootageSender ? this.#sender : null;
    const answer = obey(request.body, sender, this.#range?.startEpochMs ?? 0, behaviour);
    if (answer === null) return;
    agent.answer(request, from, answer.status, answer.reason, {
      toTag: this.tag,
      ...(answer.body === null ? {} : { contentType: MANSRTSP_TYPE, body: Buffer.from(answer.body, 'latin1') }),
    });
  }

  /** The platform asks for a key frame (A.2.3.1.9). Footage lies on its disk as it is. */
  keyFrame(): void {
    if (this.#sender instanceof MediaSender) this.#sender.keyFrame();
  }

  /** The content that is sent next; null: this call sends no footage. */
  get positionEpochMs(): number | null {
    return this.#sender instanceof FootageSender ? this.#sender.positionEpochMs : null;
  }

  /** What waits for a receiver that does not read. */
  get unsentBytes(): number {
    return this.#link?.unsentBytes ?? 0;
  }

  /** Breaks what carries the media, and forgets the call: nobody is told. */
  drop(): void {
    this.#end();
  }

  #suffer(fault: FootageFault): void {
    if (fault.kind === 'cut') this.drop();
    else if (fault.kind === 'hang-up') void this.hangUp();
    else if (fault.kind === 'reboot') this.#o.onReboot();
  }

  /** The range is over: says so in its way once everything has left, unless it speaks too early (PB-4). */
  #rangeEnded(): void {
    const { behaviour, wheel } = this.#o;
    if (this.#state !== 'sending') return;
    if (behaviour.mediaStatusEarlyMs === 0 && (this.#link?.unsentBytes ?? 0) > 0) {
      wheel.after(DRAIN_POLL_MS, () => this.#rangeEnded());
      return;
    }
    if (behaviour.mediaStatus !== 'never') void this.#tellEnd();
    if (behaviour.atEnd === 'bye') void this.hangUp();
    else if (behaviour.atEnd === 'close') this.#link?.close();
  }

  /** MediaStatus 121 (A.2.5.6), in the dialogue as the standard has it or in none (PB-1). */
  async #tellEnd(): Promise<void> {
    const { agent, behaviour, channelId } = this.#o;
    const body = mediaStatus(channelId, behaviour);
    const inside = behaviour.mediaStatus === 'inside';
    await this.#tell('MESSAGE', inside ? this.callId : agent.token(16), { contentType: MANSCDP_TYPE, body });
  }

  /** Ends the call from this side; resolves when the BYE was answered or will not be. */
  async hangUp(): Promise<void> {
    const established =
      this.#state === 'connecting' ||
      this.#state === 'sending' ||
      (this.#state === 'unacknowledged' && this.#status === 200);
    this.#end();
    if (!established) return;
    await this.#tell('BYE', this.#o.behaviour.strangeBye ? this.#o.agent.token(16) : this.callId);
  }

  async #tell(method: string, callId: string, more: { contentType?: string; body?: Uint8Array } = {}): Promise<void> {
    const { headers } = this.#invite;
    const to = headers.get('To') ?? '';
    await this.#o.agent.ask({
      method,
      uri: targetOf(headers.get('Contact'), '', this.#from),
      from: /;\s*tag=/i.test(to) ? to : `${to};tag=${this.tag}`,
      to:
        callId === this.callId || method === 'BYE'
          ? (headers.get('From') ?? '')
          : withoutTag(headers.get('From') ?? ''),
      callId,
      cseq: ++this.#ownCseq,
      timeoutMs: BYE_WAIT_MS,
      target: this.#from,
      ...more,
    });
  }

  async #accept(asked: Offer): Promise<void> {
    const { agent, behaviour, channelId, deviceId } = this.#o;
    const offer: Offer = behaviour.answersUdp ? { ...asked, transport: 'udp' } : asked;
    const host = agent.link?.local.host ?? this.#from.host;
    const own = 1 + Math.floor(this.#o.random() * 1_999_999_998);
    const ssrc = ssrcOf(offer, own, behaviour);
    let link: MediaLink;
    try {
      if (offer.transport === 'udp') link = await openUdpLink(host, offer, behaviour);
      else if (offer.setup === 'passive') link = tcpDialLink(behaviour, host, offer);
      else link = await tcpListenLink(behaviour, host);
    } catch {
      if (this.#state === 'answering') this.#refuse(500, 'Server Internal Error');
      return;
    }
    if (this.#state !== 'answering') {
      link.close(); // cancelled while the socket was opened
      return;
    }
    this.#link = link;
    link.onLost = () => void this.hangUp();
    this.#sender = this.#senderOf(offer, link, ssrc);
    const originId = behaviour.answersAsDevice ? deviceId : channelId;
    const attributes = downloadAttributes(offer, this.#range, this.#o.history?.footage ?? null, behaviour);
    const sdp = writeAnswer({ originId, host, port: link.port, ssrc, offer, behaviour, attributes });
    this.#final(200, 'OK', behaviour.emptyAnswer ? null : sdp);
    if (behaviour.beforeAck) this.#begin();
  }

  #senderOf(offer: Offer, link: MediaLink, ssrc: number): MediaSender | FootageSender {
    const { history } = this.#o;
    if (this.#range === null || history === null) return new MediaSender({ ...this.#o, link, ssrc });
    return new FootageSender({
      ...this.#o,
      ...history,
      ...this.#range,
      speed: speedOf(offer, this.#o.behaviour),
      isDatagram: offer.transport === 'udp',
      link,
      ssrc,
      onEnd: () => this.#rangeEnded(),
      onFault: (fault) => this.#suffer(fault),
    });
  }

  #refuse(status: number, reason: string): void {
    this.#final(status, reason, null);
  }

  #final(status: number, reason: string, sdp: Buffer | null): void {
    const { agent, behaviour, channelId, deviceId, wheel } = this.#o;
    this.#state = 'unacknowledged';
    this.#status = status;
    const success = status === 200;
    this.#answer = agent.answer(this.#invite, this.#from, status, reason, {
      toTag: success && !behaviour.toTag ? null : this.tag,
      headers: success ? [['Contact', agent.contact(behaviour.answersAsDevice ? deviceId : channelId)]] : [],
      ...(sdp === null ? {} : { contentType: 'application/sdp', body: sdp }),
    });
    this.#giveUp = wheel.after(ACK_WAIT_MS, () => void this.hangUp());
    // RFC 3261 17.2.1: over a reliable transport only a 2xx is repeated
    if (success || agent.link?.transport === 'udp') this.#repeat(T1_MS);
  }

  #repeat(gapMs: number): void {
    this.#again = this.#o.wheel.after(gapMs, () => {
      if (this.#answer !== null) this.#o.agent.link?.send(this.#answer, this.#from);
      this.#repeat(Math.min(gapMs * 2, T2_MS));
    });
  }

  #send(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'sending';
    this.#sender?.start();
    const { byeAfterMs } = this.#o.behaviour;
    if (byeAfterMs !== null) this.#o.wheel.after(byeAfterMs, () => void this.hangUp());
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#again?.cancel();
    this.#giveUp?.cancel();
    this.#sender?.stop();
    this.#link?.close();
    this.#o.onEnd(this);
  }
}

function withoutTag(address: string): string {
  return address.replace(/;\s*tag=[^;]*/i, '');
}
