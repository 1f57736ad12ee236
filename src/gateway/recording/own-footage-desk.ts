import type { Recording } from '../../record/archive.ts';
import { daysOfMonth, footageOfDays } from '../search/record-spans.ts';
import type { OwnFootage } from './own-footage.ts';
import type { OwnFootageDesk, RetentionView, TimelineItemView } from './own-footage-views.ts';
import type { TimelineQuery } from './timeline-file.ts';

/** Files this near to each other are one stretch: each is cut at a key frame, and its beginning is kept to the millisecond. */
export const JOINT_MS = 1000;
/** A year: 17,520 files of half an hour, which are some few stretches. */
export const MAX_TIMELINE_DAYS = 366;
const DAY_MS = 86_400_000;

export interface OwnFootageDeskPorts {
  readonly footage: Pick<OwnFootage, 'within'>;
  /** A row with the numbers of this moment while it is written. */
  fresh(row: Recording): Recording;
  retention(): Promise<RetentionView>;
  readonly timeZone: string;
  iso(epochMs: number): string;
}

/** A recording, and where it ends so far. */
interface Piece {
  readonly row: Recording;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
}

/** Own recordings of a channel as stretches and as days. */
export function ownFootageDesk({ footage, fresh, retention, timeZone, iso }: OwnFootageDeskPorts): OwnFootageDesk {
  const pieces = ({ startEpochMs, endEpochMs, streamNumber, ...channel }: TimelineQuery): Piece[] =>
    footage
      .within(channel, startEpochMs, endEpochMs)
      .filter((row) => row.streamNumber === streamNumber)
      .map((row) => pieceOf(row.state === 'recording' ? fresh(row) : row))
      .filter((piece) => piece.endEpochMs > Math.max(piece.startEpochMs, startEpochMs));
  return {
    timeline(query) {
      const { startEpochMs, endEpochMs } = query;
      if (endEpochMs <= startEpochMs) return { problem: 'bad_request', detail: 'end must be behind start.' };
      if (endEpochMs - startEpochMs > MAX_TIMELINE_DAYS * DAY_MS)
        return { problem: 'bad_request', detail: `A range may be ${MAX_TIMELINE_DAYS} days long at most.` };
      return { items: joined(pieces(query), iso) };
    },
    days(deviceId, channelId, streamNumber, month) {
      const days = daysOfMonth(month, timeZone);
      const [first, last] = [days?.[0], days?.at(-1)];
      if (days === null || first === undefined || last === undefined)
        return { problem: 'bad_request', detail: `There is no month ${month.slice(0, 20)}: it is YYYY-MM.` };
      const range = { startEpochMs: first.startEpochMs, endEpochMs: last.endEpochMs };
      const found = footageOfDays(pieces({ deviceId, channelId, streamNumber, ...range }), days);
      return {
        month,
        days: days.map(({ date }) => {
          const { files = 0, footageMs = 0 } = found.get(date) ?? {};
          return { date, hasFootage: files > 0, files, footageSeconds: Math.round(footageMs / 1000) };
        }),
        complete: true,
      };
    },
    retention,
  };
}

function pieceOf(row: Recording): Piece {
  const { startEpochMs, durationMs, endEpochMs } = row;
  // a recording that failed may have an end and nothing in it
  return { row, startEpochMs, endEpochMs: durationMs === 0 ? startEpochMs : (endEpochMs ?? startEpochMs + durationMs) };
}

/** Stretches of pieces, which come oldest first. */
function joined(pieces: readonly Piece[], iso: (epochMs: number) => string): TimelineItemView[] {
  const runs: { startEpochMs: number; endEpochMs: number; rows: Recording[] }[] = [];
  for (const { row, startEpochMs, endEpochMs } of pieces) {
    const run = runs.at(-1);
    const last = run?.rows.at(-1);
    if (run !== undefined && last !== undefined && startEpochMs - run.endEpochMs <= JOINT_MS && isAlike(last, row)) {
      run.rows.push(row);
      run.endEpochMs = Math.max(run.endEpochMs, endEpochMs);
    } else runs.push({ startEpochMs, endEpochMs, rows: [row] });
  }
  return runs.flatMap(({ startEpochMs, endEpochMs, rows }) => {
    const newest = rows.at(-1);
    if (newest === undefined) return [];
    const { state, locked, reason = 'request' } = newest;
    return {
      start: iso(startEpochMs),
      end: iso(endEpochMs),
      recordingIds: rows.map(({ id }) => id),
      state: state === 'recovered' ? 'complete' : state,
      locked,
      reason,
    };
  });
}

/** Nothing but the file changes from one to the next. */
function isAlike(a: Recording, b: Recording): boolean {
  const isSound = a.state !== 'failed' && b.state !== 'failed';
  return isSound && a.locked === b.locked && (a.reason ?? 'request') === (b.reason ?? 'request');
}
