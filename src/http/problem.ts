import type { FastifyReply } from 'fastify';
import type { Problem, ProblemCode } from '../gateway/views.ts';

/** Codes that only the HTTP layer itself can answer with. */
type HttpCode =
  | 'not_found'
  | 'alarm_not_found'
  | 'snapshot_not_found'
  | 'payload_too_large'
  | 'range_not_satisfiable'
  | 'internal';
export type AnyCode = ProblemCode | HttpCode;

/** Status and title of every code (the table of the contract, errors). */
const KINDS: Record<AnyCode, readonly [status: number, title: string]> = {
  bad_request: [400, 'Bad request'],
  unauthorized: [401, 'Unauthorized'],
  forbidden: [403, 'Forbidden'],
  not_found: [404, 'No such address'],
  device_not_found: [404, 'Device not found'],
  channel_not_found: [404, 'Channel not found'],
  stream_not_found: [404, 'Stream not found'],
  recording_not_found: [404, 'Recording not found'],
  capture_not_found: [404, 'Capture not found'],
  download_not_found: [404, 'Download not found'],
  delivery_not_found: [404, 'Delivery not found'],
  alarm_not_found: [404, 'Alarm not found'],
  snapshot_not_found: [404, 'Snapshot not found'],
  talk_not_found: [404, 'Nobody talks'],
  announcement_not_found: [404, 'Announcement not found'],
  conflict: [409, 'Conflict'],
  device_busy: [409, 'Device busy'],
  talk_busy: [409, 'Somebody talks already'],
  payload_too_large: [413, 'Body too large'],
  range_not_satisfiable: [416, 'Range not satisfiable'],
  rate_limited: [429, 'Too many requests'],
  too_many_streams: [429, 'Too many streams'],
  internal: [500, 'Fault of the gateway'],
  not_supported: [501, 'Not supported by the device'],
  ffmpeg_missing: [501, 'ffmpeg is missing'],
  invite_rejected: [502, 'The device refused the call'],
  device_error: [502, 'The device answered with an error'],
  no_media: [502, 'No media came'],
  device_offline: [503, 'Device offline'],
  port_exhausted: [503, 'No free media port'],
  shutting_down: [503, 'Shutting down'],
  invite_timeout: [504, 'The device did not answer the call'],
  device_timeout: [504, 'The device did not answer'],
  disk_full: [507, 'Disk full'],
};

/** Every code with its status and title, for the OpenAPI document. */
export function problemCodes(): { code: AnyCode; status: number; title: string }[] {
  return (Object.keys(KINDS) as AnyCode[]).map((code) => ({ code, status: KINDS[code][0], title: KINDS[code][1] }));
}

/** HTTP status of a code. */
export function statusOf(code: AnyCode): number {
  return KINDS[code][0];
}

/** The body of an error answer: RFC 9457 with the stable `code` and, for a failed pull, `steps`. */
export function problemBody(code: AnyCode, detail: string, steps?: Problem['steps']): Record<string, unknown> {
  const [status, title] = KINDS[code];
  return { type: `urn:gbgate:problem:${code}`, title, status, detail, code, ...(steps ? { steps } : {}) };
}

/** Ends a request with a problem. */
export function sendProblem(
  reply: FastifyReply,
  code: AnyCode,
  detail: string,
  steps?: Problem['steps'],
): FastifyReply {
  return reply
    .code(statusOf(code))
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(problemBody(code, detail, steps));
}

/** Ends a request with a refusal of the gateway. */
export function sendRefusal(reply: FastifyReply, refusal: Problem): FastifyReply {
  return sendProblem(reply, refusal.problem, refusal.detail, refusal.steps);
}

/** Refuses the `start` or the `end` of a range. */
export function sendWrongTime(reply: FastifyReply, isStart: boolean): FastifyReply {
  const which = isStart ? 'start' : 'end';
  return sendProblem(reply, 'bad_request', `${which} must be an ISO 8601 time with an offset, or epoch seconds.`);
}

/** Refuses a range in which nothing can be. */
export function sendBackwards(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'bad_request', 'The range ends before it begins: end must not be before start.');
}

/** Close codes of viewer sockets (contract, viewers), each with its reason word. */
const CLOSES: Partial<Record<AnyCode, [code: number, reason: string]>> = {
  unauthorized: [4401, 'unauthorized'],
  forbidden: [4401, 'unauthorized'],
  not_found: [4404, 'unknown'],
  device_not_found: [4404, 'unknown'],
  channel_not_found: [4404, 'unknown'],
  stream_not_found: [4404, 'unknown'],
  bad_request: [4404, 'unknown'],
  device_offline: [4480, 'device_offline'],
  device_busy: [4486, 'device_busy'],
  talk_busy: [4486, 'talk_busy'],
  port_exhausted: [4503, 'no_capacity'],
  too_many_streams: [4503, 'no_capacity'],
  rate_limited: [4503, 'no_capacity'],
  shutting_down: [1001, 'shutting_down'],
};

/** The close code and reason word of a viewer that cannot be served; every failed pull without its own is `no media`. */
export function closeOf(code: AnyCode): [code: number, reason: string] {
  return CLOSES[code] ?? [4408, 'no_media'];
}

/** The other way round, for a chunked HTTP viewer that was closed before its first byte: the problem that says the same. */
export function problemOfClose(closeCode: number): AnyCode {
  switch (closeCode) {
    case 4401:
      return 'unauthorized';
    case 4404:
      return 'stream_not_found';
    case 4480:
      return 'device_offline';
    case 4486:
      return 'device_busy';
    case 4503:
      return 'port_exhausted';
    case 1001:
      return 'shutting_down';
    default:
      return 'no_media';
  }
}
