import { type Static, Type } from '@sinclair/typebox';
import type { AlarmRule } from '../../gateway/alarms/alarm-views.ts';
import type { Routes } from '../context.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';
import { sendBackwards, sendProblem, sendWrongTime } from '../problem.ts';
import { answers, IdParams, listOf, listQuery, Nullable } from '../schema.ts';
import { isBackwards, parseTime } from '../times.ts';

const Time = Type.String({ format: 'date-time' });
const Words = Type.Object({ en: Type.String(), zh: Type.String() });
const number = (description: string) => Nullable(Type.Integer({ description }));

const Alarm = Type.Object(
  {
    id: Type.String(),
    deviceId: Type.String(),
    channelId: Nullable(Type.String({ description: 'Null: it names none of the device’s channels' })),
    sourceId: Type.String({ description: 'Whom it names: a channel, an alarm input, the device, a centre' }),
    time: Type.String({ format: 'date-time', description: 'By the device’s clock; `receivedAt` where unreadable' }),
    receivedAt: Time,
    method: number('AlarmMethod, 1 to 7'),
    methodName: Nullable(Words),
    type: number('AlarmType; means something else with each method'),
    typeName: Nullable(Words),
    eventType: number('Of an intrusion: 1 entered, 2 left'),
    eventName: Nullable(Words),
    priority: number('1, the highest, to 4'),
    priorityName: Nullable(Words),
    description: Type.String(),
    longitude: Type.Optional(Type.Number()),
    latitude: Type.Optional(Type.Number()),
    by: Type.Unsafe<'message' | 'notify'>({ type: 'string', enum: ['message', 'notify'] }),
    raw: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'As the device wrote it, what could not be read' }),
    ),
  },
  { title: 'Alarm' },
);

// a filter that is misspelt would show everything
const ListQuery = Type.Object(
  {
    limit: listQuery.limit,
    cursor: listQuery.cursor,
    deviceId: Type.Optional(Type.String()),
    channelId: Type.Optional(Type.String()),
    method: Type.Optional(Type.Integer({ minimum: 1, maximum: 7 })),
    type: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
    priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 4, description: 'This one and higher ones' })),
    start: Type.Optional(Type.String({ description: 'Alarms of this time or later' })),
    end: Type.Optional(Type.String({ description: 'Alarms before this time' })),
  },
  { additionalProperties: false },
);

/** More targets of one alarm would be a siege. */
const MAX_CHANNELS = 64;
/** Rules that every alarm is held against. */
const MAX_RULES = 100;
const numbers = (maximum: number) =>
  Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum }), { minItems: 1, maxItems: 20 }));
const id = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 64, description }));

const Rule = Type.Object(
  {
    name: Type.String({ maxLength: 100, default: '' }),
    enabled: Type.Boolean({ default: true }),
    deviceId: id('Alarms of this device'),
    channelId: id('Alarms that name this channel or source'),
    methods: numbers(7),
    types: numbers(255),
    priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 4, description: 'This one and higher ones' })),
    channels: Type.Optional(
      Type.Array(Type.Object({ deviceId: Type.String({ maxLength: 64 }), channelId: Type.String({ maxLength: 64 }) }), {
        maxItems: MAX_CHANNELS,
        description: 'Who is recorded and taken pictures of; without it the alarm’s channel',
      }),
    ),
    record: Type.Unsafe<'plan' | 'off' | number>({
      anyOf: [
        { type: 'string', enum: ['plan', 'off'] },
        { type: 'integer', minimum: 1, maximum: 86_400 },
      ],
      default: 'off',
      description: '`plan`: where a recording plan of mode `alarm` says so; a number: that many seconds',
    }),
    snapshot: Type.Optional(
      Nullable(
        Type.Object(
          {
            count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10, default: 1 })),
            intervalSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600, default: 1 })),
          },
          { additionalProperties: false, description: 'Pictures to take' },
        ),
      ),
    ),
  },
  { title: 'AlarmRule', additionalProperties: false },
);
const Rules = Type.Object({ rules: Type.Array(Rule, { maxItems: MAX_RULES }) }, { additionalProperties: false });

