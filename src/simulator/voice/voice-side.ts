import { callIdOf, type SipRequest } from '../../sip/wire/message.ts';
import { sipUri } from '../../sip/wire/uri.ts';
import { type SipAgent, targetOf } from '../agent.ts';
import type { Behaviour } from '../behaviour.ts';
import { encode } from '../manscdp.ts';
import type { Address } from '../sip-link.ts';
import type { Clockwork } from '../wheel.ts';
import { VoiceCall } from './voice-call.ts';
import { openVoiceLink } from './voice-link.ts';

/** The side of a simulated camera that is spoken to: broadcasts and talks (GB/T 28181 9.12). */

export interface VoiceSideOptions {
  readonly deviceId: string;
  readonly channelIds: readonly string[];
  readonly serverId: string;
  readonly domain: string;
  readonly agent: SipAgent;
  readonly wheel: Clockwork;
  readonly behaviour: Behaviour;
  /** Sends a body to the platform. */
  tell(body: Buffer): Promise<void>;
}

/** A camera has one loudspeaker a channel. */
const MAX_CALLS = 16;
const BYE_WAIT_MS = 2000;
/** TK-2: an id that no catalogue has. */
const NOBODY = '34020000001379999999';

export class VoiceSide {
  /** Every call since the start, ended ones too; the newest last, at most 16. */
  readonly calls: VoiceCall[] = [];
  /** Broadcasts that it was told. */
  broadcasts = 0;
  /** Which transport, and which part in it, it asks for. */
  transport: Behaviour['voiceTransport'];
  readonly #o: VoiceSideOptions;

  constructor(o: VoiceSideOptions) {
    this.transport = o.behaviour.voiceTransport;
    this.#o = o;
  }

  /** A body: true when it was a Broadcast. */
  message(body: Uint8Array): boolean {
    const text = Buffer.from(body).toString('latin1');
    if (!/<Notify>/.test(text) || !/<CmdType>\s*Broadcast\s*</.test(text)) return false;
    const [sn, target] = ['SN', 'TargetID'].map((name) => new RegExp(`<${name}>\\s*(\\w+)`).exec(text)?.[1] ?? '');
    this.broadcasts += 1;
    void this.#broadcast(sn ?? '', target ?? '');
    return true;
  }

  /** An INVITE with `s=Talk` is taken here. */
  isTalk(request: SipRequest): boolean {
    return request.method === 'INVITE' && /^s=Talk\s*$/im.test(Buffer.from(request.body).toString('latin1'));
  }

  /** A request inside of one of the calls: true when it is. */
  inside(request: SipRequest, from: Address): boolean {
    const call = this.calls.find((each) => each.callId === callIdOf(request) && !each.isOver);
    if (call === undefined) return false;
    if (request.method === 'ACK') return true;
    this.#o.agent.answer(request, from, 200, 'OK');
    if (request.method === 'BYE') call.end();
    return true;
  }

  /** The call that stands, or stood last. */
  get last(): VoiceCall | undefined {
    return this.calls.at(-1);
  }

  /** Breaks what carries the voices; nobody is told. */
  drop(): void {
    for (const call of this.calls) call.end();
  }

