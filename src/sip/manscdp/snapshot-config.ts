import { type ControlResult, readControlResult } from './device-control.ts';
import { writeEnvelope } from './envelope.ts';
import type { Question } from './question.ts';

/** Pictures that a device is to take and to upload (GB/T 28181-2022 A.2.3.2.12, 9.14). */
export interface SnapshotOrder {
  /** 1 to 10. */
  readonly count: number;
  /** Seconds from one picture to the next, 1 at least. */
  readonly intervalSeconds: number;
  /** Where each picture is to be sent, by HTTP. */
  readonly uploadUrl: string;
  /** 32 to 128 of `[A-Za-z0-9-]`; UploadSnapShotFinished repeats it. */
  readonly session: string;
}

/** DeviceConfig/SnapShotConfig: to write it is to take pictures. Its Response says that the device begins. */
export function snapshotConfig(targetId: string, order: SnapshotOrder): Question<ControlResult> {
  const cmdType = 'DeviceConfig';
  return {
    command: cmdType,
    targetId,
    write: (sn, style) =>
      writeEnvelope(
        'Control',
        { cmdType, sn, deviceId: targetId },
        [
          [
            'SnapShotConfig',
            [
              ['SnapNum', order.count],
              ['Interval', order.intervalSeconds],
              ['UploadURL', order.uploadUrl],
              ['SessionID', order.session],
            ],
          ],
        ],
        style,
      ),
    answer: 'response',
    read: readControlResult,
  };
}
