/** MP4 files through the library mp4box: what tracks they have. The index is read, media passes by unseen. */
import { createFile, type ISOFile, Log, type Movie, MP4BoxBuffer, type Track } from 'mp4box';
import type { MovieReport } from '../report.ts';
import type { FileFault } from './capture-file.ts';

// The library writes what it finds odd to the console, in its own words; a report is no place for that.
Log.error = (module, message, file) => file?.onError?.(module, message ?? '');

const CODECS: Readonly<Record<string, Mp4Track['codec']>> = {
  avc1: 'h264',
  avc3: 'h264',
  hvc1: 'h265',
  hev1: 'h265',
  mp4a: 'aac',
};

/** What the library has of a sample description, as far as it is needed here. */
interface SampleEntry {
  readonly avcC?: {
    readonly lengthSizeMinusOne: number;
    readonly SPS: Iterable<{ data: Uint8Array }>;
    readonly PPS: Iterable<{ data: Uint8Array }>;
  };
  readonly hvcC?: {
    readonly lengthSizeMinusOne: number;
    readonly nalu_arrays: readonly (readonly { data: Uint8Array }[])[];
  };
}

const BOXES = new Set(['ftyp', 'moov', 'moof', 'mdat', 'free', 'skip', 'styp', 'wide', 'sidx', 'uuid']);

/** Whether the file is an MP4, by its first bytes. */
export function isMp4(head: Buffer): boolean {
  return head.length >= 8 && BOXES.has(head.toString('latin1', 4, 8));
}

/** A track that can be taken apart. */
export interface Mp4Track {
  readonly id: number;
  readonly codec: 'h264' | 'h265' | 'aac';
  /** NAL units of the sample description. */
  readonly parameterSets: readonly Uint8Array[];
  /** ADTS fields of AAC. */
  readonly sound: { readonly sampleRate: number; readonly channels: number } | null;
  readonly samples: readonly { readonly offset: number; readonly size: number }[];
}

/** Samples of one table: a day of 60 pictures a second has 5 million, a day of AAC 4 million. */
const MAX_SAMPLES = 16 * 1024 * 1024;
/** Name, flags, and two numbers. */
const TABLE_HEAD_BYTES = 16;

export class Mp4FileReader {
  readonly #file: ISOFile = createFile(false);
  #offset = 0;
  /** The end of the piece before: a table's head may lie across two. */
  #tail: Buffer = Buffer.alloc(0);
  #movie: Movie | null = null;
  #fault: string | null = null;

  constructor() {
    this.#file.onReady = (movie) => {
      this.#movie = movie;
    };
    this.#file.onError = (_module: string, message: string) => {
      this.#fault ??= message;
    };
  }

  push(piece: Uint8Array): FileFault | null {
    const claimed = this.#claimed(piece);
    if (claimed > MAX_SAMPLES)
      return {
        fault: `A table claims ${claimed} samples, which no recording has: the file is damaged.`,
        offset: this.#offset,
      };
    try {
      const copy = new Uint8Array(piece).buffer;
      this.#file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(copy, this.#offset));
    } catch (error) {
      // the library throws on boxes whose lengths contradict each other
      return { fault: `The MP4 is damaged: ${(error as Error).message}.`, offset: this.#offset };
    }
    this.#offset += piece.length;
    return this.#fault === null ? null : { fault: `The MP4 is damaged: ${this.#fault}.`, offset: this.#offset };
  }

  /** Samples that a table in this piece claims without a byte for each: the library would make room for all of them. */
  #claimed(piece: Uint8Array): number {
    const bytes = Buffer.concat([this.#tail, piece]);
    this.#tail = Buffer.from(bytes.subarray(-TABLE_HEAD_BYTES + 1));
    let most = 0;
    for (const name of ['stsz', 'trun'])
      for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 4)) {
        if (at + TABLE_HEAD_BYTES > bytes.length) break;
        // stsz: one size for all, then how many; trun: how many, when no flag promises fields for each (ISO/IEC 14496-12 8.7.3, 8.8.8)
        const flags = bytes.readUInt32BE(at + 4);
        if (name === 'stsz' && flags === 0 && bytes.readUInt32BE(at + 8) > 0)
          most = Math.max(most, bytes.readUInt32BE(at + 12));
        if (name === 'trun' && (flags & 0xfefffffa) === 0) most = Math.max(most, bytes.readUInt32BE(at + 8));
      }
    return most;
  }

  /** What was found, when the file is over. */
  report(): MovieReport | FileFault {
    try {
      this.#file.flush();
      if (this.#movie === null) return { fault: 'The MP4 has no index (moov).', offset: this.#offset };
      const movie = this.#file.getInfo() as Movie;
      return {
        brands: movie.brands,
        isFragmented: movie.isFragmented,
        isProgressive: movie.isProgressive,
        tracks: movie.tracks.map((track) => this.#track(track)),
      };
    } catch (error) {
      return { fault: `The MP4 is damaged: ${(error as Error).message}.`, offset: this.#offset };
    }
  }

  /** The tracks that can be taken apart; empty before the report, and for a damaged file. */
  tracks(): Mp4Track[] {
    return (this.#movie?.tracks ?? []).flatMap((track) => {
      const samples = this.#file.getTrackSamplesInfo(track.id);
      const entry = samples[0]?.description as SampleEntry | undefined;
      const codec = CODECS[track.codec.slice(0, 4)];
      if (entry === undefined || codec === undefined) return [];
      // lengths of NAL units have four bytes wherever anybody looked; others are left alone
      if (codec !== 'aac' && (entry.avcC ?? entry.hvcC)?.lengthSizeMinusOne !== 3) return [];
      const avc = [...(entry.avcC?.SPS ?? []), ...(entry.avcC?.PPS ?? [])];
      const nals = [...avc, ...(entry.hvcC?.nalu_arrays ?? []).flatMap((array) => [...array])];
      const sound =
        track.audio === undefined ? null : { sampleRate: track.audio.sample_rate, channels: track.audio.channel_count };
      return [{ id: track.id, codec, parameterSets: nals.map(({ data }) => data), sound, samples }];
    });
  }

  #track(track: Track): MovieReport['tracks'][number] {
    const samples = this.#file.getTrackSamplesInfo(track.id);
    const bytes = samples.reduce((sum, sample) => sum + sample.size, 0);
    const ticks = samples.reduce((sum, sample) => sum + sample.duration, 0);
    const durationMs = (ticks * 1000) / track.timescale;
    return {
      id: track.id,
      codec: track.codec,
      kind: track.type ?? 'unknown',
      durationMs: Math.round(durationMs),
      samples: samples.length,
      bytes,
      bitrateBps: durationMs > 0 ? Math.round((bytes * 8000) / durationMs) : 0,
      video:
        track.video === undefined
          ? null
          : {
              width: track.video.width,
              height: track.video.height,
              fps: durationMs > 0 ? Math.round((samples.length * 100_000) / durationMs) / 100 : 0,
              keyFrames: samples.filter((sample) => sample.is_sync).length,
              gopFrames: groups(samples.map((sample) => sample.is_sync)),
            },
      audio:
        track.audio === undefined ? null : { sampleRate: track.audio.sample_rate, channels: track.audio.channel_count },
    };
  }
}

/** Shortest and longest whole group of pictures. */
function groups(sync: readonly boolean[]): { min: number; max: number } | null {
  const starts = sync.flatMap((isSync, i) => (isSync ? [i] : []));
  const lengths = starts.slice(1).map((start, i) => start - starts[i]!);
  return lengths.length === 0 ? null : { min: Math.min(...lengths), max: Math.max(...lengths) };
}
