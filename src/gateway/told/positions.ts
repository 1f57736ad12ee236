import type { Directory } from '../../sip/camera/directory.ts';
import { parseDeviceTime } from '../../sip/manscdp/device-time.ts';
import type { Envelope } from '../../sip/manscdp/envelope.ts';
import { type MobilePosition, readMobilePositions } from '../../sip/manscdp/mobile-position.ts';
import { readPtzPosition } from '../../sip/manscdp/ptz-position.ts';
import type { PositionQuery, PositionRows, StoredPosition } from '../../store/positions.ts';
import type { Clock } from '../clock.ts';
import type { Asked } from '../control/asked.ts';
import { channelMeant } from '../devices/channel-meant.ts';
import type { Problem } from '../views.ts';
import { type Placed, PositionQuestions } from './position-questions.ts';
import type { PlaceView, PositionsDesk, PositionView } from './told-views.ts';

/** Points wait so long for others that are written with them; a query sees them at once all the same. */
const FLUSH_MS = 500;
/** Written in one transaction, some milliseconds; what is more waits for the next turn, so that packets come in between. */
const MAX_BATCH = 250;
/** In memory: ten seconds of 2,000 devices that tell once a second, which only a disk that does not write any more can fill. */
export const MAX_WAITING_POSITIONS = 20_000;
/** How often old points are looked for when there were none; when there were, the next few go this soon. */
const TRIM_MS = 60_000;
const DRIP_MS = 20;
/** Dropped in one transaction, some milliseconds: more than 2,000 devices tell in that time, less than a frame waits for. */
const DRIP_POINTS = 200;
/** A batch that the disk refused is tried again after this. */
const REFUSED_MS = 2_000;
/** Longest that batches wait for a disk that is being flushed: then they are written beside that. */
const MAX_HOLD_MS = 5_000;
/** Devices that were deleted and whose tracks are not all gone yet. */
const FORGOTTEN = 'forgottenTracks';
const DAY_MS = 86_400_000;
/** A clock that is further ahead than this is wrong; one that is behind may tell late of what it has gathered. */
const MAX_AHEAD_MS = 600_000;
/** Where tracks are kept for ever, a clock that is ten years behind was never set. */
const MAX_BEHIND_DAYS = 3_650;

export interface PositionsPorts {
  readonly rows: PositionRows;
  readonly settings: { get(name: string): string | undefined; put(name: string, value: string): void };
  /** Days that points are kept; null: for ever. */
  readonly keepDays: number | null;
  /** Points that are kept, of all devices. */
  readonly maxPoints: number;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly asked: Pick<Asked, 'askChannel' | 'silent'>;
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
  readonly #forgotten: Set<string>;
  readonly #questions: PositionQuestions;
  #heldSinceMs: number | null = null;
  #cancelFlush: (() => void) | null = null;
  #cancelTrim: () => void;

