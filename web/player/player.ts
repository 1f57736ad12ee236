import { onBeat } from './beat.ts';
import { isWorthRetrying, retryDelayMs } from './closing.ts';
import { LiveEdge, type Stretch } from './edge.ts';
import { type Attachment, canBuffer } from './media-buffer.ts';
import type { ServerMessage } from './protocol.ts';
import type { SourceEvent } from './source.ts';
import type { AudioInfo, Closing, PlayerFigures, PlayerState, VideoInfo } from './state.ts';
import { openSource, type SourcePort } from './thread.ts';

export interface PlayerOptions {
  readonly video: HTMLVideoElement;
  /** Address of the WebSocket, asked again for every connection (a signature may have run out). */
  readonly address: () => string;
  /** Holds the last picture while the video element changes its source. */
  readonly still?: HTMLCanvasElement;
  readonly onState: (state: PlayerState) => void;
  readonly onFigures?: (figures: PlayerFigures) => void;
  /** What the gateway says between the media. */
  readonly onMessage?: (message: ServerMessage) => void;
  /** The browser refused sound without a click, so the picture plays without. */
  readonly onSoundRefused?: () => void;
  /** Media as it comes in, while `copy` is on. */
  readonly onPiece?: (bytes: Uint8Array<ArrayBuffer>, isInit: boolean) => void;
}

/** A connection that played this long was a good one: the next loss starts with the shortest wait again. */
const GOOD_AFTER_MS = 5_000;

/**
 * Plays one live address on one video element until it is closed: follows the live edge, reconnects, holds the picture while the
 * source changes. Connection and media are the source's, in a worker where the browser allows it.
 */
export class Player {
  readonly #o: PlayerOptions;
  readonly #video: HTMLVideoElement;
  readonly #edge = new LiveEdge();
  readonly #source: SourcePort;
  readonly #unlisten = new AbortController();
  #offBeat: (() => void) | null = null;
  #retryTimer: number | undefined;
  #attempt = 0;
  #isClosed = false;
  #state: PlayerState = { type: 'connecting' };
  /** What a source says of an earlier connection is no news. */
  #connection = 0;
  #isConnected = false;
  #videoInfo: VideoInfo | null = null;
  #audioInfo: AudioInfo | null = null;
  #clock: { readonly dts90k: number; readonly epochMs: number } | null = null;
  #playingSinceMs: number | null = null;
  #secondMs = 0;
  #framesBefore = 0;
  #droppedBefore = 0;
  #dropped = 0;
  #lostFrames = 0;
  #stalls = 0;
  #attached: MediaSourceHandle | string | null = null;

