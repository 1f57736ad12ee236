import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Gateway } from '../gateway/port.ts';
import type { StreamView } from '../gateway/views.ts';
import type { Auth } from './auth.ts';
import type { Metrics } from './metrics.ts';
import { baseAddress, type OriginRule } from './origin.ts';
import { type Page, pageOf } from './paging.ts';
import { sendProblem } from './problem.ts';
import { signedAddress } from './signature.ts';

/** A map that lies under the positions: somebody else's pictures. */
export interface MapTiles {
  /** An address with `{z}`, `{x}` and `{y}`. */
  readonly tiles: string;
  /** Who made it; '' when nobody is to be named. */
  readonly attribution: string;
  /** Coordinates that it is drawn in. Positions are WGS-84; public maps of China are drawn in GCJ-02, up to 700 m away. */
  readonly datum: 'wgs84' | 'gcj02';
}

/** What every route may lean on. */
export interface HttpContext {
  readonly gateway: Gateway;
  readonly auth: Auth;
  readonly origins: OriginRule;
  readonly metrics: Metrics;
  readonly version: string;
  readonly map: MapTiles | null;
  readonly epochMs: () => number;
  /** The port we are bound to, for addresses when a request names no host. */
  port(): number;
}

/** Registers the routes of one resource. */
export type Routes = (app: FastifyInstance, context: HttpContext) => void;

/** Addresses in answers hold for an hour (contract, viewers). */
export const ADDRESS_SECONDS = 3600;

/** A stream as it leaves: its paths signed and with scheme and host before them. */
export function withAddresses(context: HttpContext, request: FastifyRequest, stream: StreamView): StreamView {
  const base = baseAddress(request.headers, context.port(), context.origins);
  const expires = Math.floor(context.epochMs() / 1000) + ADDRESS_SECONDS;
  const sign = (path: string): string => signedAddress(context.gateway.signingKey, path, expires);
  return {
    ...stream,
    urls: {
      ws: base.replace(/^http/, 'ws') + sign(stream.urls.ws),
      http: base + sign(stream.urls.http),
      page: base + stream.urls.page,
    },
  };
}

/** Answers one page of a list, or 400 when the cursor is none of ours. */
export function sendPage<T>(
  reply: FastifyReply,
  items: readonly T[],
  keyOf: (item: T) => string,
  o: { limit?: number; cursor?: string; newestFirst?: boolean },
  shape: (page: Page<T>) => unknown = (page) => page,
): FastifyReply {
  const page = pageOf(items, keyOf, o);
  if (page === null) return sendProblem(reply, 'bad_request', 'The cursor is not one this list has given out.');
  return reply.send(shape(page));
}

/**
 * What every answer carries (CSP, CORS), for an answer that is written past the framework: a page of
 * `http.allowedOrigins` must be able to read those as well.
 */
export function headersSoFar(reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) headers[name] = String(value);
  }
  return headers;
}
