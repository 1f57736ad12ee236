import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFile, type MP4BoxBuffer } from 'mp4box';
import type { Fragment, InitSegment, Sample } from '../../src/media/frame.ts';

export interface Clip {
  readonly init: InitSegment;
  readonly fragments: readonly Fragment[];
}

/** A clip coded by ffmpeg, as the feed would hand it out: one fragment per video frame, with the sound that goes with it. */
export function makeClip(o: {
  codec: 'libx264' | 'libx265';
  seconds: number;
  gop: number;
  audio: 'flac' | 'aac' | null;
  bframes?: number;
  delayAudioMs?: number;
  size?: string;
  /** Parameter sets in front of every key frame, as cameras send them; else in the sample entry alone. */
  repeatsHeaders?: boolean;
}): Clip {
  const dir = mkdtempSync(join(tmpdir(), 'gbgate-clip-'));
  try {
    const file = join(dir, 'clip.mp4');
    const head = join(dir, 'head.mp4');
    const x265 =
      o.codec === 'libx265'
        ? [
            '-tag:v',
            'hvc1',
            '-x265-params',
            `keyint=${o.gop}:min-keyint=${o.gop}:bframes=${o.bframes ?? 0}:log-level=error`,
          ]
        : ['-bf', String(o.bframes ?? 0), ...(o.repeatsHeaders ? ['-x264-params', 'repeat-headers=1'] : [])];
    const run = (args: string[]) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: 'pipe' });
    const sound = o.audio === null ? [] : ['-f', 'lavfi', '-i', `sine=440:sample_rate=8000:duration=${o.seconds}`];
    const soundCodec =
      o.audio === null ? [] : o.audio === 'flac' ? ['-c:a', 'flac', '-frame_size', '320'] : ['-c:a', 'aac'];
    run([
      ...['-f', 'lavfi', '-i', `testsrc2=size=${o.size ?? '192x128'}:rate=25:duration=${o.seconds}`, ...sound],
      ...['-c:v', o.codec, '-preset', 'ultrafast', '-g', String(o.gop), '-sc_threshold', '0', ...x265],
      ...['-video_track_timescale', '90000', ...soundCodec, '-strict', '-2', file],
    ]);
    run(['-i', file, '-c', 'copy', '-strict', '-2', '-movflags', 'empty_moov+default_base_moof', head]);
    const fragmented = readFileSync(head);
    const bytes = fragmented.subarray(0, fragmented.indexOf('moof') - 4);
    const tracks = readSamples(readFileSync(file));
    const video = tracks.find((track) => track.kind === 'video')!.samples;
    const audio = tracks.find((track) => track.kind === 'audio');
    const delay = ((o.delayAudioMs ?? 0) * (audio?.timescale ?? 0)) / 1000;
    let heard = 0;
    const base = 7_020_000;
    const fragments = video.map((frame, n): Fragment => {
      const samples: Sample[] = [{ ...frame, track: 'video', dts: frame.dts + base }];
      const end = (frame.dts + frame.duration) / 90_000;
      while (audio !== undefined && heard < audio.samples.length) {
        const sample = audio.samples[heard]!;
        const dts = sample.dts + delay;
        if (dts / audio.timescale >= end && n < video.length - 1) break;
        samples.push({ ...sample, track: 'audio', dts: dts + (base / 90_000) * audio.timescale });
        heard += 1;
      }
      return {
        generation: 1,
        bytes: frame.data,
        isKey: frame.isSync,
        afterLoss: false,
        dts90k: frame.dts + base,
        arrivedMs: n * 40,
        samples,
      };
    });
    return { init: { generation: 1, mime: '', bytes, video: null, audio: null }, fragments };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export interface ReadTrack {
  readonly kind: 'video' | 'audio';
  readonly codec: string;
  readonly timescale: number;
  readonly samples: (Omit<Sample, 'track'> & { readonly data: Uint8Array })[];
  /** Empty edit at the front, in seconds. */
  readonly delaySeconds: number;
}

/** Every sample of an MP4 as mp4box, a foreign reader, finds it; warnings other than its own about `dfLa` throw. */
export function readSamples(file: Uint8Array): ReadTrack[] {
  const mp4 = createFile();
  const problems: string[] = [];
  mp4.onError = (module: string, message: string) => problems.push(`${module}: ${message}`);
  const tracks: ReadTrack[] = [];
  mp4.onReady = (info) => {
    for (const track of info.tracks) {
      const kind = track.type === 'video' ? 'video' : 'audio';
      const edit = track.edits?.[0];
      const delaySeconds = edit?.media_time === -1 ? edit.segment_duration / track.movie_timescale : 0;
      tracks.push({ kind, codec: track.codec, timescale: track.timescale, samples: [], delaySeconds });
      mp4.setExtractionOptions(track.id, tracks.at(-1), { nbSamples: 1 });
    }
    mp4.start();
  };
  mp4.onSamples = (_id, user, samples) => {
    for (const s of samples)
      (user as ReadTrack).samples.push({
        data: Uint8Array.from(s.data!),
        dts: s.dts,
        compositionOffset: s.cts - s.dts,
        duration: s.duration,
        isSync: s.is_sync,
      });
  };
  const whole = Uint8Array.from(file).buffer as MP4BoxBuffer;
  whole.fileStart = 0;
  const warn = console.warn;
  const error = console.error;
  const keep = (...words: unknown[]) => {
    const line = words.join(' ');
    if (!line.includes('dfLa')) problems.push(line);
  };
  console.warn = keep;
  console.error = keep;
  try {
    mp4.appendBuffer(whole);
    mp4.flush();
  } finally {
    console.warn = warn;
    console.error = error;
  }
  if (problems.length > 0) throw new Error(problems.join('; '));
  return tracks;
}
