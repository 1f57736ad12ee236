import type { Clock } from '../clock.ts';
import type { Problem } from '../views.ts';

/** One camera that is steered: which frame goes when, and that it stops. */

/** Frames of motion are this far apart: a joystick says more than a camera's one thread can take (20 a second). */
export const MIN_GAP_MS = 50;
/** The stop is said again so often and so far apart: a camera that misses it moves on for ever (PTZ-4). */
export const STOP_REPEATS = 2;
export const STOP_REPEAT_MS = 400;
/** A stop that the device did not take is tried again this often, this many times; then when the device comes back. */
export const STOP_RETRY_MS = 2_000;
export const STOP_RETRIES = 10;

/** Longest wait for the SIP answer to a frame: then the next one goes, and who asked is told. */
export const PATIENCE_MS = 3_000;

/** Both halves of a motion as `PTZCmd` writes them: pan, tilt and zoom in one frame, the lens in another. */
export interface Motion {
  /** Null: the view stands still. */
  readonly view: string | null;
  /** Null: the lens stands still. */
  readonly lens: string | null;
}

export interface LanePorts {
  readonly clock: Clock;
  readonly stop: string;
  readonly lensStop: string;
  /**
   * Sends one frame and answers when it is certain that it arrives no more: taken, refused, or given up. `isWanted` is asked when
   * its turn has come. A stop waits for no turn.
   */
  send(hex: string, o: { readonly isStop: boolean; isWanted(): boolean }): Promise<Problem | null>;
  /** What is answered when a frame is not taken in time. */
  late(): Problem;
  /** It may move from now on, or has been stopped: for whoever comes after this process. */
  owes(isOwed: boolean): void;
}

type Outcome = Problem | null;

export class PtzLane {
  readonly #ports: LanePorts;
  /** What is wanted; null: nothing of ours moves it. */
  #motion: Motion | null = null;
  /** Counts what was said: whatever is sent for an older number is out of date. */
  #said = 0;
  /** What the camera may be doing: frames of motion have gone out that no stop has followed yet. */
  readonly #moves = { view: false, lens: false };
  #isStopped = false;
  #owesStop = false;
  #isSending = false;
  #isSent = true;
  #inFlight = 0;
  #nextMs = 0;
  #waiting: ((outcome: Outcome) => void)[] = [];
  readonly #timers: { deadMan?: () => void; gap?: () => void; repeat?: () => void } = {};

  /** `isOwed`: the process before this one told it to move, and did not live to stop it. */
  constructor(ports: LanePorts, isOwed = false) {
    this.#ports = ports;
    if (!isOwed) return;
    this.#moves.view = true;
    this.#moves.lens = true;
    this.#isStopped = true;
    this.#owesStop = true;
  }

