/** The one file of a download: footage of any number of calls, each laid where it belongs. */
import type { Fragment, InitSegment, Sample } from '../media/frame.ts';
import type { RecordFile } from './file.ts';
import { renumbered } from './flac-number.ts';
import type { RecoverFault } from './found.ts';
import { codecOf } from './movie.ts';
import { type Recorder, type RecordingOutcome, startRecording } from './recorder.ts';
import { type Complete, resumeRecording } from './resume.ts';
import type { FootageSpan } from './source.ts';
import { JOINT_MS, within } from './spans.ts';
import { hashOf, type TailSample } from './tail.ts';
import { tracksOf } from './tracks.ts';
import type { RecordFault } from './write-queue.ts';

export interface FootageFileOptions {
  /** Absolute. */
  readonly path: string;
  onFault(detail: string, code: RecordFault['code']): void;
  /** For tests: another file than the one on the disk. */
  readonly openFile?: (path: string) => Promise<RecordFile>;
}

/** What is known of a file that was begun before. */
export interface FootageFileMemory {
  readonly startEpochMs: number;
  readonly covered: readonly FootageSpan[];
}

/** Sound of two calls lies on each other to a sample, when its clock and the picture's agree so well. */
const SOUND_SLACK_S = 0.3;

/** Two pictures nearer than this are one: a camera has at most 60 a second. */
const SAME_PICTURE_90K = 900;

/** Sound of the feed, as it is laid into the file. */
interface Sound {
  /** Samples a second, in the feed and in the file. */
  readonly rate: number;
  readonly isFlac: boolean;
  /** The feed's time at the file's time 0. */
  base: number;
}

export class FootageFile {
  readonly #options: FootageFileOptions;
  #recorder: Recorder | null = null;
  #startEpochMs: number | null = null;
  #covered: FootageSpan[] = [];
  /** Of the newest picture (or sound, where there are none), 90 kHz of the file; −1: nothing is there. */
  #lastAt90k = -1;
  #endAt90k = 0;
  #lastSoundS = -1;
  #lastSoundLengthS = 0;
  /** The call begins with what is there already: left out by time. */
  #skipsPictures = false;
  #skipsSound = false;
  #init: InitSegment | null = null;
  #base90k = 0;
  #hasPictures = true;
  #sound: Sound | null = null;
  /** The file's newest sound, until it has been found in what a new call sends. */
  #soundToFind: TailSample | null = null;

  private constructor(options: FootageFileOptions) {
    this.#options = options;
  }

  /** A file that is begun with the first picture. */
  static begin(options: FootageFileOptions): FootageFile {
    return new FootageFile(options);
  }

  /** Goes on in a file after a restart. */
  static async resume(
    options: FootageFileOptions,
    { startEpochMs, covered }: FootageFileMemory,
  ): Promise<FootageFile | Complete | RecoverFault> {
    const resumed = await resumeRecording({ ...options, startEpochMs, onNewInit: 'add-entry', isPatient: true });
    if (!('recorder' in resumed)) return resumed;
    const file = new FootageFile(options);
    file.#recorder = resumed.recorder;
    file.#startEpochMs = startEpochMs;
    const newest = (track: TailSample['track']) => resumed.tail.findLast((one) => one.track === track);
    const picture = newest('video') ?? newest('audio');
    const sound = newest('audio');
    if (picture !== undefined) file.#lastAt90k = Math.round((picture.dts * 90_000) / picture.timescale);
    if (sound !== undefined) file.#lastSoundS = sound.dts / sound.timescale;
    file.#endAt90k = Math.max(file.#lastAt90k, 0);
    const endEpochMs = startEpochMs + resumed.durationMs;
    file.#covered = within(covered, { startEpochMs, endEpochMs });
    const last = file.#covered.pop();
    file.#covered.push({ startEpochMs: last?.startEpochMs ?? startEpochMs, endEpochMs });
    return file;
  }

  /** Content time of the file's beginning; null before there is one. */
  get startEpochMs(): number | null {
    return this.#startEpochMs;
  }

  /** What is in it, in order. */
  get covered(): readonly FootageSpan[] {
    return this.#covered;
  }

  /** Content time of the newest picture; null before the first. */
  get lastEpochMs(): number | null {
    return this.#startEpochMs === null || this.#lastAt90k < 0 ? null : this.#startEpochMs + this.#lastAt90k / 90;
  }

  /** Where the newest picture ends, as far as is known. 90 kHz of the file. */
  get endAt90k(): number {
    return this.#endAt90k;
  }

  get lastAt90k(): number {
    return this.#lastAt90k;
  }

  get bytes(): number {
    return this.#recorder?.bytes ?? 0;
  }

  get queuedBytes(): number {
    return this.#recorder?.queuedBytes ?? 0;
  }

  drained(): Promise<void> {
    return this.#recorder?.drained() ?? Promise.resolve();
  }

