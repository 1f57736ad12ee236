import { ApiFault } from '../api.ts';
import { Store } from '../store.ts';
import { type Deck, type DeckShown, IDLE, SPEEDS } from './deck.ts';
import type { Range } from './lanes.ts';

/** One file of own recordings is so long: its tables stay small, and a seek within it asks the browser only. */
export const FILE_MS = 3_600_000;
/** So much before the moment asked for: a few steps back need no other file. */
const LEAD_MS = 60_000;
/** Until pictures have shown their distance. */
const FRAME_SECONDS = 0.04;
/** What browsers play; none plays backwards. */
const FORWARDS = SPEEDS.filter((speed) => speed > 0);

export interface OwnDeckPorts {
  /** When the first picture of the file of a range was taken. Throws an `ApiFault` when there is none. */
  fileStart(startMs: number, endMs: number, signal: AbortSignal): Promise<number>;
  address(startMs: number, endMs: number): string;
  /** The end of the run that holds a moment, or null. */
  runAt(epochMs: number): Range | null;
  /** Where footage goes on behind a moment. */
  next(epochMs: number): number | null;
  refused(fault: ApiFault): void;
}

interface Open {
  /** When its first picture was taken. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Own recordings in a `<video>`, an hour's file at a time. */
export class OwnDeck implements Deck {
  readonly shown = new Store<DeckShown>({ ...IDLE, speeds: FORWARDS });
  readonly #ports: OwnDeckPorts;
  #video: HTMLVideoElement | null = null;
  #listening = new AbortController();
  #open: Open | null = null;
  #asking = new AbortController();
  #frameSeconds = FRAME_SECONDS;
  #lastSeconds = 0;

  constructor(ports: OwnDeckPorts) {
    this.#ports = ports;
  }

  /** The element that plays; null when it goes. */
  attach(video: HTMLVideoElement | null): void {
    this.#listening.abort();
    this.#listening = new AbortController();
    this.#video = video;
    if (video === null) return;
    const { signal } = this.#listening;
    const on = (type: string, action: () => void) => video.addEventListener(type, action, { signal });
    on('playing', () => this.#say({ phase: 'playing', isPaused: false, aimMs: null }));
    on('seeked', () => this.#say({ aimMs: null }));
    on('pause', () => video.ended || this.#say({ isPaused: true }));
    on('waiting', () => this.#say({ phase: 'stalled' }));
    on('ended', () => this.#onEnded());
    on('error', () => this.#onError());
    this.#watchFrames(video);
  }

  contentMs(): number | null {
    return this.#open === null || this.#video === null || this.#video.readyState === 0
      ? null
      : this.#open.startMs + this.#video.currentTime * 1000;
  }

  seek(epochMs: number): void {
    const video = this.#video;
    const open = this.#open;
    this.#say({ aimMs: epochMs, trouble: null, refusedSpeed: null });
    if (video !== null && open !== null && epochMs >= open.startMs && epochMs < open.endMs && video.readyState > 0) {
      video.currentTime = (epochMs - open.startMs) / 1000;
      this.#play();
    } else void this.#load(epochMs);
  }

  pause(): void {
    this.#video?.pause();
  }

  resume(): void {
    if (this.#open !== null) this.#play();
  }

  setSpeed(speed: number): void {
    if (!FORWARDS.includes(speed)) {
      this.#say({ refusedSpeed: speed });
      return;
    }
    this.#say({ speed, refusedSpeed: null });
    if (this.#video !== null) this.#video.playbackRate = speed;
    if (this.shown.value.isPaused) this.resume();
  }

  async step(by: 1 | -1): Promise<boolean> {
    const video = this.#video;
    if (video === null || !video.paused || video.readyState === 0) return false;
    const to = video.currentTime + by * this.#frameSeconds;
    if (to < 0 || to > video.duration) return false;
    video.currentTime = to;
    return true;
  }

  captureStill(): Promise<Blob> {
    const video = this.#video;
    const canvas = document.createElement('canvas');
    canvas.width = video?.videoWidth ?? 0;
    canvas.height = video?.videoHeight ?? 0;
    if (video !== null) canvas.getContext('2d')?.drawImage(video, 0, 0);
    return new Promise((resolve, reject) => {
      const take = (file: Blob | null) =>
        file === null ? reject(new Error('There is no picture yet.')) : resolve(file);
      canvas.toBlob(take, 'image/jpeg', 0.92);
    });
  }

  stop(): void {
    this.#asking.abort();
    this.#open = null;
    if (this.#video !== null) {
      this.#video.removeAttribute('src');
      this.#video.load();
    }
    this.shown.set({ ...IDLE, speeds: FORWARDS });
  }

  async #load(epochMs: number): Promise<void> {
    this.#asking.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const run = this.#ports.runAt(epochMs);
    const startMs = Math.max(epochMs - LEAD_MS, run?.startMs ?? epochMs);
    const endMs = startMs + FILE_MS;
    this.#say({ phase: 'starting', isPaused: false });
    try {
      const openedMs = await this.#ports.fileStart(startMs, endMs, asking.signal);
      const video = this.#video;
      if (asking.signal.aborted || video === null) return;
      this.#open = { startMs: openedMs, endMs };
      video.src = this.#ports.address(startMs, endMs);
      video.addEventListener(
        'loadedmetadata',
        () => {
          video.currentTime = Math.max(0, (epochMs - openedMs) / 1000);
          video.playbackRate = this.shown.value.speed;
          this.#play();
        },
        { once: true, signal: asking.signal },
      );
    } catch (error) {
      if (!asking.signal.aborted) this.#failed(error);
    }
  }

  #play(): void {
    const video = this.#video;
    void video?.play().catch((error: unknown) => {
      // sound wants a click first; the picture does not
      if ((error as Error).name !== 'NotAllowedError' || video.muted) return;
      video.muted = true;
      void video.play().catch(() => this.#say({ isPaused: true }));
    });
  }

  /** A file of an hour ends, or one that was still written when it was opened. */
  #onEnded(): void {
    const open = this.#open;
    const endedMs = this.contentMs();
    if (open === null || endedMs === null) return;
    const next = this.#ports.next(endedMs + 500);
    if (next === null) this.#say({ phase: 'ended' });
    else void this.#load(next);
  }

  #onError(): void {
    if (this.#open === null || this.#video?.error == null) return;
    this.#failed(new ApiFault(0, 'undecodable', this.#video.error.message));
  }

  #failed(error: unknown): void {
    const fault = error instanceof ApiFault ? error : new ApiFault(0, '', String(error));
    if (fault.status === 401 || fault.status === 403) this.#ports.refused(fault);
    this.#open = null;
    this.#say({
      phase: 'failed',
      aimMs: null,
      trouble: { code: fault.code, detail: fault.message, steps: fault.steps },
    });
  }

  /** The distance of pictures, for steps of one. */
  #watchFrames(video: HTMLVideoElement): void {
    if (!('requestVideoFrameCallback' in video)) return;
    video.requestVideoFrameCallback((_, { mediaTime }) => {
      const distance = mediaTime - this.#lastSeconds;
      this.#lastSeconds = mediaTime;
      if (distance > 0.005 && distance < 0.5 && !video.paused && video.playbackRate === 1)
        this.#frameSeconds = distance;
      if (this.#video === video) this.#watchFrames(video);
    });
  }

  #say(some: Partial<DeckShown>): void {
    this.shown.set({ ...this.shown.value, ...some });
  }
}
