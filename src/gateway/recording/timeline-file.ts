/** The own recordings of a channel from one moment to another as one MP4, made while it is read. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Recording } from '../../record/archive.ts';
import { openRecordFile, type RecordFile } from '../../record/file.ts';
import { type JoinedFile, Joiner, MAX_JOINT_MS } from '../../record/joined.ts';
import { inPieces } from '../../record/pieces.ts';
import { readStoredIndex } from '../../record/stored-index.ts';
import type { Problem } from '../views.ts';

/** A day at once: its tables take 30 MB, and the file of a 4 Mbit/s camera 43 GB. */
export const MAX_TIMELINE_MS = 24 * 3600 * 1000;

/** Files that may have a share: segments of a minute and a half throughout the day. */
export const MAX_TIMELINE_FILES = 1000;

/**
 * Descriptions of files that are kept for the next range: a player asks for a dozen while it seeks. Two whole days, or
 * hundreds of minutes.
 */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;
export const MAX_KEPT = 16;

/** Read from a recording at once. */
const READ_BYTES = 256 * 1024;

export interface TimelineQuery {
  readonly deviceId: string;
  readonly channelId: string;
  readonly streamNumber: number;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
}

/** A file that can be read from anywhere. */
export interface TimelineFile {
  /** Another one when anything in it is another. */
  readonly etag: string;
  readonly size: number;
  /** Content time of its first and the end of its last sample. */
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  /** A recording that has a share is still being written. */
  readonly isGrowing: boolean;
  /** Bytes `first` to `last`. Fails when a recording has been deleted meanwhile. */
  read(first: number, last: number): Readable;
}

/**
 * A range that reaches into a file that is still written grows with every request, and what a player joins of its parts must
 * be one file: it gets the same as long as it asks again within this time.
 */
export const GROWING_KEPT_MS = 60_000;

export interface TimelinePorts {
  nowMs(): number;
  /** Recordings of the channel, of all its streams, that reach into the range; one more than `MAX_TIMELINE_FILES` at most. */
  recordings(query: TimelineQuery): readonly Recording[];
  absolutePath(recording: Recording): string;
  /** Somebody begins to read a recording; the answer ends it. */
  hold(recordingId: string): () => void;
  /** For tests: another bound than `MAX_KEPT_BYTES`. */
  readonly maxKeptBytes?: number;
  log(message: string, data: Record<string, unknown>): void;
}

/** A file that was made before. */
interface Kept {
  readonly file: TimelineFile;
  /** What its recordings were then. */
  readonly state: string;
  readonly memoryBytes: number;
  usedMs: number;
}

export class TimelineFiles {
  readonly #ports: TimelinePorts;
  /** By range, the one used last at the end. */
  readonly #kept = new Map<string, Kept>();
  /** One is made at a time: each reads up to a thousand files. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(ports: TimelinePorts) {
    this.#ports = ports;
  }

  /** The file of a range; it begins with the key frame in force at its start. */
  async file(query: TimelineQuery): Promise<TimelineFile | Problem> {
    const { startEpochMs, endEpochMs } = query;
    if (endEpochMs <= startEpochMs) return { problem: 'bad_request', detail: 'end must be behind start.' };
    if (endEpochMs - startEpochMs > MAX_TIMELINE_MS)
      return { problem: 'bad_request', detail: 'A range may be 24 hours long at most.' };
    const made = this.#making.then(() => this.#file(query));
    this.#making = made.catch(() => {});
    return made;
  }

