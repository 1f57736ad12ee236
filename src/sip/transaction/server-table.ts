import { createHash } from 'node:crypto';
import { type Peer, samePeer } from '../peer.ts';
import { callIdOf, cseqOf, type SipRequest, type SipResponse } from '../wire/message.ts';
import { makeResponse } from '../wire/response.ts';
import { serialize } from '../wire/serialize.ts';
import { parseVia } from '../wire/via.ts';
import { Deadlines } from './deadlines.ts';
import { InviteServer } from './invite-server.ts';
import type { Output, Seal, ServerId } from './output.ts';
import { NonInviteServer, type ServerAction, type ServerMachine } from './server.ts';

/**
 * Requests of others that are remembered. A UDP transaction lives 32 s, so this is 500 new requests a second: the keep-alives
 * of 30,000 cameras. Beyond it requests are answered without memory (SIP-13).
 */
export const MAX_SERVER_TRANSACTIONS = 16_384;

/** Longer keys are hashed: the peer writes them, and they are kept for 32 s. */
const MAX_KEY_LENGTH = 256;

interface Server {
  readonly id: ServerId;
  readonly key: string;
  /** Its key among the INVITEs; null for any other request. */
  readonly inviteKey: string | null;
  readonly machine: ServerMachine;
  /** Where it came from last: answers go there, whatever Via says (SIP-1). */
  from: Peer;
  /** Kept until the first answer, for the 100. */
  request: SipRequest | null;
  response: Buffer | null;
  readonly deadlineMs: number;
}

/** Every request of others that was not forgotten yet. */
export class ServerTable {
  readonly #byKey = new Map<string, Server>();
  readonly #byId = new Map<ServerId, Server>();
  /** INVITEs by Call-ID and CSeq: where ACK and CANCEL with a changed branch belong (SIP-15). */
  readonly #invites = new Map<string, Server>();
  readonly #deadlines = new Deadlines<Server>();
  readonly #limit: number;
  readonly #seal: Seal;
  #lastId = 0;
  /** Requests that came again and went no further. */
  retransmissions = 0;
  /** Requests that found the table full. */
  overflows = 0;

  constructor(limit: number = MAX_SERVER_TRANSACTIONS, seal: Seal = (message) => message) {
    this.#limit = limit;
    this.#seal = seal;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** A request came. */
  request(request: SipRequest, from: Peer, nowMs: number): Output[] {
    if (request.method === 'ACK') return this.#acknowledge(request, from, nowMs);
    const key = transactionKey(request, from);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      this.retransmissions += 1;
      known.from = from;
      return this.#run(known, known.machine.retransmitted(nowMs));
    }
    const invite = request.method === 'CANCEL' ? this.#invites.get(inviteKey(request, from)) : undefined;
    const cancels = invite === undefined ? undefined : { cancels: invite.id };
    if (this.#byKey.size >= this.#limit) {
      this.overflows += 1;
      return [{ type: 'request', transaction: null, request, from, ...cancels }];
    }
    const server = this.#open(key, request, from, nowMs);
    return [{ type: 'request', transaction: server.id, request, from, ...cancels }];
  }

