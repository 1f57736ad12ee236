import type { CallEnd } from './call.ts';
import type { Problem, StepView } from './views.ts';

/** The end of a call as the API's refusal. */
export function problemOf(end: CallEnd, steps: StepView[]): Problem {
  switch (end.kind) {
    case 'rejected':
      return end.status === 486
        ? {
            problem: 'device_busy',
            detail: `The device answered 486 ${end.reason}: it serves no more streams. Stop another viewer of this device.`,
            steps,
          }
        : { problem: 'invite_rejected', detail: `The device refused with ${end.status} ${end.reason}.`, steps };
    case 'invite-timeout':
      return {
        problem: 'invite_timeout',
        detail: 'The device did not answer the INVITE. It may have lost its registration or be restarting.',
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