  constructor(o: PlayerOptions) {
    this.#o = o;
    this.#video = o.video;
    this.#source = openSource((event, connection) => this.#on(event, connection));
    const { signal } = this.#unlisten;
    const on = (type: string, listener: () => void) => this.#video.addEventListener(type, listener, { signal });
    on('playing', () => this.#shows());
    on('loadeddata', () => this.#follow());
    on('waiting', () => {
      if (this.#video.seeking || this.#playingSinceMs === null) return;
      this.#stalls += 1;
      this.#edge.starved(this.#video.currentTime, performance.now());
    });
    on('error', () => {
      // Taking the source away is said as an error as well.
      if (this.#video.error === null || !this.#isConnected) return;
      this.#holdPicture();
      this.#source.send({ type: 'discard' });
      this.#lost('lost', this.#video.error.message || 'the browser gave up decoding');
    });
    // A network or a person that is back is not made to wait for the end of the pause between two tries.
    const tryNow = () => {
      if (this.#state.type === 'retrying' && !document.hidden) this.#connect();
    };
    window.addEventListener('online', tryNow, { signal });
    document.addEventListener('visibilitychange', tryNow, { signal });
  }

  get state(): PlayerState {
    return this.#state;
  }

  /** When the picture on the screen was taken, in epoch milliseconds of the gateway; null before the first picture. */
  get contentEpochMs(): number | null {
    if (this.#clock === null) return null;
    return this.#clock.epochMs + this.#video.currentTime * 1_000 - this.#clock.dts90k / 90;
  }

  /** Connects; also the way on from `closed` and `paused`. */
  start(): void {
    if (this.#isClosed) return;
    if (!canBuffer()) {
      this.#say({ type: 'unsupported' });
      return;
    }
    this.#attempt = 0;
    this.#connect();
  }

  /** Keeps the picture and lets go of the connection. */
  pause(): void {
    if (this.#isClosed) return;
    this.#disconnect();
    this.#video.pause();
    this.#say({ type: 'paused' });
  }

  /** After `blocked`, from within a click. */
  play(): void {
    const video = this.#video;
    void video.play().catch((error: unknown) => {
      // A change of the source cuts a play() short; what comes next plays by itself.
      if ((error as Error).name !== 'NotAllowedError' || this.#isClosed) return;
      if (video.muted) {
        this.#say({ type: 'blocked' });
        return;
      }
      video.muted = true;
      this.#o.onSoundRefused?.();
      this.play();
    });
  }

  /** From the next key frame on `onPiece` gets what comes in; an init segment first. */
  copy(isOn: boolean): void {
    this.#source.send({ type: 'copy', isOn });
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#disconnect();
    this.#unlisten.abort();
    this.#source.send({ type: 'dispose' });
    if (this.#attached === null) return;
    this.#video.removeAttribute('src');
    this.#video.srcObject = null;
    this.#video.load();
  }

  #say(state: PlayerState): void {
    this.#state = state;
    this.#o.onState(state);
  }

  #disconnect(): void {
    window.clearTimeout(this.#retryTimer);
    this.#offBeat?.();
    this.#offBeat = null;
    this.#isConnected = false;
    this.#connection += 1;
    this.#source.send({ type: 'close' });
  }

  #connect(): void {
    this.#disconnect();
    this.#playingSinceMs = null;
    this.#dropped = 0;
    this.#lostFrames = 0;
    this.#stalls = 0;
    this.#secondMs = performance.now();
    this.#isConnected = true;
    this.#say({ type: 'connecting' });
    this.#source.send({ type: 'open', url: this.#o.address(), connection: this.#connection });
    this.#offBeat = onBeat(() => this.#beat());
  }

  #lost(closing: Closing, reason: string): void {
    const wasGood = this.#playingSinceMs !== null && performance.now() - this.#playingSinceMs > GOOD_AFTER_MS;
    this.#disconnect();
    if (!isWorthRetrying(closing)) {
      this.#say({ type: 'closed', closing, reason });
      return;
    }
    this.#attempt = wasGood ? 1 : this.#attempt + 1;
    const inMs = retryDelayMs(closing, this.#attempt, Math.random());
    this.#retryTimer = window.setTimeout(() => this.#connect(), inMs);
    this.#say({ type: 'retrying', closing, reason, inMs });
  }

  #on(event: SourceEvent, connection: number): void {
    if (this.#isClosed || !this.#isConnected || connection !== this.#connection) return;
    switch (event.type) {
      case 'opened':
        this.#say({ type: 'waiting', state: 'inviting' });
        break;
      case 'lost':
        this.#lost(event.closing, event.reason);
        break;
      case 'undecodable':
        this.#disconnect();
        this.#say({ type: 'undecodable', mime: event.mime, codec: event.codec });
        break;
      case 'message':
        this.#message(event.message);
        break;
      case 'attach':
        this.#attach(event.attachment);
        break;
      case 'fresh':
        this.#clock = null;
        this.#edge.restart(this.#audioInfo !== null && this.#videoInfo !== null);
        break;
      case 'appended':
        this.#follow();
        break;
      case 'second':
        this.#second(event.bytes);
        break;
      case 'piece':
        this.#o.onPiece?.(event.bytes, event.isInit);
    }
  }

  #message(message: ServerMessage): void {
    if (message.type === 'init') {
      this.#videoInfo = message.video;
      this.#audioInfo = message.audio;
    } else if (message.type === 'clock') {
      this.#clock = { dts90k: message.dts90k, epochMs: Date.parse(message.time) };
    } else if (message.type === 'drop') {
      this.#lostFrames += message.frames;
    } else if (message.type === 'state') {
      const { state, code } = message;
      if (state === 'playing') {
        if (this.#playingSinceMs !== null && this.#state.type !== 'blocked') this.#say({ type: 'playing' });
      } else if (state !== 'ended') this.#say({ type: 'waiting', state, ...(code ? { code } : {}) });
    }
    this.#o.onMessage?.(message);
  }

  #attach(attachment: Attachment): void {
    this.#holdPicture();
    const video = this.#video;
    video.disableRemotePlayback = true;
    if ('url' in attachment) {
      video.srcObject = null;
      video.src = attachment.url;
      this.#attached = attachment.url;
    } else {
      video.removeAttribute('src');
      // The standard's MediaProvider; the compiler's list of types is older.
      video.srcObject = attachment.handle as unknown as MediaProvider;
      this.#attached = attachment.handle;
    }
    this.#revealWithPicture();
  }

  #beat(): void {
    this.#follow();
    this.#source.send({ type: 'position', currentTime: this.#video.currentTime });
  }

  #buffered(): Stretch[] {
    const ranges = this.#video.buffered;
    return Array.from({ length: ranges.length }, (_, i) => ({ start: ranges.start(i), end: ranges.end(i) }));
  }

  #follow(): void {
    const video = this.#video;
    if (!this.#isConnected || video.readyState === HTMLMediaElement.HAVE_NOTHING || video.seeking) return;
    const move = this.#edge.next(video.currentTime, this.#buffered(), performance.now());
    if (move?.type === 'rate') video.playbackRate = move.rate;
    if (move?.type === 'jump') {
      video.playbackRate = 1;
      video.currentTime = move.to;
      if (move.why === 'start') this.play();
    }
    // A browser that hid the page may have paused it; the live picture never pauses by itself.
    else if (video.paused && this.#playingSinceMs !== null && !document.hidden) this.play();
  }

  #shows(): void {
    if (!this.#isConnected) return;
    this.#playingSinceMs ??= performance.now();
    if (this.#state.type !== 'playing') this.#say({ type: 'playing' });
    const { still } = this.#o;
    // Sound alone has no picture to wait for, an older browser no way to say when there is one.
    if (still !== undefined && (this.#video.videoWidth === 0 || !('requestVideoFrameCallback' in this.#video))) {
      still.hidden = true;
    }
  }

  /** Takes the held picture away once the new source shows its own. */
  #revealWithPicture(): void {
    const { still } = this.#o;
    const video = this.#video;
    if (still === undefined || still.hidden || !('requestVideoFrameCallback' in video)) return;
    const source = this.#attached;
    // The first picture is said to be presented a moment before it is on the screen; with the second it is.
    video.requestVideoFrameCallback(() =>
      video.requestVideoFrameCallback(() => {
        if (source === this.#attached) still.hidden = true;
      }),
    );
  }

  /** Draws the picture of now over the video, so that a change of source does not flash. */
  #holdPicture(): void {
    const { still } = this.#o;
    const { videoWidth, videoHeight } = this.#video;
    // While the still is shown, the video below it has no newer picture.
    if (still === undefined || videoWidth === 0 || !still.hidden) return;
    still.width = videoWidth;
    still.height = videoHeight;
    still.getContext('2d')?.drawImage(this.#video, 0, 0);
    still.hidden = false;
  }

  #second(bytes: number): void {
    const nowMs = performance.now();
    const seconds = Math.max(0.001, (nowMs - this.#secondMs) / 1_000);
    this.#secondMs = nowMs;
    const video = this.#video;
    const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
    // The browser counts from anew with each source.
    const dropped = Math.max(0, droppedVideoFrames - this.#droppedBefore);
    const shown = Math.max(0, totalVideoFrames - this.#framesBefore - dropped);
    this.#framesBefore = totalVideoFrames;
    this.#droppedBefore = droppedVideoFrames;
    this.#dropped += dropped;
    const bufferedEnd = this.#buffered().at(-1)?.end;
    if (bufferedEnd === undefined) return;
    this.#o.onFigures?.({
      video: this.#videoInfo,
      audio: this.#audioInfo,
      width: video.videoWidth,
      height: video.videoHeight,
      fps: shown / seconds,
      bitrateBps: (bytes * 8) / seconds,
      delayMs: Math.max(0, (bufferedEnd - video.currentTime) * 1_000),
      lostFrames: this.#lostFrames,
      droppedFrames: this.#dropped,
      stalls: this.#stalls,
      isInWorker: this.#source.isInWorker,
    });
  }
}
