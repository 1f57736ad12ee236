import type { Peer } from './peer.ts';
import { ClientTable } from './transaction/client-table.ts';
import type { ClientId, Output, Seal, ServerId } from './transaction/output.ts';
import { ServerTable } from './transaction/server-table.ts';
import type { SipMessage, SipRequest, SipResponse } from './wire/message.ts';

export type { Peer } from './peer.ts';
export type { ClientId, Output, ServerId } from './transaction/output.ts';

/** The address our Via names: what the peer may know us by. */
export interface SentBy {
  readonly host: string;
  readonly port: number;
}

export interface SipEndpointOptions {
  /** An unguessable token for each branch. */
  readonly random: () => string;
  /** Server transactions kept at most; `MAX_SERVER_TRANSACTIONS` unless told. */
  readonly maxServerTransactions?: number;
  /** The last thing that is done to whatever leaves. */
  readonly seal?: Seal;
}

/**
 * The heart of SIP: transactions of both directions, without socket, clock or timer. Messages and time go in, outputs come out,
 * to be done in order. Times are monotonic milliseconds.
 */
export class SipEndpoint {
  readonly #clients: ClientTable;
  readonly #servers: ServerTable;

  constructor(options: SipEndpointOptions) {
    this.#clients = new ClientTable(options.random, options.seal);
    this.#servers = new ServerTable(options.maxServerTransactions, options.seal);
  }

  /** A parsed message came from `from`. Retransmissions stop here. */
  receive(message: SipMessage, from: Peer, nowMs: number): Output[] {
    return message.kind === 'request'
      ? this.#servers.request(message, from, nowMs)
      : this.#clients.response(message, from, nowMs);
  }

  /** Opens a client transaction. Via (branch, rport), Max-Forwards and Content-Length are added; ACK of a 2xx goes by `ack`. */
  request(request: SipRequest, to: Peer, sentBy: SentBy, nowMs: number): { transaction: ClientId; outputs: Output[] } {
    return this.#clients.request(request, to, sentBy, nowMs);
  }

  /** Sends the ACK of a 2xx, again for each 2xx that comes again. The ACK of a failure is sent by its transaction. */
  ack(ack: SipRequest, to: Peer, sentBy: SentBy): Output[] {
    return this.#clients.ack(ack, to, sentBy);
  }

  /** Gives up an INVITE: CANCEL leaves after a provisional answer only, now or when it comes (RFC 3261 9.1, INV-2). */
  cancel(transaction: ClientId, nowMs: number): Output[] {
    return this.#clients.cancel(transaction, nowMs);
  }

  /** Answers a request within its transaction. Build the response with `makeResponse`. */
  respond(transaction: ServerId, response: SipResponse, nowMs: number): Output[] {
    return this.#servers.respond(transaction, response, nowMs);
  }

  /** Answers a request and forgets it: what a flood gets, and every request that came with `transaction: null` (SIP-13). */
  respondStateless(request: SipRequest, response: SipResponse, from: Peer): Output[] {
    return this.#servers.respondStateless(request, response, from);
  }

  /** A connection is gone, or a datagram could not be sent: whoever waits for that peer gets `failed`. */
  unreachable(peer: Peer): Output[] {
    this.#servers.unreachable(peer);
    return this.#clients.unreachable(peer);
  }

  /** Time has passed. */
  poll(nowMs: number): Output[] {
    return [...this.#servers.poll(nowMs), ...this.#clients.poll(nowMs)];
  }

  /** When `poll` has to be called next; null: not before something else happens. */
  nextDeadlineMs(): number | null {
    const server = this.#servers.nextMs();
    const client = this.#clients.nextMs();
    if (server === null || client === null) return server ?? client;
    return Math.min(server, client);
  }

  /** Gauges and counters for the metrics. */
  counts(): {
    clientTransactions: number;
    serverTransactions: number;
    retransmissionsAbsorbed: number;
    transactionOverflows: number;
    unmatchedResponses: number;
  } {
    return {
      clientTransactions: this.#clients.size,
      serverTransactions: this.#servers.size,
      retransmissionsAbsorbed: this.#servers.retransmissions,
      transactionOverflows: this.#servers.overflows,
      unmatchedResponses: this.#clients.unmatched,
    };
  }
}
