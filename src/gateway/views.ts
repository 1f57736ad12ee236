/**
 * What the outside sees of the gateway: the objects of the HTTP API and of events, as the contract names them.
 * Types only. Times are ISO 8601 with offset; units stand in the names.
 */
import type { Warning } from './system/health.ts';

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

/** A device came or went. */
export interface PresenceChangeView {
  time: string;
  online: boolean;
  /** Why, in one word: `registered`, `keepalive-missed`, `connection-lost`, `gateway-restarted`, … */
  reason: string;
  /** `host:port` it was at. */
  address?: string;
}

/** How a device does. */
export interface DeviceHealthView {
  online: boolean;
  registeredAt: string | null;
  expiresAt: string | null;
  /** Below zero: overdue. */
  expiresInSeconds: number | null;
  keepalive: {
    at: string | null;
    /** Since the last sign of life that came as a message; null before the first. */
    ageSeconds: number | null;
    intervalSeconds: number;
    /** So many may be missed before it counts as offline. */
    allowedMisses: number;
    missed: number;
  };
  addresses: DeviceAddressesView | null;
  /** What was tolerated of it in signalling; findings of media stand at its streams. */
  findings: FindingView[];
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

/** A node of a device's catalogue that holds channels and is none: a region, a business group, a virtual organisation. */
export interface GroupView {
  id: string;
  deviceId: string;
  name: string;
  parentId: string;
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
  /** Of recorded footage only: what was asked for, the content time that is sent now, and the speeds that may be asked for. */
  playback?: { start: string; end: string; time: string; speed: number; speeds: number[] };
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
    jitterMs: number;
    /** Null unless the device answers to our RTCP reports. */
    roundTripMs: number | null;
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
  /** Why it was made. */
  reason: 'always' | 'plan' | 'request' | 'alarm';
  error?: string;
}

export interface CaptureView {
  id: string;
  streamId: string;
  state: 'running' | 'complete' | 'failed';
  /** As asked for; null, like the next: of an earlier run of the gateway, its file is all there is. */
  seconds: number | null;
  redacted: boolean | null;
  startedAt: string;
  endedAt?: string;
  bytes: number;
  packets: number | null;
  /** Packets left out because the disk was too slow. */
  dropped: number;
  /** In the data folder. */
  path: string;
  error?: string;
}

/** What stands in the messages to one device, and what its own say. */
export interface DeviceAddressesView {
  deviceId: string;
  name: string;
  online: boolean;
  /** `host:port` its packets come from; null before it was ever heard. */
  source: string | null;
  /** `host:port` in Via and Contact of our requests to it. */
  via: string;
  contact: string;
  /** Hosts in `o=` and `c=` of our offers to it. */
  sdp: { origin: string; connection: string };
  /** What its own Via and Contact say when that is not where its packets come from (SIP-1, SIP-4), in words. */
  says: string[];
  /** Its clock minus ours; null when it was not asked or did not say. */
  clockOffsetSeconds: number | null;
}

/** Health in detail. Loads: 1 is one whole core for the process, all of them for the machine. */
export interface HealthView {
  versions: { node: string; ffmpeg: string | null };
  process: { cpu: number; memoryBytes: number; heapBytes: number; loopDelayP99Ms: number; loopDelayMaxMs: number };
  machine: {
    cores: number;
    cpu: number;
    memoryBytes: number;
    memoryFreeBytes: number;
    receiveBufferMaxBytes: number | null;
  };
  disk: { path: string; totalBytes: number; freeBytes: number } | null;
  ports: { total: number; leased: number; heldOff: number; occupied: number; free: number };
  warnings: Warning[];
}

/** The last minutes of a stream: one value per `everyMs`, the newest last. */
export interface StreamHistoryView {
  everyMs: number;
  bitrateBps: number[];
  fps: number[];
  /** Part of the packets that never came, 0…1. */
  loss: number[];
  viewers: number[];
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

/** What became of one step of a camera that is being added; the codes are those of `ArrivalCode`. */
export interface ArrivalStepView {
  code: string;
  firstAt: string;
  lastAt: string;
  /** How often since the device was let in last. */
  tries: number;
  detail: string;
  retryAfterSeconds?: number;
  channels?: number;
}

/** What arrived of one device from one host, the newest step last. */
export interface ArrivalView {
  id: string;
  /** '' when what it sent is no device id. */
  deviceId: string;
  /** `host:port` */
  address: string;
  transport: string;
  firstAt: string;
  lastAt: string;
  steps: ArrivalStepView[];
}

/** What to type into the form of a camera, and what arrived of cameras lately (newest first). */
export interface OnboardingView {
  serverId: string;
  domain: string;
  /** Our address as the camera sees it. */
  address: string;
  /** Why this address: `--advertise`, the one that is bound, the one that faces the camera asked about, or the likeliest interface. */
  addressFrom: 'advertised' | 'bound' | 'camera' | 'interface';
  /** What else it could be; empty when there is no choice. */
  addresses: { address: string; interface: string }[];
  port: number;
  transports: ('udp' | 'tcp')[];
  /** False: any password, or none, gets in. */
  authentication: boolean;
  /** A common password exists. */
  hasPassword: boolean;
  admission: 'open' | 'known';
  expiresSeconds: number;
  heartbeatSeconds: number;
  heartbeatCount: number;
  /** 20-digit ids that no device and no channel has. */
  deviceIds: { camera: string[]; recorder: string[] };
  arrivals: ArrivalView[];
}

export type ProblemCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'device_not_found'
  | 'channel_not_found'
  | 'stream_not_found'
  | 'recording_not_found'
  | 'capture_not_found'
  | 'delivery_not_found'
  | 'download_not_found'
  | 'talk_not_found'
  | 'announcement_not_found'
  | 'conflict'
  | 'device_busy'
  | 'talk_busy'
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

/** One endpoint of the configuration, and how it does since the gateway started. */
export interface WebhookView {
  id: string;
  /** Without password and query, which may be secrets. */
  url: string;
  events: string[];
  signed: boolean;
  /** Events in its queue. */
  waiting: number;
  delivered: number;
  /** Given up. */
  failed: number;
  failuresInRow: number;
  lastStatus: number | null;
  lastError: string | null;
  retryAt: string | null;
}

/** One event for one endpoint. */
export interface DeliveryView {
  id: string;
  /** Id of the endpoint. */
  endpoint: string;
  /** Null when the endpoint is no longer configured. */
  url: string | null;
  eventId: string;
  type: string;
  queuedAt: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  /** HTTP status of the newest attempt; null when nobody answered. */
  status: number | null;
  error: string | null;
  durationMs: number | null;
  retryAt: string | null;
  endedAt: string | null;
  event: GatewayEvent;
}
