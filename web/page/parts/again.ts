import { ApiFault } from '../api.ts';

/** After a reading that failed: a gateway that is starting, or has too much to do, needs a moment. */
export const AGAIN_MS = 5_000;

/** True when the same question may well be answered a moment later: nobody answered, or the gateway had a trouble of its own. Pure. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ApiFault) || error.status === 0 || error.status === 429 || error.status >= 500;
}

/** What goes wrong at something that is tried again and again: said once, so that it can be put away, and taken back when it goes well. */
export class Complaint {
  readonly #failed: (error: unknown) => () => void;
  #said: string | null = null;
  #takeBack = () => {};

  /** `failed` says it, and answers what takes it back. */
  constructor(failed: (error: unknown) => () => void) {
    this.#failed = failed;
  }

  fault(error: unknown): void {
    const text = String(error);
    if (text === this.#said) return;
    this.#said = text;
    this.#takeBack = this.#failed(error);
  }

  /** It went well. */
  end(): void {
    this.#takeBack();
    this.#takeBack = () => {};
    this.#said = null;
  }
}

/**
 * Asks `read` until it answers, and gives the answer to `take`; `failed` says what goes wrong, and answers what takes it back. A refusal that
 * will stay one ends it. The answer of this function ends it as well.
 */
export function untilRead<T>(
  read: () => Promise<T>,
  take: (value: T) => void,
  failed: (error: unknown) => () => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWanted = true;
  const complaint = new Complaint(failed);
  const ask = async (): Promise<void> => {
    try {
      const value = await read();
      if (!isWanted) return;
      complaint.end();
      take(value);
    } catch (error) {
      if (!isWanted) return;
      complaint.fault(error);
      if (mayPass(error)) timer = setTimeout(() => void ask(), AGAIN_MS);
    }
  };
  void ask();
  return () => {
    isWanted = false;
    clearTimeout(timer);
  };
}
