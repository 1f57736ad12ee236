import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fragment, InitSegment } from '../../media/frame.ts';
import { deleteRecordingFile, type Recording, type RecordingReason, recordingPath } from '../../record/archive.ts';
import type { RecordFile } from '../../record/file.ts';
import { type Recorder, startRecording } from '../../record/recorder.ts';
import type { RecordFault } from '../../record/write-queue.ts';
import type { Clock } from '../clock.ts';
import type { Live } from '../live/live.ts';
import type { RecordingRows } from './own-footage.ts';

export interface OpenRecordingPorts {
  readonly rows: RecordingRows;
  readonly dataDir: string;
  readonly timeZone: string;
  readonly clock: Clock;
  newId(): string;
  /** For tests: another file than the one on the disk. */
  readonly openFile?: (path: string) => Promise<RecordFile>;
  publish(type: string, data: Record<string, unknown>): void;
  log(message: string, data: Record<string, unknown>): void;
}

export interface Beginning {
  /** Content time of its first sample; null: when that arrives. */
  readonly startEpochMs: number | null;
  /** What its file is named by. */
  readonly namedEpochMs: number | null;
  readonly reason: RecordingReason;
  /** The disk refused. The recording has to be closed. */
  onFault(fault: RecordFault): void;
}

/** One recording that is written: its row and its file. */
export class OpenRecording {
  /** As it began; the numbers of the moment are those of the file. */
  readonly row: Recording;
  readonly #ports: OpenRecordingPorts;
  readonly #onFault: (fault: RecordFault) => void;
  #isStartKnown: boolean;
  #init: InitSegment | null = null;
  #recorder: Recorder | null = null;
  #closed: Promise<void> | null = null;

  constructor(ports: OpenRecordingPorts, live: Live, beginning: Beginning) {
    this.#ports = ports;
    this.#onFault = beginning.onFault;
    this.#isStartKnown = beginning.startEpochMs !== null;
    const startEpochMs = beginning.startEpochMs ?? ports.clock.epochMs();
    this.row = {
      id: ports.newId(),
      streamId: live.id,
      deviceId: live.deviceId,
      channelId: live.channelId,
      streamNumber: live.streamNumber,
      startEpochMs,
      endEpochMs: null,
      durationMs: 0,
      bytes: 0,
      path: '',
      state: 'recording',
      locked: false,
      error: null,
      reason: beginning.reason,
    };
    this.row.path = this.#pathAt(beginning.namedEpochMs ?? startEpochMs);
    ports.rows.put(this.row);
    ports.publish('recording.started', this.#eventData());
  }

  get isClosed(): boolean {
    return this.#closed !== null;
  }

  /** Content time of its first sample; null: nothing came yet, and it was begun before. */
  get startEpochMs(): number | null {
    return this.#isStartKnown ? this.row.startEpochMs : null;
  }

  /** Nothing was written yet. */
  get isEmpty(): boolean {
    return this.#recorder === null;
  }

  /** The row with the numbers of this moment. */
  get fresh(): Recording {
    const row = this.#ports.rows.get(this.row.id) ?? this.row;
    if (row.state !== 'recording' || this.#recorder === null) return row;
    return { ...row, bytes: this.#recorder.bytes, durationMs: this.#recorder.durationMs };
  }

  /** Describes what follows; only before the first fragment. */
  init(init: InitSegment): void {
    this.#init = init;
  }

  /** The next fragment; the first begins with a key frame, and is asked for its time when the recording has none yet. */
  fragment(fragment: Fragment, startOf: (first: Fragment, init: InitSegment) => number): void {
    if (this.#closed !== null) return;
    if (this.#recorder === null) {
      if (this.#init === null || !fragment.isKey) return;
      if (!this.#isStartKnown) this.#startAt(startOf(fragment, this.#init));
      this.#recorder = startRecording({
        path: join(this.#ports.dataDir, this.row.path),
        startEpochMs: this.row.startEpochMs,
        init: this.#init,
        onFault: (detail, code) => this.#onFault({ detail, code }),
        onNewInit: () => {},
        ...(this.#ports.openFile === undefined ? {} : { openFile: this.#ports.openFile }),
      });
    }
    this.#recorder.fragment(fragment);
  }

  /** Why it is made, as of now. */
  because(reason: RecordingReason): void {
    if (this.row.reason === reason) return;
    this.row.reason = reason;
    this.#put(this.row);
  }

  /** Finalises file and row, and says so. Idempotent; resolves when both are final. */
  close(fault: RecordFault | null): Promise<void> {
    this.#closed ??= this.#close(fault);
    return this.#closed;
  }

  async #close(early: RecordFault | null): Promise<void> {
    const written = await this.#recorder?.stop();
    // Finalising may fail by itself; the file then stays fragmented, and plays.
    const fault = early ?? written?.fault ?? null;
    const hasContent = written !== undefined && written.durationMs > 0;
    if (hasContent) {
      const { bytes, durationMs } = written;
      const endEpochMs = this.row.startEpochMs + durationMs;
      const state = fault === null ? 'complete' : 'failed';
      this.#put({ ...this.row, bytes, durationMs, endEpochMs, state, error: fault?.detail ?? null });
    } else {
      const error = fault?.detail ?? 'nothing was received while it was recorded';
      await deleteRecordingFile(join(this.#ports.dataDir, this.row.path));
      this.#put({ ...this.row, state: 'failed', error, endEpochMs: this.#ports.clock.epochMs() });
    }
    if (fault !== null) this.#ports.log('a recording failed', { recordingId: this.row.id, ...fault });
    this.#ports.publish(fault === null && hasContent ? 'recording.completed' : 'recording.failed', {
      ...this.#eventData(),
      ...(fault === null ? {} : { code: fault.code, detail: fault.detail }),
    });
  }

  /** It was begun before anything came: its time, and with it its name, are those of what came. */
  #startAt(epochMs: number): void {
    this.#isStartKnown = true;
    try {
      rmSync(join(this.#ports.dataDir, this.row.path), { force: true });
    } catch {
      // an empty file stays behind, on a disk that refuses more than that
    }
    this.row.startEpochMs = epochMs;
    this.row.path = this.#pathAt(epochMs);
    this.#put(this.row);
  }

  #pathAt(startEpochMs: number): string {
    const { dataDir, timeZone } = this.#ports;
    const { deviceId, channelId } = this.row;
    return recordingPath({ dataDir, deviceId, channelId, startEpochMs, timeZone });
  }

  /** It may have been locked meanwhile. */
  #put(row: Recording): void {
    const locked = this.#ports.rows.get(row.id)?.locked ?? row.locked;
    this.#ports.rows.put({ ...row, locked });
  }

  #eventData(): Record<string, unknown> {
    const { id, streamId, deviceId, channelId, streamNumber, path, reason } = this.row;
    return { recordingId: id, streamId, deviceId, channelId, streamNumber, path, reason };
  }
}
