import type { PresenceChange } from '../../sip/camera/presence-change.ts';
import type { PresenceChangeView } from '../views.ts';

/** Kept of each device: a camera on a bad line that goes and comes ten times a day shows ten days, in 30 kB. */
export const KEPT_CHANGES = 200;

/** The table that keeps it. */
export interface PresenceRows {
  ofDevice(deviceId: string): PresenceChange[];
  newest(deviceId: string): PresenceChange | undefined;
  addAll(changes: readonly PresenceChange[], kept: number): void;
  delete(deviceId: string): void;
}

export interface PresenceHistoryPorts {
  readonly rows: PresenceRows;
  epochMs(): number;
  iso(epochMs: number): string;
  address(deviceId: string): string | null;
}

/** When each device came and went, bounded. A time in which no gateway ran is neither: it is named. */
export class PresenceHistory {
  readonly #ports: PresenceHistoryPorts;

  constructor(ports: PresenceHistoryPorts) {
    this.#ports = ports;
  }

  /** A device came or went; `reason` is the word of the event. */
  note(deviceId: string, online: boolean, reason: string): void {
    // what is deleted loses its history as well
    if (reason === 'deleted') return;
    this.#ports.rows.addAll([this.#change(deviceId, online, reason)], KEPT_CHANGES);
  }

  /** This gateway starts: who was online when the last one died without a word has not been seen since. */
  started(deviceIds: readonly string[]): void {
    this.#close(deviceIds, 'gateway-restarted');
  }

  /** This gateway stops: from here on nobody knows. */
  stopped(deviceIds: readonly string[]): void {
    this.#close(deviceIds, 'gateway-stopped');
  }

  forget(deviceId: string): void {
    this.#ports.rows.delete(deviceId);
  }

  /** Newest first. */
  of(deviceId: string): PresenceChangeView[] {
    return this.#ports.rows.ofDevice(deviceId).map(({ epochMs, online, reason, address }) => ({
      time: this.#ports.iso(epochMs),
      online,
      reason,
      ...(address === null ? {} : { address }),
    }));
  }

  #close(deviceIds: readonly string[], reason: string): void {
    const { rows } = this.#ports;
    const open = deviceIds.filter((deviceId) => rows.newest(deviceId)?.online === true);
    rows.addAll(
      open.map((deviceId) => this.#change(deviceId, false, reason)),
      KEPT_CHANGES,
    );
  }

  #change(deviceId: string, online: boolean, reason: string): PresenceChange {
    const { epochMs, address } = this.#ports;
    return { deviceId, epochMs: epochMs(), online, reason, address: address(deviceId) };
  }
}
