/** When the pictures of a stream were filmed, by the `clock` messages that came with them. Pure: no DOM, no clock. */

/** One `clock` message: this point of the media time line was filmed then, and from there on time counts so. */
export interface ClockMark {
  /** Seconds of the media time line. */
  readonly atS: number;
  readonly epochMs: number;
  /** Recorded footage: seconds of media that are to be shown in a second; null for live media. */
  readonly rate: number | null;
  /** Seconds of content in a second of media: not 1 where a device squeezes its time stamps to play faster. */
  readonly scale: number;
}

/** A quarter of an hour of one a second; the buffer holds less. */
const MAX_MARKS = 900;

/** The clock of each stretch of the buffer: what plays now may have come long before the newest media. */
export class ContentTime {
  #marks: ClockMark[] = [];

  /** The time line begins anew. */
  clear(): void {
    this.#marks = [];
  }

  /** Whether this is recorded footage, which has a pace of its own. */
  get isFootage(): boolean {
    return (this.#marks.at(-1)?.rate ?? null) !== null;
  }

  /** What was said of later media before is taken back: a device's pace is known only after a while. */
  add(mark: ClockMark): void {
    this.#marks = [...this.#marks.filter(({ atS }) => atS < mark.atS), mark].slice(-MAX_MARKS);
  }

  /** The mark in force at this place of the media time line. */
  markAt(atS: number): ClockMark | undefined {
    return this.#marks.findLast((mark) => mark.atS <= atS) ?? this.#marks[0];
  }

  /** Epoch milliseconds of what stands at this place; null before the first mark. */
  epochMsAt(atS: number): number | null {
    const mark = this.markAt(atS);
    return mark === undefined ? null : mark.epochMs + (atS - mark.atS) * mark.scale * 1_000;
  }
}
