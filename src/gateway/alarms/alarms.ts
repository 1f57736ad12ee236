import { readAlarm } from '../../sip/manscdp/alarm.ts';
import { ALARM_WORDS } from '../../sip/manscdp/alarm-words.ts';
import type { Envelope } from '../../sip/manscdp/envelope.ts';
import type { AlarmQuery, AlarmRows, StoredAlarm } from '../../store/alarms.ts';
import type { Clock } from '../clock.ts';
import { AlarmReceipts } from './alarm-receipts.ts';
import { AlarmTwins, type Way } from './alarm-twins.ts';
import type { AlarmsDesk, AlarmView } from './alarm-views.ts';

/** Alarms wait so long for others that are written with them: a query sees them at once all the same. */
const FLUSH_MS = 200;
/** Written in one transaction, a few milliseconds; what is more waits for the next turn, so that packets come in between. */
export const MAX_BATCH = 100;
/** Alarms in memory: twenty seconds of a thousand a second, which only a disk that does not write any more can fill. */
export const MAX_WAITING = 20_000;
/** Rows that are dropped at a time, after a batch; more than come, so that the table shrinks. */
const TRIM_ROWS = 2 * MAX_BATCH;
/** Without alarms the old ones are looked for this often. */
const TRIM_MS = 10 * 60_000;
/** A batch that the disk refused is tried again after this. */
const REFUSED_MS = 2_000;
/** Longest that batches wait for a disk that is being flushed, a quarter of what memory holds: then they are written beside that. */
const MAX_HOLD_MS = 5_000;
const DAY_MS = 86_400_000;

export interface AlarmsPorts {
  readonly rows: AlarmRows;
  readonly clock: Clock;
  /** Zone of the devices' clocks. */
  readonly timeZone: string;
  /** Days that alarms are kept; null: for ever. */
  readonly keepDays: number | null;
  /** Alarms that are kept. */
  readonly maxRows: number;
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
  /** Which channel of the device that id means; null: none. */
  channelOf(deviceId: string, sourceId: string): string | null;
  /** Says to a device that its alarm is kept. */
  receipt(deviceId: string, sn: number, sourceId: string): Promise<unknown>;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
  /** Does what is to be done at an alarm. */
  act(alarm: StoredAlarm): void;
}

/** Alarms as they come: told at once, written a little later and many together, never while a packet waits. */
export class Alarms implements AlarmsDesk {
  readonly words = ALARM_WORDS;
  readonly counters = { received: 0, repeated: 0, dropped: 0 };
  readonly #ports: AlarmsPorts;
  readonly #receipts: AlarmReceipts;
  readonly #twins = new AlarmTwins();
  #waiting: StoredAlarm[] = [];
  #number: number;
  #heldSinceMs: number | null = null;
  #cancelFlush: (() => void) | null = null;
  #cancelTrim: () => void;

  constructor(ports: AlarmsPorts) {
    this.#ports = ports;
    this.#number = ports.rows.lastNumber();
    this.#receipts = new AlarmReceipts(this.#number, (...asked) => ports.receipt(...asked));
    this.#cancelTrim = ports.clock.after(0, () => this.#trimNow());
  }

