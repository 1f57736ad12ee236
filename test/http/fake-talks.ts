import type {
  AnnouncementView,
  ChannelName,
  Speaker,
  SpeakerHandle,
  TalkDesk,
  TalkOptions,
  TalkView,
} from '../../src/gateway/talk/talk-views.ts';
import type { Problem } from '../../src/gateway/views.ts';

/** Voice to devices, as the HTTP side asks for it: what was asked, and answers of the test. */
export class FakeTalks implements TalkDesk {
  readonly calls: unknown[][] = [];
  refusal: Problem | null = null;
  readonly speakers: { channel: ChannelName; speaker: Speaker; force: boolean; heard: number[]; closed: number }[] = [];
  readonly announced: AnnouncementView = {
    id: 'a1',
    startedAt: '2026-01-01T08:00:00+08:00',
    durationMs: 1000,
    items: [{ deviceId: 'D', channelId: 'C', state: 'calling' }],
  };

  view({ deviceId, channelId }: ChannelName): TalkView {
    return {
      id: 't1',
      deviceId,
      channelId,
      mode: 'broadcast',
      state: 'talking',
      transport: 'udp',
      codec: 'pcma',
      remote: '192.0.2.1:9712',
      startedAt: '2026-01-01T08:00:00+08:00',
      speaker: false,
      packets: { packets: 0, silent: 0, skipped: 0, late: 0 },
      urls: { ws: `/talk/${deviceId}/${channelId}` },
    };
  }

  async start(channel: ChannelName, o: TalkOptions): Promise<TalkView | Problem> {
    this.calls.push(['start', channel, o]);
    return this.refusal ?? this.view(channel);
  }

  talk(channel: ChannelName): TalkView | Problem {
    return this.refusal ?? this.view(channel);
  }

  stop(channel: ChannelName): Problem | null {
    this.calls.push(['stop', channel]);
    return this.refusal;
  }

  async speak(channel: ChannelName, wav: Uint8Array, o: TalkOptions): Promise<TalkView | Problem> {
    this.calls.push(['speak', channel, wav.length, o]);
    return this.refusal ?? this.view(channel);
  }

  announce(channels: readonly ChannelName[], wav: Uint8Array): AnnouncementView | Problem {
    this.calls.push(['announce', channels, wav.length]);
    return this.refusal ?? this.announced;
  }

  announcement(id: string): AnnouncementView | Problem {
    this.calls.push(['announcement', id]);
    return this.refusal ?? this.announced;
  }

  attach(channel: ChannelName, speaker: Speaker, { force }: { force: boolean }): SpeakerHandle | Problem {
    if (this.refusal !== null) return this.refusal;
    const row = { channel, speaker, force, heard: [] as number[], closed: 0 };
    this.speakers.push(row);
    return {
      push: (pcm) => void row.heard.push(...pcm),
      close: () => {
        row.closed += 1;
      },
    };
  }
}
