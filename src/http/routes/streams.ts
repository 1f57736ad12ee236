import { type Static, Type } from '@sinclair/typebox';
import { isProblem } from '../../gateway/views.ts';
import { type Routes, sendPage, withAddresses } from '../context.ts';
import { matches } from '../paging.ts';
import { sendRefusal } from '../problem.ts';
import { answers, fileAnswers, IdParams, listOf, listQuery, Nothing, Recording, Stream } from '../schema.ts';

const ListQuery = Type.Object({
  ...listQuery,
  state: Type.Optional(Stream.properties.state),
  kind: Type.Optional(Stream.properties.kind),
  running: Type.Optional(Type.Boolean({ description: 'Only those that run, or only those that have ended' })),
  deviceId: Type.Optional(Type.String()),
  channelId: Type.Optional(Type.String()),
});

const Numbers = (description: string) => Type.Array(Type.Number(), { description });
const StreamHistory = Type.Object(
  {
    everyMs: Type.Integer(),
    bitrateBps: Numbers('Bits that arrived per second'),
    fps: Numbers('Pictures per second'),
    loss: Numbers('Part of the packets that never came, 0…1'),
    viewers: Numbers('Viewers'),
  },
  { title: 'StreamHistory' },
);

/** `/api/v1/streams`. */
export const streamRoutes: Routes = (app, context) => {
  const { gateway } = context;
  const tags = ['streams'];

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/streams',
    {
      schema: {
        tags,
        summary: 'Streams, the newest first',
        description: 'Ended ones stay for an hour.',
        querystring: ListQuery,
        response: answers({ 200: listOf(Stream) }),
      },
    },
    (request, reply) => {
      const { q, state, kind, running, deviceId, channelId, ...page } = request.query;
      const found = gateway
        .streams(running === undefined ? {} : { running })
        .filter((s) => state === undefined || s.state === state)
        .filter((s) => kind === undefined || s.kind === kind)
        .filter((s) => deviceId === undefined || s.deviceId === deviceId)
        .filter((s) => channelId === undefined || s.channelId === channelId)
        .filter((s) => matches(q, [s.id, s.deviceId, s.channelId, s.remote, s.endReason]));
      return sendPage(
        reply,
        found,
        (s) => `${instantKey(s.startedAt)} ${s.id}`,
        { ...page, newestFirst: true },
        ({ items, next }) => ({ items: items.map((s) => withAddresses(context, request, s)), next }),
      );
    },
  );

  app.get<{ Params: IdParams }>(
    '/streams/:id',
    { schema: { tags, summary: 'One stream', params: IdParams, response: answers({ 200: Stream }) } },
    (request, reply) => {
      const stream = gateway.stream(request.params.id);
      return isProblem(stream) ? sendRefusal(reply, stream) : reply.send(withAddresses(context, request, stream));
    },
  );

  app.delete<{ Params: IdParams }>(
    '/streams/:id',
    { schema: { tags, summary: 'Stop a stream', params: IdParams, response: answers({ 204: Nothing }) } },
    async (request, reply) => {
      const refusal = await gateway.stopStream(request.params.id);
      return refusal ? sendRefusal(reply, refusal) : reply.code(204).send();
    },
  );

  app.get<{ Params: IdParams }>(
    '/streams/:id/history',
    {
      schema: {
        tags,
        summary: 'The last minutes in numbers',
        description: 'One value per `everyMs`, the newest last; empty for a stream that has ended.',
        params: IdParams,
        response: answers({ 200: StreamHistory }),
      },
    },
    (request, reply) => {
      const history = gateway.streamHistory(request.params.id);
      return isProblem(history) ? sendRefusal(reply, history) : reply.send(history);
    },
  );

  app.get<{ Params: IdParams }>(
    '/streams/:id/snapshot.jpg',
    {
      schema: {
        tags,
        summary: 'The newest key frame as JPEG',
        description: 'Needs ffmpeg on the gateway; `ffmpeg_missing` when it is not there.',
        params: IdParams,
        response: fileAnswers(['image/jpeg'], { ranges: false }),
      },
    },
    async (request, reply) => {
      const jpeg = await gateway.snapshot(request.params.id);
      if (isProblem(jpeg)) return sendRefusal(reply, jpeg);
      return reply.type('image/jpeg').header('Cache-Control', 'no-store').send(jpeg);
    },
  );

  app.put<{ Params: IdParams }>(
    '/streams/:id/recording',
    { schema: { tags, summary: 'Start recording', params: IdParams, response: answers({ 200: Recording }) } },
    async (request, reply) => {
      const recording = await gateway.startRecording(request.params.id);
      return isProblem(recording) ? sendRefusal(reply, recording) : reply.send(recording);
    },
  );

  app.delete<{ Params: IdParams }>(
    '/streams/:id/recording',
    {
      schema: {
        tags,
        summary: 'Stop recording',
        description: 'Nothing is deleted.',
        params: IdParams,
        response: answers({ 200: Recording }),
      },
    },
    async (request, reply) => {
      const recording = await gateway.stopRecording(request.params.id);
      return isProblem(recording) ? sendRefusal(reply, recording) : reply.send(recording);
    },
  );
};

/** A time with offset as text that sorts like the instant. */
export function instantKey(time: string): string {
  return String(Date.parse(time)).padStart(16, '0');
}
