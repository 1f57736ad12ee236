import type { FastifyReply, FastifyRequest } from 'fastify';
import { isProblem } from '../gateway/views.ts';
import type { ViewerSink } from '../media/live/viewer.ts';
import { type HttpContext, headersSoFar, type Routes } from './context.ts';
import { problemBody, problemOfClose, sendProblem, sendRefusal, statusOf } from './problem.ts';
import { splitAddress } from './signature.ts';
import { TOO_SLOW, viewerAddress, watch } from './viewer-address.ts';

/** Why a viewer was closed before its first byte, in a sentence. */
const CLOSED_BEFORE_START = 'The stream ended before its first picture came';

/** The viewers' addresses over chunked HTTP (ffplay, VLC, curl). */
export const viewerRoutes: Routes = (app, context) => {
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const [path, query] = splitAddress(request.url);
    const address = viewerAddress(path, query);
    if (address === null)
      return sendProblem(reply, 'not_found', 'Viewers are at /live/DEVICE/CHANNEL.mp4 and /streams/ID.mp4.');
    if (request.method === 'HEAD') return reply.header('content-type', 'video/mp4').send('');

    const { sink, isClosed, onGone, refused } = responseSink(reply, context.metrics);
    const handle = watch(context.gateway, address, sink, { protocol: false, singleInit: true });
    if (isProblem(handle)) {
      refused();
      return sendRefusal(reply, handle);
    }
    reply.hijack();
    if (isClosed()) handle.close();
    else onGone(() => handle.close());
    return reply;
  };
  const options = { exposeHeadRoute: false, config: { signable: true }, schema: { hide: true } };
  app.route({ ...options, method: ['GET', 'HEAD'], url: '/live/:deviceId/:file', handler: answer });
  app.route({ ...options, method: ['GET', 'HEAD'], url: '/streams/:file', handler: answer });
};

/** The status line waits for the first byte, so that a pull which fails is an HTTP error with its code. */
function responseSink(reply: FastifyReply, metrics: HttpContext['metrics']) {
  const response = reply.raw;
  let closed = false;
  let refused = false;
  let gone: () => void = () => {};
  response.on('close', () => {
    closed = true;
    gone();
  });
  response.on('error', () => response.destroy());

  const sink: ViewerSink = {
    get bufferedBytes() {
      return response.writableLength;
    },
    sendBinary(bytes) {
      if (closed || refused || response.destroyed) return;
      if (!response.headersSent) {
        response.writeHead(200, {
          ...headersSoFar(reply),
          'content-type': 'video/mp4',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
        });
      }
      response.write(bytes);
    },
    sendText() {},
    close(code, reason) {
      if (closed || refused || response.destroyed) return;
      closed = true;
      if (code === TOO_SLOW) metrics.viewerTooSlow();
      if (response.headersSent) {
        // what is left in the queue of a viewer that is too slow is of no use to it
        if (code === TOO_SLOW) response.destroy();
        else response.end();
        return;
      }
      const problem = problemOfClose(code);
      response.writeHead(statusOf(problem), {
        ...headersSoFar(reply),
        'content-type': 'application/problem+json; charset=utf-8',
      });
      response.end(JSON.stringify(problemBody(problem, `${CLOSED_BEFORE_START}: ${reason}.`)));
    },
  };
  return {
    sink,
    isClosed: () => closed,
    onGone: (then: () => void) => {
      gone = then;
    },
    refused: () => {
      refused = true;
    },
  };
}
