import { join } from 'node:path';
import type { Fragment, InitSegment } from '../media/frame.ts';
import { deleteRecordingFile, type Recording, recordingPath } from '../record/archive.ts';
import { type Recorder, startRecording } from '../record/recorder.ts';
import { recoverFile } from '../record/recover.ts';
import type { Clock } from './clock.ts';
import type { Live } from './live.ts';
import { pageOfRecordings, type RecordingQuery } from './recording-page.ts';
import type { Problem } from './views.ts';

export interface RecordingRows {
  list(): Recording[];
  get(id: string): Recording | undefined;
  put(recording: Recording): void;
  delete(id: string): void;
}

/** Rows that are read from the store once: a list of 10,000 is asked for again and again, and packets wait meanwhile. */
export function rememberedRows(store: RecordingRows): RecordingRows {
  const rows = new Map(store.list().map((row) => [row.id, row]));
  return {
    list: () => [...rows.values()],
    get: (id) => rows.get(id),
    put(row) {
      rows.set(row.id, { ...row });
      store.put(row);
    },
    delete(id) {
      rows.delete(id);
      store.delete(id);
    },
  };
}

export interface RecordingPorts {
  readonly rows: RecordingRows;
  readonly dataDir: string;
  readonly timeZone: string;
  readonly clock: Clock;
  newId(): string;
  /** The recording is deleted: its little picture goes too. */
  deleteThumbnail(recording: Recording): Promise<void>;
  publish(type: string, data: Record<string, unknown>): void;
  log(message: string, data: Record<string, unknown>): void;
}

/** A running recording: the row that is kept, and the file that is written. */
interface Running {
  recording: Recording;
  live: Live;
  recorder: Recorder | null;
  detach: () => void;
  release: () => void;
  /** Resolves when file and row are final. */
  done: Promise<void>;
  finish: () => void;
}

/** Recordings of streams: starts and stops them, keeps their rows true, recovers what a crash left behind. */
export class Recordings {
  readonly #ports: RecordingPorts;
  readonly #running = new Map<string, Running>();

