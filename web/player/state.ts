/**
 * What the player says to the outside: the types of `<gb-player>`. This file imports nothing and holds nothing but types,
 * because it is shipped as it is, as `/player.d.ts`.
 */

/**
 * Why a connection ended: the gateway's close codes by name; `lost` is every other one (the network, a restart of a
 * proxy). Pages of an origin that is not allowed are `unauthorized` with the reason `origin`.
 */
export type Closing =
  | 'unauthorized'
  | 'unknown'
  | 'no-media'
  | 'stopped'
  | 'ended'
  | 'too-slow'
  | 'device-offline'
  | 'device-busy'
  | 'no-capacity'
  | 'shutting-down'
  | 'lost';

export interface VideoInfo {
  /** `h264`, `h265`. */
  readonly codec: string;
  readonly width: number;
  readonly height: number;
}

export interface AudioInfo {
  /** What the camera sends: `pcma`, `pcmu`, `aac`. */
  readonly codec: string;
}

/** What the player is doing, for whoever puts it into words. */
export type PlayerState =
  | { readonly type: 'connecting' }
  /** Connected; `state` is the gateway's word for the stream (`inviting`, `waiting`, `stalled`). */
  | { readonly type: 'waiting'; readonly state: string; readonly code?: string }
  /** `code`: why recorded footage does not play as it was told, `speed_not_supported` for one. */
  | { readonly type: 'playing'; readonly code?: string }
  /** `pause()` was called, or whoever shares a playback of recorded footage has paused it. */
  | { readonly type: 'paused' }
  /** The browser wants a click before it plays. */
  | { readonly type: 'blocked' }
  /** The next try comes by itself `inMs` milliseconds after this state began. */
  | { readonly type: 'retrying'; readonly closing: Closing; readonly reason: string; readonly inMs: number }
  /** Over until `play()` is called again. */
  | { readonly type: 'closed'; readonly closing: Closing; readonly reason: string }
  /** `codec` is the one that this browser cannot decode. */
  | { readonly type: 'undecodable'; readonly mime: string; readonly codec: string }
  /** No Media Source Extensions in this browser. */
  | { readonly type: 'unsupported' };

/** How a playback of recorded footage is moved, for everybody who watches it. */
export type PlaybackCommand =
  | { readonly action: 'pause' | 'resume' }
  | { readonly action: 'speed'; readonly speed: number }
  /** ISO 8601 with offset. */
  | { readonly action: 'seek'; readonly time: string };

/** Once a second while media comes in. */
export interface PlayerFigures {
  readonly video: VideoInfo | null;
  readonly audio: AudioInfo | null;
  /** Of the picture shown, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Pictures shown in the last second. */
  readonly fps: number;
  readonly bitrateBps: number;
  /** From the newest media in the buffer to the picture shown. */
  readonly delayMs: number;
  /** Frames of this connection that never came: lost between camera and gateway, or left out for a viewer that is too slow. */
  readonly lostFrames: number;
  /** Frames of this connection that came and that the browser had no time to show. */
  readonly droppedFrames: number;
  /** How often the media ran dry on this connection. */
  readonly stalls: number;
  /** Media Source Extensions run in a worker, where a busy page cannot hold them up. */
  readonly isInWorker: boolean;
}

/** How a recording on the viewer's own disk ended. */
export interface RecordingResult {
  /** `asked`: stopRecording(); `codec`: the stream changed its description; `limit`: memory is full; `fault`: the disk refused. */
  readonly why: 'asked' | 'codec' | 'limit' | 'closed' | 'fault';
  /** The file, when it was kept in memory; null when it went to a writable of the caller's, or holds nothing. */
  readonly file: Blob | null;
  readonly bytes: number;
  readonly seconds: number;
}

/** Where a recording goes: `FileSystemWritableFileStream` is one. */
export interface RecordingTarget {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
}

/** What went wrong for good, in the shape of `HTMLMediaElement.error`. */
export interface PlayerError {
  /** The numbers of `MediaError`: 2 network (or refused), 4 not supported. */
  readonly code: 2 | 4;
  readonly message: string;
}

