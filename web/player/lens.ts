import { moved, scaledTo, transformOf, type View, WHOLE } from './zoom.ts';

/** One step of the wheel or of a key. */
const STEP = 1.25;
/** Of the box, for an arrow key. */
const KEY_MOVE = 0.1;

/** Digital zoom of one screen: wheel, drag and keys move a transform over the picture. */
export class Lens {
  readonly #screen: HTMLElement;
  readonly #host: HTMLElement;
  readonly #onChange: () => void;
  #view: View = WHOLE;
  #drag: { id: number; x: number; y: number } | null = null;

  constructor(host: HTMLElement, screen: HTMLElement, onChange: () => void) {
    this.#host = host;
    this.#screen = screen;
    this.#onChange = onChange;
  }

  get isZoomed(): boolean {
    return this.#view.scale > 1;
  }

  /** Wheel and drag from now on, or no more. */
  listen(isOn: boolean): void {
    for (const [type, listener] of [
      ['wheel', this.#wheel],
      ['pointerdown', this.#down],
      ['pointermove', this.#move],
      ['pointerup', this.#up],
      ['pointercancel', this.#up],
    ] as const) {
      this.#screen.removeEventListener(type, listener as EventListener);
      if (!isOn) continue;
      this.#screen.addEventListener(type, listener as EventListener, { passive: false });
    }
  }

  /** The point `px`, `py` of the box (0 to 1) stays where it is. */
  to(scale: number, px = 0.5, py = 0.5): void {
    this.#set(scaledTo(this.#view, scale, px, py));
  }

  /** True when the key was one of the zoom's. */
  key(key: string): boolean {
    if (key === '+' || key === '=') this.to(this.#view.scale * STEP);
    else if (key === '-') this.to(this.#view.scale / STEP);
    else if (key === '0') this.#set(WHOLE);
    else if (!this.isZoomed) return false;
    else if (key === 'ArrowLeft') this.#set(moved(this.#view, KEY_MOVE, 0));
    else if (key === 'ArrowRight') this.#set(moved(this.#view, -KEY_MOVE, 0));
    else if (key === 'ArrowUp') this.#set(moved(this.#view, 0, KEY_MOVE));
    else if (key === 'ArrowDown') this.#set(moved(this.#view, 0, -KEY_MOVE));
    else return false;
    return true;
  }

  #set(view: View): void {
    this.#view = view;
    this.#screen.style.transform = transformOf(view);
    this.#screen.classList.toggle('zoomed', this.isZoomed);
    this.#onChange();
  }

  readonly #wheel = (event: WheelEvent): void => {
    // Away from the whole picture there is nothing smaller: the page scrolls.
    if (event.deltaY === 0 || (event.deltaY > 0 && !this.isZoomed)) return;
    event.preventDefault();
    const box = this.#host.getBoundingClientRect();
    const scale = this.#view.scale * (event.deltaY < 0 ? STEP : 1 / STEP);
    this.to(scale, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };

  readonly #down = (event: PointerEvent): void => {
    if (!this.isZoomed || event.button !== 0) return;
    this.#drag = { id: event.pointerId, x: event.clientX, y: event.clientY };
    this.#screen.setPointerCapture(event.pointerId);
  };

  readonly #move = (event: PointerEvent): void => {
    if (this.#drag?.id !== event.pointerId) return;
    const box = this.#host.getBoundingClientRect();
    const { x, y } = this.#drag;
    this.#drag = { id: event.pointerId, x: event.clientX, y: event.clientY };
    this.#set(moved(this.#view, (event.clientX - x) / box.width, (event.clientY - y) / box.height));
  };

  readonly #up = (event: PointerEvent): void => {
    if (this.#drag?.id === event.pointerId) this.#drag = null;
  };
}
