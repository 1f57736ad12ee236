import { type Static, Type } from '@sinclair/typebox';
import type { TimelineItemView } from '../../gateway/recording/own-footage-views.ts';
import { isProblem } from '../../gateway/views.ts';
import type { Routes } from '../context.ts';
import { sendRange } from '../file-answer.ts';
import { sendRefusal, sendWrongTime } from '../problem.ts';
import { answers, ChannelParams, fileAnswers, listOf, Recording } from '../schema.ts';
import { parseTime } from '../times.ts';
import { DaysAnswer } from './records.ts';

const Start = Type.String({ description: 'ISO 8601 time with an offset, or epoch seconds' });
const StreamNumber = Type.Optional(
  Type.Integer({ minimum: 0, maximum: 99, default: 0, description: '0 main stream, 1 sub stream, …' }),
);
const FileQuery = Type.Object({
  start: Start,
  end: Type.String({ description: 'The same; at most 24 hours behind start' }),
  streamNumber: StreamNumber,
  download: Type.Optional(Type.Boolean({ description: 'Offer it as a file to keep' })),
});

const RangesQuery = Type.Object({
  start: Start,
  end: Type.String({ description: 'The same; at most 366 days behind start' }),
  streamNumber: StreamNumber,
});
const DaysQuery = Type.Object({
  month: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}$', 'x-form': 'a month such as 2026-01', description: '`YYYY-MM`' }),
  streamNumber: StreamNumber,
});
const Time = Type.String({ format: 'date-time' });
const Item = Type.Object(
  {
    start: Time,
    end: Time,
    recordingIds: Type.Array(Type.String(), { description: 'Its files, oldest first' }),
    state: Type.Unsafe<TimelineItemView['state']>({ type: 'string', enum: ['recording', 'complete', 'failed'] }),
    locked: Type.Boolean(),
    reason: Recording.properties.reason,
  },
  { title: 'TimelineItem' },
);

/** `C/timeline`: own recordings of a channel as stretches and as days. */
export const timelineRoutes: Routes = (app, { gateway }) => {
  const tags = ['recordings'];

  app.get<{ Params: ChannelParams; Querystring: Static<typeof RangesQuery> }>(
    '/devices/:deviceId/channels/:channelId/timeline',
    {
      schema: {
        tags,
        summary: 'Own recordings of a channel as stretches of time',
        description:
          'Files that follow each other within a second are one stretch, as long as they are alike. Stretches are not cut at the ends of the range.',
        params: ChannelParams,
        querystring: RangesQuery,
        response: answers({ 200: Type.Object({ items: listOf(Item).properties.items }) }),
      },
    },
    (request, reply) => {
      const { start, end, streamNumber = 0 } = request.query;
      const startEpochMs = parseTime(start);
      const endEpochMs = parseTime(end);
      if (startEpochMs === null || endEpochMs === null) return sendWrongTime(reply, startEpochMs === null);
      const { deviceId, channelId } = request.params;
      const answer = gateway.footage.timeline({ deviceId, channelId, streamNumber, startEpochMs, endEpochMs });
      return isProblem(answer) ? sendRefusal(reply, answer) : reply.send(answer);
    },
  );

  app.get<{ Params: ChannelParams; Querystring: Static<typeof DaysQuery> }>(
    '/devices/:deviceId/channels/:channelId/timeline/days',
    {
      schema: {
        tags,
        summary: 'The days of a month that have own recordings',
        description: 'Days of the gateway’s zone.',
        params: ChannelParams,
        querystring: DaysQuery,
        response: answers({ 200: DaysAnswer }),
      },
    },
    (request, reply) => {
      const { deviceId, channelId } = request.params;
      const { month, streamNumber = 0 } = request.query;
      const answer = gateway.footage.days(deviceId, channelId, streamNumber, month);
      return isProblem(answer) ? sendRefusal(reply, answer) : reply.send(answer);
    },
  );
};

/** `C/timeline.mp4`. */
export const timelineFileRoutes: Routes = (app, { gateway }) => {
  app.get<{ Params: Static<typeof ChannelParams>; Querystring: Static<typeof FileQuery> }>(
    '/devices/:deviceId/channels/:channelId/timeline.mp4',
    {
      config: { signable: true },
      schema: {
        tags: ['recordings'],
        summary: 'Own recordings of a channel, across files, as one MP4',
        description:
          'Begins with the key frame in force at `start`. Files are joined to the frame, gaps stay time, nothing is coded anew. Serves ranges. Takes a signature too.',
        params: ChannelParams,
        querystring: FileQuery,
        response: fileAnswers(['video/mp4'], { ranges: true }),
      },
    },
    async (request, reply) => {
      const { start, end, streamNumber = 0, download = false } = request.query;
      const startEpochMs = parseTime(start);
      const endEpochMs = parseTime(end);
      if (startEpochMs === null || endEpochMs === null) return sendWrongTime(reply, startEpochMs === null);
      const { deviceId, channelId } = request.params;
      const file = await gateway.timelineFile({ deviceId, channelId, streamNumber, startEpochMs, endEpochMs });
      if (isProblem(file)) return sendRefusal(reply, file);
      const name = `${channelId}-${compact(file.startEpochMs)}--${compact(file.endEpochMs)}.mp4`;
      // Whoever plays it wants to know when the first picture was taken: that key frame may lie before `start`.
      reply.header('gbgate-content-start', new Date(file.startEpochMs).toISOString());
      return sendRange(
        request,
        reply,
        {
          etag: file.etag,
          isGrowing: file.isGrowing,
          type: 'video/mp4',
          name,
          asAttachment: download,
        },
        { size: file.size, read: (first, last) => file.read(first, last), close: async () => {} },
      );
    },
  );
};

/** `20261121T040506Z` */
function compact(epochMs: number): string {
  return `${new Date(epochMs).toISOString().replace(/[-:]|\.\d+Z$/g, '')}Z`;
}
