import type { Clock } from '../clock.ts';
import { DEVICE_ENDED_PAUSE_MS } from './ladder.ts';

/** Old notes are swept when so many have gathered: one per channel that was ended by its device. */
const SWEEP_AT = 1000;

/** Channels and devices that are left alone for a moment, because the device ended a call itself or unregistered. */
export class Rests {
  readonly #clock: Clock;
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `channelId` null: the whole device. */
  note(deviceId: string, channelId: string | null): void {
    const nowMs = this.#clock.nowMs();
    if (this.#untilMs.size >= SWEEP_AT)
      for (const [key, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(key);
    this.#untilMs.set(keyOf(deviceId, channelId), nowMs + DEVICE_ENDED_PAUSE_MS);
  }

  /** Milliseconds that are left for this channel; 0 when it may be invited. */
  leftMs(deviceId: string, channelId: string): number {
    const nowMs = this.#clock.nowMs();
    const left = (key: string) => (this.#untilMs.get(key) ?? nowMs) - nowMs;
    return Math.max(0, left(keyOf(deviceId, channelId)), left(keyOf(deviceId, null)));
  }
}

function keyOf(deviceId: string, channelId: string | null): string {
  return `${deviceId}/${channelId ?? ''}`;
}
