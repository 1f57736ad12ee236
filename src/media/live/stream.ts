import type { FeedEvent, Fragment, InitSegment } from '../frame.ts';
import { Gop } from './gop.ts';
import { clockText, endText, type FootageClock, initText, type Pace, stateText } from './message.ts';
import { type Missing, NOTHING_MISSING, Viewer, type ViewerSink } from './viewer.ts';

/** A hole that is longer is a break of the stream, which `state` tells: nobody counts its frames. */
const LONGEST_HOLE_TICKS = 2 * 90_000;

/** A recorder, or whoever else wants every fragment of a stream. Its methods do not throw. */
export interface StreamConsumer {
  /** The init segment in force, before its first fragment. */
  init(init: InitSegment): void;
  /** Every fragment in order, from a key frame on. */
  fragment(fragment: Fragment): void;
  /** Nothing more comes. */
  end(reason: string): void;
}

export interface StreamOptions {
  readonly id: string;
  /** What viewers get after a loss: every whole frame, or nothing until the next key frame. Recorders get every frame. */
  readonly loss: 'deliver' | 'wait';
  readonly clock: { nowMs(): number; epochMs(): number };
  /** Recorded footage: when a key frame was filmed, and how what follows is to be played. Live media has the time of its arrival. */
  readonly footage?: { filmedEpochMs(key: Fragment): number; clock(key: Fragment): FootageClock; pace(): Pace };
}

interface Subscription {
  readonly consumer: StreamConsumer;
  /** It has had its key frame. */
  started: boolean;
  detached: boolean;
}

/**
 * One feed and all who share it. Synchronous: a fragment that comes in has left for every viewer when `push` returns.
 * The lists are replaced, never changed, because a viewer may close itself while it is being served.
 */
export class Stream {
  readonly id: string;
  /** Called with the number of viewers whenever it changes. */
  onViewersChanged?: (count: number) => void;
  readonly #options: StreamOptions;
  readonly #gop = new Gop();
  #init: { segment: InitSegment; text: string } | null = null;
  #viewers: readonly Viewer[] = [];
  #consumers: readonly Subscription[] = [];
  #stateText: string | null = null;
  #ended: { reason: string; closeCode: number } | null = null;
  #keyEpochMs: number | null = null;
  /** Of the newest video frame: its dts (−1: none yet) and its distance to the one before. */
  #dts90k = -1;
  #spacing90k = 0;

  constructor(options: StreamOptions) {
    this.id = options.id;
    this.#options = options;
  }

  get init(): InitSegment | null {
    return this.#init?.segment ?? null;
  }

  get viewers(): number {
    return this.#viewers.length;
  }

  /** Wall clock of the first fragment a new viewer or recorder gets at once; null when it waits for the next key frame. */
  get gopEpochMs(): number | null {
    return this.#gop.entries.length === 0 ? null : this.#keyEpochMs;
  }

  /** Fragments since the last key frame, that one first (for a snapshot, say). */
  gop(): readonly Fragment[] {
    return this.#gop.entries.map((entry) => entry.fragment);
  }