const WordList = Type.Object({
  methods: Type.Record(Type.String(), Words),
  types: Type.Record(Type.String(), Type.Record(Type.String(), Words), { description: 'By method' }),
  events: Type.Record(Type.String(), Words),
  priorities: Type.Record(Type.String(), Words),
});

/** `/api/v1/alarms`, and what alarms set off. */
export const alarmRoutes: Routes = (app, { gateway }) => {
  const tags = ['alarms'];

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/alarms',
    {
      schema: {
        tags,
        summary: 'Alarms, the newest first',
        querystring: ListQuery,
        response: answers({ 200: listOf(Alarm) }),
      },
    },
    (request, reply) => {
      const { cursor, start, end, limit = 100, ...filters } = request.query;
      const key = cursor === undefined ? null : decodeCursor(cursor);
      if (cursor !== undefined && !/^\d{1,15}$/.test(key ?? ''))
        return sendProblem(reply, 'bad_request', 'The cursor is not one this list has given out.');
      const fromEpochMs = start === undefined ? undefined : parseTime(start);
      const toEpochMs = end === undefined ? undefined : parseTime(end);
      if (fromEpochMs === null || toEpochMs === null) return sendWrongTime(reply, fromEpochMs === null);
      if (isBackwards(fromEpochMs, toEpochMs)) return sendBackwards(reply);
      const { items, hasMore } = gateway.alarms.page({
        ...filters,
        ...(fromEpochMs === undefined ? {} : { fromEpochMs }),
        ...(toEpochMs === undefined ? {} : { toEpochMs }),
        limit,
        before: key === null ? null : Number(key),
      });
      const last = items.at(-1);
      return reply.send({ items, next: hasMore && last !== undefined ? encodeCursor(last.id) : null });
    },
  );

  app.get(
    '/alarms/words',
    { schema: { tags, summary: 'What the numbers of alarms mean, in words', response: answers({ 200: WordList }) } },
    (_request, reply) => reply.send(gateway.alarms.words),
  );

  app.get<{ Params: IdParams }>(
    '/alarms/:id',
    { schema: { tags, summary: 'One alarm', params: IdParams, response: answers({ 200: Alarm }) } },
    (request, reply) => {
      const alarm = gateway.alarms.get(request.params.id);
      return alarm === null ? sendProblem(reply, 'alarm_not_found', 'There is no such alarm.') : reply.send(alarm);
    },
  );

  app.get(
    '/alarm-rules',
    { schema: { tags, summary: 'What alarms set off', response: answers({ 200: Rules }) } },
    (_request, reply) => reply.send({ rules: gateway.alarmRules.all() }),
  );

  app.put<{ Body: Static<typeof Rules> }>(
    '/alarm-rules',
    {
      schema: {
        tags,
        summary: 'Set what alarms set off',
        description:
          'Replaces all rules; each that fits an alarm does its part. Pictures of one channel are taken each 10 s at most.',
        body: Rules,
        response: answers({ 200: Rules }),
      },
    },
    (request, reply) => reply.send({ rules: gateway.alarmRules.put(request.body.rules.map(completed)) }),
  );

  app.delete(
    '/alarm-rules',
    {
      schema: {
        tags,
        summary: 'Take the rules back',
        description: 'Then alarms record what a recording plan of mode `alarm` says, as if no rules had ever been set.',
        response: answers({ 200: Rules }),
      },
    },
    (_request, reply) => reply.send({ rules: gateway.alarmRules.put(null) }),
  );
};

/** The wish of a client, with what it left out. */
function completed({ snapshot, ...rule }: Static<typeof Rule>): AlarmRule {
  if (snapshot === null || snapshot === undefined) return { ...rule, snapshot: null };
  return { ...rule, snapshot: { count: snapshot.count ?? 1, intervalSeconds: snapshot.intervalSeconds ?? 1 } };
}
