import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A raw H.264 file for the simulated cameras of a wall. */
export interface WallClip {
  readonly file: string;
  remove(): void;
}

/** Ten seconds of a usual sub-stream: 640×360, 25 frames a second, some 400 kbit/s, a key frame every two seconds. */
export async function makeWallClip(): Promise<WallClip> {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-wall-'));
  const file = join(folder, 'wall.h264');
  // biome-ignore format: one option and its value a piece
  await promisify(execFile)('ffmpeg', [
    '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=10',
    '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'main', '-g', '50', '-bf', '0',
    '-b:v', '400k', '-maxrate', '400k', '-bufsize', '400k', '-pix_fmt', 'yuv420p', '-f', 'h264', file,
  ]);
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
