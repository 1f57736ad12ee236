import { type Static, Type } from '@sinclair/typebox';
import type { RecordFilters, RecordView } from '../../gateway/search/record-views.ts';
import { isProblem } from '../../gateway/views.ts';
import { type Routes, sendPage } from '../context.ts';
import { sendRefusal, sendWrongTime } from '../problem.ts';
import { answers, ChannelParams, listQuery, waitSeconds } from '../schema.ts';
import { parseTime } from '../times.ts';

/** A device is quiet for this long before its answer counts as over; a day of most devices is told within it. */
const WAIT_SECONDS = 10;

const Time = Type.String({ format: 'date-time', description: 'ISO 8601 with offset' });
const Digits = Type.String({ pattern: '^[0-9/]{1,64}$', 'x-form': 'digits' });
const Text = (description: string) => Type.String({ maxLength: 256, description });

const RecordsQuery = Type.Object({
  start: Type.String({ description: 'ISO 8601 with offset, or epoch seconds' }),
  end: Type.String({ description: 'The same; at most a year after `start`' }),
  type: Type.Optional(
    Type.Unsafe<NonNullable<RecordFilters['type']>>({ type: 'string', enum: ['all', 'time', 'alarm', 'manual'] }),
  ),
  secrecy: Type.Optional(Type.Unsafe<0 | 1>({ type: 'integer', enum: [0, 1], description: '0 public, 1 secret' })),
  filePath: Type.Optional(Text('Part of the path of the file')),
  address: Type.Optional(Text('Part of the place')),
  recorderId: Type.Optional(Text('Who made it record')),
  fuzzy: Type.Optional(Type.Boolean({ description: 'Look in central storage as well' })),
  streamNumber: Type.Optional(Type.Integer({ minimum: 0, maximum: 9, description: '2022: 0 main, 1 sub, …' })),
  alarmMethod: Type.Optional(Digits),
  alarmType: Type.Optional(Digits),
  waitSeconds: waitSeconds(WAIT_SECONDS),
  limit: listQuery.limit,
  cursor: listQuery.cursor,
  queryId: Type.Optional(
    Type.String({ maxLength: 64, description: 'Go on with that search instead of asking the device anew' }),
  ),
});
type RecordsQuery = Static<typeof RecordsQuery>;

const Footage = Type.Object(
  {
    start: Time,
    end: Time,
    name: Type.String(),
    type: Type.String({ description: '`time`, `alarm`, `manual`, or a word of the device’s own; empty: not said' }),
    secrecy: Type.Integer({ description: '0 public, 1 secret' }),
    size: Type.Optional(Type.Integer({ description: 'Bytes' })),
    filePath: Type.Optional(Type.String()),
    recorderId: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
    streamNumber: Type.Optional(Type.Integer()),
  },
  { title: 'Record' },
);
const RecordsAnswer = Type.Object({
  items: Type.Array(Footage),
  next: Type.Union([Type.String(), Type.Null()]),
  complete: Type.Boolean({ description: 'False: more is still coming, as events, or some of it never came' }),
  queryId: Type.String(),
});

const DaysQuery = Type.Object({
  month: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}$', 'x-form': 'a month such as 2026-01', description: '`YYYY-MM`' }),
  waitSeconds: waitSeconds(WAIT_SECONDS),
});
export const DaysAnswer = Type.Object(
  {
    month: Type.String(),
    days: Type.Array(
      Type.Object({
        date: Type.String({ description: '`YYYY-MM-DD`, in the zone of the gateway' }),
        hasFootage: Type.Union([Type.Boolean(), Type.Null()], { description: 'Null: not known yet' }),
        files: Type.Integer({ description: 'Files that reach into the day' }),
        footageSeconds: Type.Integer({ description: 'How much of the day they cover' }),
      }),
    ),
    complete: Type.Boolean({ description: 'False: the device has not said everything' }),
  },
  { title: 'RecordDays' },
);

/** Footage in devices, found. */
export const recordRoutes: Routes = (app, context) => {
  const { records } = context.gateway;
  const tags = ['records'];

  app.get<{ Params: ChannelParams; Querystring: RecordsQuery }>(
    '/devices/:deviceId/channels/:channelId/records',
    {
      schema: {
        tags,
        summary: 'Search the device for footage',
        description:
          'Answers after `waitSeconds` at the latest with what has come; the search goes on and tells of it by `records.progress`. ' +
          'The same request then joins it, or gets its whole answer. Items keep the times of the device also where they reach over the range.',
        params: ChannelParams,
        querystring: RecordsQuery,
        response: answers({ 200: RecordsAnswer }),
      },
    },
    async (request, reply) => {
      const { start, end, waitSeconds: wait = WAIT_SECONDS, limit, cursor, queryId, ...filters } = request.query;
      const startEpochMs = parseTime(start);
      const endEpochMs = parseTime(end);
      if (startEpochMs === null || endEpochMs === null) return sendWrongTime(reply, startEpochMs === null);
      const { deviceId, channelId } = request.params;
      const answer = await records.search(deviceId, channelId, { startEpochMs, endEpochMs }, filters, {
        waitMs: wait * 1000,
        resume: queryId ?? (cursor === undefined ? null : 'newest'),
      });
      if (isProblem(answer)) return sendRefusal(reply, answer);
      const { items, complete, queryId: id } = answer;
      const page = { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
      return sendPage(reply, items, keyOf, page, (shown) => ({ ...shown, complete, queryId: id }));
    },
  );

  app.get<{ Params: ChannelParams; Querystring: Static<typeof DaysQuery> }>(
    '/devices/:deviceId/channels/:channelId/records/days',
    {
      schema: {
        tags,
        summary: 'The days of a month that have footage in the device',
        description: 'Days that are over are remembered for an hour; the device is asked for the others only.',
        params: ChannelParams,
        querystring: DaysQuery,
        response: answers({ 200: DaysAnswer }),
      },
    },
    async (request, reply) => {
      const { deviceId, channelId } = request.params;
      const { month, waitSeconds: wait = WAIT_SECONDS } = request.query;
      const answer = await records.days(deviceId, channelId, month, wait * 1000);
      return isProblem(answer) ? sendRefusal(reply, answer) : reply.send(answer);
    },
  );
};

/** By time, whatever the offset in which it is written. */
function keyOf({ start, end, type, streamNumber }: RecordView): string {
  const instant = (time: string): string => String(Date.parse(time)).padStart(14, '0');
  return `${instant(start)} ${instant(end)} ${type} ${streamNumber ?? ''}`;
}
