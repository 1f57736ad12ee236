import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FfmpegFault } from '../../media/ffmpeg.ts';
import { type Recording, safeName } from '../../record/archive.ts';
import type { Problem } from '../views.ts';

/** Each is an ffmpeg of its own; more at once only take the cores from the streams. */
const AT_ONCE = 2;
/** Who scrolls through a long list asks for some dozens; those behind them are asked for again by the page. */
const MAX_WAITING = 64;
/** A file that gave no picture is not tried again for this long: it would give none again. */
const FAILED_REST_MS = 5 * 60_000;
/** Rows of such files. */
const MAX_FAILED = 1000;

export interface ThumbnailsPorts {
  readonly dataDir: string;
  nowMs(): number;
  /** Small JPEG of the first picture of a file. */
  make(absolutePath: string): Promise<Uint8Array | FfmpegFault>;
}

/** Little pictures of recordings: made by ffmpeg when first asked for, kept in the data folder, deleted with the recording. */
export class Thumbnails {
  readonly #ports: ThumbnailsPorts;
  readonly #making = new Map<string, Promise<{ absolutePath: string } | Problem>>();
  readonly #failed = new Map<string, { readonly untilMs: number; readonly problem: Problem }>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(ports: ThumbnailsPorts) {
    this.#ports = ports;
  }

  /** The file of a recording's picture; `source` is the recording's own. */
  async of(recording: Recording, source: string): Promise<{ absolutePath: string } | Problem> {
    const absolutePath = this.#path(recording);
    if ((await stat(absolutePath).catch(() => null)) !== null) return { absolutePath };
    const failed = this.#failed.get(recording.id);
    if (failed !== undefined && this.#ports.nowMs() < failed.untilMs) return failed.problem;
    const making = this.#making.get(recording.id);
    if (making !== undefined) return making;
    if (this.#waiting.length >= MAX_WAITING)
      return { problem: 'rate_limited', detail: `${MAX_WAITING} thumbnails are waiting to be made already.` };
    const made = this.#make(recording, source, absolutePath).finally(() => this.#making.delete(recording.id));
    this.#making.set(recording.id, made);
    return made;
  }

  /** The recording is deleted. */
  async delete(recording: Recording): Promise<void> {
    this.#failed.delete(recording.id);
    await this.#making.get(recording.id);
    await rm(this.#path(recording), { force: true });
  }

  #path({ deviceId, channelId, id }: Recording): string {
    return join(this.#ports.dataDir, 'snapshots', safeName(deviceId), safeName(channelId), `${id}.jpg`);
  }

  async #make(recording: Recording, source: string, target: string): Promise<{ absolutePath: string } | Problem> {
    await this.#turn();
    try {
      const jpeg = await this.#ports.make(source);
      if ('ffmpeg' in jpeg) return this.#noteFailed(recording, jpeg);
      await mkdir(dirname(target), { recursive: true });
      // whole or not at all: a crash leaves no half picture under the name that is looked for
      await writeFile(`${target}.part`, jpeg);
      await rename(`${target}.part`, target);
      return { absolutePath: target };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const problem = code === 'ENOSPC' ? 'disk_full' : 'no_media';
      return { problem, detail: `The thumbnail cannot be kept: ${message}.` };
    } finally {
      // the place goes to the next in the queue, if there is one
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /** Resolves when one of the few places is ours. */
  #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    return Promise.resolve();
  }

  #noteFailed(recording: Recording, { ffmpeg, detail }: FfmpegFault): Problem {
    if (ffmpeg === 'missing') return { problem: 'ffmpeg_missing', detail };
    const problem: Problem = { problem: 'no_media', detail };
    // one that is still written may have its first picture in a moment
    if (recording.state !== 'recording') {
      const oldest = this.#failed.keys().next();
      if (this.#failed.size >= MAX_FAILED && !oldest.done) this.#failed.delete(oldest.value);
      this.#failed.set(recording.id, { untilMs: this.#ports.nowMs() + FAILED_REST_MS, problem });
    }
    return problem;
  }
}