  constructor(ports: RecordingPorts) {
    this.#ports = ports;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** The newest first. */
  page(query: RecordingQuery): { items: Recording[]; hasMore: boolean } {
    const { items, hasMore } = pageOfRecordings(this.#ports.rows.list(), query);
    return { items: items.map((row) => this.#fresh(row)), hasMore };
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
    return this.#fresh(row);
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
    return this.#running.get(recording.streamId)?.recording.id === recording.id;
  }

  /** Starts recording a stream; the running recording when there is one already. */
  start(live: Live): Recording {
    const running = this.#running.get(live.id);
    if (running !== undefined) return this.#fresh(running.recording);
    return this.#begin(live);
  }

  /** Stops recording a stream and finalises its file; the newest recording of that stream when none runs. */
  async stop(live: Live): Promise<Recording | Problem> {
    const running = this.#running.get(live.id);
    if (running === undefined) {
      const last = this.#ports.rows
        .list()
        .filter((row) => row.streamId === live.id)
        .at(-1);
      return last ?? { problem: 'recording_not_found', detail: 'This stream was never recorded.' };
    }
    await this.#stop(running, null);
    return this.get(running.recording.id);
  }

  setLocked(id: string, locked: boolean): Recording | Problem {
    const row = this.get(id);
    if ('problem' in row) return row;
    this.#update({ ...row, locked });
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

  /** Finalises every running recording. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((running) => this.#stop(running, null)));
  }

  #begin(live: Live): Recording {
    const { clock, rows, publish } = this.#ports;
    const recording: Recording = {
      id: this.#ports.newId(),
      streamId: live.id,
      deviceId: live.deviceId,
      channelId: live.channelId,
      streamNumber: live.streamNumber,
      // A recording begins with the group of pictures in force, so with its key frame.
      startEpochMs: live.stream.gopEpochMs ?? clock.epochMs(),
      endEpochMs: null,
      durationMs: 0,
      bytes: 0,
      path: '',
      state: 'recording',
      locked: false,
      error: null,
    };
    recording.path = recordingPath({
      dataDir: this.#ports.dataDir,
      deviceId: live.deviceId,
      channelId: live.channelId,
      startEpochMs: recording.startEpochMs,
      timeZone: this.#ports.timeZone,
    });
    let finish = () => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const running: Running = { recording, live, recorder: null, detach: () => {}, release: live.hold(), done, finish };
    this.#running.set(live.id, running);
    rows.put(recording);
    publish('recording.started', { ...this.#eventData(recording) });
    running.detach = live.stream.subscribe({
      init: (init) => this.#onInit(running, init),
      fragment: (fragment) => this.#onFragment(running, fragment),
      end: () => void this.#stop(running, null),
    });
    return recording;
  }

  #onInit(running: Running, init: InitSegment): void {
    if (running.recorder === null) {
      running.recorder = startRecording({
        path: this.absolutePath(running.recording),
        startEpochMs: running.recording.startEpochMs,
        init,
        onFault: (detail, code) => void this.#stop(running, { detail, code }),
        onNewInit: () => {},
      });
      return;
    }
    // ES-3: another codec, picture size or set of tracks goes into a file of its own.
    void this.#stop(running, null);
    this.#begin(running.live);
  }

  #onFragment(running: Running, fragment: Fragment): void {
    running.recorder?.fragment(fragment);
  }

  async #stop(running: Running, fault: { detail: string; code: string } | null): Promise<void> {
    if (this.#running.get(running.live.id) !== running) return running.done;
    this.#running.delete(running.live.id);
    running.detach();
    const written = await running.recorder?.stop();
    running.release();
    const { clock, publish } = this.#ports;
    // Finalising may fail by itself; the file then stays fragmented, and plays.
    fault ??= written?.fault ?? null;
    if (written === undefined || written.durationMs === 0) {
      const error = fault?.detail ?? 'nothing was received while it was recorded';
      await deleteRecordingFile(this.absolutePath(running.recording));
      this.#final({ ...running.recording, state: 'failed', error, endEpochMs: clock.epochMs() });
    } else {
      const { bytes, durationMs } = written;
      const endEpochMs = running.recording.startEpochMs + durationMs;
      const state = fault === null ? 'complete' : 'failed';
      this.#final({ ...running.recording, bytes, durationMs, endEpochMs, state, error: fault?.detail ?? null });
    }
    if (fault !== null) this.#ports.log('a recording failed', { recordingId: running.recording.id, ...fault });
    publish(
      fault === null && written !== undefined && written.durationMs > 0 ? 'recording.completed' : 'recording.failed',
      {
        ...this.#eventData(running.recording),
        ...(fault === null ? {} : { code: fault.code, detail: fault.detail }),
      },
    );
    running.finish();
  }

  #final(recording: Recording): void {
    const locked = this.#ports.rows.get(recording.id)?.locked ?? recording.locked;
    this.#ports.rows.put({ ...recording, locked });
  }

  #update(recording: Recording): void {
    for (const running of this.#running.values())
      if (running.recording.id === recording.id) running.recording.locked = recording.locked;
    this.#ports.rows.put(recording);
  }

  /** The row with the numbers of this moment while it is written. */
  #fresh(row: Recording): Recording {
    if (row.state !== 'recording') return row;
    const recorder = this.#running.get(row.streamId)?.recorder;
    return recorder ? { ...row, bytes: recorder.bytes, durationMs: recorder.durationMs } : row;
  }

  #eventData(recording: Recording): Record<string, unknown> {
    const { id, streamId, deviceId, channelId, streamNumber, path } = this.#ports.rows.get(recording.id) ?? recording;
    return { recordingId: id, streamId, deviceId, channelId, streamNumber, path };
  }
}
