import { randomBytes } from 'node:crypto';
import type { SipEvent } from '../../sip/server.ts';
import { AlarmArming } from '../alarms/alarm-arming.ts';
import { atMost } from '../clock.ts';
import { openToldDesks, type ToldDesks, type ToldNeeds } from '../told/told-desks.ts';
import type { Problem } from '../views.ts';
import { Asked } from './asked.ts';
import { Configs, type ConfigsDesk } from './configs.ts';
import { Controls, type ControlsDesk } from './controls.ts';
import { Queries, type QueriesDesk } from './device-queries.ts';
import { OwedStops } from './owed-stops.ts';
import { Ptz, type PtzDesk } from './ptz.ts';

/** What a platform may tell and ask devices, beside media: one desk for each part of it (GB/T 28181 9.3, 9.5). */

/** The desks, as the HTTP side sees them. */
export interface VocabularyDesks extends ToldDesks {
  readonly ptz: PtzDesk;
  readonly controls: ControlsDesk;
  readonly configs: ConfigsDesk;
  readonly queries: QueriesDesk;
}

export interface Vocabulary {
  /** Who asks, and remembers what a device cannot do. */
  readonly asked: Asked;
  readonly desks: VocabularyDesks;
  /** Something happened to a device. */
  event(event: SipEvent): void;
  /** The device was deleted. */
  forget(deviceId: string): void;
  /** Cameras that move are stopped. Before the sockets are closed. */
  close(): Promise<void>;
  /** For the metrics. */
  counters(): Record<string, number>;
}

/** A stop waits this long for its answers when the gateway closes. */
const CLOSE_PATIENCE_MS = 2_000;
/** An upgrade's session: 32 to 128 characters (A.2.3.1.12). */
const SESSION_BYTES = 16;

/** The desks of a gateway, filled from its parts. */
export function openVocabulary(needs: ToldNeeds): Vocabulary {
  const { sip, clock, channelMissing } = needs;
  const { directory } = sip;
  const found = (deviceId: string, code: string, detail: string) => void sip.noteFinding(deviceId, code, detail);
  const asked = new Asked({ directory, ask: (deviceId, question) => sip.ask(deviceId, question), found });
  // a device may be named as if it were its own channel: what is told to it as a whole
  const missing = (deviceId: string, channelId: string): Problem | null =>
    channelId === deviceId && directory.device(deviceId) !== undefined ? null : channelMissing(deviceId, channelId);
  const owedStops = new OwedStops(needs.store);
  const ptz = new Ptz({ asked, directory, clock, owedStops, missing, found });
  const controls = new Controls({
    asked,
    directory,
    ptz,
    missing,
    newSession: () => randomBytes(SESSION_BYTES).toString('hex'),
  });
  const configs = new Configs({ asked, directory, clock, missing, found });
  const queries = new Queries({ asked, directory, missing });
  const told = openToldDesks(needs, asked);
  const arming = new AlarmArming(asked);
  return {
    asked,
    desks: { ptz, controls, configs, queries, ...told.desks },
    event(event) {
      if (event.type === 'device.online') ptz.online(event.data.deviceId);
      if (event.type === 'subscription.changed') arming.changed(event.data);
      if (event.type === 'device.registered') configs.registered(event.data.deviceId);
    },
    counters: () => told.counters(),
    forget(deviceId) {
      ptz.forget(deviceId);
      told.forget(deviceId);
    },
    close: () => {
      configs.close();
      told.close();
      return atMost(clock, CLOSE_PATIENCE_MS, ptz.close());
    },
  };
}
