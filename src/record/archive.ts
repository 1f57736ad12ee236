import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Why something is recorded, the weakest first: all the time, by a weekly plan, because somebody asked, because of an alarm. */
export const RECORDING_REASONS = ['always', 'plan', 'request', 'alarm'] as const;
export type RecordingReason = (typeof RECORDING_REASONS)[number];

/** A recording as it is kept: one file, and what is in it. */
export interface Recording {
  id: string;
  streamId: string;
  deviceId: string;
  channelId: string;
  /** 0 main, 1 sub, … */
  streamNumber: number;
  /** Content time of the first sample, milliseconds since 1970 UTC. */
  startEpochMs: number;
  /** Null while it is recorded. */
  endEpochMs: number | null;
  durationMs: number;
  bytes: number;
  /** Relative to the data folder, with `/`. */
  path: string;
  state: 'recording' | 'complete' | 'recovered' | 'failed';
  /** A locked recording is not deleted. */
  locked: boolean;
  /** Why it failed, or null. */
  error: string | null;
  /** The strongest reason there was for it while it was written. Rows of earlier versions have none: somebody asked. */
  reason?: RecordingReason;
}

/** Names tried for one second of one channel: main and sub stream, and a new file per change of codec, many times over. */
const MAX_SAME_NAMES = 1000;

/** Longest folder name made of an id: well under the 255 bytes of every file system. A GB/T 28181 id has 20 digits. */
const MAX_NAME_LENGTH = 120;

/**
 * A free path for a new recording, relative to the data folder:
 * `recordings/{deviceId}/{channelId}/{YYYY-MM-DD}/{HH-mm-ss}.mp4` in the given IANA time zone; a taken name gets `-2`,
 * `-3`, … The name is taken at once by an empty file, because two recordings may start in the same second. When the
 * disk refuses that, a path comes back all the same and the recorder reports what is wrong with it.
 */
export function recordingPath(o: {
  dataDir: string;
  deviceId: string;
  channelId: string;
  startEpochMs: number;
  timeZone: string;
}): string {
  const { day, time } = localName(o.startEpochMs, o.timeZone);
  const folder = `recordings/${safeName(o.deviceId)}/${safeName(o.channelId)}/${day}`;
  const first = `${folder}/${time}.mp4`;
  try {
    mkdirSync(join(o.dataDir, folder), { recursive: true });
  } catch {
    return first;
  }
  for (let n = 1; n <= MAX_SAME_NAMES; n += 1) {
    const path = n === 1 ? first : `${folder}/${time}-${n}.mp4`;
    try {
      closeSync(openSync(join(o.dataDir, path), 'wx'));
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return path;
    }
  }
  return `${folder}/${time}-${MAX_SAME_NAMES + 1}.mp4`;
}

/** Deletes the file, when it is there, and its day's folder when that is then empty. */
export async function deleteRecordingFile(absolutePath: string): Promise<void> {
  await rm(absolutePath, { force: true });
  // Other recordings of the day keep the folder; so does a folder that is gone already.
  await rmdir(dirname(absolutePath)).catch(() => {});
}

/**
 * An id as a folder name. Ids come from devices: everything but letters, digits, `-` and `_` becomes `%hh`, so that no
 * id leaves its folder and no two ids share one.
 */
export function safeName(id: string): string {
  let name = '';
  for (const byte of Buffer.from(id, 'utf8')) {
    const char = String.fromCharCode(byte);
    name += /[A-Za-z0-9_-]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
  }
  if (name === '') return '%';
  if (name.length <= MAX_NAME_LENGTH) return name;
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 16);
  return `${name.slice(0, MAX_NAME_LENGTH - 18)}%%${digest}`;
}

function localName(epochMs: number, timeZone: string): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(epochMs);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '00';
  return {
    day: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}-${part('minute')}-${part('second')}`,
  };
}
