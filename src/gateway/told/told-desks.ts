import type { SipServer } from '../../sip/server.ts';
import type { PositionRows } from '../../store/positions.ts';
import type { Clock } from '../clock.ts';
import type { Asked } from '../control/asked.ts';
import type { Problem } from '../views.ts';
import { Positions } from './positions.ts';
import { SubscriptionDesk } from './subscriptions.ts';
import type { PositionsDesk, SubscriptionsDesk } from './told-views.ts';
import { VideoOffers } from './video-offers.ts';

/** What devices tell by themselves: subscriptions to it, the positions among it, and who wants to be watched. The desks, filled from the parts of a gateway. */

export interface ToldNeeds {
  readonly sip: SipServer;
  readonly config: {
    readonly sip: { readonly timeZone: string };
    readonly positions: { readonly keepDays: number | null; readonly maxPoints: number };
  };
  readonly store: {
    readonly positions: PositionRows;
    readonly settings: { get(name: string): string | undefined; put(name: string, value: string): void };
  };
  readonly clock: Clock;
  channelMissing(deviceId: string, channelId: string): Problem | null;
  /** A device wants this channel to be watched. */
  fetch(deviceId: string, channelId: string): void;
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
}

/** The desks, as the HTTP side sees them. */
export interface ToldDesks {
  readonly subscriptions: SubscriptionsDesk;
  readonly positions: PositionsDesk;
}

/** Changes of the catalogue are wanted of every device (contract), for as long at a time as the standard has it (annex N). */
const DEFAULT_SUBSCRIPTIONS = { catalog: 600 };

export function openToldDesks(
  needs: ToldNeeds,
  asked: Asked,
): {
  readonly desks: ToldDesks;
  /** For the metrics. */
  counters(): Record<string, number>;
  /** The device was deleted. */
  forget(deviceId: string): void;
  close(): void;
} {
  const { config, store, sip, channelMissing, ...others } = needs;
  const { directory, subscriptions } = sip;
  const positions = new Positions({
    ...others,
    ...config.positions,
    asked,
    rows: store.positions,
    settings: store.settings,
    timeZone: config.sip.timeZone,
    directory,
    missing: (deviceId, channelId) =>
      channelId === deviceId && directory.device(deviceId) !== undefined ? null : channelMissing(deviceId, channelId),
  });
  sip.onNotified('MobilePosition', (deviceId, envelope) => positions.notified(deviceId, envelope));
  sip.onNotified('PTZPosition', (deviceId, envelope) => positions.ptzNotified(deviceId, envelope));
  const offers = new VideoOffers({
    ...others,
    timeZone: config.sip.timeZone,
    directory,
    addSelfChannel: (deviceId) => sip.addSelfChannel(deviceId),
  });
  sip.onNotified('VideoUploadNotify', (deviceId, envelope) => {
    positions.notified(deviceId, envelope); // it may say where it is
    offers.notified(deviceId, envelope);
  });
  subscriptions.defaultTo(DEFAULT_SUBSCRIPTIONS);
  return {
    desks: { subscriptions: new SubscriptionDesk({ directory, subscriptions, iso: needs.iso }), positions },
    counters: () => ({
      positions_received_total: positions.counters.received,
      positions_dropped_total: positions.counters.dropped,
      positions_unwritten: positions.waiting,
      video_offers_total: offers.received,
    }),
    forget: (deviceId) => positions.forget(deviceId),
    close: () => positions.close(),
  };
}
