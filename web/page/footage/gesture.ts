/** What a hand does on the time line: pan, pinch, seek, mark. Pure: no DOM. */
import { type Mark, markedBetween, markedIn, markedOut } from './mark.ts';
import { panned, type Scale, timeAt, xOf, zoomed } from './scale.ts';

/** Less than this is a click with an unsteady hand. */
const DRAG_PX = 5;
/** So near to a line it is taken hold of; fingers are broader. */
const GRIP_PX = { mouse: 6, touch: 16 } as const;

export interface Point {
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

/** What can be taken hold of. */
export interface Held {
  readonly scale: Scale;
  readonly mark: Mark;
  readonly headMs: number | null;
}

/** What a movement means, for whoever carries it out. */
export type Move =
  | { readonly type: 'window'; readonly scale: Scale }
  | { readonly type: 'mark'; readonly mark: Mark }
  /** The head is in the hand; nothing is sought yet. */
  | { readonly type: 'scrub'; readonly epochMs: number }
  | { readonly type: 'seek'; readonly epochMs: number; readonly y: number | null };

type Grip = 'window' | 'mark' | 'in' | 'out' | 'head';

/** The fingers or the pointer on the line, from the first touch to the last. */
export class Gesture {
  #points: Point[] = [];
  #grip: Grip = 'window';
  #start: Point | null = null;
  #startMs = 0;
  #isDragging = false;
  #mark: Mark | null = null;

  get isIdle(): boolean {
    return this.#points.length === 0;
  }

  /** True when `x` is on something that can be dragged. */
  static gripAt({ scale, mark, headMs }: Held, x: number, isTouch: boolean): Grip {
    const reach = isTouch ? GRIP_PX.touch : GRIP_PX.mouse;
    const isNear = (epochMs: number | null) => epochMs !== null && Math.abs(xOf(scale, epochMs) - x) <= reach;
    if (isNear(headMs)) return 'head';
    if (isNear(mark.inMs)) return 'in';
    return isNear(mark.outMs) ? 'out' : 'window';
  }

  down(point: Point, held: Held, o: { isShift: boolean; isTouch: boolean }): void {
    this.#points.push(point);
    if (this.#points.length > 1) {
      // a second finger: whatever the first one held is let go
      this.#grip = 'window';
      this.#isDragging = true;
      return;
    }
    this.#grip = o.isShift ? 'mark' : Gesture.gripAt(held, point.x, o.isTouch);
    this.#start = point;
    this.#startMs = timeAt(held.scale, point.x);
    this.#isDragging = false;
    this.#mark = held.mark;
  }

  move(point: Point, held: Held, nowMs: number): Move | null {
    const before = this.#points.find(({ id }) => id === point.id);
    if (before === undefined || this.#start === null) return null;
    this.#points = this.#points.map((one) => (one.id === point.id ? point : one));
    if (this.#points.length > 1) return this.#pinched(before, point, held.scale, nowMs);
    if (!this.#isDragging && Math.abs(point.x - this.#start.x) < DRAG_PX) return null;
    this.#isDragging = true;
    const epochMs = timeAt(held.scale, point.x);
    const mark = this.#mark ?? held.mark;
    switch (this.#grip) {
      case 'window':
        // what was touched stays under the hand, however many movements come between two pictures
        return { type: 'window', scale: panned(held.scale, point.x - xOf(held.scale, this.#startMs), nowMs) };
      case 'mark':
        return { type: 'mark', mark: markedBetween(this.#startMs, epochMs) };
      case 'in':
        return { type: 'mark', mark: markedIn(mark, epochMs) };
      case 'out':
        return { type: 'mark', mark: markedOut(mark, epochMs) };
      case 'head':
        return { type: 'scrub', epochMs };
    }
  }

  up(point: Point, held: Held): Move | null {
    const isLast = this.#points.length === 1;
    this.#points = this.#points.filter(({ id }) => id !== point.id);
    if (!isLast || this.#start === null) return null;
    const epochMs = timeAt(held.scale, point.x);
    const wasDragging = this.#isDragging;
    const { y } = this.#start;
    this.#start = null;
    this.#isDragging = false;
    if (!wasDragging) return this.#grip === 'mark' ? null : { type: 'seek', epochMs, y };
    return this.#grip === 'head' ? { type: 'seek', epochMs, y: null } : null;
  }

  /** The system took the pointer away: nothing was meant. */
  cancel(): void {
    this.#points = [];
    this.#start = null;
    this.#isDragging = false;
  }

  /** Two fingers: the distance zooms, the middle moves. */
  #pinched(before: Point, now: Point, scale: Scale, nowMs: number): Move | null {
    const other = this.#points.find(({ id }) => id !== now.id);
    if (other === undefined) return null;
    const apart = (point: Point) => Math.max(20, Math.hypot(point.x - other.x, point.y - other.y));
    const next = zoomed(scale, (before.x + other.x) / 2, apart(before) / apart(now), nowMs);
    return { type: 'window', scale: panned(next, (now.x - before.x) / 2, nowMs) };
  }
}
