import { ApiFault } from '../api.ts';
import { faultOf } from '../devices/loaded.ts';

/** How a command went, in words. `retry`: the device is known not to do it, and can be asked all the same. */
export interface Said {
  readonly isFault: boolean;
  readonly text: string;
  readonly retry?: () => void;
}

/** A failure in the gateway's words. `retry` is offered when the gateway did not even ask. */
export function failedBy(error: unknown, unreachable: string, retry: () => void): Said {
  const text = faultOf(error) || unreachable;
  const isKnown = error instanceof ApiFault && error.code === 'not_supported';
  return { isFault: true, text, ...(isKnown ? { retry } : {}) };
}
