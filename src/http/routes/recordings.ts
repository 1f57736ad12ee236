import { basename } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isProblem } from '../../gateway/views.ts';
import type { Routes } from '../context.ts';
import { sendFile } from '../file-answer.ts';
import { DEFAULT_LIMIT, decodeCursor, encodeCursor } from '../paging.ts';
import { sendProblem, sendRefusal, sendWrongTime } from '../problem.ts';
import { answers, fileAnswers, IdParams, listOf, listQuery, Nothing, Nullable, Recording } from '../schema.ts';
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

const SnapshotQuery = Type.Object({
  time: Type.Optional(Type.String({ description: 'Content time; default the beginning of the recording' })),
});

/** A browser keeps it for a day, so that a list that is scrolled back asks for nothing. */
const THUMBNAIL_SECONDS = 86_400;

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
      const { start, end, cursor, limit = DEFAULT_LIMIT, ...wanted } = request.query;
      const fromMs = start === undefined ? null : parseTime(start);
      const toMs = end === undefined ? null : parseTime(end);
      const isStartWrong = start !== undefined && fromMs === null;
      if (isStartWrong || (end !== undefined && toMs === null)) return sendWrongTime(reply, isStartWrong);
      const after = cursor === undefined ? null : lastOf(cursor);
      if (after === undefined)
        return sendProblem(reply, 'bad_request', 'The cursor is not one this list has given out.');
      const { items, hasMore } = gateway.recordings({
        ...wanted,
        ...(fromMs === null ? {} : { fromEpochMs: fromMs }),
        ...(toMs === null ? {} : { toEpochMs: toMs }),
        limit,
        after,
      });
      const last = items.at(-1);
      const next = last !== undefined && hasMore ? encodeCursor(`${instantKey(last.start)} ${last.id}`) : null;
      return reply.send({ items, next });
    },
  );

  app.get(
    '/retention',
    {
      schema: {
        tags,
        summary: 'What is kept of recordings, and by which rules',
        description: 'The oldest are deleted first, each minute and when the disk is full; locked ones stay.',
        response: answers({ 200: Retention }),
      },
    },
    async (_request, reply) => reply.send(await gateway.footage.retention()),
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
        response: fileAnswers(['video/mp4'], { ranges: true }),
      },
    },
    (request, reply) => {
      const file = gateway.recordingFile(request.params.id);
      if (isProblem(file)) return sendRefusal(reply, file);
      // A file that is read is not deleted for being old. The answer closes in every case, also when nobody takes it.
      reply.raw.once('close', file.hold());
      const recording = gateway.recording(request.params.id);
      const name = isProblem(recording)
        ? basename(file.absolutePath)
        : `${recording.channelId}-${recording.path.split('/').slice(-2).join('-')}`;
      return sendFile(request, reply, {
        path: file.absolutePath,
        missing: 'recording_not_found',
        etag: file.etag,
        isGrowing: !file.complete,
        type: 'video/mp4',
        name,
        asAttachment: request.query.download === true,
      });
    },
  );

  app.get<{ Params: IdParams; Querystring: Static<typeof SnapshotQuery> }>(
    '/recordings/:id/snapshot.jpg',
    {
      schema: {
        tags,
        summary: 'What it shows at a moment, as JPEG',
        description: 'Needs ffmpeg on the gateway; `ffmpeg_missing` when it is not there.',
        params: IdParams,
        querystring: SnapshotQuery,
        response: fileAnswers(['image/jpeg'], { ranges: false }),
      },
    },
    async (request, reply) => {
      const { time } = request.query;
      const epochMs = time === undefined ? null : parseTime(time);
      if (time !== undefined && epochMs === null)
        return sendProblem(reply, 'bad_request', 'time must be an ISO 8601 time with an offset, or epoch seconds.');
      const jpeg = await gateway.recordingSnapshot(request.params.id, epochMs);
      if (isProblem(jpeg)) return sendRefusal(reply, jpeg);
      return reply.type('image/jpeg').header('Cache-Control', 'no-store').send(jpeg);
    },
  );

  app.get<{ Params: IdParams }>(
    '/recordings/:id/thumbnail.jpg',
    {
      config: { signable: true },
      schema: {
        tags,
        summary: 'Its first picture, small, as JPEG',
        description:
          'Made when first asked for, then kept. Needs ffmpeg on the gateway; `ffmpeg_missing` when it is not there.',
        params: IdParams,
        response: fileAnswers(['image/jpeg'], { ranges: true }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const picture = await gateway.thumbnail(id);
      if (isProblem(picture)) return sendRefusal(reply, picture);
      return sendFile(request, reply, {
        path: picture.absolutePath,
        missing: 'recording_not_found',
        etag: id,
        isGrowing: false,
        type: 'image/jpeg',
        name: `${id}.jpg`,
        asAttachment: false,
        // the first picture of a recording stays what it is
        maxAgeSeconds: THUMBNAIL_SECONDS,
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

const Retention = Type.Object(
  {
    keepDays: Nullable(Type.Integer({ description: 'Days that recordings are kept; plans may say otherwise' })),
    maxBytes: Nullable(Type.Integer({ description: 'Of all recordings together' })),
    minFreeBytes: Type.Integer({ description: 'What is to stay free on the disk' }),
    recordings: Type.Integer(),
    bytes: Type.Integer({ description: 'Of all recordings, those that run too' }),
    lockedBytes: Type.Integer(),
    oldest: Nullable(Type.String({ format: 'date-time', description: 'Beginning of the oldest recording' })),
    freeBytes: Nullable(Type.Integer()),
    wantedFreeBytes: Nullable(Type.Integer({ description: '`minFreeBytes`, a tenth of the disk at most' })),
    missingBytes: Type.Integer({ description: 'What cannot be freed: everything left is locked or in use' }),
    lastRun: Nullable(
      Type.Object(
        { at: Type.String({ format: 'date-time' }), recordings: Type.Integer(), bytes: Type.Integer() },
        { description: 'The last time something was deleted' },
      ),
    ),
  },
  { title: 'Retention' },
);

/** The last recording of the page before, by its cursor; undefined when it is none of ours. */
function lastOf(cursor: string): { startEpochMs: number; id: string } | undefined {
  const parts = /^(\d{16}) (.+)$/.exec(decodeCursor(cursor) ?? '');
  const [, start, id] = parts ?? [];
  return start === undefined || id === undefined ? undefined : { startEpochMs: Number(start), id };
}
