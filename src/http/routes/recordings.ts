import { basename } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isProblem, type RecordingView } from '../../gateway/views.ts';
import { type Routes, sendPage } from '../context.ts';
import { sendFile } from '../file-answer.ts';
import { matches } from '../paging.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { answers, IdParams, listOf, listQuery, Nothing, Recording } from '../schema.ts';
import { parseTime } from '../times.ts';
import { instantKey } from './streams.ts';

const ListQuery = Type.Object({
  ...listQuery,
  state: Type.Optional(Recording.properties.state),
  locked: Type.Optional(Type.Boolean()),
  deviceId: Type.Optional(Type.String()),
  channelId: Type.Optional(Type.String()),
  streamId: Type.Optional(Type.String()),
  start: Type.Optional(Type.String({ description: 'Only recordings that end after this time' })),
  end: Type.Optional(Type.String({ description: 'Only recordings that start before this time' })),
});
const FileQuery = Type.Object({ download: Type.Optional(Type.Boolean({ description: 'Offer it as a file to keep' })) });

/** `/api/v1/recordings`. */
export const recordingRoutes: Routes = (app, context) => {
  const { gateway } = context;
  const tags = ['recordings'];

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/recordings',
    {
      schema: {
        tags,
        summary: 'Recordings, the newest first',
        querystring: ListQuery,
        response: answers({ 200: listOf(Recording) }),
      },
    },
    (request, reply) => {
      const { q, state, locked, deviceId, channelId, streamId, start, end, ...page } = request.query;
      const fromMs = start === undefined ? Number.NEGATIVE_INFINITY : parseTime(start);
      const toMs = end === undefined ? Number.POSITIVE_INFINITY : parseTime(end);
      if (fromMs === null || toMs === null) {
        return sendProblem(
          reply,
          'bad_request',
          `${fromMs === null ? 'start' : 'end'} must be an ISO 8601 time with an offset, or epoch seconds.`,
        );
      }
      const found = gateway
        .recordings()
        .filter((r) => state === undefined || r.state === state)
        .filter((r) => locked === undefined || r.locked === locked)
        .filter((r) => deviceId === undefined || r.deviceId === deviceId)
        .filter((r) => channelId === undefined || r.channelId === channelId)
        .filter((r) => streamId === undefined || r.streamId === streamId)
        .filter((r) => Date.parse(r.start) < toMs && endMs(r) > fromMs)
        .filter((r) => matches(q, [r.id, r.deviceId, r.channelId, r.path]));
      return sendPage(reply, found, (r) => `${instantKey(r.start)} ${r.id}`, { ...page, newestFirst: true });
    },
  );

  app.get<{ Params: IdParams }>(
    '/recordings/:id',
    { schema: { tags, summary: 'One recording', params: IdParams, response: answers({ 200: Recording }) } },
    (request, reply) => {
      const recording = gateway.recording(request.params.id);
      return isProblem(recording) ? sendRefusal(reply, recording) : reply.send(recording);
    },
  );

  app.delete<{ Params: IdParams }>(
    '/recordings/:id',
    { schema: { tags, summary: 'Delete a recording', params: IdParams, response: answers({ 204: Nothing }) } },
    async (request, reply) => {
      const refusal = await gateway.deleteRecording(request.params.id);
      return refusal ? sendRefusal(reply, refusal) : reply.code(204).send();
    },
  );

  app.get<{ Params: IdParams; Querystring: Static<typeof FileQuery> }>(
    '/recordings/:id/file',
    {
      config: { signable: true },
      schema: {
        tags,
        summary: 'The MP4',
        description: 'Serves ranges; the ETag changes when the file is finalised. Takes a signature too.',
        params: IdParams,
        querystring: FileQuery,
        produces: ['video/mp4'],
      },
    },
    (request, reply) => {
      const file = gateway.recordingFile(request.params.id);
      if (isProblem(file)) return sendRefusal(reply, file);
      const recording = gateway.recording(request.params.id);
      const name = isProblem(recording)
        ? basename(file.absolutePath)
        : `${recording.channelId}-${recording.path.split('/').slice(-2).join('-')}`;
      return sendFile(request, reply, {
        path: file.absolutePath,
        etag: file.etag,
        isGrowing: !file.complete,
        type: 'video/mp4',
        name: name.replace(/[^\w.-]/g, '_'),
        asAttachment: request.query.download === true,
      });
    },
  );

  const lock = (locked: boolean) => (request: FastifyRequest, reply: FastifyReply) => {
    const recording = gateway.lockRecording((request.params as IdParams).id, locked);
    return isProblem(recording) ? sendRefusal(reply, recording) : reply.send(recording);
  };
  const schema = { tags, params: IdParams, response: answers({ 200: Recording }) };
  app.post('/recordings/:id/lock', { schema: { ...schema, summary: 'Keep from retention and deletion' } }, lock(true));
  app.post('/recordings/:id/unlock', { schema: { ...schema, summary: 'Undo the lock' } }, lock(false));
};

/** One that is still written reaches up to now. */
function endMs(recording: RecordingView): number {
  if (recording.end !== null) return Date.parse(recording.end);
  return recording.state === 'recording'
    ? Number.POSITIVE_INFINITY
    : Date.parse(recording.start) + recording.durationMs;
}
