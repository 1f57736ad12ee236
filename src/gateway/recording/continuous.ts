import type { RecordingReason } from '../../record/archive.ts';
import { PreRollRoom } from '../../record/pre-roll.ts';
import type { Clock } from '../clock.ts';
import { type ChannelKey, ContinuousChannel, type ContinuousPorts, type WantedChannel } from './continuous-channel.ts';

/**
 * Which channels are recorded by the gateway itself. While at least one reason stands, the channel is pulled and recorded, whatever
 * happens to the stream, the device or the disk. What has to survive a restart is told again by whoever wants it.
 */
export class Continuous {
  readonly #ports: ContinuousPorts;
  readonly #clock: Clock;
  readonly #room: PreRollRoom;
  readonly #channels = new Map<string, ContinuousChannel>();
  #isClosed = false;

  constructor(ports: ContinuousPorts) {
    this.#ports = ports;
    this.#clock = ports.clock;
    this.#room = new PreRollRoom(() =>
      ports.log('the memory for what comes before alarms is full: streams with many bytes keep less', {
        bytes: this.#room.bytes,
      }),
    );
  }

  /** Records the channel for this reason, until that moment when one is given; told again, the new end counts. */
  want(key: ChannelKey, reason: RecordingReason, untilEpochMs: number | null = null): void {
    if (!this.#isClosed) this.#channel(key).want(reason, untilEpochMs);
  }

  /** This reason stands no longer. */
  unwant(key: ChannelKey, reason: RecordingReason): void {
    this.#channels.get(keyText(key))?.unwant(reason);
  }

  /** Pulls the channel and keeps its last seconds in memory, so that `trigger` begins before it was called. */
  keep(key: ChannelKey, preRollMs: number = this.#ports.preRollMs): void {
    if (!this.#isClosed) this.#channel(key).keep(preRollMs);
  }

  /** Keeps it no longer. */
  unkeep(key: ChannelKey): void {
    this.#channels.get(keyText(key))?.keep(null);
  }

  /** Records so many seconds from now on, and what is kept of before; another one meanwhile extends it and never shortens it. */
  trigger(key: ChannelKey, seconds: number, reason: RecordingReason = 'alarm'): void {
    if (!this.#isClosed) this.#channel(key).extend(reason, this.#clock.epochMs() + seconds * 1000);
  }

  /** Every channel that is wanted or kept, in the order of asking. */
  status(): WantedChannel[] {
    return [...this.#channels.values()].map((channel) => channel.status);
  }

  /** The same of one stream; null: nothing is wanted of it. */
  statusOf(key: ChannelKey): WantedChannel | null {
    return this.#channels.get(keyText(key))?.status ?? null;
  }

  /** What the gateway publishes: streams that begin and end, devices that come back, recordings that fail. */
  heard(type: string, data: Record<string, unknown>): void {
    if (this.#isClosed) return;
    if (type.startsWith('stream.') || type === 'recording.failed') {
      for (const channel of this.#channels.values()) channel.streamEvent(type, data);
      return;
    }
    if (!WAKING.has(type)) return;
    for (const channel of this.#channels.values()) if (channel.key.deviceId === data.deviceId) channel.deviceBack();
  }

  /** There is room on the disk again: what waits for it begins. */
  spaceFreed(): void {
    for (const channel of this.#channels.values()) channel.spaceFreed();
  }

  /** Lets go of every stream. The recordings themselves are finalised by whoever closes them. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const channel of [...this.#channels.values()]) channel.close();
    this.#channels.clear();
  }

  #channel(key: ChannelKey): ContinuousChannel {
    const text = keyText(key);
    let channel = this.#channels.get(text);
    if (channel === undefined) {
      channel = new ContinuousChannel(this.#ports, key, this.#room, () => this.#channels.delete(text));
      this.#channels.set(text, channel);
    }
    return channel;
  }
}

function keyText({ deviceId, channelId, streamNumber }: ChannelKey): string {
  return `${deviceId}/${channelId}/${streamNumber}`;
}

/** After these a device may be asked again at once. */
const WAKING = new Set(['device.online', 'catalog.updated', 'channel.added', 'channel.online']);
