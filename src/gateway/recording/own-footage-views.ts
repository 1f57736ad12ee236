import type { RetentionRules } from '../../record/retention.ts';
import type { RecordDaysView } from '../search/record-views.ts';
import type { Problem, RecordingView } from '../views.ts';
import type { TimelineQuery } from './timeline-file.ts';

/** Own recordings of a channel in time, as the outside sees them. Types only. */

/** Recordings that follow each other without a break, alike in everything but their files. */
export interface TimelineItemView {
  start: string;
  /** While it is recorded: of what is in the file. */
  end: string;
  /** Oldest first. */
  recordingIds: string[];
  /** `recording`: its newest file is being written. */
  state: 'recording' | 'complete' | 'failed';
  locked: boolean;
  reason: RecordingView['reason'];
}

/** What is kept, by which rules, and what became of what was too much. */
export interface RetentionView extends RetentionRules {
  recordings: number;
  /** Of all recordings, those that run too. */
  bytes: number;
  lockedBytes: number;
  /** Beginning of the oldest recording. */
  oldest: string | null;
  freeBytes: number | null;
  /** What is to stay free on this disk: `minFreeBytes`, a tenth of the disk at most. */
  wantedFreeBytes: number | null;
  /** What cannot be freed, because everything left is locked or in use. */
  missingBytes: number;
  /** The last time something was deleted. */
  lastRun: { at: string; recordings: number; bytes: number } | null;
}

/** What the HTTP side may ask about own recordings in time. */
export interface OwnFootageDesk {
  /** Oldest first; not cut at the ends of the range. */
  timeline(query: TimelineQuery): { items: TimelineItemView[] } | Problem;
  /** Which days of a month (`YYYY-MM`) have recordings. */
  days(deviceId: string, channelId: string, streamNumber: number, month: string): RecordDaysView | Problem;
  retention(): Promise<RetentionView>;
}
