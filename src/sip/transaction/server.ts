import { timerMs } from './deadlines.ts';

/** What a server transaction wants done, in order. */
export type ServerAction =
  | 'send' // (again) the last response
  | 'send-trying' // 100 Trying, because our side takes its time
  | 'unacknowledged' // tell our side that no ACK came for its 2xx
  | 'end'; // forget the transaction

/** A server transaction: non-INVITE here, INVITE in its own file. Times are monotonic milliseconds. */
export interface ServerMachine {
  readonly state: { readonly name: string };
  readonly deadlineMs: number;
  start(nowMs: number): void;
  /** The same request came again. */
  retransmitted(nowMs: number): ServerAction[];
  /** Our side answers. */
  respond(status: number, nowMs: number): ServerAction[];
  poll(nowMs: number): ServerAction[];
}

/** RFC 3261 figure 8. */
export type NonInviteServerState =
  | { readonly name: 'trying' | 'proceeding'; readonly forgetAtMs: number }
  | { readonly name: 'completed'; readonly endAtMs: number }
  | { readonly name: 'terminated' };

/** Any request but INVITE and ACK, from the other side (RFC 3261 17.2.2). */
export class NonInviteServer implements ServerMachine {
  state: NonInviteServerState = { name: 'terminated' };
  readonly #reliable: boolean;

  constructor(reliable: boolean) {
    this.#reliable = reliable;
  }

  get deadlineMs(): number {
    const state = this.state;
    if (state.name === 'terminated') return Number.POSITIVE_INFINITY;
    return state.name === 'completed' ? state.endAtMs : state.forgetAtMs;
  }

  /** → trying: the request goes to our side. */
  start(nowMs: number): void {
    this.state = { name: 'trying', forgetAtMs: nowMs + timerMs('unanswered', this.#reliable) };
  }

  /** Trying: dropped, our side is at it. Proceeding, completed: the last response again (17.2.2). */
  retransmitted(): ServerAction[] {
    return this.state.name === 'proceeding' || this.state.name === 'completed' ? ['send'] : [];
  }

  respond(status: number, nowMs: number): ServerAction[] {
    const state = this.state;
    if (state.name !== 'trying' && state.name !== 'proceeding') return []; // 17.2.2: a second final is dropped
    if (status < 200) {
      this.state = { ...state, name: 'proceeding' };
      return ['send'];
    }
    const lingerMs = timerMs('J', this.#reliable);
    this.state = lingerMs > 0 ? { name: 'completed', endAtMs: nowMs + lingerMs } : { name: 'terminated' };
    return lingerMs > 0 ? ['send'] : ['send', 'end'];
  }

  poll(nowMs: number): ServerAction[] {
    if (this.state.name === 'terminated' || nowMs < this.deadlineMs) return [];
    this.state = { name: 'terminated' };
    return ['end'];
  }
}
