import type { Recording } from '../../record/archive.ts';
import {
  type Doomed,
  type RetentionReason,
  type RetentionRules,
  type Verdict,
  verdictOf,
  wantedFreeBytes,
} from '../../record/retention.ts';
import type { Clock } from '../clock.ts';
import type { Facts } from '../system/health.ts';
import type { Problem } from '../views.ts';
import type { OwnFootage } from './own-footage.ts';
import type { RetentionView } from './own-footage-views.ts';
import { RetentionUses } from './retention-uses.ts';

/** How often what is kept is looked at. */
export const RETENTION_MS = 60_000;
/** Deleted in one run: on a slow disk each takes some ten milliseconds, and whoever asks the store meanwhile waits for it. */
export const MAX_PER_RUN = 200;
/** When a run had more to delete than that, the next one comes after this. */
export const NEXT_RUN_MS = 1000;
/** A disk that says again and again that it is full does not make a run each time. */
const FULL_REST_MS = 5000;
/** Ids that one event names: its size stays under 4 KiB. */
const MAX_IDS_NAMED = 100;

export interface RetentionPorts {
  readonly rules: RetentionRules;
  readonly footage: OwnFootage;
  /** A row with the numbers of this moment while it is written. */
  fresh(row: Recording): Recording;
  /** Deletes row, file and picture. */
  remove(id: string): Promise<Problem | null>;
  keepDays(row: Recording): number | null;
  disk(): Promise<{ readonly freeBytes: number; readonly totalBytes: number } | null>;
  readonly clock: Clock;
  /** There is more room than before. */
  onFreed(): void;
  publish(type: string, data: Record<string, unknown>): void;
  log(message: string, data: Record<string, unknown>): void;
  iso(epochMs: number): string;
}

/** Deletes recordings that are too old or too many: each minute, and when the disk is full. */
export class Retention {
  readonly uses: RetentionUses;
  readonly #ports: RetentionPorts;
  #cancel = () => {};
  #running: Promise<void> | null = null;
  #isClosed = false;
  #isFull = false;
  #fullMs = Number.NEGATIVE_INFINITY;
  #stuck: Verdict['stuck'] = null;
  #error: string | null = null;
  #deleted = 0;
  #deletedBytes = 0;
  #lastRun: RetentionView['lastRun'] = null;

  constructor(ports: RetentionPorts) {
    this.#ports = ports;
    this.uses = new RetentionUses(() => ports.clock.nowMs());
  }

  start(): void {
    this.#sleep(NEXT_RUN_MS);
  }

  /** How the keeping does, on a disk of that size. */
  health(diskBytes: number | null): NonNullable<Facts['retention']> {
    const { count, lockedBytes } = this.#ports.footage.totals;
    return {
      wantedFreeBytes: diskBytes === null ? 0 : wantedFreeBytes(this.#ports.rules, diskBytes),
      recordings: count,
      lockedBytes,
      stuck: this.#stuck,
      error: this.#error,
    };
  }

  /** Numbers for `/metrics`. */
  counters(): Record<string, number> {
    const { count, bytes } = this.#ports.footage.totals;
    return {
      recordings: count,
      recordings_bytes: bytes,
      recordings_deleted_total: this.#deleted,
      recordings_deleted_bytes_total: this.#deletedBytes,
    };
  }

  async view(): Promise<RetentionView> {
    const { rules, footage, iso } = this.#ports;
    const disk = await this.#ports.disk();
    const { count, lockedBytes, oldestEpochMs } = footage.totals;
    return {
      // by name: what else is set of recordings is not of this view
      keepDays: rules.keepDays,
      maxBytes: rules.maxBytes,
      minFreeBytes: rules.minFreeBytes,
      recordings: count,
      bytes: this.#bytes(),
      lockedBytes,
      oldest: oldestEpochMs === null ? null : iso(oldestEpochMs),
      freeBytes: disk?.freeBytes ?? null,
      wantedFreeBytes: disk === null ? null : wantedFreeBytes(rules, disk.totalBytes),
      missingBytes: this.#stuck?.missingBytes ?? 0,
      lastRun: this.#lastRun,
    };
  }

  /** A write found no room. */
  diskFull(): void {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#isClosed || nowMs - this.#fullMs < FULL_REST_MS) return;
    this.#fullMs = nowMs;
    this.#isFull = true;
    this.#sleep(0);
  }

  /** Idempotent; waits for the file that is being deleted. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#running;
  }

  #sleep(ms: number): void {
    this.#cancel();
    if (this.#isClosed) return;
    this.#cancel = this.#ports.clock.after(ms, () => {
      this.#running ??= this.#run().finally(() => {
        this.#running = null;
      });
    });
  }

  async #run(): Promise<void> {
    const { rules, footage, clock } = this.#ports;
    this.uses.sweep();
    const disk = await this.#ports.disk();
    // a quota, or files that are too many, are full while the disk says that it has room
    const isFull = this.#isFull;
    this.#isFull = false;
    const verdict = verdictOf(
      rules,
      {
        epochMs: clock.epochMs(),
        rows: footage.deletable,
        rowsByStream: footage.deletableByStream(),
        bytes: this.#bytes(),
        disk: disk !== null && isFull ? { ...disk, freeBytes: 0 } : disk,
        keepDays: (row) => this.#ports.keepDays(row),
        isInUse: (id) => this.uses.isInUse(id),
      },
      MAX_PER_RUN,
    );
    this.#stuck = verdict.stuck;
    const gone = await this.#remove(verdict.doomed);
    if (gone.length > 0) this.#tell(gone);
    // what could not be deleted is tried again with the next minute, not at once
    const isMore = (verdict.isCut && gone.length > 0) || this.#isFull;
    this.#sleep(isMore ? NEXT_RUN_MS : RETENTION_MS);
  }

  async #remove(doomed: readonly Doomed[]): Promise<Doomed[]> {
    const gone: Doomed[] = [];
    this.#error = null;
    for (const one of doomed) {
      if (this.#isClosed) break;
      // somebody may have begun to read it, or locked it, since
      if (this.uses.isInUse(one.row.id)) continue;
      try {
        const refusal = await this.#ports.remove(one.row.id);
        if (refusal === null) gone.push(one);
        else if (refusal.problem !== 'recording_not_found' && refusal.problem !== 'conflict')
          this.#error = refusal.detail;
      } catch (error) {
        this.#error = (error as Error).message;
      }
    }
    if (this.#error !== null) this.#ports.log('old recordings cannot be deleted', { detail: this.#error });
    return gone;
  }

  #tell(gone: readonly Doomed[]): void {
    const bytes = gone.reduce((sum, { row }) => sum + row.bytes, 0);
    const reasons: Partial<Record<RetentionReason, number>> = {};
    for (const { reason } of gone) reasons[reason] = (reasons[reason] ?? 0) + 1;
    this.#deleted += gone.length;
    this.#deletedBytes += bytes;
    this.#lastRun = { at: this.#ports.iso(this.#ports.clock.epochMs()), recordings: gone.length, bytes };
    const recordingIds = gone.slice(0, MAX_IDS_NAMED).map(({ row }) => row.id);
    this.#ports.publish('recording.deleted', { count: gone.length, bytes, reasons, recordingIds });
    this.#ports.log('deleted old recordings', { count: gone.length, bytes, ...reasons });
    this.#ports.onFreed();
  }

  #bytes(): number {
    const { footage } = this.#ports;
    return footage.running.reduce((sum, row) => sum + this.#ports.fresh(row).bytes, footage.totals.bytes);
  }
}
