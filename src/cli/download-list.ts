/** One range that is wanted, as it was typed. */
export interface WantedRange {
  readonly deviceId: string;
  readonly channelId: string;
  readonly from: string;
  readonly to: string;
  /** Name of its file; null: that of the gateway. */
  readonly file: string | null;
}

/** More ranges than a day of work has; a file of another kind is noticed. */
const MAX_RANGES = 10_000;

/** `DEVICE/CHANNEL` in its two ids; null when it is none. */
export function placeOf(text: string): { deviceId: string; channelId: string } | null {
  const parts = /^([^\s/]+)\/([^\s/]+)$/.exec(text);
  return parts?.[1] === undefined || parts[2] === undefined ? null : { deviceId: parts[1], channelId: parts[2] };
}

/**
 * Ranges of a file: `DEVICE/CHANNEL FROM TO [FILE]` a line, separated by blanks (so that times are written with `T`); empty lines and
 * what follows a `#` count for nothing. A mistake is a sentence that names its line.
 */
export function readList(text: string): WantedRange[] | { fault: string } {
  const ranges: WantedRange[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (words[0] === '') continue;
    const [where = '', from, to, file = null, ...more] = words;
    const place = placeOf(where);
    if (place === null || from === undefined || to === undefined || more.length > 0)
      return { fault: `line ${index + 1} is not DEVICE/CHANNEL FROM TO [FILE]` };
    ranges.push({ ...place, from, to, file });
    if (ranges.length > MAX_RANGES) return { fault: `there are more than ${MAX_RANGES} ranges in it` };
  }
  return ranges.length === 0 ? { fault: 'there is no range in it' } : ranges;
}