  /** One event of the feed, in order. */
  push(event: FeedEvent): void {
    if (this.#ended !== null) return;
    if (event.type === 'fragment') this.#fragment(event.fragment);
    else if (event.type === 'init') this.#newInit(event.init);
  }

  /** Attaches a viewer; what a decoder needs to start goes out before this returns. */
  addViewer(sink: ViewerSink, o: { protocol: boolean; singleInit: boolean }): Viewer {
    const viewer = new Viewer(sink, {
      protocol: o.protocol,
      singleInit: o.singleInit,
      loss: this.#options.loss,
      onClosed: (closed) => this.#removeViewer(closed),
      nowMs: () => this.#options.clock.nowMs(),
      rate: () => this.#options.footage?.pace().rate ?? 1,
    });
    if (this.#ended !== null) {
      viewer.text(endText(this.#ended.reason));
      viewer.end(this.#ended.closeCode, this.#ended.reason);
      return viewer;
    }
    this.#viewers = [...this.#viewers, viewer];
    if (this.#stateText !== null) viewer.text(this.#stateText);
    viewer.start(this.#init, this.#gop.entries);
    this.onViewersChanged?.(this.#viewers.length);
    return viewer;
  }

  /** Attaches a consumer: init segment and group of pictures in force at once, then everything. The answer detaches it. */
  subscribe(consumer: StreamConsumer): () => void {
    if (this.#ended !== null) {
      consumer.end(this.#ended.reason);
      return () => {};
    }
    const entry: Subscription = { consumer, started: this.#gop.entries.length > 0, detached: false };
    this.#consumers = [...this.#consumers, entry];
    const { entries } = this.#gop;
    if (this.#init !== null) consumer.init(this.#init.segment);
    for (const { fragment } of entries) consumer.fragment(fragment);
    return () => {
      entry.detached = true;
      this.#consumers = this.#consumers.filter((one) => one !== entry);
    };
  }

  /** Tells viewers, present and to come, how the stream is: `stalled`, `playing`, … */
  setState(state: string, code?: string): void {
    this.#stateText = stateText(state, code ?? null);
    for (const viewer of this.#viewers) viewer.text(this.#stateText);
  }

  /** Footage: from this point of the media time line on, its clock and pace are not what was said with the key frame before. */
  reclock(dts90k: number, epochMs: number): void {
    const { footage } = this.#options;
    if (footage === undefined || this.#viewers.length === 0) return;
    const text = clockText(dts90k, epochMs, { ...footage.pace(), key: false });
    for (const viewer of this.#viewers) viewer.text(text);
  }

  /** Ends viewers and consumers. Idempotent; the first reason stays. */
  end(reason: string, closeCode: number): void {
    if (this.#ended !== null) return;
    this.#ended = { reason, closeCode };
    this.#gop.clear();
    const text = endText(reason);
    for (const viewer of this.#viewers) {
      viewer.text(text);
      viewer.end(closeCode, reason);
    }
    const consumers = this.#consumers;
    this.#consumers = [];
    for (const { consumer } of consumers) consumer.end(reason);
  }

  #newInit(segment: InitSegment): void {
    // Viewers get it with their next key frame: what a slow one is still to receive belongs to the old segment.
    this.#init = { segment, text: initText(segment) };
    this.#gop.clear();
    for (const entry of this.#consumers) {
      if (entry.detached) continue;
      entry.started = false;
      entry.consumer.init(segment);
    }
  }

  #fragment(fragment: Fragment): void {
    const text = fragment.isKey ? this.#clockText(fragment) : null;
    const missing = this.#missingBefore(fragment);
    this.#gop.push(fragment, text);
    const init = this.#init?.segment ?? null;
    const initMessage = this.#init?.text ?? '';
    const viewers = this.#viewers;
    for (let i = 0; i < viewers.length; i += 1) viewers[i]!.offer(fragment, text, init, initMessage, missing);
    for (const entry of this.#consumers) {
      if (entry.detached || (!entry.started && !fragment.isKey)) continue;
      entry.started = true;
      entry.consumer.fragment(fragment);
    }
  }

  /** How many frames, as close together as those before, fill the hole before `fragment`. */
  #missingBefore(fragment: Fragment): Missing {
    // Sound that leaves alone says nothing of pictures.
    if (fragment.samples[0]?.track === 'audio') return NOTHING_MISSING;
    const spacing = this.#spacing90k;
    const distance = this.#dts90k < 0 ? 0 : fragment.dts90k - this.#dts90k;
    this.#dts90k = fragment.dts90k;
    if (!fragment.afterLoss) {
      this.#spacing90k = distance;
      return NOTHING_MISSING;
    }
    const frames = spacing > 0 && distance <= LONGEST_HOLE_TICKS ? Math.round(distance / spacing) - 1 : 0;
    return frames > 0 ? { frames, ticks: frames * spacing } : NOTHING_MISSING;
  }

  /** Live content has the wall clock of its arrival. */
  #clockText(key: Fragment): string {
    const { clock, footage } = this.#options;
    if (footage !== undefined) {
      this.#keyEpochMs = footage.filmedEpochMs(key);
      return clockText(key.dts90k, this.#keyEpochMs, footage.clock(key));
    }
    this.#keyEpochMs = clock.epochMs() - (clock.nowMs() - key.arrivedMs);
    return clockText(key.dts90k, this.#keyEpochMs);
  }

  #removeViewer(viewer: Viewer): void {
    const remaining = this.#viewers.filter((one) => one !== viewer);
    if (remaining.length === this.#viewers.length) return;
    this.#viewers = remaining;
    this.onViewersChanged?.(remaining.length);
  }
}
