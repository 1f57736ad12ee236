import { useEffect, useRef, useState } from 'preact/hooks';
import type { GbPlayer, PlayerState } from '../../../player/state.ts';
import { liveStream, type Source, send } from '../../api.ts';
import { LivePlayer } from '../../live/live-player.tsx';
import type { Size } from './box.ts';

/** One picture of a channel's main stream, to draw on. */
export type Picture =
  | { readonly state: 'none' | 'taking' | 'missing' }
  | ({ readonly state: 'here'; readonly url: string } & Size);

export interface PictureHold {
  readonly picture: Picture;
  /** There is somebody to take it of, and there now. */
  readonly canTake: boolean;
  /** Of several channels none is chosen. */
  readonly isNobodys: boolean;
  /** Somebody sees a place where it belongs: it is taken, unless it has been. */
  readonly want: () => void;
  /** Takes it again, `afterMs` from now. */
  readonly again: (afterMs?: number) => void;
}

/** A pull that needs longer than this has no picture soon: nobody waits for it before drawing. */
const TAKE_MS = 15_000;

/** Whose picture it is; null: nobody's, as of a device with several channels. `taker` has to be on the page while it is being taken. */
export function usePicture(source: Source | null, isOnline: boolean) {
  const [picture, setPicture] = useState<Picture>({ state: 'none' });
  const [round, setRound] = useState(0);
  const [isTaking, setTaking] = useState(false);
  const timer = useRef(0);
  const url = useRef('');
  const canTake = source !== null && isOnline;
  const key = source === null ? '' : `${source.deviceId}/${source.channelId}`;

  const letGo = () => {
    window.clearTimeout(timer.current);
    URL.revokeObjectURL(url.current);
    url.current = '';
  };
  useEffect(() => {
    setPicture({ state: 'none' });
    setTaking(false);
    return letGo;
  }, [key]);

  function take(): void {
    if (!canTake) return;
    setRound((before) => before + 1);
    setTaking(true);
    // the one before stays until there is another one
    setPicture((before) => (before.state === 'here' ? before : { state: 'taking' }));
  }

  function taken(blob: Blob | null, size: Size): void {
    setTaking(false);
    if (blob === null) {
      setPicture((before) => (before.state === 'here' ? before : { state: 'missing' }));
      return;
    }
    letGo();
    url.current = URL.createObjectURL(blob);
    setPicture({ state: 'here', url: url.current, ...size });
  }

  const hold: PictureHold = {
    picture: canTake || picture.state === 'here' ? picture : { state: 'missing' },
    canTake,
    isNobodys: source === null,
    want: () => {
      if (picture.state === 'none' && !isTaking) take();
    },
    again: (afterMs = 0) => {
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(take, afterMs);
    },
  };
  return { hold, taker: isTaking && source !== null ? <Taker key={round} source={source} onEnd={taken} /> : null };
}

interface Props {
  source: Source;
  onEnd: (blob: Blob | null, size: Size) => void;
}

/** A player that nobody sees, until it shows a picture. What the browser cannot decode ffmpeg may, at the gateway. */
function Taker({ source, onEnd }: Props) {
  const player = useRef<GbPlayer | null>(null);
  const isOver = useRef(false);

  function end(blob: Blob | null, size: Size = { width: 0, height: 0 }): void {
    if (isOver.current) return;
    isOver.current = true;
    onEnd(blob, size);
  }
  useEffect(() => {
    const timer = window.setTimeout(() => end(null), TAKE_MS);
    return () => {
      window.clearTimeout(timer);
      isOver.current = true;
    };
  }, []);

  async function byPlayer(): Promise<void> {
    const element = player.current;
    if (element === null) return;
    const { videoWidth: width, videoHeight: height } = element;
    end(await element.captureStill('image/jpeg'), { width, height });
  }

  async function byGateway(): Promise<void> {
    const { id } = await liveStream(source);
    const blob = await (await send(`streams/${encodeURIComponent(id)}/snapshot.jpg`)).blob();
    const { width, height } = await createImageBitmap(blob);
    end(blob, { width, height });
  }

  function follow(state: PlayerState): void {
    if (state.type === 'playing') byPlayer().catch(() => end(null));
    else if (state.type === 'undecodable' || state.type === 'unsupported') byGateway().catch(() => end(null));
    else if (state.type === 'closed' || state.type === 'retrying') end(null);
  }
  return (
    <div class="picture-taker" aria-hidden="true" inert>
      <LivePlayer
        source={source}
        isOnline
        isMuted
        onElement={(element) => {
          player.current = element;
        }}
        onState={follow}
      />
    </div>
  );
}
