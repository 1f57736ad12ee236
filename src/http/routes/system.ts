import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { ADDRESS_SECONDS, type Routes, sendPage } from '../context.ts';
import { baseAddress } from '../origin.ts';
import { matches } from '../paging.ts';
import { sendProblem } from '../problem.ts';
import { answers, listOf, listQuery, waitSeconds } from '../schema.ts';
import { signedAddress } from '../signature.ts';

/** A year: an address that shall hold longer is a token in disguise. */
const MAX_LINK_SECONDS = 366 * 86_400;
/** What may be signed: addresses that only show something. */
const SIGNABLE = [
  /^\/(?:live\/[^/?#]+\/[^/?#]+|streams\/[^/?#]+)(?:\?[^#]*)?$/,
  /^\/api\/v1\/recordings\/[^/?#]+\/(?:file|thumbnail\.jpg)(?:\?[^#]*)?$/,
  /^\/api\/v1\/downloads\/[^/?#]+\/file(?:\?[^#]*)?$/,
  /^\/api\/v1\/devices\/[^/?#]+\/channels\/[^/?#]+\/timeline\.mp4\?[^#]*$/,
];

const NewLink = Type.Object(
  {
    path: Type.String({ maxLength: 2000, description: 'Path and query of a viewer or of a recording’s file' }),
    expiresSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LINK_SECONDS, default: ADDRESS_SECONDS })),
  },
  { additionalProperties: false },
);
const Link = Type.Object(
  {
    url: Type.String(),
    ws: Type.Optional(Type.String({ description: 'The same over WebSocket, for viewers' })),
    path: Type.String(),
    expiresAt: Type.String({ format: 'date-time' }),
  },
  { title: 'Link' },
);

/** A camera answers DeviceStatus within a second, or is slow. */
const ASK_SECONDS = 5;
const SystemQuery = Type.Object({
  askDevices: Type.Optional(Type.Boolean({ description: 'Ask the devices for their time first (DeviceStatus)' })),
  waitSeconds: waitSeconds(ASK_SECONDS),
});
const AddressesQuery = Type.Object({ ...listQuery, online: Type.Optional(Type.Boolean()) });
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Words = <T extends string[]>(words: [...T]) => Type.Unsafe<T[number]>({ type: 'string', enum: words });
const Bytes = Type.Number();

const Warning = Type.Object(
  {
    check: Type.String(),
    code: Type.String({ description: 'Stable' }),
    severity: Words(['error', 'warning', 'note']),
    sentence: Type.String(),
    cure: Type.String(),
    values: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
      description: 'What the sentence speaks of, for a translation of it',
    }),
    deviceId: Type.Optional(Type.String()),
  },
  { title: 'Warning' },
);
const System = Type.Object(
  {
    versions: Type.Object({ gbgate: Type.String(), node: Type.String(), ffmpeg: Nullable(Type.String()) }),
    process: Type.Object({
      cpu: Type.Number({ description: '1 is one whole core' }),
      memoryBytes: Bytes,
      heapBytes: Bytes,
      loopDelayP99Ms: Type.Number({ description: 'Over the last minute' }),
      loopDelayMaxMs: Type.Number(),
    }),
    machine: Type.Object({
      cores: Type.Integer(),
      cpu: Type.Number({ description: '1 is all cores' }),
      memoryBytes: Bytes,
      memoryFreeBytes: Bytes,
      receiveBufferMaxBytes: Nullable(Bytes),
    }),
    disk: Nullable(Type.Object({ path: Type.String(), totalBytes: Bytes, freeBytes: Bytes })),
    ports: Type.Object({
      total: Type.Integer(),
      leased: Type.Integer(),
      heldOff: Type.Integer({ description: 'Rest after a call, so that no camera sends into the next one' }),
      occupied: Type.Integer({ description: 'Held by other programs' }),
      free: Type.Integer(),
    }),
    counters: Type.Record(Type.String(), Type.Number()),
    warnings: Type.Array(Warning),
  },
  { title: 'System', additionalProperties: true },
);
const DeviceAddresses = Type.Object(
  {
    deviceId: Type.String(),
    name: Type.String(),
    online: Type.Boolean(),
    source: Nullable(Type.String({ description: '`host:port` its packets come from' })),
    via: Type.String({ description: '`host:port` in Via and Contact of our requests' }),
    contact: Type.String(),
    sdp: Type.Object({ origin: Type.String(), connection: Type.String() }, { description: 'Hosts in `o=` and `c=`' }),
    says: Type.Array(Type.String(), { description: 'What its Via and Contact say, when it is something else' }),
    clockOffsetSeconds: Nullable(Type.Number({ description: 'Its clock minus ours' })),
  },
  { title: 'DeviceAddresses' },
);

