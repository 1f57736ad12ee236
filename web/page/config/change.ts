/** A value of a configuration as JSON. */
export type Value = string | number | boolean | readonly Value[] | { readonly [element: string]: Value };

function isObject(value: Value | undefined): value is { readonly [element: string]: Value } {
  return typeof value === 'object' && !Array.isArray(value);
}

function isSame(a: Value | undefined, b: Value): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * What has to be said to make `after` of `before`: of objects the elements that differ, of everything else the whole, because the gateway merges objects and
 * replaces lists. Undefined: nothing. Pure.
 */
export function changeOf(before: Value | undefined, after: Value): Value | undefined {
  if (isSame(before, after)) return undefined;
  if (!isObject(before) || !isObject(after)) return after;
  const changed = Object.entries(after).flatMap(([name, value]) => {
    const change = changeOf(before[name], value);
    return change === undefined ? [] : [[name, change] as const];
  });
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

/** `value` with what stands at `path` set; what is missing on the way is made. Pure. */
export function withValue(value: Value | undefined, path: readonly (string | number)[], next: Value): Value {
  const [first, ...rest] = path;
  if (first === undefined) return next;
  if (typeof first === 'number') {
    const entries = Array.isArray(value) ? [...value] : [];
    entries[first] = withValue(entries[first] as Value | undefined, rest, next);
    return entries;
  }
  const object = isObject(value) ? value : {};
  return { ...object, [first]: withValue(object[first], rest, next) };
}
