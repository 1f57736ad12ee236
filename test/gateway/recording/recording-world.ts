import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { OwnFootage } from '../../../src/gateway/recording/own-footage.ts';
import { Recordings } from '../../../src/gateway/recording/recordings.ts';
import type { Fragment, InitSegment, Sample } from '../../../src/media/frame.ts';
import { makeInit } from '../../../src/media/mp4/init.ts';
import type { Recording } from '../../../src/record/archive.ts';
import { openRecordFile, type RecordFile } from '../../../src/record/file.ts';
import { makeClip } from '../../record/clip.ts';
import { World } from '../world.ts';

/** Pictures and sound (FLAC, 8 kHz), as ffmpeg describes them. */
export const INIT: InitSegment = makeClip({ codec: 'libx264', seconds: 1, gop: 25, audio: 'flac' }).init;

const AUDIO_TIMESCALE = 8000;

/** The same without pictures. */
export const SOUND_INIT: InitSegment = makeInit(INIT.generation, null, {
  kind: 'audio',
  codec: 'pcma',
  codecString: 'flac',
  sampleRate: AUDIO_TIMESCALE,
  channels: 1,
  config: new Uint8Array(34),
  timescale: AUDIO_TIMESCALE,
});

/** Live streams whose other side is the test, and recordings of them in a folder of its own. */
export class RecordingWorld extends World {
  readonly dataDir: string;
  readonly rows: OwnFootage;
  readonly recordings: Recordings;
  readonly events: { type: string; data: Record<string, unknown> }[] = [];
  readonly logged: string[] = [];
  openFile: (path: string) => Promise<RecordFile> = async (path) => {
    await mkdir(dirname(path), { recursive: true });
    return openRecordFile(path, true);
  };
  /** Everybody who hears what is published. */
  readonly hears: ((type: string, data: Record<string, unknown>) => void)[] = [];

  constructor(o: { segmentMs?: number; timeZone?: string; epochMs?: number; dataDir?: string } = {}) {
    super(o.epochMs);
    this.dataDir = o.dataDir ?? mkdtempSync(join(tmpdir(), 'gbgate-recordings-'));
    const kept = new Map<string, Recording>();
    this.rows = new OwnFootage({
      list: () => [...kept.values()],
      get: (id) => kept.get(id),
      put: (row) => void kept.set(row.id, row),
      delete: (id) => void kept.delete(id),
    });
    let ids = 0;
    this.recordings = new Recordings({
      rows: this.rows,
      dataDir: this.dataDir,
      timeZone: o.timeZone ?? 'Asia/Shanghai',
      segmentMs: o.segmentMs ?? 1_800_000,
      clock: this.clock,
      newId: () => `r${++ids}`,
      deleteThumbnail: async () => {},
      openFile: (path) => this.openFile(path),
      publish: (type, data) => this.ports.publish(type, data),
      log: (message) => void this.logged.push(message),
    });
    this.hears.push((type, data) => this.events.push({ type, data }));
    const { publish } = this.ports;
    const hear = (type: string, data: Record<string, unknown>) => {
      publish(type, data);
      for (const one of this.hears) one(type, data);
    };
    Object.assign(this.ports, { publish: hear });
  }

  /** The running call brings media: its description, and what `footage` has next. */
  async begin(footage: Footage, init = INIT): Promise<void> {
    await this.clock.advance(Math.max(0, footage.dueMs(this.clock.nowMs()) - this.clock.nowMs()));
    this.answer();
    this.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
    this.emit({ type: 'init', init });
    this.emit({ type: 'fragment', fragment: footage.next(this.clock.nowMs()) });
  }

  /** Time goes by, and media comes: a whole group of pictures at once, with the times at which they were due. */
  async run(footage: Footage, seconds: number): Promise<void> {
    const endMs = this.clock.nowMs() + seconds * 1000;
    while (this.clock.nowMs() < endMs) {
      const nowMs = this.clock.nowMs();
      await this.clock.advance(Math.min(footage.gopMs, endMs - nowMs, 5000));
      while (footage.dueMs(nowMs) <= this.clock.nowMs()) this.emit({ type: 'fragment', fragment: footage.next(nowMs) });
    }
  }

