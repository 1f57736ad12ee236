import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Drive } from './drive.ts';
import type { Steering } from './steering.ts';

/** A screen reader's click has no length: it moves the camera for so long. */
const NUDGE_MS = 400;

const isPush = ({ key }: KeyboardEvent): boolean => key === ' ' || key === 'Enter';

/** What makes a button hold as long as its key is down; a click without one (a screen reader's) nudges. */
export function keyHold(steering: Steering, source: string, drive: Drive) {
  return {
    onKeyDown: (event: KeyboardEvent) => {
      if (!isPush(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) steering.hold(source, drive);
    },
    onKeyUp: (event: KeyboardEvent) => {
      if (!isPush(event)) return;
      event.preventDefault();
      steering.letGo(source);
    },
    onBlur: () => steering.letGo(source),
    onClick: (event: MouseEvent) => {
      if (event.detail === 0) steering.pulse(source, drive, NUDGE_MS);
    },
  };
}

interface Props {
  steering: Steering;
  /** Names it among those that hold something. */
  source: string;
  drive: Drive;
  label: string;
  children: ComponentChildren;
}

/** Moves the camera while it is held. */
export function HoldButton({ steering, source, drive, label, children }: Props) {
  const now = useRef(drive);
  now.current = drive;
  useEffect(() => () => steering.letGo(source), [steering, source]);
  const letGo = () => steering.letGo(source);
  return (
    <button
      type="button"
      class="hold"
      aria-label={label}
      title={label}
      data-testid={source}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        steering.hold(source, now.current);
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onLostPointerCapture={letGo}
      onContextMenu={(event) => event.preventDefault()}
      {...keyHold(steering, source, drive)}
    >
      {children}
    </button>
  );
}
