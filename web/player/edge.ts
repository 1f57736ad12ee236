/**
 * Where a live picture should be: close behind the newest media, without a jump that the eye sees. Pure: no DOM, no clock;
 * the player hands in what its video element says and does what comes back.
 */

/** A stretch of buffered media, in seconds of the media time line. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What to do to the video element. */
export type Move =
  | { readonly type: 'rate'; readonly rate: number }
  | { readonly type: 'jump'; readonly to: number; readonly why: 'start' | 'gap' | 'lag' };

/**
 * Wanted distance to the newest media at the moment when it is smallest, which is just before more arrives: what is left when a
 * frame comes late. For video alone it is the whole delay.
 */
export const VIDEO_TARGET_S = 0.06;
/**
 * Chromium's sound runs dry below some 0.18 s (measured: it then stalls every few seconds, and longer each time, because it wants
 * twice as much after each).
 */
export const AUDIO_TARGET_S = 0.21;
/** So many seconds the smallest distance is remembered: a network that was uneven in them is uneven. */
const REMEMBERED_S = 3;
/** An unsteady network pushes the target up to here and no further. */
export const LONGEST_TARGET_S = 1.2;
/** Every time the media ran dry the target grows by this; it shrinks again by the factor every second. */
const GROW_ON_STARVE_S = 0.12;
const SHRINK_PER_SECOND = 0.997;
/** Faster playback starts this far above the target and ends at the target, so that it does not flutter. */
const CATCH_UP_ABOVE_S = 0.03;
/** Slower playback starts this far below the target: the distance that an uneven network needs does not come by itself. */
const FALL_BACK_BELOW_S = 0.03;
/** Neither heard nor seen. */
const FALL_BACK_RATE = 0.95;
/** More lag than this is not played back faster but skipped: under it no jump is ever made. */
export const JUMP_LAG_S = 2;
/** A viewer gets everything since the last key frame at once, in many messages: until it all came, following the edge is still starting. */
const START_WINDOW_MS = 600;
/** In that window, lag above the target by this much is skipped. */
const START_SLACK_S = 0.15;
/** Waiting for the first pictures is no running dry. */
const SETTLED_AFTER_MS = 1_200;
/** A position this close before the end of a stretch counts as having reached it (browsers stop some ms early). */
const AT_END_S = 0.1;
/** This far beyond the newest media is no overshoot; less is waited out. */
const AHEAD_S = 1;
/** Behind the start of a stretch, so that rounding cannot put the position before it. */
const INSIDE_S = 0.001;

/** 1.1 is not heard as another pitch and hardly seen; 1.25 only while the lag is great. */
function catchUpRate(excessS: number): number {
  return excessS > 0.5 ? 1.25 : 1.1;
}

/** Follows the live edge of one video element. */
export class LiveEdge {
  #floorS = VIDEO_TARGET_S;
  #targetS = VIDEO_TARGET_S;
  #rate = 1;
  #startedMs: number | null = null;
  /** Of each of the last seconds, how far the newest media was ahead of the clock at its worst. */
  #leadsS: number[] = [];
  #second = 0;

  /** Seconds behind the newest frame that are aimed at now. */
  get targetS(): number {
    return this.#targetS;
  }

  /** Another stream, or the same from anew: the next media is a start. */
  restart(hasAudio: boolean): void {
    this.#floorS = hasAudio ? AUDIO_TARGET_S : VIDEO_TARGET_S;
    this.#targetS = Math.max(this.#floorS, this.#targetS);
    this.#rate = 1;
    this.#startedMs = null;
    this.#leadsS = [];
  }

  /** Playback ran dry at the live edge: keep a little more distance. (Waiting for the first pictures is no such case.) */
  starved(nowMs: number): void {
    if (this.#startedMs === null || nowMs - this.#startedMs < SETTLED_AFTER_MS) return;
    this.#targetS = Math.min(LONGEST_TARGET_S, this.#targetS + GROW_ON_STARVE_S);
  }

  /** A second went by. */
  second(): void {
    this.#targetS = Math.max(this.#floorS, this.#targetS * SHRINK_PER_SECOND);
  }

  /** The move to make with the position at `currentTime` seconds, or null. `buffered` is in ascending order, `nowMs` monotonic. */
  next(currentTime: number, buffered: readonly Stretch[], nowMs: number): Move | null {
    const live = buffered.at(-1);
    if (live === undefined) return null;
    const edge = Math.max(live.start + INSIDE_S, live.end - this.#targetS);
    const lag = live.end - currentTime;
    if (this.#startedMs === null) {
      this.#startedMs = nowMs;
      return this.#jump(edge, 'start');
    }
    if (nowMs - this.#startedMs < START_WINDOW_MS && lag > this.#targetS + START_SLACK_S) {
      return this.#jump(edge, 'start');
    }
    // Far past everything buffered: the time line began anew. (When media run dry, a browser overshoots the end by some 100 ms.)
    if (lag < -AHEAD_S) return this.#jump(edge, 'gap');
    const here = buffered.find((stretch) => currentTime >= stretch.start && currentTime <= stretch.end - AT_END_S);
    if (here === undefined) {
      const ahead = buffered.find((stretch) => stretch.start > currentTime && stretch.end - stretch.start > AT_END_S);
      if (ahead !== undefined) return this.#jump(ahead.start + INSIDE_S, 'gap');
    }
    if (lag > JUMP_LAG_S + this.#targetS) return this.#jump(edge, 'lag');
    // Run dry: there is nothing to play at any speed.
    if (lag <= 0) return null;
    return this.#steer(this.#margin(live.end, currentTime, nowMs) - this.#targetS);
  }

  /** Seconds between the position and the newest media, at the worst moment of the last seconds. */
  #margin(end: number, currentTime: number, nowMs: number): number {
    const nowS = nowMs / 1_000;
    const lead = end - nowS;
    const second = Math.floor(nowS);
    if (this.#leadsS.length === 0 || second - this.#second >= REMEMBERED_S) this.#leadsS = [lead];
    else if (second !== this.#second) this.#leadsS = [...this.#leadsS, lead].slice(-REMEMBERED_S);
    else this.#leadsS[this.#leadsS.length - 1] = Math.min(lead, this.#leadsS.at(-1) ?? lead);
    this.#second = second;
    return Math.min(...this.#leadsS) + nowS - currentTime;
  }

  /** Whoever jumps plays on at the usual speed; what is still to be caught up is steered from there. */
  #jump(to: number, why: 'start' | 'gap' | 'lag'): Move {
    this.#rate = 1;
    this.#leadsS = [];
    return { type: 'jump', to, why };
  }

  #steer(excessS: number): Move | null {
    let rate = this.#rate;
    if (rate > 1 ? excessS > 0 : excessS > CATCH_UP_ABOVE_S) rate = catchUpRate(excessS);
    else if (rate < 1 ? excessS < 0 : excessS < -FALL_BACK_BELOW_S) rate = FALL_BACK_RATE;
    else rate = 1;
    if (rate === this.#rate) return null;
    this.#rate = rate;
    return { type: 'rate', rate };
  }
}
