/**
 * One time base for both tracks: 90 kHz, starts near 0, never goes back, never wraps. Source clocks (33-bit PTS and DTS,
 * 32-bit RTP time stamps) are unwrapped here and mapped by an offset that both tracks share.
 */
import { unwrap } from '../ingest/rtp.ts';

const PTS_MODULUS = 2 ** 33;
const RTP_MODULUS = 2 ** 32;

/** Time between frames until the stream has shown its own: 25 frames per second. */
const DEFAULT_SPACING = 3600;

/** TS-4: a jump is more than this away from what the arrival says, and more than three frames. */
const JUMP_90K = 90_000;
const JUMP_FRAMES = 3;

/** Footage: seeks whose pictures have not come; more at once than a device is told before it has answered. */
const MAX_SOUGHT = 8;
/** By so much media time later a device is where it was told to go, or never will be. */
const SOUGHT_90K = 5 * 90_000;

/**
 * Longest pause that stays in the time line. Audio must be filled with silence over it; an hour of it costs 160 kB. A
 * longer pause becomes one frame long.
 */
export const MAX_PAUSE_90K = 3600 * 90_000;

/** ISO/IEC 14496-10 A.3.1: at most 16 frames may wait to be shown. */
const MAX_REORDER = 16;

/**
 * `arrival`: what comes late was filmed late (live), so a jump is where time stamps and arrival part. `content`: recorded footage,
 * which comes as fast as the device likes and pauses when told to, so time stamps alone count, and its holes stay. `joined`: the same
 * for who watches: behind a hole, or where a seek leads, pictures go on without one.
 */
export type Pace = 'arrival' | 'content' | 'joined';

/**
 * Footage may have holes of hours, and they stay in its time line; what is further ahead is another clock. 6 h: half of the
 * time after which RTP time stamps begin anew (13.25 h) is 6.6 h, beyond which forward and back look the same.
 */
const MAX_FOOTAGE_HOLE_90K = 6 * 3600 * 90_000;

export interface TimelineNotes {
  /** Footage: the source's clock was laid on the time base anew; its time stamp (as unwrapped) stands at `dts90k`. */
  placed?(source90k: number, dts90k: number): void;
  /** TS-4, or RTP-14 where RTP time stamps are the clock. */
  jump(code: string, detail: string): void;
  finding(code: string, detail: string): void;
}

/** The clock of the video track, and the master of the time base. */
export class VideoTimeline {
  /** Result of `next`. 90 kHz. */
  dts = 0;
  pts = 0;
  /** Time from the frame before; an estimate of the newest frame's duration. */
  spacing = DEFAULT_SPACING;
  /** Source time minus time base; null before the first frame and after a reset. */
  offset: number | null = null;
  /** Unwrapped source time of the newest frame. */
  source = 0;
  readonly #notes: TimelineNotes;
  #started = false;
  #usesRtp = false;
  #arrivedMs = 0;
  #nominal: number | null = null;
  #sameSince = -1;
  #oddSpacing = 0;
  #depth: number | null = null;
  #reordering = false;
  #sought = 0;
  #soughtUntil = 0;
  /** Newest presentation times, sorted, while decode times are derived (TS-8). */
  #waiting: number[] = [];

  readonly #pace: Pace;

  constructor(notes: TimelineNotes, pace: Pace = 'arrival') {
    this.#notes = notes;
    this.#pace = pace;
  }

