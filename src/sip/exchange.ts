import type { ClientId, Output, ServerId, SipEndpoint } from './endpoint.ts';
import type { Notes } from './notes.ts';
import type { Peer } from './peer.ts';
import { Headers } from './wire/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from './wire/message.ts';
import { NO_BODY } from './wire/message.ts';
import { makeResponse } from './wire/response.ts';
import { sipUri } from './wire/uri.ts';

/** Requests of ours and who waits for their answers; requests of theirs on their way to the desks. */

/** Who waits for the answer to a request. After `onFailed` or a final response nothing more comes, but retransmitted 2xx of an INVITE. */
export interface Waiting {
  onResponse(response: SipResponse, from: Peer, nowMs: number): void;
  onFailed(cause: 'timeout' | 'transport', nowMs: number): void;
  /** The 2xx of an INVITE came again: it wants its ACK again (INV-1). */
  onAgain?(response: SipResponse, nowMs: number): void;
}

export interface ExchangePorts {
  send(bytes: Buffer, to: Peer): boolean;
  /** Looks at the signalling digest of what comes; null: nobody does. */
  readonly notes?: Pick<Notes, 'refusal'> | null;
  /** The address by which that host knows us. */
  localAddressTo(host: string): string;
  /** Our port on that transport. */
  localPort(transport: Peer['transport']): number;
  /** Written into Via and Contact instead of the local address; null: the local one. */
  advertise: { host: string; port: number | null } | null;
  platformId: string;
  domain: string;
  random(): string;
  onRequest(request: SipRequest, transaction: ServerId | null, from: Peer, nowMs: number): void;
  /** A 2xx to an INVITE that was given up: ACK and BYE are owed (INV-3). */
  onStray(response: SipResponse, from: Peer, nowMs: number): void;
  /** No ACK came for our 2xx to an INVITE: BYE is owed. */
  onUnacknowledged(transaction: ServerId): void;
}

/** A request outside of every dialogue. */
export interface OwnRequest {
  method: string;
  /** Whom it is for: a device or a channel. */
  toId: string;
  peer: Peer;
  callId?: string;
  fromTag?: string;
  cseq?: number;
  headers?: readonly (readonly [string, string])[];
  contentType?: string;
  body?: Uint8Array;
}

/** What we answer to a request. */
interface OwnAnswer {
  readonly status: number;
  readonly phrase: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** Tag of To; one that follows from the request unless told. */
  readonly toTag?: string;
  readonly body?: Uint8Array;
}

/** What we call ourselves; version numbers are nobody's business. */
const USER_AGENT = 'gbgate';

export class Exchange {
  readonly #endpoint: SipEndpoint;
  readonly #ports: ExchangePorts;
  readonly #waiting = new Map<ClientId, Waiting>();
  readonly #queue: Output[] = [];
  #draining = false;

  constructor(endpoint: SipEndpoint, ports: ExchangePorts) {
    this.#endpoint = endpoint;
    this.#ports = ports;
  }

  /** A parsed message came. What is refused by its signalling digest leaves no trace. */
  receive(message: SipMessage, from: Peer, nowMs: number): void {
    const refusal = this.#ports.notes?.refusal(message, from) ?? null;
    if (refusal !== null) {
      if (message.kind === 'request' && message.method !== 'ACK')
        this.respond(message, null, from, { status: 403, phrase: refusal }, nowMs);
      return;
    }
    this.#drain(this.#endpoint.receive(message, from, nowMs), nowMs);
  }

  /** Sends a request and remembers who waits. */
  request(request: SipRequest, to: Peer, waiting: Waiting, nowMs: number): ClientId {
    const { transaction, outputs } = this.#endpoint.request(request, to, this.sentBy(to), nowMs);
    this.#waiting.set(transaction, waiting);
    this.#drain(outputs, nowMs);
    return transaction;
  }

  ack(ack: SipRequest, to: Peer, nowMs: number): void {
    this.#drain(this.#endpoint.ack(ack, to, this.sentBy(to)), nowMs);
  }

  cancel(transaction: ClientId, nowMs: number): void {
    this.#drain(this.#endpoint.cancel(transaction, nowMs), nowMs);
  }

  /** Answers a request; without a transaction it is answered and forgotten. */
  respond(request: SipRequest, transaction: ServerId | null, from: Peer, answer: OwnAnswer, nowMs: number): void {
    const { status, phrase, headers = [], ...more } = answer;
    const response = makeResponse(request, status, phrase, {
      ...more,
      from,
      headers: [...headers, ['User-Agent', USER_AGENT]],
    });
    const outputs =
      transaction === null
        ? this.#endpoint.respondStateless(request, response, from)
        : this.#endpoint.respond(transaction, response, nowMs);
    this.#drain(outputs, nowMs);
  }

