import { type Static, Type } from '@sinclair/typebox';
import type { DownloadEntry } from '../../gateway/download/download-views.ts';
import { isProblem } from '../../gateway/views.ts';
import { type Routes, sendPage } from '../context.ts';
import { sendFile } from '../file-answer.ts';
import { matches } from '../paging.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import {
  answers,
  ChannelParams,
  Download,
  fileAnswers,
  IdParams,
  listOf,
  listQuery,
  Nothing,
  PullTransport,
} from '../schema.ts';
import { parseTime } from '../times.ts';

const Time = Type.Union([Type.String(), Type.Number()], { description: 'ISO 8601 with an offset, or epoch seconds' });
const Priority = Type.Integer({ minimum: -1000, maximum: 1000, description: 'More is sooner; 0 when it is not given' });
const Body = Type.Object(
  {
    start: Time,
    end: Time,
    speed: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 64,
        default: 8,
        description: 'Asked of the device; it may give less, or more',
      }),
    ),
    transport: Type.Optional(PullTransport),
    exact: Type.Optional(
      Type.Boolean({ description: 'Nothing from outside the range; else whole groups of pictures at its edges' }),
    ),
    priority: Type.Optional(Priority),
    tag: Type.Optional(Type.Unknown({ description: 'Any JSON up to 4 kB; it comes back with every event' })),
  },
  { additionalProperties: false },
);
const ListQuery = Type.Object({
  ...listQuery,
  state: Type.Optional(Download.properties.state),
  deviceId: Type.Optional(Type.String()),
  channelId: Type.Optional(Type.String()),
});
const Summary = Type.Object(
  {
    count: Type.Integer(),
    bytes: Type.Integer({ description: 'Of all files, finished or not' }),
    states: Type.Record(Type.String(), Type.Integer(), { description: 'How many are in each state' }),
  },
  { title: 'DownloadsSummary' },
);
const FileQuery = Type.Object({ download: Type.Optional(Type.Boolean({ description: 'Offer it as a file to keep' })) });
const PriorityBody = Type.Object({ priority: Priority }, { additionalProperties: false });

/** As fast as most recorders send. */
const DEFAULT_SPEED = 8;

