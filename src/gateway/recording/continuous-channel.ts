import { RECORDING_REASONS, type RecordingReason } from '../../record/archive.ts';
import { type Kept, NOTHING_KEPT, PreRoll, type PreRollRoom } from '../../record/pre-roll.ts';
import type { Clock } from '../clock.ts';
import type { Live } from '../live/live.ts';
import { isProblem, type Problem } from '../views.ts';
import type { Recordings } from './recordings.ts';

/** The first pause before a stream that failed is pulled again; it doubles. */
const FIRST_PULL_PAUSE_MS = 1000;
/** The longest: a camera that is repaired is recorded within a minute. */
const MAX_PULL_PAUSE_MS = 60_000;
/** The same for a disk that refused: it is given time, and what clears it up says so (`spaceFreed`). */
const FIRST_DISK_PAUSE_MS = 10_000;
const MAX_DISK_PAUSE_MS = 300_000;
/** A recording that has run for so long has not failed for the reason before. */
const SETTLED_MS = 60_000;
/** The channels of a device that is back begin within this time, not all in the same instant. */
const BACK_WITHIN_MS = 1000;
/** Space that was freed is used after this: were it gone at once again, nothing would run hot. */
const FREED_PAUSE_MS = 1000;
/** Timers of machines end at 24 days: a later end is looked at again. */
const MAX_TIMER_MS = 24 * 3_600_000;

/** One stream of one channel. */
export interface ChannelKey {
  readonly deviceId: string;
  readonly channelId: string;
  /** 0 main, 1 sub, … */
  readonly streamNumber: number;
}

/** Why a channel is recorded, and until when. */
export interface StandingReason {
  readonly reason: RecordingReason;
  /** Null: until it is taken back. */
  readonly untilEpochMs: number | null;
}

/** A channel that is wanted, and how that goes. */
export interface WantedChannel extends ChannelKey {
  /** The weakest first; none: it is only kept in memory. */
  readonly reasons: readonly StandingReason[];
  /** It is pulled so that an alarm finds what came before it. */
  readonly isKept: boolean;
  /** `pulling`: a stream is there that does not play yet, or has stalled; `waiting`: there is none. */
  readonly state: 'recording' | 'kept' | 'pulling' | 'waiting';
  readonly streamId: string | null;
  readonly recordingId: string | null;
  /** Why it is neither recorded nor kept now. */
  readonly fault: { readonly code: string; readonly detail: string } | null;
  /** When it is tried again; null: nothing waits for a time (an offline device is waited for). */
  readonly retryEpochMs: number | null;
}

export interface ContinuousPorts {
  readonly clock: Clock;
  /** 0 ≤ random < 1: spreads the attempts of many channels. */
  random(): number;
  /** What `keep` keeps when it is not told. */
  readonly preRollMs: number;
  /** The running stream of the channel, or one that begins to pull. */
  join(key: ChannelKey): Live | Problem;
  readonly recordings: Pick<Recordings, 'start' | 'stop' | 'runningOf'>;
  log(message: string, data: Record<string, unknown>): void;
}

/** One channel that is wanted: pulled, recorded or kept in memory, and begun again after whatever ends it. */
export class ContinuousChannel {
  readonly key: ChannelKey;
  readonly #ports: ContinuousPorts;
  readonly #room: PreRollRoom;
  readonly #onIdle: () => void;
  readonly #reasons = new Map<RecordingReason, number | null>();
  /** Reasons that the recording of the stream knows. */
  readonly #given = new Set<RecordingReason>();
  #keepMs: number | null = null;
  #preRoll: PreRoll | null = null;
  #detachPreRoll: () => void = () => {};
  #live: Live | null = null;
  #release: () => void = () => {};
  #fault: WantedChannel['fault'] = null;
  #pullFailures = 0;
  #diskFailures = 0;
  #recordingSinceMs = 0;
  /** When the stream stalled last: the group of pictures from before that is recorded already. */
  #brokenMs = Number.NEGATIVE_INFINITY;
  /** Nothing is begun before this moment; infinite: before the device is back. */
  #restUntilEpochMs: number | null = null;
  #cancelRest: () => void = () => {};
  #cancelExpiry: () => void = () => {};

  /** `room`: for what is kept in memory. `onIdle`: nothing is wanted of the channel any more. */
  constructor(ports: ContinuousPorts, key: ChannelKey, room: PreRollRoom, onIdle: () => void) {
    this.#ports = ports;
    this.#room = room;
    this.key = key;
    this.#onIdle = onIdle;
  }

