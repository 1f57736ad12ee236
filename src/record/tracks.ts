/** How a feed's samples become those of a file: which track and sample entry, and where on the file's time line. */
import type { Fragment, InitSegment, Sample } from '../media/frame.ts';
import { findBox } from './box.ts';
import { codecOf, type MovieTrack, readMovie } from './movie.ts';

/**
 * Different descriptions in one file: a recorder changes its picture size a few times a day; a source that makes them up
 * fills no memory and no reserve.
 */
export const MAX_SAMPLE_ENTRIES = 64;

/**
 * The longest break that a file can show, 6.5 hours: readers take a sample's duration for a number with a sign (31 bits at
 * 90 kHz). A longer one is shown as this.
 */
export const MAX_GAP_SECONDS = 6.5 * 3600;

/** Where a source stands in the file: what its feed calls `dts90k` is `at90k` in the file, both in 90 kHz. */
export interface Joint {
  readonly dts90k: number;
  readonly at90k: number;
  /** The same for its sound, in the timescale of that, when it is known to the sample. */
  readonly audio?: { readonly dts: number; readonly at: number };
}

/** Where the samples of one kind go. */
interface Route {
  /** Which of the file's tracks, from 0. */
  readonly lane: number;
  readonly entry: number;
  /** Timescales of the feed and of the file's track. */
  readonly from: number;
  readonly to: number;
  /** The feed's time at the file's time 0. */
  base: number;
}

export interface Placed {
  readonly lane: number;
  readonly entry: number;
  readonly timescale: number;
  /** In the file's time and timescale. */
  readonly dts: number;
  readonly duration: number;
  readonly compositionOffset: number;
}

/** The tracks an init segment describes; none when it cannot be read. */
export function tracksOf(init: InitSegment): readonly MovieTrack[] {
  const moov = findBox(init.bytes, 'moov')?.payload;
  return (moov && readMovie(moov)?.tracks) ?? [];
}

/**
 * Which of a file's tracks (from 0) and which of its sample entries (from 1) stand for an entry of another file's track or of
 * an init segment. A track and an entry that are new are added to the list.
 */
export function entryOf(
  list: MovieTrack[],
  track: MovieTrack,
  entry: Uint8Array,
): { lane: number; entry: number; isNew: boolean } {
  let lane = list.findIndex((one) => one.kind === track.kind && codecOf(one.entries[0]!) === codecOf(entry));
  if (lane < 0) {
    const id = Math.max(0, ...list.map((one) => one.id)) + 1;
    lane = list.push({ ...track, id, entries: [] }) - 1;
  }
  const { entries } = list[lane]!;
  const known = entries.findIndex((one) => Buffer.compare(one, entry) === 0);
  if (known >= 0) return { lane, entry: known + 1, isNew: false };
  return { lane, entry: entries.push(entry), isNew: true };
}

/**
 * When the earliest sample of a fragment is due, in seconds of the feed; its sound has that timescale. Not a number when it holds no
 * sample, or sound of an unknown timescale.
 */
export function firstSecondsOf(fragment: Fragment, audioTimescale: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { track, dts } of fragment.samples) {
    // A frame behind a hole is decoded where the hole begins; the recording begins where it ends.
    first = Math.min(first, track === 'video' ? fragment.dts90k / 90_000 : dts / audioTimescale);
  }
  return first;
}

/** Sound may be older than the picture it comes with by as much as devices let it lead. */
const MAX_LEAD_SECONDS = 1;

/**
 * The first fragment of a recording. Sound that is far older than its picture fills a break of the stream, and the recording begins
 * behind that: without it.
 */
export function withoutFilling(first: Fragment, audioTimescale: number): Fragment {
  const beginsAt = first.dts90k / 90_000;
  if (!(beginsAt - firstSecondsOf(first, audioTimescale) > MAX_LEAD_SECONDS)) return first;
  const isKept = ({ track, dts }: Sample) => track === 'video' || dts / audioTimescale >= beginsAt;
  return { ...first, samples: first.samples.filter(isKept) };
}

export class Tracks {
  /** As the file has them; entries and tracks are only ever added. */
  readonly list: MovieTrack[];
  #routes = new Map<'video' | 'audio', Route>();

  constructor(list: MovieTrack[]) {
    this.list = list;
  }

  /** Lanes in force. */
  get lanes(): number[] {
    return [...this.#routes.values()].map(({ lane }) => lane);
  }

  /**
   * Samples come as this init segment describes them. One of the codec of a track goes there, with a sample entry of its own
   * when it is described otherwise. Another codec gets a track of its own, because ffmpeg (and what is made with it) reads
   * tracks of one codec only. Answers whether the file's description has changed; null: there are too many descriptions.
   */
  declare(init: InitSegment): boolean | null {
    const old = this.#routes;
    this.#routes = new Map();
    let isChanged = false;
    for (const track of tracksOf(init)) {
      const { lane, entry, isNew } = entryOf(this.list, track, track.entries[0]!);
      isChanged ||= isNew;
      const base = rebased(old.get(track.kind), track, [...old.values()]);
      this.#routes.set(track.kind, { lane, entry, from: track.timescale, to: this.list[lane]!.timescale, base });
    }
    return this.list.reduce((sum, { entries }) => sum + entries.length, 0) > MAX_SAMPLE_ENTRIES ? null : isChanged;
  }

  /** The file's time 0 is the earliest sample of its first fragment, the same instant for all tracks. False: it holds none. */
  begin(fragment: Fragment): boolean {
    const seconds = firstSecondsOf(fragment, this.#routes.get('audio')?.from ?? Number.NaN);
    if (!Number.isFinite(seconds)) return false;
    for (const route of this.#routes.values()) route.base = Math.floor(seconds * route.from + 1e-6);
    return true;
  }

  /** Samples come from a feed that stands there. */
  join({ dts90k, at90k, audio }: Joint): void {
    for (const [kind, route] of this.#routes) {
      route.base = Math.floor(((dts90k - at90k) * route.from) / 90_000 + 1e-6);
      if (kind === 'audio' && audio !== undefined) route.base = audio.dts - audio.at;
    }
  }

  /** Where a sample goes; null: nowhere. */
  place(sample: Sample): Placed | null {
    const route = this.#routes.get(sample.track);
    if (route === undefined) return null;
    const { lane, entry, from, to, base } = route;
    const { duration, compositionOffset } = sample;
    const dts = sample.dts - base;
    if (from === to) return { lane, entry, timescale: to, dts, duration, compositionOffset };
    const scaled = (time: number) => Math.round((time * to) / from);
    return {
      lane,
      entry,
      timescale: to,
      dts: scaled(dts),
      duration: scaled(dts + duration) - scaled(dts),
      compositionOffset: scaled(compositionOffset),
    };
  }
}

/** Base of a track in a feed whose time goes on; as its like had it, or the other track's instant. */
function rebased(same: Route | undefined, track: MovieTrack, others: readonly Route[]): number {
  const known = same ?? others[0];
  if (known === undefined) return 0;
  return known.from === track.timescale ? known.base : Math.floor((known.base * track.timescale) / known.from + 1e-6);
}
