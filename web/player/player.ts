import { onBeat } from './beat.ts';
import { isWorthRetrying, retryDelayMs } from './closing.ts';
import { LiveEdge, type Stretch } from './edge.ts';
import { Footage } from './footage.ts';
import { type Attachment, canBuffer } from './media-buffer.ts';
import type { ServerMessage } from './protocol.ts';
import type { SourceEvent } from './source.ts';
import type { AudioInfo, Closing, PlaybackCommand, PlayerFigures, PlayerState, VideoInfo } from './state.ts';
import { Still } from './still.ts';
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
  /** The time of the picture shown is another one. */
  readonly onTime?: () => void;
  /** Media as it comes in, while `copy` is on. */
  readonly onPiece?: (bytes: Uint8Array<ArrayBuffer>, isInit: boolean) => void;
}

/** A connection that played this long was a good one: the next loss starts with the shortest wait again. */
const GOOD_AFTER_MS = 5_000;
/** A browser stops so much before the end of what it has. */
const AT_END_S = 0.1;

/**
 * Plays one address on one video element until it is closed: live media close to its edge, recorded footage picture by picture at the
 * pace it is sent for; reconnects, holds the picture while the source changes. Connection and media are the source's, in a worker
 * where the browser allows it.
 */
export class Player {
  readonly #o: PlayerOptions;
  readonly #video: HTMLVideoElement;
  readonly #edge = new LiveEdge();
  readonly #footage: Footage;
  readonly #still: Still;
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
  /** The range is over; what is buffered of it is still shown. */
  #over: { readonly closing: Closing; readonly reason: string } | null = null;
  #toldEpochMs: number | null = null;
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
    this.#still = new Still(o.video, o.still);
    this.#footage = new Footage(
      o.video,
      (command) => this.control(command),
      () => this.#buffered(),
    );
    this.#source = openSource((event, connection) => this.#on(event, connection));
    const { signal } = this.#unlisten;
    const on = (type: string, listener: () => void) => this.#video.addEventListener(type, listener, { signal });
    on('playing', () => this.#shows());
    on('loadeddata', () => this.#follow());
    on('waiting', () => {
      if (this.#video.seeking || this.#playingSinceMs === null || this.#footage.isHeld || this.#over) return;
      this.#stalls += 1;
      this.#edge.starved(this.#video.currentTime, performance.now());
    });
    on('error', () => {
      // Taking the source away is said as an error as well.
      if (this.#video.error === null || !this.#isConnected) return;
      this.#still.hold();
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
    return this.#footage.contentEpochMs;
  }

  /** How many seconds of content a second shows; null while it plays no recorded footage. */
  get speed(): number | null {
    return this.#footage.speed;
  }

  /** Connects; also the way on from `closed` and `paused`. */
  start(): void {
    if (this.#isClosed) return;
    if (this.#footage.isHeld) {
      this.control({ action: 'resume' });
      return;
    }
    if (!canBuffer()) {
      this.#say({ type: 'unsupported' });
      return;
    }
    this.#attempt = 0;
    this.#connect();
  }

  /** Keeps the picture. A playback is paused for everybody who watches; who watches live, or may only look, lets go of the connection. */
  pause(): void {
    if (this.#isClosed) return;
    if (this.#isConnected && this.#footage.isOn) {
      this.#hold();
      this.control({ action: 'pause' });
    } else this.#letGo();
  }

  /** Moves a playback. The gateway answers with a state. */
  control(command: PlaybackCommand): void {
    this.#source.send({ type: 'say', message: { type: 'control', ...command } });
  }

  /** Shows the next picture of a paused playback, or the one before; false when there is none. */
  async step(by: number): Promise<boolean> {
    const isDone = await this.#footage.step(by);
    this.#tellTime();
    return isDone;
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
    if (!this.#isClosed) this.#source.send({ type: 'copy', isOn });
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#disconnect();
    this.#footage.restart();
    this.#unlisten.abort();
    this.#source.send({ type: 'dispose' });
    if (this.#attached === null) return;
    this.#video.removeAttribute('src');
    this.#video.srcObject = null;
    this.#video.load();
  }

  #letGo(): void {
    this.#disconnect();
    this.#video.pause();
    this.#say({ type: 'paused' });
  }

  #hold(): void {
    this.#footage.isHeld = true;
    this.#video.pause();
    if (this.#state.type !== 'paused') this.#say({ type: 'paused' });
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
    this.#footage.release();
    this.#over = null;
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
        if (event.closing === 'ended' && this.#footage.isOn && !this.#footage.isHeld) this.#over = event;
        else this.#lost(event.closing, event.reason);
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
        this.#footage.restart();
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
      this.#footage.clock(message);
    } else if (message.type === 'drop') {
      this.#lostFrames += message.frames;
    } else if (message.type === 'state' && !this.#footage.isOwn(message)) {
      this.#streamState(message.state, message.action === 'pause', message.code);
    }
    this.#o.onMessage?.(message);
  }

  #streamState(state: string, isPause: boolean, code?: string): void {
    const why = code ? { code } : {};
    if (state === 'paused') this.#hold();
    // a pause that is refused is one's own
    else if (isPause && code) this.#letGo();
    else if (state === 'playing') {
      if (this.#footage.isHeld) {
        this.#footage.isHeld = false;
        this.play();
      }
      if (this.#playingSinceMs !== null && this.#state.type !== 'blocked') this.#say({ type: 'playing', ...why });
    } else if (state !== 'ended') this.#say({ type: 'waiting', state, ...why });
  }

  #attach(attachment: Attachment): void {
    this.#still.hold();
    this.#footage.newSource();
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
    this.#still.reveal();
  }

  #beat(): void {
    this.#follow();
    this.#source.send({ type: 'position', currentTime: this.#video.currentTime });
    this.#tellTime();
    const isDry = this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA || !(this.#footage.aheadS > AT_END_S);
    if (this.#over !== null && isDry) this.#lost(this.#over.closing, this.#over.reason);
  }

  #tellTime(): void {
    const epochMs = this.contentEpochMs;
    if (epochMs === this.#toldEpochMs) return;
    this.#toldEpochMs = epochMs;
    this.#o.onTime?.();
  }

  #buffered(): Stretch[] {
    const ranges = this.#video.buffered;
    return Array.from({ length: ranges.length }, (_, i) => ({ start: ranges.start(i), end: ranges.end(i) }));
  }

  #follow(): void {
    const video = this.#video;
    if (!this.#isConnected || video.readyState === HTMLMediaElement.HAVE_NOTHING || video.seeking) return;
    const nowMs = performance.now();
    let move = this.#footage.move(nowMs);
    if (move === undefined) move = this.#edge.next(video.currentTime, this.#buffered(), nowMs);
    if (move?.type === 'rate') video.playbackRate = move.rate;
    if (move?.type === 'jump') {
      video.playbackRate = 1;
      video.currentTime = move.to;
      if (move.why === 'start' && !this.#footage.isHeld) this.play();
    }
    // A browser that hid the page may have paused it; the live picture never pauses by itself.
    else if (video.paused && !this.#footage.isHeld && this.#playingSinceMs !== null && !document.hidden) this.play();
  }

  #shows(): void {
    if (!this.#isConnected || this.#footage.isHeld) return;
    this.#playingSinceMs ??= performance.now();
    if (this.#state.type !== 'playing') this.#say({ type: 'playing' });
    this.#still.plays();
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
