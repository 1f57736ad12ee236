import type { VoiceCounts } from '../../media/send/voice-sender.ts';
import type { Problem, PulledTransport } from '../views.ts';

/** Voice to devices, as the HTTP side sees it. Types only. */

/** `broadcast`: the device is told to call (GB/T 28181 9.12.1); `talk`: it is called, `s=Talk`; `auto`: what works. */
export type TalkMode = 'broadcast' | 'talk' | 'auto';

export interface TalkView {
  id: string;
  deviceId: string;
  channelId: string;
  /** What is asked for, once it stands what it is. */
  mode: TalkMode;
  state: 'calling' | 'talking' | 'ended';
  transport: PulledTransport | null;
  codec: 'pcma' | 'pcmu' | 'ps' | null;
  /** Where the voice goes, `host:port`. */
  remote: string | null;
  startedAt: string;
  endReason?: string;
  /** Somebody is connected who may speak; a stored sound speaks itself. */
  speaker: boolean;
  packets: VoiceCounts;
  urls: { ws: string };
}

/** One channel of an announcement. */
export interface AnnouncedView {
  deviceId: string;
  channelId: string;
  state: TalkView['state'];
  /** Why it did not hear it. */
  problem?: Problem['problem'];
  detail?: string;
}

export interface AnnouncementView {
  id: string;
  startedAt: string;
  durationMs: number;
  items: AnnouncedView[];
}

/** Why a voice is over, in one word: `refused` when it never came up, its problem says more then. */
export type TalkEndCause =
  | 'refused'
  | 'spoken'
  | 'stopped'
  | 'speaker_gone'
  | 'quiet'
  | 'too_long'
  | 'device_ended'
  | 'device_restarted'
  | 'device_offline'
  | 'media_lost'
  | 'shutting_down';

export interface TalkEnd {
  readonly cause: TalkEndCause;
  /** The same in words. */
  readonly reason: string;
  /** Null when it had come up. */
  readonly problem: Problem | null;
}

/** Who speaks over a socket. */
export interface Speaker {
  /** The device takes the voice from now on. */
  onTalking(talk: TalkView): void;
  /** What the device says, where it does (mode `talk`); 16-bit samples, 8 kHz. */
  onHeard(pcm: Int16Array): void;
  /** It is over. Once. */
  onEnd(end: TalkEnd): void;
}

export interface SpeakerHandle {
  /** 16-bit samples, 8 kHz. */
  push(pcm: Int16Array): void;
  /** The speaker is gone, and with it the talk. Idempotent. */
  close(): void;
}

export interface TalkOptions {
  readonly mode: TalkMode;
  /** Tries also what the device is known not to do. */
  readonly force: boolean;
}

export interface ChannelName {
  readonly deviceId: string;
  readonly channelId: string;
}

export interface TalkDesk {
  /** Calls the device, and waits until it takes the voice. */
  start(channel: ChannelName, o: TalkOptions): Promise<TalkView | Problem>;
  talk(channel: ChannelName): TalkView | Problem;
  stop(channel: ChannelName): Problem | null;
  /** Speaks a WAV file; answers when the device takes it. */
  speak(channel: ChannelName, wav: Uint8Array, o: TalkOptions): Promise<TalkView | Problem>;
  /** Speaks a WAV file to many channels, each as soon as it takes it. */
  announce(channels: readonly ChannelName[], wav: Uint8Array): AnnouncementView | Problem;
  announcement(id: string): AnnouncementView | Problem;
  /** Somebody wants to speak: begins a talk (`force`: although the device is known to take none), or takes one in which nobody speaks. */
  attach(channel: ChannelName, speaker: Speaker, o: { readonly force: boolean }): SpeakerHandle | Problem;
}
