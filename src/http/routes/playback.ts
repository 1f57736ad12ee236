import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isProblem } from '../../gateway/views.ts';
import { type HttpContext, type Routes, withAddresses } from '../context.ts';
import { ControlBody, commandOf, PlaybackSpeed } from '../playback-command.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { answers, ChannelParams, IdParams, PullTransport, Stream, waitSeconds } from '../schema.ts';
import { parseTime } from '../times.ts';

/** As long as `live` waits for its first picture. */
const WAIT_SECONDS = 15;

const Time = (description: string) => Type.String({ maxLength: 64, description });

const PlaybackBody = Type.Object(
  {
    start: Time('ISO 8601 with offset'),
    end: Time('The same; at most 31 days after `start`'),
    speed: Type.Optional(PlaybackSpeed),
    transport: Type.Optional(PullTransport),
  },
  { additionalProperties: false },
);
const PlaybackQuery = Type.Object({ waitSeconds: waitSeconds(WAIT_SECONDS) });

/** Recorded footage as streams. */
export const playbackRoutes: Routes = (app, context) => {
  const { gateway } = context;
  const tags = ['streams'];

  app.post<{ Params: ChannelParams; Querystring: Static<typeof PlaybackQuery>; Body: Static<typeof PlaybackBody> }>(
    '/devices/:deviceId/channels/:channelId/playback',
    {
      schema: {
        tags,
        summary: 'Play recorded footage of a range',
        description:
          'A stream of its own, which viewers share. 201 with the first picture, 202 when none came in time. A failed pull answers with its `steps`.',
        params: ChannelParams,
        querystring: PlaybackQuery,
        body: PlaybackBody,
        response: answers({ 201: Stream, 202: Stream }),
      },
    },
    async (request, reply) => {
      const { deviceId, channelId } = request.params;
      const { start, end, speed, transport } = request.body;
      const startEpochMs = parseTime(start);
      const endEpochMs = parseTime(end);
      if (startEpochMs === null || endEpochMs === null)
        return sendProblem(reply, 'bad_request', '`start` and `end` are ISO 8601 with an offset.');
      const answer = await gateway.playbacks.start(deviceId, channelId, {
        startEpochMs,
        endEpochMs,
        ...(speed === undefined ? {} : { speed }),
        ...(transport === undefined ? {} : { transport }),
        waitMs: (request.query.waitSeconds ?? WAIT_SECONDS) * 1000,
      });
      if (isProblem(answer)) return sendRefusal(reply, answer);
      return sendStream(context, request, reply, answer.id, true);
    },
  );

  app.post<{ Params: IdParams; Body: Static<typeof ControlBody> }>(
    '/streams/:id/control',
    {
      schema: {
        tags,
        summary: 'Pause, resume, move or speed up a playback',
        description:
          'For everybody who watches it. A seek or speed that the device ignores is done by a new call within 3 s.',
        params: IdParams,
        body: ControlBody,
        response: answers({ 200: Stream }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const stream = gateway.stream(id);
      if (isProblem(stream)) return sendRefusal(reply, stream);
      if (stream.kind !== 'playback')
        return sendProblem(reply, 'not_supported', 'Only recorded footage can be paused and moved.');
      const command = commandOf(request.body);
      if (typeof command === 'string') return sendProblem(reply, 'bad_request', command);
      const refusal = await gateway.playbacks.control(id, command);
      return refusal === null ? sendStream(context, request, reply, id, false) : sendRefusal(reply, refusal);
    },
  );
};

function sendStream(
  context: HttpContext,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  isNew: boolean,
): FastifyReply {
  const stream = context.gateway.stream(id);
  if (isProblem(stream)) return sendRefusal(reply, stream);
  const isWaiting = stream.state === 'waiting' || stream.state === 'inviting';
  if (isNew) reply.code(isWaiting ? 202 : 201).header('location', `/api/v1/streams/${id}`);
  return reply.send(withAddresses(context, request, stream));
}
