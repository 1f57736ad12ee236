/**
 * What a device makes of a speed it was told (GB/T 28181-2022 annex B, `Scale`). Sans-IO. Half of all devices send the same time stamps
 * faster (TS-9), the others squeeze them (TS-10), and some say 200 and do nothing (PB-13): the pace at which pictures come tells
 * which.
 */

/** A change of speed begins with what was still on its way. */
const SETTLE_MS = 300;
/** How long pictures are counted: the device is caught within 3 s of its answer. */
const COUNT_MS = 2300;
/** Fewer tell nothing: a camera of 1 frame a second at a quarter of its speed. Then it is counted on, up to `COUNT_LIMIT_MS`. */
const MIN_PICTURES = 4;
const COUNT_LIMIT_MS = 9000;
/** Weight of the newest distance in what is usual: settled after a second of 25 frames. */
const WEIGHT = 1 / 8;

/** Pictures of a change that are remembered, to find the one with which it began: 4 s at 8 times 25 a second. */
const KEPT_PICTURES = 1024;

/** `scale`: content seconds per second of media time. `rate`: seconds of media time per second of the wall, to be played at. */
export interface Paced {
  readonly scale: number;
  readonly rate: number;
  /** The picture from which on it is so. */
  readonly fromDts90k: number;
}

interface Count {
  readonly speed: number;
  readonly before: number;
  readonly sinceMs: number;
  first: { readonly dts90k: number; readonly atMs: number } | null;
  lastDts: number;
  lastMs: number;
  pictures: number;
  isKeysOnly: boolean;
  /** Every picture since the device was told. */
  readonly all: number[];
  /** Distance of pictures before it. */
  readonly old: number | null;
}

export class SpeedWatch {
  /** Usual distances at real speed, 90 kHz: of pictures, and of key frames. */
  #spacing: number | null = null;
  #keySpacing: number | null = null;
  /** What distances of pictures have been lately, at whatever speed. */
  #recent: number | null = null;
  #lastDts: number | null = null;
  #lastKeyDts: number | null = null;
  #count: Count | null = null;
  #isPlain = true;

  /** The device was told to go from speed `before` to `speed` (above 0) and did not object. */
  expect(speed: number, before: number, nowMs: number): void {
    this.#isPlain = false;
    const sinceMs = nowMs + SETTLE_MS;
    this.#count = {
      speed,
      before,
      sinceMs,
      first: null,
      lastDts: 0,
      lastMs: 0,
      pictures: 0,
      isKeysOnly: true,
      all: [],
      old: this.#recent,
    };
  }

  /** Nothing is expected any more; `isPlain`: pictures come at real speed from here on. */
  forget(isPlain: boolean): void {
    this.#count = null;
    this.#isPlain = isPlain;
    this.#lastDts = null;
    this.#lastKeyDts = null;
  }

  /**
   * A picture of the time base, which came at `nowMs`. Answers as soon as a change of distances shows that time stamps are squeezed:
   * content time is wrong until then.
   */
  picture(dts90k: number, isKey: boolean, nowMs: number): Paced | null {
    this.#learn(dts90k, isKey);
    const count = this.#count;
    if (count === null) return null;
    if (count.all.length < KEPT_PICTURES) count.all.push(dts90k);
    const squeezed = this.#squeezed(count);
    if (nowMs < count.sinceMs) return squeezed;
    count.pictures += 1;
    count.isKeysOnly &&= isKey;
    count.first ??= { dts90k, atMs: nowMs };
    count.lastDts = dts90k;
    count.lastMs = nowMs;
    return squeezed;
  }

  /** Non-null once: when so many pictures in a row have the distance of this speed, and those before had another one. */
  #squeezed({ all, speed, old }: Count): Paced | null {
    const wanted = (this.#spacing ?? 0) / speed;
    if (!(wanted > 0) || old === null || far(wanted, old) < SQUEEZED_AT_LEAST) return null;
    const from = all.length - 1 - SQUEEZED_PICTURES;
    const isOne = (i: number) => i > 0 && far(Math.max(1, all[i]! - all[i - 1]!), wanted) < SAME;
    for (let i = from + 1; i < all.length; i += 1) if (!isOne(i)) return null;
    return isOne(from) ? null : { scale: speed, rate: 1, fromDts90k: all[Math.max(0, from)]! };
  }

  /** What the device made of it; null while that cannot be said, or nothing is expected. */
  look(nowMs: number): Paced | 'ignored' | null {
    const count = this.#count;
    if (count === null || nowMs < count.sinceMs + COUNT_MS) return null;
    const { first, pictures, speed, before } = count;
    if (first === null || pictures < MIN_PICTURES || count.lastMs <= first.atMs) {
      if (nowMs < count.sinceMs + COUNT_LIMIT_MS) return null;
      this.#count = null;
      return 'ignored';
    }
    this.#count = null;
    const media = count.lastDts - first.dts90k;
    const mediaRate = media / 90 / (count.lastMs - first.atMs);
    const squeeze = this.#squeeze(media / (pictures - 1), count.isKeysOnly, speed);
    const contentRate = mediaRate / squeeze;
    if (!(contentRate > 0) || far(contentRate, speed) > far(contentRate, before)) return 'ignored';
    const fromDts90k = began(count, media / (pictures - 1)) ?? first.dts90k;
    return { scale: 1 / squeeze, rate: speed * squeeze, fromDts90k };
  }

  /** Seconds of media time per second of content: 1, or 1 / speed where time stamps are squeezed. */
  #squeeze(spacing: number, isKeysOnly: boolean, speed: number): number {
    const usual = isKeysOnly ? this.#keySpacing : this.#spacing;
    if (usual === null) return 1;
    return far(spacing, usual) <= far(spacing, usual / speed) ? 1 : 1 / speed;
  }

  #learn(dts90k: number, isKey: boolean): void {
    const distance = this.#lastDts === null ? null : dts90k - this.#lastDts;
    this.#lastDts = dts90k;
    if (distance !== null && distance > 0) {
      if (this.#count === null) this.#recent = smooth(this.#recent, distance);
      if (this.#isPlain) this.#spacing = smooth(this.#spacing, distance);
    }
    if (!isKey || !this.#isPlain) return;
    if (this.#lastKeyDts !== null) this.#keySpacing = smooth(this.#keySpacing, dts90k - this.#lastKeyDts);
    this.#lastKeyDts = dts90k;
  }
}

/** Distances that differ by less are the same: a tenth. */
const SAME = 0.1;
/** So many in a row are no accident. */
const SQUEEZED_PICTURES = 4;
/** A smaller change of speed than by a third is no change: there is none among those that can be asked for. */
const SQUEEZED_AT_LEAST = 0.3;

/** The first picture that is followed by the next at the distance `spacing` rather than at that of before the change. */
function began({ all, old }: Count, spacing: number): number | null {
  if (old === null || far(spacing, old) < SAME) return all[0] ?? null;
  for (let i = 0; i + 1 < all.length; i += 1) {
    const distance = all[i + 1]! - all[i]!;
    if (distance > 0 && far(distance, spacing) < far(distance, old)) return all[i]!;
  }
  return null;
}

function smooth(usual: number | null, distance: number): number {
  return usual === null ? distance : usual + (distance - usual) * WEIGHT;
}

/** How far apart two paces are, as one hears or sees it. */
function far(a: number, b: number): number {
  return Math.abs(Math.log(a / b));
}
