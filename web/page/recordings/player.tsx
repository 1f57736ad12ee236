import { useEffect, useRef, useState } from 'preact/hooks';
import { type Recording, recordingAddress } from '../api.ts';
import { duration, moment, size } from '../format.ts';
import { localeOf, useLanguage, useWords } from '../language.ts';
import { Icon } from '../parts/icon.tsx';
import { recordingsWords } from '../words/recordings.ts';

/** A file that grows is opened again when it was played to its end, with so much new in it. */
const GROW_PAUSE_MS = 1_500;
/** Nearer to the end than this counts as seen: the last picture has no length of its own. */
const SEEN_SECONDS = 0.2;
/** A file that cannot be opened so often in a row is given up. */
const MAX_FAILURES = 3;

interface Props {
  recording: Recording;
  name: string;
  onClose: () => void;
}

/** One recorded file, in place. One that is still written is opened again where it was left whenever its end is reached. */
export function RecordingPlayer({ recording, name, onClose }: Props) {
  const words = useWords(recordingsWords);
  const locale = localeOf(useLanguage());
  const video = useRef<HTMLVideoElement>(null);
  const failures = useRef(0);
  const state = useRef(recording.state);
  const wasGrowing = useRef(recording.state === 'recording');
  const timer = useRef(0);
  const [isBroken, setBroken] = useState(false);
  state.current = recording.state;

  useEffect(() => () => window.clearTimeout(timer.current), []);

  function openAgain(): void {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      const element = video.current;
      if (element === null) return;
      const at = element.currentTime;
      wasGrowing.current = state.current === 'recording';
      const address = new URL(recordingAddress(recording.id));
      // Another address: what the browser holds of the shorter file is no use.
      address.searchParams.set('opened', String(Date.now()));
      element.src = address.href;
      element.addEventListener(
        'loadedmetadata',
        () => {
          element.currentTime = at;
          void element.play().catch(() => {});
        },
        { once: true },
      );
    }, GROW_PAUSE_MS);
  }

  function onEnded(): void {
    // Ended before its end is known: a file that grew meanwhile, or has been finished since.
    if (wasGrowing.current) openAgain();
  }

  function onError(): void {
    // Finishing a file rewrites its head: what was read before does not fit what is read after.
    failures.current += 1;
    if (wasGrowing.current && failures.current <= MAX_FAILURES) openAgain();
    else setBroken(true);
  }

  function onTime(): void {
    const element = video.current;
    if (element === null || element.currentTime === 0) return;
    failures.current = 0;
    // Chromium may wait for bytes at the end of a growing file instead of ending.
    if (wasGrowing.current && element.currentTime > element.duration - SEEN_SECONDS && element.paused) openAgain();
  }

  return (
    <section class="recording-player" aria-label={words.player}>
      <div class="screen">
        {/* biome-ignore lint/a11y/useMediaCaption: a camera has no captions */}
        <video
          ref={video}
          data-testid="recording-player"
          src={recordingAddress(recording.id)}
          controls
          autoPlay
          playsInline
          onError={onError}
          onEnded={onEnded}
          onTimeUpdate={onTime}
        />
        {isBroken && (
          <div class="message" role="status">
            <p>{words.cannotPlayFile}</p>
          </div>
        )}
      </div>
      <div class="bar">
        <div class="title">
          <h2>{name}</h2>
          <span class="id">
            {moment(recording.start, locale)} · {duration(recording.durationMs)} · {size(recording.bytes)}
          </span>
          {recording.state === 'recording' && <span class="hint">{words.stillRunning}</span>}
        </div>
        <button type="button" title={words.close} aria-label={words.close} data-testid="close-player" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
    </section>
  );
}
