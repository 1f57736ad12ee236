import { useEffect, useRef, useState } from 'preact/hooks';
import type { GbPlayer, PlayerFigures, PlayerState } from '../../player/state.ts';
import { mayControl } from '../access.ts';
import { type ApiFault, type Channel, liveStream, type Recording, setRecording } from '../api.ts';
import { footageHref } from '../footage/address.ts';
import { useShortcuts } from '../keys/keys.ts';
import { useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { isSteeringOpen } from '../ptz/kept.ts';
import { PtzPanel } from '../ptz/panel.tsx';
import { go, hrefOf } from '../route.ts';
import { useStore } from '../store.ts';
import { useHush } from '../talk/hush.ts';
import { TalkButton } from '../talk/talk-button.tsx';
import { footageWords } from '../words/footage.ts';
import { liveWords } from '../words/live.ts';
import { ptzWords } from '../words/ptz.ts';
import { troubleWords } from '../words/trouble.ts';
import { useCountdown } from './countdown.ts';
import { Figures } from './figures.tsx';
import { keptWall } from './kept-wall.ts';
import { LivePlayer } from './live-player.tsx';
import { isBusy, messageOf } from './message.ts';
import { saveStill } from './save-still.ts';
import { type Trouble, troubleOf, useTrouble } from './trouble.ts';
import { TroublePanel } from './trouble-panel.tsx';

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
  const { open: openFootage } = useWords(footageWords);
  const { problems } = useWords(troubleWords);
  const { deviceId, id: channelId } = channel;
  const source = { deviceId, channelId, streamNumber };
  const { title: steer, keyPanel } = useWords(ptzWords);
  const player = useRef<GbPlayer | null>(null);
  const screen = useRef<HTMLDivElement>(null);
  const isSteered = useStore(isSteeringOpen);
  const [state, setState] = useState<PlayerState>({ type: 'connecting' });
  const [figures, setFigures] = useState<PlayerFigures | null>(null);
  /** A picture that went makes no room: it comes back. */
  const [hasPlayed, setPlayed] = useState(false);
  const [isMuted, setMuted] = useState(true);
  const [streamId, setStreamId] = useState<string | null>(null);
  const [atStart, setAtStart] = useState<Trouble | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [isSwitching, setSwitching] = useState(false);
  const hush = useHush(isMuted, setMuted);
  const isAllowed = useStore(mayControl);
  const trouble = useTrouble(source, state, atStart);
  const left = useCountdown(state);

  /** True when the refusal is none: a token that may only look plays, recording is for others. */
  function isBearable(error: unknown): boolean {
    const problem = error as ApiFault;
    if (problem.status === 401) onUnauthorized();
    if (problem.status === 403) mayControl.set(false);
    return problem.status === 401 || problem.status === 403 || problem.name === 'AbortError';
  }

  useEffect(() => {
    const asking = new AbortController();
    setAtStart(null);
    // The WebSocket pulls the channel at once; this joins the same pull and says why when it fails.
    liveStream({ deviceId, channelId, streamNumber }, asking.signal).then(
      (stream) => setStreamId(stream.id),
      (error: unknown) => {
        if (!isBearable(error)) setAtStart(troubleOf(error));
      },
    );
    return () => asking.abort();
  }, [deviceId, channelId, streamNumber]);

  const running = recordings.find(
    (recording) =>
      recording.state === 'recording' &&
      recording.deviceId === deviceId &&
      recording.channelId === channelId &&
      recording.streamNumber === streamNumber,
  );
  const isPlaying = state.type === 'playing';
  const canRecord = isAllowed && !isSwitching && (running !== undefined || isPlaying || state.type === 'undecodable');

  async function switchRecording(): Promise<void> {
    if (!canRecord) return;
    setSwitching(true);
    try {
      if (running !== undefined) await setRecording(running.streamId, false);
      else {
        // A reconnect may have started another stream than the one the click joined.
        const { id } = await liveStream(source);
        setStreamId(id);
        await setRecording(id, true);
      }
      setWrong(null);
    } catch (error) {
      if (!isBearable(error)) setWrong((error as ApiFault).message || words.failed);
    }
    setSwitching(false);
    onRecordingsChanged();
  }

  function switchSound(): void {
    setMuted(!isMuted);
    if (state.type === 'blocked') player.current?.play();
  }

  function still(): void {
    if (player.current !== null && isPlaying) saveStill(player.current, channel).catch(() => setWrong(words.failed));
  }

  function fullScreen(): void {
    void (document.fullscreenElement ? document.exitFullscreen() : player.current?.requestFullscreen());
  }

  const toOtherStream = hrefOf(
    'live',
    [deviceId, channelId],
    new URLSearchParams(streamNumber === 0 ? { stream: '1' } : {}),
  );
  const kept = keptWall();
  const toWall = kept.size > 0 ? hrefOf('live', [], kept) : null;

  useShortcuts(words.stage, [
    { key: 'm', words: words.keySound, run: switchSound },
    { key: 'r', words: words.keyRecord, run: () => void switchRecording() },
    { key: 'i', words: words.still, run: still },
    { key: 'f', words: words.fullScreen, run: fullScreen },
    { key: 'z', words: keyPanel, run: () => isSteeringOpen.set(!isSteered) },
    { key: 's', words: words.keyStream, run: () => go(toOtherStream, 'replace') },
    ...(toWall === null ? [] : [{ key: 'b', words: words.backToWall, run: () => go(toWall) }]),
  ]);

  const message = messageOf(state, words, left, problems[trouble?.code ?? '']?.sentence);
  const canTryAgain = state.type === 'closed' || state.type === 'undecodable' || state.type === 'blocked';
  const hasSound = figures?.audio != null;
  const why = isAllowed ? undefined : words.lookOnly;
  return (
    <section
      class={['stage', isSteered && 'with-ptz', trouble?.isUnderWay === false && !hasPlayed && 'no-picture']
        .filter(Boolean)
        .join(' ')}
      data-stream-id={streamId ?? ''}
    >
      <div class="screen" ref={screen}>
        <LivePlayer
          source={source}
          isOnline={isOnline}
          isMuted={isMuted}
          controls={message === null}
          onElement={(element) => {
            player.current = element;
            element?.video.addEventListener('volumechange', () => setMuted(element.muted));
          }}
          onState={(next) => {
            setState(next);
            if (next.type === 'playing') {
              setPlayed(true);
              setAtStart(null);
              setWrong(null);
            }
            if (next.type === 'closed' && next.closing === 'unauthorized') onUnauthorized();
          }}
          onFigures={setFigures}
        />
        <div class={message === null ? 'message quiet' : 'message'} role="status" data-testid="message">
          {isBusy(state) && <span class="spinner" aria-hidden="true" />}
          <p>{message}</p>
          {canTryAgain && (
            <button type="button" onClick={() => player.current?.play()}>
              {words.again}
            </button>
          )}
          {state.type === 'undecodable' && streamNumber === 0 && (
            <a class="button" href={toOtherStream} data-testid="try-sub">
              {words.trySub}
            </a>
          )}
        </div>
        {running !== undefined && <span class="recording-mark">{words.recordingState.recording}</span>}
      </div>
      <div class="bar">
        <div class="title">
          <h1>{channel.name || channel.id}</h1>
          <span class="id">{channel.id}</span>
          {figures !== null && isPlaying && <Figures figures={figures} />}
        </div>
        {toWall !== null && (
          <a class="button" href={toWall} data-testid="back-to-wall">
            <Icon name="back" />
            <span>{words.backToWall}</span>
          </a>
        )}
        <a class="button" href={footageHref(source)} title={openFootage} data-testid="to-footage">
          <Icon name="footage" />
          <span>{openFootage}</span>
        </a>
        <a class="button" href={toOtherStream} data-testid="other-stream">
          {streamNumber === 0 ? words.switchToSub : words.switchToMain}
        </a>
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
        <button type="button" data-testid="still" disabled={!isPlaying} onClick={still}>
          <Icon name="still" />
          <span>{words.still}</span>
        </button>
        <button
          type="button"
          data-testid="steer"
          aria-pressed={isSteered}
          title={keyPanel}
          onClick={() => isSteeringOpen.set(!isSteered)}
        >
          <Icon name="steer" />
          <span>{steer}</span>
        </button>
        <button
          type="button"
          data-testid="record"
          class={running === undefined ? 'record' : 'record running'}
          aria-pressed={running !== undefined}
          disabled={!canRecord}
          title={why}
          // the second click of a double one is meant for nothing
          onClick={({ detail }) => detail < 2 && void switchRecording()}
        >
          <span class="disc" aria-hidden="true" />
          <span>{running === undefined ? words.record : words.stopRecording}</span>
        </button>
        <TalkButton deviceId={deviceId} channelId={channelId} isOnline={isOnline} onSpeaking={hush} />
      </div>
      {isSteered && (
        <PtzPanel
          channel={channel}
          isOnline={isOnline}
          screen={screen}
          player={player}
          onClose={() => isSteeringOpen.set(false)}
        />
      )}
      {wrong !== null && (
        <p class="fault" role="alert" data-testid="wrong">
          {wrong}
        </p>
      )}
      {trouble !== null && (
        <TroublePanel trouble={trouble} deviceId={deviceId} closing={'closing' in state ? state.closing : ''} />
      )}
    </section>
  );
}
