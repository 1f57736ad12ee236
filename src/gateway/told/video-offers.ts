import type { Directory } from '../../sip/camera/directory.ts';
import { parseDeviceTime } from '../../sip/manscdp/device-time.ts';
import type { Envelope } from '../../sip/manscdp/envelope.ts';
import { textOf } from '../../sip/manscdp/xml.ts';
import type { Clock } from '../clock.ts';
import { channelMeant } from '../devices/channel-meant.ts';

export interface VideoOffersPorts {
  readonly directory: Pick<Directory, 'channel' | 'channels' | 'channelCount'>;
  readonly clock: Pick<Clock, 'epochMs'>;
  /** Zone of the devices' clocks. */
  readonly timeZone: string;
  iso(epochMs: number): string;
  publish(type: string, data: Record<string, unknown>): void;
  /** Makes the device its own channel, until a catalogue comes. */
  addSelfChannel(deviceId: string): void;
  /** Pulls that channel, and records it where its plan is one for alarms. */
  fetch(deviceId: string, channelId: string): void;
}

/**
 * Devices that are carried along and want to be watched now: Notify/VideoUploadNotify (GB/T 28181-2022), which the platform answers
 * with an INVITE. Nobody can hang up on their behalf: a stream that no viewer and no plan wants ends as any other.
 */
export class VideoOffers {
  readonly #ports: VideoOffersPorts;
  received = 0;

  constructor(ports: VideoOffersPorts) {
    this.#ports = ports;
  }

  /** A Notify/VideoUploadNotify came from where the device registered. */
  notified(deviceId: string, { deviceId: namedId, element }: Envelope): void {
    const { clock, timeZone, iso, publish, fetch } = this.#ports;
    this.received += 1;
    const channelId = this.#channelOf(deviceId, namedId);
    const epochMs = parseDeviceTime(textOf(element, 'Time') ?? '', timeZone)?.epochMs[0] ?? clock.epochMs();
    publish('video.offered', { deviceId, channelId, time: iso(epochMs) });
    fetch(deviceId, channelId);
  }

  /** The channel it names; else its first one that works: a device that speaks of itself has one eye, or shows that first. */
  #channelOf(deviceId: string, namedId: string): string {
    const { directory, addSelfChannel } = this.#ports;
    const meant = channelMeant(directory, deviceId, namedId);
    if (meant !== null) return meant;
    const channels = directory.channels(deviceId);
    const first = channels.find(({ status }) => status === 'on') ?? channels[0];
    if (first !== undefined) return first.id;
    addSelfChannel(deviceId);
    return deviceId;
  }
}
