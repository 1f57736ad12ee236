import type { VoiceSource } from '../../media/send/voice.ts';
import { VoiceEar } from '../../media/send/voice-ear.ts';
import { VoicePackets } from '../../media/send/voice-packets.ts';
import { VoiceSender } from '../../media/send/voice-sender.ts';
import type { Problem, PulledTransport } from '../views.ts';
import { BroadcastCall } from './talk-broadcast.ts';
import { stoppedFault, type TalkCall, type TalkCallPorts, type TalkFault } from './talk-call.ts';
import { InvitedCall } from './talk-invite.ts';
import type { ChannelName, TalkEnd, TalkEndCause, TalkMode, TalkOptions, TalkView } from './talk-views.ts';

export interface TalkPorts extends TalkCallPorts {
  /** What the device has shown that it cannot do: `Broadcast`, `Talk`. */
  readonly abilities: {
    isBeyond(deviceId: string, what: string): boolean;
    cannot(deviceId: string, what: string): void;
    can(deviceId: string, what: string): void;
  };
  /** Transports for a call of ours, best first. */
  transports(deviceId: string, channelId: string): readonly PulledTransport[];
  /** 0 ≤ x < 1. */
  random(): number;
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
}

export interface TalkBegin extends TalkOptions, ChannelName {
  readonly id: string;
  readonly source: VoiceSource;
  onTalking(): void;
  /** What the device says. */
  onHeard(pcm: Int16Array): void;
  /** Once. */
  onEnd(end: TalkEnd): void;
}

type Kind = 'broadcast' | 'talk';
/** Under which name it is remembered that a device does not know it. */
const NAMES: Readonly<Record<Kind, string>> = { broadcast: 'Broadcast', talk: 'Talk' };
/** What is told of an end of which nothing more is known. */
const END_WORDS: Readonly<Record<TalkEndCause, string>> = {
  refused: 'the device did not take it',
  spoken: 'everything was spoken',
  stopped: 'it was stopped',
  speaker_gone: 'the speaker has gone',
  quiet: 'nobody spoke',
  too_long: 'it took too long',
  device_ended: 'the device ended the call',
  device_restarted: 'the device has restarted',
  device_offline: 'the device is offline',
  media_lost: 'the connection for the voice is gone',
  shutting_down: 'the gateway is shutting down',
};
const MAX_SEQUENCE = 65_536;
const MAX_TIMESTAMP = 4_294_967_296;

/** One voice to one channel: tries what the device may take (TK-4), then sends until somebody ends it. */
export class Talk {
  readonly #ports: TalkPorts;
  readonly #o: TalkBegin;
  readonly #ear = new VoiceEar();
  readonly #startedEpochMs: number;
  #state: TalkView['state'] = 'calling';
  #mode: TalkMode;
  #call: TalkCall | null = null;
  #sender: VoiceSender | null = null;
  #endReason: string | null = null;
  #talkingMs = 0;
  /** Null: the device takes the voice. */
  readonly ready: Promise<Problem | null>;
  /** Everything is freed. */
  closed: Promise<void> = Promise.resolve();

  constructor(ports: TalkPorts, o: TalkBegin) {
    this.#ports = ports;
    this.#o = o;
    this.#mode = o.mode;
    this.#startedEpochMs = ports.clock.epochMs();
    this.ready = this.#climb();
  }

  get state(): TalkView['state'] {
    return this.#state;
  }

  /** Since the device takes the voice, ms; 0 before. */
  get talkingForMs(): number {
    return this.#state === 'talking' ? this.#ports.clock.nowMs() - this.#talkingMs : 0;
  }

  get channel(): ChannelName {
    const { deviceId, channelId } = this.#o;
    return { deviceId, channelId };
  }

