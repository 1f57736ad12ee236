import { useEffect, useRef, useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { setRecording } from '../api.ts';
import { footageHref } from '../footage/address.ts';
import { bitrate, codecName } from '../format.ts';
import { useWords } from '../language.ts';
import { directory, failed, recordings } from '../model.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { LongName } from '../parts/long-name.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { hrefOf } from '../route.ts';
import { useStore } from '../store.ts';
import { endWords, streamsWords } from '../words/streams.ts';
import { type Stream, stopStream, streamHistory } from './api.ts';
import { StreamDetails } from './details.tsx';
import { appended, type Counted, type History, NO_HISTORY, PLACES, percent } from './history.ts';

/** Upper edges of the graphs at least: below them is noise. */
const TOP = { bitrateBps: 100_000, fps: 5, loss: 0.02 } as const;

const TONES = {
  inviting: 'warning',
  waiting: 'warning',
  playing: 'good',
  paused: 'quiet',
  stalled: 'danger',
  ended: 'quiet',
} as const;

function counted({ stats }: Stream): Counted {
  return { atMs: performance.now(), ...stats };
}

/** The gateway's memory of this stream, and what is seen of it from now on. */
function useHistory(stream: Stream): History {
  const isRunning = stream.state !== 'ended';
  const [history, setHistory] = useState<History>(NO_HISTORY);
  const before = useRef<Counted | null>(null);
  useEffect(() => {
    if (!isRunning) return;
    // Without it the graph begins empty and fills.
    streamHistory(stream.id).then(setHistory, () => {});
  }, [stream.id, isRunning]);
  useEffect(() => {
    const now = counted(stream);
    const last = before.current;
    before.current = now;
    if (last !== null) setHistory((known) => appended(known, last, now));
  }, [stream]);
  return history;
}

/** What people call the channel of a stream. */
export function useChannelName({ deviceId, channelId }: { deviceId: string; channelId: string }): string {
  const known = useStore(directory);
  const channel = known?.channels.find((one) => one.deviceId === deviceId && one.id === channelId);
  return channel?.name || channelId;
}

interface Props {
  stream: Stream;
  isOpen: boolean;
  onToggle: () => void;
  /** Something was done to it: time to look again. */
  onChanged: () => void;
}

/** One stream: who, what, how it does, and what can be done. A click on its name shows the rest. */
export function StreamRow({ stream, isOpen, onToggle, onChanged }: Props) {
  const words = useWords(streamsWords);
  const name = useChannelName(stream);
  const history = useHistory(stream);
  const isAdmin = useStore(mayControl);
  const isRunning = stream.state !== 'ended';
  const isRecorded = useStore(recordings)?.some((one) => one.streamId === stream.id && one.state === 'recording');
  const { video, audio } = stream;
  const fps = history.fps.at(-1) ?? 0;
  const loss = history.loss.at(-1) ?? 0;
  const query = stream.streamNumber === 0 ? undefined : new URLSearchParams({ stream: String(stream.streamNumber) });
  const codecs = [video, audio].flatMap((track) => (track === null ? [] : [codecName(track.codec)])).join(' + ');

  const act = async (work: Promise<unknown>): Promise<void> => {
    await work.catch(failed);
    onChanged();
  };

  return (
    <li class="stream" data-testid="stream" data-stream-id={stream.id} data-state={stream.state}>
      <div class="stream-row">
        <div class="cell-who">
          <button
            type="button"
            class="plain name"
            aria-expanded={isOpen}
            aria-label={words.details(name)}
            data-testid="stream-name"
            onClick={onToggle}
          >
            <LongName name={name} />
          </button>
          <small class="id">
            {stream.channelId}
            {stream.streamNumber > 0 && ` · ${words.subStream(stream.streamNumber)}`}
          </small>
        </div>
        <div class="cell-state">
          <StateDot tone={TONES[stream.state]}>{words.states[stream.state]}</StateDot>
          {stream.findings.length > 0 && <small>{words.findingsCount(stream.findings.length)}</small>}
        </div>
        <div class="cell-picture">
          {video === null ? (
            <span class="hint">{isRunning ? words.noPicture : words.neverAPicture}</span>
          ) : (
            `${video.width}×${video.height}`
          )}
          <small>{codecs}</small>
        </div>
        <div class="cell-way" title={words.transportHints[stream.transport ?? '']}>
          {words.transports[stream.transport ?? ''] ?? '–'}
          <small class="number">{stream.remote}</small>
        </div>
        {isRunning ? (
          <>
            <div class="cell-graph">
              <Sparkline
                values={history.bitrateBps}
                places={PLACES}
                top={TOP.bitrateBps}
                label={`${words.columns.bitrate}: ${bitrate(stream.stats.bitrateBps)}`}
              />
              <span class="number" data-testid="bitrate">
                {bitrate(stream.stats.bitrateBps)}
              </span>
            </div>
            <div class="cell-graph">
              <Sparkline
                values={history.fps}
                places={PLACES}
                top={TOP.fps}
                label={`${words.columns.fps}: ${Math.round(fps)}`}
              />
              <span class="number">{Math.round(fps)} fps</span>
            </div>
            <div class="cell-graph">
              <Sparkline
                values={history.loss}
                places={PLACES}
                top={TOP.loss}
                tone="danger"
                label={`${words.columns.loss}: ${percent(loss)}`}
              />
              <span class={loss > 0 ? 'number fault' : 'number'}>{percent(loss)}</span>
            </div>
            <div class="cell-viewers number" title={words.columns.viewers}>
              {stream.viewers}
            </div>
          </>
        ) : (
          <div class="cell-reason">{endWords(stream.endReason, words)}</div>
        )}
        <div class="actions">
          {isRunning && (
            <button
              type="button"
              class={isRecorded ? 'record running' : 'record'}
              data-testid="stream-record"
              aria-pressed={isRecorded === true}
              aria-label={isRecorded ? words.stopRecording : words.record}
              title={isAdmin ? (isRecorded ? words.stopRecording : words.record) : words.lookOnly}
              disabled={!isAdmin}
              onClick={() => void act(setRecording(stream.id, isRecorded !== true))}
            >
              <span class="disc" aria-hidden="true" />
            </button>
          )}
          <a
            class="button"
            href={
              stream.kind === 'playback'
                ? footageHref(stream, { stream: stream.id })
                : hrefOf('live', [stream.deviceId, stream.channelId], query)
            }
            title={words.watch}
            aria-label={`${words.watch}: ${name}`}
          >
            <Icon name="play" />
          </a>
          {isRunning && (
            <ConfirmButton
              label={words.stop}
              really={words.stopReally}
              disabled={!isAdmin}
              reason={words.lookOnly}
              testId="stop-stream"
              onConfirm={() => void act(stopStream(stream.id))}
            >
              {words.stop}
            </ConfirmButton>
          )}
        </div>
      </div>
      {isOpen && <StreamDetails stream={stream} />}
    </li>
  );
}
