import type { ClientAction, ClientMachine } from './client.ts';
import { timerMs } from './deadlines.ts';

/** RFC 3261 figure 5, with the accepted state of RFC 6026 figure 3. */
export type InviteClientState =
  | {
      readonly name: 'calling';
      readonly resendAtMs: number;
      readonly intervalMs: number;
      readonly giveUpAtMs: number;
      readonly cancelled: boolean;
    }
  | { readonly name: 'proceeding'; readonly giveUpAtMs: number; readonly cancelled: boolean }
  | { readonly name: 'accepted' | 'completed'; readonly endAtMs: number }
  | { readonly name: 'terminated' };

/**
 * An INVITE from our side (RFC 3261 17.1.1). A CANCEL waits for the first provisional answer (9.1, INV-2); until it comes the
 * INVITE is not retransmitted any more, so that a call nobody wants is not started by our own insistence.
 */
export class InviteClient implements ClientMachine {
  state: InviteClientState = { name: 'terminated' };
  readonly #reliable: boolean;

  constructor(reliable: boolean) {
    this.#reliable = reliable;
  }

  get deadlineMs(): number {
    const state = this.state;
    if (state.name === 'calling') return Math.min(state.resendAtMs, state.giveUpAtMs);
    if (state.name === 'proceeding') return state.giveUpAtMs;
    return state.name === 'terminated' ? Number.POSITIVE_INFINITY : state.endAtMs;
  }

  /** → calling: the INVITE leaves, timers A and B start. */
  start(nowMs: number): ClientAction[] {
    const intervalMs = timerMs('A', this.#reliable);
    const giveUpAtMs = nowMs + timerMs('B', this.#reliable);
    this.state = { name: 'calling', resendAtMs: nowMs + intervalMs, intervalMs, giveUpAtMs, cancelled: false };
    return ['send'];
  }

  /** The caller wants it no more. `cancel` comes now, or with the first provisional answer. */
  cancel(nowMs: number): ClientAction[] {
    const state = this.state;
    if (state.name === 'calling') {
      this.state = { ...state, cancelled: true, resendAtMs: Number.POSITIVE_INFINITY };
      return [];
    }
    if (state.name !== 'proceeding' || state.cancelled) return [];
    // 9.1: without a final answer 64·T1 after the CANCEL the transaction is over.
    this.state = { name: 'proceeding', giveUpAtMs: nowMs + timerMs('B', this.#reliable), cancelled: true };
    return ['cancel'];
  }

  response(status: number, nowMs: number): ClientAction[] {
    const state = this.state;
    if (state.name === 'calling' || state.name === 'proceeding') {
      if (status < 200) return this.#provisional(nowMs);
      if (status < 300) {
        this.state = { name: 'accepted', endAtMs: nowMs + timerMs('M', this.#reliable) };
        return ['deliver'];
      }
      const lingerMs = timerMs('D', this.#reliable);
      this.state = lingerMs > 0 ? { name: 'completed', endAtMs: nowMs + lingerMs } : { name: 'terminated' };
      return lingerMs > 0 ? ['ack', 'deliver'] : ['ack', 'deliver', 'end'];
    }
    if (state.name === 'completed' && status >= 300) return ['ack']; // 17.1.1.2: absorbed, but ACKed again
    if (state.name === 'accepted' && status >= 200 && status < 300) return ['deliver-again']; // RFC 6026 8.4
    return [];
  }

  poll(nowMs: number): ClientAction[] {
    const state = this.state;
    switch (state.name) {
      case 'calling':
        if (nowMs >= state.giveUpAtMs) return this.#end('timeout');
        if (nowMs < state.resendAtMs) return [];
        this.state = { ...state, intervalMs: 2 * state.intervalMs, resendAtMs: nowMs + 2 * state.intervalMs };
        return ['send'];
      case 'proceeding':
        return nowMs >= state.giveUpAtMs ? this.#end('timeout') : [];
      case 'accepted':
      case 'completed':
        return nowMs >= state.endAtMs ? this.#end() : [];
      default:
        return [];
    }
  }

  #provisional(nowMs: number): ClientAction[] {
    const state = this.state;
    if (state.name === 'calling') {
      const ringMs = timerMs(state.cancelled ? 'B' : 'C', this.#reliable);
      this.state = { name: 'proceeding', giveUpAtMs: nowMs + ringMs, cancelled: state.cancelled };
      if (state.cancelled) return ['cancel', 'deliver'];
    }
    return ['deliver'];
  }

  #end(why?: 'timeout'): ClientAction[] {
    this.state = { name: 'terminated' };
    return why === undefined ? ['end'] : [why, 'end'];
  }
}
