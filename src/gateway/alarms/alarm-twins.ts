/** Alarms that devices tell in both ways: as a MESSAGE to their platform, and as a NOTIFY to whoever has subscribed (GB/T 28181-2022 9.4, 9.11). */

/** The second may be this late: as long as a request is sent again over UDP. */
const WINDOW_MS = 32_000;
/** Alarms whose twin may still come: some seconds of a thousand a second, of half a kilobyte each. */
export const MAX_OPEN = 5_000;

export type Way = 'MESSAGE' | 'NOTIFY';

export class AlarmTwins {
  /** By way and words: how many have come this way alone, the newest last. */
  readonly #open = new Map<string, { count: number; untilMs: number }>();

  /**
   * Whether an alarm of these words has come in the other way already. Each is the twin of one: what a device tells twice in one way are
   * two alarms.
   */
  isSecond(words: string, way: Way, nowMs: number): boolean {
    const otherKey = `${way === 'MESSAGE' ? 'NOTIFY' : 'MESSAGE'} ${words}`;
    const other = this.#open.get(otherKey);
    if (other !== undefined && other.untilMs > nowMs) {
      other.count -= 1;
      if (other.count === 0) this.#open.delete(otherKey);
      return true;
    }
    const key = `${way} ${words}`;
    const own = this.#open.get(key);
    const count = own !== undefined && own.untilMs > nowMs ? own.count + 1 : 1;
    this.#open.delete(key);
    this.#open.set(key, { count, untilMs: nowMs + WINDOW_MS });
    if (this.#open.size > MAX_OPEN) this.#open.delete(this.#open.keys().next().value ?? '');
    return false;
  }

  /** Alarms whose twin may still come. */
  get size(): number {
    return this.#open.size;
  }
}
