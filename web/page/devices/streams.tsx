import { useEffect } from 'preact/hooks';
import { bitrate, codecName } from '../format.ts';
import { useWords } from '../language.ts';
import { directory, onEvent } from '../model.ts';
import { Ago } from '../parts/ago.tsx';
import { FindingsList } from '../parts/findings-list.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { StepLine } from '../parts/step-line.tsx';
import { hrefOf } from '../route.ts';
import { useStore } from '../store.ts';
import { devicesWords } from '../words/devices.ts';
import { endWords, streamsWords } from '../words/streams.ts';
import { type DeviceStream, listDeviceStreams } from './api.ts';
import { useLoaded } from './loaded.ts';

/** Numbers that move while somebody looks. */
const READ_MS = 2_000;

/** The streams of a device: how each came about, and what is unusual in it. */
export function DeviceStreams({ id }: { id: string }) {
  const words = useWords(devicesWords);
  const { value, fault, again } = useLoaded(`streams ${id}`, () => listDeviceStreams(id), READ_MS);
  useEffect(
    () =>
      onEvent(({ type, data }) => {
        if (type.startsWith('stream.') && data.deviceId === id) again();
      }),
    [id, again],
  );
  if (value === null)
    return fault === null ? (
      <p class="hint late">{words.loading}</p>
    ) : (
      <p class="fault" role="alert">
        {fault || words.unreachable}
      </p>
    );
  const running = value.filter((one) => one.state !== 'ended');
  const ended = value.filter((one) => one.state === 'ended');
  return (
    <>
      {value.length === 0 && (
        <div class="panel empty" data-testid="no-streams">
          <p>{words.noStreams}</p>
          <p class="hint">{words.noStreamsHint}</p>
        </div>
      )}
      {running.map((stream) => (
        <StreamPanel key={stream.id} deviceId={id} stream={stream} />
      ))}
      {ended.length > 0 && (
        <details class="ended" open={running.length === 0}>
          <summary>
            {words.ended} <span class="hint number">{ended.length}</span>
          </summary>
          {ended.map((stream) => (
            <StreamPanel key={stream.id} deviceId={id} stream={stream} />
          ))}
        </details>
      )}
    </>
  );
}

const TONES = {
  playing: 'good',
  paused: 'quiet',
  ended: 'quiet',
  inviting: 'warning',
  waiting: 'warning',
  stalled: 'danger',
} as const;

function StreamPanel({ deviceId, stream }: { deviceId: string; stream: DeviceStream }) {
  const words = useWords(devicesWords);
  const ending = useWords(streamsWords);
  const channels = useStore(directory)?.channels ?? [];
  const channel = channels.find((one) => one.deviceId === deviceId && one.id === stream.channelId);
  const query = stream.streamNumber === 0 ? undefined : new URLSearchParams({ stream: String(stream.streamNumber) });
  const picture = stream.video && `${codecName(stream.video.codec)} ${stream.video.width} × ${stream.video.height}`;
  const facts = [
    words.streamNumber(stream.streamNumber),
    picture,
    stream.audio && codecName(stream.audio.codec),
    stream.transport && (words.value[stream.transport] ?? stream.transport),
    stream.remote,
    stream.ssrc && `SSRC ${stream.ssrc}`,
    stream.state === 'playing' && bitrate(stream.stats.bitrateBps),
    stream.stats.lost > 0 && words.lost(stream.stats.lost),
    stream.state !== 'ended' && words.viewers(stream.viewers),
  ].filter(Boolean);
  return (
    <section class="panel stream" data-testid="device-stream" data-stream-id={stream.id} data-state={stream.state}>
      <div class="panel-head">
        <h2>
          <a href={hrefOf('live', [deviceId, stream.channelId], query)}>{channel?.name || stream.channelId}</a>
        </h2>
        <StateDot tone={TONES[stream.state]}>{words.streamState[stream.state]}</StateDot>
        <span class="hint">
          <Ago at={stream.startedAt} />
        </span>
      </div>
      <p class="hint number">{facts.join(' · ')}</p>
      {stream.endReason !== undefined && <p class="hint">{endWords(stream.endReason, ending)}</p>}
      <h3>{words.steps}</h3>
      <StepLine steps={stream.steps} />
      <h3>{words.mediaFindings}</h3>
      <FindingsList findings={stream.findings} />
      <p class="hint">
        <a href={hrefOf('streams', [stream.id])}>{words.toStream}</a>
      </p>
    </section>
  );
}
