import { type Static, Type } from '@sinclair/typebox';
import { isProblem } from '../../gateway/views.ts';
import type { Routes } from '../context.ts';
import { sendRange } from '../file-answer.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { ChannelParams } from '../schema.ts';
import { parseTime } from '../times.ts';

const Query = Type.Object({
  start: Type.String({ description: 'ISO 8601 time with an offset, or epoch seconds' }),
  end: Type.String({ description: 'The same; at most 24 hours behind start' }),
  streamNumber: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 99, default: 0, description: '0 main stream, 1 sub stream, …' }),
  ),
  download: Type.Optional(Type.Boolean({ description: 'Offer it as a file to keep' })),
});

/** `C/timeline.mp4`. */
export const timelineFileRoutes: Routes = (app, { gateway }) => {
  app.get<{ Params: Static<typeof ChannelParams>; Querystring: Static<typeof Query> }>(
    '/devices/:deviceId/channels/:channelId/timeline.mp4',
    {
      config: { signable: true },
      schema: {
        tags: ['recordings'],
        summary: 'Own recordings of a channel, across files, as one MP4',
        description:
          'Begins with the key frame in force at `start`. Files are joined to the frame, gaps stay time, nothing is coded anew. Serves ranges. Takes a signature too.',
        params: ChannelParams,
        querystring: Query,
        produces: ['video/mp4'],
      },
    },
    async (request, reply) => {
      const { start, end, streamNumber = 0, download = false } = request.query;
      const startEpochMs = parseTime(start);
      const endEpochMs = parseTime(end);
      if (startEpochMs === null || endEpochMs === null) {
        const name = startEpochMs === null ? 'start' : 'end';
        return sendProblem(reply, 'bad_request', `${name} must be an ISO 8601 time with an offset, or epoch seconds.`);
      }
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
