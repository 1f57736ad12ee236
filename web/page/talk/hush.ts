import { useRef } from 'preact/hooks';

/** Switches the sound of the picture off while somebody speaks, and back to what it was: `onSpeaking` of a talk button. */
export function useHush(isMuted: boolean, setMuted: (isMuted: boolean) => void): (isSpeaking: boolean) => void {
  const now = useRef(isMuted);
  now.current = isMuted;
  const before = useRef<boolean | null>(null);
  return (isSpeaking) => {
    if (isSpeaking && before.current === null) {
      before.current = now.current;
      setMuted(true);
    } else if (!isSpeaking && before.current !== null) {
      setMuted(before.current);
      before.current = null;
    }
  };
}