  get status(): WantedChannel {
    const recording = this.#live === null ? null : this.#ports.recordings.runningOf(this.#live.id);
    const isRecording = recording !== null && this.#given.size > 0;
    const restMs = this.#restUntilEpochMs;
    return {
      ...this.key,
      reasons: RECORDING_REASONS.flatMap((reason) => {
        const untilEpochMs = this.#reasons.get(reason);
        return untilEpochMs === undefined ? [] : [{ reason, untilEpochMs }];
      }),
      isKept: this.#keepMs !== null,
      state: isRecording ? 'recording' : this.#stateWithout(),
      streamId: this.#live?.id ?? null,
      recordingId: isRecording ? recording.id : null,
      fault: this.#fault,
      retryEpochMs: restMs !== null && Number.isFinite(restMs) ? restMs : null,
    };
  }

  want(reason: RecordingReason, untilEpochMs: number | null): void {
    this.#reasons.set(reason, untilEpochMs);
    this.#look();
  }

  unwant(reason: RecordingReason): void {
    if (this.#reasons.delete(reason)) this.#look();
  }

  /** Stands at least until that moment. */
  extend(reason: RecordingReason, untilEpochMs: number): void {
    const known = this.#reasons.get(reason);
    if (known === undefined || (known !== null && known < untilEpochMs)) this.want(reason, untilEpochMs);
  }

  /** Keeps so much in memory; null: nothing. */
  keep(preRollMs: number | null): void {
    if (this.#keepMs === preRollMs) return;
    this.#keepMs = preRollMs;
    this.#forget();
    this.#look();
  }

  streamEvent(type: string, { streamId, code, detail }: Record<string, unknown>): void {
    const live = this.#live;
    if (live === null || live.id !== streamId) return;
    if (type === 'stream.started' || type === 'stream.recovered') {
      this.#pullFailures = 0;
      if (this.#restUntilEpochMs === null) this.#fault = null;
      this.#look();
    } else if (type === 'stream.stalled') {
      // What comes after a hole is a recording of its own: its time is then its own as well.
      this.#fault = { code: String(code), detail: String(detail) };
      this.#preRoll?.clear();
      this.#brokenMs = this.#ports.clock.nowMs();
      this.#stop([...this.#given]);
    } else if (type === 'stream.ended') {
      this.#letGo();
      this.#pullFailed(live.failure ?? { problem: 'no_media', detail: live.endReason ?? 'The stream has ended.' });
    } else if (
      type === 'recording.failed' &&
      this.#given.size > 0 &&
      this.#ports.recordings.runningOf(live.id) === null
    ) {
      this.#diskFailed({ code: String(code ?? 'io'), detail: String(detail ?? 'The recording ended.') });
    }
  }

  /** The device may be asked again. */
  deviceBack(): void {
    if (this.#live !== null) return;
    this.#pullFailures = 0;
    this.#rest(this.#ports.random() * BACK_WITHIN_MS);
  }

  spaceFreed(): void {
    if (this.#restUntilEpochMs !== null && this.#fault?.code === 'disk_full') this.#rest(FREED_PAUSE_MS);
  }

  /** Lets go of the stream and of every timer. The recording that runs is left to `Recordings`. */
  close(): void {
    this.#reasons.clear();
    this.#keepMs = null;
    this.#cancelRest();
    this.#cancelExpiry();
    this.#letGo();
  }

  #stateWithout(): WantedChannel['state'] {
    if (this.#live === null) return 'waiting';
    if (this.#live.state !== 'playing') return 'pulling';
    return this.#reasons.size > 0 ? 'waiting' : 'kept';
  }

  /** Brings about what is wanted, as far as it can be had now. */
  #look(): void {
    this.#expire();
    if (this.#reasons.size === 0 && this.#keepMs === null) {
      this.#stop([...this.#given]);
      this.close();
      this.#onIdle();
      return;
    }
    if (this.#restUntilEpochMs === null && this.#live === null) this.#pull();
    this.#remember();
    this.#record();
  }

  #pull(): void {
    const live = this.#ports.join(this.key);
    if (isProblem(live)) {
      this.#pullFailed(live);
      return;
    }
    this.#live = live;
    this.#release = live.hold();
  }

  /** Follows the stream with the store of its last seconds. */
  #remember(): void {
    if (this.#keepMs === null || this.#live === null || this.#preRoll !== null) return;
    const { clock } = this.#ports;
    const preRoll = new PreRoll(this.#keepMs, this.#room);
    this.#preRoll = preRoll;
    this.#detachPreRoll = this.#live.stream.subscribe({
      init: () => preRoll.clear(),
      fragment: (fragment) =>
        preRoll.push(fragment, Math.round(clock.epochMs() - (clock.nowMs() - fragment.arrivedMs))),
      end: () => preRoll.clear(),
    });
  }

  #record(): void {
    const live = this.#live;
    if (live === null || live.state !== 'playing' || this.#restUntilEpochMs !== null) return;
    const { recordings, clock } = this.#ports;
    // Somebody has ended it.
    if (recordings.runningOf(live.id) === null) this.#given.clear();
    for (const reason of this.#reasons.keys()) {
      if (this.#given.has(reason)) continue;
      if (this.#given.size === 0) this.#recordingSinceMs = clock.nowMs();
      this.#given.add(reason);
      recordings.start(live, reason, this.#kept(live));
    }
    this.#fault = null;
    this.#stop([...this.#given].filter((reason) => !this.#reasons.has(reason)));
  }

  /** What a recording that begins now begins with, beyond what the stream itself keeps. */
  #kept(live: Live): Kept | null {
    const key = live.stream.gop()[0];
    if (key === undefined) return null;
    if (key.arrivedMs < this.#brokenMs) return NOTHING_KEPT;
    return this.#preRoll?.kept(this.#ports.clock.nowMs()) ?? null;
  }

  #stop(reasons: readonly RecordingReason[]): void {
    for (const reason of reasons) {
      this.#given.delete(reason);
      if (this.#live !== null) void this.#ports.recordings.stop(this.#live, reason);
    }
  }

  #letGo(): void {
    this.#forget();
    this.#given.clear();
    this.#live = null;
    this.#release();
    this.#release = () => {};
  }

  #forget(): void {
    this.#detachPreRoll();
    this.#detachPreRoll = () => {};
    this.#preRoll?.clear();
    this.#preRoll = null;
  }

  #pullFailed({ problem, detail }: Problem): void {
    if (this.#fault?.code !== problem)
      this.#say('a channel that is to be recorded cannot be pulled', { problem, detail });
    this.#fault = { code: problem, detail };
    this.#pullFailures += 1;
    if (problem === 'device_offline') this.#rest(Number.POSITIVE_INFINITY);
    else this.#rest(this.#pauseMs(FIRST_PULL_PAUSE_MS, MAX_PULL_PAUSE_MS, this.#pullFailures));
  }

  #diskFailed(fault: { code: string; detail: string }): void {
    this.#given.clear();
    this.#fault = fault;
    const hadSettled = this.#ports.clock.nowMs() - this.#recordingSinceMs >= SETTLED_MS;
    this.#diskFailures = hadSettled ? 1 : this.#diskFailures + 1;
    this.#rest(this.#pauseMs(FIRST_DISK_PAUSE_MS, MAX_DISK_PAUSE_MS, this.#diskFailures));
  }

  /** Doubles with each failure in a row; the jitter takes away up to half of it. */
  #pauseMs(firstMs: number, mostMs: number, failures: number): number {
    return Math.min(firstMs * 2 ** (failures - 1), mostMs) * (0.5 + this.#ports.random() / 2);
  }

  /** Nothing is begun for so long. */
  #rest(ms: number): void {
    const { clock } = this.#ports;
    this.#cancelRest();
    this.#cancelRest = () => {};
    this.#restUntilEpochMs = clock.epochMs() + ms;
    if (!Number.isFinite(ms)) return;
    this.#cancelRest = clock.after(ms, () => {
      this.#restUntilEpochMs = null;
      this.#look();
    });
  }

  /** Reasons that have ended go; the next that ends is waited for. */
  #expire(): void {
    const { clock } = this.#ports;
    const nowEpochMs = clock.epochMs();
    let nextEpochMs = Number.POSITIVE_INFINITY;
    for (const [reason, untilEpochMs] of this.#reasons) {
      if (untilEpochMs === null) continue;
      if (untilEpochMs <= nowEpochMs) this.#reasons.delete(reason);
      else nextEpochMs = Math.min(nextEpochMs, untilEpochMs);
    }
    this.#cancelExpiry();
    this.#cancelExpiry = () => {};
    if (!Number.isFinite(nextEpochMs)) return;
    this.#cancelExpiry = clock.after(Math.min(nextEpochMs - nowEpochMs, MAX_TIMER_MS), () => this.#look());
  }

  #say(message: string, data: Record<string, unknown>): void {
    this.#ports.log(message, { ...this.key, ...data });
  }
}
