import type { RecordQuery } from '../../sip/manscdp/record-info.ts';
import type { Problem } from '../views.ts';

/** Footage in devices, as the outside sees it. Types only. */

export interface RecordView {
  start: string;
  end: string;
  name: string;
  /** `time`, `alarm`, `manual`, or a word of the device's own; '' when it does not say. */
  type: string;
  /** By the standard: 0 public, 1 secret. */
  secrecy: 0 | 1;
  /** Bytes. */
  size?: number;
  filePath?: string;
  recorderId?: string;
  address?: string;
  streamNumber?: number;
}

export interface RecordsView {
  items: RecordView[];
  /** False: the device has not said everything yet, or never did. */
  complete: boolean;
  queryId: string;
}

/** One day of a month, in the zone of the gateway. */
export interface RecordDayView {
  /** `YYYY-MM-DD` */
  date: string;
  /** Null: not known, because the device has not said everything. */
  hasFootage: boolean | null;
  /** Files that reach into the day. */
  files: number;
  /** How much of the day they cover; overlaps count once. */
  footageSeconds: number;
}

export interface RecordDaysView {
  month: string;
  days: RecordDayView[];
  complete: boolean;
}

/** Filters of a search; times are in the range. */
export type RecordFilters = Omit<RecordQuery, 'channelId' | 'startEpochMs' | 'endEpochMs'>;

/** What the HTTP side may ask about footage in devices. */
export interface RecordsDesk {
  /**
   * Searches the device, or joins the same search that runs, and waits at most `waitMs` for its end. `resume` goes on with an earlier
   * search: the one of that id, or the newest of the same words for the later pages of a list.
   */
  search(
    deviceId: string,
    channelId: string,
    range: { startEpochMs: number; endEpochMs: number },
    filters: RecordFilters,
    o: { waitMs: number; resume: string | 'newest' | null },
  ): Promise<RecordsView | Problem>;
  /** Which days of a month (`YYYY-MM`) have footage. */
  days(deviceId: string, channelId: string, month: string, waitMs: number): Promise<RecordDaysView | Problem>;
}
