import { type Static, Type } from '@sinclair/typebox';
import type { SubscriptionStateView } from '../../gateway/told/told-views.ts';
import { isProblem } from '../../gateway/views.ts';
import type { Routes } from '../context.ts';
import { sendRefusal } from '../problem.ts';
import { answers, DeviceParams, Nullable } from '../schema.ts';

/** Shorter ones would be refreshed all the time; a day is longer than most devices stay registered. */
const Seconds = (description: string) =>
  // the first one is what a refusal speaks of
  Type.Unsafe<number>({ type: 'integer', anyOf: [{ minimum: 30, maximum: 86_400 }, { const: 0 }], description });
const WISHES = {
  catalog: Seconds('Channels that come, go, or change: seconds for which it is subscribed each time, 0: off'),
  alarm: Seconds('Alarms; many devices tell them without being asked'),
  position: Seconds('Where the device is (2016 and later)'),
  ptzPosition: Seconds('Where a camera looks (2022); of a recorder each of its cameras that turns'),
};
const Interval = Type.Integer({
  minimum: 1,
  maximum: 3600,
  description: 'How often the device is to tell its position',
});

const Body = Type.Object(
  {
    catalog: Type.Optional(WISHES.catalog),
    alarm: Type.Optional(WISHES.alarm),
    position: Type.Optional(WISHES.position),
    ptzPosition: Type.Optional(WISHES.ptzPosition),
    positionIntervalSeconds: Type.Optional(Interval),
  },
  { additionalProperties: false },
);
const Time = Nullable(Type.String({ format: 'date-time' }));
const State = Type.Object({
  state: Type.Unsafe<SubscriptionStateView['state']>({
    type: 'string',
    enum: ['off', 'waiting', 'active', 'refused', 'unanswered'],
    description: '`waiting`: as soon as the device is there; `refused`, `unanswered`: it is asked again later',
  }),
  endsAt: Time,
  notifiedAt: Time,
  detail: Nullable(Type.String({ description: 'Why it is not active, in the words of the device' })),
});
const Subscriptions = Type.Object(
  {
    ...WISHES,
    positionIntervalSeconds: Interval,
    states: Type.Object({ catalog: State, alarm: State, position: State, ptzPosition: State }),
  },
  { title: 'Subscriptions' },
);

/** `D/subscriptions`. */
export const subscriptionRoutes: Routes = (app, { gateway }) => {
  const tags = ['devices'];
  const path = '/devices/:deviceId/subscriptions';

  app.get<{ Params: DeviceParams }>(
    path,
    {
      schema: {
        tags,
        summary: 'What a device is to tell by itself, and whether it has agreed',
        params: DeviceParams,
        response: answers({ 200: Subscriptions }),
      },
    },
    (request, reply) => {
      const view = gateway.subscriptions.get(request.params.deviceId);
      return isProblem(view) ? sendRefusal(reply, view) : reply.send(view);
    },
  );

  app.put<{ Params: DeviceParams; Body: Static<typeof Body> }>(
    path,
    {
      schema: {
        tags,
        summary: 'Set what a device is to tell by itself',
        description:
          'What is left out has its default: the catalogue for 600 s, everything else off. Carried out at once, or when the device comes.',
        params: DeviceParams,
        body: Body,
        response: answers({ 200: Subscriptions }),
      },
    },
    (request, reply) => {
      const view = gateway.subscriptions.put(request.params.deviceId, request.body);
      return isProblem(view) ? sendRefusal(reply, view) : reply.send(view);
    },
  );
};
