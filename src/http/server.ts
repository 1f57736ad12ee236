import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Gateway } from '../gateway/port.ts';
import { Auth, redacted } from './auth.ts';
import type { HttpContext, MapTiles } from './context.ts';
import { collectSchemas, serveDocs, serveDocsProgram } from './docs.ts';
import { eventRoutes } from './events.ts';
import { keepAnswers } from './idempotency.ts';
import { tellLost } from './kept.ts';
import { Metrics } from './metrics.ts';
import { isHost, isNamed, isOriginAllowed } from './origin.ts';
import { pageFolder, servePage } from './page.ts';
import { sendProblem } from './problem.ts';
import { alarmRoutes } from './routes/alarms.ts';
import { captureRoutes } from './routes/captures.ts';
import { channelRoutes } from './routes/channels.ts';
import { configRoutes } from './routes/config.ts';
import { controlRoutes } from './routes/control.ts';
import { deviceQueryRoutes } from './routes/device-queries.ts';
import { deviceRoutes } from './routes/devices.ts';
import { downloadRoutes } from './routes/downloads.ts';
import { groupRoutes } from './routes/groups.ts';
import { type LogTail, logRoutes } from './routes/log.ts';
import { onboardingRoutes } from './routes/onboarding.ts';
import { planRoutes } from './routes/plan.ts';
import { playbackRoutes } from './routes/playback.ts';
import { positionRoutes } from './routes/positions.ts';
import { profileRoutes } from './routes/profile.ts';
import { ptzRoutes } from './routes/ptz.ts';
import { recordingRoutes } from './routes/recordings.ts';
import { recordRoutes } from './routes/records.ts';
import { snapshotRoutes } from './routes/snapshots.ts';
import { streamRoutes } from './routes/streams.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { systemRoutes } from './routes/system.ts';
import { MAX_WAV_BYTES, talkRoutes } from './routes/talk.ts';
import { timelineFileRoutes, timelineRoutes } from './routes/timeline.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { splitAddress } from './signature.ts';
import { uploadRoutes } from './uploads.ts';
import { validateRequests } from './validation.ts';
import { viewerRoutes } from './viewer-http.ts';
import { ViewerSockets } from './viewer-socket.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A signature in the address is enough to see it. */
    signable?: boolean;
    /** No line in the log about each request. */
    quiet?: boolean;
  }
}

export interface HttpOptions {
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  /** Our address behind a reverse proxy, perhaps with a path; null: from the request. */
  readonly publicUrl: string | null;
  /** The administrator's token; null switches authentication off. */
  readonly token: string | null;
  /** A token that may only look. */
  readonly readToken: string | null;
  readonly allowedOrigins: readonly string[];
  /** Tiles that lie under the positions, by an address with `{z}`, `{x}` and `{y}`; null: the page asks nobody else for anything. */
  readonly map?: MapTiles | null;
  /** Certificate and key as PEM: HTTPS and WSS instead of HTTP; null: plain. */
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  readonly version: string;
  readonly log: FastifyBaseLogger;
  /** The last lines of the log, for the page. */
  readonly logTail: LogTail;
  /** Folder of the built page; by default the project's own. */
  readonly page?: string;
}

export interface HttpServer {
  readonly port: number;
  /** Ends every viewer and event stream, then the server. Idempotent. */
  close(): Promise<void>;
}

/** The longest body the API takes is a name and a password. */
const MAX_BODY_BYTES = 64 * 1024;
/** A request whose headers and body have not come by then is cut: a connection must not be held by silence. */
const REQUEST_MS = 30_000;
const HEADERS_MS = 10_000;
const PATIENCE = { headersTimeout: HEADERS_MS, connectionsCheckingInterval: 5000 };
/** Connections at once: viewers (10,000) and API clients together. */
const MAX_CONNECTIONS = 12_000;
/** How long viewers have to answer our close frame at the end. */
const FAREWELL_MS = 1000;