  async #broadcast(sn: string, targetId: string): Promise<void> {
    const { behaviour } = this.#o;
    const known = targetId === this.#o.deviceId || this.#o.channelIds.includes(targetId);
    const isRefused = behaviour.broadcast === 'error' || !known;
    if (behaviour.broadcast !== 'unanswered') {
      const xml = `<Response>\r\n<CmdType>Broadcast</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>${targetId}</DeviceID>\r\n<Result>${isRefused ? 'ERROR' : 'OK'}</Result>\r\n</Response>\r\n`;
      await this.#o.tell(encode(xml, behaviour));
    }
    if (isRefused || behaviour.broadcast === 'silent') return;
    await this.#callFor(targetId);
  }

  /** Calls the platform for its voice. */
  async #callFor(targetId: string): Promise<void> {
    const { agent, behaviour, domain, serverId, wheel } = this.#o;
    const { transport } = this;
    const isPs = behaviour.voiceOffer === 'ps';
    const callId = agent.token(16);
    const call = this.#open({ callId, channelId: targetId, kind: 'broadcast', isPs, wheel });
    const host = agent.link?.local.host ?? '127.0.0.1';
    const link = await openVoiceLink(transport, host, (packet) => call.hear(packet));
    call.link = link;
    const caller = behaviour.voiceCaller === 'unknown' ? NOBODY : targetId;
    const from = `<sip:${caller}@${domain}>;tag=${agent.token()}`;
    const isTcp = transport !== 'udp';
    const sdp = [
      'v=0',
      `o=${caller} 0 0 IN IP4 ${host}`,
      's=Play',
      `c=IN IP4 ${host}`,
      't=0 0',
      `m=audio ${link.port} ${isTcp ? 'TCP/RTP/AVP' : 'RTP/AVP'} ${isPs ? '96' : '8 96'}`,
      'a=recvonly',
      ...(isPs ? [] : ['a=rtpmap:8 PCMA/8000']),
      'a=rtpmap:96 PS/90000',
      ...(isTcp ? [`a=setup:${transport.slice(4)}`, 'a=connection:new'] : []),
      'f=v/////a/1/8/1',
      '',
    ].join('\r\n');
    const dialogue = { uri: sipUri(serverId, domain), from, callId, cseq: 1 } as const;
    const answer = await agent.ask({
      ...dialogue,
      method: 'INVITE',
      to: `<sip:${serverId}@${domain}>`,
      headers: [
        ['Contact', agent.contact(caller)],
        ['Subject', `${serverId}:0,${caller}:0`],
      ],
      contentType: 'application/sdp',
      body: Buffer.from(sdp),
    });
    if (answer === null || answer.status >= 300) {
      if (answer !== null) agent.say({ ...dialogue, method: 'ACK', to: answer.headers.get('To') ?? '' });
      call.end();
      return;
    }
    const to = answer.headers.get('To') ?? '';
    agent.say({ ...dialogue, method: 'ACK', to });
    const described = Buffer.from(answer.body).toString('latin1');
    const target = whereTo(described);
    if (target !== null) link.aim(target.host, target.port);
    call.hangUp = async () => {
      call.end();
      await agent.ask({ ...dialogue, cseq: 2, method: 'BYE', to, timeoutMs: BYE_WAIT_MS });
    };
  }

  /** Answers a talk. */
  async talk(request: SipRequest, from: Address): Promise<void> {
    const { agent, behaviour, deviceId, wheel } = this.#o;
    const offer = Buffer.from(request.body).toString('latin1');
    const target = whereTo(offer);
    const isTcp = /^m=audio \d+ TCP/m.test(offer);
    const channelId = request.uri.user ?? deviceId;
    if (!behaviour.talk || target === null || isTcp !== (this.transport !== 'udp')) {
      agent.answer(request, from, 488, 'Not Acceptable Here');
      return;
    }
    const call = this.#open({ callId: callIdOf(request), channelId, kind: 'talk', isPs: false, wheel });
    const host = agent.link?.local.host ?? '127.0.0.1';
    const transport = !isTcp ? 'udp' : /^a=setup:active/m.test(offer) ? 'tcp-passive' : 'tcp-active';
    const link = await openVoiceLink(transport, host, (packet) => call.hear(packet));
    call.link = link;
    const ssrc = /^y=(\d+)/m.exec(offer)?.[1] ?? '0';
    const sdp = [
      'v=0',
      `o=${channelId} 0 0 IN IP4 ${host}`,
      's=Talk',
      `c=IN IP4 ${host}`,
      't=0 0',
      `m=audio ${link.port} ${isTcp ? 'TCP/RTP/AVP' : 'RTP/AVP'} 8`,
      'a=sendrecv',
      'a=rtpmap:8 PCMA/8000',
      ...(isTcp ? [`a=setup:${transport.slice(4)}`, 'a=connection:new'] : []),
      `y=${ssrc}`,
      'f=v/////a/1/8/1',
      '',
    ].join('\r\n');
    const toTag = agent.token();
    agent.answer(request, from, 200, 'OK', {
      toTag,
      headers: [['Contact', agent.contact(channelId)]],
      contentType: 'application/sdp',
      body: Buffer.from(sdp),
    });
    link.aim(target.host, target.port);
    call.speak(Number(ssrc));
    call.hangUp = async () => {
      call.end();
      await agent.ask({
        method: 'BYE',
        uri: targetOf(request.headers.get('Contact'), '', from),
        from: `${request.headers.get('To') ?? ''};tag=${toTag}`,
        to: request.headers.get('From') ?? '',
        callId: call.callId,
        cseq: 1,
        timeoutMs: BYE_WAIT_MS,
        target: from,
      });
    };
  }

  #open(o: ConstructorParameters<typeof VoiceCall>[0]): VoiceCall {
    const call = new VoiceCall(o);
    this.calls.push(call);
    if (this.calls.length > MAX_CALLS) this.calls.shift()?.end();
    return call;
  }
}

function whereTo(sdp: string): { host: string; port: number } | null {
  const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
  const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1] ?? 0);
  return host === undefined || port < 1 ? null : { host, port };
}
