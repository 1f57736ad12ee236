import type { Recording } from '../record/archive.ts';
import type { Channel, Device } from '../sip/camera/directory.ts';
import type { Live } from './live.ts';
import type { ChannelView, DeviceView, PullTransport, RecordingView, StreamView } from './views.ts';

type Iso = (epochMs: number) => string;

/** The device as the API shows it: no secret, times in words. */
export function deviceView(device: Device, channelCount: number, iso: Iso): DeviceView {
  const wish = mediaTransportOf(device.profile);
  return {
    id: device.id,
    name: device.name,
    manufacturer: device.manufacturer,
    model: device.model,
    firmware: device.firmware,
    online: device.online,
    transport: device.transport,
    address: device.address === null ? null : `${device.address.host}:${device.address.port}`,
    registeredAt: device.registeredEpochMs === null ? null : iso(device.registeredEpochMs),
    keepaliveAt: device.keepaliveEpochMs === null ? null : iso(device.keepaliveEpochMs),
    expiresSeconds: device.expiresSeconds,
    channelCount,
    ...(wish === undefined ? {} : { mediaTransport: wish }),
    version: device.version,
  };
}

/** The channel with every catalogue field the device sent. */
export function channelView(channel: Channel): ChannelView {
  const { fields, ...known } = channel;
  // No device may make its channel look like a refusal of ours.
  const { problem: _, ...shown } = fields;
  return { ...shown, ...known };
}

/** The transport set by hand in a profile, when there is one. */
export function mediaTransportOf(profile: Record<string, unknown>): PullTransport | undefined {
  const wish = profile.mediaTransport;
  return wish === 'udp' || wish === 'tcp-passive' || wish === 'tcp-active' || wish === 'auto' ? wish : undefined;
}

export function streamView(live: Live, iso: Iso): StreamView {
  const init = live.stream.init;
  const { audioFrames: _, ...stats } = live.counters;
  const path = `/live/${live.deviceId}/${live.channelId}`;
  const query = live.streamNumber === 0 ? '' : `?stream=${live.streamNumber}`;
  return {
    id: live.id,
    kind: 'live',
    deviceId: live.deviceId,
    channelId: live.channelId,
    streamNumber: live.streamNumber,
    state: live.state,
    transport: live.transport,
    ssrc: live.ssrcText,
    localPort: live.localPort,
    remote: live.remote,
    startedAt: iso(live.startedEpochMs),
    ...(live.endedEpochMs === null ? {} : { endedAt: iso(live.endedEpochMs) }),
    ...(live.endReason === null ? {} : { endReason: live.endReason }),
    video: init?.video
      ? {
          codec: init.video.codec,
          width: init.video.width,
          height: init.video.height,
          fps: init.video.fps,
          profile: init.video.profile,
        }
      : null,
    audio: init?.audio
      ? { codec: init.audio.codec, sampleRate: init.audio.sampleRate, channels: init.audio.channels }
      : null,
    mime: init?.mime ?? null,
    urls: { ws: `${path}.mp4${query}`, http: `${path}.mp4${query}`, page: `/${query}#${path}` },
    viewers: live.stream.viewers,
    stats: { ...stats, bitrateBps: live.bitrateBps() },
    steps: live.steps.view(iso),
    findings: live.findings.view(iso),
  };
}

export function recordingView(recording: Recording, iso: Iso): RecordingView {
  const { startEpochMs, endEpochMs, error, ...known } = recording;
  return {
    ...known,
    start: iso(startEpochMs),
    end: endEpochMs === null ? null : iso(endEpochMs),
    ...(error === null ? {} : { error }),
  };
}
