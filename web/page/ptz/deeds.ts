import { useState } from 'preact/hooks';
import { mayControl } from '../access.ts';
import { ApiFault } from '../api.ts';
import { refused } from '../model.ts';
import type { PtzWords } from '../words/ptz.ts';

/** Something that is asked of the camera; `force`: also when it is remembered not to do that. */
export type Deed = (force: boolean) => Promise<void>;

export interface Deeds {
  /** True when it went well; else `fault` says why not. */
  readonly run: (deed: Deed) => Promise<boolean>;
  readonly fault: unknown;
  /** What was not tried because the camera is known not to do it; tries it. */
  readonly tryAnyway: (() => void) | null;
}

/** Carries out what the buttons ask for, one word of what went wrong for all of them. */
export function useDeeds(): Deeds {
  const [fault, setFault] = useState<unknown>(null);
  const [refusedDeed, setRefusedDeed] = useState<Deed | null>(null);

  async function attempt(deed: Deed, force: boolean): Promise<boolean> {
    try {
      await deed(force);
      setFault(null);
      setRefusedDeed(null);
      return true;
    } catch (error) {
      noteRefusal(error);
      setFault(error);
      setRefusedDeed(() => (codeOf(error) === 'not_supported' && !force ? deed : null));
      return false;
    }
  }

  return {
    run: (deed) => attempt(deed, false),
    fault,
    tryAnyway: refusedDeed === null ? null : () => void attempt(refusedDeed, true),
  };
}

/** A token that is refused leads to the sign-in, one that may only look switches the controls off. */
export function noteRefusal(fault: unknown): void {
  if (!(fault instanceof ApiFault)) return;
  if (fault.status === 401) refused();
  if (fault.status === 403) mayControl.set(false);
}

export function codeOf(fault: unknown): string {
  return fault instanceof ApiFault ? fault.code : '';
}

/** Why it did not come about, in the language of the page. */
export function sentenceOf(fault: unknown, words: PtzWords): string {
  return words.problems[codeOf(fault)] ?? ((fault instanceof ApiFault && fault.message) || words.failed);
}
