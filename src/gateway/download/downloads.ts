/** Downloads as the HTTP side asks for them. */
import { join } from 'node:path';
import { type Download, isOver, partOf } from '../../record/download-row.ts';
import { type DownloadRows, Downloads, MAX_OPEN } from '../../record/downloads.ts';
import type { FindFootage, OpenFootage } from '../../record/source.ts';
import type { Clock } from '../clock.ts';
import type { Problem } from '../views.ts';
import type { DownloadEntry, DownloadFile, DownloadRequest, DownloadsDesk, DownloadView } from './download-views.ts';

/** A month of 25 frames a second has an index of 400 MB at 6 bytes a sample: nobody asks for more in one file. */
const MAX_RANGE_MS = 31 * 86_400_000;
/** Clocks of devices run ahead a little; footage of the future is none. */
const AHEAD_MS = 60_000;
/** Of `tag`, as JSON: it is stored, and sent with every event. */
const MAX_TAG_BYTES = 4096;

export interface DownloadDeskPorts {
  readonly rows: DownloadRows;
  readonly find: FindFootage;
  readonly open: OpenFootage;
  readonly clock: Clock;
  readonly dataDir: string;
  readonly timeZone: string;
  isOnline(deviceId: string): boolean;
  /** Null: there is such a channel. */
  missing(deviceId: string, channelId: string): Problem | null;
  newId(): string;
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
}

export class DownloadDesk implements DownloadsDesk {
  readonly #ports: DownloadDeskPorts;
  readonly #downloads: Downloads;

  constructor(ports: DownloadDeskPorts) {
    this.#ports = ports;
    const { rows, find, open, clock, timeZone } = ports;
    this.#downloads = new Downloads({
      rows,
      find,
      open,
      clock,
      timeZone,
      newId: () => ports.newId(),
      isOnline: (deviceId) => ports.isOnline(deviceId),
      absolutePath: (path) => join(ports.dataDir, path),
      tell: (what, row) => ports.publish(`download.${what}`, { ...this.#view(row) }),
    });
  }

  /** What the process before this one left goes on. */
  resume(): void {
    this.#downloads.resume();
  }

  add(deviceId: string, channelId: string, request: DownloadRequest): DownloadView | Problem {
    const wrong = this.#ports.missing(deviceId, channelId) ?? this.#wrong(request);
    if (wrong !== null) return wrong;
    const row = this.#downloads.add({ deviceId, channelId, ...request });
    if (row === null) return { problem: 'rate_limited', detail: `${MAX_OPEN} downloads wait already.` };
    return this.#view(row);
  }

  /** The newest first. */
  all(): DownloadEntry[] {
    return this.#downloads
      .all()
      .reverse()
      .map((row) => {
        const { id, deviceId, channelId, state, bytes, createdAtEpochMs } = row;
        return { id, deviceId, channelId, state, bytes, createdAtEpochMs, path: shownPath(row) };
      });
  }

  /** For the metrics. */
  counters(): Record<string, number> {
    const { running, queued } = this.#downloads.counts;
    return { downloads_running: running, downloads_queued: queued };
  }

  get(id: string): DownloadView | Problem {
    const row = this.#find(id);
    return 'problem' in row ? row : this.#view(row);
  }

  async cancel(id: string): Promise<DownloadView | Problem> {
    const row = this.#find(id);
    if ('problem' in row) return row;
    if (!(await this.#downloads.cancel(row)) && row.state !== 'cancelled')
      return { problem: 'conflict', detail: `The download is ${row.state} already.` };
    return this.#view(row);
  }

  retry(id: string): DownloadView | Problem {
    const row = this.#find(id);
    if ('problem' in row) return row;
    if (!this.#downloads.retry(row))
      return { problem: 'conflict', detail: `The download is ${row.state}: there is nothing to do again.` };
    return this.#view(row);
  }

  setPriority(id: string, priority: number): DownloadView | Problem {
    const row = this.#find(id);
    if ('problem' in row) return row;
    this.#downloads.setPriority(row, priority);
    return this.#view(row);
  }

  async delete(id: string): Promise<Problem | null> {
    const row = this.#find(id);
    if ('problem' in row) return row;
    await this.#downloads.delete(row);
    return null;
  }

  file(id: string): DownloadFile | Problem {
    const row = this.#find(id);
    if ('problem' in row) return row;
    if (row.bytes === 0) return { problem: 'conflict', detail: 'Nothing of it has come yet.' };
    const { dataDir } = this.#ports;
    const complete = isWhole(row);
    const version = complete ? `${row.state}-${row.bytes}` : isOver(row) ? `part-${row.bytes}` : 'growing';
    return { absolutePath: join(dataDir, shownPath(row)), etag: `${row.id}-${version}`, complete: isOver(row) };
  }

  deviceOnline(deviceId: string): void {
    this.#downloads.deviceOnline(deviceId);
  }

  /** Everything comes to rest; the next process goes on. */
  close(): Promise<void> {
    return this.#downloads.close();
  }

  #find(id: string): Download | Problem {
    return this.#downloads.get(id) ?? { problem: 'download_not_found', detail: `There is no download ${id}.` };
  }

  #wrong({ startEpochMs, endEpochMs, tag }: DownloadRequest): Problem | null {
    const refuse = (detail: string): Problem => ({ problem: 'bad_request', detail });
    if (endEpochMs <= startEpochMs) return refuse('The range ends before it begins.');
    if (endEpochMs - startEpochMs > MAX_RANGE_MS) return refuse('The range is longer than 31 days.');
    if (startEpochMs > this.#ports.clock.epochMs() + AHEAD_MS) return refuse('The range lies in the future.');
    if (tag !== undefined && Buffer.byteLength(JSON.stringify(tag)) > MAX_TAG_BYTES)
      return refuse(`tag has at most ${MAX_TAG_BYTES} bytes of JSON.`);
    return null;
  }

  #view(row: Download): DownloadView {
    const { iso } = this.#ports;
    const { deviceId, channelId, speed, transport, exact, priority, state, receivedMs, bytes } = row;
    return {
      id: row.id,
      deviceId,
      channelId,
      start: iso(row.startEpochMs),
      end: iso(row.endEpochMs),
      speed,
      transport,
      exact,
      priority,
      state,
      progress: row.progress,
      receivedMs,
      bytes,
      filesizeBytes: row.filesizeBytes,
      realSpeed: row.realSpeed,
      secondsLeft: row.secondsLeft,
      missing: row.missing.map(({ startEpochMs, endEpochMs }) => ({ start: iso(startEpochMs), end: iso(endEpochMs) })),
      path: shownPath(row),
      createdAt: iso(row.createdAtEpochMs),
      startedAt: row.startedAtEpochMs === null ? null : iso(row.startedAtEpochMs),
      endedAt: row.endedAtEpochMs === null ? null : iso(row.endedAtEpochMs),
      ...(row.tag === undefined ? {} : { tag: row.tag }),
      ...(row.error === null ? {} : { error: row.error }),
    };
  }
}

const isWhole = ({ state }: Download) => state === 'complete' || state === 'partial';

function shownPath(row: Download): string {
  return isWhole(row) ? row.path : partOf(row.path);
}
