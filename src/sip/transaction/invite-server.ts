import { T2_MS, timerMs } from './deadlines.ts';
import type { ServerAction, ServerMachine } from './server.ts';

/** RFC 3261 figure 7, with the accepted state of RFC 6026 figure 5. */
export type InviteServerState =
  | {
      readonly name: 'proceeding';
      readonly tryingAtMs: number;
      readonly forgetAtMs: number;
      readonly answered: boolean;
    }
  | {
      readonly name: 'completed' | 'accepted';
      readonly resendAtMs: number;
      readonly intervalMs: number;
      readonly giveUpAtMs: number;
    }
  | { readonly name: 'confirmed'; readonly endAtMs: number }
  | { readonly name: 'terminated' };

/**
 * An INVITE from the other side (RFC 3261 17.2.1). The 2xx is retransmitted here until its ACK comes, on every transport
 * (13.3.1.4 gives that to the user of the transaction, which would need the same timers once more).
 */
export class InviteServer implements ServerMachine {
  state: InviteServerState = { name: 'terminated' };
  readonly #reliable: boolean;

  constructor(reliable: boolean) {
    this.#reliable = reliable;
  }

  get deadlineMs(): number {
    const state = this.state;
    if (state.name === 'proceeding') return Math.min(state.tryingAtMs, state.forgetAtMs);
    if (state.name === 'completed' || state.name === 'accepted') return Math.min(state.resendAtMs, state.giveUpAtMs);
    return state.name === 'confirmed' ? state.endAtMs : Number.POSITIVE_INFINITY;
  }

  /** → proceeding: the INVITE goes to our side; 100 follows when it stays silent. */
  start(nowMs: number): void {
    this.state = {
      name: 'proceeding',
      tryingAtMs: nowMs + timerMs('trying', this.#reliable),
      forgetAtMs: nowMs + timerMs('C', this.#reliable),
      answered: false,
    };
  }

  /** Proceeding: the last provisional again. Completed: the failure again. Accepted: absorbed, timer G sends (RFC 6026 8.7). */
  retransmitted(): ServerAction[] {
    const state = this.state;
    return state.name === 'completed' || (state.name === 'proceeding' && state.answered) ? ['send'] : [];
  }

  respond(status: number, nowMs: number): ServerAction[] {
    const state = this.state;
    if (state.name !== 'proceeding') return [];
    if (status < 200) {
      this.state = { ...state, answered: true, tryingAtMs: Number.POSITIVE_INFINITY };
      return ['send'];
    }
    const accepted = status < 300;
    const intervalMs = timerMs('G', accepted ? false : this.#reliable);
    this.state = {
      name: accepted ? 'accepted' : 'completed',
      resendAtMs: nowMs + intervalMs,
      intervalMs,
      giveUpAtMs: nowMs + timerMs(accepted ? 'L' : 'H', this.#reliable),
    };
    return ['send'];
  }

  /** The ACK came. For a failure the transaction absorbs it; that for a 2xx goes to our side as well. */
  acknowledged(nowMs: number): ServerAction[] {
    const state = this.state;
    if (state.name === 'accepted') {
      this.state = { ...state, resendAtMs: Number.POSITIVE_INFINITY, intervalMs: 0 };
      return [];
    }
    if (state.name !== 'completed') return [];
    const lingerMs = timerMs('I', this.#reliable);
    this.state = lingerMs > 0 ? { name: 'confirmed', endAtMs: nowMs + lingerMs } : { name: 'terminated' };
    return lingerMs > 0 ? [] : ['end'];
  }

  poll(nowMs: number): ServerAction[] {
    const state = this.state;
    if (state.name === 'terminated' || nowMs < this.deadlineMs) return [];
    if (state.name === 'proceeding' && nowMs < state.forgetAtMs) {
      this.state = { ...state, answered: true, tryingAtMs: Number.POSITIVE_INFINITY };
      return ['send-trying'];
    }
    if ((state.name === 'completed' || state.name === 'accepted') && nowMs < state.giveUpAtMs) {
      const intervalMs = Math.min(2 * state.intervalMs, T2_MS);
      this.state = { ...state, intervalMs, resendAtMs: nowMs + intervalMs };
      return ['send'];
    }
    this.state = { name: 'terminated' };
    return state.name === 'accepted' && state.resendAtMs !== Number.POSITIVE_INFINITY
      ? ['unacknowledged', 'end']
      : ['end'];
  }
}
