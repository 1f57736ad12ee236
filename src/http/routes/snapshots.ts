import { basename } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import type { Routes } from '../context.ts';
import { sendFile } from '../file-answer.ts';
import { decodeCursor, encodeCursor } from '../paging.ts';
import { sendBackwards, sendProblem, sendWrongTime } from '../problem.ts';
import { answers, fileAnswers, IdParams, listOf, listQuery, Nothing } from '../schema.ts';
import { isBackwards, parseTime } from '../times.ts';
import { instantKey } from './streams.ts';

const Snapshot = Type.Object(
  {
    id: Type.String(),
    deviceId: Type.String(),
    channelId: Type.String(),
    time: Type.String({ format: 'date-time' }),
    bytes: Type.Integer(),
    path: Type.String({ description: 'Relative to the data folder' }),
    source: Type.Unsafe<'device' | 'stream'>({
      type: 'string',
      enum: ['device', 'stream'],
      description: '`stream`: made of a key frame, because the device takes no pictures',
    }),
    session: Type.String({ description: 'Of the order that it belongs to' }),
    fileId: Type.Optional(Type.String({ description: 'As the device names the file' })),
    alarmId: Type.Optional(Type.String()),
  },
  { title: 'Snapshot' },
);

// a filter that is misspelt would show everything
const ListQuery = Type.Object(
  {
    limit: listQuery.limit,
    cursor: listQuery.cursor,
    deviceId: Type.Optional(Type.String()),
    channelId: Type.Optional(Type.String()),
    session: Type.Optional(Type.String({ description: 'As `POST …/control` answered it' })),
    alarmId: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', 'x-form': 'the id of an alarm' })),
    start: Type.Optional(Type.String()),
    end: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
const FileQuery = Type.Object({ download: Type.Optional(Type.Boolean({ description: 'As an attachment' })) });

/** `/api/v1/snapshots`: pictures that devices took, or that were made of their streams. */
export const snapshotRoutes: Routes = (app, { gateway }) => {
  const tags = ['snapshots'];
  const none = 'There is no such snapshot.';

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/snapshots',
    {
      schema: {
        tags,
        summary: 'Snapshots, the newest first',
        description: 'They are ordered by `POST …/control` with `{"command":"snapshot"}`, or by alarms.',
        querystring: ListQuery,
        response: answers({ 200: listOf(Snapshot) }),
      },
    },
    (request, reply) => {
      const { cursor, start, end, alarmId, limit = 100, ...filters } = request.query;
      const after = cursor === undefined ? null : lastOf(cursor);
      if (after === undefined)
        return sendProblem(reply, 'bad_request', 'The cursor is not one this list has given out.');
      const fromEpochMs = start === undefined ? undefined : parseTime(start);
      const toEpochMs = end === undefined ? undefined : parseTime(end);
      if (fromEpochMs === null || toEpochMs === null) return sendWrongTime(reply, fromEpochMs === null);
      if (isBackwards(fromEpochMs, toEpochMs)) return sendBackwards(reply);
      const { items, hasMore } = gateway.imageSnapshots.page({
        ...filters,
        ...(alarmId === undefined ? {} : { alarm: Number(alarmId) }),
        ...(fromEpochMs === undefined ? {} : { fromEpochMs }),
        ...(toEpochMs === undefined ? {} : { toEpochMs }),
        limit,
        after,
      });
      const last = items.at(-1);
      const next = hasMore && last !== undefined ? encodeCursor(`${instantKey(last.time)} ${last.id}`) : null;
      return reply.send({ items, next });
    },
  );

  app.get<{ Params: IdParams }>(
    '/snapshots/:id',
    { schema: { tags, summary: 'One snapshot', params: IdParams, response: answers({ 200: Snapshot }) } },
    (request, reply) => {
      const snapshot = gateway.imageSnapshots.get(request.params.id);
      return snapshot === null ? sendProblem(reply, 'snapshot_not_found', none) : reply.send(snapshot);
    },
  );

  app.get<{ Params: IdParams; Querystring: Static<typeof FileQuery> }>(
    '/snapshots/:id/file',
    {
      config: { signable: true },
      schema: {
        tags,
        summary: 'The picture',
        description: 'A JPEG, or what else the device has sent (PNG). Takes a signature too.',
        params: IdParams,
        querystring: FileQuery,
        response: fileAnswers(['image/jpeg', 'image/png'], { ranges: true }),
      },
    },
    (request, reply) => {
      const { id } = request.params;
      const file = gateway.imageSnapshots.file(id);
      if (file === null) return sendProblem(reply, 'snapshot_not_found', none);
      return sendFile(request, reply, {
        path: file.absolutePath,
        missing: 'snapshot_not_found',
        etag: id,
        isGrowing: false,
        type: file.type,
        name: basename(file.absolutePath),
        asAttachment: request.query.download === true,
      });
    },
  );

  app.delete<{ Params: IdParams }>(
    '/snapshots/:id',
    { schema: { tags, summary: 'Delete a snapshot', params: IdParams, response: answers({ 204: Nothing }) } },
    async (request, reply) => {
      const isDeleted = await gateway.imageSnapshots.delete(request.params.id);
      return isDeleted ? reply.code(204).send() : sendProblem(reply, 'snapshot_not_found', none);
    },
  );
};

/** The last snapshot of the page before, by its cursor; undefined when it is none of ours. */
function lastOf(cursor: string): { epochMs: number; id: string } | undefined {
  const [, time, id] = /^(\d{16}) (.+)$/.exec(decodeCursor(cursor) ?? '') ?? [];
  return time === undefined || id === undefined ? undefined : { epochMs: Number(time), id };
}
