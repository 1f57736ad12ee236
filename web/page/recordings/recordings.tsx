import { useState } from 'preact/hooks';
import { type Channel, type Recording, recordingAddress } from '../api.ts';
import { duration, moment, size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { recordingsWords } from '../words/recordings.ts';

interface ListProps {
  recordings: readonly Recording[] | null;
  channels: readonly Channel[];
  onPlay: (recording: Recording) => void;
  onDelete: (recording: Recording) => void;
}

/** Newest first, with what can be done to each. Deleting wants a second click on the same button. */
export function RecordingList({ recordings, channels, onPlay, onDelete }: ListProps) {
  const words = useWords(recordingsWords);
  const locale = localeOf(useLanguage());
  const [doomed, setDoomed] = useState<string | null>(null);
  const names = new Map(channels.map((channel) => [`${channel.deviceId}/${channel.id}`, channel.name]));
  return (
    <section class="recordings" data-testid="recordings">
      <h2>{words.recordings}</h2>
      {recordings === null && <p class="hint">{words.loading}</p>}
      {recordings?.length === 0 && <p class="hint">{words.noRecordings}</p>}
      <ul>
        {recordings?.map((recording) => (
          <li key={recording.id} data-testid="recording" data-recording-id={recording.id} data-state={recording.state}>
            <span class="name">
              {names.get(`${recording.deviceId}/${recording.channelId}`) || recording.channelId}
              <small>{moment(recording.start, locale)}</small>
            </span>
            <span class={`badge ${recording.state}`} title={recording.error}>
              {words.recordingState[recording.state]}
            </span>
            <span class="number">{duration(recording.durationMs)}</span>
            <span class="number">{size(recording.bytes)}</span>
            <span class="actions">
              <button
                type="button"
                data-testid="play-recording"
                title={words.play}
                aria-label={words.play}
                onClick={() => onPlay(recording)}
              >
                <Icon name="play" />
              </button>
              <a
                class="button"
                href={recordingAddress(recording.id)}
                download={`${recording.channelId}-${recording.start.replaceAll(/[:+]/g, '-')}.mp4`}
                title={words.download}
                aria-label={words.download}
              >
                <Icon name="download" />
              </a>
              <button
                type="button"
                data-testid="delete-recording"
                class={doomed === recording.id ? 'danger' : ''}
                title={words.remove}
                aria-label={doomed === recording.id ? words.removeReally : words.remove}
                disabled={recording.state === 'recording' || recording.locked}
                onBlur={() => setDoomed(null)}
                onClick={() => {
                  if (doomed !== recording.id) setDoomed(recording.id);
                  else {
                    setDoomed(null);
                    onDelete(recording);
                  }
                }}
              >
                {doomed === recording.id ? words.removeReally : <Icon name="remove" />}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One recorded file in place of the live picture. */
export function RecordingStage({ recording, onBack }: { recording: Recording; onBack: () => void }) {
  const words = useWords(recordingsWords);
  const locale = localeOf(useLanguage());
  const [isBroken, setBroken] = useState(false);
  return (
    <section class="stage">
      <div class="screen">
        {/* biome-ignore lint/a11y/useMediaCaption: a camera has no captions */}
        <video
          key={recording.id}
          data-testid="recording-player"
          src={recordingAddress(recording.id)}
          controls
          autoPlay
          playsInline
          onError={() => setBroken(true)}
        />
        {isBroken && (
          <div class="message" role="status">
            <p>{words.cannotPlayFile}</p>
          </div>
        )}
      </div>
      <div class="bar">
        <div class="title">
          <h1>{moment(recording.start, locale)}</h1>
          <span class="id">{recording.channelId}</span>
        </div>
        <button type="button" onClick={onBack}>
          <Icon name="back" />
          <span>{words.backToLive}</span>
        </button>
      </div>
    </section>
  );
}
