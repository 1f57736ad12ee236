import { Feed } from '../../media/feed.ts';
import type { FeedEvent } from '../../media/frame.ts';
import { LIVE_REORDER } from '../../media/ingest/reorder.ts';
import type { FootageEvent, OpenFootage } from '../../record/source.ts';
import { Steps } from '../live/steps.ts';
import { ContentClock } from './content-clock.ts';
import { FootageCall, type FootagePorts } from './footage-call.ts';

/** Downloads from devices: each source is one range by one `FootageCall`, with a feed of its own. */
export function footageSource(ports: FootagePorts): OpenFootage {
  return (range, on) => {
    const law = ports.profile(range.deviceId).audioLaw;
    const feed = new Feed({
      reorder: LIVE_REORDER,
      pace: 'content',
      ...(law === null ? {} : { sound: { law: law === 'a' ? 'pcma' : 'pcmu' } }),
    });
    const content = new ContentClock(range.startEpochMs);
    let facts: Pick<Extract<FootageEvent, { type: 'started' }>, 'filesizeBytes' | 'offeredSpeeds'> = {
      filesizeBytes: null,
      offeredSpeeds: null,
    };
    let hasPicture = false;
    const media = (event: FeedEvent) => {
      switch (event.type) {
        case 'placed':
          content.placed(event.source90k, event.dts90k);
          return;
        case 'init':
          on(event);
          return;
        case 'fragment': {
          const { fragment } = event;
          if (fragment.afterLoss && hasPicture) on({ type: 'hole' });
          hasPicture = true;
          // sound that leaves alone belongs beside the pictures, and moves no clock
          const isPicture = fragment.samples[0]?.track === 'video' || fragment.isKey;
          const contentEpochMs = isPicture ? content.picture(fragment.dts90k) : content.beside(fragment.dts90k);
          on({ type: 'fragment', fragment, contentEpochMs });
          return;
        }
        default:
          return;
      }
    };
    const call = new FootageCall(ports, {
      range,
      name: 'Download',
      feed,
      steps: new Steps(ports.clock),
      positionEpochMs: () => content.positionEpochMs,
      tap: () => null,
      onDialogue() {},
      onFacts(told) {
        facts = told;
      },
      onStarted: (transport) => on({ type: 'started', transport, ...facts }),
      onMedia(event) {
        if (event.type === 'connected' || event.type === 'connect-failed') return;
        if (event.type !== 'first-packet' && event.type !== 'disconnected') media(event);
      },
      onSecond() {},
      onFinding() {},
      onEnd(end) {
        for (const event of feed.end(ports.clock.nowMs())) media(event);
        on({ type: 'end', end });
      },
    });
    return {
      hold: () => call.hold(true),
      release: () => call.hold(false),
      stop: () => call.stop(),
    };
  };
}
