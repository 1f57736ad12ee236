import { tagOf, userOf } from '../sip/wire/address.ts';
import { callIdOf, type SipRequest } from '../sip/wire/message.ts';
import type { NoteHash } from '../sip/wire/note.ts';
import { sipUri } from '../sip/wire/uri.ts';
import { ALLOW, SipAgent } from './agent.ts';
import { AlarmSide } from './alarms/alarm-side.ts';
import { Allegiance } from './allegiance.ts';
import { answersTo, beijingTime } from './answers.ts';
import type { Behaviour } from './behaviour.ts';
import { CameraCall } from './call.ts';
import type { CameraCertificate } from './certificate.ts';
import type { Clip } from './clip.ts';
import { ControlSide } from './control/controls.ts';
import { isBeyondEdition } from './edition.ts';
import type { Footage } from './footage/footage.ts';
import { Line } from './line.ts';
import {
  type Described,
  MANSCDP_TYPE,
  offEvent,
  privateCommand,
  type Query,
  readQuery,
  type SimulatedChannel,
} from './manscdp.ts';
import type { SentUnit } from './media-sender.ts';
import { type Random, seededRandom, seedOf } from './random.ts';
import { Registration } from './registration.ts';
import type { Address } from './sip-link.ts';
import { SubscriptionSide } from './subscriptions/subscription-side.ts';
import { VoiceSide } from './voice/voice-side.ts';
import type { Wheel } from './wheel.ts';

/** A unit, and the call it was sent in. */
export interface CameraUnit extends SentUnit {
  readonly deviceId: string;
  readonly channelId: string;
  readonly callId: string;
}

export interface DeviceOptions {
  readonly described: Described;
  readonly password: string;
  readonly server: Address;
  readonly serverId: string;
  readonly domain: string;
  readonly localHost: string;
  readonly sip: 'udp' | 'tcp' | 'tls';
  readonly clip: Clip;
  /** What it has recorded; null: it is a camera, no recorder. */
  readonly footage: Footage | null;
  readonly behaviour: Behaviour;
  readonly wheel: Wheel;
  readonly keepaliveSeconds: number;
  readonly expiresSeconds: number;
  readonly version: string | null | undefined;
  readonly note: NoteHash | null | undefined;
  readonly certificate: CameraCertificate | null | undefined;
  readonly retrySeconds: number;
  readonly onUnit: ((unit: CameraUnit) => void) | undefined;
  readonly log: (line: Record<string, unknown>) => void;
}

/** Digits of an id of before 2011 (REG-5). */
const SHORT_ID = 18;
/** Annex M: the next message goes when the one before was answered, or after this. */
const PAGE_WAIT_MS = 2000;
/** One channel of a camera is asked for by a few platforms at most. */
const MAX_CALLS = 64;
/** An answer leaves before the device restarts. */
const REBOOT_NOTICE_MS = 500;
/** A device that fell over is back after this. */
const REBOOT_MS = 2000;

/** One simulated device: a registration, its channels, and the calls that are open. */
export class CameraDevice {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly SimulatedChannel[];
  readonly registration: Registration;
  /** What it was told, and what became of it. */
  readonly controls: ControlSide;
  /** Whom it tells what by itself. */
  readonly subscriptions: SubscriptionSide;
  /** Alarms that it tells, pictures that it takes. */
  readonly alarms: AlarmSide;
  readonly calls = new Map<string, CameraCall>();
  /** What it is told by word of mouth. */
  readonly voice: VoiceSide;
  /** Calls answered so far, open ones included. */
  callsTotal = 0;
  /** Packets, bytes and frames of calls that have ended. */
  readonly past = { packets: 0, bytes: 0, frames: 0, omitted: 0 };
  readonly #o: DeviceOptions;
  readonly #agent: SipAgent;
  readonly #allegiance: Allegiance;
  readonly #random: Random;
  readonly #line: Line;
  #stopped = false;

