import type { Offer } from '../sdp.ts';
import type { FootageBehaviour } from './behaviour.ts';
import type { Footage } from './footage.ts';
import type { Span } from './library.ts';

/** What an offer for footage asks for (GB/T 28181-2022 9.8, 9.9, annex G), and what a recorder makes of it. */

/** What a recorder offers as `VideoParamOpt/DownloadSpeed`. */
const DOWNLOAD_SPEEDS = [1, 2, 4, 8];

interface Refusal {
  readonly status: number;
  readonly reason: string;
}

const BAD_REQUEST: Refusal = { status: 400, reason: 'Bad Request' };

/** The range as this device understands it, or what speaks against the call. `footage` null: a camera without recordings. */
export function rangeOf(offer: Offer, footage: Footage | null, behaviour: FootageBehaviour): Span | Refusal {
  if (footage === null || !/^(playback|download)$/i.test(offer.name))
    return { status: 488, reason: 'Not Acceptable Here' };
  if (!(offer.startSeconds > 0 && offer.startSeconds < offer.endSeconds)) return BAD_REQUEST;
  const { sourceLine } = behaviour;
  if (sourceLine !== 'any' && (offer.source !== null) !== (sourceLine === 'needed')) return BAD_REQUEST;
  const startEpochMs = offer.startSeconds * 1000 + behaviour.rangeOffsetMs;
  const endEpochMs = offer.endSeconds * 1000 + behaviour.rangeOffsetMs;
  const first = footage.library.next(startEpochMs);
  if ((first === null || first >= endEpochMs) && behaviour.emptyRange === 'refused')
    return { status: 404, reason: 'Not Found' };
  return { startEpochMs, endEpochMs };
}

/** Content seconds a second: of the speeds that this device has the next below what was asked. Infinite: as fast as it goes. */
export function speedOf(offer: Offer, behaviour: FootageBehaviour): number {
  if (!isDownload(offer)) return 1;
  const { downloadPace } = behaviour;
  if (downloadPace !== 'asked') return downloadPace === 'real' ? 1 : Number.POSITIVE_INFINITY;
  const asked = offer.downloadSpeed ?? 1;
  return DOWNLOAD_SPEEDS.findLast((speed) => speed <= asked) ?? 1;
}

/** What the answer says of a download: the speed that was chosen, the bytes that will come. */
export function downloadAttributes(
  offer: Offer,
  range: Span | null,
  footage: Footage | null,
  behaviour: FootageBehaviour,
): string[] {
  if (range === null || footage === null || !isDownload(offer)) return [];
  const taken = speedOf(offer, behaviour);
  const speed = `a=downloadspeed:${Number.isFinite(taken) ? taken : (offer.downloadSpeed ?? 1)}`;
  if (behaviour.filesize === 'none') return [speed];
  const bytes = behaviour.filesize === 'zero' ? 0 : footage.bytesIn(range);
  return [speed, `a=filesize:${behaviour.filesize === 'wrong' ? bytes * 10 : bytes}`];
}

function isDownload(offer: Offer): boolean {
  return offer.name.toLowerCase() === 'download';
}
