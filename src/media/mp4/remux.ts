/**
 * Access units and audio chunks in, init segments and fragments out. Decides when a stream starts, which tracks are
 * declared, and what is in one fragment: a video frame and the audio that has come since the one before.
 */

import { AAC_FRAME_SAMPLES, type AdtsHeader } from '../es/aac.ts';
import { AudioClock, aacTrack, g711Track, isG711 } from '../es/audio-clock.ts';
import type { Law } from '../es/g711.ts';
import { ParameterSets } from '../es/parameter-sets.ts';
import { isSyncNal } from '../es/picture.ts';
import { AudioTimeline, type Pace, type TimelineNotes, VideoTimeline } from '../es/timeline.ts';
import type { VideoUnit } from '../es/unit.ts';
import type { AudioTrack, FeedCounters, Fragment, InitSegment, Sample } from '../frame.ts';
import { EarlyAudio } from './early-audio.ts';
import { audioHeadBytes, copyNals, VIDEO_HEAD_BYTES, writeAudioHead, writeVideoHead } from './fragment.ts';
import { makeInit } from './init.ts';
import { PictureRun } from './picture-run.ts';
import type { Slab } from './slab.ts';
import type { Waiting } from './waiting.ts';

export interface RemuxSink extends TimelineNotes {
  init(init: InitSegment): void;
  fragment(fragment: Fragment): void;
}

/** How long the first key frame waits for the audio that was announced. Then video alone, audio by a new init segment. */
export const AUDIO_WAIT_MS = 300;

/** Frames held during that wait: 300 ms of 120 frames per second. */
export const MAX_WAITING_FRAMES = 36;

/** A source without a video PES starts with audio alone after this. */
export const AUDIO_ONLY_AFTER_MS = 1000;

/** Audio that no video frame takes along (1 frame per second, video lost) leaves on its own after this. */
export const AUDIO_HOLD_MS = 100;

/** Audio that is missing this long has vanished: silence follows the video from here on. */
export const AUDIO_VANISHED_MS = 500;

/** Footage: silence over a longer hole than this would only be stored; both tracks go on behind it. As for pictures (`PictureRun`). */
const MAX_FILLED_HOLE_S = 10;

export class Remuxer {
  readonly #memory: Slab;
  readonly #sink: RemuxSink;
  readonly #counters: FeedCounters;
  readonly #sets = new ParameterSets();
  readonly #video: VideoTimeline;
  readonly #audio: AudioTimeline;
  readonly #early = new EarlyAudio();
  #init: InitSegment | null = null;
  #generation = 0;
  #sequence = 0;
  #clock: AudioClock | null = null;
  /** The audio track as last seen; declared with the next init segment. */
  #audioSeen: AudioTrack | null = null;
  #lastAudioMs = 0;
  /** When sound last joined the declared track. */
  #placedMs = 0;
  #queuedSinceMs = -1;
  #videoSeen = false;
  #waiting: Waiting[] = [];
  #waitingSinceMs = 0;
  #needKey = true;
  #afterLoss = false;
  #keyDts = -1;
  readonly #run = new PictureRun();
  /** Audio may come: the stream map lists it, or there is no map. */
  audioExpected = true;

  readonly #pace: Pace;

  constructor(sink: RemuxSink, counters: FeedCounters, memory: Slab, pace: Pace = 'arrival') {
    this.#memory = memory;
    this.#sink = sink;
    this.#counters = counters;
    this.#pace = pace;
    this.#video = new VideoTimeline(sink, pace);
    this.#audio = new AudioTimeline(sink, pace);
  }

  /** A video PES was there, whole or not: not an audio-only source. */
  sawVideo(): void {
    this.#videoSeen = true;
  }

  get videoSeen(): boolean {
    return this.#videoSeen;
  }

