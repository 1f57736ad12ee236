import type { FootageEnd } from '../../record/source.ts';
import type { CallEnd } from '../live/call.ts';

/** The end of a call as the end of the footage that it carried. `isOnline`: whether its device still is. */
export function endOf(end: CallEnd, isOnline: boolean): FootageEnd {
  switch (end.kind) {
    case 'stopped':
      return { why: 'stopped', detail: 'stopped' };
    case 'device-bye':
      return { why: isOnline ? 'bye' : 'offline', detail: end.detail };
    case 'rejected': {
      const isBusy = end.status === 486 || end.status === 600;
      return { why: isBusy ? 'busy' : 'rejected', detail: `${end.status} ${end.reason}`.trim(), status: end.status };
    }
    case 'invite-timeout':
      return { why: 'timeout', detail: end.detail };
    case 'unreachable':
      return { why: 'offline', detail: end.detail };
    case 'no-port':
      // ours, not the device's: the same cure, fewer at once
      return { why: 'busy', detail: end.detail };
    case 'no-connection':
    case 'no-media':
    case 'transport-refused':
      return { why: 'no-media', detail: end.detail };
    case 'stalled':
      return { why: end.isClosed ? 'closed' : 'idle', detail: end.detail };
  }
}

/** Whether the device did not like how it was asked. */
export function refusesForm(end: CallEnd): boolean {
  return end.kind === 'rejected' && [400, 403, 404, 415, 488, 606].includes(end.status);
}
