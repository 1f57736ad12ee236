/** Every download: a queue for each device, what runs, what is kept of each. */
import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { downloadPath } from './download-path.ts';
import type { RunPorts } from './download-ports.ts';
import { type Download, isOver, partOf } from './download-row.ts';
import { DownloadRun, type RunEnd } from './download-run.ts';
import type { FootageRange } from './source.ts';

/** Calls for footage to one device at once: small recorders take so many, and say 486 to more. */
export const MAX_PER_DEVICE = 8;

/** Over all devices: 64 at 8× of 2 Mbit/s are a full gigabit. */
export const MAX_RUNNING = 64;

/** Downloads that wait or run; each is a row in memory, with at most 4 kB of the asker's own. */
export const MAX_OPEN = 10_000;

/** Downloads that are kept; past it those that ended long ago without a byte are forgotten. What has a file is bounded by the disk. */
export const MAX_KEPT = 20_000;

/** After a 486 the device is left alone for so long; and one that has said it is thought to have that little room for so long. */
export const BUSY_PAUSE_MS = 10_000;
const BUSY_MEMORY_MS = 600_000;

/** A device that others keep busy is waited for so long while nothing comes. */
export const BUSY_PATIENCE_MS = 3_600_000;

export interface DownloadRows {
  list(): Download[];
  put(row: Download): void;
  delete(id: string): void;
}

export interface DownloadsPorts extends Omit<RunPorts, 'save' | 'tell'> {
  readonly rows: DownloadRows;
  readonly timeZone: string;
  newId(): string;
  /** `queued`, `started`, `progress`, `resumed`, `completed`, `partial`, `failed`, `cancelled` */
  tell(what: string, row: Download): void;
}

export interface DownloadWish {
  readonly deviceId: string;
  readonly channelId: string;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  readonly speed: number;
  readonly transport: FootageRange['transport'];
  readonly exact: boolean;
  readonly priority: number;
  readonly tag?: unknown;
}

interface Running {
  readonly run: DownloadRun;
  readonly done: Promise<void>;
}

/** How much room a device has. */
interface Room {
  limit: number;
  untilMs: number;
  pausedUntilMs: number;
}

export class Downloads {
  readonly #ports: DownloadsPorts;
  readonly #rows = new Map<string, Download>();
  readonly #running = new Map<string, Running>();
  readonly #rooms = new Map<string, Room>();
  /** Since when a device has had no room for it, and what had come by then. */
  readonly #refused = new Map<string, { readonly sinceMs: number; readonly receivedMs: number }>();
  #number = 0;
  #cancelTimer: () => void = () => {};
  #isClosed = false;

  constructor(ports: DownloadsPorts) {
    this.#ports = ports;
    for (const row of ports.rows.list()) {
      this.#rows.set(row.id, row);
      this.#number = Math.max(this.#number, row.number);
    }
  }

