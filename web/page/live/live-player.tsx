import { useEffect, useRef } from 'preact/hooks';
import '../../player/element.ts';
import type { GbPlayer, PlayerFigures, PlayerState } from '../../player/state.ts';
import { liveAddress, type Source } from '../api.ts';

interface Props {
  source: Source;
  /** Its device is registered and answers: one that came back is asked at once, not at the next try. */
  isOnline: boolean;
  isMuted: boolean;
  controls?: boolean;
  onState: (state: PlayerState) => void;
  onFigures?: (figures: PlayerFigures) => void;
  /** The element when it is there, null when it goes. */
  onElement?: (player: GbPlayer | null) => void;
}

/** `<gb-player>` for one stream. The words over the picture are the page's own. */
export function LivePlayer(props: Props) {
  const { source, isOnline, isMuted, controls = false } = props;
  const { deviceId, channelId, streamNumber } = source;
  const box = useRef<HTMLDivElement>(null);
  const player = useRef<GbPlayer | null>(null);
  const now = useRef(props);
  now.current = props;

  useEffect(() => {
    const element = document.createElement('gb-player');
    element.quiet = true;
    element.toggleAttribute('muted', now.current.isMuted);
    element.addEventListener('statechange', (event) => now.current.onState(event.detail));
    element.addEventListener('figures', (event) => now.current.onFigures?.(event.detail));
    player.current = element;
    box.current?.append(element);
    now.current.onElement?.(element);
    return () => {
      element.remove();
      player.current = null;
      now.current.onElement?.(null);
    };
  }, []);

  useEffect(() => {
    if (player.current !== null) player.current.src = liveAddress({ deviceId, channelId, streamNumber });
  }, [deviceId, channelId, streamNumber]);

  useEffect(() => {
    if (player.current !== null && player.current.muted !== isMuted) player.current.muted = isMuted;
  }, [isMuted]);

  useEffect(() => {
    if (player.current !== null) player.current.controls = controls;
  }, [controls]);

  useEffect(() => {
    if (isOnline && player.current?.state.type === 'retrying') player.current.play();
  }, [isOnline]);

  return <div class="live-player" ref={box} />;
}
