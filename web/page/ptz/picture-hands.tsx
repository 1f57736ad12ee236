import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { GbPlayer } from '../../player/state.ts';
import { useWords } from '../language.ts';
import { ptzWords } from '../words/ptz.ts';
import { type Drawn, drawnBetween, isOn, type Point, pictureIn, type Rect, type ZoomBox } from './box.ts';
import { pinchDrive } from './drive.ts';
import type { Steering } from './steering.ts';

/** A notch of the wheel zooms so long. */
const NOTCH_MS = 300;

interface Props {
  /** The frame of the picture: what happens anywhere in it is seen here first. */
  screen: RefObject<HTMLElement | null>;
  player: RefObject<GbPlayer | null>;
  steering: Steering;
  speed: number;
  /** The next box is drawn around what is to be followed. */
  isTracking: boolean;
  onBox: (way: 'in' | 'out' | 'track', box: ZoomBox) => void;
}

/** The player's own buttons, and those in the words over the picture, stay what they are. */
function isButton(event: Event): boolean {
  return event
    .composedPath()
    .some((one) => one instanceof HTMLElement && (one.part.contains('controls') || one.matches('button, a, input')));
}

/**
 * The hands on the picture: the wheel and two fingers zoom the camera, a box drawn with the pointer is what it zooms to. They come before the player's
 * digital zoom, which begins with the whole picture again.
 */
export function PictureHands(props: Props) {
  const { screen, player, steering, isTracking } = props;
  const words = useWords(ptzWords);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const now = useRef(props);
  now.current = props;

  useEffect(() => {
    const frame = screen.current;
    if (frame === null) return;
    player.current?.zoom(1);
    let from: { readonly id: number; readonly at: Point } | null = null;
    let last: Drawn | null = null;
    const fingers = new Map<number, Point>();
    let apartPx = 0;

    const spread = (): number => {
      const [a, b] = [...fingers.values()];
      return a === undefined || b === undefined ? 0 : Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    };
    const picture = (): Rect | null => {
      const element = player.current;
      if (element === null || element.videoWidth === 0) return null;
      return pictureIn(element.getBoundingClientRect(), { width: element.videoWidth, height: element.videoHeight });
    };
    const show = (next: Drawn | null) => {
      last = next;
      setDrawn(next);
    };
    const end = () => {
      from = null;
      show(null);
    };
    const wheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.deltaY === 0 || isButton(event)) return;
      event.preventDefault();
      event.stopPropagation();
      const { speed } = now.current;
      steering.pulse('wheel', { zoom: event.deltaY < 0 ? speed : -speed }, NOTCH_MS);
    };
    const down = (event: PointerEvent) => {
      if (isButton(event)) return;
      event.stopPropagation();
      const at = { x: event.clientX, y: event.clientY };
      if (event.pointerType === 'touch') fingers.set(event.pointerId, at);
      const place = picture();
      if (fingers.size > 1) {
        // a second finger: no box, but a pinch
        end();
        apartPx = spread();
        steering.hold('pinch', {});
      } else if (event.button === 0 && event.isPrimary && place !== null && isOn(place, at))
        from = { id: event.pointerId, at };
      else return;
      frame.setPointerCapture(event.pointerId);
    };
    const move = (event: PointerEvent) => {
      if (fingers.has(event.pointerId)) fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (fingers.size > 1) steering.change('pinch', pinchDrive(spread() / apartPx, now.current.speed));
      if (from?.id !== event.pointerId) return;
      event.stopPropagation();
      const place = picture();
      if (place !== null) show(drawnBetween(place, from.at, { x: event.clientX, y: event.clientY }));
    };
    const lift = (event: PointerEvent) => {
      if (fingers.delete(event.pointerId)) steering.letGo('pinch');
    };
    const cancel = (event: PointerEvent) => {
      lift(event);
      end();
    };
    const up = (event: PointerEvent) => {
      lift(event);
      if (from?.id !== event.pointerId) return;
      event.stopPropagation();
      const done = last;
      end();
      if (done === null || done.isTiny) return;
      now.current.onBox(now.current.isTracking ? 'track' : done.way, done.box);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Escape') end();
    };
    const listeners = [
      ['wheel', wheel],
      ['pointerdown', down],
      ['pointermove', move],
      ['pointerup', up],
      ['pointercancel', cancel],
    ] as const;
    for (const [type, listener] of listeners)
      frame.addEventListener(type, listener as EventListener, { capture: true, passive: false });
    window.addEventListener('keydown', key);
    window.addEventListener('blur', end);
    // no class: those of the frame are set by who draws it
    frame.toggleAttribute('data-steered', true);
    return () => {
      for (const [type, listener] of listeners)
        frame.removeEventListener(type, listener as EventListener, { capture: true });
      window.removeEventListener('keydown', key);
      window.removeEventListener('blur', end);
      frame.removeAttribute('data-steered');
      steering.letGo('pinch');
    };
  }, [steering]);

  const isShown = drawn !== null && !drawn.isTiny;
  useEffect(() => {
    // above a player that fills the screen, too
    if (isShown) box.current?.showPopover();
    else box.current?.hidePopover();
  }, [isShown]);

  const px = (value: number) => `${value}px`;
  const { left = 0, top = 0, width = 0, height = 0 } = drawn?.shown ?? {};
  const way = isTracking ? words.boxTrack : drawn?.way === 'out' ? words.boxOut : words.boxIn;
  return (
    <div
      ref={box}
      popover="manual"
      class="ptz-box"
      data-testid="ptz-box"
      style={{ left: px(left), top: px(top), width: px(width), height: px(height) }}
    >
      <span>{way}</span>
    </div>
  );
}
