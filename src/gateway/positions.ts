import type { Directory } from '../sip/camera/directory.ts';
import { parseDeviceTime } from '../sip/manscdp/device-time.ts';
import type { Envelope } from '../sip/manscdp/envelope.ts';
import { type MobilePosition, readMobilePositions } from '../sip/manscdp/mobile-position.ts';
import { readPtzPosition } from '../sip/manscdp/ptz-position.ts';
import type { PositionQuery, PositionRows, StoredPosition } from '../store/positions.ts';
import type { Clock } from './clock.ts';
import type { PlaceView, PositionsDesk, PositionView } from './told-views.ts';
import type { Problem } from './views.ts';

/** Points wait so long for others that are written with them; a query sees them at once all the same. */
const FLUSH_MS = 500;
/** Written in one transaction, some milliseconds; what is more waits for the next turn, so that packets come in between. */
const MAX_BATCH = 250;
/** In memory: ten seconds of 2,000 devices that tell once a second, which only a disk that does not write any more can fill. */
export const MAX_WAITING_POSITIONS = 20_000;
/** Tracks are kept for a month; a car that tells every 5 s drives half a million points in that time. */
const KEEP_DAYS = 30;
/** Points in all, of some 300 bytes each: 3 GB at most. */
const MAX_POINTS = 10_000_000;
/** Old points are looked for this often, and so many of them dropped at a time, in some tens of milliseconds. */
const TRIM_MS = 60_000;
const TRIM_POINTS = 20_000;
const DAY_MS = 86_400_000;
/** A clock that is further ahead than this is wrong; one that is behind may tell late of what it has gathered. */
const MAX_AHEAD_MS = 600_000;

export interface PositionsPorts {
  readonly rows: PositionRows;
  readonly directory: Directory;
  readonly clock: Clock;
  /** Zone of the devices' clocks. */
  readonly timeZone: string;
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
  /** Null when the device has this channel, or is itself meant. */
  missing(deviceId: string, channelId: string): Problem | null;
}

/** Where devices are, as they tell it: published at once, written a little later and many together, never while a packet waits. */
export class Positions implements PositionsDesk {
  readonly counters = { received: 0, dropped: 0 };
  readonly #ports: PositionsPorts;
  /** By device, channel and time: what is told twice is one point. */
  readonly #waiting = new Map<string, StoredPosition>();
  /** The newest of each channel, so that a second dialogue or the same notify again makes no second event. */
  readonly #newest = new Map<string, StoredPosition>();
  #cancelFlush: (() => void) | null = null;
  #cancelTrim: () => void;

  constructor(ports: PositionsPorts) {
    this.#ports = ports;
    this.#cancelTrim = ports.clock.after(TRIM_MS, () => this.#trim());
  }

  /** A Notify/MobilePosition came from where the device registered. */
  notified(deviceId: string, envelope: Envelope): void {
    for (const position of readMobilePositions(envelope)) this.#take(this.#stored(deviceId, position));
  }

  /** A Notify/PTZPosition came from where the device registered: told on, not kept. */
  ptzNotified(deviceId: string, envelope: Envelope): void {
    const { ok: _, ...position } = readPtzPosition(envelope);
    const said = Object.entries(position).filter(([, value]) => value !== null);
    if (said.length === 0) return;
    const channelId = this.#channelOf(deviceId, envelope.deviceId);
    this.#ports.publish('ptz.position', { deviceId, channelId, ...Object.fromEntries(said) });
  }

