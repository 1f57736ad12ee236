import type { ClockMark } from './content-time.ts';
import type { bridge, Move, Stretch } from './edge.ts';
import { FootageEdge } from './footage-edge.ts';
import type { ServerMessage } from './protocol.ts';
import { Screen } from './screen.ts';
import type { PlaybackCommand } from './state.ts';

type Said = Extract<ServerMessage, { type: 'state' }>;

/** A paused playback with less than this to step to is let go on for a moment. */
const RESERVE_S = 0.2;
const FETCHED_S = 1;
const FETCH_WITHIN_MS = 4_000;

/** What the rest of the player hands to this part, which is loaded later and shares no code with it. */
export interface FootagePacePorts {
  readonly video: HTMLVideoElement;
  control(command: PlaybackCommand): void;
  buffered(): readonly Stretch[];
  /** The playback is paused. */
  isHeld(): boolean;
  readonly bridge: typeof bridge;
}

/** How the pictures of recorded footage get on the screen: at a pace of their own, and one by one. */
export class FootagePace {
  readonly #ports: FootagePacePorts;
  readonly #edge: FootageEdge;
  readonly #screen: Screen;
  #isFetching = false;
  /** Where somebody went, until it is shown. */
  #jumpToS: number | null = null;

  constructor(ports: FootagePacePorts) {
    this.#ports = ports;
    this.#edge = new FootageEdge(ports.bridge);
    this.#screen = new Screen(ports.video);
  }

  /** Seconds of the media time line where the picture on the screen begins. */
  get shownS(): number {
    return this.#screen.shownS;
  }

  /** Seconds of media behind the picture shown. */
  get aheadS(): number {
    return (this.#ports.buffered().at(-1)?.end ?? 0) - this.shownS;
  }

  /** The media that follow begin a new time line. */
  restart(): void {
    this.#edge.restart();
    this.#jumpToS = null;
  }

  /** The element gets another source. */
  newSource(): void {
    this.#screen.forget();
  }

  /** The connection is over. */
  release(): void {
    this.#isFetching = false;
  }

  /** A mark of the clock came; `isJump`: somebody went there. */
  mark(atS: number, isJump: boolean): void {
    this.#screen.watch();
    if (isJump) this.#jumpToS = atS;
  }

  /** True when a state is the answer to what is done here, which nobody has to be told. */
  isOwn({ code, action }: Said): boolean {
    if (!this.#isFetching) return false;
    if (action === 'pause' || code) this.#isFetching = false;
    return true;
  }

  /** What to do to the video element. */
  move(nowMs: number, rate: NonNullable<ClockMark['rate']>): Move | null {
    const { video, buffered, isHeld } = this.#ports;
    const move = this.#edge.next(video.currentTime, buffered(), nowMs, rate, isHeld(), this.#jumpToS);
    // a gap on the way there is crossed by a jump as well
    if (move?.type === 'jump' && this.#jumpToS !== null && move.to >= this.#jumpToS) this.#jumpToS = null;
    return move;
  }

  /** Shows the next picture of a paused playback, or the one before; false when there is none. */
  async step(by: number): Promise<boolean> {
    if (by > 0 && this.#ports.isHeld() && !this.#isFetching && this.aheadS < RESERVE_S) await this.#fetch();
    return this.#ports.isHeld() && this.#screen.step(by);
  }

  /** A paused device goes on for a moment, so that there is more to step to. */
  async #fetch(): Promise<void> {
    this.#isFetching = true;
    this.#ports.control({ action: 'resume' });
    const untilMs = performance.now() + FETCH_WITHIN_MS;
    while (this.#isFetching && this.aheadS < FETCHED_S && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.#isFetching) this.#ports.control({ action: 'pause' });
  }
}
