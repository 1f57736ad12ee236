import type { Clock } from '../clock.ts';

/** Registrations after which a device may be set up as it was told, although it never said so (PTZ-8). */

/** A device that applies its configuration by a restart is back by then. */
export const RESTART_MS = 60_000;

/** What is noticed of one device. */
export interface RestartWatch {
  /** What registered before this does not count. */
  begin(): void;
  /** Whether it registered since then, or does so in time. */
  restarted(): Promise<boolean>;
  end(): void;
}

interface Watch {
  registered: boolean;
  done: (() => void) | null;
}

export class ConfigRestarts {
  readonly #clock: Clock;
  /** Devices that are being set up now. */
  readonly #watches = new Map<string, Watch>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notices registrations of the device from now on; null when that is done already. */
  watch(deviceId: string): RestartWatch | null {
    if (this.#watches.has(deviceId)) return null;
    const watch: Watch = { registered: false, done: null };
    this.#watches.set(deviceId, watch);
    return {
      begin: () => {
        watch.registered = false;
      },
      restarted: () => this.#restarted(watch),
      end: () => void this.#watches.delete(deviceId),
    };
  }

  /** The device has registered. */
  registered(deviceId: string): void {
    const watch = this.#watches.get(deviceId);
    if (watch === undefined) return;
    watch.registered = true;
    watch.done?.();
  }

  /** Nobody waits any longer. */
  close(): void {
    for (const watch of this.#watches.values()) watch.done?.();
  }

  async #restarted(watch: Watch): Promise<boolean> {
    if (!watch.registered)
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(RESTART_MS, resolve);
        watch.done = () => {
          cancel();
          resolve();
        };
      });
    watch.done = null;
    return watch.registered;
  }
}