  /** What the process before this one left goes on. */
  resume(): void {
    for (const row of this.#rows.values()) if (!isOver(row)) this.#wait(row);
    this.#schedule();
  }

  /** In the order of asking. */
  all(): Download[] {
    return [...this.#rows.values()];
  }

  get(id: string): Download | undefined {
    return this.#rows.get(id);
  }

  /** How many have a call or are about to, and how many wait for their turn. */
  get counts(): { running: number; queued: number } {
    let open = 0;
    for (const row of this.#rows.values()) if (!isOver(row)) open += 1;
    return { running: this.#running.size, queued: open - this.#running.size };
  }

  /** Null: too many wait already. */
  add(wish: DownloadWish): Download | null {
    const open = [...this.#rows.values()].filter((row) => !isOver(row)).length;
    if (open >= MAX_OPEN) return null;
    if (this.#rows.size >= MAX_KEPT) this.#forgetOldest();
    const { rows, clock, newId, timeZone, absolutePath } = this.#ports;
    const taken = new Set([...this.#rows.values()].map(({ path }) => path));
    const isTaken = (path: string) =>
      taken.has(path) || existsSync(absolutePath(path)) || existsSync(absolutePath(partOf(path)));
    this.#number += 1;
    const row: Download = {
      ...wish,
      id: newId(),
      number: this.#number,
      createdAtEpochMs: clock.epochMs(),
      startedAtEpochMs: null,
      endedAtEpochMs: null,
      state: 'queued',
      path: downloadPath({ ...wish, timeZone }, isTaken),
      spans: null,
      givenUpEpochMs: null,
      fileStartEpochMs: null,
      covered: [],
      receivedMs: 0,
      bytes: 0,
      filesizeBytes: null,
      progress: 0,
      realSpeed: null,
      secondsLeft: null,
      missing: [],
      becomes: null,
      error: null,
    };
    this.#rows.set(row.id, row);
    rows.put(row);
    this.#ports.tell('queued', row);
    this.#schedule();
    return row;
  }

  /** Ends it; what came stays, and `retry` goes on from there. False: it is over already. */
  async cancel(row: Download): Promise<boolean> {
    if (isOver(row)) return false;
    const running = this.#running.get(row.id);
    if (running !== undefined) {
      running.run.stop('cancelled');
      await running.done;
      // it may have been whole in that moment
      return row.state === 'cancelled';
    }
    row.state = 'cancelled';
    row.endedAtEpochMs = this.#ports.clock.epochMs();
    this.#ports.rows.put(row);
    this.#ports.tell('cancelled', row);
    return true;
  }

  /** One that failed, was cancelled or is partial goes on: what is missing is asked for again. False: there is nothing to do. */
  retry(row: Download): boolean {
    if (!isOver(row) || row.state === 'complete' || this.#running.has(row.id)) return false;
    if (row.state === 'partial') {
      // holes lie inside of the finished file: another is made, and takes its place when it is whole
      Object.assign(row, { fileStartEpochMs: null, covered: [], receivedMs: 0, bytes: 0, progress: 0 });
    }
    Object.assign(row, { spans: null, givenUpEpochMs: null, missing: [], becomes: null, error: null });
    row.endedAtEpochMs = null;
    this.#wait(row);
    this.#ports.tell('queued', row);
    this.#schedule();
    return true;
  }

  setPriority(row: Download, priority: number): void {
    row.priority = priority;
    this.#ports.rows.put(row);
    this.#schedule();
  }

  /** Job and file are gone. */
  async delete(row: Download): Promise<void> {
    await this.cancel(row);
    await this.#running.get(row.id)?.done;
    await this.#deleteFiles(row);
    this.#rows.delete(row.id);
    this.#refused.delete(row.id);
    this.#ports.rows.delete(row.id);
    this.#ports.tell('deleted', row);
  }

  deviceOnline(deviceId: string): void {
    for (const { run } of this.#running.values()) if (run.row.deviceId === deviceId) run.deviceOnline();
  }

  /** Everything comes to rest so that the next process goes on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer();
    const running = [...this.#running.values()];
    for (const { run } of running) run.stop('left');
    await Promise.all(running.map(({ done }) => done));
  }

  /** A script that asks in vain every minute fills nothing. */
  #forgetOldest(): void {
    for (const row of this.#rows.values()) {
      if (!isOver(row) || row.bytes > 0 || this.#running.has(row.id)) continue;
      this.#rows.delete(row.id);
      this.#ports.rows.delete(row.id);
      return;
    }
  }

  #wait(row: Download): void {
    row.state = row.fileStartEpochMs === null ? 'queued' : 'resuming';
    this.#ports.rows.put(row);
  }

  async #deleteFiles({ path }: Download): Promise<void> {
    const { absolutePath } = this.#ports;
    for (const file of [path, partOf(path)]) await rm(absolutePath(file), { force: true });
    // other downloads of the channel keep the folder
    await rmdir(dirname(absolutePath(path))).catch(() => {});
  }

  /** Starts what there is room for: by priority, then in the order of asking. */
  #schedule(): void {
    this.#cancelTimer();
    if (this.#isClosed) return;
    const nowMs = this.#ports.clock.nowMs();
    const waiting = [...this.#rows.values()]
      .filter((row) => !isOver(row) && !this.#running.has(row.id))
      .sort((a, b) => b.priority - a.priority || a.number - b.number);
    let wakeMs = Number.POSITIVE_INFINITY;
    const counts = new Map<string, number>();
    for (const { run } of this.#running.values()) counts.set(run.row.deviceId, (counts.get(run.row.deviceId) ?? 0) + 1);
    for (const row of waiting) {
      if (this.#running.size >= MAX_RUNNING) break;
      const room = this.#roomOf(row.deviceId, nowMs);
      const count = counts.get(row.deviceId) ?? 0;
      if (count >= room.limit) continue;
      if (room.pausedUntilMs > nowMs) {
        wakeMs = Math.min(wakeMs, room.pausedUntilMs);
        continue;
      }
      counts.set(row.deviceId, count + 1);
      this.#start(row);
    }
    if (wakeMs < Number.POSITIVE_INFINITY)
      this.#cancelTimer = this.#ports.clock.after(wakeMs - nowMs, () => this.#schedule());
  }

  #roomOf(deviceId: string, nowMs: number): Room {
    const room = this.#rooms.get(deviceId);
    if (room !== undefined && nowMs < room.untilMs) return room;
    this.#rooms.delete(deviceId);
    return { limit: MAX_PER_DEVICE, untilMs: 0, pausedUntilMs: 0 };
  }

  #start(row: Download): void {
    const { rows, clock, tell } = this.#ports;
    const isFirst = row.startedAtEpochMs === null;
    row.startedAtEpochMs ??= clock.epochMs();
    if (row.state === 'queued') row.state = 'running';
    rows.put(row);
    if (isFirst) tell('started', row);
    const run = new DownloadRun({ ...this.#ports, save: (one) => rows.put(one), tell }, row);
    const done = run
      .run()
      .catch((error: unknown): RunEnd => {
        row.state = 'failed';
        row.error = { code: 'io', detail: (error as Error).message };
        row.endedAtEpochMs = clock.epochMs();
        rows.put(row);
        return 'over';
      })
      .then((end) => this.#ended(row, end));
    this.#running.set(row.id, { run, done });
  }

  #ended(row: Download, end: RunEnd): void {
    this.#running.delete(row.id);
    if (end === 'over') {
      this.#refused.delete(row.id);
      this.#ports.tell(row.state === 'complete' ? 'completed' : row.state, row);
    } else if (end === 'busy') this.#busy(row);
    this.#schedule();
  }

  /** 486: the device has no room for one more than those that run. */
  #busy(row: Download): void {
    const nowMs = this.#ports.clock.nowMs();
    const running = [...this.#running.values()].filter(({ run }) => run.row.deviceId === row.deviceId).length;
    this.#rooms.set(row.deviceId, {
      limit: Math.max(1, running),
      untilMs: nowMs + BUSY_MEMORY_MS,
      pausedUntilMs: nowMs + BUSY_PAUSE_MS,
    });
    const before = this.#refused.get(row.id);
    if (before === undefined || before.receivedMs !== row.receivedMs)
      this.#refused.set(row.id, { sinceMs: nowMs, receivedMs: row.receivedMs });
    else if (nowMs - before.sinceMs >= BUSY_PATIENCE_MS) {
      row.state = 'failed';
      row.error = { code: 'device_busy', detail: 'the device has no room for another call (486)' };
      row.endedAtEpochMs = this.#ports.clock.epochMs();
      this.#refused.delete(row.id);
      this.#ports.rows.put(row);
      this.#ports.tell('failed', row);
      return;
    }
    this.#wait(row);
  }
}
