import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Mark } from './areas.ts';
import {
  type Box,
  boxAround,
  boxBetween,
  type Cell,
  cellAt,
  type Grip,
  gripOf,
  moved,
  resized,
  type Size,
  WHOLE,
} from './box.ts';

/** So near to a side a mouse holds it, and a finger. */
const REACH_PX = 6;
const FINGER_REACH_PX = 14;
/** Nobody's hand is quite still: less is a click. */
const STILL_PX = 5;

interface Wish {
  frame: RefObject<HTMLElement | null>;
  /** Of the picture, in pixels. */
  size: Size;
  cellPx: number;
  raster: Size;
  least: number;
  /** Boxes are drawn and resized; places are only put and moved. */
  isBoxes: boolean;
  isOff: boolean;
  /** The next press draws, whatever is below it. */
  isArmed: boolean;
  canAdd: boolean;
  marks: readonly Mark[];
  chosenKey: Mark['key'] | null;
  onChoose: (key: Mark['key'] | null) => void;
  onSet: (key: Mark['key'], box: Box) => void;
  onAdd: (box: Box) => void;
}

interface Gesture {
  readonly pointerId: number;
  readonly from: Cell;
  readonly fromX: number;
  readonly fromY: number;
  /** What is held; null while a new one is drawn. */
  readonly held: { readonly key: Mark['key']; readonly grip: Grip; readonly box: Box } | null;
  isMoved: boolean;
}

/** The pointer over a picture: what it draws, moves and resizes. A finger that is not told to draw scrolls the page. */
export function useDrawing(wish: Wish) {
  const [drawn, setDrawn] = useState<Box | null>(null);
  const gesture = useRef<Gesture | null>(null);
  const now = useRef(wish);
  now.current = wish;

  function cellOf(event: PointerEvent): Cell {
    const { frame, size, cellPx } = now.current;
    const rect = frame.current?.getBoundingClientRect() ?? new DOMRect();
    const share = (value: number, length: number) => (length === 0 ? 0 : value / length);
    return cellAt(
      { x: share(event.clientX - rect.left, rect.width), y: share(event.clientY - rect.top, rect.height) },
      size,
      cellPx,
    );
  }

  /** What is under the pointer: the chosen one before those that lie on it, then the topmost. */
  function heldAt(event: PointerEvent): { readonly mark: Mark; readonly grip: Grip } | null {
    const { frame, marks, chosenKey, isBoxes } = now.current;
    const reach = event.pointerType === 'mouse' ? REACH_PX : FINGER_REACH_PX;
    const order = [...marks].reverse().sort((a, b) => Number(b.key === chosenKey) - Number(a.key === chosenKey));
    for (const mark of order) {
      const rect = frame.current?.querySelector(`[data-mark="${mark.key}"]`)?.getBoundingClientRect();
      const grip = rect === undefined ? null : gripOf(rect, { x: event.clientX, y: event.clientY }, reach);
      if (grip !== null) return { mark, grip: isBoxes ? grip : WHOLE };
    }
    return null;
  }

  function end(): void {
    gesture.current = null;
    setDrawn(null);
  }

  function down(event: PointerEvent): void {
    const { frame, isOff, isArmed, isBoxes, canAdd, onChoose } = now.current;
    if (isOff || gesture.current !== null || event.button !== 0 || !event.isPrimary) return;
    const found = isArmed ? null : heldAt(event);
    const isDrawing = found === null && canAdd && (isArmed || (isBoxes && event.pointerType !== 'touch'));
    if (found === null && !isDrawing) {
      onChoose(null);
      return;
    }
    // no selection of text, and the focus goes to what is held
    event.preventDefault();
    frame.current?.setPointerCapture(event.pointerId);
    onChoose(found?.mark.key ?? null);
    gesture.current = {
      pointerId: event.pointerId,
      from: cellOf(event),
      fromX: event.clientX,
      fromY: event.clientY,
      held: found === null ? null : { key: found.mark.key, grip: found.grip, box: found.mark.box },
      isMoved: false,
    };
  }

  function move(event: PointerEvent): void {
    const { frame, raster, least, isBoxes, isOff, isArmed, canAdd, onSet } = now.current;
    const going = gesture.current;
    if (going === null) {
      const grip = isOff ? null : isArmed ? null : (heldAt(event)?.grip ?? null);
      frame.current?.style.setProperty('cursor', cursorOf(grip, !isOff && canAdd && (isBoxes || isArmed)));
      return;
    }
    if (event.pointerId !== going.pointerId) return;
    going.isMoved ||= Math.hypot(event.clientX - going.fromX, event.clientY - going.fromY) >= STILL_PX;
    if (!going.isMoved) return;
    const to = cellOf(event);
    if (going.held === null) {
      if (isBoxes) setDrawn(boxBetween(going.from, to, raster, least));
      return;
    }
    const { key, grip, box } = going.held;
    const by = { x: to.x - going.from.x, y: to.y - going.from.y };
    onSet(key, grip.x === 0 && grip.y === 0 ? moved(box, by, raster) : resized(box, grip, by, raster, least));
  }

  function up(event: PointerEvent): void {
    const { raster, least, isBoxes, isArmed, onAdd } = now.current;
    const going = gesture.current;
    if (going === null || event.pointerId !== going.pointerId) return;
    end();
    if (going.held !== null) return;
    const to = cellOf(event);
    if (!isBoxes) onAdd({ left: to.x, top: to.y, right: to.x, bottom: to.y });
    else if (going.isMoved) onAdd(boxBetween(going.from, to, raster, least));
    else if (isArmed) onAdd(boxAround(to, raster));
  }

  useEffect(() => {
    const callOff = (event: KeyboardEvent) => {
      const going = gesture.current;
      if (event.key !== 'Escape' || going === null) return;
      event.preventDefault();
      end();
      if (going.held !== null) now.current.onSet(going.held.key, going.held.box);
    };
    document.addEventListener('keydown', callOff, { capture: true });
    return () => document.removeEventListener('keydown', callOff, { capture: true });
  }, []);

  return {
    drawn,
    hands: { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: end },
  };
}

/** Pure. */
function cursorOf(grip: Grip | null, canDraw: boolean): string {
  if (grip === null) return canDraw ? 'crosshair' : '';
  if (grip.x === 0 && grip.y === 0) return 'move';
  if (grip.x === 0) return 'ns-resize';
  if (grip.y === 0) return 'ew-resize';
  return grip.x === grip.y ? 'nwse-resize' : 'nesw-resize';
}