  constructor(ports: PositionsPorts) {
    this.#ports = ports;
    this.#forgotten = new Set(JSON.parse(ports.settings.get(FORGOTTEN) ?? '[]') as string[]);
    const take = (deviceId: string, told: readonly MobilePosition[]) => told.map((each) => this.#told(deviceId, each));
    this.#questions = new PositionQuestions({ asked: ports.asked, missing: ports.missing, take });
    this.#cancelTrim = ports.clock.after(TRIM_MS, () => this.#trim());
  }

  /** A Notify/MobilePosition came from where the device registered. */
  notified(deviceId: string, envelope: Envelope): void {
    for (const position of readMobilePositions(envelope))
      this.#questions.told(deviceId, this.#told(deviceId, position));
  }

  ask(deviceId: string, channelId: string, o: { force: boolean }): Promise<PositionView | Problem> {
    return this.#questions.ask(deviceId, channelId, o);
  }

  /** A Notify/PTZPosition came from where the device registered: told on, not kept. */
  ptzNotified(deviceId: string, envelope: Envelope): void {
    const { ok: _, reason: __, ...position } = readPtzPosition(envelope);
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
    // of a device that is gone some points may still be there
    const kept = rows.slice(0, limit).filter(({ deviceId }) => !this.#forgotten.has(deviceId));
    const items = kept.map((row) => ({
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

  /** The device was deleted: its track goes with it, a few points at a time. */
  forget(deviceId: string): void {
    for (const map of [this.#waiting, this.#newest])
      for (const [key, position] of map) if (position.deviceId === deviceId) map.delete(key);
    this.#forgotten.add(deviceId);
    this.#keepForgotten();
    this.#cancelTrim();
    this.#trim();
  }

  /** Writes what waits. Idempotent. */
  close(): void {
    this.#cancelTrim();
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#writeAll();
  }

  #told(deviceId: string, told: MobilePosition): Placed {
    const position = this.#stored(deviceId, told);
    this.#take(position);
    return { channelId: position.channelId, view: this.#view(position) };
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
    const { clock, keepDays, timeZone } = this.#ports;
    const receivedEpochMs = clock.epochMs();
    const told = parseDeviceTime(time, timeZone)?.epochMs[0] ?? receivedEpochMs;
    // a clock that was never set: the track would be lost in 1970, or never end
    const isOff =
      told > receivedEpochMs + MAX_AHEAD_MS || told < receivedEpochMs - (keepDays ?? MAX_BEHIND_DAYS) * DAY_MS;
    const channelId = this.#channelOf(deviceId, id);
    return { deviceId, channelId, epochMs: isOff ? receivedEpochMs : told, receivedEpochMs, ...place };
  }

  /** What names none of the channels is about the only one, or about the device itself. */
  #channelOf(deviceId: string, id: string): string {
    return channelMeant(this.#ports.directory, deviceId, id) ?? deviceId;
  }

  #view({ deviceId: _, channelId: __, epochMs, receivedEpochMs, ...place }: StoredPosition): PositionView {
    const { iso } = this.#ports;
    const { longitude, latitude, ...others } = place;
    const said = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null));
    return { time: iso(epochMs), receivedAt: iso(receivedEpochMs), longitude, latitude, ...said };
  }

  /** One batch, then others have their turn. */
  #flush(): void {
    const { clock } = this.#ports;
    const isHeld = this.#isHeld();
    const isRefused = !isHeld && !this.#write(MAX_BATCH);
    const waitMs = isHeld ? FLUSH_MS : isRefused ? REFUSED_MS : 0;
    this.#cancelFlush = this.#waiting.size > 0 ? clock.after(waitMs, () => this.#flush()) : null;
  }

  /** A flush of the disk is not disturbed, within bounds: who writes meanwhile makes it longer. */
  #isHeld(): boolean {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#ports.rows.mustWait()) this.#heldSinceMs ??= nowMs;
    else this.#heldSinceMs = null;
    return this.#heldSinceMs !== null && nowMs - this.#heldSinceMs < MAX_HOLD_MS;
  }

  #writeAll(): void {
    while (this.#waiting.size > 0) if (!this.#write(MAX_WAITING_POSITIONS)) return;
  }

  /** False: the disk has refused it, and all still waits. */
  #write(count: number): boolean {
    const batch: [key: string, position: StoredPosition][] = [];
    for (const each of this.#waiting) {
      if (batch.length >= count) break;
      batch.push(each);
    }
    if (batch.length === 0) return true;
    if (!this.#ports.rows.addAll(batch.map(([, position]) => position))) return false;
    for (const [key] of batch) this.#waiting.delete(key);
    return true;
  }

  /** Drops a few of what is old, too much, or of devices that are gone; the next few follow soon. */
  #trim(): void {
    const { clock, keepDays, maxPoints, rows } = this.#ports;
    let dropped = 0;
    if (!rows.mustWait()) {
      const before = keepDays === null ? 0 : clock.epochMs() - keepDays * DAY_MS;
      dropped = this.#dropForgotten() || rows.trim({ before, kept: maxPoints, count: DRIP_POINTS });
    }
    const isMore = dropped > 0 || this.#forgotten.size > 0;
    this.#cancelTrim = clock.after(isMore ? DRIP_MS : TRIM_MS, () => this.#trim());
  }

  #dropForgotten(): number {
    const [deviceId] = this.#forgotten;
    if (deviceId === undefined) return 0;
    const dropped = this.#ports.rows.drop(deviceId, DRIP_POINTS);
    if (dropped === 0) {
      this.#forgotten.delete(deviceId);
      this.#keepForgotten();
    }
    return dropped;
  }

  #keepForgotten(): void {
    this.#ports.settings.put(FORGOTTEN, JSON.stringify([...this.#forgotten]));
  }
}

function isSame(a: StoredPosition, b: StoredPosition): boolean {
  return a.epochMs === b.epochMs && a.longitude === b.longitude && a.latitude === b.latitude;
}
