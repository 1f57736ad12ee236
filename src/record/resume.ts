/** Going on in a file after a crash, a restart or `suspend`. */
import { openRecordFile, type RecordFile } from './file.ts';
import { findLayout, type Recovered, type RecoverFault } from './found.ts';
import type { RunTable } from './fragment.ts';
import { Recorder, type RecordingOptions } from './recorder.ts';
import { faultOfOpening } from './recover.ts';
import { hashOf, MAX_TAIL_SAMPLES, TAIL_MS, type TailSample } from './tail.ts';
import { durationMsOf, type Layout } from './writer.ts';

/** A recorder that goes on where the file ends. */
export interface Resumed {
  readonly recorder: Recorder;
  /** What the file holds already, from its time 0. */
  readonly durationMs: number;
  /** Its newest samples, pictures first, each track in order of time: for finding the place in footage that comes again. */
  readonly tail: readonly TailSample[];
}

/** The file needs nothing more: it was finalised before. */
export interface Complete extends Recovered {
  readonly complete: true;
}

/** Where the newest samples lie in the file. */
interface Place {
  readonly trackId: number;
  readonly dts: number;
  readonly at: number;
  readonly size: number;
}

/**
 * Opens a recording that was broken off and goes on in it: the same samples give the same file, bit for bit, as if it had
 * never been broken off. Everything from the last whole fragment on is cut off; a fault `empty` or `missing` says that the
 * recording must begin anew. `startEpochMs` must be that of its beginning. Never throws.
 */
export async function resumeRecording(
  options: Omit<RecordingOptions, 'init'>,
): Promise<Resumed | Complete | RecoverFault> {
  let file: RecordFile;
  try {
    file = await (options.openFile?.(options.path) ?? openRecordFile(options.path, false));
  } catch (error) {
    return faultOfOpening(error);
  }
  let isTaken = false;
  try {
    let fragments = 0;
    const places: Place[] = [];
    const layout = await findLayout(file, (tables, at) => {
      fragments += 1;
      for (const table of tables) append(places, table, at);
      // Forgotten now and then, not one by one.
      if (places.length > 4 * MAX_TAIL_SAMPLES) {
        places.splice(0, places.length - 3 * MAX_TAIL_SAMPLES);
      }
    });
    if (!('tracks' in layout)) return 'fault' in layout ? layout : { ...layout, complete: true };
    const tail = await readTail(file, layout, places);
    isTaken = true;
    const recorder = new Recorder({ ...options, keepsTail: true }, { file, layout, fragments, tail });
    return { recorder, durationMs: durationMsOf(layout), tail };
  } catch (error) {
    return { fault: 'io', detail: (error as Error).message };
  } finally {
    if (!isTaken) await file.close().catch(() => {});
  }
}

function append(places: Place[], { trackId, dataOffset, entries }: RunTable, at: number): void {
  let from = at + dataOffset;
  for (const { dts, size } of entries) {
    places.push({ trackId, dts, at: from, size });
    from += size;
  }
}

async function readTail(file: RecordFile, layout: Layout, places: readonly Place[]): Promise<TailSample[]> {
  const tail: TailSample[] = [];
  const ordered = layout.tracks
    .map((track, i) => ({ track, lastDts: layout.indexes[i]!.lastDts }))
    .sort((a, b) => (a.track.kind === b.track.kind ? 0 : a.track.kind === 'video' ? -1 : 1));
  for (const { track, lastDts } of ordered) {
    const { id, kind, timescale } = track;
    const oldest = lastDts - (TAIL_MS * timescale) / 1000;
    const newest = places.filter(({ trackId, dts }) => trackId === id && dts >= oldest).slice(-MAX_TAIL_SAMPLES);
    for (const { dts, at, size } of newest)
      tail.push({ track: kind, dts, timescale, hash: hashOf(await file.read(at, size)) });
  }
  return tail;
}
