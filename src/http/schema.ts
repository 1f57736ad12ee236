import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { DEFAULT_LIMIT, MAX_LIMIT } from './paging.ts';
import { problemCodes } from './problem.ts';

/** The objects of the API as JSON Schema: they check what comes in and describe what goes out (OpenAPI). */

const Time = Type.String({ format: 'date-time', description: 'ISO 8601 with offset' });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Words = <T extends string[]>(words: [...T], description?: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: words, ...(description ? { description } : {}) });

export const PullTransport = Words(['auto', 'udp', 'tcp-passive', 'tcp-active'], 'How media is pulled.');

export const Device = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    manufacturer: Type.String(),
    model: Type.String(),
    firmware: Type.String(),
    online: Type.Boolean(),
    transport: Nullable(Words(['udp', 'tcp', 'tls'])),
    address: Nullable(Type.String({ description: '`host:port` the device was last proved at' })),
    registeredAt: Nullable(Time),
    keepaliveAt: Nullable(Time),
    expiresSeconds: Nullable(Type.Integer()),
    channelCount: Type.Integer(),
    mediaTransport: Type.Optional(PullTransport),
    version: Nullable(Words(['2011', '2014', '2016', '2022'], 'Edition of GB/T 28181')),
  },
  { title: 'Device' },
);

/** A device came or went. */
export const PresenceChange = Type.Object(
  {
    time: Time,
    online: Type.Boolean(),
    reason: Type.String({
      description: '`registered`, `keepalive`, `keepalive-missed`, `connection-lost`, `gateway-restarted`, …',
    }),
    address: Type.Optional(Type.String()),
  },
  { title: 'PresenceChange' },
);

const Findings = Type.Array(
  Type.Object({ code: Type.String(), count: Type.Integer(), firstAt: Time, lastAt: Time, detail: Type.String() }),
  { description: 'Every deviation of the device that was tolerated' },
);

/** How a device does. */
export const DeviceHealth = Type.Object(
  {
    online: Type.Boolean(),
    registeredAt: Nullable(Time),
    expiresAt: Nullable(Time),
    expiresInSeconds: Nullable(Type.Integer({ description: 'Below zero: overdue' })),
    keepalive: Type.Object({
      at: Nullable(Time),
      ageSeconds: Nullable(Type.Integer({ description: 'Since its last message' })),
      intervalSeconds: Type.Number(),
      allowedMisses: Type.Integer(),
      missed: Type.Integer(),
    }),
    addresses: Nullable(
      Type.Object(
        {
          deviceId: Type.String(),
          name: Type.String(),
          online: Type.Boolean(),
          source: Nullable(Type.String({ description: 'Where its packets come from' })),
          via: Type.String(),
          contact: Type.String(),
          sdp: Type.Object({ origin: Type.String(), connection: Type.String() }),
          says: Type.Array(Type.String(), { description: 'What its own Via and Contact say, where that differs' }),
          clockOffsetSeconds: Nullable(Type.Number()),
        },
        { description: 'What stands in our messages to it, and what its packets say' },
      ),
    ),
    findings: Findings,
  },
  { title: 'DeviceHealth' },
);

export const Channel = Type.Object(
  {
    id: Type.String(),
    deviceId: Type.String(),
    name: Type.String(),
    manufacturer: Type.String(),
    model: Type.String(),
    status: Words(['on', 'off']),
    parentId: Type.String(),
    civilCode: Type.String(),
    address: Type.String(),
    longitude: Type.Optional(Type.Number()),
    latitude: Type.Optional(Type.Number()),
    ptzType: Type.Optional(Type.Integer()),
    mediaTransport: Type.Optional(PullTransport),
  },
  {
    title: 'Channel',
    description: 'With every other catalogue field the device sent, by the standard’s element name.',
  },
);

const Step = Type.Object({
  name: Type.String(),
  at: Time,
  ms: Type.Number({ description: 'Since the first step' }),
  detail: Type.Optional(Type.String()),
});

export const Stream = Type.Object(
  {
    id: Type.String(),
    kind: Words(['live', 'playback', 'download', 'push']),
    deviceId: Type.String(),
    channelId: Type.String(),
    streamNumber: Type.Integer({ description: '0 main, 1 sub, …' }),
    state: Words(['inviting', 'waiting', 'playing', 'paused', 'stalled', 'ended']),
    transport: Nullable(Words(['udp', 'tcp-passive', 'tcp-active'])),
    ssrc: Nullable(Type.String()),
    localPort: Nullable(Type.Integer()),
    remote: Nullable(Type.String()),
    startedAt: Time,
    endedAt: Type.Optional(Time),
    endReason: Type.Optional(Type.String()),
    video: Nullable(
      Type.Object({
        codec: Type.String(),
        width: Type.Integer(),
        height: Type.Integer(),
        fps: Nullable(Type.Number()),
        profile: Type.String(),
      }),
    ),
    audio: Nullable(Type.Object({ codec: Type.String(), sampleRate: Type.Integer(), channels: Type.Integer() })),
    mime: Nullable(Type.String()),
    urls: Type.Object(
      { ws: Type.String(), http: Type.String(), page: Type.String() },
      { description: 'Signed for an hour' },
    ),
    playback: Type.Optional(
      Type.Object(
        {
          start: Time,
          end: Time,
          time: { ...Time, description: 'Content time that is sent now' },
          speed: Type.Number(),
          speeds: Type.Array(Type.Number(), { description: 'What may be asked for: the device has not failed at it' }),
        },
        { description: 'Recorded footage only' },
      ),
    ),
    viewers: Type.Integer(),
    stats: Type.Object({
      packets: Type.Integer(),
      bytes: Type.Integer(),
      lost: Type.Integer(),
      reordered: Type.Integer(),
      duplicate: Type.Integer(),
      discarded: Type.Integer(),
      frames: Type.Integer(),
      keyFrames: Type.Integer(),
      bitrateBps: Type.Number(),
      gopMs: Type.Number(),
      timestampJumps: Type.Integer(),
      jitterMs: Type.Number({ description: 'Interarrival jitter of RFC 3550, smoothed' }),
      roundTripMs: Type.Union([Type.Number(), Type.Null()], {
        description: 'By RTCP; null unless the device answers to reports',
      }),
    }),
    steps: Type.Array(Step, { description: 'The time line of the pull' }),
    findings: Findings,
  },
  { title: 'Stream' },
);

