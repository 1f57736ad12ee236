import { jpegOf } from '../../media/ffmpeg.ts';
import type { ViewerSink } from '../../media/live/viewer.ts';
import { atMost, type Clock } from '../clock.ts';
import type { Playback } from '../playback/playback.ts';
import type { Playbacks } from '../playback/playbacks.ts';
import type { ViewerHandle, ViewOptions } from '../port.ts';
import { streamView } from '../view-of.ts';
import {
  type ChannelView,
  type DeviceView,
  isProblem,
  type Problem,
  type PullTransport,
  type StreamView,
} from '../views.ts';
import type { Live } from './live.ts';
import type { LiveTable } from './live-table.ts';

/** Default and longest wait for the first key frame (contract, `POST C/live`). */
const DEFAULT_WAIT_MS = 15_000;
const MAX_WAIT_MS = 60_000;
/** Each is an ffmpeg of its own; more at once only take the cores from the streams. */
const MAX_SNAPSHOTS = 4;
/** How long a stop waits for the device to confirm. */
const BYE_PATIENCE_MS = 2000;
/** Sub-streams go by small numbers; the standard names no limit, no device has more than a handful. */
const MAX_STREAM_NUMBER = 15;

export interface StreamsPorts {
  readonly lives: LiveTable;
  readonly playbacks: Pick<Playbacks, 'all' | 'byId'>;
  device(id: string): DeviceView | Problem;
  channel(deviceId: string, channelId: string): ChannelView | Problem;
  iso(epochMs: number): string;
  readonly clock: Clock;
  closing(): boolean;
}

/** The streams as the API and the viewers use them: find, start, watch, stop. */
export class Streams {
  readonly #ports: StreamsPorts;
  #snapshots = 0;

  constructor(ports: StreamsPorts) {
    this.#ports = ports;
  }

  all(o: { running?: boolean } = {}): StreamView[] {
    return [...this.#ports.lives.all(), ...this.#ports.playbacks.all()]
      .filter((live) => o.running === undefined || (live.state !== 'ended') === o.running)
      .map((live) => streamView(live, this.#ports.iso));
  }

  find(id: string): Live | Playback | Problem {
    const { lives, playbacks } = this.#ports;
    return lives.byId(id) ?? playbacks.byId(id) ?? { problem: 'stream_not_found', detail: `There is no stream ${id}.` };
  }

  /** One that may be recorded: footage is recorded already, and downloaded. */
  findLive(id: string): Live | Problem {
    const found = this.find(id);
    if (isProblem(found) || !('content' in found)) return found;
    return { problem: 'conflict', detail: 'A playback is not recorded again: download its range.' };
  }

  get(id: string): StreamView | Problem {
    const live = this.find(id);
    return isProblem(live) ? live : streamView(live, this.#ports.iso);
  }

  /** The stream of a channel for a recorder: the running one, or a new one that begins to pull. */
  join(deviceId: string, channelId: string, streamNumber: number): Live | Problem {
    const joined = this.#join(deviceId, channelId, streamNumber, undefined);
    return 'live' in joined ? joined.live : joined;
  }

  async start(
    deviceId: string,
    channelId: string,
    o: { transport?: PullTransport; streamNumber?: number; waitMs?: number },
  ): Promise<{ stream: StreamView; created: boolean } | Problem> {
    const joined = this.#join(deviceId, channelId, o.streamNumber ?? 0, o.transport);
    if (!('live' in joined)) return joined;
    const { live, created } = joined;
    live.touch();
    await live.settled(Math.min(o.waitMs ?? DEFAULT_WAIT_MS, MAX_WAIT_MS));
    const stream = streamView(live, this.#ports.iso);
    if (live.state === 'ended') return { ...(live.failure ?? this.#endedMeanwhile(live)), steps: stream.steps };
    if (live.state === 'inviting')
      return {
        problem: 'invite_timeout',
        detail: `The device ${deviceId} has sent no media yet; it is still tried: ask again.`,
        steps: stream.steps,
      };
    return { stream, created };
  }

  watchLive(
    deviceId: string,
    channelId: string,
    streamNumber: number,
    sink: ViewerSink,
    o: ViewOptions,
  ): ViewerHandle | Problem {
    const joined = this.#join(deviceId, channelId, streamNumber, undefined);
    return 'live' in joined ? joined.live.stream.addViewer(sink, o) : joined;
  }

  watch(streamId: string, sink: ViewerSink, o: ViewOptions): ViewerHandle | Problem {
    const live = this.find(streamId);
    return isProblem(live) ? live : live.stream.addViewer(sink, o);
  }

  /** The newest key frame as JPEG; ffmpeg does the decoding. */
  async snapshot(id: string): Promise<Uint8Array | Problem> {
    const live = this.find(id);
    if (isProblem(live)) return live;
    const { init } = live.stream;
    const key = live.stream.gop()[0];
    if (init === null || init.video === null || key === undefined)
      return { problem: 'no_media', detail: 'The stream has no key frame yet.' };
    if (this.#snapshots >= MAX_SNAPSHOTS)
      return { problem: 'rate_limited', detail: `${MAX_SNAPSHOTS} snapshots are being made already.` };
    this.#snapshots++;
    const jpeg = await jpegOf([init.bytes, key.bytes]);
    this.#snapshots--;
    if (!('ffmpeg' in jpeg)) return jpeg;
    return { problem: jpeg.ffmpeg === 'missing' ? 'ffmpeg_missing' : 'device_error', detail: jpeg.detail };
  }

  async stop(id: string): Promise<Problem | null> {
    const live = this.find(id);
    if (isProblem(live)) return live;
    // The BYE goes out at once; a device that never answers it must not hold up the caller.
    await atMost(this.#ports.clock, BYE_PATIENCE_MS, live.end('stopped by the API', 4409));
    return null;
  }

  #endedMeanwhile(live: Live): Problem {
    if (this.#ports.closing()) return { problem: 'shutting_down', detail: 'The gateway is shutting down.' };
    return { problem: 'conflict', detail: `The stream was ended meanwhile: ${live.endReason}.` };
  }

  #join(
    deviceId: string,
    channelId: string,
    streamNumber: number,
    transport: PullTransport | undefined,
  ): { live: Live; created: boolean } | Problem {
    if (this.#ports.closing()) return { problem: 'shutting_down', detail: 'The gateway is shutting down.' };
    if (!Number.isInteger(streamNumber) || streamNumber < 0 || streamNumber > MAX_STREAM_NUMBER)
      return { problem: 'bad_request', detail: `A stream number is 0 to ${MAX_STREAM_NUMBER}.` };
    const running = this.#ports.lives.byChannel(deviceId, channelId, streamNumber);
    if (running !== undefined) return { live: running, created: false };
    const device = this.#ports.device(deviceId);
    if (isProblem(device)) return device;
    const channel = this.#ports.channel(deviceId, channelId);
    if (isProblem(channel)) return channel;
    if (!device.online)
      return {
        problem: 'device_offline',
        detail: `The device ${deviceId} is offline: ${device.registeredAt === null ? 'it has never registered here' : 'it signed off, or nothing came from it for too long'}.`,
      };
    return this.#ports.lives.join(deviceId, channelId, streamNumber, { transport, keep: false });
  }
}
