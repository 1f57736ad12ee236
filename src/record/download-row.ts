import type { FootageRange, FootageSpan } from './source.ts';

export type DownloadState = 'queued' | 'running' | 'resuming' | 'complete' | 'partial' | 'failed' | 'cancelled';

/** Why a download failed, or did not become what it was to be. `code`: `no_footage`, `disk_full`, `device_offline`, … */
export interface DownloadError {
  readonly code: string;
  readonly detail: string;
}

/** A download as it is kept: what was asked for, and how far it has come. Times are epoch milliseconds of content, or of the clock where the name says `At`. */
export interface Download {
  readonly id: string;
  readonly deviceId: string;
  readonly channelId: string;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  /** Times real speed, as asked for. */
  readonly speed: number;
  readonly transport: FootageRange['transport'];
  /** Nothing outside the range; else whole groups of pictures at its edges. */
  readonly exact: boolean;
  /** More is sooner. */
  priority: number;
  /** Any JSON, given back with every event. */
  readonly tag?: unknown;
  /** Order of asking. */
  readonly number: number;
  readonly createdAtEpochMs: number;
  startedAtEpochMs: number | null;
  endedAtEpochMs: number | null;
  state: DownloadState;
  /** Of the finished file, relative to the data folder, with `/`; `.part.mp4` instead of `.mp4` until then. */
  readonly path: string;
  /** Where the device has footage; null: it was not asked yet. */
  spans: FootageSpan[] | null;
  /** Parts of the range that were asked for in vain, up to these times: they are not asked for again. */
  givenUpEpochMs: number | null;
  /** Content time of the file's beginning; null before there is a file. */
  fileStartEpochMs: number | null;
  /** What is in the file. */
  covered: FootageSpan[];
  receivedMs: number;
  bytes: number;
  /** As the device has it, of the call that runs, and often wrong (PB-6). */
  filesizeBytes: number | null;
  progress: number;
  /** Content seconds per second, lately; null when nothing comes. */
  realSpeed: number | null;
  secondsLeft: number | null;
  missing: FootageSpan[];
  /** The file is whole, but for its end: what the download will be. Null before. */
  becomes: 'complete' | 'partial' | null;
  error: DownloadError | null;
}

/** The file that is written until the download is over. */
export function partOf(path: string): string {
  return path.replace(/\.mp4$/, '.part.mp4');
}

/** Whether nothing more happens by itself. */
export function isOver({ state }: Download): boolean {
  return state === 'complete' || state === 'partial' || state === 'failed' || state === 'cancelled';
}
