import type { PlayerState } from '../../player/state.ts';
import { codecName } from '../format.ts';
import type { LiveWords } from '../words/live.ts';

/**
 * The player's state in a sentence, or null while there is a picture to look at; `secondsLeft` until it tries again. `why`: what is known of the
 * failure beyond the code of the closed connection.
 */
export function messageOf(state: PlayerState, words: LiveWords, secondsLeft: number, why?: string): string | null {
  switch (state.type) {
    case 'connecting':
      return words.connecting;
    case 'waiting':
      if (state.state === 'stalled')
        return state.code === 'device_offline' ? words.closing['device-offline'] : words.stalled;
      return state.state === 'waiting' ? words.waiting : words.inviting;
    case 'playing':
    case 'paused':
      return null;
    case 'blocked':
      return words.blocked;
    case 'retrying':
      return `${why ?? words.closing[state.closing]} ${words.retrying(Math.max(1, secondsLeft))}`;
    case 'closed':
      return why ?? words.closing[state.closing];
    case 'undecodable':
      return words.undecodable(codecName(state.codec));
    case 'unsupported':
      return words.unsupported;
  }
}

/** True while something is under way by itself, so that a turning circle is honest. */
export function isBusy(state: PlayerState): boolean {
  return state.type === 'connecting' || state.type === 'waiting' || state.type === 'retrying';
}
