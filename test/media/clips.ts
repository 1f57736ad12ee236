/** Real elementary streams, made by ffmpeg when a test asks for them and kept for the run. */
import { execFileSync } from 'node:child_process';

const made = new Map<string, Buffer>();

export function ffmpeg(args: readonly string[], input?: Uint8Array): Buffer {
  return execFileSync(
    'ffmpeg',
    ['-hide_banner', '-loglevel', 'error', '-nostdin', ...args].filter((a) => input === undefined || a !== '-nostdin'),
    {
      maxBuffer: 512 * 1024 * 1024,
      ...(input === undefined ? {} : { input }),
    },
  );
}

function once(args: readonly string[]): Buffer {
  const key = args.join(' ');
  const known = made.get(key);
  if (known !== undefined) return known;
  const bytes = ffmpeg(args);
  made.set(key, bytes);
  return bytes;
}

export interface ClipOptions {
  size?: string;
  frames?: number;
  gop?: number;
  bframes?: number;
  slices?: number;
}

export function h264(options: ClipOptions = {}): Buffer {
  return once([...h264Args(options), '-f', 'h264', '-']);
}

/** What the encoder said of each packet in decoding order: presentation index. */
export function displayIndex(codec: 'h264' | 'h265', options: ClipOptions): number[] {
  const args = codec === 'h264' ? h264Args(options) : h265Args(options);
  const lines = once([...args, '-f', 'framecrc', '-'])
    .toString()
    .split('\n');
  return lines.filter((line) => /^0,/.test(line)).map((line) => Number(line.split(',')[2]));
}

function h264Args({ size = '320x180', frames = 50, gop = 25, bframes = 0, slices = 1 }: ClipOptions): string[] {
  return [
    ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25`, '-frames:v', `${frames}`, '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-threads', '1', '-g', `${gop}`, '-bf', `${bframes}`],
    ...['-x264-params', `slices=${slices}:aud=1:scenecut=0:b-pyramid=0`],
  ];
}

export function h265(options: ClipOptions = {}): Buffer {
  return once([...h265Args(options), '-f', 'hevc', '-']);
}

function h265Args({ size = '320x180', frames = 50, gop = 25, bframes = 0 }: ClipOptions): string[] {
  return [
    ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25`, '-frames:v', `${frames}`, '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx265', '-preset', 'ultrafast'],
    ...[
      '-x265-params',
      `keyint=${gop}:bframes=${bframes}:pools=1:frame-threads=1:log-level=none:repeat-headers=1:aud=1`,
    ],
  ];
}

/** G.711 codes of something between speech and noise. */
export function g711(law: 'alaw' | 'mulaw', seconds = 2): Buffer {
  const source = `sine=f=440:r=8000:d=${seconds},aformat=channel_layouts=mono[a];anoisesrc=r=8000:d=${seconds}:a=0.05[b];[a][b]amix`;
  return once(['-f', 'lavfi', '-i', source, '-ar', '8000', '-ac', '1', '-f', law, '-']);
}

export function adts(seconds = 2): Buffer {
  return once([
    '-f',
    'lavfi',
    '-i',
    `sine=f=440:r=16000:d=${seconds}`,
    '-c:a',
    'aac',
    '-ac',
    '1',
    '-b:a',
    '32k',
    '-f',
    'adts',
    '-',
  ]);
}

/** Byte stream cut before every access unit delimiter. */
export function accessUnits(stream: Buffer, codec: 'h264' | 'h265'): Buffer[] {
  const units: Buffer[] = [];
  let from = -1;
  for (let at = 0; at + 4 < stream.length; at += 1) {
    if (stream[at] !== 0 || stream[at + 1] !== 0 || stream[at + 2] !== 1) continue;
    const isAud = codec === 'h264' ? (stream[at + 3]! & 31) === 9 : stream[at + 3] === 0x46;
    if (!isAud) continue;
    const start = at > 0 && stream[at - 1] === 0 ? at - 1 : at;
    if (from >= 0) units.push(stream.subarray(from, start));
    from = start;
  }
  units.push(stream.subarray(from));
  return units;
}

/** NAL units of a byte stream, without start codes and trailing zeros. */
export function nalUnits(stream: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = 0; at + 3 <= stream.length; at += 1) {
    if (stream[at] === 0 && stream[at + 1] === 0 && stream[at + 2] === 1) starts.push(at + 3);
  }
  return starts.map((start, i) => {
    let end = i + 1 < starts.length ? starts[i + 1]! - 3 : stream.length;
    while (end > start && stream[end - 1] === 0) end -= 1;
    return stream.subarray(start, end);
  });
}

/** NAL units of a sample: each behind a 32-bit length. */
export function sampleNals(sample: Uint8Array): Buffer[] {
  const bytes = Buffer.from(sample);
  const nals: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    nals.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return nals;
}
