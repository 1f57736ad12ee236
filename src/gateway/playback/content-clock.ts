import type { FootageMap } from './footage-map.ts';

/**
 * When the pictures of one range of footage were filmed. Sans-IO. Content time is never taken from a clock of ours: the first
 * picture of a call was filmed when the range begins that was asked for, or where the device has footage next, unless its time stamp says
 * so itself (TS-12), and what follows by the difference of time stamps.
 */

const PTS_MODULUS = 2 ** 33;
const RTP_MODULUS = 2 ** 32;

/** TS-12: a time stamp that is a capture time lies so near to what was asked for: half a group of pictures, and a device clock that is a little off. By chance one in 5,000 does. */
const CAPTURE_TIME_SLACK_MS = 10_000;

/** A leap of the time stamps beyond this is another clock and no hole of the footage. 6 h, as in the time base of the feed. */
const MAX_HOLE_MS = 6 * 3_600_000;

/** PB-12: the time stamp of the first packet after a jump that a device names, when its clock goes on without a leap, is so near. */
const GOES_ON_90K = 180_000;
/** A device that named the packet before the jump has jumped by then. */
const BELIEVED_90K = 270_000;

/** Pictures further apart than this do not follow each other: a hole, a file joint, a seek. */
const LEAP_90K = 90_000;

/** Lists of footage have whole seconds, and pictures go on to the end of the last one: this near to an edge is at the edge. */
const EDGE_MS = 2000;

/** Seeks that are on their way at once; a device is told no more before it has answered. */
const MAX_EARLIER = 8;

export class ContentClock {
  /** Content seconds per second of media time: not 1 where a device squeezes time stamps to play faster (TS-10). */
  #scale = 1;
  /** Backwards (2022): groups of pictures come newest first. */
  #isReversed = false;
  #anchorEpochMs: number | null;
  /** Behind a seek: what a leap of the time stamps leads to. */
  #sought: number | null = null;
  /** Seeks before that one whose leap had not come when the next was told: it may come yet. */
  #earlier: number[] = [];
  /** PB-12: the time base where the pictures of the seek begin, of a device whose clock goes on. */
  #soughtDts: number | null = null;
  /** What was named was believed; a leap soon after shows that it was not so. */
  #believed: { readonly epochMs: number; readonly untilDts: number } | null = null;
  #baseDts = 0;
  #baseEpochMs = 0;
  /** Source time stamp and time base where the source's clock was placed last. */
  #placed: { readonly source90k: number; readonly dts90k: number } | null = null;
  #lastDts: number | null = null;
  /** Where footage is, when that is known. */
  #map: FootageMap | null = null;
  /** What the clock was set by, when no time stamp bears it out: a gap may lie there that nobody knew of. `source90k`: what it was then. */
  #asked: { readonly epochMs: number; readonly source90k: number | null } | null = null;
  /** The gap ahead of the newest picture. */
  #gap: { readonly startEpochMs: number; readonly endEpochMs: number } | null = null;
  /** Time stamps are capture times (TS-12). */
  isAbsolute = false;

  /** `startEpochMs`: what is asked for. */
  constructor(startEpochMs: number) {
    this.#anchorEpochMs = startEpochMs;
  }

  /** Content time of the newest picture; null before the first. */
  get positionEpochMs(): number | null {
    return this.#lastDts === null ? null : this.#at(this.#lastDts);
  }

  /** Where it is to be: where a seek or a call leads that has not come about yet, else the newest picture. */
  get aimEpochMs(): number {
    return this.#anchorEpochMs ?? this.#sought ?? this.#at(this.#lastDts ?? 0);
  }

  /** A picture of the present call has come. */
  get isAnchored(): boolean {
    return this.#anchorEpochMs === null;
  }

  /**
   * Where footage is has become known: a call or a seek that led into a gap began behind it. Answers whether what was said of
   * pictures since then was wrong.
   */
  know(map: FootageMap): boolean {
    this.#map = map;
    const asked = this.#asked;
    const next = asked === null ? null : map.from(asked.epochMs);
    if (next !== null) this.#asked = null;
    const isWrong = asked !== null && next !== null && next > asked.epochMs;
    if (isWrong) {
      const capture = asked.source90k === null ? null : captureTime(asked.source90k, next);
      this.isAbsolute = capture !== null;
      this.#baseEpochMs += (capture ?? next) - asked.epochMs;
    }
    this.#lookAhead();
    return isWrong;
  }

