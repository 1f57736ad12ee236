import { useEffect, useRef, useState } from 'preact/hooks';
import { Player } from '../../player/player.ts';
import type { PlayerFigures, PlayerState } from '../../player/state.ts';
import { type ApiFault, type Channel, liveAddress, liveStream, type Recording, setRecording } from '../api.ts';
import { bitrate, codecName } from '../format.ts';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { liveWords } from '../words/live.ts';
import { isBusy, messageOf } from './message.ts';

function Figures({ figures }: { figures: PlayerFigures }) {
  const words = useWords(liveWords);
  const parts = [
    figures.video === null ? null : codecName(figures.video.codec),
    figures.width === 0 ? null : `${figures.width}×${figures.height}`,
    figures.video === null ? null : `${Math.round(figures.fps)} fps`,
    bitrate(figures.bitrateBps),
    figures.audio === null ? null : codecName(figures.audio.codec),
    `${words.delay} ${Math.round(figures.delayMs)} ms`,
  ];
  return (
    <p class="figures" data-testid="figures">
      {parts
        .filter((part) => part !== null)
        .map((part) => (
          <span key={part}>{part}</span>
        ))}
    </p>
  );
}

interface Props {
  channel: Channel;
  /** Its device is registered and answers. */
  isOnline: boolean;
  streamNumber: number;
  recordings: readonly Recording[];
  onUnauthorized: () => void;
  onRecordingsChanged: () => void;
}

/** One live channel: picture, state in words, and what can be done with it. Made anew for each channel (`key`). */
export function Stage({ channel, isOnline, streamNumber, recordings, onUnauthorized, onRecordingsChanged }: Props) {
  const words = useWords(liveWords);
  const { deviceId, id: channelId } = channel;
  const box = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const player = useRef<Player | null>(null);
  const [state, setState] = useState<PlayerState>({ type: 'connecting' });
  const [figures, setFigures] = useState<PlayerFigures | null>(null);
  const [isMuted, setMuted] = useState(true);
  const [streamId, setStreamId] = useState<string | null>(null);
  const [detail, setDetail] = useState<string | null>(null);
  const [isSwitching, setSwitching] = useState(false);
  const [mayControl, setMayControl] = useState(true);

  function fault(error: unknown): void {
    const problem = error as ApiFault;
    if (problem.status === 401) onUnauthorized();
    // A token that may only look: the WebSocket plays, recording is for others.
    else if (problem.status === 403) setMayControl(false);
    else if (problem.name !== 'AbortError') setDetail(problem.message || words.failed);
  }

  useEffect(() => {
    if (video.current === null || still.current === null) return;
    const asking = new AbortController();
    player.current = new Player({
      video: video.current,
      still: still.current,
      address: () => liveAddress({ deviceId, channelId, streamNumber }),
      onState: (next) => {
        setState(next);
        if (next.type === 'playing') setDetail(null);
        if (next.type === 'closed' && next.closing === 'unauthorized') onUnauthorized();
      },
      onFigures: setFigures,
    });
    player.current.start();
    // The WebSocket pulls the channel at once; this joins the same pull and says why when it fails.
    liveStream({ deviceId, channelId, streamNumber }, asking.signal).then((stream) => setStreamId(stream.id), fault);
    return () => {
      asking.abort();
      player.current?.close();
      player.current = null;
    };
  }, [deviceId, channelId, streamNumber]);

  // A camera that came back is asked at once: the next try by itself may be 15 s away.
  useEffect(() => {
    if (isOnline && player.current?.state.type === 'retrying') player.current.start();
  }, [isOnline]);

  const running = recordings.find(
    (recording) =>
      recording.state === 'recording' &&
      recording.deviceId === deviceId &&
      recording.channelId === channelId &&
      recording.streamNumber === streamNumber,
  );

  async function switchRecording(): Promise<void> {
    setSwitching(true);
    try {
      if (running !== undefined) await setRecording(running.streamId, false);
      else {
        // A reconnect may have started another stream than the one the click joined.
        const id = (await liveStream({ deviceId, channelId, streamNumber })).id;
        setStreamId(id);
        await setRecording(id, true);
      }
      setDetail(null);
    } catch (error) {
      fault(error);
    }
    setSwitching(false);
    onRecordingsChanged();
  }

  function switchSound(): void {
    if (video.current === null) return;
    video.current.muted = !isMuted;
    setMuted(!isMuted);
    if (state.type === 'blocked') player.current?.play();
  }

  const message = messageOf(state, words);
  const canTryAgain = state.type === 'closed' || state.type === 'undecodable' || state.type === 'blocked';
  const hasSound = figures?.audio != null;
  return (
    <section class="stage">
      <div class="screen" ref={box}>
        <video ref={video} id="player" data-testid="player" data-stream-id={streamId ?? ''} playsInline muted />
        <canvas ref={still} hidden />
        <div class={message === null ? 'message quiet' : 'message'} role="status" data-testid="message">
          {isBusy(state) && <span class="spinner" aria-hidden="true" />}
          <p>{message}</p>
          {message !== null && detail !== null && <p class="detail">{detail}</p>}
          {canTryAgain && (
            <button
              type="button"
              onClick={() => (state.type === 'blocked' ? player.current?.play() : player.current?.start())}
            >
              {words.again}
            </button>
          )}
        </div>
        {figures !== null && state.type === 'playing' && <Figures figures={figures} />}
        {running !== undefined && <span class="recording-mark">{words.recordingState.recording}</span>}
      </div>
      <div class="bar">
        <div class="title">
          <h1>{channel.name || channel.id}</h1>
          <span class="id">{channel.id}</span>
        </div>
        <button
          type="button"
          data-testid="sound"
          aria-pressed={!isMuted}
          disabled={!hasSound}
          title={hasSound ? undefined : words.noSound}
          onClick={switchSound}
        >
          <Icon name={isMuted ? 'soundOff' : 'soundOn'} />
          <span>{isMuted ? words.soundOn : words.soundOff}</span>
        </button>
        <button
          type="button"
          data-testid="record"
          class={running === undefined ? 'record' : 'record running'}
          aria-pressed={running !== undefined}
          disabled={
            !mayControl ||
            isSwitching ||
            (running === undefined && state.type !== 'playing' && state.type !== 'undecodable')
          }
          onClick={() => void switchRecording()}
        >
          <span class="disc" aria-hidden="true" />
          <span>{running === undefined ? words.record : words.stopRecording}</span>
        </button>
        <button
          type="button"
          title={words.fullScreen}
          aria-label={words.fullScreen}
          onClick={() =>
            void (document.fullscreenElement ? document.exitFullscreen() : box.current?.requestFullscreen())
          }
        >
          <Icon name="fullScreen" />
        </button>
      </div>
      {message === null && detail !== null && (
        <p class="fault" role="alert">
          {detail}
        </p>
      )}
    </section>
  );
}
