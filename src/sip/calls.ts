import type { Call, InviteFailure, InviteOptions } from './call.ts';
import { askStanding, sendInfo, standingOf } from './call-info.ts';
import type { CallRow } from './call-row.ts';
import { GONE_WORDS, type GoneReason } from './camera/fleet.ts';
import type { Outbox } from './camera/outbox.ts';
import { buildAck, buildInvite, confirmDialogue, endStray, openDialogue, sameTags } from './dialog.ts';
import { bracketed, type Exchange } from './exchange.ts';
import type { DialogueStore, Farewells } from './farewells.ts';
import type { Peer } from './peer.ts';
import { responseFindings } from './response-findings.ts';
import { userOf } from './wire/address.ts';
import { callIdOf, type SipRequest, type SipResponse } from './wire/message.ts';

/** Calls of ours: one INVITE each, with its dialogue stored before it leaves, its ACKs, its CANCEL and its BYE (RFC 3261 13, 15; GB/T 28181 9.2). */

export interface CallsPorts {
  exchange: Exchange;
  outbox: Outbox;
  peerOf(deviceId: string): Peer | null;
  store: DialogueStore;
  random(): string;
  nowMs(): number;
  epochMs(): number;
  platformId: string;
  domain: string;
  /** An answer came from the device: a sign of life. */
  seen(deviceId: string, nowMs: number): void;
  /** A deviation of this device was tolerated. */
  found(deviceId: string, code: string, detail: string): void;
}

/** An INVITE waits this long for its turn behind others to the same device. */
export const QUEUE_MS = 60_000;
/** After a CANCEL the 487 frees the line; a device that never sends it must not block it longer than this. */
export const CANCEL_HOLD_MS = 2_000;
/** A 200 that comes so often beyond its first time takes no notice of ACKs (INV-1): by RFC 3261 13.3.1.4 that is 7.5 s of them. */
const COPIES_DESPITE_ACK = 4;

export class Calls {
  readonly #ports: CallsPorts;
  readonly #rows = new Map<string, CallRow>();
  readonly #farewells: Farewells;
  readonly counters = {
    invites: 0,
    answered: 0,
    failed: 0,
    byesReceived: 0,
    byesStrange: 0,
    byesRefused: 0,
    strayAnswers: 0,
  };

  constructor(ports: CallsPorts, farewells: Farewells) {
    this.#ports = ports;
    this.#farewells = farewells;
  }

