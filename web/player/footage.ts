import { ContentTime } from './content-time.ts';
import type { Move, Stretch } from './edge.ts';
import { FootageEdge } from './footage-edge.ts';
import type { ServerMessage } from './protocol.ts';
import { Screen } from './screen.ts';
import type { PlaybackCommand } from './state.ts';

type Clock = Extract<ServerMessage, { type: 'clock' }>;
type Said = Extract<ServerMessage, { type: 'state' }>;

/** A paused playback with less than this to step to is let go on for a moment. */
const RESERVE_S = 0.2;
const FETCHED_S = 1;
const FETCH_WITHIN_MS = 4_000;

/** What recorded footage has and live media have not: a pace of its own, pauses for everybody, single pictures. */
export class Footage {
  /** The playback is paused. */
  isHeld = false;
  readonly #content = new ContentTime();
  readonly #edge = new FootageEdge();
  readonly #screen: Screen;
  readonly #video: HTMLVideoElement;
  readonly #control: (command: PlaybackCommand) => void;
  readonly #buffered: () => readonly Stretch[];
  #isFetching = false;
  /** Where somebody went, until it is shown. */
  #jumpToS: number | null = null;

  constructor(
    video: HTMLVideoElement,
    control: (command: PlaybackCommand) => void,
    buffered: () => readonly Stretch[],
  ) {
    this.#video = video;
    this.#screen = new Screen(video);
    this.#control = control;
    this.#buffered = buffered;
  }

  /** False for live media, of which only the content time is kept here. */
  get isOn(): boolean {
    return this.#content.isFootage;
  }

  get contentEpochMs(): number | null {
    return this.#content.epochMsAt(this.#shownS);
  }

  /** Seconds of content that a second shows; null for live media. */
  get speed(): number | null {
    const mark = this.#content.markAt(this.#shownS);
    return mark === undefined || mark.rate === null ? null : mark.rate * mark.scale;
  }

  /** Seconds of media behind the picture shown. */
  get aheadS(): number {
    return (this.#buffered().at(-1)?.end ?? 0) - this.#shownS;
  }

  get #shownS(): number {
    return this.isOn ? this.#screen.shownS : this.#video.currentTime;
  }

  /** The media that follow begin a new time line. */
  restart(): void {
    this.#content.clear();
    this.#edge.restart();
    this.newSource();
    this.#jumpToS = null;
  }

  /** The element gets another source. */
  newSource(): void {
    this.#screen.forget();
  }

  /** The connection is over. */
  release(): void {
    this.isHeld = false;
    this.#isFetching = false;
  }

  clock({ dts90k, time, rate, scale, isJump }: Clock): void {
    const atS = dts90k / 90_000;
    this.#content.add({ atS, epochMs: Date.parse(time), rate, scale });
    if (rate !== null) this.#screen.watch();
    if (isJump) this.#jumpToS = atS;
  }

  /** True when a state is the answer to what is done here, which nobody has to be told. */
  isOwn({ code, action }: Said): boolean {
    if (!this.#isFetching) return false;
    if (action === 'pause' || code) this.#isFetching = false;
    return true;
  }

  /** What to do to the video element; undefined for live media, which have an edge of their own. */
  move(nowMs: number): Move | null | undefined {
    const { currentTime } = this.#video;
    const rate = this.#content.markAt(currentTime)?.rate ?? null;
    if (rate === null) return undefined;
    const move = this.#edge.next(currentTime, this.#buffered(), nowMs, rate, this.isHeld, this.#jumpToS);
    if (move?.type === 'jump') this.#jumpToS = null;
    return move;
  }

  /** Shows the next picture of a paused playback, or the one before; false when there is none. */
  async step(by: number): Promise<boolean> {
    if (by > 0 && this.isHeld && !this.#isFetching && this.aheadS < RESERVE_S) await this.#fetch();
    return this.isHeld && this.#screen.step(by);
  }

  /** A paused device goes on for a moment, so that there is more to step to. */
  async #fetch(): Promise<void> {
    this.#isFetching = true;
    this.#control({ action: 'resume' });
    const untilMs = performance.now() + FETCH_WITHIN_MS;
    while (this.#isFetching && this.aheadS < FETCHED_S && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.#isFetching) this.#control({ action: 'pause' });
  }
}
