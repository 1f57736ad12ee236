import type { Channel } from '../api.ts';
import { useWords } from '../language.ts';
import { directory, isLinked, readRecordings, recordings, refused } from '../model.ts';
import { go, hrefOf, route } from '../route.ts';
import { useStore } from '../store.ts';
import { liveWords } from '../words/live.ts';
import { ChannelList } from './channel-list.tsx';
import { Stage } from './stage.tsx';

import './live.css';

/** Cameras on the left, the one the address names (`#/live/DEVICE/CHANNEL?stream=N`) on stage. */
export function LiveView() {
  const words = useWords(liveWords);
  const known = useStore(directory);
  const recorded = useStore(recordings);
  const linked = useStore(isLinked);
  const { parts, query } = useStore(route);
  const [deviceId, channelId] = parts;
  const chosen = deviceId !== undefined && channelId !== undefined ? { deviceId, channelId } : null;
  const channel = known?.channels.find((one) => one.deviceId === deviceId && one.id === channelId);
  const choose = (next: Channel) => go(hrefOf('live', [next.deviceId, next.id]));
  return (
    <div class="live">
      <nav class="side" aria-label={words.channels}>
        <ChannelList directory={known} chosen={chosen} onChoose={choose} />
      </nav>
      <main>
        {channel === undefined ? (
          <section class="stage">
            <div class="screen">
              <div class="message" role="status" data-testid="message">
                <p>{words.choose}</p>
              </div>
            </div>
          </section>
        ) : (
          <Stage
            key={`${channel.deviceId}/${channel.id}`}
            channel={channel}
            isOnline={linked && (known?.devices.some((one) => one.id === channel.deviceId && one.online) ?? false)}
            streamNumber={Number(query.get('stream') ?? 0)}
            recordings={recorded ?? []}
            onUnauthorized={refused}
            onRecordingsChanged={() => void readRecordings()}
          />
        )}
      </main>
    </div>
  );
}
