import { join } from 'node:path';
import type { Fragment, InitSegment } from '../../media/frame.ts';
import { deleteRecordingFile, RECORDING_REASONS, type Recording, type RecordingReason } from '../../record/archive.ts';
import { type Kept, NOTHING_KEPT } from '../../record/pre-roll.ts';
import { recoverFile } from '../../record/recover.ts';
import { Segmenter, type SegmentRule } from '../../record/segment.ts';
import { firstSecondsOf, tracksOf, withoutFilling } from '../../record/tracks.ts';
import type { RecordFault } from '../../record/write-queue.ts';
import type { Live } from '../live/live.ts';
import type { Problem } from '../views.ts';
import { zoneOffsetMinutes } from '../zone.ts';
import { OpenRecording, type OpenRecordingPorts } from './open-recording.ts';
import type { OwnFootage } from './own-footage.ts';
import type { RecordingQuery } from './recording-page.ts';

export interface RecordingPorts extends OpenRecordingPorts {
  readonly rows: OwnFootage;
  /** Continuous recordings are cut at multiples of this on the wall clock. */
  readonly segmentMs: number;
  /** The recording is deleted: its little picture goes too. */
  deleteThumbnail(recording: Recording): Promise<void>;
}

/** A stream that is recorded, and the file that is written now. */
interface Running {
  readonly live: Live;
  readonly reasons: Set<RecordingReason>;
  file: OpenRecording;
  init: InitSegment | null;
  /** Null until the first fragment. */
  segmenter: Segmenter | null;
  detach: () => void;
  release: () => void;
}

/**
 * Recordings of streams: starts and stops them, cuts those that go on and on, keeps their rows true, recovers what a crash left
 * behind.
 */
export class Recordings {
  readonly #ports: RecordingPorts;
  readonly #rule: SegmentRule;
  /** By stream. */
  readonly #running = new Map<string, Running>();
  /** Content time of a fragment's earliest sample, by its arrival. */
  readonly #startOf = (fragment: Fragment, init: InitSegment): number =>
    this.#arrivedEpochMs(fragment) - leadMsOf(fragment, init);
  /** Every file that is open, by the id of its recording: also those that are being finalised while the next one is written. */
  readonly #open = new Map<string, OpenRecording>();

