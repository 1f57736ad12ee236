/** Which recordings have to go: by age, by the bytes of all, by the space that is left. The oldest first, never a locked one. */
import type { Recording } from './archive.ts';

/** What is to be kept. */
export interface RetentionRules {
  /** Days that recordings are kept when their plan says nothing; null: for ever. */
  readonly keepDays: number | null;
  /** Bytes of all recordings together; null: as the disk allows. */
  readonly maxBytes: number | null;
  /** What is to stay free on the disk; 0: it may fill up. */
  readonly minFreeBytes: number;
}

/** What there is. Rows are finished and not locked, oldest first. */
export interface Stock {
  readonly epochMs: number;
  readonly rows: readonly Recording[];
  /** The same rows, stream by stream. */
  readonly rowsByStream: Iterable<readonly Recording[]>;
  /** Of all recordings, locked ones and those that run too. */
  readonly bytes: number;
  /** Null: nobody knows. */
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  /** Days that the plan of a stream keeps its recordings; null: it does not say. */
  keepDays(row: Recording): number | null;
  /** Somebody reads it now. */
  isInUse(id: string): boolean;
}

export type RetentionReason = 'age' | 'bytes' | 'space';

export interface Doomed {
  readonly row: Recording;
  readonly reason: RetentionReason;
}

export interface Verdict {
  readonly doomed: readonly Doomed[];
  /** There is more to delete than one run may. */
  readonly isCut: boolean;
  /** What cannot be reached: everything left is locked, in use or being written. Null: nothing is lacking. */
  readonly stuck: { readonly reason: 'bytes' | 'space'; readonly missingBytes: number } | null;
}

const DAY_MS = 86_400_000;
/** A disk that is small has to have some room for recordings as well. */
const MAX_FREE_PART = 0.1;

/** What is to stay free of a disk of that size. */
export function wantedFreeBytes({ minFreeBytes }: RetentionRules, totalBytes: number): number {
  return Math.min(minFreeBytes, Math.floor(totalBytes * MAX_FREE_PART));
}

/** What has to go now, `max` at most. */
export function verdictOf(rules: RetentionRules, stock: Stock, max: number): Verdict {
  const doomed = new Map<string, Doomed>();
  let freed = 0;
  const doom = (row: Recording, reason: RetentionReason) => {
    doomed.set(row.id, { row, reason });
    freed += row.bytes;
  };
  for (const rows of stock.rowsByStream) {
    for (const row of rows) {
      if (!isTooOld(row, rules, stock)) break;
      if (doomed.size >= max) return { doomed: [...doomed.values()], isCut: true, stuck: null };
      if (!stock.isInUse(row.id)) doom(row, 'age');
    }
  }
  let stuck: Verdict['stuck'] = null;
  for (const [reason, excessBytes] of excesses(rules, stock)) {
    for (const row of stock.rows) {
      if (freed >= excessBytes) break;
      if (doomed.has(row.id) || stock.isInUse(row.id)) continue;
      if (doomed.size >= max) return { doomed: [...doomed.values()], isCut: true, stuck: null };
      doom(row, reason);
    }
    if (freed < excessBytes) stuck = { reason, missingBytes: excessBytes - freed };
  }
  return { doomed: [...doomed.values()], isCut: false, stuck };
}

/** How many bytes are too many, by each rule. */
function excesses(rules: RetentionRules, { bytes, disk }: Stock): ['bytes' | 'space', number][] {
  const tooMany = rules.maxBytes === null ? 0 : bytes - rules.maxBytes;
  const tooLittle = disk === null ? 0 : wantedFreeBytes(rules, disk.totalBytes) - disk.freeBytes;
  return [
    ['bytes', tooMany],
    ['space', tooLittle],
  ];
}

function isTooOld(row: Recording, rules: RetentionRules, stock: Stock): boolean {
  const days = stock.keepDays(row) ?? rules.keepDays;
  if (days === null) return false;
  const endEpochMs = row.endEpochMs ?? row.startEpochMs + row.durationMs;
  return endEpochMs < stock.epochMs - days * DAY_MS;
}
