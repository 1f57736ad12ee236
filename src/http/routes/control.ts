import { type Static, type TSchema, Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import type { Control } from '../../gateway/control/controls.ts';
import { isProblem } from '../../gateway/views.ts';
import type { Routes } from '../context.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { answers, ChannelParams, DeviceParams, Nothing } from '../schema.ts';
import { validateByWord } from '../validation.ts';

const Words = <T extends string[]>(words: [...T], description?: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: words, ...(description ? { description } : {}) });
const Pixels = (description: string, minimum: 0 | 1) => Type.Integer({ minimum, maximum: 100_000, description });
const BOX = {
  width: Pixels('Of the player’s window', 1),
  height: Pixels('The same', 1),
  x: Pixels('Centre of the box, from the left; `width` at most', 0),
  y: Pixels('The same, from the top; `height` at most', 0),
  boxWidth: Pixels('Of the box', 1),
  boxHeight: Pixels('The same', 1),
};
const Group = Type.Integer({ minimum: 0, maximum: 255, description: 'As the camera numbers them' });
/** What 12 bits hold (annex A.3). */
const Value = Type.Optional(Type.Integer({ minimum: 0, maximum: 4095, description: 'Speed, or seconds' }));
const Enabled = Type.Boolean();

/** One command, with what goes with it. */
function command<W extends string, P extends Record<string, TSchema>>(word: W, fields: P, description: string) {
  return Type.Object({ command: Type.Literal(word), ...fields }, { additionalProperties: false, description });
}

/** Every command of `POST …/control`. */
const COMMANDS = {
  reboot: command('reboot', {}, 'Restarts the device'),
  'key-frame': command('key-frame', {}, 'Asks for a key frame now'),
  record: command(
    'record',
    { enabled: Enabled, streamNumber: Type.Optional(Type.Integer({ minimum: 0, maximum: 15 })) },
    'The device records, or stops',
  ),
  guard: command('guard', { enabled: Enabled }, 'Arms or disarms'),
  'alarm-reset': command(
    'alarm-reset',
    {
      method: Type.Optional(
        Type.Union([
          Type.Integer({ minimum: 0, maximum: 7 }),
          Type.String({
            pattern: '^[0-7](?:/?[0-7]){0,7}$',
            'x-form': 'methods such as "1/2"',
            description: 'Several: `1/2`; before 2022 `12`',
          }),
        ]),
      ),
      type: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
    },
    'Takes an alarm back, so that the device tells the next one',
  ),
  'home-position': command(
    'home-position',
    {
      enabled: Enabled,
      preset: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
      resetSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400, description: 'Left alone for so long' })),
    },
    'Where the camera goes back to when it is left alone',
  ),
  'drag-zoom-in': command('drag-zoom-in', BOX, 'The box becomes the whole view'),
  'drag-zoom-out': command('drag-zoom-out', BOX, 'The whole view shrinks into the box'),
  'ptz-precise': command(
    'ptz-precise',
    {
      pan: Type.Optional(Type.Number({ minimum: 0, maximum: 360, description: 'Degrees, clockwise from above' })),
      tilt: Type.Optional(Type.Number({ minimum: -30, maximum: 90, description: 'Degrees, + down' })),
      zoom: Type.Optional(Type.Number({ minimum: 1, maximum: 1000 })),
    },
    'Goes to a position; what is left out stays as it is (2022)',
  ),
  'format-card': command(
    'format-card',
    { card: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, default: 0, description: '0: all of them' })) },
    'Formats a storage card (2022)',
  ),
  'target-track': command(
    'target-track',
    {
      mode: Words(['auto', 'manual', 'stop']),
      channel: Type.Optional(Type.String({ maxLength: 64, description: 'The panorama channel' })),
      box: Type.Optional(
        Type.Object(BOX, { additionalProperties: false, description: 'On its picture; `manual` needs it' }),
      ),
    },
    'Follows what moves (2022)',
  ),
  upgrade: command(
    'upgrade',
    {
      firmware: Type.String({ minLength: 1, maxLength: 128, description: 'The version that is in the file' }),
      url: Type.String({
        maxLength: 1024,
        pattern: '^(?:https?|ftp)://[^\\s/]+',
        'x-form': 'an http, https or ftp address',
        description: 'Where the device gets it',
      }),
      session: Type.Optional(
        Type.String({
          pattern: '^[A-Za-z0-9-]{32,128}$',
          'x-form': '32 to 128 letters, digits and hyphens',
          description: 'Named again by `upgrade.completed`',
        }),
      ),
    },
    'Installs firmware (2022)',
  ),
  snapshot: command(
    'snapshot',
    {
      count: Type.Integer({ minimum: 1, maximum: 10, default: 1 }),
      intervalSeconds: Type.Integer({ minimum: 1, maximum: 3600, default: 1 }),
    },
    'Takes pictures: the device uploads them (2022), else they are made of its stream; `snapshot.completed` tells of them',
  ),
  aux: command(
    'aux',
    { number: Type.Integer({ minimum: 0, maximum: 255, description: '1: the wiper' }), enabled: Enabled },
    'Switches something at the camera',
  ),
  cruise: command(
    'cruise',
    {
      group: Group,
      action: Words(
        ['start', 'stop', 'add', 'delete', 'speed', 'dwell'],
        '`delete` without a preset: the whole cruise',
      ),
      preset: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
      value: Value,
    },
    'A round of presets',
  ),
  scan: command(
    'scan',
    { group: Group, action: Words(['start', 'stop', 'left', 'right', 'speed'], '`left`, `right`: here'), value: Value },
    'To and fro between two limits',
  ),
};

