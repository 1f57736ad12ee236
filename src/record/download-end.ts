/** What a download does when a call of it has ended. */
import type { FootageEnd } from './source.ts';

/** As near to the end of a range footage need come to be whole (PB-2): recorders cut between two key frames. */
export const END_SLACK_MS = 1000;

/** Pauses before the device is asked again, while nothing new comes: a switch that restarts, a recorder that boots. */
export const PAUSES_MS: readonly number[] = [1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 60_000];

/** A device that answers, and has nothing more to give, is asked once more, and once for what follows. */
const ANSWERED_TRIES = 2;

/** How a call of a download ended: as its source says, or because of what came. */
export type CallEnd =
  | FootageEnd
  | { readonly why: 'past-end' | 'unmatched' | 'hole' | 'fault'; readonly detail: string; readonly status?: number };

/** `done`: this part is over; `again`: ask for the rest, after a pause; `requeue`: when the device has room; `fail`: it cannot be done now. */
export type Next =
  | { readonly next: 'done' }
  | { readonly next: 'again'; readonly pauseMs: number }
  | { readonly next: 'requeue' }
  | { readonly next: 'fail' };

/** Whether the device has said, or shown by silence, that there is no more. */
export function isAnswer({ why }: CallEnd): boolean {
  return why === 'media-status' || why === 'bye' || why === 'idle' || why === 'rejected' || why === 'no-media';
}

/** `isAtEnd`: what came reaches the end of what was asked; `isNew`: something new came; `tries`: calls in a row that brought nothing new. */
export function afterCall(
  end: CallEnd,
  o: { readonly isAtEnd: boolean; readonly isNew: boolean; readonly tries: number },
): Next {
  const pauseMs = o.isNew ? 0 : (PAUSES_MS[o.tries - 1] ?? 0);
  if (isAnswer(end)) {
    // PB-2, PB-15: perhaps only a file was over
    if (o.isAtEnd || (!o.isNew && o.tries >= ANSWERED_TRIES)) return { next: 'done' };
    return { next: 'again', pauseMs };
  }
  switch (end.why) {
    case 'past-end':
      return { next: 'done' };
    case 'unmatched':
    case 'hole':
      return { next: 'again', pauseMs: 0 };
    case 'busy':
      return { next: 'requeue' };
    case 'fault':
      return { next: 'fail' };
    default:
      // cut off: where the pictures stand is known to a group of pictures, so that the end is asked for once more
      if (!o.isNew && o.isAtEnd) return { next: 'done' };
      return !o.isNew && o.tries > PAUSES_MS.length ? { next: 'fail' } : { next: 'again', pauseMs };
  }
}

/** The code of an error, as the API has them. */
export function codeOf(end: CallEnd): string {
  switch (end.why) {
    case 'offline':
      return 'device_offline';
    case 'timeout':
      return 'invite_timeout';
    case 'rejected':
      return 'invite_rejected';
    case 'busy':
      return 'device_busy';
    default:
      return 'no_media';
  }
}
