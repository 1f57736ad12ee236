import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { problemCodes } from './problem.ts';

/** Folder of the readable documentation's program (Swagger UI). */
const ASSETS = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static');

const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>gbgate API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="docs/static/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/static/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** The page was opened with \`?token=\`: the requests it makes carry the same. */
const DOCS_START = `const token = new URLSearchParams(location.search).get('token');
SwaggerUIBundle({
  url: 'api/v1/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor(request) {
    if (token) request.headers.Authorization = 'Bearer ' + token;
    return request;
  },
});
`;

/** Collects the schemas of the routes that are registered after it. */
export async function collectSchemas(app: FastifyInstance, version: string): Promise<void> {
  const codes = problemCodes()
    .map(({ code, status, title }) => `| ${status} | \`${code}\` | ${title} |`)
    .join('\n');
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'gbgate',
        version,
        description: [
          'Watch, record and download GB/T 28181 cameras.',
          'Times are ISO 8601 with offset; lists take `limit`, `cursor` and filters; POST takes `Idempotency-Key`.',
          'Viewers open `ws://HOST/live/{deviceId}/{channelId}.mp4?stream=N` or the same over HTTP.',
          `Errors are RFC 9457 problems:\n\n| status | code | |\n| --- | --- | --- |\n${codes}`,
        ].join('\n\n'),
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          token: { type: 'apiKey', in: 'query', name: 'token' },
        },
      },
      security: [{ bearer: [] }, { token: [] }],
    },
  });
}

/** `/api/v1/openapi.json` and `/docs`: both want the token. */
export function serveDocs(app: FastifyInstance): void {
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, (_request, reply) =>
    // Relative to the document itself: right under any path of a reverse proxy.
    reply.send({ ...named(app.swagger()), servers: [{ url: '../..' }] }),
  );
  app.get('/docs', { schema: { hide: true } }, (_request, reply) =>
    reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store').send(DOCS_PAGE),
  );
}

/** The same document with an `operationId` for each call, by which generated clients name their functions. */
function named<T extends { paths?: object | undefined }>(document: T): T {
  const paths = Object.entries((document.paths ?? {}) as Record<string, Record<string, object>>).map(
    ([path, calls]) => {
      const ids = Object.entries(calls).map(([method, call]) => [method, { operationId: idOf(method, path), ...call }]);
      return [path, Object.fromEntries(ids)];
    },
  );
  return { ...document, paths: Object.fromEntries(paths) };
}

/** `GET /api/v1/devices/{deviceId}/channels` is `getDeviceChannels`: one thing of each list that is gone through. */
function idOf(method: string, path: string): string {
  const words = path.replace('/api/v1/', '').replace(/(?:ie)?s\/\{/g, (end) => (end.startsWith('ie') ? 'y/{' : '/{'));
  const names = words.split(/[/.-]/).filter((word) => !word.startsWith('{'));
  return method.toLowerCase() + names.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** The program of the documentation: a library without data, so it wants no token. */
export async function serveDocsProgram(app: FastifyInstance): Promise<void> {
  app.get('/docs/start.js', { schema: { hide: true } }, (_request, reply) =>
    reply.header('content-type', 'text/javascript; charset=utf-8').send(DOCS_START),
  );
  await app.register(fastifyStatic, { root: ASSETS, prefix: '/docs/static/', decorateReply: false, schemaHide: true });
}
