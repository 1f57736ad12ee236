/**
 * (b) Flat out: a program stream through feed and recorder into an MP4, against `ffmpeg -c copy` of the same stream in
 * the same run. MB of PS per second of CPU, the best of eight runs each: the gateway runs for months, its code is warm.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Feed } from '../src/media/feed.ts';
import { newStream } from './consumers.ts';
import { pack, packetise, type RtpFrame, stamp, TICKS_PER_FRAME } from './ps.ts';
import { record } from './recording.ts';
import { printTable } from './table.ts';

export const name = 'remux';

/** 10 minutes of 2 Mbit/s: 150 MB. */
const FRAMES = 15_000;
const RUNS = 8;
const SSRC = 200_000_001;

/** After so much content the feeding waits for the disk: the recorder's queue is bounded. */
const STEP_BYTES = 4_000_000;

async function writePs(file: string): Promise<number> {
  const handle = await open(file, 'w');
  let bytes = 0;
  for (let index = 0; index < FRAMES; index += 1) {
    const ps = pack(index, false);
    await handle.write(ps);
    bytes += ps.length;
  }
  await handle.close();
  return bytes;
}

/** RTP packets of every frame, made before the clock runs: the camera makes them, not we. */
function rtpOf(): { frame: RtpFrame; bytes: Buffer }[] {
  let sequence = 0;
  return Array.from({ length: FRAMES }, (_, index) => {
    const frame = packetise(pack(index, false), index * TICKS_PER_FRAME);
    const bytes = stamp(frame, SSRC, sequence);
    sequence += frame.offsets.length;
    return { frame: { ...frame, bytes }, bytes };
  });
}

/** CPU seconds of one run of ours. */
async function ours(rtp: ReturnType<typeof rtpOf>, file: string): Promise<number> {
  const faults: string[] = [];
  const stream = newStream('remux');
  const recording = record(stream, file, (detail) => faults.push(detail));
  const feed = new Feed({ reorder: null });
  const cpu = process.cpuUsage();
  let step = 0;
  for (const { frame, bytes } of rtp) {
    // Packets come as fast as they are taken, and the clock says so.
    const nowMs = performance.now();
    for (let i = 0; i < frame.offsets.length; i += 1) {
      const at = frame.offsets[i]!;
      for (const event of feed.packet(bytes.subarray(at, at + frame.lengths[i]!), false, nowMs)) stream.push(event);
    }
    step += bytes.length;
    if (step < STEP_BYTES) continue;
    step = 0;
    await recording.drained();
  }
  for (const event of feed.end(performance.now())) stream.push(event);
  await recording.stop();
  const used = process.cpuUsage(cpu);
  if (faults.length > 0) throw new Error(faults.join(', '));
  return (used.user + used.system) / 1e6;
}

/** CPU seconds of ffmpeg, children included, as bash's `times` tells them. */
async function ffmpegCopy(ps: string, file: string): Promise<number> {
  const script = `ffmpeg -v error -y -f mpeg -i '${ps}' -c copy -f mp4 '${file}' >/dev/null 2>&1; times`;
  const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  const times = [...text.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  if (times.length !== 4) throw new Error(`times said ${text}`);
  return times[2]! + times[3]!;
}

/** Packets of the file's video, as ffprobe counts them. */
async function packetsIn(file: string): Promise<number> {
  const child = spawn(
    'ffprobe',
    [
      '-v',
      'error',
      '-select_streams',
      'v',
      '-count_packets',
      '-show_entries',
      'stream=nb_read_packets',
      '-of',
      'csv=p=0',
      file,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return Number.parseInt(text, 10);
}

/** Prints the table; false when we are slower than ffmpeg or a file is not whole. */
export async function run(): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gbgate-bench-'));
  try {
    const ps = path.join(folder, 'in.ps');
    const megabytes = (await writePs(ps)) / 1e6;
    const rtp = rtpOf();
    const files = { ours: path.join(folder, 'ours.mp4'), ffmpeg: path.join(folder, 'ffmpeg.mp4') };
    const best = { ours: Number.POSITIVE_INFINITY, ffmpeg: Number.POSITIVE_INFINITY };
    for (let n = 0; n < RUNS; n += 1) {
      await rm(files.ours, { force: true });
      best.ours = Math.min(best.ours, await ours(rtp, files.ours));
      best.ffmpeg = Math.min(best.ffmpeg, await ffmpegCopy(ps, files.ffmpeg));
    }
    const rows: string[][] = [];
    for (const who of ['ours', 'ffmpeg'] as const)
      rows.push([
        who === 'ours' ? 'feed + recorder' : 'ffmpeg -c copy',
        best[who].toFixed(3),
        (megabytes / best[who]).toFixed(0),
        ((await stat(files[who])).size / 1e6).toFixed(1),
        String(await packetsIn(files[who])),
      ]);
    printTable([`PS → MP4, ${megabytes.toFixed(0)} MB`, 'CPU s', 'MB/CPU s', 'MB out', 'frames'], rows);
    const ratio = best.ffmpeg / best.ours;
    console.log(`ratio ${ratio.toFixed(2)} (bound: at least 1)`);
    const whole = Number(rows[0]?.[4]) === FRAMES;
    if (!whole) console.log(`broken: our file holds ${rows[0]?.[4]} frames of ${FRAMES}`);
    return whole && ratio >= 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
