import { type Static, Type } from '@sinclair/typebox';
import { isProblem } from '../../gateway/views.ts';
import { type Routes, sendPage } from '../context.ts';
import { DEFAULT_LIMIT, matches } from '../paging.ts';
import { sendRefusal } from '../problem.ts';
import {
  answers,
  CatalogAnswer,
  Device,
  DeviceHealth,
  DeviceParams,
  listOf,
  listQuery,
  Nothing,
  PresenceChange,
  PullTransport,
  waitSeconds,
} from '../schema.ts';

/** A catalogue of some hundred channels over UDP takes a few seconds. */
const CATALOG_WAIT_SECONDS = 10;

const ListQuery = Type.Object({ ...listQuery, online: Type.Optional(Type.Boolean()) });
const CatalogQuery = Type.Object({
  limit: listQuery.limit,
  waitSeconds: waitSeconds(CATALOG_WAIT_SECONDS),
});
const Name = Type.String({ maxLength: 200 });
const Password = Type.String({ minLength: 1, maxLength: 128 });
const NewDevice = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9]{20}$', 'x-form': '20 digits', description: '20 digits' }),
    name: Type.Optional(Name),
    password: Type.Optional(Password),
  },
  { additionalProperties: false },
);
const DeviceChange = Type.Object(
  { name: Type.Optional(Name), password: Type.Optional(Password), mediaTransport: Type.Optional(PullTransport) },
  { additionalProperties: false, minProperties: 1 },
);
const Removal = Type.Object(
  { block: Type.Optional(Type.Boolean({ description: 'The device never comes back' })) },
  { additionalProperties: false },
);

const HistoryQuery = Type.Object({ limit: listQuery.limit });

/** `/api/v1/devices`. */
export const deviceRoutes: Routes = (app, context) => {
  const { gateway } = context;
  const tags = ['devices'];

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/devices',
    { schema: { tags, summary: 'Devices', querystring: ListQuery, response: answers({ 200: listOf(Device) }) } },
    (request, reply) => {
      const { q, online, ...page } = request.query;
      const found = gateway
        .devices()
        .filter((d) => online === undefined || d.online === online)
        .filter((d) => matches(q, [d.id, d.name, d.manufacturer, d.model, d.address]));
      return sendPage(reply, found, (d) => d.id, page);
    },
  );

  app.post<{ Body: Static<typeof NewDevice> }>(
    '/devices',
    { schema: { tags, summary: 'Add a device beforehand', body: NewDevice, response: answers({ 201: Device }) } },
    (request, reply) => {
      const device = gateway.addDevice(request.body);
      if (isProblem(device)) return sendRefusal(reply, device);
      return reply.code(201).header('location', `/api/v1/devices/${device.id}`).send(device);
    },
  );

  app.get<{ Params: DeviceParams }>(
    '/devices/:deviceId',
    { schema: { tags, summary: 'One device', params: DeviceParams, response: answers({ 200: Device }) } },
    (request, reply) => {
      const device = gateway.device(request.params.deviceId);
      return isProblem(device) ? sendRefusal(reply, device) : reply.send(device);
    },
  );

  app.patch<{ Params: DeviceParams; Body: Static<typeof DeviceChange> }>(
    '/devices/:deviceId',
    {
      schema: {
        tags,
        summary: 'Rename, set the password or the way media is pulled',
        params: DeviceParams,
        body: DeviceChange,
        response: answers({ 200: Device }),
      },
    },
    (request, reply) => {
      const device = gateway.changeDevice(request.params.deviceId, request.body);
      return isProblem(device) ? sendRefusal(reply, device) : reply.send(device);
    },
  );

  app.delete<{ Params: DeviceParams; Querystring: Static<typeof Removal>; Body: Static<typeof Removal> }>(
    '/devices/:deviceId',
    {
      schema: {
        tags,
        summary: 'Forget a device with its channels',
        description: '`block` may stand in the query or in the body.',
        params: DeviceParams,
        querystring: Type.Object({ block: Type.Optional(Type.Boolean()) }),
        body: Removal,
        response: answers({ 204: Nothing }),
      },
    },
    (request, reply) => {
      const block = request.query.block ?? request.body.block ?? false;
      const refusal = gateway.deleteDevice(request.params.deviceId, { block });
      return refusal ? sendRefusal(reply, refusal) : reply.code(204).send();
    },
  );

  app.get<{ Params: DeviceParams; Querystring: Static<typeof HistoryQuery> }>(
    '/devices/:deviceId/history',
    {
      schema: {
        tags,
        summary: 'When the device came and went, newest first',
        description: 'The newest changes only; times in which no gateway ran are named by their reason.',
        params: DeviceParams,
        querystring: HistoryQuery,
        response: answers({ 200: listOf(PresenceChange) }),
      },
    },
    (request, reply) => {
      const history = gateway.deviceHistory(request.params.deviceId);
      if (isProblem(history)) return sendRefusal(reply, history);
      return reply.send({ items: history.slice(0, request.query.limit ?? DEFAULT_LIMIT), next: null });
    },
  );

  app.get<{ Params: DeviceParams }>(
    '/devices/:deviceId/health',
    {
      schema: {
        tags,
        summary: 'Registration, keepalives, addresses and what was tolerated in signalling',
        params: DeviceParams,
        response: answers({ 200: DeviceHealth }),
      },
    },
    (request, reply) => {
      const health = gateway.deviceHealth(request.params.deviceId);
      return isProblem(health) ? sendRefusal(reply, health) : reply.send(health);
    },
  );

  app.post<{ Params: DeviceParams; Querystring: Static<typeof CatalogQuery> }>(
    '/devices/:deviceId/catalog',
    {
      schema: {
        tags,
        summary: 'Ask the device for its catalogue',
        description:
          'The page goes on at `channels` of the device with `next` as the cursor. Progress comes as events.',
        params: DeviceParams,
        querystring: CatalogQuery,
        response: answers({ 200: CatalogAnswer }),
      },
    },
    async (request, reply) => {
      const { waitSeconds: wait = CATALOG_WAIT_SECONDS, ...page } = request.query;
      const answer = await gateway.refreshCatalog(request.params.deviceId, wait * 1000);
      if (isProblem(answer)) return sendRefusal(reply, answer);
      const { complete, queryId } = answer;
      return sendPage(
        reply,
        answer.items,
        (c) => `${c.deviceId}/${c.id}`,
        page,
        (shown) => ({ ...shown, complete, queryId }),
      );
    },
  );
};