  /** Begins a call. Callbacks come later, never from inside. */
  invite(options: InviteOptions): Call {
    let settle: CallRow['settle'] = () => {};
    const ended = new Promise<{ byeAnswered: boolean }>((resolve) => {
      settle = resolve;
    });
    const callId = this.#ports.random();
    const deadlineMs = this.#ports.nowMs() + QUEUE_MS;
    const row: CallRow = {
      options,
      callId,
      state: 'queued',
      dialogue: null,
      transaction: null,
      deadlineMs,
      free: null,
      ended,
      settle,
    };
    this.#rows.set(callId, row);
    queueMicrotask(() => this.#enqueue(row));
    return {
      callId,
      get answered() {
        return row.state === 'up';
      },
      hangUp: () => {
        this.#hangUp(row);
        return row.ended;
      },
      info: (contentType, body) => sendInfo(row, this.#ports, contentType, body),
      stands: () => askStanding(standingOf(row), this.#ports),
    };
  }

  /** A BYE of a device: true when it belongs to a call. By Call-ID the call is over then, by the channel it names its owner decides (INV-7). */
  bye(request: SipRequest, from: Peer): boolean {
    this.counters.byesReceived += 1;
    const taken = this.#takeBye(request, from);
    if (!taken) this.counters.byesRefused += 1;
    return taken;
  }

  #takeBye(request: SipRequest, from: Peer): boolean {
    const row = this.#rows.get(callIdOf(request));
    if (row === undefined) return this.#strangeBye(request, from) || this.#farewells.settledBy(callIdOf(request));
    const home = this.#ports.peerOf(row.options.deviceId)?.host === from.host;
    // whoever knows the Call-ID and the tags is the other end, or on the path; anybody else has to be where the device is
    if (!home && !sameTags(request, row.dialogue)) return false;
    if (row.state === 'up') {
      if (!sameTags(request, row.dialogue))
        this.#ports.found(row.options.deviceId, 'INV-7', 'its BYE has the right Call-ID and other tags');
      this.#forget(row);
      this.#end(row, { byeAnswered: true });
      row.options.onBye('the device ended the call');
    } else if (row.state === 'inviting') {
      // before its own answer: the transaction stays, so that an answer that still comes is ended as well
      this.#hangUp(row);
      row.options.onFailure({ kind: 'rejected', status: 487, reason: 'BYE before the answer' });
    }
    return true;
  }

  /**
   * Whose footage a message from that address is about, when its From names nobody known (PB-1): of the call with its Call-ID, else of
   * the only call for footage of the channel it names, else of the only one there.
   */
  footageFrom(callId: string, user: string, from: Peer): string | null {
    const here = [...this.#rows.values()].filter(
      (row) => row.state === 'up' && this.#ports.peerOf(row.options.deviceId)?.host === from.host,
    );
    const named = here.find((row) => row.callId === callId);
    const footage = here.filter((row) => row.options.onMediaStatus !== undefined);
    const ofChannel = footage.filter((row) => row.options.channelId === user);
    const only = ofChannel.length > 0 ? ofChannel[0] : footage.length === 1 ? footage[0] : undefined;
    return (named ?? only)?.options.deviceId ?? null;
  }

  /** A MediaStatus of a device: of the call with its Call-ID, else of its only call for footage of the channel named, else of its only one at all (PB-1). */
  mediaStatus(deviceId: string, callId: string, named: readonly (string | null)[], notifyType: string): boolean {
    const footage = [...this.#rows.values()].filter(
      (row) => row.options.deviceId === deviceId && row.state === 'up' && row.options.onMediaStatus !== undefined,
    );
    const exact = footage.find((row) => row.callId === callId);
    const ofChannel = footage.filter((row) => named.includes(row.options.channelId));
    const found = exact ?? (ofChannel.length === 1 ? ofChannel[0] : footage.length === 1 ? footage[0] : undefined);
    if (found === undefined) return false;
    if (exact === undefined)
      this.#ports.found(deviceId, 'PB-1', `its MediaStatus ${notifyType} came outside of the dialogue of its call`);
    found.options.onMediaStatus?.(notifyType);
    return true;
  }

  /** The device is gone: what was up is over, what was to come up has failed. */
  gone(deviceId: string, reason: GoneReason): void {
    for (const row of [...this.#rows.values()].filter((r) => r.options.deviceId === deviceId)) {
      const { state } = row;
      if (state === 'up') {
        this.#sayBye(row);
        row.options.onBye(GONE_WORDS[reason]);
      } else {
        this.#hangUp(row);
        if (state === 'queued' || state === 'inviting') row.options.onFailure({ kind: 'unreachable' });
      }
    }
  }

  /** A 2xx nobody waits for: ACK, and BYE at once (INV-3). */
  stray(response: SipResponse, from: Peer, nowMs: number): void {
    const row = this.#rows.get(callIdOf(response));
    if (row?.state === 'up') {
      // its transaction is over, the call is not: the device still waits for the ACK (INV-1)
      this.#ack(row, nowMs);
      return;
    }
    this.counters.strayAnswers += 1;
    if (row?.dialogue != null) {
      // it was cancelled, and the answer crossed: the dialogue exists, so it is ended like any other
      row.dialogue = confirmDialogue(row.dialogue, response);
      this.#ports.exchange.ack(buildAck(row.dialogue), this.#ports.peerOf(row.options.deviceId) ?? from, nowMs);
      this.#release(row, nowMs);
      this.#sayBye(row);
      return;
    }
    const ends = endStray(response, from);
    if (ends === null) return;
    this.#ports.exchange.ack(ends.ack, from, nowMs);
    this.#farewells.once(ends.bye, from, nowMs);
  }

  poll(nowMs: number): void {
    for (const row of this.#rows.values()) {
      if (nowMs < row.deadlineMs) continue;
      if (row.state === 'queued') {
        this.#fail(row, { kind: 'timeout' }, true);
      } else if (row.state === 'inviting') {
        // 64·T1 is the transaction's patience, the owner's is shorter (INV-2); the line waits for the 487 like any other's
        this.#hangUp(row);
        this.counters.failed += 1;
        row.options.onFailure({ kind: 'timeout' });
      } else if (row.state === 'cancelling') this.#release(row, nowMs);
    }
  }

  /** Nobody will answer any more. Dialogues that exist stay in the store: the next run ends them. */
  close(): void {
    for (const row of this.#rows.values()) row.settle({ byeAnswered: false });
    this.#rows.clear();
  }

  /** Calls that are not over. */
  get size(): number {
    return this.#rows.size;
  }

  #enqueue(row: CallRow): void {
    if (row.state !== 'queued') return;
    // a device with few sessions answers 486 while it holds the old one (INV-4)
    this.#farewells.sayOwed(row.options.deviceId, row.options.channelId);
    const task = {
      urgent: false,
      holdMs: null,
      run: (done: (nowMs: number) => void, nowMs: number) => {
        if (row.state !== 'queued') done(nowMs);
        else this.#send(row, done, nowMs);
      },
    };
    if (!this.#ports.outbox.add(row.options.deviceId, task, this.#ports.nowMs()))
      this.#fail(row, { kind: 'unreachable' }, true);
  }

  #send(row: CallRow, done: (nowMs: number) => void, nowMs: number): void {
    const { deviceId, channelId, idForm, subject, sdp, timeoutMs } = row.options;
    const { exchange, platformId, domain } = this.#ports;
    const peer = this.#ports.peerOf(deviceId);
    if (peer === null) {
      done(nowMs);
      this.#fail(row, { kind: 'unreachable' }, true);
      return;
    }
    row.dialogue = openDialogue({
      callId: row.callId,
      deviceId,
      channelId,
      localUri: `sip:${platformId}@${domain}`,
      localTag: this.#ports.random(),
      remoteUri: `sip:${idForm === 'device' ? deviceId : channelId}@${bracketed(peer.host)}:${peer.port}`,
      localContact: exchange.contactFor(peer),
      createdEpochMs: this.#ports.epochMs(),
    });
    // before it leaves: a gateway that dies now knows after its restart what to end (INV-8)
    this.#ports.store.put(row.dialogue);
    row.state = 'inviting';
    row.free = done;
    row.deadlineMs = nowMs + timeoutMs;
    this.counters.invites += 1;
    let again = 0;
    const waiting = {
      onResponse: (response: SipResponse, from: Peer, atMs: number) => this.#response(row, response, from, atMs),
      onFailed: (cause: 'timeout' | 'transport', atMs: number) => this.#noAnswer(row, cause, atMs),
      onAgain: (_: SipResponse, atMs: number) => {
        this.#ack(row, atMs);
        // fewer are a lost ACK, or a device too busy to read it for some seconds
        if (++again >= COPIES_DESPITE_ACK)
          this.#ports.found(deviceId, 'INV-1', `its 200 to INVITE came ${again + 1} times, ACKed each time`);
      },
    };
    row.transaction = exchange.request(
      buildInvite(row.dialogue, subject, Buffer.from(sdp, 'utf8')),
      peer,
      waiting,
      nowMs,
    );
  }

  #response(row: CallRow, response: SipResponse, from: Peer, nowMs: number): void {
    this.#ports.seen(row.options.deviceId, nowMs);
    if (response.status < 200) {
      if (row.state === 'inviting') row.options.onProvisional(response.status);
      return;
    }
    if (response.status < 300) {
      if (row.dialogue === null || row.state !== 'inviting') return;
      row.dialogue = confirmDialogue(row.dialogue, response);
      row.state = 'up';
      row.deadlineMs = Number.POSITIVE_INFINITY;
      this.#ports.store.put(row.dialogue);
      // to where the device is, whatever its Contact says: some answer with a private one, or with ours (SIP-4)
      this.#ack(row, nowMs);
      this.#release(row, nowMs);
      this.counters.answered += 1;
      const text = response.body.length === 0 ? null : Buffer.from(response.body).toString('utf8');
      row.options.onAnswer({ sdp: text, from, findings: responseFindings(row.dialogue, response, from) });
      return;
    }
    const wasWanted = row.state === 'inviting';
    this.#forget(row);
    this.#release(row, nowMs);
    this.#end(row, { byeAnswered: true });
    if (!wasWanted) return;
    this.counters.failed += 1;
    row.options.onFailure({ kind: 'rejected', status: response.status, reason: response.reason });
  }

  /** No final answer at all. The device may have begun all the same, so the caller is told that nothing was confirmed. */
  #noAnswer(row: CallRow, cause: 'timeout' | 'transport', nowMs: number): void {
    const wasWanted = row.state === 'inviting';
    this.#release(row, nowMs);
    this.#forget(row);
    this.#end(row, { byeAnswered: cause === 'transport' });
    if (!wasWanted) return;
    this.counters.failed += 1;
    row.options.onFailure(cause === 'timeout' ? { kind: 'timeout' } : { kind: 'unreachable' });
  }

  #ack(row: CallRow, nowMs: number): void {
    const peer = this.#ports.peerOf(row.options.deviceId);
    if (peer !== null && row.dialogue !== null) this.#ports.exchange.ack(buildAck(row.dialogue), peer, nowMs);
  }