  /** A new call begins: its first picture was filmed then. */
  restart(startEpochMs: number): void {
    this.#anchorEpochMs = startEpochMs;
    this.#asked = null;
    this.#sought = null;
    this.#earlier = [];
    this.#soughtDts = null;
    this.#believed = null;
  }

  /**
   * The device was told to go there: where its time stamps leap next, it is there (TS-11). `rtpTime`: the time stamp of the first
   * packet from there, if the device says (PB-12); it counts when it follows on what came before, so that no leap will tell.
   */
  seek(epochMs: number, rtpTime: number | null = null): void {
    this.#earlier = this.#sought === null ? [] : [...this.#earlier, this.#sought].slice(-MAX_EARLIER);
    this.#sought = epochMs;
    this.#soughtDts = null;
    this.#believed = null;
    const last = this.#lastDts;
    if (rtpTime === null || last === null || this.#placed === null) return;
    const ahead = signed(rtpTime - (this.#placed.source90k + (last - this.#placed.dts90k)), RTP_MODULUS);
    if (Math.abs(ahead) <= GOES_ON_90K) this.#soughtDts = last + ahead;
  }

  /** Whether the device has not gone yet where it was told to. */
  get isSeeking(): boolean {
    return this.#sought !== null;
  }

  /** The point of the time base from which on it counts as it does now. */
  get base(): { readonly dts90k: number; readonly epochMs: number } {
    return { dts90k: this.#baseDts, epochMs: this.#baseEpochMs };
  }

  /** From the newest picture on, or from one since the last leap, time stamps count so. */
  rescale(scale: number, isReversed = false, fromDts90k: number | null = this.#lastDts): void {
    if (fromDts90k !== null) {
      const from = Math.max(fromDts90k, this.#baseDts);
      this.#baseEpochMs = this.#at(from);
      this.#baseDts = from;
    }
    this.#scale = scale;
    this.#isReversed = isReversed;
  }

  /** The source's clock was placed on the time base; the next picture is at `dts90k`. */
  placed(source90k: number, dts90k: number): void {
    const before = this.#placed;
    const last = this.#lastDts;
    this.#placed = { source90k, dts90k };
    if (this.#anchorEpochMs !== null || before === null || last === null) return;
    // what the time stamp of the picture before was, and how far this one is from it, over the wrap
    const lastSource = before.source90k + (last - before.dts90k);
    const deltaMs = signed(source90k - lastSource) / 90;
    const here = this.#at(last);
    const step = ((dts90k - last) / 90) * this.#scale;
    this.#baseDts = dts90k;
    this.#baseEpochMs = this.#afterLeap(here, step, deltaMs * this.#scale, source90k);
    this.#lookAhead();
  }

  /** A picture at `dts90k` of the time base; answers when it was filmed. In order. */
  picture(dts90k: number): number {
    const last = this.#lastDts;
    if (this.#anchorEpochMs !== null) {
      this.#baseDts = dts90k;
      this.#baseEpochMs = this.#anchored(this.#anchorEpochMs, dts90k);
      this.#anchorEpochMs = null;
      this.#lookAhead();
    } else if (this.#sought !== null && last !== null && dts90k - last > LEAP_90K) {
      // a time base that keeps its holes: the leap forward stands in it
      this.#baseEpochMs = this.#where(this.#at(dts90k), this.#sourceAt(dts90k));
      this.#baseDts = dts90k;
      this.#lookAhead();
    } else if (this.#sought !== null && this.#soughtDts !== null && dts90k >= this.#soughtDts) {
      this.#baseEpochMs = this.#led(this.#sought, this.#sourceAt(dts90k));
      this.#believed = { epochMs: this.#baseEpochMs, untilDts: dts90k + BELIEVED_90K };
      this.#baseDts = dts90k;
      this.#sought = null;
      this.#lookAhead();
    } else if (this.#hasRunOn(dts90k)) this.#overGap(dts90k);
    this.#lastDts = dts90k;
    return this.#at(dts90k);
  }

  /** When something was filmed that stands beside the newest pictures on the time base: sound. */
  beside(dts90k: number): number {
    return this.#at(dts90k);
  }

  /** Content time at any place of the time base since the last leap. */
  #at(dts90k: number): number {
    return this.#baseEpochMs + ((dts90k - this.#baseDts) / 90) * this.#scale;
  }

  #anchored(askedEpochMs: number, dts90k: number): number {
    const source90k = this.#sourceAt(dts90k);
    const led = this.#led(askedEpochMs, source90k);
    const capture = source90k === null ? null : captureTime(source90k, led);
    this.isAbsolute = capture !== null;
    if (capture !== null) this.#asked = null;
    return capture ?? led;
  }

  /** Where a device goes that is told to go there: behind the gap that is there (PB-15). */
  #led(epochMs: number, source90k: number | null): number {
    const led = this.#map?.from(epochMs) ?? null;
    this.#asked = led === null ? { epochMs, source90k } : null;
    return led ?? epochMs;
  }

  /** The source's time stamp at a place of the time base. */
  #sourceAt(dts90k: number): number | null {
    return this.#placed === null ? null : this.#placed.source90k + (dts90k - this.#placed.dts90k);
  }

  #lookAhead(): void {
    this.#gap = this.#map?.gapFrom(this.#baseEpochMs - EDGE_MS) ?? null;
  }

  /** PB-15: time stamps went on over a gap as if there were none. */
  #hasRunOn(dts90k: number): boolean {
    if (this.#gap === null || this.#isReversed || this.isAbsolute || this.#sought !== null) return false;
    return this.#at(dts90k) >= this.#gap.startEpochMs + EDGE_MS;
  }

  /** What came since the end of the footage before a gap was filmed behind it. A leap soon after shows that it was not so. */
  #overGap(dts90k: number): void {
    const gap = this.#gap;
    if (gap === null) return;
    this.#baseEpochMs = this.#at(dts90k) + gap.endEpochMs - gap.startEpochMs;
    this.#baseDts = dts90k;
    this.#believed = { epochMs: gap.endEpochMs, untilDts: dts90k + BELIEVED_90K };
    this.#lookAhead();
  }

  /** `step`: where the next picture would be, `delta`: what the time stamps say, both in ms of content after `here`. */
  #afterLeap(here: number, step: number, delta: number, source90k: number): number {
    if (this.#sought !== null) return this.#where(here + delta, source90k);
    const believed = this.#believed;
    this.#believed = null;
    if (believed !== null && (this.#lastDts ?? 0) < believed.untilDts) return believed.epochMs;
    if (this.isAbsolute) return captureTime(source90k, here, MAX_HOLE_MS) ?? here + step;
    const isLikely = Math.abs(delta) <= MAX_HOLE_MS && (this.#isReversed || delta > 0);
    const there = here + (isLikely ? delta : step);
    const gap = this.#isReversed ? null : this.#gap;
    // PB-15: the next file, whose clock begins anew; behind a gap when there is one
    const isAtGap = gap !== null && here >= gap.startEpochMs - EDGE_MS;
    return isAtGap && Math.abs(there - gap.endEpochMs) > CAPTURE_TIME_SLACK_MS ? gap.endEpochMs : there;
  }

  /** Behind a seek: by the time stamps when they agree with what was asked for, to the key frame before it; else as asked for. */
  #where(byStamps: number, source90k: number | null): number {
    const isNear = (epochMs: number) => Math.abs(byStamps - epochMs) <= CAPTURE_TIME_SLACK_MS;
    const earlier = this.#earlier.findIndex((epochMs) => isNear(this.#map?.from(epochMs) ?? epochMs));
    const sought = this.#led(this.#sought ?? byStamps, source90k);
    if (earlier >= 0 && !isNear(sought)) {
      // the place of a seek before this one, which was on its way
      this.#earlier = this.#earlier.slice(earlier + 1);
      this.#asked = null;
      return byStamps;
    }
    this.#sought = null;
    this.#earlier = [];
    if (Math.abs(byStamps - sought) > CAPTURE_TIME_SLACK_MS) return sought;
    this.#asked = null;
    return byStamps;
  }
}

/** The capture time that a 33-bit time stamp may be (Unix milliseconds × 90), near `epochMs`; null when it is none. */
function captureTime(source90k: number, epochMs: number, slackMs = CAPTURE_TIME_SLACK_MS): number | null {
  const offMs = signed(source90k - epochMs * 90) / 90;
  return Math.abs(offMs) <= slackMs ? epochMs + offMs : null;
}

/** A difference of time stamps over the wrap of 33 bits. */
function signed(ticks: number, modulus = PTS_MODULUS): number {
  const wrapped = ((ticks % modulus) + modulus) % modulus;
  return wrapped >= modulus / 2 ? wrapped - modulus : wrapped;
}
