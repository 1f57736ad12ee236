/** Numbers and codec names for people. Pure: no DOM. */

const CODEC_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(h265|hevc|hvc1|hev1)/i, 'H.265'],
  [/^(h264|avc)/i, 'H.264'],
  [/^pcma/i, 'G.711A'],
  [/^pcmu/i, 'G.711µ'],
  [/^(aac|mp4a)/i, 'AAC'],
  [/^flac/i, 'FLAC'],
];

/** `H.264` for `h264` or `avc1.64001f`; an unknown codec as it is. */
export function codecName(codec: string): string {
  return CODEC_NAMES.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
}

export function bitrate(bps: number): string {
  return bps < 999_500 ? `${Math.round(bps / 1_000)} kbit/s` : `${(bps / 1_000_000).toFixed(1)} Mbit/s`;
}

export function size(bytes: number): string {
  if (bytes <= 0) return '0 kB';
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1_000))} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}

/** `1:02:03` or `2:03`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Date and time in the browser's zone and language. */
export function moment(iso: string, language: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The same in a narrow place: without the year where it is this one. */
export function shortMoment(iso: string, language: string, nowMs: number): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleString(language, {
    ...(date.getFullYear() === new Date(nowMs).getFullYear() ? {} : { year: 'numeric' }),
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
}

/** `UTC+8`, `UTC−3:30`: so many minutes east of UTC. */
export function offsetWords(minutes: number): string {
  const rest = Math.abs(minutes) % 60;
  const sign = minutes < 0 ? '−' : '+';
  return `UTC${sign}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** So many characters of its end stay, where no word begins nearby: a number, a direction. */
const END = 7;
const SHORTEST_END = 4;
const LONGEST_END = 10;
/** A name of fewer characters is never cut. */
const SHORT = 14;

/** A name in two parts: what may be cut, and what stays. */
export function halves(name: string): readonly [string, string] {
  const characters = Array.from(name);
  if (characters.length < SHORT) return [name, ''];
  const word = characters.lastIndexOf(' ', characters.length - SHORTEST_END);
  const from = word >= characters.length - LONGEST_END ? word : characters.length - END;
  return [characters.slice(0, from).join(''), characters.slice(from).join('')];
}