const Body = Type.Union(Object.values(COMMANDS));
type SnapshotCommand = Static<typeof COMMANDS.snapshot>;
const Query = Type.Object({
  force: Type.Optional(Type.Boolean({ default: false, description: 'Try also what the device is known not to do' })),
});
type Query = Static<typeof Query>;
const Result = Type.Object({
  result: Words(['OK', 'ERROR'], 'As the device answered'),
  session: Type.Optional(Type.String({ description: 'Of an upgrade, or of pictures that are taken' })),
  source: Type.Optional(
    Words(['device', 'stream'], 'Of pictures: who makes them, the device or the gateway out of the stream'),
  ),
});

/** Control of devices and channels. */
export const controlRoutes: Routes = (app, { gateway }) => {
  const validatorCompiler = validateByWord(app, 'command', COMMANDS);
  const common = {
    tags: ['control'],
    querystring: Query,
    body: Body,
    response: answers({ 200: Result, 204: Nothing }),
    description:
      '200 with the device’s result where the standard has an answer, else 204 when the device has taken the command. 501 when it is known not to do it.',
  };

  app.post<{ Params: DeviceParams; Querystring: Query; Body: Control | SnapshotCommand }>(
    '/devices/:deviceId/control',
    { schema: { ...common, summary: 'Control a device', params: DeviceParams }, validatorCompiler },
    (request, reply) => carryOut(request.params.deviceId, null, request.body, request.query, reply),
  );

  app.post<{ Params: ChannelParams; Querystring: Query; Body: Control | SnapshotCommand }>(
    '/devices/:deviceId/channels/:channelId/control',
    { schema: { ...common, summary: 'Control a channel', params: ChannelParams }, validatorCompiler },
    (request, reply) => {
      const { deviceId, channelId } = request.params;
      return carryOut(deviceId, channelId, request.body, request.query, reply);
    },
  );

  async function carryOut(
    deviceId: string,
    channelId: string | null,
    control: Control | SnapshotCommand,
    { force = false }: Query,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    if (control.command === 'snapshot') {
      const { count, intervalSeconds } = control;
      const wish = { count, intervalSeconds, force };
      const order = await gateway.imageSnapshots.take(deviceId, channelId ?? deviceId, wish);
      return isProblem(order) ? sendRefusal(reply, order) : reply.send({ result: 'OK', ...order });
    }
    const wrong = wrongIn(control);
    if (wrong !== null) return sendProblem(reply, 'bad_request', wrong);
    const said = await gateway.controls.control(deviceId, channelId, control, { force });
    if (isProblem(said)) return sendRefusal(reply, said);
    return said.answer === null ? reply.code(204).send() : reply.send(said.answer);
  }
};

/** What a schema of single fields cannot say. */
function wrongIn(control: Control): string | null {
  switch (control.command) {
    case 'ptz-precise':
      return control.pan === undefined && control.tilt === undefined && control.zoom === undefined
        ? 'The command `ptz-precise` needs pan, tilt or zoom.'
        : null;
    case 'drag-zoom-in':
    case 'drag-zoom-out':
      return wrongInBox(control);
    case 'target-track':
      if (control.mode === 'manual' && control.box === undefined) return 'The mode `manual` needs a `box`.';
      return control.box === undefined ? null : wrongInBox(control.box);
    case 'cruise':
      if (control.action === 'add' && control.preset === undefined) return 'The action `add` needs a `preset`.';
      return needsValue(control.action, control.value);
    case 'scan':
      return needsValue(control.action, control.value);
    default:
      return null;
  }
}

/** A camera that is given a centre beside the picture goes anywhere. */
function wrongInBox({ width, height, x, y }: Readonly<Record<'width' | 'height' | 'x' | 'y', number>>): string | null {
  return x > width || y > height ? 'The box lies beside the picture: x is at most `width`, y at most `height`.' : null;
}

function needsValue(action: string, value: number | undefined): string | null {
  return (action === 'speed' || action === 'dwell') && value === undefined
    ? `The action \`${action}\` needs a \`value\`.`
    : null;
}
