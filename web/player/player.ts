import { type Closing, closingOf, isWorthRetrying, retryDelayMs } from './closing.ts';
import { LiveEdge, type Stretch } from './edge.ts';
import { canBuffer, canDecode, MediaBuffer } from './media-buffer.ts';
import { type AudioInfo, isInitSegment, readMessage, SUBPROTOCOL, type VideoInfo } from './protocol.ts';
import type { PlayerFigures, PlayerState } from './state.ts';

export interface PlayerOptions {
  readonly video: HTMLVideoElement;
  /** Address of the WebSocket, asked again for every connection (a signature may have run out). */
  readonly address: () => string;
  /** Holds the last picture while the video element changes its source. */
  readonly still?: HTMLCanvasElement;
  readonly onState: (state: PlayerState) => void;
  readonly onFigures?: (figures: PlayerFigures) => void;
}

/** How often the position is compared with the live edge. */
const EDGE_EVERY_MS = 100;
/** A connection that played this long was a good one: the next loss starts with the shortest wait again. */
const GOOD_AFTER_MS = 5_000;
/** A connection that opened and then brings nothing, not even the gateway's ping or word, is given up (it says no-media after 15 s itself). */
const SILENT_AFTER_MS = 30_000;

/** Plays one live address on one video element until it is closed: connects, follows the live edge, reconnects. */
export class Player {
  readonly #o: PlayerOptions;
  readonly #video: HTMLVideoElement;
  readonly #edge = new LiveEdge();
  readonly #unlisten = new AbortController();
  #socket: WebSocket | null = null;
  #media: MediaBuffer | null = null;
  #retryTimer: number | undefined;
  #edgeTimer: number | undefined;
  #attempt = 0;
  #isClosed = false;
  #state: PlayerState = { type: 'connecting' };
  #mime = '';
  #videoInfo: VideoInfo | null = null;
  #audioInfo: AudioInfo | null = null;
  /** The first init segment of a connection restarts the time line. */
  #isFreshConnection = true;
  #playingSinceMs: number | null = null;
  #heardMs = 0;
  #secondMs = 0;
  #bytes = 0;
  #framesBefore = 0;

  constructor(o: PlayerOptions) {
    this.#o = o;
    this.#video = o.video;
    const signal = this.#unlisten.signal;
    this.#video.addEventListener('playing', () => this.#shows(), { signal });
    this.#video.addEventListener(
      'waiting',
      () => {
        if (!this.#video.seeking) this.#edge.starved(performance.now());
      },
      { signal },
    );
    this.#video.addEventListener('error', () => this.#mediaFault('the browser gave up decoding'), { signal });
  }

  get state(): PlayerState {
    return this.#state;
  }

  /** Connects; also the way on from `closed`. */
  start(): void {
    if (this.#isClosed) return;
    if (!canBuffer()) {
      this.#say({ type: 'unsupported' });
      return;
    }
    this.#stop();
    this.#attempt = 0;
    this.#connect();
  }

  /** After `blocked`, from within a click. */
  play(): void {
    void this.#video.play().catch(() => this.#say({ type: 'blocked' }));
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stop();
    this.#unlisten.abort();
    this.#media?.close();
    this.#media = null;
  }

  #say(state: PlayerState): void {
    this.#state = state;
    this.#o.onState(state);
  }

  #stop(): void {
    window.clearTimeout(this.#retryTimer);
    window.clearInterval(this.#edgeTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  #connect(): void {
    this.#say({ type: 'connecting' });
    this.#isFreshConnection = true;
    this.#playingSinceMs = null;
    this.#mime = '';
    const nowMs = performance.now();
    this.#heardMs = nowMs;
    this.#secondMs = nowMs;
    const socket = new WebSocket(this.#o.address(), SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    // A socket that was replaced may still deliver: only the one in charge is listened to.
    socket.onopen = () => {
      if (socket === this.#socket) this.#say({ type: 'waiting', state: 'inviting' });
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.#socket) return;
      this.#heardMs = performance.now();
      if (typeof event.data === 'string') this.#text(event.data);
      else this.#binary(new Uint8Array(event.data));
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(closingOf(event.code), event.reason);
    };
    this.#edgeTimer = window.setInterval(() => this.#tick(), EDGE_EVERY_MS);
  }

  #lost(closing: Closing, reason: string): void {
    const wasGood = this.#playingSinceMs !== null && performance.now() - this.#playingSinceMs > GOOD_AFTER_MS;
    this.#stop();
    if (!isWorthRetrying(closing)) {
      this.#say({ type: 'closed', closing, reason });
      return;
    }
    this.#attempt = wasGood ? 1 : this.#attempt + 1;
    const inMs = retryDelayMs(closing, this.#attempt, Math.random());
    this.#say({ type: 'retrying', closing, reason, inMs });
    this.#retryTimer = window.setTimeout(() => this.#connect(), inMs);
  }

  #text(json: string): void {
    const message = readMessage(json);
    if (message?.type === 'init') {
      this.#mime = message.mime;
      this.#videoInfo = message.video;
      this.#audioInfo = message.audio;
      if (!canDecode(message.mime)) {
        this.#stop();
        this.#say({
          type: 'undecodable',
          mime: message.mime,
          codec: message.video?.codec ?? message.audio?.codec ?? '',
        });
      }
    } else if (message?.type === 'state' && message.state !== 'playing' && message.state !== 'ended') {
      this.#say({ type: 'waiting', state: message.state, ...(message.code ? { code: message.code } : {}) });
    } else if (message?.type === 'state' && message.state === 'playing' && this.#playingSinceMs !== null) {
      this.#say({ type: 'playing' });
    }
  }

