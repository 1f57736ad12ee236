import { useEffect, useRef, useState } from 'preact/hooks';
import { failed, isLinked } from '../model.ts';
import { type Store, useStore } from '../store.ts';
import { AGAIN_MS, Complaint, mayPass, untilRead } from './again.ts';

/** One page of a list, and where the next begins; null: there is none. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A list as far as it was read: `null` items while the first page is. */
export interface Listed<T> {
  readonly items: readonly T[] | null;
  /** More can be read. */
  readonly hasMore: boolean;
}

export const NOTHING: Listed<never> = { items: null, hasMore: false };

/** Reads a list page by page until `close`; a page that cannot be read is asked for again. */
export class Pages<T extends { readonly id: string }> {
  readonly signal: AbortSignal;
  readonly #life = new AbortController();
  readonly #read: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>;
  #cursor: string | null = null;
  #isReading = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #complaint = new Complaint(failed);

  constructor(read: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>) {
    this.#read = read;
    this.signal = this.#life.signal;
  }

  /** Reads the next page, unless one is being read or there is none; `show` gets what `shown` has by then, and what it has not. */
  async more(shown: () => Listed<T>, show: (items: readonly T[], hasMore: boolean) => void): Promise<void> {
    const { items, hasMore } = shown();
    if (this.#isReading || this.signal.aborted || (items !== null && !hasMore)) return;
    this.#isReading = true;
    clearTimeout(this.#timer);
    try {
      const { items: read, next } = await this.#read(this.#cursor, this.signal);
      this.#cursor = next;
      this.#complaint.end();
      const known = shown().items ?? [];
      const ids = new Set(known.map(({ id }) => id));
      show([...known, ...read.filter(({ id }) => !ids.has(id))], next !== null);
    } catch (error) {
      this.#isReading = false;
      if (this.signal.aborted) return;
      this.#complaint.fault(error);
      if (mayPass(error)) this.#timer = setTimeout(() => void this.more(shown, show), AGAIN_MS);
      // What the gateway refuses for good is no list that is still on its way.
      else if (items === null) show([], false);
    }
    this.#isReading = false;
  }

  /** Says what went wrong, unless nobody waits for it any more. */
  fault(error: unknown): void {
    if (!this.signal.aborted) failed(error);
  }

  close(): void {
    this.#life.abort();
    clearTimeout(this.#timer);
  }
}

interface Feed<S> {
  readonly shown: Store<S>;
  open(): void;
  close(): void;
}

/** The feed of a filter, opened anew when the filter changes or the gateway was away. `filter` always has the same fields. */
export function useFeed<F extends object, O, S>(
  Made: new (filter: F) => O & Feed<S>,
  filter: F,
  nothing: NoInfer<S>,
): { feed: O | null; shown: S } {
  const linked = useStore(isLinked);
  const wasLinked = useRef(linked);
  const [round, setRound] = useState(0);
  const [feed, setFeed] = useState<O | null>(null);
  const [shown, setShown] = useState(nothing);
  useEffect(() => {
    if (linked && !wasLinked.current) setRound((count) => count + 1);
    wasLinked.current = linked;
  }, [linked]);
  useEffect(() => {
    const fresh = new Made(filter);
    const unfollow = fresh.shown.follow(() => setShown(fresh.shown.value));
    setFeed(fresh);
    fresh.open();
    return () => {
      unfollow();
      fresh.close();
    };
  }, [...Object.values(filter), round]);
  return { feed, shown };
}

/**
 * The one that the address names: of the list, or read by itself when it is not there (an old one, or one that the filter leaves out), and
 * kept true by `follow`. `isGone`: there is none of that id.
 */
export function useNamed<T extends { readonly id: string }>(
  id: string | undefined,
  items: readonly T[] | null,
  read: (id: string) => Promise<T | null>,
  follow?: (id: string, told: (one: T | null) => void) => () => void,
): { named: T | undefined; isGone: boolean } {
  const [alone, setAlone] = useState<{ id: string; one: T | null } | null>(null);
  const listed = items?.find((one) => one.id === id);
  const isMissing = id !== undefined && items !== null && listed === undefined;
  useEffect(() => {
    if (!isMissing) return undefined;
    const forget = untilRead(
      () => read(id),
      (one) => setAlone({ id, one }),
      failed,
    );
    const unfollow = follow?.(id, (one) => {
      // what is still being read is older
      forget();
      setAlone({ id, one });
    });
    return () => {
      forget();
      unfollow?.();
    };
  }, [id, isMissing]);
  const known = isMissing && alone?.id === id ? alone : null;
  return { named: listed ?? known?.one ?? undefined, isGone: known?.one === null };
}
