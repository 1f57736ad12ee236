import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply, preValidationHookHandler } from 'fastify';
import {
  CONFIG_TYPES,
  configAnswerSchemas,
  configChangeSchemas,
  configFormSchemas,
  type JsonSchema,
} from '../../gateway/config-schema.ts';
import { isProblem } from '../../gateway/views.ts';
import type { Routes } from '../context.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { answers, ChannelParams, DeviceParams } from '../schema.ts';

const force = Type.Optional(
  Type.Boolean({ default: false, description: 'Ask also where the device is known not to do it' }),
);
const ReadQuery = Type.Object({
  type: Type.Optional(
    Type.String({
      maxLength: 400,
      description: `Which sections, joined by commas; all of the device’s edition unless told. ${CONFIG_TYPES.join(', ')}`,
      examples: ['BasicParam,VideoParamOpt'],
    }),
  ),
  force,
});
type ReadQuery = Static<typeof ReadQuery>;
const ChangeQuery = Type.Object({ force });
type ChangeQuery = Static<typeof ChangeQuery>;

const sectionsOf = (schemas: Readonly<Record<string, JsonSchema>>) =>
  Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, Type.Optional(Type.Unsafe(schema))]));
const Config = Type.Object(sectionsOf(configAnswerSchemas()), {
  title: 'Config',
  description:
    'Sections by the standard’s name, with its element names. Elements beyond the standard are kept: texts, objects with `@attribute`, `#text` and elements, lists where they repeat.',
});
const Change = Type.Object(sectionsOf(configChangeSchemas()), {
  additionalProperties: false,
  minProperties: 1,
  description:
    'What is left out stays. Objects are merged, lists are replaced; streams (`VideoParamAttribute`, `VideoParamConfig`, `AudioParamConfig`) are merged one by one. Counts are the gateway’s own.',
});
type Change = Record<string, unknown>;
/** Sections that devices tell of themselves. */
const READ_ONLY = CONFIG_TYPES.filter((type) => !(type in Change.properties));
const Sections = Type.Object({
  sections: Type.Record(Type.String(), Type.Unsafe<JsonSchema>({ type: 'object', additionalProperties: true }), {
    description: 'JSON Schema by section',
  }),
});

/** Configuration of devices and channels. */
export const configRoutes: Routes = (app, { gateway }) => {
  const tags = ['configuration'];
  const channel = '/devices/:deviceId/channels/:channelId/config';
  const reading = {
    tags,
    querystring: ReadQuery,
    response: answers({ 200: Config }),
    description:
      'Asked now. Sections that the device has not are absent; when it has none of those asked for, the answer is 501, 502 or 504 and says why.',
  };
  /** Who sends back what he has read is told which part of it cannot be set. */
  const refuseReadOnly: preValidationHookHandler = (request, reply, done) => {
    const told = READ_ONLY.find((type) => Object.hasOwn(Object(request.body), type));
    if (told === undefined) return done();
    sendProblem(reply, 'bad_request', `body.${told} is only read: what a device can do is not set. Leave it out.`);
  };
  const changing = {
    tags,
    querystring: ChangeQuery,
    body: Change,
    response: answers({ 200: Config, 202: Config }),
    description:
      'Each section is written by itself, the registration parameters last. The answer holds the sections as they were written. 202: the device said nothing and registered anew, as some do when they have applied it; read it to see.',
  };

  app.get(
    '/config-sections',
    {
      schema: {
        tags,
        summary: 'What a configuration may hold, for who makes a form of it',
        description: 'Every section of every edition; `readOnly` are those, and the elements, that are not changed.',
        response: answers({ 200: Sections }),
      },
    },
    (_request, reply) => reply.send({ sections: configFormSchemas() }),
  );
  app.get<{ Params: DeviceParams; Querystring: ReadQuery }>(
    '/devices/:deviceId/config',
    { schema: { ...reading, summary: 'How a device is set up', params: DeviceParams } },
    (request, reply) => read(request.params.deviceId, null, request.query, reply),
  );
  app.get<{ Params: ChannelParams; Querystring: ReadQuery }>(
    channel,
    { schema: { ...reading, summary: 'How a channel is set up', params: ChannelParams } },
    (request, reply) => read(request.params.deviceId, request.params.channelId, request.query, reply),
  );
  app.patch<{ Params: DeviceParams; Querystring: ChangeQuery; Body: Change }>(
    '/devices/:deviceId/config',
    { preValidation: refuseReadOnly, schema: { ...changing, summary: 'Set up a device', params: DeviceParams } },
    (request, reply) => change(request.params.deviceId, null, request.body, request.query, reply),
  );
  app.patch<{ Params: ChannelParams; Querystring: ChangeQuery; Body: Change }>(
    channel,
    { preValidation: refuseReadOnly, schema: { ...changing, summary: 'Set up a channel', params: ChannelParams } },
    (request, reply) => change(request.params.deviceId, request.params.channelId, request.body, request.query, reply),
  );

  async function read(
    deviceId: string,
    channelId: string | null,
    { type, force: isForced = false }: ReadQuery,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const types = type === undefined ? null : type.split(',').map((each) => each.trim());
    const unknown = types?.find((each) => !CONFIG_TYPES.includes(each));
    if (unknown !== undefined)
      return sendProblem(
        reply,
        'bad_request',
        `query.type names "${unknown}", which is no section; there are: ${CONFIG_TYPES.join(', ')}.`,
      );
    const said = await gateway.configs.read(deviceId, channelId, types, { force: isForced });
    return isProblem(said) ? sendRefusal(reply, said) : reply.send(said.config);
  }

  async function change(
    deviceId: string,
    channelId: string | null,
    body: Change,
    { force: isForced = false }: ChangeQuery,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const said = await gateway.configs.change(deviceId, channelId, body, { force: isForced });
    if (isProblem(said)) return sendRefusal(reply, said);
    return reply.code(said.confirmed ? 200 : 202).send(said.config);
  }
};
