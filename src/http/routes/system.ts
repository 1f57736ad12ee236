import { type Static, Type } from '@sinclair/typebox';
import { ADDRESS_SECONDS, type Routes } from '../context.ts';
import { baseAddress } from '../origin.ts';
import { sendProblem } from '../problem.ts';
import { answers } from '../schema.ts';
import { signedAddress } from '../signature.ts';

/** A year: an address that shall hold longer is a token in disguise. */
const MAX_LINK_SECONDS = 366 * 86_400;
/** What may be signed: addresses that only show something. */
const SIGNABLE = /^\/(?:live\/[^/?#]+\/[^/?#]+|streams\/[^/?#]+|api\/v1\/recordings\/[^/?#]+\/file)(?:\?[^#]*)?$/;

const NewLink = Type.Object(
  {
    path: Type.String({ maxLength: 2000, description: 'Path and query of a viewer or of a recording’s file' }),
    expiresSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LINK_SECONDS, default: ADDRESS_SECONDS })),
  },
  { additionalProperties: false },
);
const Link = Type.Object(
  {
    url: Type.String(),
    ws: Type.Optional(Type.String({ description: 'The same over WebSocket, for viewers' })),
    path: Type.String(),
    expiresAt: Type.String({ format: 'date-time' }),
  },
  { title: 'Link' },
);

/** `/api/v1/system` and `/api/v1/links`. */
export const systemRoutes: Routes = (app, context) => {
  app.get(
    '/system',
    {
      schema: {
        tags: ['system'],
        summary: 'Health in detail',
        response: answers({ 200: Type.Object({}, { additionalProperties: true }) }),
      },
    },
    (_request, reply) =>
      reply.send({
        version: context.version,
        node: process.version,
        uptimeSeconds: Math.floor(process.uptime()),
        time: new Date(context.epochMs()).toISOString(),
        httpPort: context.port(),
        sipPort: context.gateway.sipPort,
        mediaPorts: context.gateway.mediaPorts,
        ...context.gateway.system(),
      }),
  );

  app.post<{ Body: Static<typeof NewLink> }>(
    '/links',
    {
      schema: {
        tags: ['system'],
        summary: 'A signed address that lets look without a token',
        body: NewLink,
        response: answers({ 201: Link }),
      },
    },
    (request, reply) => {
      const { path, expiresSeconds = ADDRESS_SECONDS } = request.body;
      if (!SIGNABLE.test(path)) {
        return sendProblem(
          reply,
          'bad_request',
          'Only /live/…, /streams/… and /api/v1/recordings/…/file can be signed.',
        );
      }
      const expires = Math.floor(context.epochMs() / 1000) + expiresSeconds;
      const signed = signedAddress(context.gateway.signingKey, path, expires);
      const base = baseAddress(request.headers, context.port(), context.origins.publicUrl);
      const isViewer = !path.startsWith('/api/');
      return reply.code(201).send({
        url: base + signed,
        ...(isViewer ? { ws: base.replace(/^http/, 'ws') + signed } : {}),
        path: signed,
        expiresAt: new Date(expires * 1000).toISOString(),
      });
    },
  );
};
