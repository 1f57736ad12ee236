import type { Recording } from '../api.ts';
import { footageHref } from '../footage/address.ts';
import { duration, moment, size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { FilePlayer } from '../parts/file-player.tsx';
import { Icon } from '../parts/icon.tsx';
import { footageWords } from '../words/footage.ts';
import { recordingsWords } from '../words/recordings.ts';
import { fileName } from './row.tsx';

interface Props {
  recording: Recording;
  /** Where the file, or that of a whole run, is read. */
  address: string;
  name: string;
  onClose: () => void;
}

/** One recorded file, in place. */
export function RecordingPlayer({ recording, address, name, onClose }: Props) {
  const words = useWords(recordingsWords);
  const { timeLine } = useWords(footageWords);
  const locale = localeOf(useLanguage());
  return (
    <section class="recording-player" aria-label={words.player}>
      <FilePlayer
        address={address}
        isGrowing={recording.state === 'recording'}
        broken={words.cannotPlayFile}
        testId="recording-player"
      />
      <div class="bar">
        <div class="title">
          <h2>{name}</h2>
          <span class="id">
            {moment(recording.start, locale)} · {duration(recording.durationMs)} · {size(recording.bytes)}
          </span>
          {recording.state === 'recording' && <span class="hint">{words.stillRunning}</span>}
        </div>
        <a
          class="button"
          href={footageHref(recording, { atMs: Date.parse(recording.start), lane: 'own' })}
          data-testid="to-time-line"
        >
          <Icon name="footage" />
          <span>{timeLine}</span>
        </a>
        <a
          class="button"
          href={address}
          download={fileName(recording)}
          title={words.download}
          data-testid="download-played"
        >
          <Icon name="download" />
          <span>{words.download}</span>
        </a>
        <button type="button" title={words.close} aria-label={words.close} data-testid="close-player" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
    </section>
  );
}
