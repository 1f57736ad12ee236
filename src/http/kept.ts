import type { FastifyInstance } from 'fastify';
import type { HttpContext } from './context.ts';
import { problemBody, statusOf } from './problem.ts';

/** Calls that change nothing but what is kept: one that was not written has not been done, whatever the handler says. */
export const KEPT = [
  'POST /api/v1/devices',
  'PATCH /api/v1/devices/:deviceId',
  'PATCH /api/v1/devices/:deviceId/profile',
  'DELETE /api/v1/devices/:deviceId/profile',
  'PUT /api/v1/devices/:deviceId/subscriptions',
  'PATCH /api/v1/devices/:deviceId/channels/:channelId',
  'PUT /api/v1/devices/:deviceId/channels/:channelId/plan',
  'PATCH /api/v1/devices/:deviceId/channels/:channelId/presets/:number',
  'PUT /api/v1/alarm-rules',
  'DELETE /api/v1/alarm-rules',
  'POST /api/v1/recordings/:id/lock',
  'POST /api/v1/recordings/:id/unlock',
] as const;

const DETAIL =
  'The change is in force now, and lost when the gateway restarts: its database cannot be written, as on a full disk. Make room on the disk of --data, then send it again.';

/** Says so when a change could not be written (507), instead of what it would have become. */
export function tellLost(app: FastifyInstance, { gateway }: HttpContext): void {
  const kept = new Set<string>(KEPT);
  const before = new WeakMap<object, number>();
  const faults = (): number => gateway.counters().store_faults_total ?? 0;
  app.addHook('preHandler', async (request) => {
    if (kept.has(`${request.method} ${request.routeOptions.url}`)) before.set(request, faults());
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const count = before.get(request);
    if (count === undefined || reply.statusCode >= 400 || faults() === count) return payload;
    request.log.error({ method: request.method, route: request.routeOptions.url }, 'a change could not be written');
    reply.code(statusOf('disk_full')).removeHeader('location').removeHeader('content-length');
    reply.header('content-type', 'application/problem+json; charset=utf-8');
    return JSON.stringify(problemBody('disk_full', DETAIL));
  });
}