  track(query: PositionQuery): { readonly items: PositionView[]; readonly next: number | null } | Problem {
    const missing = this.#ports.missing(query.deviceId, query.channelId);
    if (missing !== null) return missing;
    this.#writeAll();
    const rows = this.#ports.rows.page({ ...query, limit: query.limit + 1 });
    const shown = rows.slice(0, query.limit);
    return {
      items: shown.map((row) => this.#view(row)),
      next: rows.length > shown.length ? (shown.at(-1)?.epochMs ?? null) : null,
    };
  }

  newest({ after, limit }: Parameters<PositionsDesk['newest']>[0]): { items: PlaceView[]; hasMore: boolean } {
    this.#writeAll();
    const rows = this.#ports.rows.newest({ after, limit: limit + 1 });
    const items = rows.slice(0, limit).map((row) => ({
      deviceId: row.deviceId,
      channelId: row.channelId,
      ...this.#view(row),
    }));
    return { items, hasMore: rows.length > limit };
  }

  /** Points that are not written yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The device was deleted: its track goes with it. */
  forget(deviceId: string): void {
    for (const map of [this.#waiting, this.#newest])
      for (const [key, position] of map) if (position.deviceId === deviceId) map.delete(key);
    this.#ports.rows.delete(deviceId);
  }

  /** Writes what waits. Idempotent. */
  close(): void {
    this.#cancelTrim();
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#writeAll();
  }

  #take(position: StoredPosition): void {
    const { deviceId, channelId, epochMs } = position;
    const place = `${deviceId} ${channelId}`;
    const newest = this.#newest.get(place);
    if (newest !== undefined && isSame(newest, position)) return;
    if (newest === undefined || newest.epochMs <= epochMs) this.#newest.set(place, position);
    this.counters.received += 1;
    this.#ports.publish('position', { deviceId, channelId, ...this.#view(position) });
    if (this.#waiting.size >= MAX_WAITING_POSITIONS) {
      this.counters.dropped += 1;
      return;
    }
    this.#waiting.set(`${place} ${epochMs}`, position);
    this.#cancelFlush ??= this.#ports.clock.after(FLUSH_MS, () => this.#flush());
  }

  #stored(deviceId: string, { id, time, ...place }: MobilePosition): StoredPosition {
    const { clock, timeZone } = this.#ports;
    const receivedEpochMs = clock.epochMs();
    const told = parseDeviceTime(time, timeZone)?.epochMs[0] ?? receivedEpochMs;
    // a clock that was never set: the track would be lost in 1970, or never end
    const isOff = told > receivedEpochMs + MAX_AHEAD_MS || told < receivedEpochMs - KEEP_DAYS * DAY_MS;
    const channelId = this.#channelOf(deviceId, id);
    return { deviceId, channelId, epochMs: isOff ? receivedEpochMs : told, receivedEpochMs, ...place };
  }

  /** What names none of the channels is about the only one, or about the device itself. */
  #channelOf(deviceId: string, id: string): string {
    const { directory } = this.#ports;
    if (directory.channel(deviceId, id) !== undefined) return id;
    return directory.channelCount(deviceId) === 1 ? (directory.channels(deviceId)[0]?.id ?? deviceId) : deviceId;
  }

  #view({ deviceId: _, channelId: __, epochMs, receivedEpochMs, ...place }: StoredPosition): PositionView {
    const { iso } = this.#ports;
    const { longitude, latitude, ...others } = place;
    const said = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null));
    return { time: iso(epochMs), receivedAt: iso(receivedEpochMs), longitude, latitude, ...said };
  }

  /** One batch, then others have their turn. */
  #flush(): void {
    this.#cancelFlush = null;
    this.#write(MAX_BATCH);
    if (this.#waiting.size > 0) this.#cancelFlush = this.#ports.clock.after(0, () => this.#flush());
  }

  #writeAll(): void {
    while (this.#waiting.size > 0) this.#write(MAX_WAITING_POSITIONS);
  }

  #write(count: number): void {
    const batch: StoredPosition[] = [];
    for (const [key, position] of this.#waiting) {
      if (batch.length >= count) break;
      batch.push(position);
      this.#waiting.delete(key);
    }
    if (batch.length > 0) this.#ports.rows.addAll(batch);
  }

  #trim(): void {
    const before = this.#ports.clock.epochMs() - KEEP_DAYS * DAY_MS;
    this.#ports.rows.trim({ before, kept: MAX_POINTS, count: TRIM_POINTS });
    this.#cancelTrim = this.#ports.clock.after(TRIM_MS, () => this.#trim());
  }
}

function isSame(a: StoredPosition, b: StoredPosition): boolean {
  return a.epochMs === b.epochMs && a.longitude === b.longitude && a.latitude === b.latitude;
}