export interface GbPlayerEventMap extends HTMLElementEventMap {
  /** `detail` is the new state. */
  statechange: CustomEvent<PlayerState>;
  /** Once a second while media comes in. */
  figures: CustomEvent<PlayerFigures>;
  /** The gateway described the media, at the start and at each change. */
  codec: CustomEvent<{ readonly mime: string; readonly video: VideoInfo | null; readonly audio: AudioInfo | null }>;
  /** `contentTime` is another one: ten times a second at most. */
  contenttimechange: Event;
  /** `playbackState` or `playbackSpeed` is another one. */
  playbackstatechange: Event;
  recordingstart: Event;
  recordingstop: CustomEvent<RecordingResult>;
}

/**
 * `<gb-player src="/live/DEVICE/CHANNEL.mp4" controls muted stats lang="zh">`. Beside the events above it fires those of
 * `<video>`: play, playing, pause, waiting, volumechange, error, loadedmetadata, loadeddata, canplay, resize, timeupdate,
 * enterpictureinpicture, leavepictureinpicture.
 */
export interface GbPlayer extends HTMLElement {
  /** Address of the stream, `http(s)` or `ws(s)`, relative to the page. */
  src: string;
  /** Address of the sub-stream, offered when the main stream cannot be decoded; by default `src` with `?stream=1`, unless that is signed. */
  subSrc: string;
  controls: boolean;
  /** The overlay of codec, size, frame rate, bit rate, loss and delay. */
  stats: boolean;
  /** No words over the picture: the page has its own. */
  quiet: boolean;
  muted: boolean;
  /** 0 to 1. */
  volume: number;
  /** True between `pause()` and `play()`. */
  readonly paused: boolean;
  /** Seconds of the media time line. */
  readonly currentTime: number;
  /** When the picture on the screen was taken, by the gateway's clock; null before the first picture. */
  readonly contentTime: Date | null;
  /** Of recorded footage; `none` while it plays live, or nothing. */
  readonly playbackState: 'none' | 'playing' | 'paused';
  /** Seconds of recorded footage that a second shows, below 1 in slow motion; null while it plays none. */
  readonly playbackSpeed: number | null;
  readonly videoWidth: number;
  readonly videoHeight: number;
  /** As `HTMLMediaElement.readyState`. */
  readonly readyState: number;
  readonly error: PlayerError | null;
  readonly state: PlayerState;
  readonly recording: boolean;
  /** The element inside, for what is not here. */
  readonly video: HTMLVideoElement;
  /** Connects, or goes to the live picture after `pause()`; within a click it also answers a refused autoplay. */
  play(): void;
  /** Keeps the picture and stops the download. A playback of recorded footage is paused, for everybody who watches it. */
  pause(): void;
  /**
   * Pauses, resumes or moves a playback of recorded footage. It needs an address with the token: a signature lets look only. What came of it
   * is said by `statechange`.
   */
  control(command: PlaybackCommand): void;
  /** The next picture of a paused playback (1) or the one before (-1), as far as it is buffered; false when there is none. */
  step(by: 1 | -1): Promise<boolean>;
  /** The picture shown now in its own size. Rejects when there is none. */
  captureStill(type?: 'image/jpeg' | 'image/png'): Promise<Blob>;
  /** Writes what comes in from the next key frame on as an MP4 file, into `target` or into memory. Throws when one is under way. */
  startRecording(target?: RecordingTarget): void;
  /** Null when none is under way. */
  stopRecording(): Promise<RecordingResult | null>;
  /** 1 shows the whole picture, up to 8; `x` and `y` (0 to 1) say what of the element's box stays where it is. */
  zoom(scale: number, x?: number, y?: number): void;
  addEventListener<K extends keyof GbPlayerEventMap>(
    type: K,
    listener: (this: GbPlayer, event: GbPlayerEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'gb-player': GbPlayer;
  }
}
