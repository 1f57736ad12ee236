/** A forward step plays this slowly, so that no picture is passed over, and sound is not heard. */
const STEP_RATE = 0.2;
/** Cameras of a picture a second: after this much a step goes at the usual speed. */
const HURRY_AFTER_MS = 400;
/** Then there is no other picture. */
const PICTURE_WITHIN_MS = 1_500;
/** Just before the start of a picture stands the one before it. */
const BEFORE_S = 0.001;

/** Which picture of a video element is on the screen, and the one beside it. */
export class Screen {
  readonly #video: HTMLVideoElement;
  #shownS: number | null = null;
  #watch: number | null = null;
  #onPicture: (() => void) | null = null;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  /** Seconds of the media time line where the picture on the screen begins, once `watch` was called; else where it plays. */
  get shownS(): number {
    // Nothing is drawn where nobody looks.
    return document.hidden ? this.#video.currentTime : (this.#shownS ?? this.#video.currentTime);
  }

  /** From here on every picture is noticed. Idempotent. */
  watch(): void {
    if (this.#watch !== null || !('requestVideoFrameCallback' in this.#video)) return;
    const next = () => {
      this.#watch = this.#video.requestVideoFrameCallback((_, { mediaTime }) => {
        this.#shownS = mediaTime;
        this.#onPicture?.();
        next();
      });
    };
    next();
  }

  /** The source of the element changes: its pictures have other times. */
  forget(): void {
    if (this.#watch !== null) this.#video.cancelVideoFrameCallback(this.#watch);
    this.#watch = null;
    this.#shownS = null;
  }

  /** Shows the picture before or behind, while the element is paused; false when there is none in the buffer. */
  async step(by: number): Promise<boolean> {
    const from = this.shownS;
    if (this.#onPicture !== null || this.#watch === null) return false;
    if (by < 0) await this.#seek(from - BEFORE_S);
    else {
      const next = await this.#playOn(from);
      // It may have gone further before it stopped.
      if (next !== null && this.shownS > next) await this.#seek(next + BEFORE_S);
    }
    return by < 0 ? this.shownS < from : this.shownS > from;
  }

  async #seek(toS: number): Promise<void> {
    const before = this.shownS;
    const come = this.#picture(() => this.shownS < before);
    this.#video.currentTime = Math.max(0, toS);
    await come;
  }

  /** Plays until there is another picture; answers where that begins, null when none came. */
  async #playOn(from: number): Promise<number | null> {
    const video = this.#video;
    const come = this.#picture(() => this.shownS > from);
    video.playbackRate = STEP_RATE;
    const hurry = window.setTimeout(() => {
      video.playbackRate = 1;
    }, HURRY_AFTER_MS);
    void video.play().catch(() => {});
    const next = await come;
    clearTimeout(hurry);
    video.pause();
    return next;
  }

  /** Resolves with the time of the next picture that is wanted, or with null when none comes. */
  #picture(isWanted: () => boolean): Promise<number | null> {
    return new Promise((resolve) => {
      const end = (atS: number | null) => {
        clearTimeout(timer);
        this.#onPicture = null;
        resolve(atS);
      };
      const timer = window.setTimeout(() => end(null), PICTURE_WITHIN_MS);
      this.#onPicture = () => isWanted() && end(this.#shownS);
    });
  }
}
