import type { Problem, StepView } from '../views.ts';
import type { CallEnd } from './call.ts';
import { rejectedWords } from './pull-words.ts';

/** The end of a call as the API's refusal. */
export function problemOf(end: CallEnd, steps: StepView[]): Problem {
  switch (end.kind) {
    case 'rejected':
      return {
        problem: end.status === 486 ? 'device_busy' : 'invite_rejected',
        detail: rejectedWords(end.status, end.reason),
        steps,
      };
    case 'invite-timeout':
      return {
        problem: 'invite_timeout',
        detail: `The device did not answer: ${end.detail}. It may be restarting, have lost its registration, or its answers do not reach this gateway.`,
        steps,
      };
    case 'unreachable':
      return {
        problem: 'device_offline',
        detail: 'The device went offline, or has no open connection to this gateway.',
        steps,
      };
    case 'no-port':
      return { problem: 'port_exhausted', detail: `${end.detail}. Widen --media-ports or stop streams.`, steps };
    case 'no-connection':
    case 'no-media':
    case 'transport-refused':
    case 'stalled':
      return { problem: 'no_media', detail: end.detail, steps };
    case 'device-bye':
      return { problem: 'no_media', detail: `The device ended the call: ${end.detail}.`, steps };
    case 'stopped':
      return { problem: 'conflict', detail: 'The stream was stopped.', steps };
  }
}

/** The WebSocket close code that tells a viewer the same (contract, viewers). */
export function closeCodeOf(problem: Problem): number {
  switch (problem.problem) {
    case 'device_offline':
      return 4480;
    case 'device_busy':
      return 4486;
    case 'port_exhausted':
    case 'too_many_streams':
      return 4503;
    case 'channel_not_found':
    case 'device_not_found':
    case 'stream_not_found':
      return 4404;
    case 'shutting_down':
      return 1001;
    default:
      return 4408;
  }
}
