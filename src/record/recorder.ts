import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Fragment, InitSegment } from '../media/frame.ts';
import { Cutter } from './cutter.ts';
import { openRecordFile, type RecordFile } from './file.ts';
import { type BuiltFragment, buildFragment, type Run } from './fragment.ts';
import { fragmentedMoov } from './movie.ts';
import { hashOf, Tail, type TailSample } from './tail.ts';
import { type Joint, MAX_GAP_SECONDS, Tracks } from './tracks.ts';
import { faultOf, type RecordFault, WriteQueue } from './write-queue.ts';
import { durationMsOf, finalise, head, type Layout, RESERVE_BYTES, redeclare, writeFragments } from './writer.ts';

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

/**
 * Footage that comes faster than it plays waits for so much, or so long after the last write: each write wakes a thread, which
 * costs as much as to copy 250 kB, and a group of pictures of a weak line has 8 kB.
 */
export const PATIENT_BYTES = 1024 * 1024;
const PATIENT_MS = 1000;

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
  /**
   * A fragment of another init segment came: this recording has ended, a new one is wanted. Called at most once. Or
   * `add-entry`: the recording goes on in the same file, with what `init` and `join` were told.
   */
  readonly onNewInit: (() => void) | 'add-entry';
  /** Keep the hashes of the newest samples (`tail`). */
  readonly keepsTail?: boolean;
  /** What comes can be asked for again: fragments wait for each other (`PATIENT_BYTES`), and a crash may take them. */
  readonly isPatient?: boolean;
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
  return new Recorder(options, options.init);
}

/** A recording that was broken off, as it lies on the disk. */
export interface Found {
  readonly file: RecordFile;
  readonly layout: Layout;
  /** Fragments in it. */
  readonly fragments: number;
  readonly tail: readonly TailSample[];
}

/** One consumer that writes one hybrid MP4. `fragment` is synchronous and never throws; the disk follows behind. */
export class Recorder {
  readonly #options: Omit<RecordingOptions, 'init'>;
  readonly #queue: WriteQueue;
  readonly #tracks: Tracks;
  readonly #cutter = new Cutter();
  readonly #tails = { video: new Tail(), audio: new Tail() };
  #file: RecordFile | null = null;
  #layout: Layout | null = null;
  /** Fragments that wait for the disk, and how often the file had been described anew before them. */
  #ready: { readonly fragment: BuiltFragment; readonly declaration: number }[] = [];
  #declaration = 0;
  /** Bytes of those that wait for company. */
  #patientBytes = 0;
  #flushedMs = 0;
  /** Number of the newest fragment that went to the disk. */
  #written = 0;
  #generation = -1;
  #sequence = 0;
  #newestMs = 0;
  /** Arrival of the newest fragment, and of the newest that is on the disk for certain. */
  #arrivedMs = 0;
  #syncedMs = 0;
  #isStarted = false;
  #bytes = 0;
  #fault: RecordFault | null = null;
  #stopped: Promise<RecordingOutcome> | null = null;

  /** Begins a file, or goes on in one that was found; then `join` comes before the first fragment. */
  constructor(options: Omit<RecordingOptions, 'init'>, from: InitSegment | Found) {
    this.#options = options;
    this.#queue = new WriteQueue((fault) => this.#failed(fault));
    if ('layout' in from) {
      this.#tracks = new Tracks([...from.layout.tracks]);
      this.#goOn(from);
      return;
    }
    this.#tracks = new Tracks([]);
    this.#generation = from.generation;
    this.#tracks.declare(from);
    this.#addLanes();
    const hasTracks = this.#tracks.list.length > 0;
    this.#queue.push(0, () => this.#create(hasTracks));
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
    return this.#queue.queuedBytes + this.#patientBytes;
  }

  /** Resolves when nothing waits for the disk: for a source that is faster than real time and can be held back. */
  drained(): Promise<void> {
    this.#flush(false);
    return this.#queue.idle();
  }

