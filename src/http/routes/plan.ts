import { type Static, Type } from '@sinclair/typebox';
import type { PlanView } from '../../gateway/recording/plan-views.ts';
import { isProblem } from '../../gateway/views.ts';
import { type Routes, sendPage } from '../context.ts';
import { sendRefusal } from '../problem.ts';
import { answers, ChannelParams, listOf, listQuery } from '../schema.ts';

const Mode = Type.Unsafe<PlanView['mode']>({
  type: 'string',
  enum: ['off', 'always', 'schedule', 'alarm'],
  description:
    '`schedule`: at the times of `weekly` and `cron`; `alarm`: around alarms, at those times only when there are some',
});
const StreamNumber = Type.Integer({
  minimum: 0,
  maximum: 99,
  default: 0,
  description: '0 main stream, 1 sub stream, …',
});
const Weekly = Type.Array(
  Type.Object(
    {
      days: Type.Array(Type.Integer(), { description: '1 Monday … 7 Sunday' }),
      from: Type.String({ maxLength: 5, description: '`HH:MM` in the zone of the gateway' }),
      to: Type.String({ maxLength: 5, description: '`HH:MM`, up to `24:00`; before `from`: on the next day' }),
    },
    { additionalProperties: false },
  ),
  { description: 'Answered in its shortest form: overlaps are joined' },
);
const Cron = Type.Array(
  Type.Object(
    {
      start: Type.String({ description: 'Five fields: minute, hour, day, month, day of the week; `0 8 * * 1-5`' }),
      minutes: Type.Integer({ description: 'How long from each start on, at most a week' }),
    },
    { additionalProperties: false },
  ),
);
const orNull = (description: string) => Type.Union([Type.Integer(), Type.Null()], { description });
const PreRoll = orNull('Kept from before an alarm, 0 to 60; null: `record.preRoll`');
const PostRoll = orNull('Recorded after an alarm, 1 to 86400; null: 30');
const KeepDays = orNull('Recordings of this stream are deleted after so many days; null: `record.keepDays`');

const Body = Type.Object(
  {
    mode: Mode,
    streamNumber: Type.Optional(StreamNumber),
    weekly: Type.Optional(Weekly),
    cron: Type.Optional(Cron),
    preRollSeconds: Type.Optional(PreRoll),
    postRollSeconds: Type.Optional(PostRoll),
    keepDays: Type.Optional(KeepDays),
  },
  { additionalProperties: false },
);
const Plan = Type.Object(
  {
    deviceId: Type.String(),
    channelId: Type.String(),
    mode: Mode,
    streamNumber: StreamNumber,
    weekly: Weekly,
    cron: Cron,
    preRollSeconds: PreRoll,
    postRollSeconds: PostRoll,
    keepDays: KeepDays,
    timeZone: Type.String({ description: 'Zone of its times' }),
    active: Type.Boolean({ description: 'Its times hold now' }),
    nextChange: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When `active` changes; null: not as far as can be foreseen',
    }),
    recording: Type.Boolean({ description: 'The stream is being recorded now, whoever wanted it' }),
    error: Type.Optional(Type.String({ description: 'Why it is not recorded although it should be' })),
  },
  { title: 'Plan' },
);
const ListQuery = Type.Object({ limit: listQuery.limit, cursor: listQuery.cursor });
const AlarmBody = Type.Object(
  {
    seconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 86_400, description: 'Recorded from now on; else as the plan says' }),
    ),
  },
  { additionalProperties: false },
);

/** `C/plan`, and the list of all plans. */
export const planRoutes: Routes = (app, { gateway }) => {
  const { plans } = gateway;
  const tags = ['recordings'];
  const path = '/devices/:deviceId/channels/:channelId/plan';

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/plans',
    {
      schema: {
        tags,
        summary: 'Recording plans of all channels that have one',
        querystring: ListQuery,
        response: answers({ 200: listOf(Plan) }),
      },
    },
    (request, reply) => sendPage(reply, plans.all(), keyOf, request.query),
  );

  app.get<{ Params: ChannelParams }>(
    path,
    {
      schema: {
        tags,
        summary: 'The recording plan of a channel',
        description: '`mode` is `off` when it has none.',
        params: ChannelParams,
        response: answers({ 200: Plan }),
      },
    },
    (request, reply) => reply.send(plans.get(request.params.deviceId, request.params.channelId)),
  );

  app.put<{ Params: ChannelParams; Body: Static<typeof Body> }>(
    path,
    {
      schema: {
        tags,
        summary: 'Set the recording plan of a channel',
        description:
          'Replaces the plan that was there; what is left out has its default. The channel need not be known yet. A range lasts from the first moment at which the clock on the wall shows its beginning to the last at which it shows its end; a time that daylight saving skips happens at the change.',
        params: ChannelParams,
        body: Body,
        response: answers({ 200: Plan }),
      },
    },
    (request, reply) => {
      const { deviceId, channelId } = request.params;
      const { mode, streamNumber = 0, weekly = [], cron = [], ...rest } = request.body;
      const { preRollSeconds = null, postRollSeconds = null, keepDays = null } = rest;
      const wanted = { mode, streamNumber, weekly, cron, preRollSeconds, postRollSeconds, keepDays };
      const plan = plans.put(deviceId, channelId, wanted);
      return isProblem(plan) ? sendRefusal(reply, plan) : reply.send(plan);
    },
  );

  app.post<{ Params: ChannelParams; Body: Static<typeof AlarmBody> }>(
    `${path}/alarm`,
    {
      schema: {
        tags,
        summary: 'Record as an alarm would',
        description:
          'For alarms that others see: a door contact, a motion detector. The recording begins with what was kept from before; another alarm meanwhile makes it longer. `conflict` when the plan is not one for alarms, or when they do not count at this time.',
        params: ChannelParams,
        body: AlarmBody,
        response: answers({ 200: Plan }),
      },
    },
    (request, reply) => {
      const { deviceId, channelId } = request.params;
      const plan = plans.alarm(deviceId, channelId, request.body.seconds ?? null);
      return isProblem(plan) ? sendRefusal(reply, plan) : reply.send(plan);
    },
  );
};

function keyOf({ deviceId, channelId }: PlanView): string {
  return `${deviceId}/${channelId}`;
}