/** Binds the HTTP server: API, page, viewers. */
export async function openHttp(gateway: Gateway, o: HttpOptions): Promise<HttpServer | { fault: string }> {
  const epochMs = (): number => Date.now();
  const auth = new Auth({ token: o.token, readToken: o.readToken, signingKey: gateway.signingKey, epochMs });
  const metrics = new Metrics(() => gateway.counters());
  metrics.total('http_unauthorized_total', () => auth.refused);
  let port = o.port;
  const tls = o.tls ?? null;
  const origins = { allowed: o.allowedOrigins, publicUrl: o.publicUrl, isSecure: tls !== null };
  const { version, map = null } = o;
  const context: HttpContext = { gateway, auth, origins, metrics, version, map, epochMs, port: () => port };

  const app = fastify({
    loggerInstance: o.log,
    // Requests are logged below, without their tokens.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_MS,
    ...(tls === null ? { http: PATIENCE } : { https: { ...PATIENCE, handshakeTimeout: HEADERS_MS, ...tls } }),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  // Never reaches a route; fastify answers 400, 408 or 431 and closes.
  app.server.on('clientError', () => metrics.requestMalformed());
  validateRequests(app);
  answerFaults(app);
  everyAnswer(app, context);
  await collectSchemas(app, o.version);

  await app.register(async (open) => {
    open.get('/healthz', { schema: { hide: true } }, (_request, reply) => reply.send({ status: 'ok' }));
    await serveDocsProgram(open);
    await servePage(open, o.page ?? pageFolder());
  });
  await app.register(async (open) => uploadRoutes(open, context));
  await app.register(async (closed) => {
    guard(closed, context);
    tellLost(closed, context);
    keepAnswers(closed, () => performance.now());
    serveDocs(closed);
    viewerRoutes(closed, context);
    closed.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
      reply.header('content-type', metrics.contentType).send(await metrics.text()),
    );
    await closed.register(
      async (api) => {
        for (const routes of [
          deviceRoutes,
          profileRoutes,
          onboardingRoutes,
          channelRoutes,
          groupRoutes,
          streamRoutes,
          recordingRoutes,
          downloadRoutes,
          recordRoutes,
          playbackRoutes,
          ptzRoutes,
          controlRoutes,
          alarmRoutes,
          positionRoutes,
          subscriptionRoutes,
          snapshotRoutes,
          configRoutes,
          deviceQueryRoutes,
          talkRoutes,
          planRoutes,
          timelineRoutes,
          timelineFileRoutes,
          captureRoutes,
          eventRoutes,
          systemRoutes,
          webhookRoutes,
          logRoutes(o.logTail),
        ]) {
          routes(api, context);
        }
        api.all('/*', { schema: { hide: true } }, (request, reply) => noRoute(request, reply));
      },
      { prefix: '/api/v1' },
    );
  });

  try {
    await app.listen({ host: o.host, port: o.port });
  } catch (error) {
    await app.close();
    return { fault: `HTTP cannot listen on ${o.host}:${o.port}: ${reasonOf(error)}.` };
  }
  const bound = app.server.address();
  if (typeof bound === 'object' && bound !== null) port = bound.port;
  gateway.imageSnapshots.servedAt({ host: o.host, port, publicUrl: o.publicUrl, isSecure: tls !== null });
  const viewers = new ViewerSockets(app.server, context);

  let closing: Promise<void> | null = null;
  return {
    port,
    close() {
      closing ??= farewell(app, viewers);
      return closing;
    },
  };
}

async function farewell(app: FastifyInstance, viewers: ViewerSockets): Promise<void> {
  viewers.closeAll();
  const untilMs = performance.now() + FAREWELL_MS;
  while (viewers.count > 0 && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 10));
  viewers.terminateAll();
  await app.close();
}

