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

/** JPEG of the first picture in fragmented MP4: an init segment and a fragment that starts at a key frame. */
export function jpegOf(fragmented: readonly Uint8Array[]): Promise<Uint8Array | FfmpegFault> {
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
    ffmpeg({ timeout: SNAPSHOT_LIMIT_SECONDS })
      .input(Readable.from([Buffer.concat(fragmented)]))
      .inputFormat('mp4')
      .frames(1)
      .noAudio()
      .outputOptions(['-c:v', 'mjpeg', '-q:v', '3'])
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
