import { basename } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { isProblem } from '../../gateway/views.ts';
import { type Routes, sendPage } from '../context.ts';
import { sendFile } from '../file-answer.ts';
import { matches } from '../paging.ts';
import { sendRefusal } from '../problem.ts';
import { answers, Capture, fileAnswers, IdParams, listOf, listQuery, Nothing } from '../schema.ts';
import { instantKey } from './streams.ts';

const CaptureOrder = Type.Object({
  seconds: Type.Number({ minimum: 1, maximum: 600, description: 'How long; ten minutes at most' }),
  redact: Type.Optional(
    Type.Boolean({
      description: 'Replace ids of 20 digits in SIP messages by made-up ones, the same id by the same one',
    }),
  ),
});
const ListQuery = Type.Object({ ...listQuery, streamId: Type.Optional(Type.String()) });

/** `/api/v1/captures`, and how they begin. */
export const captureRoutes: Routes = (app, { gateway }) => {
  const tags = ['captures'];

  app.post<{ Params: IdParams; Body: Static<typeof CaptureOrder> }>(
    '/streams/:id/capture',
    {
      schema: {
        tags,
        summary: 'Capture SIP dialogue and media as received',
        description:
          'A pcapng file for Wireshark and for `gbgate inspect`. It begins with the dialogue so far, INVITE first. At most 4 run at a time, a file has at most 512 MB, and the newest 16 are kept.',
        params: IdParams,
        body: CaptureOrder,
        response: answers({ 202: Capture }),
      },
    },
    (request, reply) => {
      const { seconds, redact } = request.body;
      const capture = gateway.startCapture(request.params.id, { seconds, redact: redact === true });
      if (isProblem(capture)) return sendRefusal(reply, capture);
      return reply.code(202).header('location', `/api/v1/captures/${capture.id}`).send(capture);
    },
  );

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/captures',
    {
      schema: {
        tags,
        summary: 'Captures, the newest first',
        querystring: ListQuery,
        response: answers({ 200: listOf(Capture) }),
      },
    },
    (request, reply) => {
      const { q, streamId, ...page } = request.query;
      const found = gateway
        .captures()
        .filter((capture) => streamId === undefined || capture.streamId === streamId)
        .filter((capture) => matches(q, [capture.id, capture.streamId, capture.path]));
      return sendPage(reply, found, (c) => `${instantKey(c.startedAt)} ${c.id}`, { ...page, newestFirst: true });
    },
  );

  app.get<{ Params: IdParams }>(
    '/captures/:id',
    {
      schema: {
        tags,
        summary: 'The captured file',
        description:
          '202 and its state while it runs, then the pcapng. With `Accept: application/json` always the state, as 200.',
        params: IdParams,
        response: {
          ...fileAnswers(['application/x-pcapng'], { ranges: true }),
          200: {
            description: 'The file, or the state',
            content: { 'application/x-pcapng': { schema: {} }, 'application/json': { schema: Capture } },
          },
          202: Capture,
        },
      },
    },
    (request, reply) => {
      const capture = gateway.capture(request.params.id);
      if (isProblem(capture)) return sendRefusal(reply, capture);
      if (request.headers.accept === 'application/json') return reply.send(capture);
      if (capture.state === 'running') return reply.code(202).header('retry-after', '1').send(capture);
      const file = gateway.captureFile(capture.id);
      if (isProblem(file)) return sendRefusal(reply, file);
      return sendFile(request, reply, {
        path: file.absolutePath,
        missing: 'capture_not_found',
        etag: capture.id,
        isGrowing: false,
        type: 'application/x-pcapng',
        name: basename(file.absolutePath),
        asAttachment: true,
      });
    },
  );

  app.delete<{ Params: IdParams }>(
    '/captures/:id',
    { schema: { tags, summary: 'End and delete a capture', params: IdParams, response: answers({ 204: Nothing }) } },
    async (request, reply) => {
      const refusal = await gateway.deleteCapture(request.params.id);
      return refusal ? sendRefusal(reply, refusal) : reply.code(204).send();
    },
  );
};
