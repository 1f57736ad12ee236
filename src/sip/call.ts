import type { Noted } from './camera/device-findings.ts';
import type { IdForm } from './camera/profile.ts';
import type { Peer } from './peer.ts';

/** A call as the gateway sees it: what it asks for, what it learns, what it holds. Types only. */

export type InviteFailure =
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'unreachable' };

export interface InviteOptions {
  readonly deviceId: string;
  readonly channelId: string;
  /** Whom Request-URI and To name: the channel unless told (INV-5). */
  readonly idForm?: IdForm;
  readonly subject: string;
  readonly sdp: string;
  /** A final answer must come within this after the INVITE left. */
  readonly timeoutMs: number;
  onProvisional(status: number): void;
  /** The call is up, its ACK has left. `sdp` null: the 200 had no body. */
  onAnswer(answer: {
    readonly sdp: string | null;
    readonly from: Peer;
    /** What was tolerated in the 200, apart from its description. */
    readonly findings: readonly Noted[];
  }): void;
  /** The call never came up. Exactly one of `onFailure` and `onAnswer` is called, none after `hangUp`. */
  onFailure(failure: InviteFailure): void;
  /** A call that was up is over: the device sent BYE, or is gone. */
  onBye(reason: string): void;
  /**
   * A BYE came from the address of the device that names its channel and not this call (INV-7): anybody behind that address can
   * write one. The call is still up: whoever sees its media knows whether the device meant it.
   */
  onDoubtfulBye(detail: string): void;
  /**
   * The device says something about the file it sends (MediaStatus, GB/T 28181 A.2.5; `121`: it has sent it to its end), inside the
   * dialogue or outside of it (PB-1). What was sent before may still be on its way (PB-4). Whoever gives this asks for recorded footage.
   */
  readonly onMediaStatus?: (notifyType: string) => void;
}

/** What became of an INFO. */
export interface InfoAnswer {
  /** Status of the SIP answer; 408 for none, 481 when the call is not up, 503 when too much waits for the device. */
  readonly status: number;
  /** Body of the answer, MANSRTSP when there is one; '' for none. */
  readonly body: string;
}

/** Whether a device still knows a call; `unknown`: it did not say. */
export type CallStanding = 'yes' | 'no' | 'unknown';

/** One call, as its owner holds it. */
export interface Call {
  readonly callId: string;
  readonly answered: boolean;
  /** Ends the call as its state demands: never sent, CANCEL, BYE. Idempotent; the promise says whether the device confirmed. */
  hangUp(): Promise<{ byeAnswered: boolean }>;
  /** INFO inside the dialogue. */
  info(contentType: string, body: string): Promise<InfoAnswer>;
  /** Asks the device whether it still knows the call. */
  stands(): Promise<CallStanding>;
}