  /** Our answer; retransmissions of the request get it again. An answer to a forgotten transaction goes nowhere. */
  respond(transaction: ServerId, response: SipResponse, nowMs: number): Output[] {
    const server = this.#byId.get(transaction);
    if (server === undefined) return [];
    const actions = server.machine.respond(response.status, nowMs);
    if (actions.length === 0) return [];
    server.response = serialize(this.#seal(response, server.from));
    server.request = null;
    return this.#run(server, actions);
  }

  /** An answer without memory: the transaction, if there is one, is dropped. */
  respondStateless(request: SipRequest, response: SipResponse, from: Peer): Output[] {
    const server = this.#byKey.get(transactionKey(request, from));
    if (server !== undefined) this.#close(server);
    return [{ type: 'send', bytes: serialize(this.#seal(response, from)), to: from }];
  }

  /** Nothing can be sent to that peer any more. */
  unreachable(peer: Peer): void {
    for (const server of this.#byKey.values()) if (samePeer(server.from, peer)) this.#close(server);
  }

  nextMs(): number | null {
    return this.#deadlines.nextMs();
  }

  poll(nowMs: number): Output[] {
    const outputs: Output[] = [];
    for (let server = this.#deadlines.due(nowMs); server !== null; server = this.#deadlines.due(nowMs)) {
      outputs.push(...this.#run(server, server.machine.poll(nowMs)));
    }
    return outputs;
  }

  #open(key: string, request: SipRequest, from: Peer, nowMs: number): Server {
    const reliable = from.transport !== 'udp';
    const invite = request.method === 'INVITE';
    const machine = invite ? new InviteServer(reliable) : new NonInviteServer(reliable);
    this.#lastId += 1;
    const server: Server = {
      id: this.#lastId,
      key,
      inviteKey: invite ? inviteKey(request, from) : null,
      machine,
      from,
      request: invite ? request : null,
      response: null,
      get deadlineMs() {
        return machine.deadlineMs;
      },
    };
    this.#byKey.set(key, server);
    this.#byId.set(server.id, server);
    if (server.inviteKey !== null) this.#invites.set(server.inviteKey, server);
    machine.start(nowMs);
    this.#deadlines.schedule(server);
    return server;
  }

  /** The ACK of a failure ends here; that of a 2xx, and one that fits nothing, goes up. */
  #acknowledge(ack: SipRequest, from: Peer, nowMs: number): Output[] {
    const server = this.#invites.get(inviteKey(ack, from));
    if (server === undefined || !(server.machine instanceof InviteServer)) {
      return [{ type: 'request', transaction: null, request: ack, from }];
    }
    const absorbed = server.machine.state.name === 'completed' || server.machine.state.name === 'confirmed';
    const outputs = this.#run(server, server.machine.acknowledged(nowMs));
    if (!absorbed) outputs.push({ type: 'request', transaction: null, request: ack, from });
    return outputs;
  }

  #run(server: Server, actions: ServerAction[]): Output[] {
    const outputs: Output[] = [];
    for (const action of actions) {
      if (action === 'send-trying' && server.request !== null) {
        const trying = makeResponse(server.request, 100, 'Trying', { from: server.from });
        server.response = serialize(this.#seal(trying, server.from));
      }
      if (action === 'unacknowledged') outputs.push({ type: 'unacknowledged', transaction: server.id });
      else if (action === 'end') this.#close(server);
      else if (server.response !== null) outputs.push({ type: 'send', bytes: server.response, to: server.from });
    }
    if (this.#byKey.get(server.key) === server) this.#deadlines.schedule(server);
    return outputs;
  }

  #close(server: Server): void {
    this.#byKey.delete(server.key);
    this.#byId.delete(server.id);
    this.#deadlines.forget(server);
    if (server.inviteKey !== null && this.#invites.get(server.inviteKey) === server)
      this.#invites.delete(server.inviteKey);
  }
}

/**
 * What makes two requests one (RFC 3261 17.2.3, by branch and sent-by), together with Call-ID and CSeq: some cameras use one
 * branch for ever, some none at all.
 */
function transactionKey(request: SipRequest, from: Peer): string {
  const top = request.headers.list('Via')[0];
  const via = top === undefined ? null : parseVia(top);
  const branch = via?.params.get('branch') ?? '';
  const sentBy = via === null ? '' : `${via.host}:${via.port ?? ''}`;
  return shortened(`${request.method}\n${callKey(request, from)}\n${branch}\n${sentBy}`);
}

function inviteKey(request: SipRequest, from: Peer): string {
  return shortened(callKey(request, from));
}

function callKey(request: SipRequest, from: Peer): string {
  return `${from.transport} ${from.host}\n${callIdOf(request)}\n${cseqOf(request)?.number ?? ''}`;
}

function shortened(key: string): string {
  return key.length <= MAX_KEY_LENGTH ? key : createHash('sha256').update(key, 'latin1').digest('base64');
}