export const Recording = Type.Object(
  {
    id: Type.String(),
    streamId: Type.String(),
    deviceId: Type.String(),
    channelId: Type.String(),
    streamNumber: Type.Integer(),
    start: Time,
    end: Nullable(Time),
    durationMs: Type.Number(),
    bytes: Type.Integer(),
    path: Type.String(),
    state: Words(['recording', 'complete', 'recovered', 'failed']),
    locked: Type.Boolean(),
    reason: Words(['always', 'plan', 'request', 'alarm']),
    error: Type.Optional(Type.String()),
  },
  { title: 'Recording' },
);

export const Download = Type.Object(
  {
    id: Type.String(),
    deviceId: Type.String(),
    channelId: Type.String(),
    start: Time,
    end: Time,
    speed: Type.Number({ description: 'As asked for' }),
    transport: PullTransport,
    exact: Type.Boolean(),
    priority: Type.Integer(),
    state: Words(['queued', 'running', 'resuming', 'complete', 'partial', 'failed', 'cancelled']),
    progress: Type.Number({ description: '0 to 1, of content' }),
    receivedMs: Type.Number({ description: 'Content in the file' }),
    bytes: Type.Integer(),
    filesizeBytes: Nullable(Type.Integer({ description: 'What the device says; often wrong' })),
    realSpeed: Nullable(Type.Number({ description: 'Content seconds per second, lately' })),
    secondsLeft: Nullable(Type.Integer()),
    missing: Type.Array(Type.Object({ start: Time, end: Time }), { description: 'Footage that does not exist' }),
    path: Type.String({ description: 'Relative to the data folder; `.part.mp4` until it is finished' }),
    createdAt: Time,
    startedAt: Nullable(Time),
    endedAt: Nullable(Time),
    tag: Type.Optional(Type.Unknown({ description: 'As it was given' })),
    error: Type.Optional(Type.Object({ code: Type.String(), detail: Type.String() })),
  },
  { title: 'Download' },
);

export const Capture = Type.Object(
  {
    id: Type.String(),
    streamId: Type.String(),
    state: Words(['running', 'complete', 'failed']),
    seconds: Nullable(Type.Number({ description: 'As asked for; null for one of an earlier run' })),
    redacted: Nullable(Type.Boolean()),
    startedAt: Time,
    endedAt: Type.Optional(Time),
    bytes: Type.Integer(),
    packets: Nullable(Type.Integer()),
    dropped: Type.Integer({ description: 'Packets left out because the disk was too slow' }),
    path: Type.String(),
    error: Type.Optional(Type.String()),
  },
  { title: 'Capture' },
);

export const ProblemDocument = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Unsafe<string>({ type: 'string', enum: problemCodes().map(({ code }) => code) }),
    steps: Type.Optional(Type.Array(Step)),
  },
  { title: 'Problem', description: 'RFC 9457; `steps` for a failed pull' },
);

const PROBLEM = {
  description: 'It went wrong; `code` says what',
  content: { 'application/problem+json': { schema: ProblemDocument } },
};

/** The envelope of every list. */
export const listOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Nullable(Type.String()) });

export const CatalogAnswer = Type.Object({
  items: Type.Array(Channel),
  next: Nullable(Type.String()),
  complete: Type.Boolean({ description: 'False: the device had not said everything when the time was over' }),
  queryId: Type.String(),
});

export const DeviceParams = Type.Object({ deviceId: Type.String() });
export type DeviceParams = Static<typeof DeviceParams>;
export const ChannelParams = Type.Object({ deviceId: Type.String(), channelId: Type.String() });
export type ChannelParams = Static<typeof ChannelParams>;
export const IdParams = Type.Object({ id: Type.String() });
export type IdParams = Static<typeof IdParams>;

/** Query of every list; filters are added beside it. */
export const listQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })),
  cursor: Type.Optional(Type.String({ maxLength: 1000, description: '`next` of the page before' })),
  q: Type.Optional(Type.String({ maxLength: 200, description: 'Text to look for' })),
};

/** How long a call may wait for a device: the contract's bound. */
export const waitSeconds = (byDefault: number) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 60, default: byDefault }));

/** The answers of a route for the OpenAPI document: those named, and the problem for everything else. */
export function answers(named: Record<number, TSchema>): Record<string, object> {
  return { ...named, default: PROBLEM };
}

/** The same of a file: one of these media types, whole or, with `ranges`, a part of it. */
export function fileAnswers(types: readonly string[], o: { readonly ranges: boolean }): Record<string, object> {
  const content = Object.fromEntries(types.map((type) => [type, { schema: {} }]));
  const whole = { 200: { description: 'The file', content } };
  if (!o.ranges) return { ...whole, default: PROBLEM };
  const unchanged = { description: 'Not changed since it had the `If-None-Match`', type: 'null' };
  const part = { description: 'The `Range` that was asked for', content };
  return { ...whole, 206: part, 304: unchanged, default: PROBLEM };
}

/** 204 and its like. */
export const Nothing = Type.Null({ description: 'No content' });
