import { type MapView, moved, zoomed } from './projection.ts';

/** What the map is moved by: fingers, mouse, wheel and keys. */
export interface MapHands {
  readonly size: { readonly width: number; readonly height: number };
  /** The view changes as it says. */
  change(next: (view: MapView) => MapView): void;
  /** Back to everything. */
  fit(): void;
}

/** One notch of a wheel. */
const WHEEL_STEP = 1 / 240;
const KEY_PX = 80;
const KEY_ZOOM = 0.5;

/** Lets an element be dragged, pinched and wheeled; the answer ends that. `hands` is asked anew each time. */
export function handle(element: HTMLElement, hands: () => MapHands): () => void {
  const fingers = new Map<number, { x: number; y: number }>();
  const placeOf = (event: MouseEvent) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest('button') !== null) return;
    fingers.set(event.pointerId, placeOf(event));
    element.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined) return;
    const now = placeOf(event);
    const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    fingers.set(event.pointerId, now);
    if (other === undefined) {
      hands().change((view) => moved(view, now.x - before.x, now.y - before.y));
      return;
    }
    const apart = (place: { x: number; y: number }) => Math.max(1, Math.hypot(place.x - other.x, place.y - other.y));
    const by = Math.log2(apart(now) / apart(before));
    const { size, change } = hands();
    change((view) =>
      zoomed(
        moved(view, (now.x - before.x) / 2, (now.y - before.y) / 2),
        size,
        by,
        (now.x + other.x) / 2,
        (now.y + other.y) / 2,
      ),
    );
  };
  const up = (event: PointerEvent) => void fingers.delete(event.pointerId);
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const { x, y } = placeOf(event);
    const { size, change } = hands();
    const px = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 40 : event.deltaY;
    change((view) => zoomed(view, size, -px * WHEEL_STEP, x, y));
  };
  const key = (event: KeyboardEvent) => {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    const { change, fit, size } = hands();
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => change((view) => moved(view, KEY_PX, 0)),
      ArrowRight: () => change((view) => moved(view, -KEY_PX, 0)),
      ArrowUp: () => change((view) => moved(view, 0, KEY_PX)),
      ArrowDown: () => change((view) => moved(view, 0, -KEY_PX)),
      '+': () => change((view) => zoomed(view, size, KEY_ZOOM)),
      '=': () => change((view) => zoomed(view, size, KEY_ZOOM)),
      '-': () => change((view) => zoomed(view, size, -KEY_ZOOM)),
      '0': fit,
    };
    const run = moves[event.key];
    if (run === undefined) return;
    event.preventDefault();
    run();
  };
  const listening = new AbortController();
  const { signal } = listening;
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('pointerup', up, { signal });
  element.addEventListener('pointercancel', up, { signal });
  element.addEventListener('wheel', wheel, { signal, passive: false });
  element.addEventListener('keydown', key, { signal });
  return () => listening.abort();
}