  #binary(bytes: Uint8Array): void {
    if (this.#mime === '') return;
    this.#bytes += bytes.length;
    if (isInitSegment(bytes)) this.#describe();
    this.#media?.append(bytes);
  }

  /** An init segment is about to be appended: into the buffer there is when it fits, else into a new one. */
  #describe(): void {
    if (this.#media?.fits(this.#mime) && this.#video.error === null) {
      this.#media.changeType(this.#mime);
      if (this.#isFreshConnection) this.#media.clear();
    } else {
      this.#holdPicture();
      this.#media?.close();
      this.#isFreshConnection = true;
      this.#media = new MediaBuffer({
        video: this.#video,
        mime: this.#mime,
        onAppended: () => this.#follow(),
        onFault: (detail) => this.#mediaFault(detail),
      });
    }
    if (this.#isFreshConnection) this.#edge.restart(this.#audioInfo !== null && this.#videoInfo !== null);
    this.#isFreshConnection = false;
  }

  #mediaFault(detail: string): void {
    if (this.#isClosed || this.#socket === null) return;
    this.#holdPicture();
    this.#media?.close();
    this.#media = null;
    this.#lost('lost', detail);
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#follow();
    if (nowMs - this.#heardMs > SILENT_AFTER_MS) {
      this.#lost('lost', '');
      return;
    }
    if (nowMs - this.#secondMs >= 1_000) this.#second(nowMs);
  }

  #buffered(): Stretch[] {
    const ranges = this.#video.buffered;
    return Array.from({ length: ranges.length }, (_, i) => ({ start: ranges.start(i), end: ranges.end(i) }));
  }

  #follow(): void {
    const video = this.#video;
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING || video.seeking) return;
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
    if (this.#socket === null) return;
    this.#playingSinceMs ??= performance.now();
    if (this.#state.type !== 'playing') this.#say({ type: 'playing' });
    const still = this.#o.still;
    if (still === undefined || still.hidden) return;
    const reveal = () => {
      still.hidden = true;
    };
    if ('requestVideoFrameCallback' in this.#video) this.#video.requestVideoFrameCallback(reveal);
    else reveal();
  }

  /** Draws the picture of now over the video, so that a change of source does not flash. */
  #holdPicture(): void {
    const { still } = this.#o;
    const { videoWidth, videoHeight } = this.#video;
    if (still === undefined || videoWidth === 0) return;
    still.width = videoWidth;
    still.height = videoHeight;
    still.getContext('2d')?.drawImage(this.#video, 0, 0);
    still.hidden = false;
  }

  #second(nowMs: number): void {
    const seconds = (nowMs - this.#secondMs) / 1_000;
    this.#secondMs = nowMs;
    this.#edge.second();
    const video = this.#video;
    const bufferedEnd = this.#buffered().at(-1)?.end;
    const frames = video.getVideoPlaybackQuality().totalVideoFrames;
    const shown = Math.max(0, frames - this.#framesBefore);
    this.#framesBefore = frames;
    const bytes = this.#bytes;
    this.#bytes = 0;
    if (bufferedEnd === undefined) return;
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ type: 'report', bufferedEnd, currentTime: video.currentTime }));
    }
    this.#o.onFigures?.({
      video: this.#videoInfo,
      audio: this.#audioInfo,
      width: video.videoWidth,
      height: video.videoHeight,
      fps: shown / seconds,
      bitrateBps: (bytes * 8) / seconds,
      delayMs: Math.max(0, (bufferedEnd - video.currentTime) * 1_000),
    });
  }
}
