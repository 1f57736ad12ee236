import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Fragment, InitSegment, Sample } from '../media/frame.ts';
import { findBox } from './box.ts';
import { openRecordFile, type RecordFile } from './file.ts';
import { type BuiltFragment, buildFragment, type Run, type RunSample } from './fragment.ts';
import { type MovieTrack, readMovie } from './movie.ts';
import { faultOf, type RecordFault, WriteQueue } from './write-queue.ts';
import { durationMsOf, finalise, head, type Layout, RESERVE_BYTES, writeFragments } from './writer.ts';

/** A group of pictures longer than this is written in parts: it is what a crash may lose. Most cameras send a key frame every 2–4 s. */
export const MAX_OPEN_MS = 5000;

/** The same in bytes: 4 s of 16 Mbit/s, and far less than may wait for the disk. */
export const MAX_OPEN_BYTES = 8 * 1024 * 1024;

/** Streams of key frames alone (and of sound alone) are written in parts of at least this length, not frame by frame. */
export const MIN_OPEN_MS = 500;

/**
 * Time of arrival between two `fdatasync`: a power cut loses at most what came meanwhile; 256 recorders make 25 a second.
 * Not media time: a source that is faster than real time would do nothing else.
 */
export const SYNC_EVERY_MS = 10_000;

/**
 * When so many bytes wait, the disk is behind, and all that waits goes out in one write: it catches up. One that keeps up
 * gets each group of pictures by itself. A usual one has 0.5 to 1 MB.
 */
export const GATHER_FROM_BYTES = 2 * 1024 * 1024;

/** The most that is written at once: all of it counts only when it is there. */
export const MAX_GATHERED_BYTES = 8 * 1024 * 1024;

export interface RecordingOptions {
  /** Absolute; its folder is made when needed. An empty file of that name is taken over. */
  readonly path: string;
  /** Content time of the first sample. */
  readonly startEpochMs: number;
  readonly init: InitSegment;
  /** The recording ends early; the file is finalised as far as the disk lets it. Called at most once. */
  onFault(detail: string, code: RecordFault['code']): void;
  /** A fragment of another init segment came: this recording has ended, a new one is wanted. Called at most once. */
  onNewInit(): void;
  /** For tests: another file than the one on the disk, another size of the reserve. */
  readonly openFile?: (path: string) => Promise<RecordFile>;
  readonly reserveBytes?: number;
}

export interface RecordingOutcome {
  readonly bytes: number;
  readonly durationMs: number;
  readonly endEpochMs: number;
  /** False when it is still the fragmented file: nothing was received, or the disk refused. */
  readonly finalised: boolean;
  readonly fault: RecordFault | null;
}

/** Starts writing a recording. Returns at once; the disk is asynchronous. */
export function startRecording(options: RecordingOptions): Recorder {
  return new Recorder(options);
}

/** Samples of one track that wait for their fragment. */
interface OpenTrack {
  readonly track: MovieTrack;
  samples: RunSample[];
  /** Decoding time of the feed at the file's time 0, in the track's timescale. */
  baseDts: number;
  /** The last dts taken, on the file's time line; −1: none. */
  lastDts: number;
}

