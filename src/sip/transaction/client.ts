import { T2_MS, timerMs } from './deadlines.ts';

/** What a client transaction wants done, in order. */
export type ClientAction =
  | 'send' // (again) the request
  | 'ack' // the failure that just came, or came again
  | 'deliver' // the response to the caller
  | 'deliver-again' // a 2xx to an INVITE that came before: the dialogue has to ACK it again
  | 'cancel' // the CANCEL may leave now
  | 'timeout' // tell the caller that nobody answered
  | 'end'; // forget the transaction

/** A client transaction: non-INVITE here, INVITE in its own file. Times are monotonic milliseconds. */
export interface ClientMachine {
  readonly state: { readonly name: string };
  readonly deadlineMs: number;
  start(nowMs: number): ClientAction[];
  response(status: number, nowMs: number): ClientAction[];
  poll(nowMs: number): ClientAction[];
}

/** RFC 3261 figure 6. */
export type NonInviteClientState =
  | { readonly name: 'trying' | 'proceeding'; resendAtMs: number; intervalMs: number; readonly giveUpAtMs: number }
  | { readonly name: 'completed'; readonly endAtMs: number }
  | { readonly name: 'terminated' };

/** Any request but INVITE and ACK, from our side (RFC 3261 17.1.2). */
export class NonInviteClient implements ClientMachine {
  state: NonInviteClientState = { name: 'terminated' };
  readonly #reliable: boolean;

  constructor(reliable: boolean) {
    this.#reliable = reliable;
  }

  get deadlineMs(): number {
    const state = this.state;
    if (state.name === 'terminated') return Number.POSITIVE_INFINITY;
    return state.name === 'completed' ? state.endAtMs : Math.min(state.resendAtMs, state.giveUpAtMs);
  }

  /** → trying: the request leaves, timers E and F start. */
  start(nowMs: number): ClientAction[] {
    const intervalMs = timerMs('E', this.#reliable);
    const giveUpAtMs = nowMs + timerMs('F', this.#reliable);
    this.state = { name: 'trying', resendAtMs: nowMs + intervalMs, intervalMs, giveUpAtMs };
    return ['send'];
  }

  response(status: number, nowMs: number): ClientAction[] {
    const state = this.state;
    if (state.name !== 'trying' && state.name !== 'proceeding') return []; // 17.1.2.2: retransmitted finals are absorbed
    if (status < 200) {
      this.state = { ...state, name: 'proceeding' };
      return ['deliver'];
    }
    const lingerMs = timerMs('K', this.#reliable);
    this.state = lingerMs > 0 ? { name: 'completed', endAtMs: nowMs + lingerMs } : { name: 'terminated' };
    return lingerMs > 0 ? ['deliver'] : ['deliver', 'end'];
  }

  poll(nowMs: number): ClientAction[] {
    const state = this.state;
    if (state.name === 'terminated') return [];
    if (state.name === 'completed') {
      if (nowMs < state.endAtMs) return [];
      this.state = { name: 'terminated' };
      return ['end'];
    }
    if (nowMs >= state.giveUpAtMs) {
      this.state = { name: 'terminated' };
      return ['timeout', 'end'];
    }
    if (nowMs < state.resendAtMs) return [];
    // In trying E doubles up to T2; once proceeding it is T2 (17.1.2.2).
    state.intervalMs = state.name === 'proceeding' ? T2_MS : Math.min(2 * state.intervalMs, T2_MS);
    state.resendAtMs = nowMs + state.intervalMs;
    return ['send'];
  }
}
