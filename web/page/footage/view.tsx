import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Channel } from '../api.ts';
import { useWords } from '../language.ts';
import { CameraTree } from '../live/tree/tree.tsx';
import { directory, isLinked } from '../model.ts';
import { go, route } from '../route.ts';
import { useStore } from '../store.ts';
import { footageWords } from '../words/footage.ts';
import { footageHref, readAddress } from './address.ts';
import { readTimeZone } from './api.ts';
import { FootageStage } from './stage.tsx';
import { Zone } from './zone.ts';

import '../live/live.css';
import './footage.css';

/** The zone of the recorders' clocks; null until it is known. One that nobody tells is the browser's. */
function useZone(): Zone | null {
  const [zone, setZone] = useState<Zone | null>(null);
  useEffect(() => {
    let isWanted = true;
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const take = (name: string | null) => isWanted && setZone(new Zone(name ?? here));
    readTimeZone().then(take, () => take(null));
    return () => {
      isWanted = false;
    };
  }, []);
  return zone;
}

/** Cameras on the left, recorded footage of the one that the address names (`#/footage/DEVICE/CHANNEL?at=…`) on the right. */
export function FootageView() {
  const words = useWords(footageWords);
  const known = useStore(directory);
  const linked = useStore(isLinked);
  const { parts, query } = useStore(route);
  const [deviceId, channelId] = parts;
  const zone = useZone();
  const channel = known?.channels.find((one) => one.deviceId === deviceId && one.id === channelId);
  const shown = useMemo(() => new Set([`${deviceId}/${channelId}`]), [deviceId, channelId]);
  const isNamed = deviceId !== undefined && channelId !== undefined;

  /** The same moment of another camera: what one looks for may have been seen there. */
  const choose = (next: Channel) =>
    go(footageHref({ deviceId: next.deviceId, channelId: next.id }, { ...readAddress(query), stream: null }));

  return (
    <div class="live footage">
      <nav class="side" aria-label={words.cameras}>
        <CameraTree
          directory={known}
          shown={shown}
          hasWall={false}
          onChoose={choose}
          onChooseAll={([first]) => first !== undefined && choose(first)}
        />
      </nav>
      <main>
        {channel !== undefined && zone !== null ? (
          <FootageStage
            key={`${channel.deviceId}/${channel.id}`}
            channel={channel}
            zone={zone}
            isOnline={linked && (known?.devices.some((one) => one.id === channel.deviceId && one.online) ?? false)}
          />
        ) : (
          <section class="footage-stage">
            <div class="footage-picture">
              <div class="screen">
                <div class="message" role="status" data-testid="message">
                  <p>
                    {known === null || channel !== undefined
                      ? words.loading
                      : isNamed
                        ? words.noSuchChannel
                        : words.choose}
                  </p>
                  {known !== null && !isNamed && <p class="detail">{words.chooseHint}</p>}
                </div>
              </div>
            </div>
          </section>
        )}
      </main>
    </div>
  );
}
