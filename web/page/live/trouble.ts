import { useEffect, useState } from 'preact/hooks';
import type { PlayerState } from '../../player/state.ts';
import { ApiFault, type Source, type Step, send } from '../api.ts';

/** Why there is no picture, as far as the gateway knows. */
export interface Trouble {
  /** The problem's code, by which the cure is found; `''` when only the sentence is known. */
  readonly code: string;
  /** The gateway's own sentence, in English. */
  readonly detail: string;
  readonly steps: readonly Step[];
}

/** What a refusal to start the stream says; null for what is no answer of the gateway's. */
export function troubleOf(error: unknown): Trouble | null {
  if (!(error instanceof ApiFault) || error.code === 'unreachable') return null;
  return { code: error.code, detail: error.message, steps: error.steps };
}

/** The newest stream of this channel there was: its steps tell how far it came. A token that may only look can read them too. */
async function newestOf(source: Source, signal: AbortSignal): Promise<Trouble | null> {
  const query = new URLSearchParams({ deviceId: source.deviceId, channelId: source.channelId, limit: '5' });
  const answer = (await (await send(`streams?${query}`, { signal })).json()) as {
    items: { streamNumber: number; endReason?: string; steps: Step[] }[];
  };
  const found = answer.items.find((one) => one.streamNumber === source.streamNumber);
  return found === undefined ? null : { code: '', detail: found.endReason ?? '', steps: found.steps };
}

/** True in the states that a person wants explained. */
function isTrouble(state: PlayerState): boolean {
  return (
    state.type === 'retrying' || state.type === 'closed' || (state.type === 'waiting' && state.state === 'stalled')
  );
}

/** Why the picture is missing in this state: what the start of the stream answered, else what the newest stream's steps tell. */
export function useTrouble(source: Source, state: PlayerState, atStart: Trouble | null): Trouble | null {
  const [told, setTold] = useState<Trouble | null>(null);
  const isMissing = isTrouble(state);
  const { deviceId, channelId, streamNumber } = source;
  useEffect(() => {
    if (!isMissing) {
      if (state.type === 'playing') setTold(null);
      return;
    }
    const asking = new AbortController();
    newestOf({ deviceId, channelId, streamNumber }, asking.signal).then(setTold, () => {
      // No answer, no explanation: the state in words stays.
    });
    return () => asking.abort();
  }, [state, isMissing, deviceId, channelId, streamNumber]);
  if (!isMissing && state.type !== 'connecting') return null;
  if (atStart === null) return told;
  return atStart.steps.length > 0 || told === null ? atStart : { ...atStart, steps: told.steps };
}
