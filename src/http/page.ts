import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './problem.ts';

/** The folder of the built page: beside the nearest `package.json` above, from a checkout and from `dist/` alike. */
export function pageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  return join(folder, 'web', 'dist');
}

/** The page and the player. They hold no data, so they want no token. */
export async function servePage(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      sendProblem(reply, 'not_found', 'The page has not been built: run the build of the project first.'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    prefix: '/',
    decorateReply: false,
    cacheControl: false,
    schemaHide: true,
    setHeaders: (response, path) => {
      // Names under assets/ hold a hash of the content; everything else is asked for again.
      const isNamedByContent = /[\\/]assets[\\/]/.test(path);
      response.header('cache-control', isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache');
      // Other pages may embed the player and its parts (`http.allowedOrigins` decides what it may open).
      if (/[\\/]player(-[\w-]+)?\.(js|d\.ts)$/.test(path)) response.header('access-control-allow-origin', '*');
    },
  });
}
