import type { FindFootage } from '../../record/source.ts';
import type { Problem } from '../views.ts';

/** Calls in a row that brought the playback no further; with the pauses between them half a minute. */
export const MAX_FAILURES = 5;
/** What is left of a range and is shorter is none. */
export const END_SLACK_MS = 1000;
/** A picture this near to a whole second was the last of it: 10 a second. */
const LAST_PICTURE_MS = 100;

/** Where the next call begins, or why the playback is over. */
type Next =
  | { readonly fromEpochMs: number }
  | { readonly reason: string; readonly closeCode: number; readonly problem: Problem };

/**
 * PB-15: how a playback goes on whose call ended at `position` (`why`, in words), with what the device has from there on. A list that
 * did not come says nothing: then the device is asked for what is left.
 */
export function nextCall(
  found: Awaited<ReturnType<FindFootage>>,
  position: number,
  o: { readonly endEpochMs: number; readonly failures: number; readonly hasPlayed: boolean },
  why: string,
): Next {
  const spans = 'fault' in found ? [{ startEpochMs: position, endEpochMs: o.endEpochMs }] : found.spans;
  const next = spans.find((span) => span.endEpochMs > position + END_SLACK_MS);
  if (next !== undefined && o.failures <= MAX_FAILURES)
    return { fromEpochMs: Math.max(beyond(position, o.failures), next.startEpochMs) };
  const detail = `The device has no footage from ${new Date(position).toISOString()} to the end of the range (${why})`;
  const problem: Problem = { problem: 'no_media', detail: `${detail}.` };
  return o.hasPlayed
    ? { reason: 'no more footage in the range', closeCode: 4410, problem }
    : { reason: detail, closeCode: 4408, problem };
}

/** Calls begin at whole seconds: at that of the newest picture, at the next when it was the last of its second, and later by each call that brought nothing. */
function beyond(position: number, failures: number): number {
  const second = Math.floor((position + LAST_PICTURE_MS) / 1000) * 1000;
  return second + failures * 1000;
}