  async #file(query: TimelineQuery): Promise<TimelineFile | Problem> {
    const all = this.#ports.recordings(query);
    if (all.length > MAX_TIMELINE_FILES)
      return { problem: 'bad_request', detail: `The range has more than ${MAX_TIMELINE_FILES} recordings.` };
    const recordings = all
      .filter((one) => one.streamNumber === query.streamNumber && (one.state === 'recording' || one.durationMs > 0))
      .sort((a, b) => a.startEpochMs - b.startEpochMs);
    const key = JSON.stringify(query);
    const state = JSON.stringify(
      recordings.map(({ id, state, bytes, startEpochMs }) => [id, state, bytes, startEpochMs]),
    );
    const nowMs = this.#ports.nowMs();
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (kept !== undefined && isGood(kept, state, nowMs)) {
      this.#kept.set(key, Object.assign(kept, { usedMs: nowMs }));
      return kept.file;
    }
    const joined = await this.#join(query, recordings);
    if (joined === null) return { problem: 'recording_not_found', detail: 'Nothing was recorded in this range.' };
    const { size, startEpochMs, endEpochMs, memoryBytes } = joined;
    const file: TimelineFile = {
      etag: createHash('sha256').update(`${key} ${state} ${size}`).digest('hex').slice(0, 32),
      size,
      startEpochMs,
      endEpochMs,
      isGrowing: recordings.some((one) => one.state === 'recording'),
      read: (first, last) => Readable.from(this.#held(recordings, bytesOf(joined, first, last)), { objectMode: false }),
    };
    this.#kept.set(key, { file, state, memoryBytes, usedMs: nowMs });
    this.#forget();
    return file;
  }

  /** While it is read, none of its recordings is deleted for being old. */
  async *#held(recordings: readonly Recording[], bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const releases = recordings.map(({ id }) => this.#ports.hold(id));
    try {
      yield* bytes;
    } finally {
      for (const release of releases) release();
    }
  }

  /** The one that was used last always stays. */
  #forget(): void {
    const { maxKeptBytes = MAX_KEPT_BYTES } = this.#ports;
    let bytes = [...this.#kept.values()].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    for (const [key, { memoryBytes }] of this.#kept) {
      if (this.#kept.size === 1 || (bytes <= maxKeptBytes && this.#kept.size <= MAX_KEPT)) return;
      this.#kept.delete(key);
      bytes -= memoryBytes;
    }
  }

  async #join(query: TimelineQuery, recordings: readonly Recording[]): Promise<JoinedFile | null> {
    const joiner = new Joiner();
    for (const [i, recording] of recordings.entries()) {
      const path = this.#ports.absolutePath(recording);
      const index = await readIndex(path);
      if ('fault' in index) {
        // The rest is worth having; what is missing stays a gap.
        this.#ports.log('a recording is missing in a time line', { recordingId: recording.id, detail: index.detail });
        continue;
      }
      const next = recordings[i + 1];
      // A file that is followed without a break is taken to its end: by clocks that are a little off it may reach past the range.
      const reach = recording.endEpochMs ?? Number.POSITIVE_INFINITY;
      const isFollowed = next !== undefined && reach - next.startEpochMs <= MAX_JOINT_MS;
      const isWhole = isFollowed && next.startEpochMs < query.endEpochMs;
      const share = { path, startEpochMs: recording.startEpochMs, index };
      joiner.add(share, query.startEpochMs, isWhole ? Number.POSITIVE_INFINITY : query.endEpochMs);
    }
    return joiner.finish();
  }
}

function isGood({ file, state, usedMs }: Kept, now: string, nowMs: number): boolean {
  return state === now || (file.isGrowing && nowMs - usedMs < GROWING_KEPT_MS);
}

async function readIndex(path: string): ReturnType<typeof readStoredIndex> {
  let file: RecordFile | null = null;
  try {
    file = await openRecordFile(path, false);
    return await readStoredIndex(file);
  } catch (error) {
    return { fault: 'io', detail: (error as Error).message };
  } finally {
    await file?.close().catch(() => {});
  }
}

/** Bytes `first` to `last` of a joined file, piece by piece. */
async function* bytesOf({ head, regions }: JoinedFile, first: number, last: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  if (first < head.size) {
    for (const bytes of inPieces(head)) {
      const part = bytes.subarray(Math.max(0, first - at), last + 1 - at);
      if (part.length > 0) yield part;
      at += bytes.length;
      if (at > last) return;
    }
  }
  at = head.size;
  for (const { path, from, size } of regions) {
    const begin = Math.max(first, at) - at;
    const end = Math.min(last + 1, at + size) - at;
    at += size;
    if (begin >= end) continue;
    const file = await openRecordFile(path, false);
    try {
      for (let done = begin; done < end; ) {
        const bytes = await file.read(from + done, Math.min(READ_BYTES, end - done));
        if (bytes.length === 0) throw new Error(`${path} has become shorter`);
        yield bytes;
        done += bytes.length;
      }
    } finally {
      await file.close();
    }
  }
}
