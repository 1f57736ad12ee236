import { execFile } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';

/**
 * EDGE. The only door to ffmpeg, used for what needs a codec. fluent-ffmpeg is archived: nothing else imports it, so that a
 * direct spawn can take its place.
 */

/** `missing`: ffmpeg is not installed. `failed`: it ran and gave nothing; the sentence is its own. */
export interface FfmpegFault {
  readonly ffmpeg: 'missing' | 'failed';
  readonly detail: string;
}

/** Decoding one key frame takes some 100 ms; a hanging ffmpeg is killed. */
const SNAPSHOT_LIMIT_SECONDS = 10;
/** A JPEG of 8K at best quality has about 20 MB. */
const MAX_JPEG_BYTES = 32 * 1024 * 1024;

/** `ffmpeg -version` answers at once, or is no ffmpeg. */
const VERSION_LIMIT_MS = 5000;
/** Wide enough for the row of a list on a dense screen. */
const THUMBNAIL_WIDTH = 320;

/** JPEG of the first picture in fragmented MP4: an init segment and a fragment that starts at a key frame. */
export function jpegOf(fragmented: readonly Uint8Array[]): Promise<Uint8Array | FfmpegFault> {
  const input = Readable.from([Buffer.concat(fragmented)]);
  return firstPicture(ffmpeg({ timeout: SNAPSHOT_LIMIT_SECONDS }).input(input).inputFormat('mp4'), ['-q:v', '3']);
}

/** Small JPEG of the first picture of an MP4 file, finished or still written. */
export function thumbnailOf(path: string): Promise<Uint8Array | FfmpegFault> {
  // One key frame needs one thread; the others belong to the streams.
  const command = ffmpeg({ timeout: SNAPSHOT_LIMIT_SECONDS }).input(path).inputOptions(['-threads', '1']);
  return firstPicture(command, ['-q:v', '5', '-vf', `scale=${THUMBNAIL_WIDTH}:-2`]);
}

/**
 * JPEG of the picture that an MP4 file, finished or still written, shows so long after its beginning. Where the file ends before that,
 * of the last key frame.
 */
export async function pictureAt(path: string, atMs: number): Promise<Uint8Array | FfmpegFault> {
  const seek = (...options: string[]) => {
    const command = ffmpeg({ timeout: SNAPSHOT_LIMIT_SECONDS }).input(path);
    return firstPicture(command.inputOptions([...options, '-ss', (atMs / 1000).toFixed(3)]), ['-q:v', '3']);
  };
  const picture = await seek();
  // behind the start of the last picture there is none that begins: the group of pictures is there all the same
  return 'ffmpeg' in picture && picture.ffmpeg === 'failed' ? seek('-noaccurate_seek') : picture;
}

/** The version that is installed (`5.1.9`), or null when there is none. */
export function ffmpegVersion(): Promise<string | null> {
  return new Promise((resolve) => {
    const program = process.env.FFMPEG_PATH || 'ffmpeg';
    execFile(program, ['-version'], { timeout: VERSION_LIMIT_MS }, (error, stdout) =>
      resolve(error !== null ? null : (/^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? null)),
    );
  });
}

function firstPicture(command: ffmpeg.FfmpegCommand, quality: string[]): Promise<Uint8Array | FfmpegFault> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes <= MAX_JPEG_BYTES) chunks.push(chunk);
        done();
      },
    });
    command
      .frames(1)
      .noAudio()
      .outputOptions(['-c:v', 'mjpeg', ...quality])
      .format('image2pipe')
      .on('error', (error: Error) => resolve(faultOf(error)))
      .on('end', () =>
        resolve(
          bytes > 0 && bytes <= MAX_JPEG_BYTES
            ? Buffer.concat(chunks)
            : { ffmpeg: 'failed', detail: 'ffmpeg made no picture of this frame.' },
        ),
      )
      .pipe(output, { end: true });
  });
}

function faultOf(error: Error): FfmpegFault {
  const detail = error.message.split('\n')[0] ?? 'ffmpeg failed';
  return /cannot find ffmpeg|ENOENT/i.test(error.message)
    ? { ffmpeg: 'missing', detail: 'ffmpeg is not installed on the gateway: a snapshot needs it.' }
    : { ffmpeg: 'failed', detail: `ffmpeg failed: ${detail}.` };
}
