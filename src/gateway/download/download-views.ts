import type { Problem, PullTransport } from '../views.ts';

/** A download as the API and its events show it (contract). */
export interface DownloadView {
  id: string;
  deviceId: string;
  channelId: string;
  start: string;
  end: string;
  /** As asked for. */
  speed: number;
  transport: PullTransport;
  exact: boolean;
  priority: number;
  state: 'queued' | 'running' | 'resuming' | 'complete' | 'partial' | 'failed' | 'cancelled';
  /** 0 to 1, of content. */
  progress: number;
  /** Content that is in the file. */
  receivedMs: number;
  bytes: number;
  /** What the device says that the range has; often wrong. */
  filesizeBytes: number | null;
  /** Content seconds per second, lately. */
  realSpeed: number | null;
  secondsLeft: number | null;
  missing: { start: string; end: string }[];
  /** Relative to the data folder: of the finished file, or of the part that is there. */
  path: string;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  tag?: unknown;
  error?: { code: string; detail: string };
}

/** A download as lists look for it: cheap to make, of thousands. */
export type DownloadEntry = Pick<DownloadView, 'id' | 'deviceId' | 'channelId' | 'state' | 'path' | 'bytes'> & {
  readonly createdAtEpochMs: number;
};

/** What is asked for by `POST C/downloads`. */
export interface DownloadRequest {
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  readonly speed: number;
  readonly transport: PullTransport;
  readonly exact: boolean;
  readonly priority: number;
  readonly tag?: unknown;
}

export interface DownloadFile {
  readonly absolutePath: string;
  readonly etag: string;
  readonly complete: boolean;
}

/** What the HTTP side may ask about downloads. */
export interface DownloadsDesk {
  /** Queues one; `bad_request` when the range or the tag is none. */
  add(deviceId: string, channelId: string, request: DownloadRequest): DownloadView | Problem;
  /** The newest first. */
  all(): DownloadEntry[];
  get(id: string): DownloadView | Problem;
  /** Ends it; what came is kept. */
  cancel(id: string): Promise<DownloadView | Problem>;
  /** Goes on with one that failed, was cancelled or is partial. */
  retry(id: string): DownloadView | Problem;
  setPriority(id: string, priority: number): DownloadView | Problem;
  /** Deletes job and file. */
  delete(id: string): Promise<Problem | null>;
  /** The file as far as it is there. */
  file(id: string): DownloadFile | Problem;
}
