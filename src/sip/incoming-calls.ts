import { askStanding, type Standing } from './call-info.ts';
import { GONE_WORDS, type GoneReason } from './camera/fleet.ts';
import type { Outbox } from './camera/outbox.ts';
import { type Dialogue, sameTags } from './dialog.ts';
import type { ServerId } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import type { DialogueStore, Farewells } from './farewells.ts';
import type { Expectation, IncomingCall, IncomingListener } from './incoming-call.ts';
import { acceptDialogue } from './incoming-dialogue.ts';
import type { Peer } from './peer.ts';
import { userOf } from './wire/address.ts';
import { callIdOf, type SipRequest } from './wire/message.ts';

/**
 * Calls of devices to us (GB/T 28181 9.12.1): only those that a device was told to make, from where it registered. Everybody else's
 * INVITE is refused without memory. One INVITE each; the dialogue is stored before its 200 leaves, so that its BYE is owed over restarts.
 */

export interface IncomingPorts {
  readonly exchange: Exchange;
  readonly outbox: Outbox;
  readonly store: DialogueStore;
  readonly platformId: string;
  random(): string;
  nowMs(): number;
  epochMs(): number;
  peerOf(deviceId: string): Peer | null;
  /** Whether a request in the name of this device is believed without a digest: it may come from there, and is not another device's. */
  believes(deviceId: string, from: Peer): boolean;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
}

/** Calls waited for in all: an announcement to the largest site, and as much again. */
export const MAX_EXPECTED = 4096;

interface Row {
  readonly callId: string;
  readonly deviceId: string;
  readonly invite: SipRequest;
  readonly transaction: ServerId;
  readonly from: Peer;
  dialogue: Dialogue;
  listener: IncomingListener | null;
  state: 'asked' | 'answered' | 'up' | 'ended';
  readonly ended: Promise<{ byeAnswered: boolean }>;
  settle(result: { byeAnswered: boolean }): void;
}

/** An answer to give without memory. */
interface Refusal {
  readonly status: number;
  readonly phrase: string;
}

export class IncomingCalls {
  readonly #ports: IncomingPorts;
  readonly #farewells: Farewells;
  readonly #expected = new Set<Expectation>();
  readonly #rows = new Map<string, Row>();
  readonly counters = { taken: 0, refused: 0 };

  constructor(ports: IncomingPorts, farewells: Farewells) {
    this.#ports = ports;
    this.#farewells = farewells;
  }

