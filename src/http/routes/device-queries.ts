import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { isProblem, type Problem } from '../../gateway/views.ts';
import { type Routes, sendPage } from '../context.ts';
import { sendRefusal } from '../problem.ts';
import { answers, ChannelParams, DeviceParams, listOf, listQuery, Nullable } from '../schema.ts';

const Query = Type.Object({
  force: Type.Optional(
    Type.Boolean({ default: false, description: 'Ask also where the device is known not to answer' }),
  ),
});
type Query = Static<typeof Query>;
const ListQuery = Type.Object({ ...listQuery, ...Query.properties });
type ListQuery = Static<typeof ListQuery>;

const Whole = (description: string) => Nullable(Type.Integer({ description }));
const Decimal = (description: string) => Nullable(Type.Number({ description }));
const Switch = Nullable(Type.Boolean());

const Status = Type.Object(
  {
    online: Switch,
    healthy: Switch,
    reason: Type.String({ description: 'Why it is not healthy, in its words' }),
    encoding: Switch,
    recording: Switch,
    deviceTime: Type.String({ description: 'Its own clock, as it writes it' }),
    alarms: Type.Array(
      Type.Object({ deviceId: Type.String(), duty: Type.String({ description: 'ONDUTY, OFFDUTY or ALARM' }) }),
    ),
  },
  { title: 'DeviceStatus', description: 'Null where the device says nothing' },
);
const Cruise = Type.Object({ number: Type.Integer(), name: Type.String() }, { title: 'Cruise' });
const CruiseTrack = Type.Object(
  {
    ...Cruise.properties,
    points: Type.Array(
      Type.Object({ preset: Type.Integer(), staySeconds: Whole('At the preset'), speed: Whole('On the way, 1 to 15') }),
    ),
  },
  { title: 'CruiseTrack' },
);
const HomePosition = Type.Object(
  { enabled: Switch, resetSeconds: Whole('Left alone for so long, it goes there'), preset: Whole('0 to 255') },
  { title: 'HomePosition' },
);
const PtzPosition = Type.Object(
  {
    pan: Decimal('Degrees clockwise'),
    tilt: Decimal('Degrees, + down'),
    zoom: Decimal('Times'),
    horizontalFieldAngle: Decimal('Degrees'),
    verticalFieldAngle: Decimal('Degrees'),
    maxViewDistance: Decimal('Metres'),
  },
  { title: 'PtzPosition' },
);
const StorageCard = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String(),
    status: Type.String({ description: 'ok, formatting, unformatted, idle or error' }),
    formatProgress: Whole('Percent'),
    capacityMb: Whole('Megabytes'),
    freeMb: Whole('Megabytes'),
  },
  { title: 'StorageCard' },
);
const CruiseParams = Type.Object({
  deviceId: Type.String(),
  channelId: Type.String(),
  number: Type.Integer({ minimum: 0, maximum: 255 }),
});
type CruiseParams = Static<typeof CruiseParams>;

/** What devices answer when they are asked. */
export const deviceQueryRoutes: Routes = (app, { gateway }) => {
  const tags = ['control'];
  const channel = '/devices/:deviceId/channels/:channelId';
  const asking = { tags, querystring: Query };

  app.get<{ Params: DeviceParams; Querystring: Query }>(
    '/devices/:deviceId/status',
    {
      schema: {
        ...asking,
        summary: 'The status of a device, asked now',
        params: DeviceParams,
        response: answers({ 200: Status }),
      },
    },
    async ({ params, query: { force = false } }, reply) =>
      done(reply, await gateway.queries.status(params.deviceId, null, { force })),
  );

  app.get<{ Params: ChannelParams; Querystring: Query }>(
    `${channel}/status`,
    {
      schema: {
        ...asking,
        summary: 'The status of a channel, asked now',
        params: ChannelParams,
        response: answers({ 200: Status }),
      },
    },
    async ({ params, query: { force = false } }, reply) =>
      done(reply, await gateway.queries.status(params.deviceId, params.channelId, { force })),
  );

  app.get<{ Params: ChannelParams; Querystring: ListQuery }>(
    `${channel}/cruises`,
    {
      schema: {
        tags,
        summary: 'The cruises of a camera, asked now',
        params: ChannelParams,
        querystring: ListQuery,
        response: answers({ 200: listOf(Cruise) }),
      },
    },
    async ({ params, query: { q, force = false, ...page } }, reply) => {
      const cruises = await gateway.queries.cruises(params.deviceId, params.channelId, { force });
      if (isProblem(cruises)) return sendRefusal(reply, cruises);
      const wanted = q === undefined ? cruises : cruises.filter(({ name }) => name.includes(q));
      return sendPage(reply, wanted, ({ number }) => keyOf(number), page);
    },
  );

  app.get<{ Params: CruiseParams; Querystring: Query }>(
    `${channel}/cruises/:number`,
    {
      schema: {
        ...asking,
        summary: 'The points of a cruise, asked now',
        params: CruiseParams,
        response: answers({ 200: CruiseTrack }),
      },
    },
    async ({ params: { deviceId, channelId, number }, query: { force = false } }, reply) =>
      done(reply, await gateway.queries.cruise(deviceId, channelId, number, { force })),
  );

  app.get<{ Params: ChannelParams; Querystring: Query }>(
    `${channel}/home-position`,
    {
      schema: {
        ...asking,
        summary: 'Where a camera goes back to, asked now',
        params: ChannelParams,
        response: answers({ 200: HomePosition }),
      },
    },
    async ({ params, query: { force = false } }, reply) =>
      done(reply, await gateway.queries.homePosition(params.deviceId, params.channelId, { force })),
  );

  app.get<{ Params: ChannelParams; Querystring: Query }>(
    `${channel}/ptz-position`,
    {
      schema: {
        ...asking,
        summary: 'Where a camera looks, asked now',
        params: ChannelParams,
        response: answers({ 200: PtzPosition }),
      },
    },
    async ({ params, query: { force = false } }, reply) =>
      done(reply, await gateway.queries.ptzPosition(params.deviceId, params.channelId, { force })),
  );

  app.get<{ Params: DeviceParams; Querystring: ListQuery }>(
    '/devices/:deviceId/storage-cards',
    {
      schema: {
        tags,
        summary: 'The storage cards of a device, asked now',
        params: DeviceParams,
        querystring: ListQuery,
        response: answers({ 200: listOf(StorageCard) }),
      },
    },
    async ({ params, query: { q, force = false, ...page } }, reply) => {
      const cards = await gateway.queries.storageCards(params.deviceId, { force });
      if (isProblem(cards)) return sendRefusal(reply, cards);
      const wanted = q === undefined ? cards : cards.filter(({ name }) => name.includes(q));
      return sendPage(reply, wanted, ({ id }) => keyOf(id), page);
    },
  );
};

/** Numbers as texts that sort like numbers: a card may have any. */
function keyOf(number: number): string {
  return String(number).padStart(16, '0');
}

function done(reply: FastifyReply, said: object | Problem): FastifyReply {
  return isProblem(said) ? sendRefusal(reply, said) : reply.send(said);
}