/** `/api/v1/system` and `/api/v1/links`. */
export const systemRoutes: Routes = (app, context) => {
  app.get<{ Querystring: Static<typeof SystemQuery> }>(
    '/system',
    {
      schema: {
        tags: ['system'],
        summary: 'Health in detail, with warnings and their cures',
        querystring: SystemQuery,
        response: answers({ 200: System }),
      },
    },
    async (request, reply) => {
      const { askDevices = false, waitSeconds: wait = ASK_SECONDS } = request.query;
      if (askDevices) await context.gateway.askDeviceClocks(wait * 1000);
      const { versions, ...health } = await context.gateway.health();
      return reply.send({
        version: context.version,
        node: process.version,
        uptimeSeconds: Math.floor(process.uptime()),
        time: new Date(context.epochMs()).toISOString(),
        httpPort: context.port(),
        sipPort: context.gateway.sipPort,
        sipTlsPort: context.gateway.sipTlsPort,
        mediaPorts: context.gateway.mediaPorts,
        ...context.gateway.system(),
        ...health,
        versions: { gbgate: context.version, ...versions },
        counters: context.gateway.counters(),
      });
    },
  );

  app.get<{ Querystring: Static<typeof AddressesQuery> }>(
    '/system/devices',
    {
      schema: {
        tags: ['system'],
        summary: 'What stands in the messages to each device, and what its own say',
        querystring: AddressesQuery,
        response: answers({ 200: listOf(DeviceAddresses) }),
      },
    },
    (request, reply) => {
      const { q, online, ...page } = request.query;
      const found = context.gateway
        .deviceAddresses()
        .filter((d) => online === undefined || d.online === online)
        .filter((d) => matches(q, [d.deviceId, d.name, d.source, d.via, d.sdp.connection]));
      return sendPage(reply, found, (d) => d.deviceId, page);
    },
  );

  app.post<{ Body: Static<typeof NewLink> }>(
    '/links',
    {
      schema: {
        tags: ['system'],
        summary: 'A signed address that lets look without a token',
        body: NewLink,
        response: answers({ 201: Link }),
      },
    },
    (request, reply) => {
      const { path, expiresSeconds = ADDRESS_SECONDS } = request.body;
      if (!SIGNABLE.some((allowed) => allowed.test(path))) {
        return sendProblem(
          reply,
          'bad_request',
          'Only /live/…, /streams/…, /api/v1/recordings/…/file, …/thumbnail.jpg, /api/v1/downloads/…/file and …/timeline.mp4?… can be signed.',
        );
      }
      const expires = Math.floor(context.epochMs() / 1000) + expiresSeconds;
      const signed = signedAddress(context.gateway.signingKey, path, expires);
      const base = baseAddress(request.headers, context.port(), context.origins);
      const isViewer = !path.startsWith('/api/');
      return reply.code(201).send({
        url: base + signed,
        ...(isViewer ? { ws: base.replace(/^http/, 'ws') + signed } : {}),
        path: signed,
        expiresAt: new Date(expires * 1000).toISOString(),
      });
    },
  );
};