  /** Waits for a call of a device; the answer ends the waiting (idempotent). Null: too many are waited for. */
  expect(expectation: Expectation): (() => void) | null {
    if (this.#expected.size >= MAX_EXPECTED) return null;
    this.#expected.add(expectation);
    return () => void this.#expected.delete(expectation);
  }

  /** An INVITE: null when it was taken, else how it is refused. */
  invite(request: SipRequest, transaction: ServerId | null, from: Peer): Refusal | null {
    const refusal = this.#take(request, transaction, from);
    if (refusal !== null) this.counters.refused += 1;
    return refusal;
  }

  #take(request: SipRequest, transaction: ServerId | null, from: Peer): Refusal | null {
    const callId = callIdOf(request);
    if (this.#rows.has(callId)) return { status: 488, phrase: 'Not Acceptable Here' };
    const expectation = this.#expectationOf(request, from);
    if (expectation === null) return { status: 403, phrase: 'No Call Expected' };
    if (transaction === null) return { status: 503, phrase: 'Service Unavailable' };
    const { deviceId, targetId } = expectation;
    const dialogue = acceptDialogue(request, {
      deviceId,
      channelId: targetId,
      from,
      localTag: this.#ports.random(),
      localContact: this.#ports.exchange.contactFor(from),
      createdEpochMs: this.#ports.epochMs(),
    });
    if (dialogue === null) return { status: 400, phrase: 'Bad Request' };
    this.#expected.delete(expectation);
    this.counters.taken += 1;
    let settle: Row['settle'] = () => {};
    const ended = new Promise<{ byeAnswered: boolean }>((resolve) => {
      settle = resolve;
    });
    const row: Row = {
      callId,
      deviceId,
      invite: request,
      transaction,
      from,
      dialogue,
      listener: null,
      state: 'asked',
      ended,
      settle,
    };
    this.#rows.set(callId, row);
    row.listener = expectation.onCall(this.#handle(row));
    return null;
  }

  /** The ACK of a 200 of ours: true when it belongs to a call. */
  ack(request: SipRequest, from: Peer): boolean {
    const row = this.#rowOf(request, from);
    if (row?.state !== 'answered') return row !== null;
    row.state = 'up';
    row.listener?.onUp();
    return true;
  }

  /** A CANCEL: true when it belongs to a call. Behind our 200 it changes nothing (RFC 3261 9.2). */
  cancel(request: SipRequest, from: Peer): boolean {
    const row = this.#rowOf(request, from);
    if (row === null) return false;
    if (row.state === 'asked') {
      this.#respond(row, 487, 'Request Terminated');
      this.#end(row, true, 'the device cancelled its call');
    }
    return true;
  }

  /** A BYE of a device: true when it belongs to a call, which is over then. */
  bye(request: SipRequest, from: Peer): boolean {
    const row = this.#rowOf(request, from);
    if (row === null) return false;
    if (row.state === 'asked') this.#respond(row, 487, 'Request Terminated');
    this.#ports.store.delete(row.callId);
    this.#end(row, true, 'the device ended the call');
    return true;
  }

  /** No ACK came for our 200 (RFC 3261 13.3.1.4): it is ended by BYE. */
  unacknowledged(transaction: ServerId): void {
    for (const row of [...this.#rows.values()])
      if (row.transaction === transaction && row.state === 'answered')
        this.#sayBye(row, 'the device did not acknowledge our answer');
  }

  /** The device is gone. */
  gone(deviceId: string, reason: GoneReason): void {
    for (const row of [...this.#rows.values()].filter((each) => each.deviceId === deviceId)) {
      if (row.state === 'asked') this.#end(row, true, GONE_WORDS[reason]);
      else this.#sayBye(row, GONE_WORDS[reason]);
    }
  }

  /** Nobody will answer any more; what is stored is ended by the next run. */
  close(): void {
    this.#expected.clear();
    for (const row of this.#rows.values()) row.settle({ byeAnswered: false });
    this.#rows.clear();
  }

  /** Calls that are not over. */
  get size(): number {
    return this.#rows.size;
  }

  /** Calls that are waited for. */
  get expected(): number {
    return this.#expected.size;
  }

  /**
   * Which of the calls that are waited for this is: that of the channel which it names, else the oldest of that device. Some name ids
   * that nobody knows, or the device where the channel was told (TK-2): the address says which device it is.
   */
  #expectationOf(request: SipRequest, from: Peer): Expectation | null {
    const here = [...this.#expected].filter(({ deviceId }) => this.#ports.believes(deviceId, from));
    const subject = request.headers.get('Subject') ?? '';
    const named = [
      userOf(request.headers.get('From')),
      request.uri.user,
      userOf(request.headers.get('To')),
      userOf(request.headers.list('Contact')[0]),
      ...subject.split(',').map((part) => part.trim().split(':')[0] ?? ''),
    ];
    const exact = here.find(({ targetId }) => named.includes(targetId));
    if (exact !== undefined) return exact;
    const found = here.find(({ deviceId }) => named.includes(deviceId)) ?? here[0] ?? null;
    if (found !== null)
      this.#ports.found(
        found.deviceId,
        'TK-2',
        `its call for a voice names ${named[0] ?? 'nobody'}, not the channel ${found.targetId} that was told to call`,
      );
    return found;
  }

  #handle(row: Row): IncomingCall {
    return {
      callId: row.callId,
      offer: Buffer.from(row.invite.body).toString('utf8'),
      from: row.from,
      answer: (sdp) => {
        if (row.state !== 'asked') return;
        row.state = 'answered';
        this.#ports.store.put(row.dialogue);
        this.#respond(row, 200, 'OK', sdp);
      },
      refuse: (status, phrase) => {
        if (row.state !== 'asked') return;
        this.#respond(row, status, phrase);
        this.#end(row, true, null);
      },
      hangUp: () => {
        if (row.state === 'asked') {
          this.#respond(row, 480, 'Temporarily Unavailable');
          this.#end(row, true, null);
        } else if (row.state !== 'ended') this.#sayBye(row, null);
        return row.ended;
      },
      stands: () => askStanding(this.#standingOf(row), this.#ports),
    };
  }

  #standingOf(row: Row): Standing {
    return {
      deviceId: row.deviceId,
      dialogue: () => (row.state === 'up' ? row.dialogue : null),
      keep: (counted) => {
        row.dialogue = counted;
      },
    };
  }

  #respond(row: Row, status: number, phrase: string, sdp?: string): void {
    const { exchange, nowMs } = this.#ports;
    const described =
      sdp === undefined
        ? {}
        : {
            headers: [
              ['Contact', `<${row.dialogue.localContact}>`],
              ['Content-Type', 'APPLICATION/SDP'],
            ] as const,
            body: Buffer.from(sdp, 'utf8'),
          };
    const answer = { status, phrase, toTag: row.dialogue.localTag, ...described };
    exchange.respond(row.invite, row.transaction, row.from, answer, nowMs());
  }

  /** Of that Call-ID, from the other end: it knows both tags, or is where the device is. */
  #rowOf(request: SipRequest, from: Peer): Row | null {
    const row = this.#rows.get(callIdOf(request));
    if (row === undefined) return null;
    const home = (this.#ports.peerOf(row.deviceId) ?? row.from).host === from.host;
    return home || sameTags(request, row.dialogue) ? row : null;
  }

  #sayBye(row: Row, reason: string | null): void {
    this.#leave(row);
    this.#farewells.say(row.dialogue, (byeAnswered) => row.settle({ byeAnswered }));
    if (reason !== null) row.listener?.onEnd(reason);
  }

  #end(row: Row, byeAnswered: boolean, reason: string | null): void {
    this.#leave(row);
    row.settle({ byeAnswered });
    if (reason !== null) row.listener?.onEnd(reason);
  }

  #leave(row: Row): void {
    row.state = 'ended';
    this.#rows.delete(row.callId);
  }
}
