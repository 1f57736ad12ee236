/** A forward step plays this slowly, so that no picture is passed over, and sound is not heard. */
const STEP_RATE = 0.2;
/** Cameras of a picture a second: after this much the step goes faster. */
const HURRY_AFTER_MS = 400;
const HURRY_RATE = 2;
/** Then there is no other picture. */
const STEP_WITHIN_MS = 1_500;
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
    const video = this.#video;
    const from = this.shownS;
    if (this.#onPicture !== null || this.#watch === null) return false;
    const isThere = () => (by > 0 ? this.shownS > from : this.shownS < from);
    const come = new Promise<boolean>((resolve) => {
      this.#onPicture = () => isThere() && resolve(true);
      setTimeout(() => resolve(false), STEP_WITHIN_MS);
    });
    let hurry: number | undefined;
    if (by > 0) {
      video.playbackRate = STEP_RATE;
      hurry = window.setTimeout(() => {
        video.playbackRate = HURRY_RATE;
      }, HURRY_AFTER_MS);
      await video.play().catch(() => {});
    } else video.currentTime = Math.max(0, from - BEFORE_S);
    const isDone = await come;
    clearTimeout(hurry);
    if (by > 0) video.pause();
    this.#onPicture = null;
    return isDone;
  }
}
