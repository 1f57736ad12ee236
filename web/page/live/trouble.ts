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
  /** Nothing is wrong yet: the pull goes on, and these are its steps so far. */
  readonly isUnderWay: boolean;
}

/** Most pictures are there by then: who waits longer is told how far it has come. */
const SLOW_MS = 2_000;
/** A pull that is slow, or is made again and again, goes on while somebody reads. */
const LOOK_MS = 2_000;

/** What a refusal to start the stream says; null for what is no answer of the gateway's. */
export function troubleOf(error: unknown): Trouble | null {
  if (!(error instanceof ApiFault) || error.code === 'unreachable') return null;
  return { code: error.code, detail: error.message, steps: error.steps, isUnderWay: false };
}

/** The newest stream of this channel there was: its steps tell how far it came. A token that may only look can read them too. */
async function newestOf(source: Source, signal: AbortSignal): Promise<Trouble | null> {
  const query = new URLSearchParams({ deviceId: source.deviceId, channelId: source.channelId, limit: '5' });
  const answer = (await (await send(`streams?${query}`, { signal })).json()) as {
    items: { streamNumber: number; state: string; endReason?: string; steps: Step[] }[];
  };
  const found = answer.items.find((one) => one.streamNumber === source.streamNumber);
  if (found === undefined) return null;
  const isUnderWay = found.state === 'inviting' || found.state === 'waiting';
  return { code: '', detail: found.endReason ?? '', steps: found.steps, isUnderWay };
}

/** `missing`: a state that a person wants explained; `pulling`: the picture may come any moment. */
function phaseOf(state: PlayerState): 'missing' | 'pulling' | 'playing' | 'none' {
  switch (state.type) {
    case 'retrying':
    case 'closed':
      return 'missing';
    case 'connecting':
      return 'pulling';
    case 'waiting':
      return state.state === 'stalled' ? 'missing' : 'pulling';
    case 'playing':
      return 'playing';
    default:
      return 'none';
  }
}

/**
 * Why the picture is missing in this state: what the start of the stream answered, else what the newest stream's steps tell. A pull that
 * takes its time tells how far it has come.
 */
export function useTrouble(source: Source, state: PlayerState, atStart: Trouble | null): Trouble | null {
  const [told, setTold] = useState<Trouble | null>(null);
  const phase = phaseOf(state);
  const { deviceId, channelId, streamNumber } = source;
  // each failure is asked about at once; on the way to a picture the states follow each other
  const failure = phase === 'missing' ? state : null;
  useEffect(() => setTold(null), [deviceId, channelId, streamNumber]);
  useEffect(() => {
    if (phase === 'playing') setTold(null);
    if (phase !== 'missing' && phase !== 'pulling') return;
    const asking = new AbortController();
    let timer = 0;
    const look = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        // No answer, no explanation: the state in words stays.
        const found = await newestOf({ deviceId, channelId, streamNumber }, asking.signal).catch(() => undefined);
        if (asking.signal.aborted) return;
        if (found !== undefined && (phase === 'missing' || found?.isUnderWay === true)) setTold(found);
        // what is over stays as it is
        if (failure?.type === 'closed') return;
      }
      timer = window.setTimeout(() => void look(), LOOK_MS);
    };
    if (phase === 'missing') void look();
    else timer = window.setTimeout(() => void look(), SLOW_MS);
    return () => {
      asking.abort();
      window.clearTimeout(timer);
    };
  }, [phase, failure, deviceId, channelId, streamNumber]);
  if (phase !== 'missing' && phase !== 'pulling') return null;
  if (atStart === null || told?.isUnderWay === true) return told;
  return atStart.steps.length > 0 || told === null ? atStart : { ...atStart, steps: told.steps };
}