  constructor(o: DeviceOptions) {
    const described = o.behaviour.shortId ? { ...o.described, id: o.described.id.slice(0, SHORT_ID) } : o.described;
    this.#o = { ...o, described };
    this.id = described.id;
    this.name = o.described.name;
    this.channels = o.described.channels;
    this.#random = seededRandom(seedOf(this.id));
    const common = { wheel: o.wheel, behaviour: o.behaviour, id: this.id };
    this.controls = new ControlSide({
      deviceId: this.id,
      channelIds: this.channels.map((channel) => channel.id),
      style: o.behaviour,
      nowMs: () => o.wheel.nowMs(),
      reboot: () => o.wheel.after(REBOOT_NOTICE_MS, () => this.reboot()),
      keyFrame: (id, spelling) => this.#keyFrame(id, spelling),
    });
    this.alarms = new AlarmSide({
      deviceId: this.id,
      channelIds: this.channels.map((channel) => channel.id),
      style: o.behaviour,
      wheel: o.wheel,
      deviceTime: () => beijingTime(Date.now()),
      isGuarded: () => this.controls.guarded,
      tell: (method, body) => this.#tell(method, body),
    });
    this.#allegiance = new Allegiance({ address: o.server, serverId: o.serverId, domain: o.domain });
    // identifiers must differ between two runs, faults must not: two sources of numbers
    this.#agent = new SipAgent({
      ...common,
      random: Math.random,
      server: () => this.#allegiance.current.address,
      note: o.note == null ? null : { hash: o.note, seed: o.password },
      onRequest: (request, from) => this.#request(request, from),
    });
    this.subscriptions = new SubscriptionSide({
      deviceId: this.id,
      agent: this.#agent,
      wheel: o.wheel,
      style: o.behaviour,
      lookOf: (id) => this.controls.frontEnd(id).position,
    });
    this.voice = new VoiceSide({
      ...o,
      ...common,
      deviceId: this.id,
      channelIds: this.channels.map((channel) => channel.id),
      agent: this.#agent,
      tell: (body) => this.#tell('MESSAGE', body),
    });
    this.registration = new Registration({
      ...common,
      ...o,
      random: this.#random,
      agent: this.#agent,
      allegiance: this.#allegiance,
      moved: () => this.#line.moved(),
      freshSocket: () => this.#line.renew(),
      onChange: (registered, detail) => {
        o.log({ event: registered ? 'registered' : 'unregistered', device: this.id, detail });
        if (registered) void this.#speakUp();
      },
    });
    this.#line = new Line({
      ...o,
      agent: this.#agent,
      allegiance: this.#allegiance,
      registration: this.registration,
      pieces: o.behaviour.pieces,
      unreachable: (detail) => o.log({ event: 'unreachable', device: this.id, detail }),
    });
  }

  /** Signalling digests of the platform: good ones, and bad ones. */
  get notes(): Readonly<SipAgent['notes']> {
    return this.#agent.notes;
  }

  /** Opens the socket and begins to register. Rejects when a UDP socket cannot be opened; a TCP connection is tried again and again. */
  start(): Promise<void> {
    return this.#line.start();
  }

  /** What a camera says by itself once it is registered, if its quirks make it. */
  async #speakUp(): Promise<void> {
    const { behaviour } = this.#o;
    const upgraded = this.controls.afterRegistration();
    if (upgraded !== null) await this.#tell('MESSAGE', upgraded);
    if (behaviour.probes) for (const method of ['OPTIONS', 'PUBLISH']) await this.#tell(method, undefined);
    if (behaviour.privateCommand) await this.#tell('MESSAGE', privateCommand(this.id, behaviour));
    if (behaviour.offEvent === 'before') await this.#tellOff();
  }

  async #tellOff(): Promise<void> {
    const channelId = this.channels[0]?.id ?? this.id;
    await this.#tell('MESSAGE', offEvent(this.id, channelId, this.#o.behaviour));
  }

  /** A request outside of every dialogue; resolves when it was answered or will not be. */
  async #tell(method: string, body: Buffer | undefined): Promise<void> {
    if (this.#stopped) return;
    const { behaviour } = this.#o;
    const { domain, serverId } = this.#allegiance.current;
    await this.#agent.ask({
      method,
      uri: sipUri(serverId, behaviour.requestHost ?? domain),
      from: `<sip:${this.id}@${domain}>;tag=${this.#agent.token()}`,
      to: `<sip:${serverId}@${domain}>`,
      callId: this.#agent.token(16),
      cseq: 1,
      ...(body === undefined ? {} : { contentType: MANSCDP_TYPE, body }),
      timeoutMs: PAGE_WAIT_MS,
    });
  }

  /** BYE to every open call, unregister, close the socket. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#line.takeDown();
    this.alarms.stop();
    this.subscriptions.drop();
    await Promise.all([...this.calls.values()].map((call) => call.hangUp()));
    this.voice.drop();
    await this.registration.stop();
    this.#line.cut();
  }

  /** Falls over: connections break, nobody is told, and after some seconds it registers anew. */
  reboot(downMs = REBOOT_MS): void {
    if (this.#stopped) return;
    for (const call of [...this.calls.values()]) call.drop();
    this.subscriptions.drop();
    this.voice.drop();
    this.#line.cut();
    this.registration.restarted();
    this.#o.wheel.after(downMs, () => void this.#line.start());
  }

  #request(request: SipRequest, from: Address): void {
    const agent = this.#agent;
    const call = this.calls.get(callIdOf(request));
    if (this.voice.inside(request, from)) return;
    switch (request.method) {
      case 'INVITE':
        if (this.voice.isTalk(request)) void this.voice.talk(request, from);
        else if (call === undefined) this.#invite(request, from);
        else call.repeated(request);
        break;
      case 'ACK':
        call?.acknowledged();
        break;
      case 'CANCEL':
        this.#acknowledge(request, from, call);
        call?.cancelled();
        break;
      case 'BYE':
        if (this.#o.behaviour.ignoreBye) break;
        this.#acknowledge(request, from, call);
        call?.ended();
        break;
      case 'INFO':
        if (call?.positionEpochMs == null) this.#acknowledge(request, from, call);
        else call.info(request, from);
        break;
      case 'SUBSCRIBE':
        this.subscriptions.receive(request, from);
        break;
      case 'MESSAGE':
        this.#message(request, from);
        break;
      case 'OPTIONS':
        // one that names a dialogue asks for that
        if (tagOf(request.headers.get('To')) !== null) this.#acknowledge(request, from, call);
        else agent.answer(request, from, 200, 'OK', { headers: [['Allow', ALLOW]] });
        break;
      default:
        agent.answer(request, from, 405, 'Method Not Allowed', { headers: [['Allow', ALLOW]] });
    }
  }

  /** 200 inside a dialogue, 481 outside. */
  #acknowledge(request: SipRequest, from: Address, call: CameraCall | undefined): void {
    if (call === undefined) this.#agent.answer(request, from, 481, 'Call/Transaction Does Not Exist');
    else this.#agent.answer(request, from, 200, 'OK', { toTag: call.tag });
  }

  #invite(request: SipRequest, from: Address): void {
    const asked = [request.uri.user, userOf(request.headers.get('To'))];
    const byChannel = this.channels.find((candidate) => asked.includes(candidate.id));
    const channel =
      (this.#o.behaviour.invitedAs === 'channel' ? byChannel : undefined) ??
      (asked.includes(this.id) ? this.channels[0] : undefined);
    const { behaviour, clip, footage, onUnit, wheel } = this.#o;
    if (
      channel === undefined ||
      this.#stopped ||
      this.calls.size >= Math.min(MAX_CALLS, footage?.maxCalls ?? behaviour.sessions)
    ) {
      const busy = channel !== undefined;
      this.#agent.answer(request, from, busy ? 486 : 404, busy ? 'Busy Here' : 'Not Found');
      return;
    }
    const callId = callIdOf(request);
    const call = new CameraCall(
      {
        agent: this.#agent,
        wheel,
        random: this.#random,
        behaviour,
        clip,
        channelId: channel.id,
        deviceId: this.id,
        history: footage && { footage, channel: this.channels.indexOf(channel) },
        onReboot: () => this.reboot(),
        callsBefore: this.callsTotal,
        onUnit: onUnit && ((unit) => onUnit({ ...unit, deviceId: this.id, channelId: channel.id, callId })),
        onEnd: (ended) => {
          this.calls.delete(ended.callId);
          for (const key of ['packets', 'bytes', 'frames', 'omitted'] as const) this.past[key] += ended.counts[key];
          this.#o.log({ event: 'call ended', device: this.id, channel: channel.id, ...ended.counts });
        },
      },
      request,
      from,
    );
    this.calls.set(callId, call);
    this.callsTotal++;
    this.#o.log({ event: 'call', device: this.id, channel: channel.id });
    call.begin();
  }

  #message(request: SipRequest, from: Address): void {
    if (isBeyondEdition(this.#o.version, request.body)) {
      this.#agent.answer(request, from, 501, 'Not Implemented');
      return;
    }
    const query = readQuery(request.body);
    const isKnown =
      query === null || this.#o.behaviour.controlledAs !== 'device' || this.controls.knows(query.deviceId);
    this.#agent.answer(request, from, isKnown ? 200 : 404, isKnown ? 'OK' : 'Not Found');
    if (this.voice.message(request.body)) return;
    if (query !== null && isKnown) void this.#obey(query, request.body);
  }

  async #obey(query: Query, body: Uint8Array): Promise<void> {
    if (query.root === 'Response' && query.cmdType === 'Alarm') this.alarms.receipt(query);
    const answers = this.controls.obey(query, body);
    if (query.cmdType === 'DeviceConfig' && (await this.alarms.order(query, body))) return;
    if (answers !== null) {
      for (const answer of answers) await this.#tell('MESSAGE', answer);
      return;
    }
    if (query.root !== 'Query') return;
    const bodies = answersTo(query, body, {
      ...this.#o,
      channels: this.channels,
      style: this.#o.behaviour,
      serverId: this.#allegiance.current.serverId,
      epochMs: Date.now(),
    });
    const pauseMs = query.cmdType === 'RecordInfo' ? this.#o.behaviour.recordPauseMs : 0;
    for (const [index, answer] of bodies.entries()) {
      if (index > 0 && pauseMs > 0) await new Promise<void>((resolve) => this.#o.wheel.after(pauseMs, () => resolve()));
      await this.#tell('MESSAGE', answer);
    }
    if (query.cmdType === 'Catalog' && this.#o.behaviour.offEvent === 'after') await this.#tellOff();
  }

  /** Obeying is all the answer there is (A.2.3.1.9). */
  #keyFrame(id: string, spelling: 'IFameCmd' | 'IFrameCmd'): void {
    const { keyFrameCommand: known } = this.#o.behaviour;
    if (known !== 'both' && known !== spelling) return;
    for (const call of this.calls.values()) if (call.channelId === id || id === this.id) call.keyFrame();
  }
}