  path(recording: Recording): string {
    return this.recordings.absolutePath(recording);
  }

  async close(): Promise<void> {
    await this.recordings.close();
    for (const live of this.table.running()) void live.end('test', 4410);
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** Pictures and sound without end; every sample says which one it is. Sound is 20 ms older than the picture it comes with. */
export class Footage {
  readonly #frameMs: number;
  readonly #hasPictures: boolean;
  readonly #gop: number;
  readonly #soundMs: number | null;
  readonly #hashes = { video: createHash('sha256'), audio: createHash('sha256') };
  readonly sent = { video: 0, audio: 0 };
  /** Number of the next picture since the first one was due. */
  #n = 0;
  #zeroMs: number | null = null;

  /** Of the init segment that describes it. */
  generation = INIT.generation;

  /** A key frame each `gop` pictures; without `soundMs` there is no sound, without `frameMs` sound alone. */
  constructor(o: { frameMs: number; gop: number; soundMs?: number } | { frameMs: null; gop?: 1; soundMs: number }) {
    this.#hasPictures = o.frameMs !== null;
    this.#frameMs = o.frameMs ?? o.soundMs;
    this.#gop = o.gop ?? 1;
    this.#soundMs = o.soundMs ?? null;
  }

  /** Length of a group of pictures. */
  get gopMs(): number {
    return this.#frameMs * this.#gop;
  }

  /** When the next picture is due; now when none was sent yet. */
  dueMs(nowMs: number): number {
    this.#zeroMs ??= nowMs;
    return this.#zeroMs + this.#n * this.#frameMs;
  }

  /** Time went by without a picture; the next one is a key frame. */
  skipTo(nowMs: number): void {
    while (this.dueMs(nowMs) < nowMs || this.#n % this.#gop !== 0) this.#n += 1;
  }

  /** The next picture, which arrives when it is due. */
  next(nowMs: number): Fragment {
    const arrivedMs = this.dueMs(nowMs);
    const n = this.#n++;
    const isKey = n % this.#gop === 0;
    const samples = this.#hasPictures ? [this.#sample('video', n, n * this.#frameMs, this.#frameMs, isKey)] : [];
    if (this.#soundMs !== null)
      for (let k = Math.ceil((n * this.#frameMs) / this.#soundMs); k * this.#soundMs < this.#n * this.#frameMs; k += 1)
        samples.push(this.#sample('audio', k, k * this.#soundMs - (this.#hasPictures ? 20 : 0), this.#soundMs, true));
    const { data } = samples[0]!;
    const dts90k = (10_000 + n * this.#frameMs) * 90;
    return { generation: this.generation, bytes: data, isKey, afterLoss: false, dts90k, arrivedMs, samples };
  }

  /** Of all samples so far, in their order. */
  hashes(): { video: string; audio: string } {
    const { video, audio } = this.#hashes;
    return { video: video.copy().digest('hex'), audio: audio.copy().digest('hex') };
  }

  #sample(track: Sample['track'], n: number, atMs: number, ms: number, isSync: boolean): Sample {
    // The bytes of one NAL unit behind its length, or what stands for sound; with its number.
    const data = Buffer.alloc(16);
    data.writeUInt32BE(12, 0);
    data.writeUInt8(track === 'video' ? 0x41 : 0x01, 4);
    data.writeUInt32BE(n, 8);
    this.#hashes[track].update(data);
    this.sent[track] += 1;
    const perMs = (track === 'video' ? 90_000 : AUDIO_TIMESCALE) / 1000;
    // The feed stands at 10 s when the first picture comes.
    const dts = (10_000 + atMs) * perMs;
    return { track, data, dts, compositionOffset: 0, duration: ms * perMs, isSync };
  }
}
