import { VoiceQueue } from '../../media/send/voice-queue.ts';
import { readWav, type WavVoice } from '../../media/send/wav.ts';
import { isProblem, type Problem } from '../views.ts';
import { Announcements } from './announcements.ts';
import { Talk, type TalkPorts } from './talk.ts';
import type {
  AnnouncementView,
  ChannelName,
  Speaker,
  SpeakerHandle,
  TalkDesk,
  TalkOptions,
  TalkView,
} from './talk-views.ts';

/** Voices at once: 25,000 packets a second, a quarter of a core. */
export const MAX_TALKS = 500;
/** A talk that was begun and in which nobody speaks, or whose speaker sends nothing, ends after this. */
export const QUIET_MS = 60_000;
/** Nobody talks for longer; a page that was forgotten does. */
export const MAX_TALK_MS = 3_600_000;

export interface TalksPorts extends TalkPorts {
  /** Null when the device has this channel, or is that itself. */
  missing(channel: ChannelName): Problem | null;
  isOnline(deviceId: string): boolean;
  newId(): string;
}

interface Row {
  readonly talk: Talk;
  /** Null: a stored sound speaks. */
  readonly queue: VoiceQueue | null;
  speaker: Speaker | null;
  heardMs: number;
}

/** Every voice to a device: one a channel, never two. */
export class Talks implements TalkDesk {
  readonly #ports: TalksPorts;
  readonly #rows = new Map<string, Row>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #announcements: Announcements;
  #cancelWatch: (() => void) | null = null;
  #isClosed = false;

