import { Live } from './live.ts';
import type { LiveOptions, LivePorts } from './live-ports.ts';

/** Ended streams stay readable this long (contract, API). */
const ENDED_KEPT_MS = 3_600_000;
/** At most so many of them (contract, API). */
const ENDED_KEPT = 1000;

export interface MediaTotals {
  packets: number;
  bytes: number;
  lost: number;
  discarded: number;
  frames: number;
  strangers: number;
  malformed: number;
  connectionsDropped: number;
}

const NOTHING: MediaTotals = {
  packets: 0,
  bytes: 0,
  lost: 0,
  discarded: 0,
  frames: 0,
  strangers: 0,
  malformed: 0,
  connectionsDropped: 0,
};

/** Which channels are pulled now: one stream per (channel, stream number), and the ended ones for a while. */
export class LiveTable {
  readonly #ports: LivePorts;
  readonly #newId: () => string;
  readonly #byChannel = new Map<string, Live>();
  readonly #byId = new Map<string, Live>();
  readonly #ended: Live[] = [];
  /** Sums over streams that have ended: totals only grow. */
  readonly #endedTotals: MediaTotals = { ...NOTHING };

  constructor(ports: LivePorts, newId: () => string) {
    this.#ports = ports;
    this.#newId = newId;
  }

  /** Every stream that runs or may still be read, oldest first. */
  all(): Live[] {
    this.#forget();
    return [...this.#byId.values()];
  }

  running(): Live[] {
    return [...this.#byChannel.values()];
  }

  byId(id: string): Live | undefined {
    this.#forget();
    return this.#byId.get(id);
  }

  byChannel(deviceId: string, channelId: string, streamNumber: number): Live | undefined {
    return this.#byChannel.get(key(deviceId, channelId, streamNumber));
  }

  /** What came in over all streams of this process. */
  totals(): MediaTotals {
    const totals = { ...this.#endedTotals };
    for (const live of this.#byChannel.values()) addTotals(totals, live);
    return totals;
  }

  /** The running stream of that channel, or a new one that begins to pull. No await in between: this is the one lock. */
  join(
    deviceId: string,
    channelId: string,
    streamNumber: number,
    o: Pick<LiveOptions, 'transport' | 'keep'>,
  ): { live: Live; created: boolean } {
    const channelKey = key(deviceId, channelId, streamNumber);
    const running = this.#byChannel.get(channelKey);
    if (running !== undefined) {
      if (o.keep && !running.keep) {
        running.keep = true;
        running.touch(); // a linger that runs must not end it
      }
      return { live: running, created: false };
    }
    const live: Live = new Live(this.#ports, {
      ...o,
      id: this.#newId(),
      deviceId,
      channelId,
      streamNumber,
      onEnded: () => {
        this.#byChannel.delete(channelKey);
        this.#ended.push(live);
        addTotals(this.#endedTotals, live);
        this.#forget();
      },
    });
    this.#byChannel.set(channelKey, live);
    this.#byId.set(live.id, live);
    return { live, created: true };
  }

  #forget(): void {
    const before = this.#ports.clock.epochMs() - ENDED_KEPT_MS;
    while (this.#ended.length > ENDED_KEPT || (this.#ended[0]?.endedEpochMs ?? Number.POSITIVE_INFINITY) < before) {
      const oldest = this.#ended.shift();
      if (oldest !== undefined) this.#byId.delete(oldest.id);
    }
  }
}

function key(deviceId: string, channelId: string, streamNumber: number): string {
  return `${deviceId}/${channelId}/${streamNumber}`;
}

function addTotals(totals: MediaTotals, live: Live): void {
  const { packets, bytes, lost, discarded, frames } = live.counters;
  totals.packets += packets;
  totals.bytes += bytes;
  totals.lost += lost;
  totals.discarded += discarded;
  totals.frames += frames;
  totals.strangers += live.refused.strangers;
  totals.malformed += live.refused.malformed;
  totals.connectionsDropped += live.refused.connections;
}
