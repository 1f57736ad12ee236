/**
 * What the outside sees of the gateway: the objects of the HTTP API and of events, as the contract names them.
 * Types only. Times are ISO 8601 with offset; units stand in the names.
 */

export type PullTransport = 'udp' | 'tcp-passive' | 'tcp-active' | 'auto';
export type PulledTransport = Exclude<PullTransport, 'auto'>;

export interface DeviceView {
  id: string;
  name: string;
  manufacturer: string;
  model: string;
  firmware: string;
  online: boolean;
  transport: 'udp' | 'tcp' | 'tls' | null;
  /** `host:port` the device was last proved at. */
  address: string | null;
  registeredAt: string | null;
  keepaliveAt: string | null;
  expiresSeconds: number | null;
  channelCount: number;
  mediaTransport?: PullTransport;
  version: '2011' | '2014' | '2016' | '2022' | null;
}

export interface ChannelView {
  id: string;
  deviceId: string;
  name: string;
  manufacturer: string;
  model: string;
  status: 'on' | 'off';
  parentId: string;
  civilCode: string;
  address: string;
  longitude?: number;
  latitude?: number;
  ptzType?: number;
  mediaTransport?: PullTransport;
  /** Every other catalogue field the device sent, by the standard's element name. */
  [field: string]: unknown;
}

export interface StepView {
  name: string;
  at: string;
  /** Milliseconds since the first step. */
  ms: number;
  detail?: string;
}

export interface FindingView {
  code: string;
  count: number;
  firstAt: string;
  lastAt: string;
  detail: string;
}

export type StreamState = 'inviting' | 'waiting' | 'playing' | 'paused' | 'stalled' | 'ended';

export interface StreamView {
  id: string;
  kind: 'live' | 'playback' | 'download' | 'push';
  deviceId: string;
  channelId: string;
  streamNumber: number;
  state: StreamState;
  transport: PulledTransport | null;
  /** Ten decimal digits. */
  ssrc: string | null;
  localPort: number | null;
  remote: string | null;
  startedAt: string;
  endedAt?: string;
  endReason?: string;
  video: { codec: string; width: number; height: number; fps: number | null; profile: string } | null;
  audio: { codec: string; sampleRate: number; channels: number } | null;
  mime: string | null;
  /** Paths; the HTTP layer signs them and puts scheme and host before them. */
  urls: { ws: string; http: string; page: string };
  viewers: number;
  stats: {
    packets: number;
    bytes: number;
    lost: number;
    reordered: number;
    duplicate: number;
    discarded: number;
    frames: number;
    keyFrames: number;
    bitrateBps: number;
    gopMs: number;
    timestampJumps: number;
  };
  steps: StepView[];
  findings: FindingView[];
}

export interface RecordingView {
  id: string;
  streamId: string;
  deviceId: string;
  channelId: string;
  streamNumber: number;
  start: string;
  end: string | null;
  durationMs: number;
  bytes: number;
  path: string;
  state: 'recording' | 'complete' | 'recovered' | 'failed';
  locked: boolean;
  error?: string;
}

export interface CatalogView {
  items: ChannelView[];
  next: string | null;
  complete: boolean;
  queryId: string;
}

export interface GatewayEvent {
  id: string;
  type: string;
  time: string;
  data: Record<string, unknown>;
}

export type ProblemCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'device_not_found'
  | 'channel_not_found'
  | 'stream_not_found'
  | 'recording_not_found'
  | 'conflict'
  | 'device_busy'
  | 'rate_limited'
  | 'too_many_streams'
  | 'not_supported'
  | 'ffmpeg_missing'
  | 'invite_rejected'
  | 'device_error'
  | 'no_media'
  | 'device_offline'
  | 'port_exhausted'
  | 'shutting_down'
  | 'invite_timeout'
  | 'device_timeout'
  | 'disk_full';

/** A refusal with its stable code; the HTTP layer turns it into RFC 9457 problem+json. */
export interface Problem {
  readonly problem: ProblemCode;
  /** One sentence for a person: what happened and what helps. */
  readonly detail: string;
  readonly steps?: StepView[];
}

/** True when an answer is a refusal. */
export function isProblem(value: object): value is Problem {
  return 'problem' in value && 'detail' in value;
}
