import { ContentTime } from './content-time.ts';
import { bridge, type Move, type Stretch } from './edge.ts';
import type { FootagePace } from './footage-pace.ts';
import type { ServerMessage } from './protocol.ts';
import type { PlaybackCommand } from './state.ts';

type Clock = Extract<ServerMessage, { type: 'clock' }>;
type Said = Extract<ServerMessage, { type: 'state' }>;

/**
 * What recorded footage has and live media have not: a pace of its own, pauses for everybody, single pictures. Who only watches live
 * never loads what does it.
 */
export class Footage {
  /** The playback is paused. */
  isHeld = false;
  readonly #content = new ContentTime();
  readonly #video: HTMLVideoElement;
  readonly #control: (command: PlaybackCommand) => void;
  readonly #buffered: () => readonly Stretch[];
  #pace: FootagePace | null = null;
  #load: 'none' | 'loading' | 'failed' = 'none';

  constructor(
    video: HTMLVideoElement,
    control: (command: PlaybackCommand) => void,
    buffered: () => readonly Stretch[],
  ) {
    this.#video = video;
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
    return (this.isOn ? this.#pace?.shownS : null) ?? this.#video.currentTime;
  }

  /** The media that follow begin a new time line. */
  restart(): void {
    this.#content.clear();
    this.#pace?.restart();
    this.newSource();
    if (this.#load === 'failed') this.#load = 'none';
  }

  /** The element gets another source. */
  newSource(): void {
    this.#pace?.newSource();
  }

  /** The connection is over. */
  release(): void {
    this.isHeld = false;
    this.#pace?.release();
  }

  clock({ dts90k, time, rate, scale, isJump }: Clock): void {
    const atS = dts90k / 90_000;
    this.#content.add({ atS, epochMs: Date.parse(time), rate, scale });
    if (rate === null) return;
    if (this.#pace !== null) this.#pace.mark(atS, isJump);
    else if (this.#load === 'none') void this.#loadPace(atS);
  }

  /** True when a state is the answer to what is done here, which nobody has to be told. */
  isOwn(said: Said): boolean {
    return this.#pace?.isOwn(said) ?? false;
  }

  /** What to do to the video element; undefined where the live edge is followed. */
  move(nowMs: number): Move | null | undefined {
    const rate = this.#content.markAt(this.#video.currentTime)?.rate ?? null;
    // without its own part footage is played as live media are
    if (rate === null || this.#load === 'failed') return undefined;
    return this.#pace?.move(nowMs, rate) ?? null;
  }

  /** Shows the next picture of a paused playback, or the one before; false when there is none. */
  async step(by: number): Promise<boolean> {
    return (await this.#pace?.step(by)) ?? false;
  }

  async #loadPace(atS: number): Promise<void> {
    this.#load = 'loading';
    try {
      const { FootagePace } = await import('./footage-pace.ts');
      this.#pace = new FootagePace({
        video: this.#video,
        control: this.#control,
        buffered: this.#buffered,
        isHeld: () => this.isHeld,
        bridge,
      });
      // the player may be closed by now
      if (this.isOn) this.#pace.mark(atS, false);
    } catch {
      this.#load = 'failed';
    }
  }
}
