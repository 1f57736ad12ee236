import { useEffect, useRef } from 'preact/hooks';
import { useShortcuts } from '../keys/keys.ts';
import type { PtzWords } from '../words/ptz.ts';
import { HeldKeys, isSteering } from './held-keys.ts';
import type { Steering } from './steering.ts';

const SOURCE = 'keys';
/** Where arrows are somebody else's: fields, the tree of cameras, an open dialog. */
const TAKEN = 'input, select, textarea, [contenteditable], dialog, [role="tree"]';

function isTaken(event: Event): boolean {
  // the player's own fields, too: its loudness
  const isField = event.composedPath().some((one) => one instanceof Element && one.matches(TAKEN));
  return isField || document.querySelector('dialog[open]') !== null;
}

/** The arrows turn the camera while they are held, `+` and `−` zoom it. They come before the player's own keys. */
export function useSteeringKeys(steering: Steering, speed: number, isOn: boolean, words: PtzWords): void {
  const pace = useRef(speed);
  pace.current = speed;

  // what steers is held, which shortcuts are not: these lines are for the sheet of keys
  const shown = (key: string, said: string) => ({ key, words: said, run: () => {} });
  useShortcuts(
    words.title,
    isOn
      ? [
          ...['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].map((key) => shown(key, words.keyTurn)),
          ...['+', '-'].map((key) => shown(key, words.keyZoom)),
          shown('Shift', words.keyFast),
        ]
      : [],
  );

  useEffect(() => {
    if (!isOn) return;
    const keys = new HeldKeys();
    const down = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.key === 'Shift') {
        keys.press(event);
        steering.change(SOURCE, keys.drive(pace.current));
      }
      if (!isSteering(event.key) || isTaken(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.repeat) return;
      // everything was let go meanwhile: what is still down has to be pressed anew
      if (!steering.state.value.held.has(SOURCE)) keys.clear();
      keys.press(event);
      steering.hold(SOURCE, keys.drive(pace.current));
    };
    const up = (event: KeyboardEvent) => {
      // while it is down macOS tells of no other key that is let go
      if (event.key === 'Meta') keys.clear();
      else keys.release(event);
      if (keys.isEmpty) steering.letGo(SOURCE);
      else steering.change(SOURCE, keys.drive(pace.current));
    };
    const forget = () => keys.clear();
    document.addEventListener('keydown', down, { capture: true });
    document.addEventListener('keyup', up, { capture: true });
    window.addEventListener('blur', forget);
    return () => {
      document.removeEventListener('keydown', down, { capture: true });
      document.removeEventListener('keyup', up, { capture: true });
      window.removeEventListener('blur', forget);
      steering.letGo(SOURCE);
    };
  }, [steering, isOn]);
}
