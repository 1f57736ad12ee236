import type { FfmpegFault } from '../../media/ffmpeg.ts';
import type { Recording } from '../../record/archive.ts';
import type { Problem } from '../views.ts';

/** Each is an ffmpeg of its own; more at once only take the cores from the streams. */
export const MAX_RECORDING_SNAPSHOTS = 4;

/** Times of a view are whole milliseconds, those of pictures are not. */
const ROUNDING_MS = 1;

export interface RecordingSnapshotPorts {
  /** JPEG of the picture that a file shows so long after its beginning. */
  picture(absolutePath: string, atMs: number): Promise<Uint8Array | FfmpegFault>;
  /** Somebody begins to read a recording; the answer ends it. */
  hold(recordingId: string): () => void;
}

/** Pictures of recordings at a moment of content, made when they are asked for and not kept. */
export class RecordingSnapshots {
  readonly #ports: RecordingSnapshotPorts;
  #running = 0;

  constructor(ports: RecordingSnapshotPorts) {
    this.#ports = ports;
  }

  /** Of a recording whose file is `absolutePath`; `epochMs` null: its beginning. */
  async at(recording: Recording, absolutePath: string, epochMs: number | null): Promise<Uint8Array | Problem> {
    const atMs = epochMs === null ? 0 : epochMs - recording.startEpochMs;
    if (atMs < -ROUNDING_MS || atMs > recording.durationMs + ROUNDING_MS)
      return { problem: 'bad_request', detail: 'The recording holds nothing of this time.' };
    if (this.#running >= MAX_RECORDING_SNAPSHOTS)
      return { problem: 'rate_limited', detail: `${MAX_RECORDING_SNAPSHOTS} snapshots are being made already.` };
    this.#running += 1;
    const release = this.#ports.hold(recording.id);
    const jpeg = await this.#ports.picture(absolutePath, Math.max(0, atMs));
    release();
    this.#running -= 1;
    if (!('ffmpeg' in jpeg)) return jpeg;
    return { problem: jpeg.ffmpeg === 'missing' ? 'ffmpeg_missing' : 'conflict', detail: jpeg.detail };
  }
}
