import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { isProblem } from '../../gateway/views.ts';
import { type Routes, sendPage, withAddresses } from '../context.ts';
import { matches } from '../paging.ts';
import { sendRefusal } from '../problem.ts';
import {
  answers,
  Channel,
  ChannelParams,
  DeviceParams,
  listOf,
  listQuery,
  PullTransport,
  Stream,
  waitSeconds,
} from '../schema.ts';

/** Contract: how long `live` waits for the first key frame when nothing else is said. */
const LIVE_WAIT_SECONDS = 15;

const ListQuery = Type.Object({
  ...listQuery,
  status: Type.Optional(Type.Union([Type.Literal('on'), Type.Literal('off')])),
  online: Type.Optional(Type.Boolean({ description: 'The same as `status`, as true and false' })),
  deviceId: Type.Optional(Type.String()),
});
type ListQuery = Static<typeof ListQuery>;

const ChannelChange = Type.Object(
  { name: Type.Optional(Type.String({ maxLength: 200 })), mediaTransport: Type.Optional(PullTransport) },
  { additionalProperties: false, minProperties: 1 },
);
const LiveBody = Type.Object(
  {
    transport: Type.Optional(PullTransport),
    streamNumber: Type.Optional(Type.Integer({ minimum: 0, maximum: 9, description: '0 main, 1 sub, …' })),
  },
  { additionalProperties: false },
);
const LiveQuery = Type.Object({ waitSeconds: waitSeconds(LIVE_WAIT_SECONDS) });

/** `/api/v1/channels` and the channels of a device. */
export const channelRoutes: Routes = (app, context) => {
  const { gateway } = context;
  const tags = ['channels'];

  function list(reply: FastifyReply, deviceId: string | undefined, query: ListQuery): FastifyReply {
    const channels = gateway.channels(deviceId);
    if (isProblem(channels)) return sendRefusal(reply, channels);
    const { q, status, online, limit, cursor } = query;
    const found = channels
      .filter((c) => status === undefined || c.status === status)
      .filter((c) => online === undefined || (c.status === 'on') === online)
      .filter((c) => matches(q, [c.id, c.name, c.deviceId, c.manufacturer, c.model, c.address]));
    return sendPage(reply, found, (c) => `${c.deviceId}/${c.id}`, {
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined ? {} : { cursor }),
    });
  }

  app.get<{ Querystring: ListQuery }>(
    '/channels',
    { schema: { tags, summary: 'Channels', querystring: ListQuery, response: answers({ 200: listOf(Channel) }) } },
    (request, reply) => list(reply, request.query.deviceId, request.query),
  );

  app.get<{ Params: DeviceParams; Querystring: ListQuery }>(
    '/devices/:deviceId/channels',
    {
      schema: {
        tags,
        summary: 'Channels of a device',
        params: DeviceParams,
        querystring: ListQuery,
        response: answers({ 200: listOf(Channel) }),
      },
    },
    (request, reply) => list(reply, request.params.deviceId, request.query),
  );

  app.get<{ Params: ChannelParams }>(
    '/devices/:deviceId/channels/:channelId',
    { schema: { tags, summary: 'One channel', params: ChannelParams, response: answers({ 200: Channel }) } },
    (request, reply) => {
      const channel = gateway.channel(request.params.deviceId, request.params.channelId);
      return isProblem(channel) ? sendRefusal(reply, channel) : reply.send(channel);
    },
  );

  app.patch<{ Params: ChannelParams; Body: Static<typeof ChannelChange> }>(
    '/devices/:deviceId/channels/:channelId',
    {
      schema: {
        tags,
        summary: 'Rename, or set the way media is pulled',
        params: ChannelParams,
        body: ChannelChange,
        response: answers({ 200: Channel }),
      },
    },
    (request, reply) => {
      const channel = gateway.changeChannel(request.params.deviceId, request.params.channelId, request.body);
      return isProblem(channel) ? sendRefusal(reply, channel) : reply.send(channel);
    },
  );

  app.post<{ Params: ChannelParams; Querystring: Static<typeof LiveQuery>; Body: Static<typeof LiveBody> }>(
    '/devices/:deviceId/channels/:channelId/live',
    {
      schema: {
        tags: ['streams'],
        summary: 'Start or join the live stream',
        description:
          '201 started, 200 already up, 202 media flows but no key frame came in time. A failed pull answers with its `steps`.',
        params: ChannelParams,
        querystring: LiveQuery,
        body: LiveBody,
        response: answers({ 200: Stream, 201: Stream, 202: Stream }),
      },
    },
    async (request, reply) => {
      const { deviceId, channelId } = request.params;
      const waitMs = (request.query.waitSeconds ?? LIVE_WAIT_SECONDS) * 1000;
      const answer = await gateway.live(deviceId, channelId, { ...request.body, waitMs });
      if (isProblem(answer)) return sendRefusal(reply, answer);
      const { stream, created } = answer;
      const isWaiting = stream.state === 'waiting' || stream.state === 'inviting';
      return reply
        .code(isWaiting ? 202 : created ? 201 : 200)
        .header('location', `/api/v1/streams/${stream.id}`)
        .send(withAddresses(context, request, stream));
    },
  );
};