  /** Moves as told, until told otherwise, `timeoutMs` at most. What was told before and not sent yet is never sent. */
  drive(motion: Motion, timeoutMs: number): Promise<Outcome> {
    if (motion.view === null && motion.lens === null) return this.stop();
    this.#said += 1;
    this.#motion = motion;
    this.#isSent = false;
    this.#isStopped = false;
    this.#owesStop = false;
    this.#cancel('repeat');
    this.#set('deadMan', timeoutMs, () => void this.stop());
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#next();
    });
  }

  /** Stops everything, at once, and says so again: nothing of ours that is on its way can undo it. */
  stop(): Promise<Outcome> {
    this.#said += 1;
    this.#rest();
    this.#isStopped = true;
    this.#owesStop = true;
    return this.#sayStop(STOP_REPEATS, STOP_RETRIES);
  }

  /**
   * Something that is no motion of ours. `takesOver`: the camera moves by itself from now on (a preset, a cruise, a scan), so
   * neither the dead man nor a stop that is said again may end that.
   */
  async command(hex: string, takesOver: boolean): Promise<Outcome> {
    const sent = { isStop: false, isWanted: () => true };
    if (!takesOver) return this.#inTime(this.#send(hex, sent));
    this.#said += 1;
    const said = this.#said;
    const { view, lens } = this.#moves;
    this.#rest();
    this.#isStopped = false;
    this.#owesStop = false;
    this.#moves.view = false;
    this.#moves.lens = false;
    // the view goes its own way now; the lens would be focused for ever
    if (lens) void this.#send(this.#ports.lensStop, { isStop: true, isWanted: () => true });
    const outcome = await this.#inTime(this.#send(hex, sent));
    if (this.#said !== said) return outcome;
    if (outcome === null) this.#ports.owes(false);
    else if (view || lens) {
      // it does not go its own way, and nobody else stops it now
      this.#moves.lens = lens;
      void this.stop();
    }
    return outcome;
  }

  /**
   * Something that is said in other words moves it from now on (drag zoom, a precise position, tracking): what we began is stopped
   * before, and no stop is said again that would end that.
   */
  async giveWay(): Promise<void> {
    const { lens } = this.#moves;
    const isStopDue = this.#motion !== null || this.#owesStop;
    this.#said += 1;
    const said = this.#said;
    this.#rest();
    this.#isStopped = false;
    this.#owesStop = false;
    this.#moves.view = false;
    this.#moves.lens = false;
    const frames = lens ? [this.#ports.stop, this.#ports.lensStop] : [this.#ports.stop];
    const sent = { isStop: true, isWanted: () => true };
    const outcome = isStopDue ? await this.#inTime(this.#sendAll(frames, sent)) : null;
    if (this.#said !== said) return;
    if (outcome === null) this.#ports.owes(false);
    else {
      this.#moves.lens = lens;
      void this.stop();
    }
  }

  /** The device is back: a stop that it has not taken is said now. */
  online(): void {
    if (this.#owesStop && this.#timers.repeat === undefined) void this.#sayStop(0, STOP_RETRIES);
  }

  /** Nothing moves, nothing is on its way, nothing is to be sent. */
  get isIdle(): boolean {
    return !this.isMoving && this.#inFlight === 0 && !this.#owesStop && this.#timers.repeat === undefined;
  }

  get isMoving(): boolean {
    return this.#motion !== null;
  }

  /** No timer is left; what moves was stopped before. */
  close(): void {
    this.#rest();
    this.#isStopped = false;
    this.#owesStop = false;
  }

  #rest(): void {
    this.#motion = null;
    this.#isSent = true;
    for (const name of ['deadMan', 'gap', 'repeat'] as const) this.#cancel(name);
    for (const settle of this.#waiting.splice(0)) settle(null);
  }

  /** Sends the newest motion, when the one before was taken and the gap after it is over. */
  #next(): void {
    if (this.#isSending || this.#isSent || this.#timers.gap !== undefined) return;
    const waitMs = this.#nextMs - this.#ports.clock.nowMs();
    if (waitMs > 0) this.#set('gap', waitMs, () => this.#next());
    else if (this.#motion !== null) this.#sendMotion(this.#motion);
  }

  #sendMotion({ view, lens }: Motion): void {
    const { clock, lensStop, stop } = this.#ports;
    const said = this.#said;
    const waiting = this.#waiting.splice(0);
    const moves = this.#moves;
    // each frame states the whole of its half
    const frames = [
      ...(view !== null || moves.view ? [view ?? stop] : []),
      ...(lens !== null || moves.lens ? [lens ?? lensStop] : []),
    ];
    const moved = moves.view || moves.lens;
    moves.view = view !== null;
    moves.lens = lens !== null;
    this.#ports.owes(true);
    this.#isSending = true;
    this.#isSent = true;
    this.#nextMs = clock.nowMs() + MIN_GAP_MS;
    const sent = this.#sendAll(frames, { isStop: false, isWanted: () => this.#said === said });
    void this.#inTime(sent).then((outcome) => {
      this.#isSending = false;
      for (const settle of waiting) settle(outcome);
      // it was refused or never left, so there is nothing to stop: no stop is owed to a camera that stands still
      if (outcome !== null && outcome.problem !== 'device_timeout' && !moved && this.#said === said) {
        moves.view = false;
        moves.lens = false;
        this.#rest();
        this.#ports.owes(false);
      }
      this.#next();
    });
    void sent.then(() => {
      if (this.#said === said) return;
      // something newer was said meanwhile, and over UDP this may have arrived after it
      if (this.#isStopped) void this.#sayStop(0, STOP_RETRIES);
      else if (this.#motion !== null) this.#isSent = false;
      this.#next();
    });
  }

  async #sayStop(repeats: number, retries: number): Promise<Outcome> {
    const { lensStop, stop } = this.#ports;
    const said = this.#said;
    const frames = this.#moves.lens ? [stop, lensStop] : [stop];
    if (repeats > 0) this.#set('repeat', STOP_REPEAT_MS, () => void this.#sayStop(repeats - 1, retries));
    const sent = this.#sendAll(frames, { isStop: true, isWanted: () => this.#said === said });
    const outcome = await this.#inTime(sent);
    if (this.#said !== said) return outcome;
    const isLast = this.#timers.repeat === undefined;
    if (outcome === null) {
      this.#owesStop = false;
      this.#moves.view = false;
      if (isLast) {
        this.#moves.lens = false;
        this.#ports.owes(false);
      }
    } else if (isLast && retries > 0 && this.#owesStop)
      this.#set('repeat', STOP_RETRY_MS, () => void this.#sayStop(0, retries - 1));
    return outcome;
  }

  async #sendAll(frames: readonly string[], o: { isStop: boolean; isWanted(): boolean }): Promise<Outcome> {
    const outcomes = await Promise.all(frames.map((hex) => this.#send(hex, o)));
    return outcomes.find((outcome) => outcome !== null) ?? null;
  }

  async #send(hex: string, o: { isStop: boolean; isWanted(): boolean }): Promise<Outcome> {
    this.#inFlight += 1;
    const outcome = await this.#ports.send(hex, o);
    this.#inFlight -= 1;
    return outcome;
  }

  /** Nobody waits longer than this for a camera, whatever becomes of the frame. */
  #inTime(sent: Promise<Outcome>): Promise<Outcome> {
    return new Promise((resolve) => {
      const cancel = this.#ports.clock.after(PATIENCE_MS, () => resolve(this.#ports.late()));
      void sent.then((outcome) => {
        cancel();
        resolve(outcome);
      });
    });
  }

  #set(name: 'deadMan' | 'gap' | 'repeat', ms: number, action: () => void): void {
    this.#cancel(name);
    this.#timers[name] = this.#ports.clock.after(ms, () => {
      delete this.#timers[name];
      action();
    });
  }

  #cancel(name: 'deadMan' | 'gap' | 'repeat'): void {
    this.#timers[name]?.();
    delete this.#timers[name];
  }
}
