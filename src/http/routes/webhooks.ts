import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { isProblem } from '../../gateway/views.ts';
import type { Routes } from '../context.ts';
import { DEFAULT_LIMIT, decodeCursor, encodeCursor } from '../paging.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { answers, listOf, listQuery } from '../schema.ts';

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Time = Type.String({ format: 'date-time' });
const State = Type.Unsafe<'pending' | 'delivered' | 'failed'>({
  type: 'string',
  enum: ['pending', 'delivered', 'failed'],
  description: '`failed`: given up',
});

const Webhook = Type.Object(
  {
    id: Type.String(),
    url: Type.String({ description: 'Without password and query' }),
    events: Type.Array(Type.String()),
    signed: Type.Boolean(),
    waiting: Type.Integer({ description: 'Events in its queue' }),
    delivered: Type.Integer({ description: 'Since the gateway started' }),
    failed: Type.Integer({ description: 'Given up since the gateway started' }),
    failuresInRow: Type.Integer(),
    lastStatus: Nullable(Type.Integer({ description: 'HTTP status of the newest attempt' })),
    lastError: Nullable(Type.String()),
    retryAt: Nullable(Time),
  },
  { title: 'Webhook' },
);

const Delivery = Type.Object(
  {
    id: Type.String(),
    endpoint: Type.String({ description: 'Id of the webhook' }),
    url: Nullable(Type.String({ description: 'Null: no longer configured' })),
    eventId: Type.String(),
    type: Type.String(),
    queuedAt: Time,
    state: State,
    attempts: Type.Integer(),
    status: Nullable(Type.Integer({ description: 'HTTP status of the newest attempt; null when nobody answered' })),
    error: Nullable(Type.String()),
    durationMs: Nullable(Type.Integer({ description: 'Of the newest attempt' })),
    retryAt: Nullable(Time),
    endedAt: Nullable(Time),
    event: Type.Object(
      { id: Type.String(), type: Type.String(), time: Time, data: Type.Object({}, { additionalProperties: true }) },
      { description: 'What is sent' },
    ),
  },
  { title: 'WebhookDelivery' },
);

const DeliveriesQuery = Type.Object({
  limit: listQuery.limit,
  cursor: listQuery.cursor,
  endpoint: Type.Optional(Type.String({ maxLength: 64, description: 'Id of a webhook' })),
  state: Type.Optional(State),
  type: Type.Optional(
    Type.String({
      pattern: '^[a-z.]*\\*?$',
      'x-form': 'a type such as download.completed or download.*',
      maxLength: 64,
      description: '`download.*` forms too',
    }),
  ),
  eventId: Type.Optional(Type.String({ maxLength: 64 })),
});
const DeliveryParams = Type.Object({ id: Type.String({ pattern: '^[0-9]{1,15}$', 'x-form': 'digits' }) });

/** `/api/v1/webhooks`: who is told of events, what was sent, what waits. */
export const webhookRoutes: Routes = (app, { gateway }) => {
  const tags = ['events'];

  app.get(
    '/webhooks',
    {
      schema: {
        tags,
        summary: 'The configured webhooks, and how they do',
        response: answers({ 200: Type.Object({ items: Type.Array(Webhook), next: Type.Null() }) }),
      },
    },
    (_request, reply) => reply.send({ items: gateway.webhooks(), next: null }),
  );

  app.get<{ Querystring: Static<typeof DeliveriesQuery> }>(
    '/webhooks/deliveries',
    {
      schema: {
        tags,
        summary: 'What webhooks wait for and what was sent to them, the newest first',
        description: 'Each endpoint keeps its whole queue and the last 1,000 that ended.',
        querystring: DeliveriesQuery,
        response: answers({ 200: listOf(Delivery) }),
      },
    },
    (request, reply) => {
      const { limit = DEFAULT_LIMIT, cursor, ...wanted } = request.query;
      const before = cursor === undefined ? null : numberOf(decodeCursor(cursor));
      if (before === undefined)
        return sendProblem(reply, 'bad_request', 'The cursor is not one this list has given out.');
      const { items, hasMore } = gateway.deliveries({ ...wanted, limit, before });
      const last = items.at(-1);
      return reply.send({ items, next: last !== undefined && hasMore ? encodeCursor(last.id) : null });
    },
  );

  app.post<{ Params: Static<typeof DeliveryParams> }>(
    '/webhooks/deliveries/:id/redeliver',
    {
      schema: {
        tags,
        summary: 'Send an event once more',
        description: 'With the same event id, behind what waits for that endpoint.',
        params: DeliveryParams,
        response: answers({ 202: Delivery }),
      },
    },
    (request, reply) => {
      const again = gateway.redeliver(Number(request.params.id));
      return isProblem(again) ? sendRefusal(reply, again) : reply.code(202).send(again);
    },
  );
};

/** The row of a cursor; undefined when it is none of ours. */
function numberOf(key: string | null): number | undefined {
  return /^\d{1,15}$/.test(key ?? '') ? Number(key) : undefined;
}
