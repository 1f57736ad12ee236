import type { Recording } from '../record/archive.ts';
import type { Channel, Device } from '../sip/camera/directory.ts';
import { editionOf } from '../sip/editions.ts';
import type { Live } from './live/live.ts';
import { Playback } from './playback/playback.ts';
import { SPEEDS } from './playback/playback-control.ts';
import type { ChannelView, DeviceView, PullTransport, RecordingView, StreamView } from './views.ts';

type Iso = (epochMs: number) => string;

/** The device as the API shows it: no secret, times in words. */
export function deviceView(device: Device, channelCount: number, iso: Iso): DeviceView {
  const wish = pullTransport(device.mediaTransport);
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
    version: editionOf(device.version),
  };
}

/** The channel with every catalogue field the device sent. */
export function channelView(channel: Channel): ChannelView {
  const {
    fields,
    named: _named,
    presetNames: _presetNames,
    longitude,
    latitude,
    ptzType,
    mediaTransport,
    ...known
  } = channel;
  // No device may make its channel look like a refusal of ours.
  const { problem: _problem, ...shown } = fields;
  const wish = pullTransport(mediaTransport);
  return {
    ...shown,
    ...known,
    ...(longitude === null ? {} : { longitude }),
    ...(latitude === null ? {} : { latitude }),
    ...(ptzType === null ? {} : { ptzType }),
    ...(wish === undefined ? {} : { mediaTransport: wish }),
  };
}

/** A transport as it was stored, when it is one. */
export function pullTransport(text: unknown): PullTransport | undefined {
  return text === 'udp' || text === 'tcp-passive' || text === 'tcp-active' || text === 'auto' ? text : undefined;
}

/** A stream that was pulled from a device, as the API shows it. */
export function streamView(live: Live | Playback, iso: Iso): StreamView {
  const init = live.stream.init;
  const { audioFrames: _, ...stats } = live.counters;
  const isPlayback = live instanceof Playback;
  const path = isPlayback ? `/streams/${live.id}` : `/live/${live.deviceId}/${live.channelId}`;
  const query = live.streamNumber === 0 ? '' : `?stream=${live.streamNumber}`;
  return {
    id: live.id,
    kind: isPlayback ? 'playback' : 'live',
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
    urls: { ws: `${path}.mp4${query}`, http: `${path}.mp4${query}`, page: pageOf(live, path, query) },
    ...(isPlayback ? { playback: playbackView(live, iso) } : {}),
    viewers: live.stream.viewers,
    stats: { ...stats, bitrateBps: live.bitrateBps, roundTripMs: live.roundTripMs },
    steps: live.steps.view(iso),
    findings: live.findings.view(iso),
  };
}

/** Where the page shows it: a playback with its time line. */
function pageOf({ id, deviceId, channelId }: Live | Playback, path: string, query: string): string {
  return path.startsWith('/streams/') ? `/#/footage/${deviceId}/${channelId}?stream=${id}` : `/${query}#${path}`;
}

function playbackView(playback: Playback, iso: Iso): NonNullable<StreamView['playback']> {
  const { startEpochMs, endEpochMs, content, speed, notSupported } = playback;
  return {
    start: iso(startEpochMs),
    end: iso(endEpochMs),
    time: iso(Math.round(content.aimEpochMs)),
    speed,
    speeds: SPEEDS.filter((one) => !notSupported.includes(`speed ${one}`)),
  };
}

export function recordingView(recording: Recording, iso: Iso): RecordingView {
  const { startEpochMs, endEpochMs, error, reason = 'request', ...known } = recording;
  return {
    ...known,
    reason,
    start: iso(startEpochMs),
    end: endEpochMs === null ? null : iso(endEpochMs),
    ...(error === null ? {} : { error }),
  };
}
