import { list, type Source, type Step, send } from '../api.ts';
import type { Finding } from '../parts/finding.ts';
import type { History } from './history.ts';

/** A stream of the gateway (contract, streams). */
export interface Stream extends Source {
  readonly id: string;
  readonly kind: string;
  readonly state: 'inviting' | 'waiting' | 'playing' | 'paused' | 'stalled' | 'ended';
  readonly transport: string | null;
  readonly ssrc: string | null;
  readonly localPort: number | null;
  readonly remote: string | null;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly endReason?: string;
  readonly video: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    readonly fps: number | null;
    readonly profile: string;
  } | null;
  readonly audio: { readonly codec: string; readonly sampleRate: number; readonly channels: number } | null;
  readonly viewers: number;
  readonly stats: {
    readonly packets: number;
    readonly bytes: number;
    readonly lost: number;
    readonly reordered: number;
    readonly duplicate: number;
    readonly discarded: number;
    readonly frames: number;
    readonly keyFrames: number;
    readonly bitrateBps: number;
    readonly gopMs: number;
    readonly timestampJumps: number;
  };
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
}

/** Ended streams in one reading: the newest of an hour. */
const ENDED_PAGE = 50;

export const runningStreams = () => list<Stream>('streams', { running: 'true' });

/** A page of streams that have ended, the newest first. */
export async function endedStreams(cursor: string | null): Promise<{ items: Stream[]; next: string | null }> {
  const query = new URLSearchParams({ running: 'false', limit: String(ENDED_PAGE) });
  if (cursor !== null) query.set('cursor', cursor);
  return (await (await send(`streams?${query}`)).json()) as { items: Stream[]; next: string | null };
}

export async function streamHistory(id: string): Promise<History> {
  return (await (await send(`streams/${encodeURIComponent(id)}/history`)).json()) as History;
}

export async function stopStream(id: string): Promise<void> {
  await send(`streams/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
