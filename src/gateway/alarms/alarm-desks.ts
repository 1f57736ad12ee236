import { randomBytes } from 'node:crypto';
import { alarmReceipt } from '../../sip/manscdp/alarm.ts';
import { readSnapshotsFinished } from '../../sip/manscdp/upload-snapshot-finished.ts';
import type { SipServer } from '../../sip/server.ts';
import type { AlarmRows } from '../../store/alarms.ts';
import type { SnapshotRows } from '../../store/snapshots.ts';
import type { Clock } from '../clock.ts';
import type { GatewayConfig } from '../config.ts';
import type { Asked } from '../control/asked.ts';
import { channelMeant } from '../devices/channel-meant.ts';
import { isProblem, type Problem, type StreamView } from '../views.ts';
import { AlarmRules } from './alarm-rules.ts';
import type { AlarmRulesDesk, AlarmsDesk, ImageSnapshotsDesk } from './alarm-views.ts';
import { Alarms } from './alarms.ts';
import { ImageSnapshots } from './image-snapshots.ts';
import { SnapshotFiles } from './snapshot-files.ts';

/** Alarms, what they set off, and pictures that are taken: the desks, filled from the parts of a gateway. */

export interface AlarmNeeds {
  readonly config: Pick<GatewayConfig, 'alarms' | 'sip'>;
  readonly dataDir: string;
  readonly store: {
    readonly alarms: AlarmRows;
    readonly snapshots: SnapshotRows;
    readonly settings: { get(name: string): string | undefined; put(name: string, value: string): void };
  };
  readonly sip: SipServer;
  readonly asked: Asked;
  readonly clock: Clock;
  channelMissing(deviceId: string, channelId: string): Problem | null;
  /** Records a channel; `seconds` null: where its plan is one for alarms, as that says. */
  record(deviceId: string, channelId: string, seconds: number | null): void;
  /** Pulls a channel and waits for its first key frame. */
  live(deviceId: string, channelId: string): Promise<{ readonly stream: StreamView } | Problem>;
  /** The newest key frame of a stream as JPEG. */
  keyFrame(streamId: string): Promise<Uint8Array | Problem>;
  newId(): string;
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
}

/** The desks, as the HTTP side sees them. */
export interface AlarmDesks {
  readonly alarms: AlarmsDesk;
  readonly alarmRules: AlarmRulesDesk;
  readonly imageSnapshots: ImageSnapshotsDesk;
}

/** 128 bits: 32 hex digits, the shortest session of the standard. */
const SESSION_BYTES = 16;

export function openAlarmDesks(needs: AlarmNeeds): {
  readonly desks: AlarmDesks;
  /** For the metrics. */
  counters(): Record<string, number>;
  close(): Promise<void>;
} {
  const { config, dataDir, store, sip, asked, clock, newId, iso, publish } = needs;
  const { keepDays, maxAlarms, maxSnapshots } = config.alarms;
  const { directory } = sip;
  const files = new SnapshotFiles({
    rows: store.snapshots,
    dataDir,
    clock,
    keepDays,
    maxFiles: maxSnapshots,
    iso,
    newId,
  });
  const imageSnapshots = new ImageSnapshots({
    asked,
    clock,
    files,
    missing: needs.channelMissing,
    sidesOf(deviceId) {
      const device = directory.device(deviceId)?.address?.host;
      return device === undefined ? null : { device, own: sip.mediaHostFor(deviceId) };
    },
    async picture(deviceId, channelId) {
      const live = await needs.live(deviceId, channelId);
      return isProblem(live) ? live : needs.keyFrame(live.stream.id);
    },
    publish,
    newSession: () => randomBytes(SESSION_BYTES).toString('hex'),
  });
  const alarmRules = new AlarmRules({
    settings: store.settings,
    clock,
    record: needs.record,
    snapshot: (deviceId, channelId, wish) => void imageSnapshots.take(deviceId, channelId, { ...wish, force: false }),
  });
  const alarms = new Alarms({
    rows: store.alarms,
    clock,
    timeZone: config.sip.timeZone,
    keepDays,
    maxRows: maxAlarms,
    iso,
    publish,
    channelOf: (deviceId, sourceId) => channelMeant(directory, deviceId, sourceId),
    receipt: (deviceId, sn, sourceId) => sip.ask(deviceId, alarmReceipt(sn, sourceId)),
    found: (deviceId, code, detail) => void sip.noteFinding(deviceId, code, detail),
    act: (alarm) => alarmRules.act(alarm),
  });
  sip.onNotified('Alarm', (deviceId, envelope, by) => alarms.notified(deviceId, envelope, by));
  sip.onNotified('UploadSnapShotFinished', (deviceId, envelope) =>
    imageSnapshots.finished(deviceId, readSnapshotsFinished(envelope)),
  );
  return {
    desks: { alarms, alarmRules, imageSnapshots },
    counters: () => ({
      alarms_received_total: alarms.counters.received,
      alarms_repeated_total: alarms.counters.repeated,
      alarms_dropped_total: alarms.counters.dropped,
      alarms_unwritten: alarms.waiting,
      alarm_receipts_left_out_total: alarms.receiptsLeftOut,
      snapshot_orders: imageSnapshots.openOrders,
    }),
    async close() {
      alarms.close();
      await imageSnapshots.close();
    },
  };
}
