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
 * frame comes late. On an even network it is the whole delay of video.
 */
export const VIDEO_TARGET_S = 0.06;
/**
 * Chromium's sound runs dry below some 0.18 s (measured: it then stalls every few seconds, and longer each time, because it wants
 * twice as much after each).
 */
export const AUDIO_TARGET_S = 0.21;
/** So many seconds the smallest distance is remembered: what came late or ran dry once in them may do so again. */
export const REMEMBERED_S = 30;
/** However uneven the network is: a picture that is later than this is no live picture, and is hurried even if it stalls again. */
export const LONGEST_LAG_S = 1.2;
/** Faster playback starts this far above the target, slower playback this far below; both end at it, so that nothing flutters. */
const SLACK_S = 0.03;
/**
 * The distance that an uneven network needs does not come by itself. Chromium resamples sound down to this (and stretches it below):
 * it is lower by less than a semitone, for a few seconds.
 */
const FALL_BACK_RATE = 0.95;
/** More lag than this is not played back faster but skipped: under it no jump is ever made. */
export const JUMP_LAG_S = 2;
/** A viewer gets everything since the last key frame at once, in many messages: until it all came, following the edge is still starting. */
const START_WINDOW_MS = 600;
/** In that window, lag above the target by this much is skipped. */
const START_SLACK_S = 0.15;
/** A page and a decoder that start stumble: what comes late in the first moments says nothing of the network, and is soon forgotten. */
const SETTLED_AFTER_MS = 3_000;
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

/**
 * Where to go on from `currentTime` when nothing more can be shown there and something can elsewhere; else null. `anew` is the
 * place for a time line that began anew; by default its start.
 */
export function bridge(currentTime: number, buffered: readonly Stretch[], anew?: number): number | null {
  const last = buffered.at(-1);
  // Far past everything buffered: the time line began anew. (When media run dry, a browser overshoots the end by some 100 ms.)
  if (last === undefined || currentTime - last.end > AHEAD_S) return anew ?? last?.start ?? null;
  if (buffered.some((stretch) => currentTime >= stretch.start && currentTime <= stretch.end - AT_END_S)) return null;
  const ahead = buffered.find((stretch) => stretch.start > currentTime && stretch.end - stretch.start > AT_END_S);
  return ahead === undefined ? null : ahead.start + INSIDE_S;
}

/** Follows the live edge of one video element. */
export class LiveEdge {
  #targetS = VIDEO_TARGET_S;
  #rate = 1;
  #startedMs: number | null = null;
  /** Of each of the last seconds, the newest first: how far the newest media was ahead of the clock at its worst. */
  #leadsS: number[] = [];
  #second = 0;

  /** Another stream, or the same from anew: the next media is a start. */
  restart(hasAudio: boolean): void {
    this.#targetS = hasAudio ? AUDIO_TARGET_S : VIDEO_TARGET_S;
    this.#rate = 1;
    this.#startedMs = null;
    this.#leadsS = [];
  }

  /**
   * Playback ran dry at `currentTime`: whatever the buffer holds beyond what sound needs always, there was nothing left to show.
   * (Waiting for the first pictures is no such case.)
   */
  starved(currentTime: number, nowMs: number): void {
    if (!this.#isSettled(nowMs)) return;
    this.#remember(currentTime + this.#targetS - VIDEO_TARGET_S, nowMs);
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
    const to = bridge(currentTime, buffered, edge);
    if (to !== null) return this.#jump(to, 'gap');
    if (lag > JUMP_LAG_S + this.#targetS) return this.#jump(edge, 'lag');
    this.#remember(live.end, nowMs);
    // Run dry: there is nothing to play at any speed.
    if (lag <= 0) return null;
    const smallest = Math.min(...this.#leadsS) + nowMs / 1_000 - currentTime;
    return this.#steer(Math.max(smallest - this.#targetS, lag - LONGEST_LAG_S));
  }

  #isSettled(nowMs: number): boolean {
    return this.#startedMs !== null && nowMs - this.#startedMs >= SETTLED_AFTER_MS;
  }

  /** Notes how far what can be shown reached at `nowMs`. */
  #remember(end: number, nowMs: number): void {
    const lead = end - nowMs / 1_000;
    const second = Math.floor(nowMs / 1_000);
    // A page that stood still for a while has seen nothing of it: those seconds say what the first after them says.
    const passed = this.#leadsS.length === 0 ? 1 : Math.min(REMEMBERED_S, second - this.#second);
    const kept = this.#isSettled(nowMs) ? REMEMBERED_S : 1;
    this.#second = second;
    if (passed === 0) this.#leadsS[0] = Math.min(lead, this.#leadsS[0] ?? lead);
    else this.#leadsS = [...Array<number>(passed).fill(lead), ...this.#leadsS].slice(0, kept);
  }

  /** Whoever jumps plays on at the usual speed; what is still to be caught up is steered from there. */
  #jump(to: number, why: 'start' | 'gap' | 'lag'): Move {
    this.#rate = 1;
    this.#leadsS = [];
    return { type: 'jump', to, why };
  }

  #steer(excessS: number): Move | null {
    let rate = 1;
    if (excessS > (this.#rate > 1 ? 0 : SLACK_S)) rate = catchUpRate(excessS);
    else if (excessS < (this.#rate < 1 ? 0 : -SLACK_S)) rate = FALL_BACK_RATE;
    if (rate === this.#rate) return null;
    this.#rate = rate;
    return { type: 'rate', rate };
  }
}
