import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What ffprobe says of one packet: the size, and the SHA-256 of its bytes. */
export interface ProbedPacket {
  stream: number;
  dts: number;
  pts: number;
  size: number;
  hash: string;
  key: boolean;
}

export interface Probed {
  streams: {
    index: number;
    codec_name: string;
    codec_type: string;
    width?: number;
    height?: number;
    sample_rate?: string;
  }[];
  durationSeconds: number;
  packets: ProbedPacket[];
}

/** Reads a file with ffprobe; anything it prints as a warning or worse is an error here. */
export async function ffprobe(path: string): Promise<Probed> {
  const { stdout, stderr } = await run(
    'ffprobe',
    [
      '-v',
      'warning',
      '-show_streams',
      '-show_format',
      '-show_packets',
      '-show_data_hash',
      'sha256',
      '-of',
      'json',
      path,
    ],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  if (stderr.trim() !== '') throw new Error(`ffprobe warns about ${path}: ${stderr.trim()}`);
  const json = JSON.parse(stdout);
  return {
    streams: json.streams,
    durationSeconds: Number(json.format.duration),
    packets: json.packets.map((packet: Record<string, string>) => ({
      stream: Number(packet.stream_index),
      dts: Number(packet.dts),
      pts: Number(packet.pts),
      size: Number(packet.size),
      hash: String(packet.data_hash).replace(/^SHA256:/i, ''),
      key: String(packet.flags).startsWith('K'),
    })),
  };
}

/** The sound of a file, decoded by ffmpeg to signed 16-bit samples. */
export async function decodeAudio(path: string): Promise<Int16Array> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:a:0', '-f', 's16le', '-'], {
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
  });
  return samplesOf(stdout);
}

/** Raw G.711, decoded by ffmpeg: the judge of what the samples should be. */
export async function decodeG711(path: string, law: 'alaw' | 'mulaw'): Promise<Int16Array> {
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'error', '-f', law, '-ar', '8000', '-ac', '1', '-i', path, '-f', 's16le', '-'],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  );
  return samplesOf(stdout);
}

function samplesOf(bytes: Buffer): Int16Array {
  const copy = new Uint8Array(bytes.length & ~1);
  copy.set(bytes.subarray(0, copy.length));
  return new Int16Array(copy.buffer);
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
