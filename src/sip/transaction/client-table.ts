import { type Peer, samePeer } from '../peer.ts';
import { callIdOf, cseqOf, type SipRequest, type SipResponse } from '../wire/message.ts';
import { serialize } from '../wire/serialize.ts';
import { MAGIC_COOKIE, ownVia, parseVia } from '../wire/via.ts';
import { type ClientAction, type ClientMachine, NonInviteClient } from './client.ts';
import { Deadlines } from './deadlines.ts';
import { InviteClient } from './invite-client.ts';
import type { ClientId, Output, Seal } from './output.ts';
import { cancelOf, negativeAck } from './own-requests.ts';

/** Call-IDs of ended INVITEs that are remembered, so that only a 2xx to an INVITE of ours is answered with ACK and BYE. */
export const MAX_REMEMBERED_INVITES = 4096;

interface Client {
  readonly id: ClientId;
  readonly key: string;
  readonly callKey: string;
  readonly machine: ClientMachine;
  readonly request: SipRequest;
  readonly bytes: Buffer;
  readonly to: Peer;
  /** The caller has been told, or was never to be told (a CANCEL is nobody's but ours). */
  silent: boolean;
  cancelled: boolean;
  readonly deadlineMs: number;
}

/** Every request of ours that waits for its answer. */
export class ClientTable {
  readonly #byKey = new Map<string, Client>();
  readonly #byCall = new Map<string, Client>();
  readonly #invited = new Map<string, true>();
  readonly #deadlines = new Deadlines<Client>();
  readonly #random: () => string;
  readonly #seal: Seal;
  /** Answers that belong to nothing of ours. */
  unmatched = 0;

