import type { PortPool } from '../../media/ingest/port-pool.ts';
import type { SipEvent, SipServer } from '../../sip/server.ts';
import type { SsrcPool } from '../../sip/ssrc.ts';
import { atMost, type Clock } from '../clock.ts';
import { Asked } from '../control/asked.ts';
import type { LivePorts } from '../live/live-ports.ts';
import type { Problem } from '../views.ts';
import type { TalkDesk } from './talk-views.ts';
import { Talks } from './talks.ts';

export interface TalkNeeds {
  readonly sip: SipServer;
  readonly pool: PortPool;
  readonly ssrcs: SsrcPool;
  readonly clock: Clock;
  /** How calls to a device are made. */
  readonly pulls: Pick<LivePorts, 'ladder' | 'isOnline'>;
  /** Null when the device has this channel. */
  channelMissing(deviceId: string, channelId: string): Problem | null;
  newId(): string;
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
}

export interface Voices {
  readonly desk: TalkDesk;
  /** Something happened to a device. */
  event(event: SipEvent): void;
  /** A flat snapshot for the metrics. */
  counters(): Record<string, number>;
  /** Every voice ends, while there is a way to the devices. */
  close(): Promise<void>;
}

/** Devices have so long to answer the BYEs of voices when the gateway closes. */
const CLOSE_PATIENCE_MS = 2_000;

/** Voices of a gateway, filled from its parts. */
export function openVoices(o: TalkNeeds): Voices {
  const { sip, clock, pulls } = o;
  const { directory } = sip;
  const found = (deviceId: string, code: string, detail: string) => void sip.noteFinding(deviceId, code, detail);
  const asked = new Asked({ directory, ask: (deviceId, question) => sip.ask(deviceId, question), found });
  const talks = new Talks({
    ...o,
    found,
    abilities: {
      isBeyond: (deviceId, what) => asked.isBeyond(deviceId, what),
      can: (deviceId, what) => asked.can(deviceId, what),
      cannot: (deviceId, what) => void asked.cannot(deviceId, what),
    },
    transports: (deviceId, channelId) => pulls.ladder(deviceId, channelId, undefined).transports,
    random: Math.random,
    isOnline: pulls.isOnline,
    // a device as its own channel means all its outputs (GB/T 28181 9.12.1)
    missing: ({ deviceId, channelId }) =>
      channelId === deviceId && directory.device(deviceId) !== undefined ? null : o.channelMissing(deviceId, channelId),
  });
  return {
    desk: talks,
    event({ type, data }) {
      if (type === 'device.offline' || type === 'device.unregistered') talks.deviceGone(data.deviceId);
      const host = type === 'device.registered' ? directory.device(data.deviceId)?.address?.host : undefined;
      if (host !== undefined) talks.deviceRegistered(data.deviceId, host);
    },
    counters: () => ({ talks: talks.size }),
    close: () => atMost(clock, CLOSE_PATIENCE_MS, talks.close()),
  };
}
