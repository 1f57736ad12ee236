import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS, MIN_TIMEOUT_MS } from '../../gateway/control/ptz-limits.ts';
import { isProblem, type Problem } from '../../gateway/views.ts';
import { type Routes, sendPage } from '../context.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { answers, ChannelParams, listOf, listQuery, Nothing } from '../schema.ts';

const Axis = (plus: string, minus: string) =>
  Type.Optional(
    Type.Number({ minimum: -1, maximum: 1, description: `+ ${plus}, − ${minus}; the magnitude is the speed` }),
  );

const Body = Type.Object(
  {
    pan: Axis('right', 'left'),
    tilt: Axis('up', 'down'),
    zoom: Axis('in', 'out'),
    focus: Axis('near', 'far'),
    iris: Axis('open', 'close'),
    timeoutMs: Type.Optional(
      Type.Integer({
        minimum: MIN_TIMEOUT_MS,
        maximum: MAX_TIMEOUT_MS,
        default: DEFAULT_TIMEOUT_MS,
        description: 'The camera is stopped after this unless it is told again',
      }),
    ),
    stop: Type.Optional(Type.Literal(true, { description: 'Stops everything, cruises and scans too' })),
  },
  { additionalProperties: false },
);

const Preset = Type.Object(
  {
    number: Type.Integer({ minimum: 1, maximum: 255 }),
    name: Type.String({ description: 'The one given here, else the device’s; may be empty' }),
  },
  { title: 'Preset' },
);
const PresetParams = Type.Object({
  deviceId: Type.String(),
  channelId: Type.String(),
  number: Type.Integer({ minimum: 1, maximum: 255 }),
});
type PresetParams = Static<typeof PresetParams>;
const Name = Type.String({ maxLength: 32 });
const RenameBody = Type.Object({ name: Name }, { additionalProperties: false });
const PresetBody = Type.Object({ name: Type.Optional(Name) }, { additionalProperties: false });
const PresetsQuery = Type.Object({
  ...listQuery,
  force: Type.Optional(
    Type.Boolean({ default: false, description: 'Ask also where the device is known not to answer' }),
  ),
});

/** Steering, and presets. */
export const ptzRoutes: Routes = (app, { gateway }) => {
  const tags = ['control'];
  const channel = '/devices/:deviceId/channels/:channelId';

  app.post<{ Params: ChannelParams; Body: Static<typeof Body> }>(
    `${channel}/ptz`,
    {
      schema: {
        tags,
        summary: 'Move a camera, or stop it',
        description:
          'The body is the whole motion that is wanted: what it leaves out stands still. The last request wins. Say it again before `timeoutMs` is over to go on.',
        params: ChannelParams,
        body: Body,
        response: answers({ 204: Nothing }),
      },
    },
    async (request, reply) => {
      const { deviceId, channelId } = request.params;
      const { stop, timeoutMs, ...drive } = request.body;
      if (stop === true) return done(reply, await gateway.ptz.stop(deviceId, channelId));
      if (Object.keys(drive).length === 0)
        return sendProblem(
          reply,
          'bad_request',
          'The body names pan, tilt, zoom, focus or iris, or says `stop: true`.',
        );
      return done(reply, await gateway.ptz.drive(deviceId, channelId, drive, timeoutMs));
    },
  );

  app.get<{ Params: ChannelParams; Querystring: Static<typeof PresetsQuery> }>(
    `${channel}/presets`,
    {
      schema: {
        tags,
        summary: 'The presets of a camera, asked now',
        params: ChannelParams,
        querystring: PresetsQuery,
        response: answers({ 200: listOf(Preset) }),
      },
    },
    async (request, reply) => {
      const { deviceId, channelId } = request.params;
      const { q, force = false, ...page } = request.query;
      const presets = await gateway.ptz.presets(deviceId, channelId, { force });
      if (isProblem(presets)) return sendRefusal(reply, presets);
      const wanted = q === undefined ? presets : presets.filter(({ name }) => name.includes(q));
      return sendPage(reply, wanted, ({ number }) => String(number).padStart(3, '0'), page);
    },
  );

  app.put<{ Params: PresetParams; Body: Static<typeof PresetBody> }>(
    `${channel}/presets/:number`,
    {
      schema: {
        tags,
        summary: 'Make the view of now a preset',
        params: PresetParams,
        body: PresetBody,
        response: answers({ 204: Nothing }),
      },
    },
    async (request, reply) => {
      const { deviceId, channelId, number } = request.params;
      return done(reply, await gateway.ptz.setPreset(deviceId, channelId, number, request.body.name));
    },
  );

  app.patch<{ Params: PresetParams; Body: Static<typeof RenameBody> }>(
    `${channel}/presets/:number`,
    {
      schema: {
        tags,
        summary: 'Name a preset; nothing moves',
        description:
          'The name is kept here, before the one that the device gives: devices have no command to rename. Empty: the device’s again.',
        params: PresetParams,
        body: RenameBody,
        response: answers({ 204: Nothing }),
      },
    },
    async (request, reply) => {
      const { deviceId, channelId, number } = request.params;
      return done(reply, gateway.ptz.renamePreset(deviceId, channelId, number, request.body.name));
    },
  );

  app.post<{ Params: PresetParams }>(
    `${channel}/presets/:number/goto`,
    { schema: { tags, summary: 'Go to a preset', params: PresetParams, response: answers({ 204: Nothing }) } },
    async (request, reply) => {
      const { deviceId, channelId, number } = request.params;
      return done(reply, await gateway.ptz.gotoPreset(deviceId, channelId, number));
    },
  );

  app.delete<{ Params: PresetParams }>(
    `${channel}/presets/:number`,
    { schema: { tags, summary: 'Delete a preset', params: PresetParams, response: answers({ 204: Nothing }) } },
    async (request, reply) => {
      const { deviceId, channelId, number } = request.params;
      return done(reply, await gateway.ptz.deletePreset(deviceId, channelId, number));
    },
  );
};

function done(reply: FastifyReply, refusal: Problem | null): FastifyReply {
  return refusal === null ? reply.code(204).send() : sendRefusal(reply, refusal);
}
