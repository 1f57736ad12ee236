import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MAX_PICTURE_BYTES } from '../gateway/alarms/image-snapshots.ts';
import { isProblem } from '../gateway/views.ts';
import type { HttpContext } from './context.ts';
import { sendProblem, sendRefusal } from './problem.ts';

/**
 * Where devices send the pictures that they were told to take (GB/T 28181-2022 9.14). How, the standard leaves open: POST and PUT,
 * as the body or as a form. A device has no token; the session in the address, which nobody can guess, is what lets it in.
 */

/** Bodies that are received at once: together 160 MB at most. */
export const MAX_UPLOADS = 16;
/** What a form adds to a picture. */
const FORM_BYTES = 64 * 1024;

interface UploadParams {
  readonly session: string;
  /** A file name behind the session. */
  readonly '*'?: string;
}

/** `/snapshots/upload/{session}`, with or without a file name behind it. */
export function uploadRoutes(app: FastifyInstance, { gateway }: HttpContext): void {
  const desk = gateway.imageSnapshots;
  let open = 0;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error.statusCode === 413)
      return sendProblem(reply, 'payload_too_large', `A picture has at most ${MAX_PICTURE_BYTES} bytes.`);
    return sendProblem(reply, error.statusCode === undefined ? 'internal' : 'bad_request', 'The upload failed.');
  });

  // before the body is read: strangers send nothing into memory
  app.addHook('onRequest', async (request, reply) => {
    const { session } = request.params as UploadParams;
    if (!desk.expects(session)) return sendProblem(reply, 'forbidden', 'No pictures are expected here.');
    if (open >= MAX_UPLOADS) {
      reply.header('retry-after', '2');
      return sendProblem(reply, 'rate_limited', `${MAX_UPLOADS} pictures are being received already.`);
    }
    open += 1;
    reply.raw.once('close', () => {
      open -= 1;
    });
  });

  const receive = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { session, '*': behind = '' } = request.params as UploadParams;
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const pictures = await picturesOf(body, request.headers['content-type'] ?? '');
    const [first] = pictures;
    if (first === undefined) return sendProblem(reply, 'bad_request', 'There is no picture in this body.');
    for (const { name, bytes } of pictures) {
      if (bytes.length > MAX_PICTURE_BYTES)
        return sendProblem(reply, 'payload_too_large', `A picture has at most ${MAX_PICTURE_BYTES} bytes.`);
      const view = await desk.uploaded(session, name || behind, bytes);
      if (isProblem(view)) return sendRefusal(reply, view);
    }
    return reply.code(200).send();
  };
  const options = { bodyLimit: MAX_PICTURE_BYTES + FORM_BYTES, schema: { hide: true } };
  for (const url of ['/snapshots/upload/:session', '/snapshots/upload/:session/*'])
    app.route({ method: ['POST', 'PUT'], url, ...options, handler: receive });
}

/** The files of a form, or the body as it is. */
async function picturesOf(body: Buffer, contentType: string): Promise<{ name: string; bytes: Uint8Array }[]> {
  if (!/^multipart\//i.test(contentType)) return body.length === 0 ? [] : [{ name: '', bytes: body }];
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType.replace(/^multipart\/[\w-]+/i, 'multipart/form-data') },
    }).formData();
  } catch {
    return [];
  }
  const files = [...form.values()].filter((value) => typeof value !== 'string');
  return Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
}
