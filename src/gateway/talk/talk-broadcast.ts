import type { CallStanding } from '../../sip/call.ts';
import type { IncomingCall, IncomingListener } from '../../sip/incoming-call.ts';
import { broadcastNotice } from '../../sip/manscdp/broadcast.ts';
import type { QueryFault } from '../../sip/server.ts';
import { readVoiceWish, type VoiceWish, writeVoice } from '../../sip/voice-sdp.ts';
import type { ProblemCode, PulledTransport } from '../views.ts';
import { TalkCall, type TalkCallOptions, type TalkCallPorts } from './talk-call.ts';

/** From the device's OK, or our notice when none comes, until its INVITE (GB/T 28181 9.12.1: some 10 s). */
const INVITE_MS = 10_000;
/** SIP answers by which a device says that it does not know the command. */
const UNKNOWN: ReadonlySet<number> = new Set([403, 404, 405, 415, 488, 501]);

/** Broadcast (GB/T 28181 9.12.1): the device is told that a voice is there, and calls us for it. */
export class BroadcastCall extends TalkCall {
  #call: IncomingCall | null = null;
  #stopWaiting: (() => void) | null = null;

  constructor(ports: TalkCallPorts, o: TalkCallOptions) {
    super(ports, o);
    void this.#begin();
  }

  async #begin(): Promise<void> {
    const { deviceId, channelId } = this.o;
    const { sip } = this.ports;
    this.#stopWaiting = sip.expectCall({ deviceId, targetId: channelId, onCall: (call) => this.#onCall(call) });
    if (this.#stopWaiting === null)
      return this.#fault('too_many_streams', 'Too many calls of devices are waited for.', 'no');
    this.after(INVITE_MS + INVITE_MS, () => this.#silent());
    const answer = await sip.ask(deviceId, broadcastNotice(sip.platformId, channelId));
    const isCalled = this.#call !== null;
    if (answer === null && isCalled)
      this.ports.found(deviceId, 'TK-6', 'it called for the voice without an answer to the Broadcast before it');
    // its call says more than its answer, or none (TK-6)
    if (isCalled || this.state !== 'waiting') return;
    if (answer === 'ERROR') this.#fault('device_error', `The device ${deviceId} refused the broadcast.`, 'mode');
    else if (answer === 'OK') this.after(INVITE_MS, () => this.#silent());
    else if (answer === null) this.#silent();
    else this.#untold(answer);
  }

  /** The notice did not reach it, or it wants none. */
  #untold({ fault, detail, status }: QueryFault): void {
    const { deviceId } = this.o;
    if (fault === 'rejected' && status !== undefined && UNKNOWN.has(status))
      this.#fault('not_supported', `The device ${deviceId} knows no broadcast: ${detail}.`, 'mode', true);
    else if (fault === 'rejected') this.#fault('device_error', `The device ${deviceId} refused it: ${detail}.`, 'mode');
    else if (fault === 'timeout') this.#fault('device_timeout', `The device ${deviceId} is silent: ${detail}.`, 'mode');
    else this.#fault('device_offline', `The device ${deviceId} is not reached: ${detail}.`, 'no');
  }

  #silent(): void {
    if (this.#call !== null) return;
    this.#fault(
      'device_timeout',
      `The device ${this.o.deviceId} was told of the voice and did not call for it.`,
      'mode',
    );
  }

  #fault(problem: ProblemCode, detail: string, next: 'mode' | 'no', isUnknown = false): void {
    this.fail({ kind: 'fault', refusal: { problem, detail }, next, isUnknown });
  }

  #onCall(call: IncomingCall): IncomingListener {
    this.#call = call;
    this.#stopWaiting = null;
    const wish = readVoiceWish(call.offer);
    const ssrc = wish?.ssrc ?? this.newSsrc();
    if (wish === null) {
      call.refuse(488, 'Not Acceptable Here');
      this.#fault('invite_rejected', `The device ${this.o.deviceId} called for sound that we cannot send.`, 'mode');
    } else if (ssrc === null) {
      call.refuse(503, 'Service Unavailable');
      this.#fault('port_exhausted', 'All stream numbers of the domain are in use.', 'no');
    } else void this.#answer(call, wish, ssrc);
    const target = { host: wish?.host ?? null, port: wish?.port ?? 0, sipHost: call.from.host };
    return {
      onUp: () => {
        if (wish !== null && ssrc !== null)
          this.answered({ codec: wish.codec, payloadType: wish.payloadType, ssrc }, target);
      },
      onEnd: (reason) => this.fail({ kind: 'ended', detail: reason }),
    };
  }

  async #answer(call: IncomingCall, wish: VoiceWish, ssrc: number): Promise<void> {
    const { sip } = this.ports;
    const transport = mirrored(wish);
    const link = await this.openLink(transport);
    if (link === null) return;
    // who connects at once, before its ACK is here, is let in
    link.aim({ host: wish.host, port: 0, sipHost: call.from.host });
    const { codec, payloadType, ssrcText } = wish;
    call.answer(
      writeVoice({
        platformId: sip.platformId,
        name: 'Play',
        host: sip.mediaHostFor(this.o.deviceId),
        port: link.port,
        transport,
        direction: 'sendonly',
        codec,
        payloadType,
        ssrc: wish.ssrc !== null && ssrcText !== null ? ssrcText : ssrc,
      }),
    );
  }

  protected async stands(): Promise<CallStanding> {
    return (await this.#call?.stands()) ?? 'unknown';
  }

  protected async goodbye(): Promise<{ byeAnswered: boolean }> {
    this.#stopWaiting?.();
    this.#stopWaiting = null;
    return (await this.#call?.hangUp()) ?? { byeAnswered: true };
  }
}

/** Some devices take UDP only, some TCP only: what they offer is what they get (TK-3). */
function mirrored({ isTcp, setup }: VoiceWish): PulledTransport {
  if (!isTcp) return 'udp';
  return setup === 'passive' ? 'tcp-active' : 'tcp-passive';
}
