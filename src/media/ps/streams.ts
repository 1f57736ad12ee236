/**
 * Which elementary stream of the program stream goes where: one video, one audio stream; types by the map. PS-2: the map
 * holds until another one comes.
 */
import type { AdtsHeader } from '../es/aac.ts';
import type { AudioCodec } from '../es/audio-unit.ts';
import type { VideoCodec } from '../es/picture.ts';
import { configInDescriptors } from '../es/raw-aac.ts';
import { type MapEntry, STREAM_TYPE, UNPLAYED_STREAM_TYPES } from './psm.ts';
import { isAudioId, isVideoId } from './start-code.ts';

interface VideoStage {
  sound(): void;
  readonly judge: { readonly codec: VideoCodec | null; declare(codec: VideoCodec | null): void };
  pesStart(pts: number, dts: number): void;
  data(bytes: Uint8Array, start: number, end: number): void;
  pesEnd(): void;
}

interface AudioStage {
  declare(codec: AudioCodec | null, config: AdtsHeader | null): void;
  pesStart(pts: number): void;
  data(bytes: Uint8Array, start: number, end: number): void;
  pesEnd(): void;
}

interface Expectations {
  audioExpected: boolean;
  sawVideo(): void;
}

const VIDEO_TYPES: Readonly<Record<number, VideoCodec>> = { [STREAM_TYPE.h264]: 'h264', [STREAM_TYPE.h265]: 'h265' };
const AUDIO_TYPES: Readonly<Record<number, AudioCodec>> = {
  [STREAM_TYPE.aac]: 'aac',
  [STREAM_TYPE.aacRaw]: 'aac-raw',
  [STREAM_TYPE.pcma]: 'pcma',
  [STREAM_TYPE.pcmu]: 'pcmu',
};

export class StreamTable {
  readonly #video: VideoStage;
  readonly #audio: AudioStage;
  readonly #expectations: Expectations;
  readonly #finding: (code: string, detail: string) => void;
  #videoId = -1;
  #audioId = -1;
  /** Streams of types that are not played: their PES go nowhere. */
  #unplayed: number[] = [];
  #mapped = false;

  constructor(
    video: VideoStage,
    audio: AudioStage,
    expectations: Expectations,
    finding: (code: string, detail: string) => void,
  ) {
    this.#video = video;
    this.#audio = audio;
    this.#expectations = expectations;
    this.#finding = finding;
  }

  map(entries: readonly MapEntry[]): void {
    if (entries.length === 0) return;
    let audio = false;
    // PS-3, Dahua: the pictures that came before were told by their parameter sets.
    if (!this.#mapped && this.#video.judge.codec !== null)
      this.#finding('PS-3', 'the first key frame came before the stream map');
    this.#mapped = true;
    this.#unplayed = [];
    for (const { streamType, streamId, descriptors } of entries) {
      const known = isVideoId(streamId) ? VIDEO_TYPES[streamType] : AUDIO_TYPES[streamType];
      if (known === undefined) {
        this.#unplayed.push(streamId);
        const name = UNPLAYED_STREAM_TYPES[streamType] ?? `type ${streamType.toString(16)}`;
        this.#finding('PS-25', `stream ${streamId.toString(16)} is ${name}, which is not played`);
      } else if (isVideoId(streamId)) {
        if (this.#videoId < 0 || streamId === this.#videoId) this.#video.judge.declare(known as VideoCodec);
      } else if (this.#audioId < 0 || streamId === this.#audioId) {
        audio = true;
        this.#audio.declare(known as AudioCodec, descriptors === undefined ? null : configInDescriptors(descriptors));
      }
    }
    this.#expectations.audioExpected = audio;
  }

  pesStart(id: number, pts: number, dts: number): void {
    if (this.#unplayed.length > 0 && this.#unplayed.includes(id)) return;
    if (isVideoId(id)) {
      if (this.#videoId < 0) this.#videoId = id;
      if (id !== this.#videoId) return;
      this.#expectations.sawVideo();
      this.#video.pesStart(pts, dts);
    } else if (isAudioId(id)) {
      if (this.#audioId < 0) this.#audioId = id;
      if (id !== this.#audioId) return;
      this.#video.sound();
      this.#audio.pesStart(pts);
    }
  }

  data(id: number, bytes: Uint8Array, start: number, end: number): void {
    if (id === this.#videoId) this.#video.data(bytes, start, end);
    else if (id === this.#audioId) this.#audio.data(bytes, start, end);
  }

  pesEnd(id: number): void {
    if (id === this.#videoId) this.#video.pesEnd();
    else if (id === this.#audioId) this.#audio.pesEnd();
  }

  reset(): void {
    this.#videoId = this.#audioId = -1;
    this.#mapped = false;
    this.#unplayed = [];
    this.#expectations.audioExpected = true;
  }
}
