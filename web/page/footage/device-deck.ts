import type { GbPlayer } from '../../player/state.ts';
import { ApiFault } from '../api.ts';
import { Store } from '../store.ts';
import type { Control, PlaybackStream } from './api.ts';
import { type Deck, type DeckShown, IDLE } from './deck.ts';

/** One playback reaches so far: a day of looking on needs no second one. */
const REACH_MS = 86_400_000;
/** What others do to a shared playback, and what the device makes of ours, is seen within this. */
const LOOK_MS = 1_500;
/** A picture this near to where a seek went is the one asked for: key frames are seconds apart. */
const NEAR_MS = 6_000;
/** A seek that leads nowhere is no longer waited for. */
const AIM_MS = 15_000;
/** Nearer to the end of the range than this it has been played. */
const END_SLACK_MS = 3_000;

export interface DeviceDeckPorts {
  start(startMs: number, endMs: number, speed: number): Promise<PlaybackStream>;
  read(id: string): Promise<PlaybackStream | null>;
  control(id: string, command: Control): Promise<PlaybackStream>;
  stop(id: string): Promise<void>;
  /** Wall clock: what lies ahead of it is no footage yet. */
  epochMs(): number;
  /** Monotonic. */
  nowMs(): number;
  after(ms: number, action: () => void): () => void;
  /** The token may only look (403), or is refused (401). */
  refused(fault: ApiFault): void;
  /** The whole range has been played; more may lie behind it. */
  onRangeEnd(endMs: number): void;
}

/**
 * A playback of the device, begun by the first seek and moved by later ones: by a command where the moment lies in its range, by a new
 * playback where not. What it is told goes out one after the other; of seeks only the newest.
 */
export class DeviceDeck implements Deck {
  readonly shown = new Store<DeckShown>(IDLE);
  /** The stream to look at; null when there is none. */
  readonly stream = new Store<PlaybackStream | null>(null);
  readonly #ports: DeviceDeckPorts;
  #player: GbPlayer | null = null;
  #isOurs = false;
  #goal: number | null = null;
  #isGoing = false;
  #aimUntilMs = 0;
  #wishedSpeed = 1;
  /** Number of the newest command: what was read before it is older than what it did. */
  #command = 0;
  #cancelLook: (() => void) | null = null;

  constructor(ports: DeviceDeckPorts) {
    this.#ports = ports;
  }

  /** The element that shows the stream; null when it goes. */
  attach(player: GbPlayer | null): void {
    this.#player = player;
  }

  /** Looks at a playback that runs already; somebody else may look too, and ends it. */
  join(stream: PlaybackStream): void {
    this.#isOurs = false;
    this.#took(stream);
    this.#planLook();
  }