  constructor(ports: RecordingPorts) {
    this.#ports = ports;
    const offsetMs = (epochMs: number) => zoneOffsetMinutes(epochMs, ports.timeZone) * 60_000;
    this.#rule = { segmentMs: ports.segmentMs, offsetMs };
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** The newest first. */
  page(query: RecordingQuery): { items: Recording[]; hasMore: boolean } {
    const { items, hasMore } = this.#ports.rows.page(query);
    return { items: items.map((row) => this.fresh(row)), hasMore };
  }

  /** What the running recordings write together, bits per second. */
  get bitrateBps(): number {
    let sum = 0;
    for (const { live } of this.#running.values()) sum += live.bitrateBps;
    return sum;
  }

  get(id: string): Recording | Problem {
    const row = this.#ports.rows.get(id);
    if (row === undefined) return { problem: 'recording_not_found', detail: `There is no recording ${id}.` };
    return this.fresh(row);
  }

  absolutePath(recording: Recording): string {
    return join(this.#ports.dataDir, recording.path);
  }

  /** What the process before this one left open is finalised; a file that is gone or holds nothing becomes `failed`. */
  async recover(): Promise<void> {
    for (const row of this.#ports.rows.list()) {
      if (row.state !== 'recording') continue;
      const result = await recoverFile(this.absolutePath(row));
      if ('fault' in result) {
        this.#ports.rows.put({ ...row, state: 'failed', error: result.detail, endEpochMs: row.startEpochMs });
        this.#ports.log('a recording could not be recovered', { recordingId: row.id, detail: result.detail });
      } else {
        const endEpochMs = row.startEpochMs + result.durationMs;
        this.#ports.rows.put({ ...row, ...result, endEpochMs, state: 'recovered' });
        this.#ports.log('recovered a recording', { recordingId: row.id, ...result });
      }
    }
  }

  /** True while the file only grows. Once it is being finalised its head is rewritten. */
  isGrowing(recording: Recording): boolean {
    return this.#open.get(recording.id)?.isClosed === false;
  }

  /** The recording of that stream that is written now. */
  runningOf(streamId: string): Recording | null {
    return this.#running.get(streamId)?.file.fresh ?? null;
  }

  /**
   * Starts recording a stream, or adds a reason to the recording that runs. It begins with what is kept of the stream when that is
   * given, else with the group of pictures in force. One that somebody asked for is one file; any other reason has it cut.
   */
  start(live: Live, reason: RecordingReason = 'request', kept: Kept | null = null): Recording {
    const running = this.#running.get(live.id);
    if (running === undefined) return this.#begin(live, new Set([reason]), kept).file.fresh;
    running.reasons.add(reason);
    running.file.because(strongest([...running.reasons, running.file.row.reason ?? reason]));
    return running.file.fresh;
  }

  /**
   * Takes a reason away; without any left, the file is finalised. Answers that recording, as it is then; the newest recording of the
   * stream when none runs.
   */
  async stop(live: Live, reason: RecordingReason = 'request'): Promise<Recording | Problem> {
    const running = this.#running.get(live.id);
    if (running === undefined) {
      const last = this.#ports.rows
        .list()
        .filter((row) => row.streamId === live.id)
        .at(-1);
      return last ?? { problem: 'recording_not_found', detail: 'This stream was never recorded.' };
    }
    const wasAsked = running.reasons.delete(reason);
    if (running.reasons.size > 0) {
      if (wasAsked) return running.file.fresh;
      return { problem: 'conflict', detail: `It is recorded by its plan (${[...running.reasons].join(', ')}).` };
    }
    const { file } = running;
    await this.#stop(running, null);
    return this.get(file.row.id);
  }

  setLocked(id: string, locked: boolean): Recording | Problem {
    const row = this.get(id);
    if ('problem' in row) return row;
    this.#ports.rows.put({ ...row, locked });
    return { ...row, locked };
  }

  async delete(id: string): Promise<null | Problem> {
    const row = this.get(id);
    if ('problem' in row) return row;
    if (row.state === 'recording') return { problem: 'conflict', detail: 'It is still being recorded: stop it first.' };
    if (row.locked) return { problem: 'conflict', detail: 'It is locked: unlock it first.' };
    await deleteRecordingFile(this.absolutePath(row));
    await this.#ports.deleteThumbnail(row);
    this.#ports.rows.delete(id);
    return null;
  }

  /** Finalises everything that is open. */
  async close(): Promise<void> {
    for (const running of this.#running.values()) void this.#stop(running, null);
    await Promise.all([...this.#open.values()].map((file) => file.close(null)));
  }

  #begin(live: Live, reasons: Set<RecordingReason>, kept: Kept | null): Running {
    // A recording begins with the group of pictures in force, so with its key frame.
    const { init, gopEpochMs } = live.stream;
    const keptEpochMs = kept === NOTHING_KEPT ? null : kept?.startEpochMs;
    const keyEpochMs =
      keptEpochMs === undefined && gopEpochMs !== null ? Math.round(gopEpochMs) : (keptEpochMs ?? null);
    const first = kept === null ? live.stream.gop()[0] : kept.fragments[0];
    const leadMs = init === null || first === undefined ? 0 : leadMsOf(begun(first, init), init);
    const startEpochMs = keyEpochMs === null ? null : keyEpochMs - leadMs;
    const running: Running = {
      live,
      reasons,
      file: this.#file(live, reasons, { startEpochMs, keyEpochMs }),
      init: null,
      segmenter: null,
      detach: () => {},
      release: live.hold(),
    };
    this.#running.set(live.id, running);
    // What is kept reaches up to now: what the stream replays is in it.
    let isReplayed = kept !== null;
    running.detach = live.stream.subscribe({
      init: (init) => {
        this.#onInit(running, init);
        if (isReplayed) for (const fragment of kept?.fragments ?? []) this.#onFragment(running, fragment);
      },
      fragment: (fragment) => {
        if (!isReplayed) this.#onFragment(running, fragment);
      },
      end: () => void this.#stop(running, null),
    });
    isReplayed = false;
    return running;
  }

  #file(
    live: Live,
    reasons: ReadonlySet<RecordingReason>,
    begins: { startEpochMs: number | null; keyEpochMs: number | null },
  ): OpenRecording {
    const file: OpenRecording = new OpenRecording(this.#ports, live, {
      startEpochMs: begins.startEpochMs,
      namedEpochMs: begins.keyEpochMs,
      reason: strongest([...reasons]),
      onFault: (fault) => this.#onFault(file, fault),
    });
    this.#open.set(file.row.id, file);
    return file;
  }

  #onInit(running: Running, init: InitSegment): void {
    const isOther = running.init !== null && !running.file.isEmpty;
    running.init = init;
    // ES-3: another codec, picture size or set of tracks goes into a file of its own.
    if (isOther) {
      void this.#close(running.file, null);
      running.segmenter = null;
      running.file = this.#file(running.live, running.reasons, { startEpochMs: null, keyEpochMs: null });
    }
    running.file.init(init);
  }

  #onFragment(running: Running, fragment: Fragment): void {
    const taken = fragment.isKey ? this.#onKey(running, fragment) : fragment;
    running.file.fragment(taken, this.#startOf);
  }

  /** A key frame: a recording begins, or a continuous one may be cut here. Answers what the file gets of it. */
  #onKey(running: Running, key: Fragment): Fragment {
    const { init, segmenter } = running;
    if (init === null || key.samples.length === 0) return key;
    if (segmenter === null) {
      const first = begun(key, init);
      const startEpochMs = running.file.startEpochMs ?? this.#startOf(first, init);
      running.segmenter = new Segmenter(this.#rule, first, startEpochMs, audioTimescaleOf(init));
      return first;
    }
    const next = segmenter.next(key, this.#arrivedEpochMs(key));
    const isContinuous = [...running.reasons].some((reason) => reason !== 'request');
    if (next === null || !isContinuous || running.file.isEmpty) return key;
    // The new file begins while the old one is still finalised.
    void this.#close(running.file, null);
    running.file = this.#file(running.live, running.reasons, next);
    running.file.init(init);
    return key;
  }

  #onFault(file: OpenRecording, fault: RecordFault): void {
    const running = [...this.#running.values()].find((one) => one.file === file);
    if (running === undefined) void this.#close(file, fault);
    else void this.#stop(running, fault);
  }

  async #stop(running: Running, fault: RecordFault | null): Promise<void> {
    if (this.#running.get(running.live.id) === running) {
      this.#running.delete(running.live.id);
      running.detach();
    }
    await this.#close(running.file, fault);
    running.release();
  }

  async #close(file: OpenRecording, fault: RecordFault | null): Promise<void> {
    await file.close(fault);
    this.#open.delete(file.row.id);
  }

  #arrivedEpochMs({ arrivedMs }: Fragment): number {
    const { clock } = this.#ports;
    return Math.round(clock.epochMs() - (clock.nowMs() - arrivedMs));
  }

  /** The row with the numbers of this moment while it is written. */
  fresh(row: Recording): Recording {
    return this.#open.get(row.id)?.fresh ?? row;
  }
}

function strongest(reasons: readonly RecordingReason[]): RecordingReason {
  return RECORDING_REASONS.filter((reason) => reasons.includes(reason)).at(-1) ?? 'request';
}

/** A fragment as the beginning of a recording. */
function begun(fragment: Fragment, init: InitSegment): Fragment {
  return withoutFilling(fragment, audioTimescaleOf(init));
}

/** By how much the earliest sample of a fragment, which is sound, is older than its picture. */
function leadMsOf(fragment: Fragment, init: InitSegment): number {
  const firstMs = firstSecondsOf(fragment, audioTimescaleOf(init)) * 1000;
  return Number.isFinite(firstMs) ? Math.max(0, Math.round(fragment.dts90k / 90 - firstMs)) : 0;
}

/** Timescale of the sound that a feed's fragments carry; not a number: it has none. */
function audioTimescaleOf(init: InitSegment): number {
  return tracksOf(init).find(({ kind }) => kind === 'audio')?.timescale ?? Number.NaN;
}
