/**
 * Where recorded footage is played: picture after picture, none skipped, as fast as it is sent. Pure: no DOM, no clock; the live
 * counterpart is `edge.ts`.
 */
import type { bridge, Move, Stretch } from './edge.ts';

/** So much of a second is gathered before the first picture moves, so that an uneven network does not stop it at once. */
const START_S = 0.3;
/** A range of a few pictures is shown although no more comes. */
const START_WITHIN_MS = 1_000;
/** Less than this is played a little slower, until there is as much as at the start. */
const LOW_S = 0.15;
const SLOWER = 0.9;
/** More than this is played faster: a device's pace is known 3 s after it was told one, and much has come by then. */
const HIGH_S = 1.5;
const FASTER = 1.25;
/** So much waits only when nobody looked, or when a device sends as fast as it can. */
const FAR_S = 4;
const MUCH_FASTER = 2;
/** What browsers play; others throw. */
const MIN_RATE = 0.0625;
const MAX_RATE = 16;
/** Of a stretch that ends, this is the last picture. */
const LAST_PICTURE_S = 0.01;

/** Behind the start of a stretch, so that rounding cannot put the position before it. */
const INSIDE_S = 0.001;

export class FootageEdge {
  readonly #bridge: typeof bridge;
  #firstMs: number | null = null;
  #isStarted = false;
  #rate = 1;
  #factor = 1;

  /** `bridge` is handed in: this part is loaded later and shares no code with the rest. */
  constructor(over: typeof bridge) {
    this.#bridge = over;
  }

  restart(): void {
    this.#firstMs = null;
    this.#isStarted = false;
    this.#rate = 1;
    this.#factor = 1;
  }

  /**
   * As `LiveEdge.next`. `rate`: seconds of media to be played in a second at `currentTime`; `isHeld`: the playback is paused;
   * `jumpToS`: where somebody went.
   */
  next(
    currentTime: number,
    buffered: readonly Stretch[],
    nowMs: number,
    rate: number,
    isHeld: boolean,
    jumpToS: number | null = null,
  ): Move | null {
    const first = buffered[0];
    const last = buffered.at(-1);
    if (first === undefined || last === undefined) return null;
    if (!this.#isStarted) {
      this.#firstMs ??= nowMs;
      const isEnough = last.end - first.start >= START_S * rate || nowMs - this.#firstMs >= START_WITHIN_MS;
      if (!isEnough && !isHeld) return null;
      this.#isStarted = true;
      // paused: the newest picture is the one it was paused at
      return this.#jump(isHeld ? Math.max(last.start, last.end - LAST_PICTURE_S) : first.start + INSIDE_S, 'start');
    }
    if (jumpToS !== null && jumpToS > currentTime && last.start <= jumpToS && last.end > jumpToS)
      return this.#jump(jumpToS, 'lag');
    const to = this.#bridge(currentTime, buffered);
    if (to !== null) return this.#jump(to, 'gap');
    return isHeld ? null : this.#steer(last.end - currentTime, rate);
  }

  #jump(to: number, why: 'start' | 'gap' | 'lag'): Move {
    this.#rate = 1;
    return { type: 'jump', to, why };
  }

  #steer(aheadS: number, wanted: number): Move | null {
    const cushionS = aheadS / wanted;
    if (cushionS > FAR_S) this.#factor = MUCH_FASTER;
    else if (cushionS > HIGH_S) this.#factor = Math.max(FASTER, this.#factor);
    else if (cushionS < LOW_S) this.#factor = SLOWER;
    // each ends halfway, so that nothing flutters
    else if (this.#factor > 1 ? cushionS < HIGH_S / 2 : cushionS > START_S) this.#factor = 1;
    const rate = Math.min(MAX_RATE, Math.max(MIN_RATE, wanted * this.#factor));
    if (rate === this.#rate) return null;
    this.#rate = rate;
    return { type: 'rate', rate };
  }
}
