/** INVITE dialogues of a capture, whoever made them, and where their media is expected. */
import { answerFindings } from '../../sip/answer-findings.ts';
import { confirmDialogue, type Dialogue, openDialogue } from '../../sip/dialog.ts';
import { responseFindings } from '../../sip/response-findings.ts';
import { parseSdp, type SessionDescription } from '../../sip/sdp.ts';
import { tagOf, userOf } from '../../sip/wire/address.ts';
import { callIdOf, cseqOf, type SipMessage, type SipRequest, type SipResponse } from '../../sip/wire/message.ts';
import type { CallReport } from '../report.ts';
import type { End } from '../write/packets.ts';
import { FindingLog, isoTime } from './finding-log.ts';
import type { Session } from './session.ts';

/** Calls of one file that are followed: a day of a site with a hundred cameras. */
export const MAX_CALLS = 4096;

/** Where media is expected: any of these hosts at this port. Address translation makes several out of one. */
interface Place {
  readonly hosts: Set<string>;
  readonly port: number;
}

export interface Call {
  readonly callId: string;
  readonly caller: End;
  readonly callee: End;
  readonly startMs: number;
  readonly offer: SessionDescription;
  readonly transport: 'udp' | 'tcp-passive' | 'tcp-active';
  readonly findings: FindingLog;
  from: string;
  to: string;
  answer: SessionDescription | null;
  /** Where the answer came from. */
  answerHost: string;
  status: number | null;
  reason: string;
  answerMs: number | null;
  endedBy: 'caller' | 'callee' | null;
  /** Where the side that offered receives; TCP active: where the other side listens. */
  place: Place | null;
  session: Session | null;
}

export class Calls {
  readonly #epochMs: (nowMs: number) => number;
  readonly #byCallId = new Map<string, Call>();
  /** By the port of their place, the newest last. */
  readonly #byPort = new Map<number, Call[]>();
  /** Calls beyond the limit. */
  omitted = 0;

  constructor(epochMs: (nowMs: number) => number) {
    this.#epochMs = epochMs;
  }

  /** One message of the capture, in order. */
  message(message: SipMessage, from: End, to: End, transport: 'udp' | 'tcp', nowMs: number): void {
    const call = this.#byCallId.get(callIdOf(message));
    if (message.kind === 'response') {
      if (call !== undefined && cseqOf(message)?.method === 'INVITE')
        this.#answered(call, message, from, transport, nowMs);
    } else if (message.method === 'INVITE') {
      if (call === undefined) this.#invited(message, from, to, nowMs);
    } else if (message.method === 'BYE' && call !== undefined && call.endedBy === null) {
      call.endedBy = from.host === call.caller.host && from.port === call.caller.port ? 'caller' : 'callee';
      call.session?.end();
    }
  }

  /** The call whose media comes to that place, or carries that SSRC; the newest that fits. */
  find(to: End, ssrc: number | null): Call | null {
    // RTCP has the port above (RFC 3550 section 11)
    for (const port of [to.port, to.port - 1]) {
      const calls = this.#byPort.get(port) ?? [];
      for (let i = calls.length - 1; i >= 0; i -= 1) {
        const call = calls[i]!;
        if (call.endedBy !== null && call.session === null) continue;
        if (call.place!.hosts.has(to.host)) return call;
        // behind address translation nothing but the port and the number is left
        if (ssrc !== null && (ssrc === call.offer.ssrc || ssrc === call.answer?.ssrc)) return call;
      }
    }
    return null;
  }

