import { type Drive, merged } from './drive.ts';

/** The keys that steer. Pure: no DOM. */

interface Key {
  /** The place on the keyboard, which stays the same when Shift is let go first. */
  readonly code: string;
  readonly key: string;
  readonly shiftKey: boolean;
}

/** What a key wants; with Shift `+` is where `=` is, and `_` where `-` is. */
const DIRECTIONS: Readonly<Record<string, Drive>> = {
  ArrowLeft: { pan: -1 },
  ArrowRight: { pan: 1 },
  ArrowUp: { tilt: 1 },
  ArrowDown: { tilt: -1 },
  '+': { zoom: 1 },
  '=': { zoom: 1 },
  '-': { zoom: -1 },
  _: { zoom: -1 },
};

/** Which of them are down. */
export class HeldKeys {
  readonly #down = new Map<string, Drive>();
  #isFast = false;

  /** True when the key is one that steers. */
  press({ code, key, shiftKey }: Key): boolean {
    this.#isFast = shiftKey;
    const direction = DIRECTIONS[key];
    if (direction === undefined) return false;
    this.#down.set(code, direction);
    return true;
  }

  release({ code, shiftKey }: Key): void {
    this.#isFast = shiftKey;
    this.#down.delete(code);
  }

  clear(): void {
    this.#down.clear();
  }

  get isEmpty(): boolean {
    return this.#down.size === 0;
  }

  /** All that is held, at `speed`; as fast as the camera can with Shift. */
  drive(speed: number): Drive {
    const pace = this.#isFast ? 1 : speed;
    const all = merged(this.#down.values());
    return Object.fromEntries(Object.entries(all).map(([axis, way]) => [axis, way * pace]));
  }
}

/** True for a key that steers. */
export function isSteering(key: string): boolean {
  return DIRECTIONS[key] !== undefined;
}
