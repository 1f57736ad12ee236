/** Longest page of a list. */
export const MAX_LIMIT = 1000;
/** Page length when none is asked for. */
export const DEFAULT_LIMIT = 100;

export interface Page<T> {
  items: T[];
  /** Opaque; null at the end. */
  next: string | null;
}

/**
 * One page of a list. The cursor holds the key of the last item, so that items which come and go between two
 * pages neither repeat nor hide others. `keyOf` must be unique. `newestFirst` turns the order of keys round.
 * Null: the cursor is none of ours.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  o: { limit?: number; cursor?: string; newestFirst?: boolean },
): Page<T> | null {
  const direction = o.newestFirst ? -1 : 1;
  const after = o.cursor === undefined ? null : decodeCursor(o.cursor);
  if (after === null && o.cursor !== undefined) return null;
  const compare = (a: string, b: string): number => (a < b ? -direction : a > b ? direction : 0);
  const keyed = items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => compare(a.key, b.key));
  const rest = after === null ? keyed : keyed.filter(({ key }) => compare(key, after) > 0);
  const shown = rest.slice(0, o.limit ?? DEFAULT_LIMIT);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    next: last !== undefined && rest.length > shown.length ? encodeCursor(last.key) : null,
  };
}

/** A key as a cursor. */
export function encodeCursor(key: string): string {
  return Buffer.from(`k${key}`).toString('base64url');
}

/** The key of a cursor; null when it is none of ours. */
export function decodeCursor(cursor: string): string | null {
  const text = Buffer.from(cursor, 'base64url').toString();
  return text.startsWith('k') && encodeCursor(text.slice(1)) === cursor ? text.slice(1) : null;
}

/** True when one of the values holds the words of `q`, whatever their case. */
export function matches(q: string | undefined, values: readonly (string | null | undefined)[]): boolean {
  if (q === undefined || q === '') return true;
  const needle = q.toLowerCase();
  return values.some((value) => value?.toLowerCase().includes(needle));
}
