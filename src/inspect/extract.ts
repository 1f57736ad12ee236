/** EDGE: writes what is in a stream: elementary streams as they were sent, and an MP4 by the project's own recorder. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AdtsHeader } from '../media/es/aac.ts';
import type { Fragment, InitSegment } from '../media/frame.ts';
import { type Recorder, startRecording } from '../record/recorder.ts';
import type { StreamKeeper } from './replay/stream-log.ts';
import { adtsOf, byteStream } from './write/elementary.ts';
import { AppendedFile } from './write/file.ts';

export class Extract {
  readonly #folder: string;
  readonly #streams: ExtractedStream[] = [];
  /** The first thing the disk refused. */
  fault: string | null = null;

  /** Makes the folder. */
  constructor(folder: string) {
    this.#folder = folder;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      this.fault = `${folder} cannot be made: ${(error as Error).message}.`;
    }
  }

  /** Who keeps stream `number`. Files of the same names are replaced. */
  keeper(number: number): StreamKeeper {
    const stream = new ExtractedStream(join(this.#folder, `stream-${number}`), (detail) => {
      this.fault ??= detail;
    });
    this.#streams.push(stream);
    return stream;
  }

  /** Resolves when the disk has caught up. */
  async drained(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.drained()));
  }

  /** Finishes every file; their paths. */
  async close(): Promise<string[]> {
    return (await Promise.all(this.#streams.map((stream) => stream.close()))).flat();
  }
}

class ExtractedStream implements StreamKeeper {
  readonly #base: string;
  readonly #onFault: (detail: string) => void;
  readonly #files = new Map<string, AppendedFile>();
  readonly #movies: { readonly path: string; readonly recorder: Recorder }[] = [];
  #codec: 'h264' | 'h265' = 'h264';

  constructor(base: string, onFault: (detail: string) => void) {
    this.#base = base;
    this.#onFault = onFault;
  }

  init(init: InitSegment, epochMs: number): void {
    if (init.video !== null) this.#codec = init.video.codec;
    void this.#movies.at(-1)?.recorder.stop();
    const path = `${this.#base}${this.#movies.length === 0 ? '' : `-${this.#movies.length + 1}`}.mp4`;
    rmSync(path, { force: true });
    const recorder = startRecording({
      path,
      startEpochMs: Math.max(0, Math.round(epochMs)),
      init,
      onFault: (detail) => this.#onFault(`${path} cannot be written: ${detail}.`),
      onNewInit: () => {},
    });
    this.#movies.push({ path, recorder });
  }

  fragment(fragment: Fragment): void {
    this.#movies.at(-1)?.recorder.fragment(fragment);
    for (const { track, data } of fragment.samples) if (track === 'video') this.#append(this.#codec, byteStream(data));
  }

  g711(law: 'pcma' | 'pcmu', bytes: Uint8Array): void {
    this.#append(law === 'pcma' ? 'g711a' : 'g711u', Buffer.from(bytes));
  }

  aac(header: AdtsHeader, bytes: Uint8Array): void {
    this.#append('aac', Buffer.concat([adtsOf(header, bytes.length), bytes]));
  }

  async drained(): Promise<void> {
    await Promise.all([
      ...[...this.#files.values()].map((file) => file.drained()),
      ...this.#movies.map(({ recorder }) => recorder.drained()),
    ]);
  }

  async close(): Promise<string[]> {
    await Promise.all([...this.#files.values()].map((file) => file.close()));
    const written = await Promise.all(
      this.#movies.map(async ({ path, recorder }) => ((await recorder.stop()).bytes > 0 ? [path] : [])),
    );
    return [...[...this.#files.keys()].map((extension) => `${this.#base}.${extension}`), ...written.flat()];
  }

  #append(extension: string, bytes: Buffer): void {
    let file = this.#files.get(extension);
    if (file === undefined) {
      const path = `${this.#base}.${extension}`;
      file = new AppendedFile(path, 'w', ({ message }) => this.#onFault(`${path} cannot be written: ${message}.`));
      this.#files.set(extension, file);
    }
    file.write(bytes);
  }
}