  /** One whole access unit. */
  videoUnit(unit: VideoUnit): void {
    const { bytes, starts, ends, codec } = unit;
    let isSync = false;
    let payload = 0;
    for (let i = unit.first; i < unit.last; i += 1) {
      const start = starts[i]!;
      payload += 4 + ends[i]! - start;
      if (isSyncNal(codec, bytes[start]!)) isSync = true;
      this.#sets.see(codec, bytes, start, ends[i]!);
    }
    this.#afterLoss ||= unit.afterLoss;
    if (this.#needKey && !this.#begin(isSync)) return;
    if (isSync && (this.#sets.changed || this.#audioSeen !== (this.#init?.audio ?? null)) && this.#init !== null) {
      if (!this.#redeclare()) return;
    }
    if (this.#init === null) {
      this.#wait(unit, payload, isSync);
      return;
    }
    this.#video.next(unit.pts, unit.dts, unit.rtpTimestamp, unit.arrivedMs, isSync);
    this.#fillVanished(unit.arrivedMs);
    const out = this.#memory.take(VIDEO_HEAD_BYTES + payload + this.#audioBytes());
    copyNals(unit, out, VIDEO_HEAD_BYTES);
    this.#write(out, payload, isSync, unit.arrivedMs);
  }

  g711(law: Law, rate: number, bytes: Uint8Array, start: number, end: number, pts: number, nowMs: number): void {
    if (!isG711(this.#audioSeen, law, rate)) this.#sawAudio(g711Track(law, rate));
    this.#counters.audioFrames += 1;
    this.#lastAudioMs = nowMs;
    if (this.#clock === null || !isG711(this.#clock.track, law, rate)) {
      this.#early.keep(bytes, start, end, pts, nowMs);
      this.poll(nowMs);
      return;
    }
    if (this.#place(pts, end - start, nowMs)) this.#clock.g711(bytes, start, end);
    this.#audioQueued(nowMs);
  }

  aac(header: AdtsHeader, bytes: Uint8Array, start: number, end: number, pts: number, nowMs: number): void {
    const seen = this.#audioSeen;
    const track = aacTrack(header);
    if (seen === null || seen.codec !== 'aac' || Buffer.compare(seen.config, track.config) !== 0) this.#sawAudio(track);
    this.#counters.audioFrames += 1;
    this.#lastAudioMs = nowMs;
    if (this.#clock === null || this.#clock.track !== this.#audioSeen) {
      this.#early.keep(bytes, start, end, pts, nowMs);
      this.poll(nowMs);
      return;
    }
    if (this.#place(pts, AAC_FRAME_SAMPLES, nowMs)) this.#clock.aac(bytes, start, end);
    this.#audioQueued(nowMs);
  }

  /** G.711 that was taken for another law: nothing is lost while its track is not declared yet. */
  relabel(law: Law): void {
    const seen = this.#audioSeen;
    if (seen !== null && seen.codec !== 'aac') this.#audioSeen = g711Track(law, seen.sampleRate);
  }

  /** Early chunks of another kind cannot join this one. */
  #sawAudio(track: AudioTrack): void {
    this.#audioSeen = track;
    this.#early.clear();
  }

  /** Time passes. */
  poll(nowMs: number): void {
    if (this.#init === null) {
      if (this.#waiting.length > 0) {
        if (this.#audioSeen !== null || nowMs - this.#waitingSinceMs >= AUDIO_WAIT_MS) this.#start();
      } else if (!this.#videoSeen && this.#audioSeen !== null && nowMs - this.#early.sinceMs >= AUDIO_ONLY_AFTER_MS) {
        this.#start();
      }
      return;
    }
    if (this.#init.video === null) {
      if (this.#audioSeen !== this.#init.audio && !this.#videoSeen) {
        this.#redeclare();
        return;
      }
    }
    if (this.#clock !== null && !this.#clock.empty && nowMs - this.#queuedSinceMs >= AUDIO_HOLD_MS)
      this.#audioAlone(nowMs);
  }

  /** The source changes: the time base goes on, the next frame must be a key frame. */
  reset(): void {
    if (this.#init !== null) this.#waiting = [];
    this.#video.reset();
    this.#audio.reset();
    this.#needKey = true;
    this.#afterLoss = true;
    this.#keyDts = -1;
  }

  seek(): void {
    this.#video.seek();
  }

  /** What waits leaves. */
  end(nowMs: number): void {
    if (this.#init === null && (this.#waiting.length > 0 || (this.#audioSeen !== null && !this.#videoSeen)))
      this.#start();
    if (this.#clock !== null && !this.#clock.empty) this.#audioAlone(nowMs);
  }

  /** Whether a frame may leave while a key frame is needed. */
  #begin(isSync: boolean): boolean {
    if (!isSync || this.#sets.describe() === null) {
      this.#counters.discarded += 1;
      return false;
    }
    this.#needKey = false;
    return true;
  }

  /** Before the start: the frame is kept while audio may still come. */
  #wait(unit: VideoUnit, payload: number, isSync: boolean): void {
    if (this.#waiting.length === 0) this.#waitingSinceMs = unit.arrivedMs;
    const bytes = Buffer.allocUnsafeSlow(payload);
    copyNals(unit, bytes, 0);
    const { pts, dts, rtpTimestamp, arrivedMs } = unit;
    this.#waiting.push({ bytes, pts, dts, rtpTimestamp, arrivedMs, isSync, afterLoss: this.#afterLoss });
    this.#afterLoss = false;
    const ready = this.#audioSeen !== null || !this.audioExpected || this.#waiting.length >= MAX_WAITING_FRAMES;
    if (ready || arrivedMs - this.#waitingSinceMs >= AUDIO_WAIT_MS) this.#start();
  }

  /** First init segment, then everything that waited. */
  #start(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (!this.#declare()) {
      this.#counters.discarded += waiting.length;
      this.#needKey = true;
      return;
    }
    for (const frame of waiting) {
      this.#video.next(frame.pts, frame.dts, frame.rtpTimestamp, frame.arrivedMs, frame.isSync);
      this.#afterLoss = frame.afterLoss;
      if (frame === waiting[0]) this.#startAudio(this.#video.dts);
      const out = this.#memory.take(VIDEO_HEAD_BYTES + frame.bytes.length + this.#audioBytes());
      out.set(frame.bytes, VIDEO_HEAD_BYTES);
      this.#write(out, frame.bytes.length, frame.isSync, frame.arrivedMs);
    }
    if (waiting.length === 0) {
      this.#startAudio(0);
      this.#audioAlone(this.#lastAudioMs);
    }
  }

  /** Tracks changed: a new init segment before this key frame. False when the new one cannot be described. */
  #redeclare(): boolean {
    const at = this.#clock?.position90k();
    if (!this.#clock?.empty && this.#clock !== null) this.#audioAlone(this.#lastAudioMs);
    if (!this.#declare()) {
      this.#needKey = true;
      this.#counters.discarded += 1;
      return false;
    }
    this.#video.notBefore(at ?? 0);
    this.#startAudio(at ?? this.#video.dts + this.#video.spacing);
    return true;
  }

  #declare(): boolean {
    const described = this.#videoSeen ? this.#sets.describe() : null;
    if (this.#videoSeen && described === null) return false;
    if (described !== null) this.#video.describe(described.track.fps, described.reorderDepth);
    this.#sets.changed = false;
    this.#generation += 1;
    this.#init = makeInit(this.#generation, described?.track ?? null, this.#audioSeen);
    this.#sink.init(this.#init);
    return true;
  }

  /** The audio track of a new init segment begins at `dts90k`; what came early joins it. */
  #startAudio(dts90k: number): void {
    const track = this.#init!.audio;
    if (track === null) {
      this.#clock = null;
      return;
    }
    if (this.#clock?.track === track) return;
    this.#clock = new AudioClock(track, Math.round((dts90k * track.sampleRate) / 90_000));
    this.#audio.reset();
    this.#placedMs = this.#lastAudioMs;
    let joinsAt = -1;
    this.#early.replay((bytes, ownPts, arrivedMs) => {
      const samples = track.codec === 'aac' ? AAC_FRAME_SAMPLES : bytes.length;
      // The second frame of a PES has no time of its own, and the first may be left out.
      const pts = ownPts >= 0 ? ownPts : joinsAt;
      joinsAt = pts < 0 ? -1 : (pts + Math.round((samples * 90_000) / track.sampleRate)) % 2 ** 33;
      if (!this.#place(pts, samples, arrivedMs, dts90k)) return;
      if (track.codec === 'aac') this.#clock!.aac(bytes, 0, bytes.length);
      else this.#clock!.g711(bytes, 0, bytes.length);
      this.#audioQueued(arrivedMs);
    });
  }

  /** Finds the place of a chunk and fills the hole before it. `from`: chunks that end before it belong to nobody. */
  #place(pts: number, samples: number, nowMs: number, from = -1): boolean {
    const clock = this.#clock!;
    const video = this.#init!.video === null ? null : this.#video;
    const mapped = this.#audio.next(pts, clock.position90k(), video, nowMs);
    const target = Math.round((mapped * clock.track.sampleRate) / 90_000);
    if (from >= 0 && target + samples / 2 < (from * clock.track.sampleRate) / 90_000) {
      // It joins nothing, so what comes after it finds its place anew.
      this.#audio.reset();
      return false;
    }
    this.#leapTo(target, nowMs);
    if (clock.place(target, samples)) return true;
    this.#sink.finding('TS-6', 'audio ahead of its time stamps');
    this.#counters.discarded += 1;
    return false;
  }

  #audioQueued(nowMs: number): void {
    const clock = this.#clock!;
    this.#placedMs = nowMs;
    if (clock.empty) return;
    if (this.#queuedSinceMs < 0) this.#queuedSinceMs = nowMs;
    if (this.#init!.video === null || nowMs - this.#queuedSinceMs >= AUDIO_HOLD_MS) this.#audioAlone(nowMs);
  }

  /** Vanished audio: silence up to this frame, so that browsers play on. */
  #fillVanished(nowMs: number): void {
    const clock = this.#clock;
    const isFootage = this.#pace !== 'arrival';
    if (clock === null || (!isFootage && nowMs - this.#placedMs < AUDIO_VANISHED_MS)) return;
    const target = Math.floor((this.#video.dts * clock.track.sampleRate) / 90_000);
    this.#leapTo(target, nowMs);
    const missing = target - clock.position;
    if (isFootage && missing * 1000 < AUDIO_VANISHED_MS * clock.track.sampleRate) return;
    if (missing >= clock.track.sampleRate / 100) clock.fill(missing);
  }

  /** Footage: a long hole stays one, in both tracks. */
  #leapTo(target: number, nowMs: number): void {
    const clock = this.#clock!;
    if (this.#pace !== 'content' || target - clock.position <= MAX_FILLED_HOLE_S * clock.track.sampleRate) return;
    if (!clock.empty) this.#audioAlone(nowMs);
    clock.leap(target);
  }

  #audioBytes(): number {
    const clock = this.#clock;
    return clock === null || clock.empty ? 0 : audioHeadBytes(clock.sizes.length) + clock.length;
  }

  /** `out` holds the payload of a video frame behind room for its head, and has room for the queued audio. */
  #write(out: Buffer, payload: number, isSync: boolean, arrivedMs: number): void {
    const { dts: due, pts, spacing } = this.#video;
    this.#run.next(due, spacing);
    const { dts, duration } = this.#run;
    const compositionOffset = Math.round(pts - dts);
    this.#sequence += 1;
    writeVideoHead(out, 0, this.#sequence, dts, payload, duration, isSync, compositionOffset);
    const end = VIDEO_HEAD_BYTES + payload;
    const data = out.subarray(VIDEO_HEAD_BYTES, end);
    const samples: Sample[] = [{ track: 'video', data, dts, compositionOffset, duration, isSync }];
    this.#appendAudio(out, end, samples);
    this.#counters.frames += 1;
    if (isSync) {
      this.#counters.keyFrames += 1;
      if (this.#keyDts >= 0) this.#counters.gopMs = Math.round((due - this.#keyDts) / 90);
      this.#keyDts = due;
    }
    const afterLoss = this.#afterLoss;
    this.#afterLoss = false;
    const generation = this.#generation;
    this.#sink.fragment({ generation, bytes: out, isKey: isSync, afterLoss, dts90k: due, arrivedMs, samples });
  }

  #audioAlone(nowMs: number): void {
    const clock = this.#clock!;
    if (clock.empty) return;
    const out = this.#memory.take(this.#audioBytes());
    const samples: Sample[] = [];
    const dts90k = Math.round((clock.start * 90_000) / clock.track.sampleRate);
    this.#appendAudio(out, 0, samples);
    const alone = this.#init!.video === null;
    const afterLoss = alone && this.#afterLoss;
    if (alone) this.#afterLoss = false;
    const generation = this.#generation;
    this.#sink.fragment({ generation, bytes: out, isKey: alone, afterLoss, dts90k, arrivedMs: nowMs, samples });
  }

  #appendAudio(out: Buffer, at: number, samples: Sample[]): void {
    const clock = this.#clock;
    if (clock === null || clock.empty) return;
    this.#sequence += 1;
    let dts = clock.start;
    let from = writeAudioHead(out, at, this.#sequence, dts, clock.sizes, clock.durations);
    out.set(clock.bytes.subarray(0, clock.length), from);
    for (let i = 0; i < clock.sizes.length; i += 1) {
      const duration = clock.durations[i]!;
      const data = out.subarray(from, from + clock.sizes[i]!);
      samples.push({ track: 'audio', data, dts, compositionOffset: 0, duration, isSync: true });
      dts += duration;
      from += data.length;
    }
    clock.taken();
    this.#queuedSinceMs = -1;
  }
}