  constructor(ports: TalksPorts) {
    this.#ports = ports;
    this.#announcements = new Announcements(ports, (channel, voice) =>
      this.#speakVoice(channel, voice, { mode: 'auto', force: false }),
    );
  }

  async start(channel: ChannelName, o: TalkOptions): Promise<TalkView | Problem> {
    return this.#whenReady(this.#open(channel, o, new VoiceQueue(), null));
  }

  talk(channel: ChannelName): TalkView | Problem {
    const row = this.#rows.get(keyOf(channel));
    if (row !== undefined) return viewOf(row);
    const { deviceId, channelId } = channel;
    return (
      this.#ports.missing(channel) ?? { problem: 'talk_not_found', detail: `Nobody talks to ${deviceId}/${channelId}.` }
    );
  }

  stop(channel: ChannelName): Problem | null {
    const row = this.#rows.get(keyOf(channel));
    if (row !== undefined) row.talk.end('stopped');
    return row === undefined ? this.#ports.missing(channel) : null;
  }

  async speak(channel: ChannelName, wav: Uint8Array, o: TalkOptions): Promise<TalkView | Problem> {
    const voice = readWav(wav);
    if ('fault' in voice) return { problem: 'bad_request', detail: voice.fault };
    return this.#whenReady(this.#speakVoice(channel, voice, o));
  }

  announce(channels: readonly ChannelName[], wav: Uint8Array): AnnouncementView | Problem {
    const voice = readWav(wav);
    if ('fault' in voice) return { problem: 'bad_request', detail: voice.fault };
    return this.#announcements.begin(channels, voice);
  }

  announcement(id: string): AnnouncementView | Problem {
    return this.#announcements.view(id);
  }

  attach(channel: ChannelName, speaker: Speaker, { force }: { force: boolean }): SpeakerHandle | Problem {
    const known = this.#rows.get(keyOf(channel));
    if (known !== undefined && (known.speaker !== null || known.queue === null)) return busy(channel);
    const row = known ?? this.#open(channel, { mode: 'auto', force }, new VoiceQueue(), null);
    if (isProblem(row)) return row;
    row.speaker = speaker;
    row.heardMs = this.#ports.clock.nowMs();
    if (row.talk.state === 'talking') speaker.onTalking(viewOf(row));
    return {
      push: (pcm) => {
        row.heardMs = this.#ports.clock.nowMs();
        // what is said while the device is still called would come late
        if (row.talk.state === 'talking') row.queue?.push(pcm);
      },
      close: () => {
        row.speaker = null;
        row.talk.end('speaker_gone');
      },
    };
  }

  /** The device is gone, or deleted. */
  deviceGone(deviceId: string): void {
    for (const { talk } of [...this.#rows.values()]) if (talk.channel.deviceId === deviceId) talk.end('device_offline');
  }

  /** The device has registered anew, from `host`. */
  deviceRegistered(deviceId: string, host: string): void {
    for (const { talk } of this.#rows.values()) if (talk.channel.deviceId === deviceId) talk.registered(host);
  }

  /** Voices that are sent or begin. */
  get size(): number {
    return this.#rows.size;
  }

  /** Ends every voice, and waits until the devices know. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { talk } of [...this.#rows.values()]) talk.end('shutting_down');
    await Promise.all(this.#leaving);
    this.#cancelWatch?.();
  }

  #speakVoice(channel: ChannelName, voice: WavVoice, o: TalkOptions): Row | Problem {
    return this.#open(channel, o, null, voice);
  }

  #open(channel: ChannelName, o: TalkOptions, queue: VoiceQueue | null, voice: WavVoice | null): Row | Problem {
    const { clock, newId } = this.#ports;
    const source = queue ?? voice?.source();
    const refusal = this.#refusal(channel);
    if (refusal !== null || source === undefined) return refusal ?? busy(channel);
    const key = keyOf(channel);
    const talk = new Talk(this.#ports, {
      ...channel,
      ...o,
      id: newId(),
      source,
      onTalking: () => {
        row.heardMs = clock.nowMs();
        row.speaker?.onTalking(viewOf(row));
      },
      onHeard: (pcm) => row.speaker?.onHeard(pcm),
      onEnd: (end) => {
        this.#rows.delete(key);
        const leaving = talk.closed.finally(() => this.#leaving.delete(leaving));
        this.#leaving.add(leaving);
        row.speaker?.onEnd(end);
      },
    });
    const row: Row = { talk, queue, speaker: null, heardMs: clock.nowMs() };
    this.#rows.set(key, row);
    this.#watch();
    return row;
  }

  #refusal(channel: ChannelName): Problem | null {
    const { deviceId } = channel;
    if (this.#isClosed) return { problem: 'shutting_down', detail: 'The gateway is shutting down.' };
    const missing = this.#ports.missing(channel);
    if (missing !== null) return missing;
    if (this.#rows.has(keyOf(channel))) return busy(channel);
    if (!this.#ports.isOnline(deviceId))
      return { problem: 'device_offline', detail: `The device ${deviceId} is offline.` };
    if (this.#rows.size >= MAX_TALKS)
      return { problem: 'too_many_streams', detail: `${MAX_TALKS} voices are sent already.` };
    return null;
  }

  async #whenReady(row: Row | Problem): Promise<TalkView | Problem> {
    if (isProblem(row)) return row;
    return (await row.talk.ready) ?? viewOf(row);
  }

  /** Once a second: who has said nothing for long, or talks for ever. */
  #watch(): void {
    if (this.#cancelWatch !== null) return;
    const { clock } = this.#ports;
    this.#cancelWatch = clock.after(1000, () => {
      this.#cancelWatch = null;
      const nowMs = clock.nowMs();
      for (const { talk, queue, heardMs } of [...this.#rows.values()]) {
        if (talk.state === 'talking' && queue !== null && nowMs - heardMs >= QUIET_MS) talk.end('quiet');
        else if (talk.talkingForMs >= MAX_TALK_MS) talk.end('too_long');
      }
      if (this.#rows.size > 0) this.#watch();
    });
  }
}

function keyOf({ deviceId, channelId }: ChannelName): string {
  return `${deviceId}/${channelId}`;
}

function viewOf(row: Row): TalkView {
  return row.talk.view(row.speaker !== null || row.queue === null);
}

function busy({ deviceId, channelId }: ChannelName): Problem {
  return { problem: 'talk_busy', detail: `Somebody talks to ${deviceId}/${channelId} already.` };
}
