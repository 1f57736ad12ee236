/**
 * One queue per device: requests to one device are serialised, so nothing is sent between an INVITE and its ACK. Cameras with
 * one SIP thread lose what comes meanwhile. A task ends by calling `done`; the next begins then.
 */

/** Waiting tasks of one device. An NVR of 256 channels that is to play all of them fits. */
export const MAX_WAITING = 512;
/** A MESSAGE without an answer holds the line this long, then the next goes: its transaction goes on beside it. */
export const MESSAGE_HOLD_MS = 2_000;

export interface OutboxTask {
  /** Goes before everything that waits: the BYE that frees a session goes before the INVITE that needs one. */
  urgent: boolean;
  /** The line is freed after this long at the latest; null: only by `done` (an INVITE until its ACK). */
  holdMs: number | null;
  /** Starts the task; `done` may be called at once, later calls do nothing. */
  run(done: (nowMs: number) => void, nowMs: number): void;
}

interface Line {
  waiting: OutboxTask[];
  /** Frees the line for the running task; null when idle. */
  running: { freeAtMs: number | null; free: (nowMs: number) => void } | null;
}

export class Outbox {
  readonly #lines = new Map<string, Line>();

  /** False when the queue of this device is full. Urgent tasks always find room: they end things. */
  add(deviceId: string, task: OutboxTask, nowMs: number): boolean {
    let line = this.#lines.get(deviceId);
    if (line === undefined) {
      line = { waiting: [], running: null };
      this.#lines.set(deviceId, line);
    }
    if (task.urgent) {
      const at = line.waiting.findIndex((t) => !t.urgent);
      line.waiting.splice(at < 0 ? line.waiting.length : at, 0, task);
    } else if (line.waiting.length >= MAX_WAITING) return false;
    else line.waiting.push(task);
    this.#next(deviceId, line, nowMs);
    return true;
  }

  /** Frees lines whose task holds them too long. */
  poll(nowMs: number): void {
    for (const line of this.#lines.values()) {
      if (line.running?.freeAtMs != null && nowMs >= line.running.freeAtMs) line.running.free(nowMs);
    }
  }

  #next(deviceId: string, line: Line, nowMs: number): void {
    // a loop, not recursion: tasks that end at once must not grow the stack
    while (line.running === null) {
      const task = line.waiting.shift();
      if (task === undefined) {
        if (this.#lines.get(deviceId) === line) this.#lines.delete(deviceId);
        return;
      }
      let returned = false;
      const running = {
        freeAtMs: task.holdMs === null ? null : nowMs + task.holdMs,
        free: (freedMs: number): void => {
          if (line.running !== running) return;
          line.running = null;
          if (returned) this.#next(deviceId, line, freedMs);
        },
      };
      line.running = running;
      task.run(running.free, nowMs);
      returned = true;
    }
  }

  /** Tasks waiting or running, over all devices. */
  get size(): number {
    let size = 0;
    for (const line of this.#lines.values()) size += line.waiting.length + (line.running === null ? 0 : 1);
    return size;
  }
}