/** `C/downloads`, `/api/v1/downloads`. */
export const downloadRoutes: Routes = (app, { gateway }) => {
  const tags = ['downloads'];
  const { downloads } = gateway;

  app.post<{ Params: ChannelParams; Body: Static<typeof Body> }>(
    '/devices/:deviceId/channels/:channelId/downloads',
    {
      schema: {
        tags,
        summary: 'Download recorded footage of the device: one MP4, named by the time of its content',
        params: ChannelParams,
        body: Body,
        response: answers({ 202: Download }),
      },
    },
    (request, reply) => {
      const { start, end, speed = DEFAULT_SPEED, transport = 'auto', exact = false, priority = 0, tag } = request.body;
      const startEpochMs = parseTime(String(start));
      const endEpochMs = parseTime(String(end));
      if (startEpochMs === null || endEpochMs === null) {
        const which = startEpochMs === null ? 'start' : 'end';
        return sendProblem(reply, 'bad_request', `${which} must be an ISO 8601 time with an offset, or epoch seconds.`);
      }
      const { deviceId, channelId } = request.params;
      const made = downloads.add(deviceId, channelId, {
        startEpochMs,
        endEpochMs,
        speed,
        transport,
        exact,
        priority,
        ...(tag === undefined ? {} : { tag }),
      });
      if (isProblem(made)) return sendRefusal(reply, made);
      return reply.code(202).header('location', `/api/v1/downloads/${made.id}`).send(made);
    },
  );

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/downloads',
    {
      schema: {
        tags,
        summary: 'Downloads, the newest first',
        querystring: ListQuery,
        response: answers({ 200: listOf(Download) }),
      },
    },
    (request, reply) => {
      const { state, deviceId, channelId, q } = request.query;
      const wanted = downloads
        .all()
        .filter(
          (one) =>
            (state === undefined || one.state === state) &&
            (deviceId === undefined || one.deviceId === deviceId) &&
            (channelId === undefined || one.channelId === channelId) &&
            matches(q, [one.path, one.id]),
        );
      const keyOf = (one: DownloadEntry) => `${String(one.createdAtEpochMs).padStart(15, '0')} ${one.id}`;
      return sendPage(reply, wanted, keyOf, { ...request.query, newestFirst: true }, ({ items, next }) => ({
        items: items.map(({ id }) => downloads.get(id)),
        next,
      }));
    },
  );

  app.get(
    '/downloads/summary',
    { schema: { tags, summary: 'How many there are, and what room they take', response: answers({ 200: Summary }) } },
    (_request, reply) => {
      const states: Record<string, number> = {};
      const all = downloads.all();
      for (const { state } of all) states[state] = (states[state] ?? 0) + 1;
      return reply.send({
        count: all.length,
        bytes: all.reduce((sum, one) => sum + one.bytes, 0),
        states,
      });
    },
  );

  app.get<{ Params: IdParams }>(
    '/downloads/:id',
    { schema: { tags, summary: 'One download', params: IdParams, response: answers({ 200: Download }) } },
    (request, reply) => {
      const found = downloads.get(request.params.id);
      return isProblem(found) ? sendRefusal(reply, found) : reply.send(found);
    },
  );

  app.get<{ Params: IdParams; Querystring: Static<typeof FileQuery> }>(
    '/downloads/:id/file',
    {
      config: { signable: true },
      schema: {
        tags,
        summary: 'The MP4',
        description:
          'Serves ranges; the ETag changes when the file is finished. Before that it answers what has come so far. Takes a signature too.',
        params: IdParams,
        querystring: FileQuery,
        response: fileAnswers(['video/mp4'], { ranges: true }),
      },
    },
    (request, reply) => {
      const file = downloads.file(request.params.id);
      if (isProblem(file)) return sendRefusal(reply, file);
      const found = downloads.get(request.params.id);
      const name = isProblem(found) ? 'download.mp4' : `${found.channelId}-${found.path.split('/').at(-1)}`;
      return sendFile(request, reply, {
        path: file.absolutePath,
        missing: 'download_not_found',
        etag: file.etag,
        isGrowing: !file.complete,
        type: 'video/mp4',
        name,
        asAttachment: request.query.download === true,
      });
    },
  );

  app.post<{ Params: IdParams }>(
    '/downloads/:id/cancel',
    {
      schema: {
        tags,
        summary: 'End a download; what came is kept',
        params: IdParams,
        response: answers({ 200: Download }),
      },
    },
    async (request, reply) => {
      const found = await downloads.cancel(request.params.id);
      return isProblem(found) ? sendRefusal(reply, found) : reply.send(found);
    },
  );

  app.post<{ Params: IdParams }>(
    '/downloads/:id/retry',
    {
      schema: {
        tags,
        summary: 'Go on with a download that failed, was cancelled or is partial',
        params: IdParams,
        response: answers({ 200: Download }),
      },
    },
    (request, reply) => {
      const found = downloads.retry(request.params.id);
      return isProblem(found) ? sendRefusal(reply, found) : reply.send(found);
    },
  );

  app.patch<{ Params: IdParams; Body: Static<typeof PriorityBody> }>(
    '/downloads/:id',
    {
      schema: {
        tags,
        summary: 'Change its place in the queue',
        params: IdParams,
        body: PriorityBody,
        response: answers({ 200: Download }),
      },
    },
    (request, reply) => {
      const found = downloads.setPriority(request.params.id, request.body.priority);
      return isProblem(found) ? sendRefusal(reply, found) : reply.send(found);
    },
  );

  app.delete<{ Params: IdParams }>(
    '/downloads/:id',
    { schema: { tags, summary: 'Delete job and file', params: IdParams, response: answers({ 204: Nothing }) } },
    async (request, reply) => {
      const refusal = await downloads.delete(request.params.id);
      return refusal ? sendRefusal(reply, refusal) : reply.code(204).send();
    },
  );
};
