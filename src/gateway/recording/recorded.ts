import { pictureAt, thumbnailOf } from '../../media/ffmpeg.ts';
import type { Clock } from '../clock.ts';
import type { GatewayConfig } from '../config.ts';
import type { Live } from '../live/live.ts';
import type { Problem } from '../views.ts';
import { OwnFootage } from './own-footage.ts';
import { type RecordingDesk, recordingDesk } from './recording-desk.ts';
import { RecordingSnapshots } from './recording-snapshot.ts';
import { type RecordingPorts, Recordings } from './recordings.ts';
import { Thumbnails } from './thumbnails.ts';
import { MAX_TIMELINE_FILES, TimelineFiles } from './timeline-file.ts';

/** What the gateway has recorded: the files, their rows, and what is made of them for those who ask. */

export interface RecordedNeeds {
  readonly config: Pick<GatewayConfig, 'record' | 'sip'>;
  readonly dataDir: string;
  readonly rows: ConstructorParameters<typeof OwnFootage>[0];
  readonly clock: Clock;
  newId(): string;
  /** Unix milliseconds as ISO 8601 in the zone of the devices. */
  iso(epochMs: number): string;
  /** Somebody begins to read a recording; the answer ends it. */
  hold(recordingId: string): () => void;
  publish: RecordingPorts['publish'];
  readonly log: { warn(data: Record<string, unknown>, message: string): void };
}

export interface Recorded {
  readonly footage: OwnFootage;
  readonly recordings: Recordings;
  /** As the outside sees them; `findLive`: the live stream that is to be recorded. */
  desk(findLive: (streamId: string) => Live | Problem): RecordingDesk;
}

/** The recordings of a gateway, filled from its parts. What a crash left is not finalised yet. */
export function openRecorded({
  config,
  dataDir,
  rows,
  clock,
  newId,
  iso,
  hold,
  publish,
  log,
}: RecordedNeeds): Recorded {
  const warn = (message: string, data: Record<string, unknown>) => log.warn(data, message);
  const nowMs = () => clock.nowMs();
  const thumbnails = new Thumbnails({ dataDir, nowMs, make: thumbnailOf });
  const footage = new OwnFootage(rows);
  const recordings = new Recordings({
    rows: footage,
    dataDir,
    timeZone: config.sip.timeZone,
    segmentMs: config.record.segmentMs,
    clock,
    newId,
    deleteThumbnail: (recording) => thumbnails.delete(recording),
    publish,
    log: warn,
  });
  const timelines = new TimelineFiles({
    nowMs,
    recordings: ({ deviceId, channelId, startEpochMs, endEpochMs }) =>
      recordings.page({
        deviceId,
        channelId,
        fromEpochMs: startEpochMs,
        toEpochMs: endEpochMs,
        limit: MAX_TIMELINE_FILES + 1,
        after: null,
      }).items,
    absolutePath: (recording) => recordings.absolutePath(recording),
    hold,
    log: warn,
  });
  const snapshots = new RecordingSnapshots({ picture: pictureAt, hold });
  return {
    footage,
    recordings,
    desk: (findLive) => recordingDesk({ recordings, thumbnails, timelines, snapshots, hold, findLive, iso, publish }),
  };
}
