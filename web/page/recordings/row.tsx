import { useState } from 'preact/hooks';
import { type Recording, thumbnailAddress } from '../api.ts';
import { duration, shortMoment, size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { LongName } from '../parts/long-name.tsx';
import { type RecordingsWords, recordingsWords } from '../words/recordings.ts';

/** Height of a row in CSS pixels, for the virtual list: the style sheet has the same number. */
export const ROW_PX = 64;

/** What is recorded reaches the disk a moment later: from this length on there is a picture in the file. */
const WRITTEN_MS = 2_000;

/** Why a recording cannot be deleted, or undefined when it can. Pure. */
export function whyNotDeleted(recording: Recording, isAdmin: boolean, words: RecordingsWords): string | undefined {
  if (!isAdmin) return words.lookOnly;
  if (recording.state === 'recording') return words.isRecording;
  return recording.locked ? words.isLocked : undefined;
}

/** File name for somebody who keeps it. Pure. */
export function fileName({ channelId, start }: Recording): string {
  return `${channelId}-${start.replaceAll(/[:+]/g, '-')}.mp4`;
}

/** Its first picture; the same calm box when there is none. */
function Thumbnail({ recording, hasPictures }: { recording: Recording; hasPictures: boolean }) {
  const [isBroken, setBroken] = useState(false);
  const wanted =
    hasPictures &&
    !isBroken &&
    (recording.state === 'recording' ? recording.durationMs > WRITTEN_MS : recording.bytes > 0);
  return wanted ? (
    <img
      class="thumbnail"
      src={thumbnailAddress(recording.id)}
      alt=""
      width="80"
      height="45"
      decoding="async"
      data-testid="thumbnail"
      onError={() => setBroken(true)}
    />
  ) : (
    <span class="thumbnail none" data-testid="no-thumbnail">
      <Icon name="camera" />
    </span>
  );
}

interface Props {
  /** One file, or a run of them as one. */
  recording: Recording;
  /** How many files it is. */
  files: number;
  /** Where the file, or that of the whole run, is read. */
  address: string;
  name: string;
  isPlayed: boolean;
  isSelected: boolean;
  hasPictures: boolean;
  isAdmin: boolean;
  /** Its place in the whole list, from 1, for screen readers. */
  position: number;
  onSelect: (isSelected: boolean) => void;
  onPlay: () => void;
  onLock: () => void;
  onDelete: () => void;
}

/** One recording with what can be done to it. */
export function RecordingRow({ recording, name, ...p }: Props) {
  const words = useWords(recordingsWords);
  const locale = localeOf(useLanguage());
  const when = shortMoment(recording.start, locale, Date.now());
  const { state, locked } = recording;
  const reason = whyNotDeleted(recording, p.isAdmin, words);
  const lockWords = locked ? words.unlock : words.lock;
  return (
    <li
      class={p.isPlayed ? 'recording played' : 'recording'}
      aria-posinset={p.position}
      data-testid="recording"
      data-recording-id={recording.id}
      data-state={state}
      data-locked={locked}
      data-files={p.files}
    >
      <input
        type="checkbox"
        data-testid="select-recording"
        aria-label={words.select(`${name}, ${when}`)}
        checked={p.isSelected}
        onChange={(event) => p.onSelect(event.currentTarget.checked)}
      />
      <button type="button" class="open plain" data-testid="play-recording" title={words.play} onClick={p.onPlay}>
        <Thumbnail key={state} recording={recording} hasPictures={p.hasPictures} />
        <span class="name">
          <LongName name={name} />
          <small>
            {when}
            {recording.streamNumber > 0 && ` · ${words.subStream(recording.streamNumber)}`}
            {recording.reason !== undefined && ` · ${words.reasons[recording.reason]}`}
            {p.files > 1 && ` · ${words.files(p.files)}`}
          </small>
        </span>
      </button>
      <span class={`badge ${state}`} title={recording.error}>
        {words.recordingState[state]}
        {locked && (
          <span class="lock" role="img" aria-label={words.locked} title={words.locked}>
            <Icon name="lock" />
          </span>
        )}
      </span>
      <span class="number length">{duration(recording.durationMs)}</span>
      <span class="number size" data-testid="recording-size" data-bytes={recording.bytes}>
        {size(recording.bytes)}
      </span>
      <span class="actions">
        <a
          class="button"
          href={p.address}
          download={fileName(recording)}
          title={words.download}
          aria-label={`${words.download}: ${name}, ${when}`}
        >
          <Icon name="download" />
        </a>
        <button
          type="button"
          data-testid="lock-recording"
          aria-pressed={locked}
          aria-label={`${lockWords}: ${name}, ${when}`}
          title={p.isAdmin ? lockWords : words.lookOnly}
          disabled={!p.isAdmin}
          onClick={p.onLock}
        >
          <Icon name={locked ? 'lock' : 'unlock'} />
        </button>
        <ConfirmButton
          label={words.remove}
          really={words.removeReally}
          disabled={reason !== undefined}
          reason={reason}
          testId="delete-recording"
          onConfirm={p.onDelete}
        >
          <Icon name="remove" />
        </ConfirmButton>
      </span>
    </li>
  );
}
