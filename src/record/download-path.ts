import { safeName } from './archive.ts';
import type { FootageSpan } from './source.ts';

/**
 * Where a download of this range goes, relative to the data folder: `downloads/{deviceId}/{channelId}/{from}--{to}.mp4`, times of the content
 * as `YYYYMMDDTHHmmss` in the given IANA zone. A taken name gets `-2`, `-3`, …
 */
export function downloadPath(
  o: FootageSpan & { readonly deviceId: string; readonly channelId: string; readonly timeZone: string },
  isTaken: (path: string) => boolean,
): string {
  const name = `${local(o.startEpochMs, o.timeZone)}--${local(o.endEpochMs, o.timeZone)}`;
  const first = `downloads/${safeName(o.deviceId)}/${safeName(o.channelId)}/${name}`;
  let path = `${first}.mp4`;
  for (let n = 2; isTaken(path); n += 1) path = `${first}-${n}.mp4`;
  return path;
}

function local(epochMs: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const parts = new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
  const of = (...types: Intl.DateTimeFormatPartTypes[]) => types.map((type) => parts.get(type) ?? '').join('');
  return `${of('year', 'month', 'day')}T${of('hour', 'minute', 'second')}`;
}
