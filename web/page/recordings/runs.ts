import type { Recording } from '../api.ts';

/** Recordings of one stream that follow each other without a gap, shown as one. Pure: no DOM. */
export interface Run {
  /** All of them as one: the newest file's id and state, from the first picture of the oldest file on. */
  readonly whole: Recording;
  /** The newest first; at least one. */
  readonly files: readonly Recording[];
}

/** Files that follow each other within this are one run, as on the gateway's time line. */
const JOIN_MS = 1_000;
/** The gateway gives at most a day in one file. */
const MAX_RUN_MS = 86_400_000;

const endMs = ({ start, durationMs }: Recording) => Date.parse(start) + durationMs;

/** Each recording as a run of its own. */
export function alone(items: readonly Recording[]): Run[] {
  return items.map((one) => ({ whole: one, files: [one] }));
}

/** Recordings, the newest first, as runs, the newest first; a run ends after a day, and where its files are of another kind. */
export function joined(items: readonly Recording[]): Run[] {
  const runs: Recording[][] = [];
  const open = new Map<string, Recording[]>();
  for (const one of items) {
    const key = `${one.deviceId}/${one.channelId}/${one.streamNumber}/${one.reason ?? ''}/${one.locked}`;
    const run = open.get(key);
    const [newest, oldest] = [run?.[0], run?.at(-1)];
    const follows =
      newest !== undefined &&
      oldest !== undefined &&
      one.state !== 'failed' &&
      oldest.state !== 'failed' &&
      Math.abs(Date.parse(oldest.start) - endMs(one)) <= JOIN_MS &&
      endMs(newest) - Date.parse(one.start) <= MAX_RUN_MS;
    if (follows) run?.push(one);
    else {
      const fresh = [one];
      runs.push(fresh);
      open.set(key, fresh);
    }
  }
  return runs.map((files) => ({ files, whole: wholeOf(files) }));
}

function wholeOf(files: readonly Recording[]): Recording {
  const [newest, oldest] = [files[0], files.at(-1)];
  if (newest === undefined || oldest === undefined || newest === oldest) return newest as Recording;
  return {
    ...newest,
    start: oldest.start,
    durationMs: endMs(newest) - Date.parse(oldest.start),
    bytes: files.reduce((sum, one) => sum + one.bytes, 0),
    state: files.some((one) => one.state === 'recovered') && newest.state === 'complete' ? 'recovered' : newest.state,
  };
}

/** The end of a run as the gateway wants it: behind its last picture. */
export function endOf(run: Run): string {
  return new Date(endMs(run.whole)).toISOString();
}
