import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus, freemem, networkInterfaces, totalmem } from 'node:os';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** EDGE. What the machine says of itself: processors, memory, disk, clock, interfaces, the delay of our event loop. */

/** Loads are averages over this: shorter jumps, longer hides. */
const WINDOW_MS = 2000;
/** The delay of the loop is judged over a minute: 3,000 looks, so that one stall is no hundredth part. */
const LOOP_WINDOWS = 30;
/** From this part of a minute on it speaks for itself; before, the minute before speaks. */
const ENOUGH_WINDOWS = 5;
/** One look per this many milliseconds; each is a timer that fires. */
const LOOP_RESOLUTION_MS = 20;
/** `timedatectl` answers in milliseconds, or hangs on a bus that is not there. */
const CLOCK_ANSWER_MS = 2000;
/** Part of systemd, so there where `/run/systemd/system` is. */
const CLOCK_PROGRAM = 'timedatectl';

/** Loads since the last window: 1 is one whole core for the process, the whole machine for the machine. */
export interface Load {
  readonly process: number;
  readonly machine: number;
}

export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

const NO_DELAY: LoopDelay = { p99Ms: 0, maxMs: 0 };

/** Measures while the gateway is open. */
export class MachineMeter {
  load: Load = { process: 0, machine: 0 };
  readonly #timer: NodeJS.Timeout;
  readonly #histogram: IntervalHistogram;
  #windows = 0;
  #minute: LoopDelay = NO_DELAY;
  #minuteBefore: LoopDelay = NO_DELAY;
  #before = { atMs: performance.now(), cpu: process.cpuUsage(), machine: machineTimes() };

  constructor() {
    this.#histogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#look(), WINDOW_MS);
    this.#timer.unref();
  }

  /** Over the last minute or two, beyond what the measuring itself waits. */
  get loop(): LoopDelay {
    const { p99Ms } = this.#windows < ENOUGH_WINDOWS ? this.#minuteBefore : this.#minute;
    return { p99Ms, maxMs: Math.max(this.#minute.maxMs, this.#minuteBefore.maxMs) };
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #look(): void {
    const now = { atMs: performance.now(), cpu: process.cpuUsage(), machine: machineTimes() };
    const { atMs, cpu, machine } = this.#before;
    const spentMs = (now.cpu.user - cpu.user + now.cpu.system - cpu.system) / 1000;
    const total = now.machine.total - machine.total;
    this.load = {
      process: spentMs / Math.max(1, now.atMs - atMs),
      machine: total > 0 ? (now.machine.busy - machine.busy) / total : 0,
    };
    this.#before = now;
    const own = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - LOOP_RESOLUTION_MS);
    const { max } = this.#histogram;
    // a percentile is the upper edge of its bucket, which may lie above the longest delay there was
    this.#minute = { p99Ms: own(Math.min(max, this.#histogram.percentile(99))), maxMs: own(max) };
    this.#windows += 1;
    if (this.#windows < LOOP_WINDOWS) return;
    this.#minuteBefore = this.#minute;
    this.#minute = NO_DELAY;
    this.#windows = 0;
    this.#histogram.reset();
  }
}

function machineTimes(): { busy: number; total: number } {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    total += all;
    busy += all - times.idle;
  }
  return { busy, total };
}

/** Cores and memory. */
export function machineSize(): { cores: number; memoryBytes: number; memoryFreeBytes: number } {
  return { cores: cpus().length, memoryBytes: totalmem(), memoryFreeBytes: freemem() };
}

/** The file system of a folder; null when the folder cannot be looked at. */
export async function diskOf(path: string): Promise<{ path: string; totalBytes: number; freeBytes: number } | null> {
  try {
    const { bsize, blocks, bavail } = await statfs(path);
    return { path, totalBytes: bsize * blocks, freeBytes: bsize * bavail };
  } catch {
    return null;
  }
}

/** `net.core.rmem_max`; null where there is no such thing. */
export function receiveBufferMaxBytes(): number | null {
  try {
    return Number(readFileSync('/proc/sys/net/core/rmem_max', 'latin1').trim()) || null;
  } catch {
    return null; // another operating system
  }
}

/** `address/bits` of every interface but loopback. */
export function ownNetworks(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ internal, cidr }) => (internal || cidr === null ? [] : [cidr]));
}

/** What systemd says about the clock; null where it cannot be asked (containers, other systems). */
export function isClockSynchronized(): Promise<boolean | null> {
  if (!existsSync('/run/systemd/system')) return Promise.resolve(null);
  return new Promise((resolve) => {
    execFile(
      CLOCK_PROGRAM,
      ['show', '--property=NTPSynchronized', '--value'],
      { timeout: CLOCK_ANSWER_MS },
      (error, stdout) => resolve(error !== null ? null : stdout.trim() === 'yes'),
    );
  });
}
