import { useEffect, useRef, useState } from 'preact/hooks';

/** A file that grows is opened again when it was played to its end, with so much new in it. */
const GROW_PAUSE_MS = 1_500;
/** Nearer to the end than this counts as seen: the last picture has no length of its own. */
const SEEN_SECONDS = 0.2;
/** A file that cannot be opened so often in a row is given up. */
const MAX_FAILURES = 3;

interface Props {
  address: string;
  /** Still written: it is opened again where it was left whenever its end is reached. */
  isGrowing: boolean;
  /** What is said when the browser cannot play it. */
  broken: string;
  testId: string;
}

/** One MP4 of the gateway's, in place. */
export function FilePlayer({ address, isGrowing, broken, testId }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const failures = useRef(0);
  const grows = useRef(isGrowing);
  const grew = useRef(isGrowing);
  const timer = useRef(0);
  const [isBroken, setBroken] = useState(false);
  grows.current = isGrowing;

  useEffect(() => () => window.clearTimeout(timer.current), []);

  function openAgain(): void {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      const element = video.current;
      if (element === null) return;
      const at = element.currentTime;
      grew.current = grows.current;
      const fresh = new URL(address);
      // Another address: what the browser holds of the shorter file is no use.
      fresh.searchParams.set('opened', String(Date.now()));
      element.src = fresh.href;
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
    if (grew.current) openAgain();
  }

  function onError(): void {
    // Finishing a file rewrites its head: what was read before does not fit what is read after.
    failures.current += 1;
    if (grew.current && failures.current <= MAX_FAILURES) openAgain();
    else setBroken(true);
  }

  function onTime(): void {
    const element = video.current;
    if (element === null || element.currentTime === 0) return;
    failures.current = 0;
    // Chromium may wait for bytes at the end of a growing file instead of ending.
    if (grew.current && element.currentTime > element.duration - SEEN_SECONDS && element.paused) openAgain();
  }

  return (
    <div class="screen">
      {/* biome-ignore lint/a11y/useMediaCaption: a camera has no captions */}
      <video
        ref={video}
        data-testid={testId}
        src={address}
        controls
        autoPlay
        playsInline
        onError={onError}
        onEnded={onEnded}
        onTimeUpdate={onTime}
      />
      {isBroken && (
        <div class="message" role="status">
          <p>{broken}</p>
        </div>
      )}
    </div>
  );
}
