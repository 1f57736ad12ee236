import { useEffect, useRef, useState } from 'preact/hooks';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { useStore } from '../store.ts';
import { ptzWords } from '../words/ptz.ts';
import { type Drive, stickDrive } from './drive.ts';
import { keyHold } from './hold-button.tsx';
import type { Steering } from './steering.ts';

const SOURCE = 'stick';
/** How far the knob goes, of the pad's radius. */
const TRAVEL = 0.6;

const WAYS = [
  ['up', { tilt: 1 }],
  ['right', { pan: 1 }],
  ['down', { tilt: -1 }],
  ['left', { pan: -1 }],
] as const;

interface Offset {
  readonly x: number;
  readonly y: number;
}

interface Props {
  steering: Steering;
  /** 0 to 1: what its rim means. */
  speed: number;
  isBlocked: boolean;
}

/** A stick for the mouse and the finger, with four buttons on its rim for keys and readers of screens. */
export function Stick({ steering, speed, isBlocked }: Props) {
  const words = useWords(ptzWords);
  const { held, drive } = useStore(steering.state);
  const [offset, setOffset] = useState<Offset | null>(null);
  const pad = useRef<HTMLDivElement>(null);
  const isHeld = held.has(SOURCE);
  useEffect(() => {
    // let go by somebody else: the window has lost its focus
    if (!isHeld) setOffset(null);
  }, [isHeld]);

  function moved(event: PointerEvent): Drive {
    const box = pad.current?.getBoundingClientRect();
    if (box === undefined) return {};
    const x = (event.clientX - box.left - box.width / 2) / ((box.width / 2) * TRAVEL);
    const y = (event.clientY - box.top - box.height / 2) / ((box.height / 2) * TRAVEL);
    const reach = Math.max(1, Math.hypot(x, y));
    setOffset({ x: x / reach, y: y / reach });
    return stickDrive(x, y, speed);
  }

  const letGo = () => steering.letGo(SOURCE);
  // keys and buttons move it too: it shows what the camera is told
  const shown = (isHeld ? offset : null) ?? { x: drive.pan ?? 0, y: -(drive.tilt ?? 0) };
  const place = (value: number) => `${50 + value * TRAVEL * 50}%`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      ref={pad}
      class={isBlocked ? 'stick resting' : isHeld ? 'stick held' : 'stick'}
      role="group"
      aria-label={words.direction}
      data-testid="stick"
      onPointerDown={(event) => {
        if (isBlocked || event.button !== 0) return;
        pad.current?.setPointerCapture(event.pointerId);
        steering.hold(SOURCE, moved(event));
      }}
      onPointerMove={(event) => {
        if (isHeld) steering.change(SOURCE, moved(event));
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onLostPointerCapture={letGo}
      onContextMenu={(event) => event.preventDefault()}
    >
      {WAYS.map(([way, direction]) => {
        const axes = Object.entries(direction).map(([axis, sign]) => [axis, sign * speed]);
        return (
          <button
            key={way}
            type="button"
            class={`way ${way}`}
            aria-label={words[way]}
            disabled={isBlocked}
            data-testid={`turn-${way}`}
            {...keyHold(steering, `turn-${way}`, Object.fromEntries(axes) as Drive)}
          >
            <Icon name={way === 'left' ? 'back' : way === 'right' ? 'next' : way} />
          </button>
        );
      })}
      <span class="knob" aria-hidden="true" style={{ left: place(shown.x), top: place(shown.y) }} />
    </div>
  );
}