  /** A Notify/Alarm came from where the device registered. */
  notified(deviceId: string, envelope: Envelope, by: Way): void {
    const { clock, timeZone, channelOf, found, publish, act } = this.#ports;
    const { deviation, epochMs, ...notice } = readAlarm(envelope, timeZone);
    this.counters.received += 1;
    if (deviation !== null) found(deviceId, 'SUB-6', deviation);
    const receipt = { deviceId, sn: envelope.sn ?? 1, sourceId: notice.sourceId };
    // what comes by NOTIFY has its answer already (9.11)
    const owe = () => (by === 'MESSAGE' ? this.#receipts.owe(this.#number, receipt) : undefined);
    if (this.#twins.isSecond(JSON.stringify([deviceId, epochMs, notice]), by, clock.nowMs())) {
      this.counters.repeated += 1;
      owe();
      return;
    }
    const receivedEpochMs = clock.epochMs();
    this.#number += 1;
    const alarm: StoredAlarm = {
      ...notice,
      number: this.#number,
      deviceId,
      channelId: channelOf(deviceId, notice.sourceId),
      epochMs: epochMs ?? receivedEpochMs,
      receivedEpochMs,
      by: by === 'MESSAGE' ? 'message' : 'notify',
    };
    if (this.#keep(alarm)) owe();
    publish('alarm', { ...this.#view(alarm) });
    act(alarm);
  }

  page(query: AlarmQuery): { items: AlarmView[]; hasMore: boolean } {
    this.#writeAll();
    const rows = this.#ports.rows.page({ ...query, limit: query.limit + 1 });
    return { items: rows.slice(0, query.limit).map((row) => this.#view(row)), hasMore: rows.length > query.limit };
  }

  get(id: string): AlarmView | null {
    if (!/^\d{1,15}$/.test(id)) return null;
    this.#writeAll();
    const row = this.#ports.rows.get(Number(id));
    return row === undefined ? null : this.#view(row);
  }

  /** Alarms that are not written yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Alarms that have no receipt, because too many of their device wait for theirs. */
  get receiptsLeftOut(): number {
    return this.#receipts.leftOut;
  }

  /** Writes what waits. Idempotent. */
  close(): void {
    this.#cancelTrim();
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#writeAll();
  }

  /** False: too many wait already. */
  #keep(alarm: StoredAlarm): boolean {
    if (this.#waiting.length >= MAX_WAITING) {
      this.counters.dropped += 1;
      return false;
    }
    this.#waiting.push(alarm);
    this.#cancelFlush ??= this.#ports.clock.after(FLUSH_MS, () => this.#flush());
    return true;
  }

  /** One batch, then others have their turn. */
  #flush(): void {
    const isHeld = this.#isHeld();
    const isRefused = !isHeld && !this.#writeBatch();
    if (!isHeld && !isRefused) this.#trim();
    const waitMs = isHeld ? FLUSH_MS : isRefused ? REFUSED_MS : 0;
    const isMore = this.#waiting.length > 0;
    this.#cancelFlush = isMore ? this.#ports.clock.after(waitMs, () => this.#flush()) : null;
  }

  /** A flush of the disk is not disturbed, within bounds: who writes meanwhile makes it longer. */
  #isHeld(): boolean {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#ports.rows.mustWait()) this.#heldSinceMs ??= nowMs;
    else this.#heldSinceMs = null;
    return this.#heldSinceMs !== null && nowMs - this.#heldSinceMs < MAX_HOLD_MS;
  }

  /** False: the disk has refused it, and all still waits. */
  #writeBatch(): boolean {
    const batch = this.#waiting.slice(0, MAX_BATCH);
    if (batch.length === 0) return true;
    if (!this.#ports.rows.addAll(batch)) return false;
    this.#waiting = this.#waiting.slice(batch.length);
    this.#receipts.written(batch.at(-1)!.number);
    return true;
  }

  #writeAll(): void {
    while (this.#waiting.length > 0) if (!this.#writeBatch()) return;
  }

  #trim(): number {
    const { clock, keepDays, maxRows, rows } = this.#ports;
    const receivedBefore = keepDays === null ? 0 : clock.epochMs() - keepDays * DAY_MS;
    return rows.trim({ receivedBefore, kept: maxRows, count: TRIM_ROWS });
  }

  #trimNow(): void {
    const isMore = this.#trim() > 0;
    this.#cancelTrim = this.#ports.clock.after(isMore ? FLUSH_MS : TRIM_MS, () => this.#trimNow());
  }

  #view(alarm: StoredAlarm): AlarmView {
    const { number, method, type, eventType, priority, longitude, latitude, raw, epochMs, receivedEpochMs } = alarm;
    const { methods, types, events, priorities } = ALARM_WORDS;
    const isIntrusion = method === 5 && type === 6;
    return {
      id: String(number),
      deviceId: alarm.deviceId,
      channelId: alarm.channelId,
      sourceId: alarm.sourceId,
      time: this.#ports.iso(epochMs),
      receivedAt: this.#ports.iso(receivedEpochMs),
      method,
      methodName: methods[method ?? 0] ?? null,
      type,
      typeName: types[method ?? 0]?.[type ?? 0] ?? null,
      eventType,
      eventName: isIntrusion ? (events[eventType ?? 0] ?? null) : null,
      priority,
      priorityName: priorities[priority ?? 0] ?? null,
      description: alarm.description,
      ...(longitude === null ? {} : { longitude }),
      ...(latitude === null ? {} : { latitude }),
      by: alarm.by,
      ...(Object.keys(raw).length === 0 ? {} : { raw }),
    };
  }
}
