/**
 * Who is alive: keepalive 60 s × 3 (GB/T 28181 9.6), registration expiry, the TCP connection. A machine without a clock: signs of
 * life go in with their time, what has to happen comes out of `poll`.
 */

/** Defaults of the standard. */
export const KEEPALIVE_SECONDS = 60;
export const KEEPALIVE_COUNT = 3;
/** A profile may say otherwise, within reason: devices report 0, nothing or 65,535 as their interval (REG-14). */
const SHORTEST_INTERVAL_SECONDS = 5;
const LONGEST_INTERVAL_SECONDS = 3600;
const MOST_MISSES = 20;
/** Part of the last interval that is left when a quiet device is asked for its status: 2022 devices exist that never send a keepalive (REG-15). */
const PROBE_SHARE = 0.5;
/** A device whose TCP connection went comes back at once or not (SIP-8); by the standard it is offline. */
export const TCP_GRACE_MS = 5_000;
/** A refresh that is being challenged must not race the expiry. */
const EXPIRY_GRACE_MS = 30_000;

/** What poll finds due. */
export type PresenceEvent =
  | { type: 'probe'; deviceId: string }
  /** It lives, by its media or its answers, but has sent no keepalive for as long as would have meant its end (REG-13). */
  | { type: 'no-keepalive'; deviceId: string; quietMs: number }
  | { type: 'offline'; deviceId: string; reason: 'keepalive-missed' | 'registration-expired' | 'connection-lost' };

interface Alive {
  seenMs: number;
  /** Its last message of its own: a keepalive, a registration; not what we asked for. */
  heardMs: number;
  /** `no-keepalive` was told. */
  told: boolean;
  probed: boolean;
  expiresMs: number;
  lostMs: number | null;
  intervalMs: number;
  count: number;
}

export class Presence {
  readonly #alive = new Map<string, Alive>();

  /** A verified REGISTER, or a known device that came back after a restart of ours. */
  online(deviceId: string, o: { expiresInMs: number; intervalSeconds?: number; count?: number }, nowMs: number): void {
    this.#alive.set(deviceId, {
      seenMs: nowMs,
      heardMs: nowMs,
      told: false,
      probed: false,
      expiresMs: nowMs + Math.max(0, o.expiresInMs) + EXPIRY_GRACE_MS,
      lostMs: null,
      intervalMs:
        clamp(o.intervalSeconds, KEEPALIVE_SECONDS, SHORTEST_INTERVAL_SECONDS, LONGEST_INTERVAL_SECONDS) * 1000,
      count: clamp(o.count, KEEPALIVE_COUNT, 1, MOST_MISSES),
    });
  }

  /** Any sign of life from the device's own address: keepalive, message, answer, media (REG-13). False when it is not online. */
  seen(deviceId: string, nowMs: number): boolean {
    const alive = this.#alive.get(deviceId);
    if (alive === undefined) return false;
    alive.seenMs = nowMs;
    alive.probed = false;
    return true;
  }

  /** A message of its own accord: what a keepalive is, by any name. */
  heard(deviceId: string, nowMs: number): void {
    const alive = this.#alive.get(deviceId);
    if (alive === undefined) return;
    alive.heardMs = nowMs;
    alive.told = false;
  }

  /** The TCP connection it registered over is gone. */
  connectionLost(deviceId: string, nowMs: number): void {
    const alive = this.#alive.get(deviceId);
    if (alive !== undefined) alive.lostMs ??= nowMs;
  }

  /** It came back over a new connection. */
  connectionBack(deviceId: string): void {
    const alive = this.#alive.get(deviceId);
    if (alive !== undefined) alive.lostMs = null;
  }

  offline(deviceId: string): void {
    this.#alive.delete(deviceId);
  }

  isOnline(deviceId: string): boolean {
    return this.#alive.has(deviceId);
  }

  poll(nowMs: number): PresenceEvent[] {
    const out: PresenceEvent[] = [];
    for (const [deviceId, alive] of this.#alive) {
      const quietMs = nowMs - alive.seenMs;
      const limitMs = alive.intervalMs * alive.count;
      const reason =
        alive.lostMs !== null && nowMs - alive.lostMs >= TCP_GRACE_MS
          ? 'connection-lost'
          : nowMs >= alive.expiresMs
            ? 'registration-expired'
            : quietMs >= limitMs
              ? 'keepalive-missed'
              : null;
      if (reason !== null) {
        this.#alive.delete(deviceId);
        out.push({ type: 'offline', deviceId, reason });
      } else if (!alive.probed && quietMs >= limitMs - alive.intervalMs * PROBE_SHARE) {
        alive.probed = true;
        out.push({ type: 'probe', deviceId });
      } else if (!alive.told && nowMs - alive.heardMs >= limitMs) {
        alive.told = true;
        out.push({ type: 'no-keepalive', deviceId, quietMs: nowMs - alive.heardMs });
      }
    }
    return out;
  }
}

/** The value within its bounds; the default for what is absent, no number, or not above 0 (REG-14). */
function clamp(value: number | undefined, byDefault: number, low: number, high: number): number {
  if (value === undefined || !Number.isFinite(value) || value <= 0) return byDefault;
  return Math.min(high, Math.max(low, value));
}