  /** The connection is gone: whoever waits for it is told. */
  unreachable(peer: Peer, nowMs: number): void {
    this.#drain(this.#endpoint.unreachable(peer), nowMs);
  }

  poll(nowMs: number): void {
    this.#drain(this.#endpoint.poll(nowMs), nowMs);
  }

  /** Host and port by which this peer is to know us. */
  sentBy(to: Peer): { host: string; port: number } {
    const { advertise } = this.#ports;
    return {
      host: advertise?.host ?? this.#ports.localAddressTo(to.host),
      // what is advertised is the port of UDP and TCP
      port: (to.transport === 'tls' ? null : advertise?.port) ?? this.#ports.localPort(to.transport),
    };
  }

  /** The URI by which this peer is to call us back; over TLS it says so, for the port speaks nothing else (RFC 3261 19.1.1). */
  contactFor(to: Peer): string {
    const { host, port } = this.sentBy(to);
    return `sip:${this.#ports.platformId}@${bracketed(host)}:${port}${to.transport === 'tls' ? ';transport=tls' : ''}`;
  }

  /** Writes a request outside of every dialogue: ids in From and To, the observed address in the Request-URI (SIP-11). */
  compose(o: OwnRequest): SipRequest {
    const host = bracketed(o.peer.host);
    const { platformId, domain, random } = this.#ports;
    const headers = Headers.of([
      ['From', `<sip:${platformId}@${domain}>;tag=${o.fromTag ?? random()}`],
      ['To', `<sip:${o.toId}@${host}:${o.peer.port}>`],
      ['Call-ID', o.callId ?? random()],
      ['CSeq', `${o.cseq ?? 1} ${o.method}`],
      ['Contact', `<${this.contactFor(o.peer)}>`],
      ['Max-Forwards', '70'],
      ['User-Agent', USER_AGENT],
      ...(o.headers ?? []),
    ]);
    if (o.contentType !== undefined) headers.add('Content-Type', o.contentType);
    return {
      kind: 'request',
      method: o.method,
      uri: sipUri(o.toId, host, o.peer.port),
      headers,
      body: o.body ?? NO_BODY,
    };
  }

  /** Requests of ours without a final answer. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Outputs in order; what a callback adds comes after what was there. */
  #drain(outputs: readonly Output[], nowMs: number): void {
    this.#queue.push(...outputs);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let output = this.#queue.shift(); output !== undefined; output = this.#queue.shift())
        this.#do(output, nowMs);
    } finally {
      this.#draining = false;
    }
  }

  #do(output: Output, nowMs: number): void {
    switch (output.type) {
      case 'send':
        // no connection: the transactions that wait for it end now, not after 32 s
        if (!this.#ports.send(output.bytes, output.to)) this.#queue.push(...this.#endpoint.unreachable(output.to));
        return;
      case 'request':
        this.#ports.onRequest(output.request, output.transaction, output.from, nowMs);
        return;
      case 'response':
        this.#answered(output.transaction, output.response, output.from, output.again, nowMs);
        return;
      case 'failed':
        this.#failed(output.transaction, output.cause, nowMs);
        return;
      case 'stray':
        if (output.transaction !== null) this.#waiting.delete(output.transaction);
        this.#ports.onStray(output.response, output.from, nowMs);
        return;
      case 'unacknowledged':
        this.#ports.onUnacknowledged(output.transaction);
        return;
    }
  }

  #answered(transaction: ClientId, response: SipResponse, from: Peer, again: boolean, nowMs: number): void {
    const waiting = this.#waiting.get(transaction);
    if (waiting === undefined) {
      // hung up meanwhile, and the device has seen neither ACK nor BYE
      if (again) this.#ports.onStray(response, from, nowMs);
      return;
    }
    if (again) {
      waiting.onAgain?.(response, nowMs);
      return;
    }
    // an accepted INVITE stays, for its retransmitted 2xx; its owner forgets it
    const final = response.status >= 200;
    if (final && !(response.status < 300 && waiting.onAgain !== undefined)) this.#waiting.delete(transaction);
    waiting.onResponse(response, from, nowMs);
  }

  /** The owner of an accepted INVITE is done with it. */
  forget(transaction: ClientId): void {
    this.#waiting.delete(transaction);
  }

  #failed(transaction: ClientId, cause: 'timeout' | 'transport', nowMs: number): void {
    const waiting = this.#waiting.get(transaction);
    this.#waiting.delete(transaction);
    waiting?.onFailed(cause, nowMs);
  }
}

/** IPv6 in brackets, as URIs want it. */
export function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