  view(isSpeaker: boolean): TalkView {
    const { id, deviceId, channelId } = this.#o;
    return {
      id,
      deviceId,
      channelId,
      mode: this.#mode,
      state: this.#state,
      transport: this.#call?.transport ?? null,
      codec: this.#call?.agreed?.codec ?? null,
      remote: this.#call?.remote ?? null,
      startedAt: this.#ports.iso(this.#startedEpochMs),
      ...(this.#endReason === null ? {} : { endReason: this.#endReason }),
      speaker: isSpeaker,
      packets: { ...(this.#sender?.counts ?? { packets: 0, silent: 0, skipped: 0, late: 0 }) },
      urls: { ws: `/talk/${encodeURIComponent(deviceId)}/${encodeURIComponent(channelId)}` },
    };
  }

  /** Ends it. Idempotent. */
  end(cause: TalkEndCause, reason: string = END_WORDS[cause], problem: Problem | null = null): void {
    if (this.#state === 'ended') return;
    const { id, deviceId, channelId, onEnd } = this.#o;
    const { clock, publish } = this.#ports;
    const wasTalking = this.#state === 'talking';
    this.#state = 'ended';
    this.#endReason = reason;
    this.#sender?.stop();
    this.closed = this.#call?.hangUp() ?? Promise.resolve();
    publish('talk.ended', {
      talkId: id,
      deviceId,
      channelId,
      mode: this.#mode,
      cause,
      reason,
      durationMs: wasTalking ? Math.round(clock.nowMs() - this.#talkingMs) : 0,
      packets: this.#sender?.counts.packets ?? 0,
      ...(problem === null ? {} : { problem: problem.problem }),
    });
    onEnd({ cause, reason, problem });
  }

  /** The device has registered anew, from `host`. */
  registered(host: string): void {
    if (this.#state === 'talking') void this.#call?.registered(host);
  }

  async #climb(): Promise<Problem | null> {
    const { deviceId, mode, force } = this.#o;
    const { abilities } = this.#ports;
    const wanted: readonly Kind[] = mode === 'auto' ? ['broadcast', 'talk'] : [mode];
    const kinds = wanted.filter((kind) => force || !abilities.isBeyond(deviceId, NAMES[kind]));
    const faults: { kind: Kind; fault: TalkFault }[] = [];
    // never from inside of the constructor: whoever made this does not have it yet
    await Promise.resolve();
    for (const kind of kinds) {
      const fault = await this.#try(kind);
      if (fault === null) {
        abilities.can(deviceId, NAMES[kind]);
        // it answers to the other way, so it is not the line or the moment: remembered (TK-4)
        for (const failed of faults) abilities.cannot(deviceId, NAMES[failed.kind]);
        this.#begin(kind);
        return null;
      }
      faults.push({ kind, fault });
      if (fault.next === 'no') break;
    }
    for (const { kind, fault } of faults) if (fault.isUnknown) abilities.cannot(deviceId, NAMES[kind]);
    const problem = problemOf(deviceId, faults);
    this.end('refused', problem.detail, problem);
    return problem;
  }

  /** Null: the call is up. */
  async #try(kind: Kind): Promise<TalkFault | null> {
    const { deviceId, channelId, onHeard } = this.#o;
    const o = {
      deviceId,
      channelId,
      onPacket: (packet: Uint8Array) => {
        const pcm = this.#ear.hear(packet);
        if (pcm !== null && this.#state === 'talking') onHeard(pcm);
      },
      onLost: (cause: TalkEndCause, reason: string) => this.end(cause, reason),
    };
    if (kind === 'broadcast') return this.#await(new BroadcastCall(this.#ports, o));
    let last: TalkFault = stoppedFault();
    for (const transport of this.#ports.transports(deviceId, channelId)) {
      if (this.#state === 'ended') return stoppedFault();
      const fault = await this.#await(new InvitedCall(this.#ports, o, transport));
      if (fault?.next !== 'transport') return fault;
      last = fault;
    }
    return last.next === 'transport' ? { ...last, next: 'mode' } : last;
  }

  async #await(call: TalkCall): Promise<TalkFault | null> {
    this.#call = call;
    if (this.#state === 'ended') void call.hangUp();
    return call.outcome;
  }

  #begin(kind: Kind): void {
    const { id, deviceId, channelId, source, onTalking } = this.#o;
    const { clock, random, publish } = this.#ports;
    const call = this.#call;
    if (call?.agreed == null || this.#state !== 'calling') return;
    this.#mode = kind;
    this.#state = 'talking';
    this.#talkingMs = clock.nowMs();
    this.#sender = new VoiceSender({
      nowMs: () => clock.nowMs(),
      after: (ms, action) => clock.after(ms, action),
      source,
      packets: new VoicePackets({
        ...call.agreed,
        firstSequence: Math.floor(random() * MAX_SEQUENCE),
        firstTimestamp: Math.floor(random() * MAX_TIMESTAMP),
      }),
      send: (framed) => call.send(framed),
      onEnd: () => this.end('spoken'),
    });
    const { transport, agreed } = call;
    publish('talk.started', { talkId: id, deviceId, channelId, mode: kind, transport, codec: agreed.codec });
    onTalking();
    this.#sender.start();
  }
}

/** What is said when nothing worked: the refusal of the last way that was tried, and that there is none when the device knows none. */
function problemOf(deviceId: string, faults: readonly { fault: TalkFault }[]): Problem {
  const last = faults.at(-1)?.fault;
  if (last === undefined)
    return {
      problem: 'not_supported',
      detail: `The device ${deviceId} takes no voice: it has shown that before. \`force\` tries it again.`,
    };
  if (faults.every(({ fault }) => fault.isUnknown))
    return { problem: 'not_supported', detail: `The device ${deviceId} takes no voice. ${last.refusal.detail}` };
  return last.refusal;
}
