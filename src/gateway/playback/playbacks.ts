import { type ChannelView, type DeviceView, isProblem, type Problem, type PullTransport } from '../views.ts';
import { Playback } from './playback.ts';
import { type PlaybackCommand, SPEEDS } from './playback-control.ts';
import type { PlaybackPorts } from './playback-ports.ts';

/** Each holds a group of pictures, a port and a session of its device: more than any room of operators looks at. */
export const MAX_PLAYBACKS = 256;
/** Ended ones stay readable for so long, and at most so many of them (contract, API). */
const ENDED_KEPT_MS = 3_600_000;
const ENDED_KEPT = 1000;
/** Default and longest wait for the first picture (as `POST C/live`). */
const DEFAULT_WAIT_MS = 15_000;
const MAX_WAIT_MS = 60_000;
/** No recorder keeps more, and a wrong year is found here. */
const MAX_RANGE_MS = 31 * 86_400_000;
/** The clock of a device may be ahead of ours; what begins later than this is no footage yet. */
const AHEAD_MS = 86_400_000;

export interface PlaybackWish {
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  readonly speed?: number;
  readonly transport?: PullTransport;
  readonly waitMs?: number;
}

/** What the HTTP side may ask about playbacks. */
export interface PlaybackDesk {
  /** Starts one and waits for its first picture; state `waiting` or `inviting` when none came in time. */
  start(deviceId: string, channelId: string, wish: PlaybackWish): Promise<{ id: string } | Problem>;
  control(id: string, command: PlaybackCommand): Promise<Problem | null>;
}

export interface PlaybacksPorts extends PlaybackPorts {
  device(id: string): DeviceView | Problem;
  channel(deviceId: string, channelId: string): ChannelView | Problem;
  newId(): string;
  closing(): boolean;
}

/** The playbacks of recorded footage: each is a stream of its own, several of one channel at a time. */
export class Playbacks implements PlaybackDesk {
  readonly #ports: PlaybacksPorts;
  readonly #byId = new Map<string, Playback>();

  constructor(ports: PlaybacksPorts) {
    this.#ports = ports;
  }

  /** Every one that runs or may still be read, oldest first. */
  all(): Playback[] {
    this.#forget();
    return [...this.#byId.values()];
  }

  running(): Playback[] {
    return [...this.#byId.values()].filter((playback) => playback.state !== 'ended');
  }

  byId(id: string): Playback | undefined {
    this.#forget();
    return this.#byId.get(id);
  }

  async start(deviceId: string, channelId: string, wish: PlaybackWish): Promise<{ id: string } | Problem> {
    const refusal = this.#refusal(deviceId, channelId, wish);
    if (refusal !== null) return refusal;
    const { startEpochMs, endEpochMs, speed = 1, transport = 'auto' } = wish;
    const id = this.#ports.newId();
    const options = { id, deviceId, channelId, startEpochMs, endEpochMs, speed, transport };
    const playback = new Playback(this.#ports, { ...options, onEnded: () => this.#forget() });
    this.#byId.set(id, playback);
    await playback.settled(Math.min(wish.waitMs ?? DEFAULT_WAIT_MS, MAX_WAIT_MS));
    if (playback.state !== 'ended') return { id };
    const steps = playback.steps.view((epochMs) => new Date(epochMs).toISOString());
    if (playback.failure !== null) return { ...playback.failure, steps };
    // a range of a few frames may have been played already
    return playback.counters.frames > 0
      ? { id }
      : { problem: 'conflict', detail: `The playback was ended meanwhile: ${playback.endReason}.`, steps };
  }

  async control(id: string, command: PlaybackCommand): Promise<Problem | null> {
    const playback = this.byId(id);
    if (playback === undefined) return { problem: 'stream_not_found', detail: `There is no playback ${id}.` };
    return playback.control(command);
  }

  #refusal(deviceId: string, channelId: string, wish: PlaybackWish): Problem | null {
    const { startEpochMs, endEpochMs, speed = 1 } = wish;
    if (this.#ports.closing()) return { problem: 'shutting_down', detail: 'The gateway is shutting down.' };
    if (!(endEpochMs > startEpochMs)) return { problem: 'bad_request', detail: 'The range ends before it begins.' };
    if (endEpochMs - startEpochMs > MAX_RANGE_MS)
      return { problem: 'bad_request', detail: 'A range is 31 days long at most.' };
    if (startEpochMs > this.#ports.clock.epochMs() + AHEAD_MS)
      return { problem: 'bad_request', detail: 'The range is in the future.' };
    if (!SPEEDS.includes(speed)) return { problem: 'bad_request', detail: `A speed is one of ${SPEEDS.join(', ')}.` };
    const device = this.#ports.device(deviceId);
    if (isProblem(device)) return device;
    const channel = this.#ports.channel(deviceId, channelId);
    if (isProblem(channel)) return channel;
    if (!device.online) return { problem: 'device_offline', detail: `The device ${deviceId} is offline.` };
    if (this.running().length >= MAX_PLAYBACKS)
      return { problem: 'too_many_streams', detail: `${MAX_PLAYBACKS} playbacks run already.` };
    return null;
  }

  #forget(): void {
    const before = this.#ports.clock.epochMs() - ENDED_KEPT_MS;
    const ended = [...this.#byId.values()].filter((playback) => playback.endedEpochMs !== null);
    ended.sort((a, b) => (a.endedEpochMs ?? 0) - (b.endedEpochMs ?? 0));
    ended.forEach((playback, i) => {
      if ((playback.endedEpochMs ?? 0) < before || i < ended.length - ENDED_KEPT) this.#byId.delete(playback.id);
    });
  }
}