  /** @param random makes an unguessable token for branches */
  constructor(random: () => string, seal: Seal = (message) => message) {
    this.#random = random;
    this.#seal = seal;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Sends a request: Via and Max-Forwards are added. */
  request(
    request: SipRequest,
    to: Peer,
    sentBy: { readonly host: string; readonly port: number },
    nowMs: number,
  ): { transaction: ClientId; outputs: Output[] } {
    const branch = MAGIC_COOKIE + this.#random();
    const sent = withVia(request, to, sentBy, branch);
    return { transaction: branch, outputs: this.#open(branch, sent, to, nowMs) };
  }

  /** The ACK of a 2xx: outside every transaction, with a branch of its own (RFC 3261 13.2.2.4). */
  ack(ack: SipRequest, to: Peer, sentBy: { readonly host: string; readonly port: number }): Output[] {
    const sent = withVia(ack, to, sentBy, MAGIC_COOKIE + this.#random());
    return [{ type: 'send', bytes: serialize(this.#seal(sent, to)), to }];
  }

  /** The caller wants the INVITE no more: CANCEL now or when the first provisional comes; a 2xx becomes a stray. */
  cancel(transaction: ClientId, nowMs: number): Output[] {
    const client = this.#byKey.get(`${transaction}\nINVITE`);
    if (client === undefined || !(client.machine instanceof InviteClient)) return [];
    client.cancelled = true;
    return this.#run(client, client.machine.cancel(nowMs), nowMs);
  }

  /** An answer came. Matched by branch and method, else by Call-ID and CSeq (SIP-15). */
  response(response: SipResponse, from: Peer, nowMs: number): Output[] {
    const cseq = cseqOf(response);
    if (cseq === null) return [];
    const via = response.headers.list('Via')[0];
    const branch = via === undefined ? undefined : parseVia(via)?.params.get('branch');
    const callId = callIdOf(response);
    const client =
      (branch ? this.#byKey.get(`${branch}\n${cseq.method}`) : undefined) ??
      this.#byCall.get(callKey(callId, cseq.number, cseq.method));
    if (client !== undefined) {
      return this.#run(client, client.machine.response(response.status, nowMs), nowMs, response, from);
    }
    const success = response.status >= 200 && response.status < 300;
    if (success && cseq.method === 'INVITE' && this.#invited.has(callId)) {
      return [{ type: 'stray', transaction: null, response, from }];
    }
    this.unmatched += 1;
    return [];
  }

  /** Nothing can be sent to that peer any more: whoever waits for it is told. */
  unreachable(peer: Peer): Output[] {
    const outputs: Output[] = [];
    for (const client of this.#byKey.values()) {
      if (!samePeer(client.to, peer)) continue;
      const waiting = !['accepted', 'completed'].includes(client.machine.state.name);
      this.#close(client);
      if (waiting && !client.silent) outputs.push({ type: 'failed', transaction: client.id, cause: 'transport' });
    }
    return outputs;
  }

  nextMs(): number | null {
    return this.#deadlines.nextMs();
  }

  poll(nowMs: number): Output[] {
    const outputs: Output[] = [];
    for (let client = this.#deadlines.due(nowMs); client !== null; client = this.#deadlines.due(nowMs)) {
      outputs.push(...this.#run(client, client.machine.poll(nowMs), nowMs));
    }
    return outputs;
  }

  #open(branch: string, request: SipRequest, to: Peer, nowMs: number): Output[] {
    const reliable = to.transport !== 'udp';
    const machine = request.method === 'INVITE' ? new InviteClient(reliable) : new NonInviteClient(reliable);
    const client: Client = {
      id: branch,
      key: `${branch}\n${request.method}`,
      callKey: callKey(callIdOf(request), cseqOf(request)?.number ?? -1, request.method),
      machine,
      request,
      bytes: serialize(this.#seal(request, to)),
      to,
      silent: request.method === 'CANCEL',
      cancelled: false,
      get deadlineMs() {
        return machine.deadlineMs;
      },
    };
    this.#byKey.set(client.key, client);
    this.#byCall.set(client.callKey, client);
    if (request.method === 'INVITE') this.#rememberInvite(callIdOf(request));
    return this.#run(client, machine.start(nowMs), nowMs);
  }

  #run(client: Client, actions: ClientAction[], nowMs: number, response?: SipResponse, from?: Peer): Output[] {
    const outputs: Output[] = [];
    for (const action of actions) {
      if (action === 'send') outputs.push({ type: 'send', bytes: client.bytes, to: client.to });
      else if (action === 'cancel') outputs.push(...this.#open(client.id, cancelOf(client.request), client.to, nowMs));
      else if (action === 'end') this.#close(client);
      else if (action === 'timeout') {
        if (!client.silent) outputs.push({ type: 'failed', transaction: client.id, cause: 'timeout' });
      } else if (response !== undefined && from !== undefined) {
        if (action === 'ack') {
          const ack = this.#seal(negativeAck(client.request, response), client.to);
          outputs.push({ type: 'send', bytes: serialize(ack), to: client.to });
        } else if (!client.silent) {
          outputs.push(delivered(client, response, from, action === 'deliver-again'));
        }
      }
    }
    if (this.#byKey.get(client.key) === client) this.#deadlines.schedule(client);
    return outputs;
  }

  #close(client: Client): void {
    this.#byKey.delete(client.key);
    if (this.#byCall.get(client.callKey) === client) this.#byCall.delete(client.callKey);
    this.#deadlines.forget(client);
  }

  #rememberInvite(callId: string): void {
    this.#invited.delete(callId);
    this.#invited.set(callId, true);
    if (this.#invited.size <= MAX_REMEMBERED_INVITES) return;
    const oldest = this.#invited.keys().next();
    if (!oldest.done) this.#invited.delete(oldest.value);
  }
}

function delivered(client: Client, response: SipResponse, from: Peer, again: boolean): Output {
  const success = response.status >= 200 && response.status < 300;
  if (client.cancelled && success) return { type: 'stray', transaction: client.id, response, from };
  return { type: 'response', transaction: client.id, response, from, again };
}

function withVia(
  request: SipRequest,
  to: Peer,
  sentBy: { readonly host: string; readonly port: number },
  branch: string,
): SipRequest {
  const headers = request.headers.clone();
  if (headers.get('Max-Forwards') === undefined) headers.prepend('Max-Forwards', '70');
  headers.prepend('Via', ownVia(to.transport, sentBy.host, sentBy.port, branch));
  return { ...request, headers };
}

function callKey(callId: string, cseqNumber: number, method: string): string {
  return `${callId}\n${cseqNumber} ${method}`;
}
