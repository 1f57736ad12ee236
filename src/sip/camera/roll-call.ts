import type { Peer } from '../peer.ts';
import type { Fleet } from './fleet.ts';
import type { Inquiries } from './inquiries.ts';

/**
 * After a restart: devices of the earlier run whose registration still holds are asked whether they are there (REG-12), so that
 * they are shown online within seconds and not only at their next keepalive, which may be minutes away.
 */

/** Devices asked at once, each half second: 20,000 of them take a minute and a half, a socket's buffer holds the answers. */
export const ASKED_AT_ONCE = 100;

export class RollCall {
  readonly #fleet: Fleet;
  readonly #inquiries: Pick<Inquiries, 'stillThere'>;
  readonly #clock: { nowMs(): number; epochMs(): number };
  #left: { readonly deviceId: string; readonly peer: Peer }[] = [];

  constructor(fleet: Fleet, inquiries: Pick<Inquiries, 'stillThere'>, clock: { nowMs(): number; epochMs(): number }) {
    this.#fleet = fleet;
    this.#inquiries = inquiries;
    this.#clock = clock;
  }

  /** Begins, and asks the first ones. */
  begin(): void {
    this.#left = this.#fleet.perhapsThere(this.#clock.epochMs());
    this.poll();
  }

  /** Asks the next ones. Who has spoken meanwhile is not asked. */
  poll(): void {
    for (const { deviceId, peer } of this.#left.splice(0, ASKED_AT_ONCE)) {
      if (this.#fleet.directory.device(deviceId)?.online !== false) continue;
      this.#inquiries.stillThere(deviceId, peer, () =>
        this.#fleet.stillThere(deviceId, peer, this.#clock.nowMs(), this.#clock.epochMs()),
      );
    }
  }

  /** Devices not asked yet. */
  get left(): number {
    return this.#left.length;
  }
}
