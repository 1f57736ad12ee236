import { type Static, Type } from '@sinclair/typebox';
import { EVENT_TYPES, isWanted } from '../gateway/event-types.ts';
import { headersSoFar, type Routes } from './context.ts';
import { sendProblem } from './problem.ts';
import { fileAnswers } from './schema.ts';

/** Contract: a comment line this often keeps proxies from closing the connection. */
export const HEARTBEAT_MS = 15_000;
/** A listener that leaves this much unread is closed; it comes back with `Last-Event-ID`. Some thousand events. */
export const MAX_UNREAD_BYTES = 1024 * 1024;
/** Open event streams: far more than people and programs that watch one gateway. */
export const MAX_LISTENERS = 256;

const Query = Type.Object({
  types: Type.Optional(
    Type.String({ maxLength: 1000, description: 'Comma-separated, with wildcards: `device.*,stream.ended`' }),
  ),
});

/** `/api/v1/events`: server-sent events (WHATWG HTML, 9.2). The type stands in the data, so that `onmessage` hears all. */
export const eventRoutes: Routes = (app, context) => {
  const open = new Set<() => void>();
  app.addHook('preClose', (done) => {
    for (const close of [...open]) close();
    done();
  });
  context.metrics.gauge('http_event_listeners', () => open.size);

  app.get<{ Querystring: Static<typeof Query> }>(
    '/events',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['events'],
        summary: 'Events as they happen (text/event-stream)',
        description: `Each \`data\` is \`{id, type, time, data}\`. \`Last-Event-ID\` replays what was missed. Types: ${EVENT_TYPES.map((type) => `\`${type}\``).join(', ')}.`,
        querystring: Query,
        response: fileAnswers(['text/event-stream'], { ranges: false }),
      },
    },
    (request, reply) => {
      if (open.size >= MAX_LISTENERS) return sendProblem(reply, 'rate_limited', 'Too many event streams are open.');
      const unknown = unknownType(request.query.types);
      // a typing error would be silent otherwise: the event would never come
      if (unknown !== null)
        return sendProblem(
          reply,
          'bad_request',
          `query.types names "${unknown}", but there is no such event; there are: ${EVENT_TYPES.join(', ')}.`,
        );
      const isAskedFor = typeFilter(request.query.types);
      const since = request.headers['last-event-id'];
      reply.hijack();
      const response = reply.raw;
      response.writeHead(200, {
        ...headersSoFar(reply),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        connection: 'close',
      });
      response.write('retry: 2000\n\n');

      const write = (text: string): void => {
        if (response.writableEnded || response.destroyed) return;
        if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
        else response.write(text);
      };
      const unsubscribe = context.gateway.events(typeof since === 'string' ? since : null, null, (event) => {
        if (isAskedFor(event.type)) write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
      });
      const heartbeat = setInterval(() => write(': heartbeat\n\n'), HEARTBEAT_MS);
      const close = (): void => {
        if (!open.delete(close)) return;
        clearInterval(heartbeat);
        unsubscribe();
        response.end();
      };
      open.add(close);
      response.on('close', close);
      response.on('error', close);
      if (response.destroyed) close();
      return reply;
    },
  );
};

/** `device.*,stream.ended` as a question; without types every event is wanted. */
export function typeFilter(types: string | undefined): (type: string) => boolean {
  const wanted = wordsOf(types);
  if (wanted.length === 0) return () => true;
  return (type) => wanted.some((word) => isWanted(word, type));
}

/** The first word that names no event; null: all of them do. */
function unknownType(types: string | undefined): string | null {
  return wordsOf(types).find((word) => !EVENT_TYPES.some((type) => isWanted(word, type))) ?? null;
}

function wordsOf(types: string | undefined): string[] {
  return (types ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}
