import type { Value } from './change.ts';

/** `8:5:0` as `08:05:00`. Pure. */
export function segmentTime(segment: Value | undefined, end: 'Start' | 'Stop'): string {
  const of = (part: string) => {
    const value =
      typeof segment === 'object' && !Array.isArray(segment)
        ? (segment as Readonly<Record<string, Value>>)[end + part]
        : 0;
    return String(value ?? 0).padStart(2, '0');
  };
  return `${of('Hour')}:${of('Min')}:${of('Sec')}`;
}

/** What a person may type, from `00:00:00` to `24:00:00`. */
export const TIME_PATTERN = '([01]?\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?|24:00(:00)?';

/** The elements of a time that was typed; null when it is none. Pure. */
export function segmentParts(text: string, end: 'Start' | 'Stop'): Readonly<Record<string, number>> | null {
  if (!new RegExp(`^(?:${TIME_PATTERN})$`).test(text)) return null;
  const [hour = 0, minute = 0, second = 0] = text.split(':').map(Number);
  return { [`${end}Hour`]: hour, [`${end}Min`]: minute, [`${end}Sec`]: second };
}
