import type { Recording } from '../../record/archive.ts';
import type { Live } from '../live/live.ts';
import type { Gateway } from '../port.ts';
import { recordingView } from '../view-of.ts';
import { isProblem, type Problem } from '../views.ts';
import type { RecordingSnapshots } from './recording-snapshot.ts';
import type { Recordings } from './recordings.ts';
import type { Thumbnails } from './thumbnails.ts';
import type { TimelineFiles } from './timeline-file.ts';

/** What the outside may ask about recordings. */
export type RecordingDesk = Pick<
  Gateway,
  | 'startRecording'
  | 'stopRecording'
  | 'recordings'
  | 'recording'
  | 'recordingFile'
  | 'deleteRecording'
  | 'lockRecording'
  | 'timelineFile'
  | 'thumbnail'
  | 'recordingSnapshot'
>;

export interface RecordingDeskPorts {
  readonly recordings: Recordings;
  readonly thumbnails: Thumbnails;
  readonly timelines: TimelineFiles;
  readonly snapshots: RecordingSnapshots;
  /** Somebody begins to read a recording; the answer ends it. */
  hold(recordingId: string): () => void;
  /** The live stream that is to be recorded. */
  findLive(streamId: string): Live | Problem;
  /** Unix milliseconds as ISO 8601 in the zone of the devices. */
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
}

/** Recordings as the outside sees them: found by id, with times it can read. */
export function recordingDesk({
  recordings,
  thumbnails,
  timelines,
  snapshots,
  hold,
  findLive,
  iso,
  publish,
}: RecordingDeskPorts): RecordingDesk {
  const view = (recording: Recording | Problem) => (isProblem(recording) ? recording : recordingView(recording, iso));
  return {
    async startRecording(streamId) {
      const live = findLive(streamId);
      if (isProblem(live)) return live;
      if (live.state === 'ended') return { problem: 'conflict', detail: 'The stream has ended.' };
      return recordingView(recordings.start(live), iso);
    },
    async stopRecording(streamId) {
      const live = findLive(streamId);
      return isProblem(live) ? live : view(await recordings.stop(live));
    },
    recordings(query) {
      const { items, hasMore } = recordings.page(query);
      return { items: items.map((recording) => recordingView(recording, iso)), hasMore };
    },
    recording: (id) => view(recordings.get(id)),
    recordingFile(id) {
      const found = recordings.get(id);
      if (isProblem(found)) return found;
      return {
        absolutePath: recordings.absolutePath(found),
        // Finalising rewrites the head of the file: what was read before must not be joined with what is read after.
        etag: `"${found.id}-${recordings.isGrowing(found) ? 'growing' : found.state === 'recording' ? 'finalising' : `${found.state}-${found.bytes}`}"`,
        complete: found.state !== 'recording',
        hold: () => hold(found.id),
      };
    },
    async deleteRecording(id) {
      const found = recordings.get(id);
      const refusal = await recordings.delete(id);
      // in the words of retention, which deletes many at once
      if (refusal === null && !isProblem(found))
        publish('recording.deleted', { count: 1, bytes: found.bytes, reasons: { request: 1 }, recordingIds: [id] });
      return refusal;
    },
    lockRecording: (id, locked) => view(recordings.setLocked(id, locked)),
    timelineFile: (query) => timelines.file(query),
    async recordingSnapshot(id, epochMs) {
      const found = recordings.get(id);
      return isProblem(found) ? found : snapshots.at(found, recordings.absolutePath(found), epochMs);
    },
    async thumbnail(id) {
      const found = recordings.get(id);
      return isProblem(found) ? found : thumbnails.of(found, recordings.absolutePath(found));
    },
  };
}