  /** The newest samples received, pictures first, each track in order of time. Empty unless asked for by `keepsTail`. */
  tail(): readonly TailSample[] {
    return [...this.#tails.video.list(), ...this.#tails.audio.list()];
  }

  /** The next fragment of the stream. The first must begin with a key frame. */
  fragment(fragment: Fragment): void {
    if (this.#stopped !== null) return;
    if (fragment.generation !== this.#generation) {
      this.#unannounced();
      return;
    }
    if (!this.#isStarted) {
      if (!fragment.isKey || !this.#tracks.begin(fragment)) return;
      this.#isStarted = true;
      this.#syncedMs = fragment.arrivedMs;
      this.#flushedMs = fragment.arrivedMs;
    }
    this.#arrivedMs = fragment.arrivedMs;
    for (const sample of fragment.samples) {
      const placed = this.#tracks.place(sample);
      if (placed === null) continue;
      const { data, isSync, track } = sample;
      const { lane, entry, timescale, duration, compositionOffset } = placed;
      const dts = this.#cutter.add(lane, { data, dts: placed.dts, duration, compositionOffset, isSync }, entry);
      const end = Math.max(placed.dts + duration, dts);
      this.#newestMs = Math.max(this.#newestMs, (end * 1000) / timescale);
      if (this.#options.keepsTail) this.#tails[track].add({ track, dts, timescale, hash: hashOf(data) });
    }
    for (let runs = this.#cutter.next(); runs !== null; runs = this.#cutter.next()) this.#write(runs, true);
    if (this.#arrivedMs - this.#flushedMs >= PATIENT_MS) this.#flush(false);
  }

  /** The fragments that follow are described by this init segment; their time goes on. Only with `add-entry`. */
  init(init: InitSegment): void {
    if (this.#stopped !== null || this.#options.onNewInit !== 'add-entry') return;
    this.#generation = init.generation;
    const isChanged = this.#tracks.declare(init);
    if (isChanged === null) {
      this.#failed({ code: 'io', detail: 'the source describes its pictures in more ways than a file can hold' });
      return;
    }
    this.#addLanes();
    this.#cutter.expect(this.#tracks.lanes);
    if (!isChanged) return;
    const tracks = [...this.#tracks.list];
    const moov = fragmentedMoov(tracks, this.#options.startEpochMs);
    this.#declaration += 1;
    this.#queue.push(0, () => redeclare(this.#file!, this.#layout!, tracks, moov));
  }

  /**
   * The fragments that follow come from another source (a new call: time and generations of its own), described by this init
   * segment; the joint says where they stand in the file. They need not begin with a key frame. Only with `add-entry`.
   */
  join(init: InitSegment, joint: Joint): void {
    this.init(init);
    const most90k = (this.#newestMs + MAX_GAP_SECONDS * 1000) * 90;
    // Times too far away for a file move together, so that sound and picture stay so.
    const tooFar = Math.max(0, Math.ceil(joint.at90k - most90k));
    this.#tracks.join(tooFar === 0 ? joint : { dts90k: joint.dts90k, at90k: joint.at90k - tooFar });
    this.#isStarted = true;
  }

  /** Writes what is open, finalises and closes the file. Idempotent; also the way to wait for the end after a fault. */
  stop(): Promise<RecordingOutcome> {
    this.#stopped ??= this.#finish();
    return this.#stopped;
  }

  /**
   * Writes the fragments that are whole and closes the file without finalising it: `resumeRecording` goes on in it. The samples
   * behind the last whole fragment are not in it.
   */
  suspend(): Promise<RecordingOutcome> {
    this.#stopped ??= this.#leave();
    return this.#stopped;
  }

  #goOn({ file, layout, fragments, tail }: Found): void {
    this.#file = file;
    this.#layout = layout;
    this.#sequence = fragments;
    this.#written = fragments;
    this.#bytes = layout.end;
    this.#newestMs = durationMsOf(layout);
    this.#addLanes();
    for (const sample of tail) this.#tails[sample.track].add(sample);
    // What is behind the last whole fragment was never finished.
    this.#queue.push(0, () => file.truncate(layout.end));
  }

  /** Tracks that are new get their lane, and their index. */
  #addLanes(): void {
    const { list } = this.#tracks;
    for (let i = this.#cutter.laneCount; i < list.length; i += 1) {
      const { id, timescale, kind } = list[i]!;
      const index = this.#layout?.indexes[i];
      this.#cutter.addLane(id, timescale, kind === 'video', index?.sampleCount ? index.lastDts : -1);
    }
  }

  async #create(hasTracks: boolean): Promise<void> {
    const { path, startEpochMs, openFile, reserveBytes } = this.#options;
    if (!hasTracks) throw new Error('the init segment holds no track that can be recorded');
    if (openFile === undefined) await mkdir(dirname(path), { recursive: true });
    this.#file = await (openFile?.(path) ?? openRecordFile(path, true));
    const { bytes, layout } = head(this.#tracks.list, startEpochMs, reserveBytes ?? RESERVE_BYTES);
    this.#bytes += bytes.length;
    await this.#file.write(bytes, 0);
    this.#layout = layout;
  }

  /** A fragment of an init segment that nobody announced. */
  #unannounced(): void {
    const { onNewInit } = this.#options;
    if (onNewInit === 'add-entry') {
      this.#failed({ code: 'io', detail: 'a fragment came before the init segment that describes it' });
      return;
    }
    void this.stop();
    onNewInit();
  }

  /** A fragment is whole. */
  #write(runs: readonly Run[], maySync: boolean): void {
    this.#sequence += 1;
    const fragment = buildFragment(this.#sequence, runs);
    this.#ready.push({ fragment, declaration: this.#declaration });
    // The end syncs by itself.
    const isSyncDue = maySync && this.#arrivedMs - this.#syncedMs >= SYNC_EVERY_MS;
    if (isSyncDue) this.#syncedMs = this.#arrivedMs;
    this.#bytes += fragment.size;
    this.#patientBytes += fragment.size;
    if (this.#options.isPatient !== true || isSyncDue || this.#patientBytes >= PATIENT_BYTES) this.#flush(isSyncDue);
  }

  /** Hands all that is ready to the disk. */
  #flush(syncs: boolean): void {
    this.#flushedMs = this.#arrivedMs;
    const bytes = this.#patientBytes;
    if (bytes === 0) return;
    this.#patientBytes = 0;
    const last = this.#sequence;
    this.#queue.push(bytes, async () => {
      while (this.#written < last) await writeFragments(this.#file!, this.#layout!, this.#gather());
      if (syncs) await this.#file!.datasync();
    });
  }

  /**
   * What the next write takes: the next fragment; many when they waited for each other, or for the disk. None from behind a new
   * description of the file, which is not in force yet.
   */
  #gather(): BuiltFragment[] {
    const ready = this.#ready;
    let count = 1;
    if (this.#options.isPatient === true || this.#queue.queuedBytes >= GATHER_FROM_BYTES) {
      for (let bytes = ready[0]!.fragment.size; count < ready.length; count += 1) {
        bytes += ready[count]!.fragment.size;
        if (bytes > MAX_GATHERED_BYTES || ready[count]!.declaration !== ready[0]!.declaration) break;
      }
    }
    this.#written += count;
    return ready.splice(0, count).map(({ fragment }) => fragment);
  }

  #failed(fault: RecordFault): void {
    this.#fault = fault;
    void this.stop();
    this.#options.onFault(fault.detail, fault.code);
  }

  async #finish(): Promise<RecordingOutcome> {
    // When the disk has failed, the queue takes none of it.
    this.#cutter.end();
    for (let runs = this.#cutter.next(); runs !== null; runs = this.#cutter.next()) this.#write(runs, false);
    const rest = this.#cutter.rest();
    if (rest !== null) this.#write(rest, false);
    this.#flush(false);
    await this.#queue.idle();
    this.#ready = [];
    const file = this.#file;
    const layout = this.#layout;
    const isEmpty = layout === null || layout.end === layout.mediaAt;
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
    return this.#outcome(bytes, finalised);
  }

  async #leave(): Promise<RecordingOutcome> {
    this.#flush(false);
    await this.#queue.idle();
    this.#ready = [];
    try {
      await this.#file?.datasync();
    } catch (error) {
      this.#fault ??= faultOf(error);
    }
    await this.#file?.close().catch(() => {});
    return this.#outcome(this.#layout?.end ?? 0, false);
  }

  #outcome(bytes: number, finalised: boolean): RecordingOutcome {
    const durationMs = this.#layout === null ? 0 : durationMsOf(this.#layout);
    this.#bytes = bytes;
    this.#newestMs = durationMs;
    return { bytes, durationMs, endEpochMs: this.#options.startEpochMs + durationMs, finalised, fault: this.#fault };
  }
}
