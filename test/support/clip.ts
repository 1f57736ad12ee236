import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A piece of fMP4 as a viewer gets it: one video frame with the audio that goes with it. */
export interface Clip {
  readonly mime: string;
  readonly width: number;
  readonly height: number;
  readonly hasAudio: boolean;
  readonly init: Buffer;
  /** One message per video frame, 25 a second; every 25th starts with a key frame. */
  readonly frames: readonly Buffer[];
}

export const CLIP_FPS = 25;

function* boxes(bytes: Buffer): Generator<{ type: string; bytes: Buffer }> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    yield { type: bytes.toString('latin1', at + 4, at + 8), bytes: bytes.subarray(at, at + size) };
    at += size;
  }
}

interface ClipOptions {
  seconds: number;
  width: number;
  height: number;
  audio: boolean;
  /** VP9 stands in for "another codec": this Chromium decodes no H.265. */
  codec?: 'h264' | 'vp9';
}

/** ffmpeg's test picture (and a tone), made by foreign hands so that the player is not tested with our own muxer. */
export async function makeClip(o: ClipOptions): Promise<Clip> {
  const folder = await mkdtemp(join(tmpdir(), 'gbgate-clip-'));
  const file = join(folder, 'clip.mp4');
  try {
    // biome-ignore format: one option and its value a piece
    await promisify(execFile)('ffmpeg', [
      '-v', 'error', '-y',
      '-f', 'lavfi', '-i', `testsrc2=size=${o.width}x${o.height}:rate=${CLIP_FPS}:duration=${o.seconds}`,
      ...(o.audio ? ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=16000:duration=${o.seconds}`] : []),
      ...(o.codec === 'vp9'
        ? ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0', '-b:v', '400k', '-strict', '-2']
        : ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline']),
      '-g', '25',
      '-pix_fmt', 'yuv420p', '-threads', '1',
      ...(o.audio ? ['-c:a', 'aac', '-b:a', '32k'] : []),
      '-movflags', 'frag_every_frame+empty_moov+default_base_moof', file,
    ]);
    return cut(await readFile(file), o);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function cut(bytes: Buffer, o: ClipOptions): Clip {
  const init: Buffer[] = [];
  const frames: Buffer[][] = [];
  let hasVideo = false;
  for (const box of boxes(bytes)) {
    if (box.type === 'ftyp' || box.type === 'moov') init.push(box.bytes);
    else if (box.type === 'moof') {
      const track = box.bytes.readUInt32BE(box.bytes.indexOf('tfhd') + 8);
      // Sound that comes before the first picture goes with it.
      if (frames.length === 0 || (track === 1 && hasVideo)) frames.push([]);
      hasVideo ||= track === 1;
      frames.at(-1)?.push(box.bytes);
    } else if (box.type === 'mdat') frames.at(-1)?.push(box.bytes);
  }
  const head = Buffer.concat(init);
  const avcC = head.indexOf('avcC') + 4;
  const video = o.codec === 'vp9' ? 'vp09.00.10.08' : `avc1.${head.toString('hex', avcC + 1, avcC + 4)}`;
  return {
    mime: `video/mp4; codecs="${video}${o.audio ? ',mp4a.40.2' : ''}"`,
    width: o.width,
    height: o.height,
    hasAudio: o.audio,
    init: head,
    frames: frames.map((pieces) => Buffer.concat(pieces)),
  };
}
