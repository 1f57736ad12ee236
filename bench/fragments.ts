/** What the feed makes of the benches' camera, for benches that start behind it. */
import { Feed } from '../src/media/feed.ts';
import type { FeedEvent } from '../src/media/frame.ts';
import { pack, packetise, stamp, TICKS_PER_FRAME } from './ps.ts';

/** Events of that many frames, in order. */
export function eventsOf(frames: number): FeedEvent[] {
  const feed = new Feed({ reorder: null });
  const events: FeedEvent[] = [];
  let sequence = 0;
  for (let index = 0; index < frames; index += 1) {
    const frame = packetise(pack(index, false), index * TICKS_PER_FRAME);
    const bytes = stamp(frame, 200_000_001, sequence);
    sequence += frame.offsets.length;
    for (let i = 0; i < frame.offsets.length; i += 1) {
      const at = frame.offsets[i]!;
      events.push(...feed.packet(bytes.subarray(at, at + frame.lengths[i]!), false, index * 40));
    }
  }
  return events;
}
