/**
 * (h) What a long file costs: finalising an hour of video with sound (time, and bytes written: nothing may be copied), and
 * the memory that a day of it takes. Beside it what one copy of the hour would cost.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Fragment, Sample } from '../src/media/frame.ts';
import { makeInit } from '../src/media/mp4/init.ts';
import { openRecordFile, type RecordFile } from '../src/record/file.ts';
import { type Recorder, startRecording } from '../src/record/recorder.ts';
import { printTable } from './table.ts';

export const name = 'finalise';

const MAX_FINALISE_MS = 500;
const MAX_GROWTH_MB = 50;
const FPS = 25;
const GOP = 50;

const VIDEO = {
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.42001e',
  width: 640,
  height: 360,
  fps: FPS,
  profile: 'Baseline',
  config: new Uint8Array([1, 66, 0, 30, 255, 225, 0, 4, 0x67, 66, 0, 30, 1, 0, 2, 0x68, 0xce]),
  timescale: 90_000,
} as const;
const AUDIO = {
  kind: 'audio',
  codec: 'pcma',
  codecString: 'flac',
  sampleRate: 8000,
  channels: 1,
  config: new Uint8Array(34),
  timescale: 8000,
} as const;
const INIT = makeInit(1, VIDEO, AUDIO);

/** So many bits a second; every group of pictures has a key frame ten times as large as the others. */
function frame(n: number, bps: number, buffer: Uint8Array): Fragment {
  const isSync = n % GOP === 0;
  const usual = Math.floor((bps / 8 / FPS) * (GOP / (GOP + 9)));
  const data = buffer.subarray(0, isSync ? 10 * usual : usual + (n % 7));
  const samples: Sample[] = [
    { track: 'video', data, dts: n * 3600, compositionOffset: 0, duration: 3600, isSync },
    { track: 'audio', data: buffer.subarray(0, 200), dts: n * 320, compositionOffset: 0, duration: 320, isSync: true },
  ];
  // It arrives at its time, so that it is synced as a camera's is.
  const arrivedMs = n * 40;
  return { generation: 1, bytes: data, isKey: isSync, afterLoss: false, dts90k: n * 3600, arrivedMs, samples };
}

/** Counts what is written. */
async function counted(file: string, sum: { bytes: number }): Promise<RecordFile> {
  const inner = await openRecordFile(file, true);
  return {
    ...inner,
    write(bytes, position) {
      sum.bytes += bytes.length;
      return inner.write(bytes, position);
    },
    writeParts(parts, position) {
      for (const part of parts) sum.bytes += part.length;
      return inner.writeParts(parts, position);
    },
  };
}

interface Run {
  readonly recorder: Recorder;
  readonly sum: { bytes: number };
}

/** Records so many seconds as fast as the disk takes them; everything but the last group of pictures is on it then. */
async function record(file: string, seconds: number, bps: number): Promise<Run> {
  const sum = { bytes: 0 };
  const faults: string[] = [];
  const recorder = startRecording({
    path: file,
    startEpochMs: 0,
    init: INIT,
    onFault: (detail) => faults.push(detail),
    onNewInit: () => {},
    openFile: (at) => counted(at, sum),
  });
  const buffer = new Uint8Array(1024 * 1024);
  for (let n = 0; n < seconds * FPS; n += 1) {
    recorder.fragment(frame(n, bps, buffer));
    if (recorder.queuedBytes > 4_000_000 || n % 5000 === 0) await recorder.drained();
  }
  await recorder.drained();
  if (faults.length > 0) throw new Error(faults.join(', '));
  return { recorder, sum };
}

async function finish({ recorder, sum }: Run): Promise<{ ms: number; written: number; size: number }> {
  const before = sum.bytes;
  const startMs = performance.now();
  const { bytes, finalised, fault } = await recorder.stop();
  if (!finalised) throw new Error(`not finalised: ${fault?.detail}`);
  return { ms: performance.now() - startMs, written: sum.bytes - before, size: bytes };
}

/** What the process holds when its garbage is swept: how much of that lies about at a moment is chance. */
function residentMb(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().rss / 1e6;
}

/** Prints the table; false when a bound is broken. */
export async function run(): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gbgate-bench-'));
  try {
    const hour = path.join(folder, 'hour.mp4');
    const hourDone = await finish(await record(hour, 3600, 2_000_000));
    const copyMs = performance.now();
    await copyFile(hour, path.join(folder, 'copy.mp4'));
    const copiedMs = performance.now() - copyMs;
    await rm(path.join(folder, 'copy.mp4'));
    await rm(hour);
    // Warm: what an hour took is not given back, and is not what a day takes more.
    const beforeMb = residentMb();
    const day = await record(path.join(folder, 'day.mp4'), 24 * 3600, 64_000);
    const growthMb = residentMb() - beforeMb;
    const dayDone = await finish(day);
    const row = (what: string, { ms, written, size }: typeof hourDone, rest: string) => [
      what,
      (size / 1e6).toFixed(0),
      ms.toFixed(0),
      (written / 1e6).toFixed(2),
      rest,
    ];
    printTable(
      ['finalising', 'MB', 'ms', 'MB written', 'memory'],
      [
        row('1 h of 2 Mbit/s with sound', hourDone, ''),
        row('24 h of 64 kbit/s with sound', dayDone, `+${growthMb.toFixed(0)} MB`),
        ['copying the hour', '', copiedMs.toFixed(0), '', ''],
      ],
    );
    console.log(`bounds: ${MAX_FINALISE_MS} ms for the hour, ${MAX_GROWTH_MB} MB for the day, nothing copied`);
    // The tables, and the group of pictures that was still open.
    const isCopied = hourDone.written > 3e6;
    return hourDone.ms < MAX_FINALISE_MS && growthMb < MAX_GROWTH_MB && !isCopied;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
