import type { Outbox } from './camera/outbox.ts';
import { buildBye, type Dialogue } from './dialog.ts';
import type { Exchange } from './exchange.ts';
import type { Peer } from './peer.ts';
import type { SipRequest, SipResponse } from './wire/message.ts';

/**
 * BYEs: said, answered, or owed. A lost BYE is a camera that keeps sending, the worst fault of a system like this (INV-8); so a
 * dialogue stays in the store until the device has answered, over restarts, and its BYE is said again when the device comes back.
 */

/** Where open dialogues are kept. */
export interface DialogueStore {
  all(): Dialogue[];
  put(dialogue: Dialogue): void;
  delete(callId: string): void;
}

export interface FarewellPorts {
  exchange: Exchange;
  outbox: Outbox;
  store: DialogueStore;
  peerOf(deviceId: string): Peer | null;
  nowMs(): number;
  epochMs(): number;
}

/** A BYE holds the line of its device until its answer, at most so long. */
const BYE_HOLD_MS = 2_000;
/** Dialogues whose BYE is owed; beyond that the oldest is given up. */
export const MAX_OWED = 10_000;
/** A dialogue this old is dead on any device. */
export const MAX_OWED_AGE_MS = 7 * 86_400_000;

export class Farewells {
  readonly #ports: FarewellPorts;
  /** Dialogues without a call: their BYE is owed. */
  readonly #owed = new Map<string, Dialogue>();
  /** Those whose BYE is on its way. */
  readonly #saying = new Map<string, (byeAnswered: boolean) => void>();
  readonly counters = { byes: 0, byesUnanswered: 0 };

  /** Dialogues found in the store belong to an earlier run. */
  constructor(ports: FarewellPorts) {
    this.#ports = ports;
    const epochMs = ports.epochMs();
    for (const dialogue of ports.store.all()) {
      if (epochMs - dialogue.createdEpochMs > MAX_OWED_AGE_MS) ports.store.delete(dialogue.callId);
      else this.#owe(dialogue);
    }
  }

  /** Says BYE to a dialogue; `heard` learns once whether the device answered it with a 2xx. */
  say(dialogue: Dialogue, heard: (byeAnswered: boolean) => void): void {
    if (this.#saying.has(dialogue.callId)) return;
    this.#saying.set(dialogue.callId, heard);
    const run = (done: (nowMs: number) => void, nowMs: number): void => {
      const peer = this.#ports.peerOf(dialogue.deviceId);
      if (peer === null || !this.#saying.has(dialogue.callId)) {
        done(nowMs);
        this.#over(dialogue, 'unheard');
        return;
      }
      const { request, dialogue: counted } = buildBye(dialogue);
      this.#ports.store.put(counted);
      this.counters.byes += 1;
      const waiting = {
        onResponse: (response: SipResponse, _: Peer, atMs: number) => {
          if (response.status < 200) return;
          done(atMs);
          // 481 and the like: the device knows no such call, but nobody confirmed that it stopped sending
          this.#over(counted, response.status < 300 ? 'answered' : 'refused');
        },
        onFailed: (_: string, atMs: number) => {
          done(atMs);
          this.#over(counted, 'unheard');
        },
      };
      this.#ports.exchange.request(request, peer, waiting, nowMs);
    };
    this.#ports.outbox.add(dialogue.deviceId, { urgent: true, holdMs: BYE_HOLD_MS, run }, this.#ports.nowMs());
  }

  /** Says a BYE that nothing is kept for. */
  once(bye: SipRequest, to: Peer, nowMs: number): void {
    this.counters.byes += 1;
    this.#ports.exchange.request(bye, to, { onResponse: () => {}, onFailed: () => {} }, nowMs);
  }

  /** The device came back, or this process has just started: what is owed is said now; to all devices or one, for all channels or one. */
  sayOwed(deviceId: string | null, channelId: string | null = null): void {
    for (const dialogue of [...this.#owed.values()]) {
      if (deviceId !== null && dialogue.deviceId !== deviceId) continue;
      if (channelId !== null && dialogue.channelId !== channelId) continue;
      if (this.#ports.peerOf(dialogue.deviceId) !== null) this.say(dialogue, () => {});
    }
  }

  /** The device itself ended a dialogue that is owed or being ended. */
  settledBy(callId: string): boolean {
    const dialogue = this.#owed.get(callId);
    const known = dialogue !== undefined || this.#saying.has(callId);
    if (!known) return false;
    this.#owed.delete(callId);
    this.#ports.store.delete(callId);
    const heard = this.#saying.get(callId);
    this.#saying.delete(callId);
    heard?.(true);
    return true;
  }

  /** A deleted device is owed nothing. */
  forgetDevice(deviceId: string): void {
    for (const dialogue of [...this.#owed.values()]) {
      if (dialogue.deviceId !== deviceId) continue;
      this.#owed.delete(dialogue.callId);
      this.#ports.store.delete(dialogue.callId);
    }
  }

  /** Nobody will answer any more; what is owed stays in the store. */
  close(): void {
    for (const heard of this.#saying.values()) heard(false);
    this.#saying.clear();
  }

  get owed(): number {
    return this.#owed.size;
  }

  get saying(): number {
    return this.#saying.size;
  }

  #over(dialogue: Dialogue, how: 'answered' | 'refused' | 'unheard'): void {
    const heard = this.#saying.get(dialogue.callId);
    if (heard === undefined) return; // the device ended it itself meanwhile
    this.#saying.delete(dialogue.callId);
    if (how === 'unheard') {
      this.counters.byesUnanswered += 1;
      this.#owe(dialogue);
    } else {
      this.#owed.delete(dialogue.callId);
      this.#ports.store.delete(dialogue.callId);
    }
    heard(how === 'answered');
  }

  #owe(dialogue: Dialogue): void {
    this.#owed.delete(dialogue.callId);
    this.#owed.set(dialogue.callId, dialogue);
    if (this.#owed.size <= MAX_OWED) return;
    const oldest = this.#owed.keys().next().value;
    if (oldest === undefined) return;
    this.#owed.delete(oldest);
    this.#ports.store.delete(oldest);
  }
}