  contentMs(): number | null {
    const epochMs = this.#player?.contentTime?.getTime() ?? null;
    const { aimMs } = this.shown.value;
    if (aimMs !== null && epochMs !== null) {
      const isThere = epochMs > aimMs - NEAR_MS && epochMs < aimMs + NEAR_MS && this.#goal === null && !this.#isGoing;
      if (isThere || this.#ports.nowMs() > this.#aimUntilMs) this.#say({ aimMs: null });
    }
    return epochMs;
  }

  seek(epochMs: number): void {
    this.#goal = epochMs;
    this.#aimUntilMs = this.#ports.nowMs() + AIM_MS;
    this.#say({ aimMs: epochMs, trouble: null, refusedSpeed: null });
    if (!this.#isGoing) void this.#go();
  }

  pause(): void {
    this.#tell({ action: 'pause' });
  }

  resume(): void {
    this.#tell({ action: 'resume' });
  }

  setSpeed(speed: number): void {
    this.#wishedSpeed = speed;
    this.#tell({ action: 'speed', speed });
  }

  async step(by: 1 | -1): Promise<boolean> {
    return (await this.#player?.step(by)) ?? false;
  }

  async captureStill(): Promise<Blob> {
    if (this.#player === null) throw new Error('There is no picture yet.');
    return this.#player.captureStill('image/jpeg');
  }

  stop(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
    this.#goal = null;
    this.#command++;
    const stream = this.stream.value;
    // somebody else may look at the same
    if (stream !== null && this.#isOurs && stream.viewers <= 1 && stream.state !== 'ended')
      void this.#ports.stop(stream.id).catch(() => {});
    this.stream.set(null);
    this.shown.set(IDLE);
  }

  async #go(): Promise<void> {
    this.#isGoing = true;
    while (this.#goal !== null) {
      const goal = this.#goal;
      this.#goal = null;
      const command = ++this.#command;
      try {
        const stream = (await this.#moved(goal)) ?? (await this.#begun(goal));
        if (command === this.#command) this.#took(stream);
        else if (this.stream.value === null) void this.#ports.stop(stream.id).catch(() => {});
      } catch (error) {
        if (command === this.#command) this.#failed(error);
      }
    }
    this.#isGoing = false;
    this.#planLook();
  }

  /** By a command to the playback there is; null when that cannot go there. */
  async #moved(epochMs: number): Promise<PlaybackStream | null> {
    const stream = this.stream.value;
    if (stream?.playback === undefined || stream.state === 'ended') return null;
    if (epochMs < Date.parse(stream.playback.start) || epochMs >= Date.parse(stream.playback.end) - 1_000) return null;
    try {
      return await this.#ports.control(stream.id, { action: 'seek', time: new Date(epochMs).toISOString() });
    } catch (error) {
      if (error instanceof ApiFault && (error.status === 404 || error.status === 409)) return null;
      throw error;
    }
  }

  async #begun(epochMs: number): Promise<PlaybackStream> {
    const before = this.stream.value;
    this.#say({ phase: 'starting', isPaused: false });
    if (before !== null && this.#isOurs && before.state !== 'ended') {
      // recorders serve few at a time: the old one ends first
      await this.#ports.stop(before.id).catch(() => {});
    }
    const startMs = Math.floor(epochMs / 1000) * 1000;
    const endMs = Math.max(startMs + 1_000, Math.min(startMs + REACH_MS, this.#ports.epochMs()));
    const stream = await this.#ports.start(startMs, endMs, this.#wishedSpeed);
    this.#isOurs = true;
    return stream;
  }

  /** Anything but a seek; without a stream it is only remembered. */
  #tell(command: Control): void {
    const stream = this.stream.value;
    this.#say({ refusedSpeed: null });
    if (stream === null || stream.state === 'ended') return;
    const mine = ++this.#command;
    if (command.action === 'pause' || command.action === 'resume') this.#say({ isPaused: command.action === 'pause' });
    if (command.action === 'speed') this.#say({ speed: command.speed, isPaused: false });
    this.#ports.control(stream.id, command).then(
      (next) => mine === this.#command && this.#took(next),
      (error: unknown) => {
        if (mine !== this.#command) return;
        if (command.action === 'speed') {
          this.#wishedSpeed = 1;
          if (error instanceof ApiFault && error.code === 'not_supported') this.#say({ refusedSpeed: command.speed });
          else this.#fault(error);
        } else this.#fault(error);
        void this.#look();
      },
    );
  }

  #took(stream: PlaybackStream): void {
    const isNew = this.stream.value?.id !== stream.id;
    this.stream.set(stream);
    const { playback, state } = stream;
    const speed = playback?.speed ?? 1;
    const speeds = playback?.speeds ?? IDLE.speeds;
    const wished = this.#wishedSpeed;
    const isGivenUp = !isNew && speed !== wished && !speeds.includes(wished);
    if (isGivenUp) this.#wishedSpeed = speed;
    this.#say({
      speed,
      speeds,
      isPaused: state === 'paused',
      ...(isGivenUp ? { refusedSpeed: wished } : {}),
    });
    if (state === 'ended') this.#ended(stream);
    else {
      const phase =
        state === 'inviting' || state === 'waiting' ? 'starting' : state === 'stalled' ? 'stalled' : 'playing';
      this.#say({ phase, trouble: null });
    }
  }

  #ended(stream: PlaybackStream): void {
    const { playback, endReason = '', steps } = stream;
    if (!steps.some(({ name }) => name === 'first fragment')) {
      this.#say({ phase: 'failed', aimMs: null, trouble: { code: '', detail: endReason, steps } });
      return;
    }
    if (this.shown.value.phase === 'ended') return;
    this.#say({ phase: 'ended', aimMs: null });
    const endMs = Date.parse(playback?.end ?? '');
    if (Date.parse(playback?.time ?? '') >= endMs - END_SLACK_MS) this.#ports.onRangeEnd(endMs);
  }

  #failed(error: unknown): void {
    const fault = error instanceof ApiFault ? error : new ApiFault(0, '', String(error));
    this.#report(fault);
    const { code, message: detail, steps } = fault;
    this.stream.set(null);
    this.#say({ phase: 'failed', aimMs: null, trouble: { code, detail, steps } });
  }

  /** A command that failed while the playback goes on. */
  #fault(error: unknown): void {
    if (!(error instanceof ApiFault)) return;
    this.#report(error);
    this.#say({ aimMs: null, trouble: { code: error.code, detail: error.message, steps: [] } });
  }

  #report(fault: ApiFault): void {
    if (fault.status === 401 || fault.status === 403) this.#ports.refused(fault);
  }

  #planLook(): void {
    this.#cancelLook?.();
    const stream = this.stream.value;
    this.#cancelLook = stream === null ? null : this.#ports.after(LOOK_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const stream = this.stream.value;
    if (stream === null || this.#isGoing) return;
    const command = this.#command;
    const next = await this.#ports.read(stream.id).catch(() => stream);
    if (command === this.#command && this.stream.value?.id === stream.id && next !== stream) {
      if (next === null) this.#took({ ...stream, state: 'ended' });
      else this.#took(next);
    }
    if (this.stream.value?.state !== 'ended') this.#planLook();
  }

  #say(some: Partial<DeckShown>): void {
    this.shown.set({ ...this.shown.value, ...some });
  }
}
