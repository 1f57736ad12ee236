import type { RecordDaysView } from './record-views.ts';
import type { TimelineQuery } from './timeline-file.ts';
import type { Problem, RecordingView } from './views.ts';

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

/** What the HTTP side may ask about own recordings in time. */
export interface OwnFootageDesk {
  /** Oldest first; not cut at the ends of the range. */
  timeline(query: TimelineQuery): { items: TimelineItemView[] } | Problem;
  /** Which days of a month (`YYYY-MM`) have recordings. */
  days(deviceId: string, channelId: string, streamNumber: number, month: string): RecordDaysView | Problem;
}
