import type { Clock } from '../clock.ts';

export interface KeepPorts {
  readonly clock: Clock;
  readonly selfChannelAfterMs: number;
  isOnline(deviceId: string): boolean;
  /** Channels of the device that can be played. */
  channels(deviceId: string): string[];
  playable(deviceId: string, channelId: string): boolean;
  /** True once an answer to a Catalog query has begun to arrive. */
  catalogBegun(deviceId: string): boolean;
  /** Makes the device its own channel until a catalogue comes. */
  addSelfChannel(deviceId: string): void;
  pull(deviceId: string, channelId: string): void;
}

/**
 * `--pull on-register`: every channel of a registered device plays all the time. A device from which no Catalog answer
 * has begun in time is its own channel until a catalogue comes.
 */
export class Keep {
  readonly #ports: KeepPorts;
  readonly #waiting = new Map<string, () => void>();

  constructor(ports: KeepPorts) {
    this.#ports = ports;
  }

  /** The device has registered or come back. */
  online(deviceId: string): void {
    this.#pullAll(deviceId);
    this.#waiting.get(deviceId)?.();
    this.#waiting.set(
      deviceId,
      this.#ports.clock.after(this.#ports.selfChannelAfterMs, () => {
        this.#waiting.delete(deviceId);
        if (!this.#ports.isOnline(deviceId) || this.#ports.catalogBegun(deviceId)) return;
        if (this.#ports.channels(deviceId).length === 0) this.#ports.addSelfChannel(deviceId);
        this.#pullAll(deviceId);
      }),
    );
  }

  /** Its catalogue has changed. */
  catalogUpdated(deviceId: string): void {
    if (this.#ports.isOnline(deviceId)) this.#pullAll(deviceId);
  }

  /** One channel has come to be, or to work again, outside of a catalogue we asked for. */
  channelOn(deviceId: string, channelId: string): void {
    if (this.#ports.isOnline(deviceId) && this.#ports.playable(deviceId, channelId))
      this.#ports.pull(deviceId, channelId);
  }

  close(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #pullAll(deviceId: string): void {
    for (const channelId of this.#ports.channels(deviceId)) this.#ports.pull(deviceId, channelId);
  }
}