/** One consumer that writes one hybrid MP4. `fragment` is synchronous and never throws; the disk follows behind. */
export class Recorder {
  readonly #options: RecordingOptions;
  readonly #queue: WriteQueue;
  readonly #open: readonly OpenTrack[];
  #file: RecordFile | null = null;
  #layout: Layout | null = null;
  /** Fragments that wait for the disk. */
  #ready: BuiltFragment[] = [];
  #sequence = 0;
  #baseDts90k = 0;
  #openBytes = 0;
  #openFromMs = 0;
  #newestMs = 0;
  /** Arrival of the newest fragment, and of the newest that is on the disk for certain. */
  #arrivedMs = 0;
  #syncedMs = 0;
  #isStarted = false;
  #bytes = 0;
  #fault: RecordFault | null = null;
  #stopped: Promise<RecordingOutcome> | null = null;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#queue = new WriteQueue((fault) => this.#failed(fault));
    const moov = findBox(options.init.bytes, 'moov')?.payload;
    const tracks = (moov && readMovie(moov)?.tracks) ?? [];
    this.#open = tracks.map((track) => ({ track, samples: [], baseDts: 0, lastDts: -1 }));
    this.#queue.push(0, () => this.#create(tracks));
  }

  /** Bytes handed to the disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Media received so far. */
  get durationMs(): number {
    return Math.round(this.#newestMs);
  }

  /** Bytes that wait for the disk. */
  get queuedBytes(): number {
    return this.#queue.queuedBytes;
  }

  /** Resolves when nothing waits for the disk: for a source that is faster than real time and can be held back. */
  drained(): Promise<void> {
    return this.#queue.idle();
  }

  /** The next fragment of the stream. The first must begin with a key frame. */
  fragment(fragment: Fragment): void {
    if (this.#stopped !== null) return;
    if (fragment.generation !== this.#options.init.generation) {
      void this.stop();
      this.#options.onNewInit();
      return;
    }
    if (!this.#isStarted && !this.#start(fragment)) return;
    if (this.#isDue(fragment)) this.#flush(fragment);
    this.#arrivedMs = fragment.arrivedMs;
    for (const sample of fragment.samples) this.#take(sample);
  }

  /** Writes what is open, finalises and closes the file. Idempotent; also the way to wait for the end after a fault. */
  stop(): Promise<RecordingOutcome> {
    this.#stopped ??= this.#finish();
    return this.#stopped;
  }

  async #create(tracks: readonly MovieTrack[]): Promise<void> {
    const { path, startEpochMs, openFile, reserveBytes } = this.#options;
    if (tracks.length === 0) throw new Error('the init segment holds no track that can be recorded');
    if (openFile === undefined) await mkdir(dirname(path), { recursive: true });
    this.#file = await (openFile?.(path) ?? openRecordFile(path, true));
    const { bytes, layout } = head(tracks, startEpochMs, reserveBytes ?? RESERVE_BYTES);
    this.#bytes += bytes.length;
    await this.#file.write(bytes, 0);
    this.#layout = layout;
  }

  /** Sets the file's time 0 to the earliest sample of the first fragment, the same instant for all tracks. */
  #start(fragment: Fragment): boolean {
    if (!fragment.isKey || fragment.samples.length === 0) return false;
    const seconds = Math.min(
      ...fragment.samples.map((sample) => {
        // A frame behind a hole is decoded where the hole begins; the recording begins where it ends.
        if (sample.track === 'video') return fragment.dts90k / 90_000;
        return sample.dts / (this.#trackOf(sample)?.track.timescale ?? Number.NaN);
      }),
    );
    if (!Number.isFinite(seconds)) return false;
    for (const open of this.#open) open.baseDts = Math.floor(seconds * open.track.timescale + 1e-6);
    this.#baseDts90k = seconds * 90_000;
    this.#syncedMs = fragment.arrivedMs;
    this.#isStarted = true;
    return true;
  }

  #isDue(next: Fragment): boolean {
    if (this.#openBytes === 0) return false;
    const openMs = Math.max(this.#newestMs, this.#msOf(next)) - this.#openFromMs;
    return openMs >= MAX_OPEN_MS || this.#openBytes >= MAX_OPEN_BYTES || (next.isKey && openMs >= MIN_OPEN_MS);
  }

  #take(sample: Sample): void {
    const open = this.#trackOf(sample);
    if (open === undefined) return;
    const own = sample.dts - open.baseDts;
    const dts = Math.max(own, open.lastDts, 0);
    const before = open.samples.at(-1);
    // The next sample's dts is the truth about the duration of the one before.
    if (before !== undefined) before.duration = dts - before.dts;
    const { data, duration, isSync } = sample;
    // What is moved is still shown when it is due.
    const compositionOffset = Math.max(0, sample.compositionOffset - (dts - own));
    open.samples.push({ data, dts, duration, compositionOffset, isSync });
    open.lastDts = dts;
    this.#openBytes += data.length;
    this.#newestMs = Math.max(this.#newestMs, ((dts + duration) * 1000) / open.track.timescale);
  }

  /** Hands the open samples to the disk as one fragment. `next` is what follows, or null at the end. */
  #flush(next: Fragment | null): void {
    const runs: Run[] = [];
    for (const open of this.#open) {
      const last = open.samples.at(-1);
      if (last === undefined) continue;
      const following = next?.samples.find((sample) => this.#trackOf(sample) === open);
      if (following !== undefined) last.duration = Math.max(0, following.dts - open.baseDts - last.dts);
      runs.push({ trackId: open.track.id, isVideo: open.track.kind === 'video', samples: open.samples });
      open.samples = [];
    }
    if (runs.length === 0) return;
    this.#sequence += 1;
    const fragment = buildFragment(this.#sequence, runs);
    this.#ready.push(fragment);
    // The end syncs by itself.
    const isSyncDue = next !== null && this.#arrivedMs - this.#syncedMs >= SYNC_EVERY_MS;
    if (isSyncDue) this.#syncedMs = this.#arrivedMs;
    this.#openFromMs = next === null ? this.#newestMs : this.#msOf(next);
    this.#openBytes = 0;
    this.#bytes += fragment.size;
    this.#queue.push(fragment.size, async () => {
      const fragments = this.#gather();
      if (fragments.length > 0) await writeFragments(this.#file!, this.#layout!, fragments);
      if (isSyncDue) await this.#file!.datasync();
    });
  }

  /** What the next write takes: the next fragment; none when it went out with those before; many when the disk is behind. */
  #gather(): BuiltFragment[] {
    let count = Math.min(1, this.#ready.length);
    if (this.#queue.queuedBytes >= GATHER_FROM_BYTES) {
      for (let bytes = 0; count < this.#ready.length; count += 1) {
        bytes += this.#ready[count - 1]!.size;
        if (bytes + this.#ready[count]!.size > MAX_GATHERED_BYTES) break;
      }
    }
    return this.#ready.splice(0, count);
  }

  #failed(fault: RecordFault): void {
    this.#fault = fault;
    void this.stop();
    this.#options.onFault(fault.detail, fault.code);
  }

  async #finish(): Promise<RecordingOutcome> {
    if (this.#fault === null) this.#flush(null);
    for (const open of this.#open) open.samples = [];
    await this.#queue.idle();
    this.#ready = [];
    const file = this.#file;
    const layout = this.#layout;
    const isEmpty = layout === null || layout.end === layout.mediaAt;
    const durationMs = layout === null ? 0 : durationMsOf(layout);
    let bytes = layout === null ? 0 : layout.end;
    let finalised = false;
    if (file !== null) {
      try {
        if (layout !== null && !isEmpty) {
          bytes = await finalise(file, layout);
          finalised = true;
        }
        await file.close();
      } catch (error) {
        // The fragmented file stands as it is, and plays.
        this.#fault ??= faultOf(error);
        await file.close().catch(() => {});
      }
    }
    if (isEmpty && this.#options.openFile === undefined) {
      await rm(this.#options.path, { force: true }).catch(() => {});
      bytes = 0;
    }
    this.#bytes = bytes;
    this.#newestMs = durationMs;
    return { bytes, durationMs, endEpochMs: this.#options.startEpochMs + durationMs, finalised, fault: this.#fault };
  }

  /** Where a fragment begins on the file's time line. */
  #msOf(fragment: Fragment): number {
    return (fragment.dts90k - this.#baseDts90k) / 90;
  }

  #trackOf(sample: Sample): OpenTrack | undefined {
    return this.#open.find((open) => open.track.kind === sample.track);
  }
}
