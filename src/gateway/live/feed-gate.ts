import type { FeedCounters, FeedEvent } from '../../media/frame.ts';
import type { PacketFeed } from '../../media/receiver.ts';

const NOTHING: readonly FeedEvent[] = [];

/**
 * One call's way into the feed of its stream. The feed outlives the call, and the call's receiver outlives the call's end: it
 * stays open until the device has answered our BYE, up to half a minute (INV-8). Shut, nothing that still arrives there gets
 * into the feed, which belongs to the next call by then.
 */
export class FeedGate implements PacketFeed {
  readonly #feed: PacketFeed;
  #open = true;

  constructor(feed: PacketFeed) {
    this.#feed = feed;
  }

  get counters(): FeedCounters {
    return this.#feed.counters;
  }

  packet(packet: Uint8Array, owned: boolean, nowMs: number): readonly FeedEvent[] {
    return this.#open ? this.#feed.packet(packet, owned, nowMs) : NOTHING;
  }

  poll(nowMs: number): readonly FeedEvent[] {
    return this.#open ? this.#feed.poll(nowMs) : NOTHING;
  }

  reset(nowMs: number): readonly FeedEvent[] {
    return this.#open ? this.#feed.reset(nowMs) : NOTHING;
  }

  /** The end of a receiver is not that of the feed: whoever holds the feed ends it. */
  end(): readonly FeedEvent[] {
    return NOTHING;
  }

  /** The call is over. */
  shut(): void {
    this.#open = false;
  }
}
