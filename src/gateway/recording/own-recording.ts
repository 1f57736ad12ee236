import type { StoredPlan } from '../../record/plan.ts';
import type { Clock } from '../clock.ts';
import type { GatewayConfig } from '../config.ts';
import type { Facts } from '../system/health.ts';
import { diskOf } from '../system/machine.ts';
import { Continuous } from './continuous.ts';
import type { ContinuousPorts } from './continuous-channel.ts';
import type { OwnFootage } from './own-footage.ts';
import { ownFootageDesk } from './own-footage-desk.ts';
import type { OwnFootageDesk } from './own-footage-views.ts';
import { Plans } from './plans.ts';
import { planRecorder } from './plans-recorder.ts';
import type { Recordings } from './recordings.ts';
import { Retention } from './retention.ts';

export interface OwnRecordingPorts {
  readonly config: Pick<GatewayConfig, 'record' | 'sip'>;
  readonly dataDir: string;
  readonly plans: {
    all(): StoredPlan[];
    put(plan: StoredPlan): void;
    delete(deviceId: string, channelId: string): void;
  };
  readonly footage: OwnFootage;
  readonly recordings: Recordings;
  readonly join: ContinuousPorts['join'];
  readonly clock: Clock;
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
  readonly log: {
    info(data: Record<string, unknown>, message: string): void;
    warn(data: Record<string, unknown>, message: string): void;
  };
}

/** What the gateway records by itself: who wants it (`plans`), who does it (`continuous`), what is kept of it (`retention`). */
export class OwnRecording {
  readonly continuous: Continuous;
  readonly plans: Plans;
  readonly retention: Retention;
  readonly desk: OwnFootageDesk;

  constructor({ config, dataDir, plans, footage, recordings, join, clock, iso, publish, log }: OwnRecordingPorts) {
    const fresh: Recordings['fresh'] = (row) => recordings.fresh(row);
    this.continuous = new Continuous({
      clock,
      random: Math.random,
      preRollMs: config.record.preRollMs,
      join,
      recordings,
      log: (message, data) => log.warn(data, message),
    });
    const { timeZone } = config.sip;
    this.plans = new Plans({ rows: plans, recorder: planRecorder(this.continuous, footage), clock, timeZone, iso });
    this.retention = new Retention({
      rules: config.record,
      footage,
      fresh,
      remove: (id) => recordings.delete(id),
      keepDays: (row) => this.plans.keepDays(row),
      disk: () => diskOf(dataDir),
      clock,
      onFreed: () => this.continuous.spaceFreed(),
      publish,
      log: (message, data) => log.info(data, message),
      iso,
    });
    this.desk = ownFootageDesk({ footage, fresh, retention: () => this.retention.view(), timeZone, iso });
  }

  start(): void {
    this.plans.start();
    this.retention.start();
  }

  /** What the gateway publishes. */
  heard(type: string, data: Record<string, unknown>): void {
    this.continuous.heard(type, data);
    if (type.endsWith('.failed') && isDiskFull(data)) this.retention.diskFull();
  }

  /** What is kept of recordings, and which channels should be recorded and are not. */
  health(diskBytes: number | null): Pick<Facts, 'retention' | 'notRecorded'> {
    const notRecorded = this.continuous.status().flatMap(({ deviceId, channelId, state, fault, reasons, isKept }) => {
      const isWell = state === 'recording' || state === 'kept' || fault === null;
      return isWell || (reasons.length === 0 && !isKept) ? [] : [{ deviceId, channelId, detail: fault.detail }];
    });
    return { retention: this.retention.health(diskBytes), notRecorded };
  }

  /** Lets go of every stream; idempotent. Recordings are finalised by whoever closes them. */
  async close(): Promise<void> {
    this.plans.close();
    this.continuous.close();
    await this.retention.close();
  }
}

/** Whether that recording or download failed because the disk has no room. */
function isDiskFull({ code, error }: Record<string, unknown>): boolean {
  return code === 'disk_full' || (error as { code?: unknown } | undefined)?.code === 'disk_full';
}
