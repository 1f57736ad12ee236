import type { CallStanding } from '../../sip/call.ts';
import type { InviteFailure, Call as SipCall } from '../../sip/server.ts';
import { readVoiceWish, voiceSubject, writeVoice } from '../../sip/voice-sdp.ts';
import type { PulledTransport } from '../views.ts';
import { TalkCall, type TalkCallOptions, type TalkCallPorts, type TalkFault } from './talk-call.ts';

/** A device that rings is answered by a person, or never: the same patience as for pictures. */
const INVITE_MS = 10_000;
const PCMA = 8;
/** Refusals of the description: another transport may do. */
const NOT_SO: ReadonlySet<number> = new Set([406, 415, 488]);
/** Refusals of the thing itself. */
const UNKNOWN: ReadonlySet<number> = new Set([400, 403, 404, 405, 501, ...NOT_SO]);

/** `s=Talk` (2016, and makers): one call of ours for both voices. */
export class InvitedCall extends TalkCall {
  readonly #transport: PulledTransport;
  #call: SipCall | null = null;

  constructor(ports: TalkCallPorts, o: TalkCallOptions, transport: PulledTransport) {
    super(ports, o);
    this.#transport = transport;
    void this.#begin();
  }

  async #begin(): Promise<void> {
    const { deviceId, channelId } = this.o;
    const { sip } = this.ports;
    const link = await this.openLink(this.#transport);
    if (link === null) return;
    const ssrc = this.newSsrc();
    if (ssrc === null) {
      this.fail({ kind: 'port', detail: 'All stream numbers of the domain are in use.' });
      return;
    }
    const description = {
      platformId: sip.platformId,
      name: 'Talk',
      host: sip.mediaHostFor(deviceId),
      port: link.port,
      transport: this.#transport,
      direction: 'sendrecv',
      codec: 'pcma',
      payloadType: PCMA,
      ssrc,
    } as const;
    this.#call = sip.invite({
      deviceId,
      channelId,
      subject: voiceSubject(sip.platformId, ssrc, channelId),
      sdp: writeVoice(description),
      timeoutMs: INVITE_MS,
      onProvisional: () => {},
      onAnswer: ({ sdp, from }) => {
        const wish = readVoiceWish(sdp ?? '');
        if (wish === null) {
          this.fail({ kind: 'ended', detail: 'its answer takes no voice' });
          return;
        }
        const { codec, payloadType, host, port } = wish;
        this.answered({ codec, payloadType, ssrc }, { host, port, sipHost: from.host });
      },
      onFailure: (failure) => this.fail({ kind: 'fault', ...faultOf(deviceId, failure) }),
      onBye: (reason) => this.fail({ kind: 'ended', detail: reason }),
      onDoubtfulBye: () => {},
    });
  }

  protected async stands(): Promise<CallStanding> {
    return (await this.#call?.stands()) ?? 'unknown';
  }

  protected async goodbye(): Promise<{ byeAnswered: boolean }> {
    return (await this.#call?.hangUp()) ?? { byeAnswered: true };
  }
}

function faultOf(deviceId: string, failure: InviteFailure): TalkFault {
  if (failure.kind === 'unreachable')
    return {
      refusal: { problem: 'device_offline', detail: `The device ${deviceId} is not reached.` },
      next: 'no',
      isUnknown: false,
    };
  if (failure.kind === 'timeout')
    return {
      refusal: { problem: 'invite_timeout', detail: `The device ${deviceId} did not answer the call.` },
      next: 'mode',
      isUnknown: false,
    };
  const { status, reason } = failure;
  const detail = `The device ${deviceId} refused the talk: ${status} ${reason}.`;
  if (status === 486 || status === 600)
    return { refusal: { problem: 'device_busy', detail }, next: 'no', isUnknown: false };
  return {
    refusal: { problem: 'invite_rejected', detail },
    next: NOT_SO.has(status) ? 'transport' : 'mode',
    isUnknown: UNKNOWN.has(status),
  };
}
