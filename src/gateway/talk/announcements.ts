import type { WavVoice } from '../../media/send/wav.ts';
import { isProblem, type Problem } from '../views.ts';
import type { Talk } from './talk.ts';
import type { AnnouncedView, AnnouncementView, ChannelName } from './talk-views.ts';

/** Announcements that can be asked for: the newest; each has some hundred bytes a channel. */
export const MAX_ANNOUNCEMENTS = 100;

interface Announcement {
  readonly id: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly parts: readonly { readonly channel: ChannelName; readonly talk: Talk | null; problem: Problem | null }[];
}

/** One voice to many devices at once, and what became of each. */
export class Announcements {
  readonly #ports: { newId(): string; iso(epochMs: number): string; readonly clock: { epochMs(): number } };
  readonly #speak: (channel: ChannelName, voice: WavVoice) => { readonly talk: Talk } | Problem;
  readonly #all = new Map<string, Announcement>();

  constructor(
    ports: { newId(): string; iso(epochMs: number): string; readonly clock: { epochMs(): number } },
    speak: (channel: ChannelName, voice: WavVoice) => { readonly talk: Talk } | Problem,
  ) {
    this.#ports = ports;
    this.#speak = speak;
  }

  /** Begins to call everybody; a channel named twice is called once. */
  begin(channels: readonly ChannelName[], voice: WavVoice): AnnouncementView {
    const wanted = new Map(channels.map((channel) => [`${channel.deviceId}/${channel.channelId}`, channel]));
    const announcement: Announcement = {
      id: this.#ports.newId(),
      startedAt: this.#ports.iso(this.#ports.clock.epochMs()),
      durationMs: voice.durationMs,
      parts: [...wanted.values()].map((channel) => {
        const spoken = this.#speak(channel, voice);
        return isProblem(spoken)
          ? { channel, talk: null, problem: spoken }
          : { channel, talk: spoken.talk, problem: null };
      }),
    };
    for (const part of announcement.parts)
      void part.talk?.ready.then((problem) => {
        part.problem = problem;
      });
    this.#all.set(announcement.id, announcement);
    const oldest = this.#all.keys().next().value;
    if (this.#all.size > MAX_ANNOUNCEMENTS && oldest !== undefined) this.#all.delete(oldest);
    return viewOf(announcement);
  }

  view(id: string): AnnouncementView | Problem {
    const announcement = this.#all.get(id);
    if (announcement === undefined)
      return { problem: 'announcement_not_found', detail: `There is no announcement ${id.slice(0, 40)}.` };
    return viewOf(announcement);
  }
}

function viewOf({ id, startedAt, durationMs, parts }: Announcement): AnnouncementView {
  return { id, startedAt, durationMs, items: parts.map(itemOf) };
}

function itemOf({ channel, talk, problem }: Announcement['parts'][number]): AnnouncedView {
  return {
    ...channel,
    state: talk?.state ?? 'ended',
    ...(problem === null ? {} : { problem: problem.problem, detail: problem.detail }),
  };
}
