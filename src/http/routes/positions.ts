import { type Static, Type } from '@sinclair/typebox';
import { isProblem } from '../../gateway/views.ts';
import type { Routes } from '../context.ts';
import { DEFAULT_LIMIT, decodeCursor, encodeCursor } from '../paging.ts';
import { sendBackwards, sendProblem, sendRefusal, sendWrongTime } from '../problem.ts';
import { answers, ChannelParams, listOf, listQuery, Nullable } from '../schema.ts';
import { isBackwards, parseTime } from '../times.ts';

/** What is shown when no beginning is asked for. */
const DAY_MS = 86_400_000;

const Time = Type.String({ format: 'date-time' });
const number = (description: string) => Type.Optional(Type.Number({ description }));
const Position = Type.Object(
  {
    time: Type.String({ format: 'date-time', description: 'By the device’s clock; `receivedAt` where that cannot be' }),
    receivedAt: Time,
    longitude: Type.Number({ description: 'WGS-84 degrees, + east' }),
    latitude: Type.Number({ description: 'WGS-84 degrees, + north' }),
    speed: number('km/h'),
    direction: number('Degrees clockwise from north'),
    altitude: number('Metres above sea level'),
    height: number('Metres above the ground'),
  },
  { title: 'Position' },
);
const Place = Type.Object(
  {
    deviceId: Type.String(),
    channelId: Type.String({ description: 'The channel, or the device itself' }),
    ...Position.properties,
  },
  { title: 'Place' },
);
const PlacesQuery = Type.Object({ limit: listQuery.limit, cursor: listQuery.cursor });
const TrackQuery = Type.Object({
  start: Type.Optional(Type.String({ description: 'ISO 8601 with offset, or epoch seconds; else a day before `end`' })),
  end: Type.Optional(Type.String({ description: 'The same; else now' })),
  limit: listQuery.limit,
  cursor: listQuery.cursor,
});

const Asking = Type.Object({
  force: Type.Optional(Type.Boolean({ description: 'Asks also a device of which it is remembered that it cannot' })),
});

const MapView = Type.Object(
  {
    tiles: Nullable(Type.String({ description: 'An address with `{z}`, `{x}` and `{y}`; null: a plain ground' })),
    attribution: Type.String(),
    datum: Type.Union([Type.Literal('wgs84'), Type.Literal('gcj02')], {
      description: 'Coordinates that the tiles are drawn in; positions are always WGS-84',
    }),
  },
  { title: 'Map' },
);

/** `/api/v1/positions`, `C/positions`, and what lies under them. */
export const positionRoutes: Routes = (app, { gateway, epochMs, map }) => {
  app.get(
    '/map',
    {
      schema: {
        tags: ['system'],
        summary: 'The map that the page shows under positions (`http.mapTiles`)',
        response: answers({ 200: MapView }),
      },
    },
    (_request, reply) => reply.send(map ?? { tiles: null, attribution: '', datum: 'wgs84' }),
  );

  app.get<{ Querystring: Static<typeof PlacesQuery> }>(
    '/positions',
    {
      schema: {
        tags: ['channels'],
        summary: 'Where every channel is: the newest position of each that has told any',
        querystring: PlacesQuery,
        response: answers({ 200: listOf(Place) }),
      },
    },
    (request, reply) => {
      const { limit = DEFAULT_LIMIT, cursor } = request.query;
      const [, deviceId, channelId] = /^(\S+) (\S+)$/.exec(decodeCursor(cursor ?? '') ?? '') ?? [];
      const after = deviceId === undefined || channelId === undefined ? null : { deviceId, channelId };
      if (cursor !== undefined && after === null)
        return sendProblem(reply, 'bad_request', 'The cursor is not one this list has given out.');
      const { items, hasMore } = gateway.positions.newest({ after, limit });
      const last = items.at(-1);
      const next = hasMore && last !== undefined ? encodeCursor(`${last.deviceId} ${last.channelId}`) : null;
      return reply.send({ items, next });
    },
  );

  app.get<{ Params: ChannelParams; Querystring: Static<typeof Asking> }>(
    '/devices/:deviceId/channels/:channelId/position',
    {
      schema: {
        tags: ['channels'],
        summary: 'Where a channel is, asked now',
        description:
          'Of a device of 2016 or later. The id of the device in place of the channel asks for the device itself. The answer is a point of the track, too.',
        params: ChannelParams,
        querystring: Asking,
        response: answers({ 200: Position }),
      },
    },
    async ({ params, query }, reply) => {
      const said = await gateway.positions.ask(params.deviceId, params.channelId, { force: query.force === true });
      return isProblem(said) ? sendRefusal(reply, said) : reply.send(said);
    },
  );

  app.get<{ Params: ChannelParams; Querystring: Static<typeof TrackQuery> }>(
    '/devices/:deviceId/channels/:channelId/positions',
    {
      schema: {
        tags: ['channels'],
        summary: 'Where a channel was: its track, oldest first',
        description:
          'The id of the device in place of the channel: what the device tells of itself. Kept for `positions.keepDays` days.',
        params: ChannelParams,
        querystring: TrackQuery,
        response: answers({ 200: listOf(Position) }),
      },
    },
    (request, reply) => {
      const { start, end, limit = DEFAULT_LIMIT, cursor } = request.query;
      const toEpochMs = end === undefined ? epochMs() + 1 : parseTime(end);
      if (toEpochMs === null) return sendWrongTime(reply, false);
      const fromEpochMs = start === undefined ? toEpochMs - DAY_MS : parseTime(start);
      if (fromEpochMs === null) return sendWrongTime(reply, true);
      if (isBackwards(fromEpochMs, toEpochMs)) return sendBackwards(reply);
      const key = cursor === undefined ? null : decodeCursor(cursor);
      if (cursor !== undefined && (key === null || !/^\d{1,15}$/.test(key)))
        return sendProblem(reply, 'bad_request', 'The cursor is not one this list has given out.');
      const after = key === null ? null : Number(key);
      const track = gateway.positions.track({ ...request.params, fromEpochMs, toEpochMs, limit, after });
      if (isProblem(track)) return sendRefusal(reply, track);
      const next = track.next === null ? null : encodeCursor(String(track.next));
      return reply.send({ items: track.items, next });
    },
  );
};