  #hangUp(row: CallRow): void {
    const nowMs = this.#ports.nowMs();
    if (row.state === 'queued') this.#end(row, { byeAnswered: true });
    else if (row.state === 'inviting') {
      row.state = 'cancelling';
      row.deadlineMs = nowMs + CANCEL_HOLD_MS;
      if (row.transaction !== null) this.#ports.exchange.cancel(row.transaction, nowMs);
    } else if (row.state === 'up') this.#sayBye(row);
  }

  /** Ends a dialogue that exists. The row is over at once; its promise waits for the device. */
  #sayBye(row: CallRow): void {
    const { dialogue } = row;
    this.#rows.delete(row.callId);
    row.state = 'ended';
    this.#unlink(row);
    if (dialogue === null) row.settle({ byeAnswered: true });
    else this.#farewells.say(dialogue, (byeAnswered) => row.settle({ byeAnswered }));
  }

  /** A BYE outside of every dialogue: true when it can only mean one call of the device at that address. */
  #strangeBye(request: SipRequest, from: Peer): boolean {
    const named = [userOf(request.headers.get('From')), request.uri.user, userOf(request.headers.get('To'))];
    const here = [...this.#rows.values()].filter(
      (row) => row.state === 'up' && this.#ports.peerOf(row.options.deviceId)?.host === from.host,
    );
    const byChannel = here.filter((row) => named.includes(row.options.channelId));
    const byDevice = here.filter((row) => named.includes(row.options.deviceId));
    // one call only: guessing among several would end the wrong one
    const found = byChannel.length === 1 ? byChannel[0] : byDevice.length === 1 ? byDevice[0] : undefined;
    if (found === undefined) return false;
    this.counters.byesStrange += 1;
    found.options.onDoubtfulBye(`a BYE from ${from.host}:${from.port} names the channel, but another Call-ID`);
    return true;
  }

  #fail(row: CallRow, failure: InviteFailure, byeAnswered: boolean): void {
    this.#end(row, { byeAnswered });
    this.counters.failed += 1;
    row.options.onFailure(failure);
  }

  #end(row: CallRow, result: { byeAnswered: boolean }): void {
    row.state = 'ended';
    this.#rows.delete(row.callId);
    this.#unlink(row);
    this.#release(row, this.#ports.nowMs());
    row.settle(result);
  }

  /** Nothing is expected for its INVITE any more. */
  #unlink(row: CallRow): void {
    if (row.transaction !== null) this.#ports.exchange.forget(row.transaction);
  }

  #forget(row: CallRow): void {
    if (row.dialogue !== null) this.#ports.store.delete(row.callId);
  }

  #release(row: CallRow, nowMs: number): void {
    const { free } = row;
    row.free = null;
    free?.(nowMs);
  }
}