  report(): CallReport[] {
    return [...this.#byCallId.values()].map((call) => ({
      callId: call.callId,
      from: `${call.from} ${hostPort(call.caller)}`,
      to: `${call.to} ${hostPort(call.callee)}`,
      startedAt: isoTime(this.#epochMs(call.startMs)) ?? '',
      status: call.status,
      reason: call.reason,
      answerMs: call.answerMs === null ? null : Math.round((call.answerMs - call.startMs) * 10) / 10,
      endedBy: call.endedBy,
      transport: call.offer.selected === null ? null : call.transport,
      offered: mediaPlace(call.offer),
      answered: call.answer === null ? null : mediaPlace(call.answer),
      offeredSsrc: call.offer.ssrcText,
      answeredSsrc: call.answer?.ssrcText ?? null,
      findings: call.findings.report(),
    }));
  }

  /** What the receiver of a call is told of the answer, null before it came. */
  static answerOf(call: Call): { ssrc: number | null; host: string | null; port: number; fallbackHost: string } | null {
    if (call.answer === null) return null;
    const { ssrc, mediaHost, selected } = call.answer;
    return { ssrc, host: mediaHost, port: selected?.port ?? 0, fallbackHost: call.answerHost };
  }

  #invited(invite: SipRequest, caller: End, callee: End, nowMs: number): void {
    if (this.#byCallId.size >= MAX_CALLS) {
      this.omitted += 1;
      return;
    }
    const offer = parseSdp(Buffer.from(invite.body).toString('utf8'));
    const selected = offer.selected;
    const isTcp = selected?.protocol.includes('TCP') === true;
    const call: Call = {
      callId: callIdOf(invite),
      caller,
      callee,
      startMs: nowMs,
      offer,
      transport: isTcp ? (selected?.setup === 'active' ? 'tcp-active' : 'tcp-passive') : 'udp',
      findings: new FindingLog(),
      from: userOf(invite.headers.get('From')) ?? '',
      to: invite.uri.user ?? userOf(invite.headers.get('To')) ?? '',
      answer: null,
      answerHost: callee.host,
      status: null,
      reason: '',
      answerMs: null,
      endedBy: null,
      place: null,
      session: null,
    };
    this.#byCallId.set(call.callId, call);
    const isReceiver = selected !== null && selected.direction !== 'sendonly';
    if (isReceiver && call.transport !== 'tcp-active')
      this.#expect(call, [offer.mediaHost, caller.host], selected.port);
  }

  #answered(call: Call, response: SipResponse, from: End, transport: 'udp' | 'tcp', nowMs: number): void {
    if (response.status < 200 || call.status !== null) return;
    call.status = response.status;
    call.reason = response.reason;
    call.answerMs = nowMs;
    if (response.status >= 300) return;
    const text = response.body.length === 0 ? null : Buffer.from(response.body).toString('utf8');
    const answer = parseSdp(text ?? '');
    call.answer = answer;
    call.answerHost = from.host;
    // which device a channel belongs to is not in its dialogue
    const asked = { deviceId: call.to, channelId: call.to, transport: call.transport, sipHost: from.host };
    const found = [
      ...responseFindings(dialogueOf(call, response), response, { transport, ...from }),
      ...answerFindings(text, answer, asked),
    ];
    for (const [code, detail] of found) call.findings.add({ code, detail }, this.#epochMs(nowMs));
    const answerer = [answer.mediaHost, from.host];
    const port = answer.selected?.port ?? 0;
    if (call.place === null && port > 0) this.#expect(call, answerer, port);
    const told = Calls.answerOf(call);
    if (told !== null) call.session?.answered(told);
  }

  #expect(call: Call, hosts: readonly (string | null)[], port: number): void {
    call.place = { hosts: new Set(hosts.filter((host) => host !== null)), port };
    this.#byPort.set(port, [...(this.#byPort.get(port) ?? []), call]);
  }
}

/** The dialogue as the caller has it after the answer. */
function dialogueOf(call: Call, response: SipResponse): Dialogue {
  const opened = openDialogue({
    callId: call.callId,
    deviceId: call.to,
    channelId: call.to,
    localUri: `sip:${call.from}@${call.caller.host}`,
    localTag: tagOf(response.headers.get('From')) ?? '',
    remoteUri: `sip:${call.to}@${call.callee.host}`,
    localContact: `sip:${call.from}@${call.caller.host}`,
    createdEpochMs: 0,
  });
  return confirmDialogue(opened, response);
}

function mediaPlace({ mediaHost, selected }: SessionDescription): string | null {
  return selected === null ? null : hostPort({ host: mediaHost ?? '-', port: selected.port });
}

/** `10.0.0.1:9000`, `[fd00::1]:9000`. */
export function hostPort({ host, port }: End): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
