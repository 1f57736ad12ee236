import type { InviteOptions } from './call.ts';
import type { Dialogue } from './dialog.ts';
import type { ClientId } from './endpoint.ts';

/** One call as the table of calls keeps it. Types only. */

type CallState = 'queued' | 'inviting' | 'cancelling' | 'up' | 'ended';

export interface CallRow {
  readonly options: InviteOptions;
  readonly callId: string;
  state: CallState;
  /** Null until the INVITE is about to leave. */
  dialogue: Dialogue | null;
  transaction: ClientId | null;
  deadlineMs: number;
  /** Frees the line of the device; null when it is not held. */
  free: ((nowMs: number) => void) | null;
  readonly ended: Promise<{ byeAnswered: boolean }>;
  readonly settle: (result: { byeAnswered: boolean }) => void;
}
