import { useEffect, useState } from 'preact/hooks';
import { noteRefusal } from './deeds.ts';

/** Less than this needs no words. */
const QUIET_MS = 250;

export interface Answer<T> {
  /** Null until the camera has said it, or when it does not. */
  readonly value: T | null;
  readonly fault: unknown;
  /** It is being asked, and has been for a while. */
  readonly isSlow: boolean;
  /** `force`: also when it is remembered not to answer that. */
  readonly askAgain: (force?: boolean) => void;
}

/** What a camera answers to `ask`, asked when the component appears, when `key` is another one, and on demand; what was known stays until then. */
export function useAnswer<T>(ask: (force: boolean) => Promise<T>, key: unknown = null): Answer<T> {
  const [round, setRound] = useState({ count: 0, force: false });
  const [value, setValue] = useState<T | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [isSlow, setSlow] = useState(false);

  useEffect(() => {
    let isWanted = true;
    const slow = window.setTimeout(() => setSlow(true), QUIET_MS);
    const ended = (next: () => void) => {
      window.clearTimeout(slow);
      if (!isWanted) return;
      setSlow(false);
      next();
    };
    ask(round.force).then(
      (said) =>
        ended(() => {
          setValue(() => said);
          setFault(null);
        }),
      (error: unknown) =>
        ended(() => {
          noteRefusal(error);
          setFault(error);
        }),
    );
    return () => {
      isWanted = false;
      window.clearTimeout(slow);
    };
  }, [round, key]);

  return { value, fault, isSlow, askAgain: (force = false) => setRound({ count: round.count + 1, force }) };
}