  /** What the SPS says: frames per second and how far pictures are reordered; null where it is silent. */
  describe(fps: number | null, reorderDepth: number | null): void {
    this.#nominal = fps === null ? null : 90_000 / fps;
    if (!this.#started) this.spacing = Math.round(this.#nominal ?? DEFAULT_SPACING);
    this.#depth = reorderDepth;
  }

  /** The source clock is about to change; the time base goes on. */
  reset(): void {
    this.offset = null;
    this.#waiting = [];
    this.#sameSince = -1;
  }

  /** The device was told to go to another place of its footage: a key frame that is not later is from there, however near it is. */
  seek(): void {
    this.#sought = Math.min(MAX_SOUGHT, this.#sought + 1);
    this.#soughtUntil = this.dts + SOUGHT_90K;
  }

  /** Where something that arrives at this moment belongs, by the arrival of the newest frame. 90 kHz. */
  at(arrivedMs: number): number {
    const elapsed = this.#pace !== 'arrival' ? 0 : (arrivedMs - this.#arrivedMs) * 90;
    return this.dts + (elapsed > MAX_PAUSE_90K ? this.spacing : elapsed);
  }

  /** Video that joins a running audio track: its first frame does not come before this. 90 kHz. */
  notBefore(dts90k: number): void {
    if (!this.#started) this.dts = Math.ceil(dts90k);
  }

  /** The next frame in decoding order; fills `dts` and `pts`. −1: the PES has no such time. */
  next(pts: number, dts: number, rtpTimestamp: number, arrivedMs: number, isKey: boolean): void {
    const usesRtp = pts < 0 && (this.#usesRtp || !this.#started || this.offset === null);
    if (usesRtp && !this.#usesRtp) this.#notes.finding('TS-1', 'no PTS: RTP time stamps are used');
    const isLive = this.#pace === 'arrival';
    const elapsed = this.#started && isLive ? Math.max(0, arrivedMs - this.#arrivedMs) * 90 : 0;
    const sourceChanged = usesRtp !== this.#usesRtp;
    this.#usesRtp = usesRtp;
    this.#arrivedMs = arrivedMs;
    if (this.offset === null || sourceChanged) {
      this.#anchor(usesRtp ? rtpTimestamp : dts >= 0 ? dts : pts, elapsed);
      this.pts = this.dts + (dts >= 0 && pts >= 0 ? ahead(pts, dts) : 0);
      return;
    }
    if (pts < 0 && !usesRtp) {
      // TS-2: this frame only has no time.
      this.#step(elapsed, 0);
      this.source += this.spacing;
      return;
    }
    const before = this.source;
    const raw = usesRtp ? rtpTimestamp : dts >= 0 ? dts : pts;
    this.source = unwrap(before, raw, usesRtp ? RTP_MODULUS : PTS_MODULUS);
    const delta = this.source - before;
    const limit = Math.max(JUMP_90K, JUMP_FRAMES * this.spacing);
    const isSought = this.#sought > 0 && isKey && delta <= 0 && this.dts < this.#soughtUntil;
    if (isSought || ((delta > limit || delta < -limit) && this.#isJump(delta, elapsed, limit))) {
      if (this.#sought > 0) this.#sought -= 1;
      const code = usesRtp ? 'RTP-14' : 'TS-4';
      // footage jumps because it was told to, or because nothing was filmed: whoever asked for it knows
      if (isLive) this.#notes.jump(code, `${Math.round(delta / 90)} ms in ${Math.round(elapsed / 90)} ms`);
      // A stall of less than a jump is the network's, not the camera's.
      this.#anchor(raw, elapsed, JUMP_90K);
      this.pts = this.dts + (dts >= 0 && pts >= 0 ? ahead(pts, dts) : 0);
      return;
    }
    if (dts < 0 && !usesRtp && (this.#reordering || (delta < 0 && this.#depth !== 0))) {
      this.#derive(this.source - this.offset);
      return;
    }
    const mapped = this.source - this.offset;
    if (mapped > this.dts) {
      this.#sameSince = -1;
      this.#advance(mapped);
    } else {
      this.#notStrictlyAfter(delta, elapsed, arrivedMs);
    }
    this.pts = this.dts + (dts >= 0 && pts >= 0 ? ahead(pts, dts) : 0);
  }

  /** TS-3: repeated, constant or slightly backward times. */
  #notStrictlyAfter(delta: number, elapsed: number, arrivedMs: number): void {
    this.#notes.finding('TS-3', `time stamp ${delta === 0 ? 'repeated' : `${Math.round(-delta / 90)} ms back`}`);
    if (delta !== 0) {
      this.#step(elapsed, 0);
      this.offset = this.source - this.dts;
      this.#placed();
      return;
    }
    if (this.#pace !== 'arrival') {
      this.#step(0, 0);
      return;
    }
    if (this.#sameSince < 0) this.#sameSince = arrivedMs - this.dts / 90;
    // A clock that stands still: frames keep their usual distance and drift towards their arrival.
    this.#step(0, (arrivedMs - this.#sameSince) * 90 - this.dts);
  }

  /** TS-4. `delta`: what the time stamps say, more than `limit` either way; `elapsed`: what the arrival says. */
  #isJump(delta: number, elapsed: number, limit: number): boolean {
    if (this.#pace === 'joined') return true;
    if (this.#pace === 'content') return delta < 0 || delta > MAX_FOOTAGE_HOLE_90K;
    return Math.abs(delta - elapsed) > limit || delta > MAX_PAUSE_90K;
  }

  #placed(): void {
    if (this.#pace !== 'arrival') this.#notes.placed?.(this.source, this.dts);
  }

  #step(elapsed: number, behind: number): void {
    const usual = this.#nominal ?? this.spacing;
    const pause = elapsed > JUMP_90K && elapsed > JUMP_FRAMES * usual ? Math.min(elapsed, MAX_PAUSE_90K) : 0;
    const slew = Math.max(-usual / 2, Math.min(usual / 2, behind / 8));
    const spacing = this.spacing;
    this.dts = Math.round(this.dts + Math.max(1, pause > 0 ? pause : usual + slew));
    this.spacing = spacing;
    this.pts = this.dts;
  }

  #advance(dts: number): void {
    const spacing = dts - this.dts;
    this.dts = dts;
    // A hole is no frame rate; the same distance twice is one.
    const usual = spacing < JUMP_FRAMES * this.spacing || spacing < JUMP_90K / 2;
    if (usual || Math.abs(spacing - this.#oddSpacing) < spacing / 4) this.spacing = spacing;
    this.#oddSpacing = usual ? 0 : spacing;
  }

  /** First frame, or the first of a new source clock: one frame after the last, or later if it came later. */
  #anchor(raw: number, elapsed: number, leastPause = 0): void {
    this.source = raw;
    this.#waiting = [];
    this.#sameSince = -1;
    if (this.#started) {
      const isPause = elapsed > Math.max(leastPause, JUMP_FRAMES * this.spacing) && elapsed <= MAX_PAUSE_90K;
      const pause = isPause ? elapsed : this.spacing;
      this.dts = Math.round(this.dts + Math.max(1, pause));
    }
    this.#started = true;
    this.offset = this.source - this.dts;
    this.pts = this.dts;
    this.#placed();
  }

  /** TS-8: B pictures without DTS. The decode time is the smallest of the last `depth` + 1 presentation times. */
  #derive(pts: number): void {
    if (!this.#reordering) {
      this.#reordering = true;
      this.#depth = Math.max(1, this.#depth ?? 1);
      this.#waiting = [this.dts];
      this.#notes.finding('TS-8', 'B pictures without DTS');
    }
    const waiting = this.#waiting;
    waiting.push(pts);
    waiting.sort(ascending);
    const depth = this.#depth ?? 1;
    while (waiting.length > depth + 1) waiting.shift();
    let dts = waiting.length > depth ? waiting.shift()! : waiting[0]! - (depth - waiting.length + 1) * this.spacing;
    let late = 0;
    if (dts <= this.dts) late = this.dts + Math.max(1, Math.round(this.spacing / 2)) - dts;
    if (pts + late < dts + late) {
      // Deeper than thought: everything from here on is shown later.
      this.#depth = Math.min(MAX_REORDER, depth + 1);
      waiting.unshift(dts);
      dts = pts;
      late = Math.max(late, this.dts + Math.max(1, Math.round(this.spacing / 2)) - dts);
    }
    if (late > 0) {
      this.offset! -= late;
      for (let i = 0; i < waiting.length; i += 1) waiting[i]! += late;
    }
    this.#advance(dts + late);
    this.pts = Math.max(this.dts, pts + late);
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** pts − dts over the wrap; a negative one is a writer's bug. */
function ahead(pts: number, dts: number): number {
  const delta = unwrap(0, (pts - dts + PTS_MODULUS) % PTS_MODULUS, PTS_MODULUS);
  return delta >= 0 && delta < MAX_REORDER * JUMP_90K ? delta : 0;
}

/** Maps audio times onto the time base of the video, by the same offset when both tracks share a clock (TS-6, TS-7). */
export class AudioTimeline {
  readonly #notes: TimelineNotes;
  #offset: number | null = null;
  /** The offset was chosen while the video had none. */
  #guessed = false;
  #apart = 0;
  #source = 0;
  #arrivedMs = 0;
  readonly #pace: Pace;

  constructor(notes: TimelineNotes, pace: Pace = 'arrival') {
    this.#notes = notes;
    this.#pace = pace;
  }

  reset(): void {
    this.#offset = null;
  }

  /**
   * Where a chunk belongs, 90 kHz. `expected`: where it would join without a gap. `video` is null in an audio-only stream.
   */
  next(pts: number, expected: number, video: VideoTimeline | null, arrivedMs: number): number {
    const elapsed = this.#pace !== 'arrival' ? 0 : Math.max(0, arrivedMs - this.#arrivedMs) * 90;
    this.#arrivedMs = arrivedMs;
    if (pts < 0) return expected;
    const shared = video?.offset ?? null;
    if (this.#offset === null || (this.#guessed && shared !== null))
      return this.#anchor(pts, expected, video, arrivedMs);
    this.#source = unwrap(this.#source, pts, PTS_MODULUS);
    let mapped = this.#source - this.#offset;
    if (shared !== null && shared !== this.#offset) {
      const moved = unwrap(video!.source, pts, PTS_MODULUS) - shared;
      if (this.#follows(moved - expected, mapped - expected)) {
        this.#source = moved + shared;
        this.#offset = shared;
        mapped = moved;
      }
    }
    const error = mapped - expected;
    // a hole of the footage is in both tracks, whichever comes first behind it
    const isHole = this.#pace === 'content' && shared === this.#offset && error > 0 && error <= MAX_FOOTAGE_HOLE_90K;
    if (isHole) return mapped;
    if (Math.abs(error) > JUMP_90K && Math.abs(error - elapsed) > JUMP_90K) {
      this.#notes.finding('TS-4', `audio jumped by ${Math.round(error / 90)} ms`);
      this.#offset = this.#source - expected;
      return expected;
    }
    return mapped;
  }

  /** The first chunk; again when the picture comes after sound whose place was a guess. */
  #anchor(pts: number, expected: number, video: VideoTimeline | null, arrivedMs: number): number {
    const shared = video?.offset ?? null;
    const here = video === null ? expected : video.at(arrivedMs);
    this.#guessed = video !== null && shared === null;
    this.#apart = 0;
    this.#source = shared === null ? pts : unwrap(video!.source, pts, PTS_MODULUS);
    if (shared !== null && Math.abs(this.#source - shared - here) < MAX_APART_90K) {
      this.#offset = shared;
    } else {
      if (shared !== null) this.#notes.finding('TS-7', 'audio and video clocks have nothing in common');
      this.#offset = this.#source - here;
    }
    return this.#source - this.#offset;
  }

  /**
   * The video was re-anchored: is this chunk from after it? `moved`, `stayed`: how far from joining without a gap the chunk
   * is by the video's offset and by its own. The nearer one is right; a small difference, or one that stays, is followed.
   */
  #follows(moved: number, stayed: number): boolean {
    if (Math.abs(moved) >= Math.abs(stayed) && Math.abs(moved - stayed) > SLEW_90K) {
      this.#apart = Math.abs(moved) <= JUMP_90K ? this.#apart + 1 : 0;
      if (this.#apart < APART_CHUNKS) return false;
    }
    this.#apart = 0;
    return true;
  }
}

/** Audio follows the video's offset at once when that costs at most this: a chunk or two. */
const SLEW_90K = 9000;

/** Chunks in a row that the video's offset puts elsewhere, within a jump: then it is no chunk from before the change. */
const APART_CHUNKS = 16;

/** Audio that begins further than this from the picture beside it has a clock of its own. */
const MAX_APART_90K = 10 * 90_000;