  /** Hashes of the newest pictures. */
  tail(): number[] {
    return (this.#recorder?.tail() ?? []).filter(({ track }) => track === 'video').map(({ hash }) => hash);
  }

  /** Content time of a moment of the call that was placed last. */
  epochOf(dts90k: number): number {
    return (this.#startEpochMs ?? 0) + (dts90k - this.#base90k) / 90;
  }

  /** The file's place of a content time. */
  placeOf(epochMs: number): number {
    return Math.round((epochMs - (this.#startEpochMs ?? epochMs)) * 90);
  }

  /**
   * What follows is of another call, is described by `init`, and its moment `dts90k` is `at90k` of the file. `repeats`: it may begin with
   * pictures that are there already; sound always may.
   */
  place(init: InitSegment, dts90k: number, at90k: number, repeats: boolean): void {
    this.#base90k = dts90k - at90k;
    this.#sound = null;
    this.#describe(init);
    this.#soundToFind = this.#recorder?.tail().findLast(({ track }) => track === 'audio') ?? null;
    this.#skipsPictures = repeats;
    this.#skipsSound = this.#lastSoundS >= 0;
    this.#join(init);
  }

  /** The first footage of the file: the earlier of picture and sound is its beginning. */
  begin(init: InitSegment, fragment: Fragment, contentEpochMs: number): void {
    const tracks = tracksOf(init);
    const rate = tracks.find(({ kind }) => kind === 'audio')?.timescale;
    let ahead90k = 0;
    for (const { track, dts } of fragment.samples) {
      if (track === 'audio' && rate !== undefined)
        ahead90k = Math.max(ahead90k, fragment.dts90k - Math.floor((dts * 90_000) / rate));
    }
    this.#startEpochMs = Math.round(contentEpochMs - ahead90k / 90);
    this.#describe(init);
    this.#recorder = startRecording({
      ...this.#options,
      startEpochMs: this.#startEpochMs,
      init,
      onNewInit: 'add-entry',
      keepsTail: true,
      isPatient: true,
    });
    this.place(init, fragment.dts90k, ahead90k, false);
  }

  /** The call that was placed goes on with other pictures. */
  changeInit(init: InitSegment): void {
    this.#describe(init);
    this.#join(init);
  }

  /** The next of the call that was placed. What the file has already, by its time, is left out. */
  append(fragment: Fragment): void {
    const samples = fragment.samples.flatMap((sample) => {
      const kept = sample.track === 'video' ? this.#picture(sample, fragment) : this.#soundOf(sample, fragment);
      return kept === null ? [] : [kept];
    });
    if (samples.length > 0) this.#recorder?.fragment({ ...fragment, samples });
  }

  /** Finalises it. */
  async stop(): Promise<RecordingOutcome | null> {
    return (await this.#recorder?.stop()) ?? null;
  }

  /** Closes it so that `resume` can go on. */
  async suspend(): Promise<void> {
    await this.#recorder?.suspend();
  }

  #describe(init: InitSegment): void {
    const tracks = tracksOf(init);
    const audio = tracks.find(({ kind }) => kind === 'audio');
    this.#init = init;
    this.#hasPictures = tracks.some(({ kind }) => kind === 'video');
    if (audio === undefined) {
      this.#sound = null;
      return;
    }
    const rate = audio.timescale;
    const base = this.#sound?.rate === rate ? this.#sound.base : Math.floor((this.#base90k * rate) / 90_000 + 1e-6);
    this.#sound = { rate, isFlac: codecOf(audio.entries[0]!) === 'fLaC', base };
  }

  #join(init: InitSegment): void {
    const joint = { dts90k: this.#base90k, at90k: 0 };
    this.#recorder?.join(init, this.#sound === null ? joint : { ...joint, audio: { dts: this.#sound.base, at: 0 } });
  }

  #picture(sample: Sample, fragment: Fragment): Sample | null {
    const at90k = sample.dts - this.#base90k;
    if (this.#skipsPictures && at90k <= this.#lastAt90k + SAME_PICTURE_90K) return null;
    this.#skipsPictures = false;
    this.#covers(Math.max(at90k, fragment.dts90k - this.#base90k), at90k + sample.duration);
    this.#lastAt90k = at90k;
    return sample;
  }

  #soundOf(sample: Sample, fragment: Fragment): Sample | null {
    const sound = this.#sound;
    if (sound === null) return null;
    if (this.#find(sample, sound)) return null;
    const at = sample.dts - sound.base;
    if (this.#skipsSound && at / sound.rate <= this.#lastSoundS + this.#lastSoundLengthS / 2) return null;
    this.#skipsSound = false;
    this.#lastSoundS = at / sound.rate;
    this.#lastSoundLengthS = sample.duration / sound.rate;
    if (!this.#hasPictures) {
      const at90k = (at * 90_000) / sound.rate;
      this.#covers(Math.max(at90k, fragment.dts90k - this.#base90k), at90k + (sample.duration * 90_000) / sound.rate);
      this.#lastAt90k = at90k;
    }
    return sound.isFlac ? { ...sample, data: renumbered(sample.data, Math.max(0, at)) } : sample;
  }

  /** Whether this is the file's newest sound come again; then all that follows it is laid to the sample. */
  #find(sample: Sample, sound: Sound): boolean {
    const wanted = this.#soundToFind;
    if (wanted === null || this.#init === null) return false;
    const off = sample.dts - sound.base - wanted.dts;
    if (off > SOUND_SLACK_S * sound.rate || wanted.timescale !== sound.rate) {
      this.#soundToFind = null;
      return false;
    }
    if (off < -SOUND_SLACK_S * sound.rate) return false;
    const data = sound.isFlac ? renumbered(sample.data, wanted.dts) : sample.data;
    if (hashOf(data) !== wanted.hash) return false;
    this.#soundToFind = null;
    sound.base = sample.dts - wanted.dts;
    this.#recorder?.join(this.#init, { dts90k: this.#base90k, at90k: 0, audio: { dts: sound.base, at: 0 } });
    return true;
  }

  #covers(from90k: number, to90k: number): void {
    const start = this.#startEpochMs ?? 0;
    const startEpochMs = start + from90k / 90;
    const endEpochMs = start + to90k / 90;
    this.#endAt90k = to90k;
    const last = this.#covered.at(-1);
    if (last === undefined || startEpochMs - last.endEpochMs > JOINT_MS)
      this.#covered.push({ startEpochMs, endEpochMs });
    else if (endEpochMs > last.endEpochMs) this.#covered[this.#covered.length - 1] = { ...last, endEpochMs };
  }
}
