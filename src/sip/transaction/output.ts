import type { Peer } from '../peer.ts';
import type { SipMessage, SipRequest, SipResponse } from '../wire/message.ts';

/** A client transaction: its branch. */
export type ClientId = string;
/** A server transaction: a number that is never used twice. */
export type ServerId = number;

/** The last thing that is done to a message before it becomes bytes. */
export type Seal = (message: SipMessage, to: Peer) => SipMessage;

/** What the SIP endpoint wants done or known, in order. */
export type Output =
  /** These bytes have to leave. */
  | { readonly type: 'send'; readonly bytes: Buffer; readonly to: Peer }
  /**
   * A request to answer. `transaction` is null for an ACK, which gets no answer, and for any request that came when the
   * transaction table was full, which is answered by `respondStateless`. A CANCEL names the INVITE it is for in `cancels`.
   */
  | {
      readonly type: 'request';
      readonly transaction: ServerId | null;
      readonly request: SipRequest;
      readonly from: Peer;
      readonly cancels?: ServerId;
    }
  /** An answer to a request of ours. `again`: a retransmitted 2xx to an INVITE, to be ACKed again and nothing else (INV-1). */
  | {
      readonly type: 'response';
      readonly transaction: ClientId;
      readonly response: SipResponse;
      readonly from: Peer;
      readonly again: boolean;
    }
  /** A request of ours came to nothing: nobody answered, or its connection is gone. */
  | { readonly type: 'failed'; readonly transaction: ClientId; readonly cause: 'timeout' | 'transport' }
  /** A 2xx to an INVITE nobody wants any more: it has to be ACKed and its dialogue ended by BYE at once (INV-3). */
  | {
      readonly type: 'stray';
      readonly transaction: ClientId | null;
      readonly response: SipResponse;
      readonly from: Peer;
    }
  /** No ACK came for our 2xx to an INVITE: the dialogue has to be ended by BYE (RFC 3261 13.3.1.4). */
  | { readonly type: 'unacknowledged'; readonly transaction: ServerId };