/** Everything in this scope wants a credential; what changes something wants the administrator's. */
function guard(app: FastifyInstance, { auth, origins }: HttpContext): void {
  app.addHook('onRequest', async (request, reply) => {
    const [path, query] = splitAddress(request.url);
    const isLook = request.method === 'GET' || request.method === 'HEAD';
    const grant = auth.grant(
      { headers: request.headers, path, query, remote: request.ip },
      isLook && request.routeOptions.config.signable === true,
    );
    if (grant === 'locked') {
      reply.header('retry-after', '60');
      return sendProblem(reply, 'rate_limited', 'Too many wrong tokens came from this address; wait a minute.');
    }
    if (grant === 'unauthorized') {
      reply.header('www-authenticate', 'Bearer realm="gbgate"');
      return sendProblem(
        reply,
        'unauthorized',
        'The token is missing or wrong: send it as a bearer token, or as ?token=.',
      );
    }
    // so that a page can say beforehand which of its buttons would be refused
    reply.header('gbgate-access', grant === 'admin' ? 'control' : 'look');
    if (isLook) return;
    if (grant !== 'admin') return sendProblem(reply, 'forbidden', 'This token may only look.');
    if (!isOriginAllowed(request.headers, origins)) {
      return sendProblem(reply, 'forbidden', 'Pages of this origin are not in http.allowedOrigins.');
    }
  });
  // A call without a body is one with an empty body: its schema then names what is missing.
  app.addHook('preValidation', async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') request.body ??= {};
  });
}

/** Headers of every answer, the answer to CORS preflights, and the count. */
function everyAnswer(app: FastifyInstance, { origins, metrics, map }: HttpContext): void {
  const tiles = map === null ? '' : ` ${new URL(map.tiles).origin}`;
  app.addHook('onRequest', async (request, reply) => {
    const host = request.headers.host ?? '';
    const sockets = isHost(host) ? ` ws://${host} wss://${host}` : '';
    reply.headers({
      'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:${tiles}; font-src 'self'; media-src 'self' blob:; connect-src 'self'${sockets}; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const { origin } = request.headers;
    if (origin !== undefined && isNamed(origin, origins)) {
      reply.headers({
        'access-control-allow-origin': origin,
        'access-control-expose-headers':
          'content-range, etag, gbgate-content-start, idempotency-replayed, location, retry-after',
        vary: 'Origin',
      });
      if (request.method === 'OPTIONS') {
        reply.headers({
          'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
          'access-control-allow-headers': 'authorization, content-type, idempotency-key, last-event-id, range',
          'access-control-max-age': '600',
        });
        return reply.code(204).send();
      }
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    metrics.answered(request.method, reply.statusCode);
    if (request.routeOptions.config.quiet === true) return;
    request.log.debug(
      {
        method: request.method,
        url: redacted(request.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'http',
    );
  });
}

/** Whatever goes wrong leaves as a problem; a fault of ours tells its text to the log only. */
function answerFaults(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(Object.assign(new Error('The body is not JSON.'), { statusCode: 400 }), undefined);
    }
  });
  app.setNotFoundHandler(noRoute);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (error.validation || status === 400) return sendProblem(reply, 'bad_request', error.message);
    if (status === 413) {
      const isSound = !(request.headers['content-type'] ?? '').includes('json');
      const bytes = isSound ? MAX_WAV_BYTES : request.routeOptions.bodyLimit;
      return sendProblem(reply, 'payload_too_large', `A body has at most ${bytes} bytes here.`);
    }
    if (status === 415) return sendProblem(reply, 'bad_request', `Content-Type must be ${typesOf(request)}.`);
    if (status < 500) return sendProblem(reply, 'bad_request', error.message);
    request.log.error({ err: error, method: request.method, url: redacted(request.url) }, 'request failed');
    return sendProblem(reply, 'internal', 'The gateway made a mistake; its log says more.');
  });
}

/** What a route takes, by its schema. */
function typesOf(request: FastifyRequest): string {
  const { content = {} } = (request.routeOptions.schema?.body ?? {}) as { content?: object };
  const types = Object.keys(content);
  return types.length === 0 ? 'application/json' : `one of: ${types.join(', ')}`;
}

function noRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'not_found', `There is no ${request.method} ${splitAddress(request.url)[0]}.`);
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'the port is in use';
  if (code === 'EACCES') return 'the port needs more rights (ports below 1024)';
  if (code === 'EADDRNOTAVAIL') return 'this machine does not have that address';
  return message;
}
