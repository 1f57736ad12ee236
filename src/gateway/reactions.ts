import type { SipEvent, SipServer } from '../sip/server.ts';
import type { Clock } from './clock.ts';
import type { GatewayConfig } from './config.ts';
import type { Live } from './live/live.ts';
import type { LiveTable } from './live/live-table.ts';
import type { Rests } from './live/rests.ts';
import { Keep } from './recording/keep.ts';

/** What begins, goes on and ends when something has happened to a device: streams, downloads, `--pull on-register`. */

export interface ReactionNeeds {
  readonly config: Pick<GatewayConfig, 'media'>;
  readonly sip: SipServer;
  readonly clock: Clock;
  readonly lives: LiveTable;
  /** Every stream, live or of recorded footage. */
  running(): readonly Pick<Live, 'deviceId' | 'channelId' | 'end'>[];
  readonly rests: Rests;
  readonly downloads: { deviceOnline(deviceId: string): void };
}

export interface Reactions {
  event(event: SipEvent): void;
  /** Nothing is pulled any more. */
  close(): void;
}

/** The reactions of a gateway, filled from its parts. */
export function openReactions({ config, sip, clock, lives, running, rests, downloads }: ReactionNeeds): Reactions {
  const { directory } = sip;
  const keep = new Keep({
    clock,
    selfChannelAfterMs: config.media.selfChannelAfterMs,
    isOnline: (deviceId) => directory.device(deviceId)?.online === true,
    playable: (deviceId, channelId) => directory.channel(deviceId, channelId)?.status === 'on',
    channels: (deviceId) =>
      directory
        .channels(deviceId)
        .filter((channel) => channel.status === 'on')
        .map((channel) => channel.id),
    catalogBegun: (deviceId) => sip.catalogBegun(deviceId),
    addSelfChannel: (deviceId) => sip.addSelfChannel(deviceId),
    pull: (deviceId, channelId) => void lives.join(deviceId, channelId, 0, { transport: undefined, keep: true }),
  });
  const pullsAll = config.media.pull === 'on-register';
  const livesOf = (deviceId: string) => lives.running().filter((live) => live.deviceId === deviceId);
  return {
    event(event) {
      const { deviceId } = event.data;
      switch (event.type) {
        case 'device.unregistered':
          rests.note(deviceId, null);
          for (const live of livesOf(deviceId)) live.deviceOffline();
          return;
        case 'device.offline':
          for (const live of livesOf(deviceId)) live.deviceOffline();
          return;
        case 'device.online':
          downloads.deviceOnline(deviceId);
          for (const live of livesOf(deviceId)) live.deviceOnline();
          if (pullsAll) keep.online(deviceId);
          return;
        case 'catalog.updated':
          if (pullsAll) keep.catalogUpdated(deviceId);
          return;
        case 'channel.added':
        case 'channel.online':
          if (pullsAll) keep.channelOn(deviceId, event.data.channelId);
          return;
        case 'channel.removed':
          for (const stream of running())
            if (stream.deviceId === deviceId && stream.channelId === event.data.channelId)
              void stream.end('the channel was removed', 4404);
          return;
        default:
          return;
      }
    },
    close: () => keep.close(),
  };
}
