import type { CallStanding } from './call.ts';
import type { Peer } from './peer.ts';

/** A call of a device to us, as its owner holds it: voice that it wants to hear (GB/T 28181 9.12.1). Types only. */

/** What becomes of a call. Nothing is called after `onEnd`, nor after a hang-up of ours. */
export interface IncomingListener {
  /** Our answer was acknowledged: media may flow. */
  onUp(): void;
  /** Over, in whatever state: cancelled, BYE of the device, device gone, no ACK. Called once. */
  onEnd(reason: string): void;
}

export interface IncomingCall {
  readonly callId: string;
  /** Session description of its INVITE; '' when there was none. */
  readonly offer: string;
  /** Where the INVITE came from. */
  readonly from: Peer;
  /** Answers 200 with this description. Only the first of `answer` and `refuse` counts. */
  answer(sdp: string): void;
  refuse(status: number, phrase: string): void;
  /** Ends the call as its state demands: refusal, or BYE. Idempotent; the promise says whether the device confirmed. */
  hangUp(): Promise<{ byeAnswered: boolean }>;
  /** Asks the device whether it still knows the call. */
  stands(): Promise<CallStanding>;
}

/** A call that is waited for. */
export interface Expectation {
  readonly deviceId: string;
  /** The channel or audio output that was told to call. */
  readonly targetId: string;
  /** It came. The expectation is over. */
  onCall(call: IncomingCall): IncomingListener;
}
