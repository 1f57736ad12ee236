import { localMsOf, localText } from '../local-time.ts';
import { type DeviceTime, parseDeviceTime } from './device-time.ts';
import { type BodyStyle, type Envelope, writeEnvelope } from './envelope.ts';
import { child, integerOf, itemsBelow, textOf, type XmlElement, type XmlNode } from './xml.ts';

/** Search for recorded footage: Query/RecordInfo and its answers (GB/T 28181 A.2.4.5, A.2.6.8). */

/** What is looked for. Filters that are absent are not sent. */
export interface RecordQuery {
  readonly channelId: string;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  /** `all` unless told. */
  readonly type?: 'all' | 'time' | 'alarm' | 'manual';
  /** 0 public, 1 secret; 0 unless told. */
  readonly secrecy?: 0 | 1;
  /** Part of the path of the file. */
  readonly filePath?: string;
  /** Part of the place. */
  readonly address?: string;
  readonly recorderId?: string;
  /** Look in the device and in central storage (`IndistinctQuery` 1); false or absent: where the request goes. */
  readonly fuzzy?: boolean;
  /** 2022: 0 main, 1 sub … */
  readonly streamNumber?: number;
  /** 2022: how and of what kind the alarm was that made the device record, by the numbers of the standard. */
  readonly alarmMethod?: string;
  readonly alarmType?: string;
}

/** One file of footage. It belongs to the channel that was asked for, whatever id the device wrote into it (REC-8). */
export interface RecordItem {
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  readonly name: string;
  /** Lower case: `time`, `alarm`, `manual`, or a word of the device's own; '' when it does not say. */
  readonly type: string;
  readonly secrecy: boolean;
  /** Null when absent or a placeholder (REC-7). */
  readonly filePath: string | null;
  readonly address: string | null;
  readonly recorderId: string | null;
  /** Null when absent, 0 or not a number (REC-7). */
  readonly sizeBytes: number | null;
  readonly streamNumber: number | null;
}

/** An item as it came. */
export interface ReadRecord {
  /** What it says, for counting: a message that comes twice says the same. */
  readonly text: string;
  /** Null: its times cannot be read, or lie outside of what was asked for. */
  readonly item: RecordItem | null;
}

/** One message of an answer. */
export interface RecordPart {
  /** How many there are in all, as far as the device knows; null when it does not say. */
  readonly sumNum: number | null;
  readonly records: readonly ReadRecord[];
  /** What was tolerated, one entry a code. */
  readonly tolerated: readonly (readonly [code: string, detail: string])[];
}

/** More items than annex M allows in one message. */
const MAX_ITEMS = 10_000;
const MAX_FIELD_LENGTH = 1_024;
/** A file that ends before it begins by a day or more is no slip of the pen (REC-6). */
const DAY_MS = 86_400_000;
/** Words for "no path" (REC-7). */
const PLACEHOLDER = /^(?:\(?null\)?|nil|none|n\/?a|unknown|undefined|\/?local_?file|\/?file_?path|[-./\\0]+)$/i;

/** Reads one message of an answer to `query`, of a device whose clock is in `timeZone`. */
export function readRecordInfo(envelope: Envelope, query: RecordQuery, timeZone: string): RecordPart {
  const tolerated = new Map<string, string>();
  const note = (code: string, detail: string): void => {
    if (!tolerated.has(code)) tolerated.set(code, detail);
  };
  const list = child(envelope.element, 'RecordList');
  const records: ReadRecord[] = [];
  for (const element of itemsBelow(list ?? envelope.element)) {
    if (records.length >= MAX_ITEMS) break;
    records.push(readRecord(element, query, timeZone, note));
  }
  const sumNum = integerOf(envelope.element, 'SumNum');
  if (sumNum === null) note('XML-6', `its RecordInfo has no SumNum that is a number`);
  return { sumNum: sumNum !== null && sumNum >= 0 ? sumNum : null, records, tolerated: [...tolerated] };
}

type Note = (code: string, detail: string) => void;

function readRecord(element: XmlElement, query: RecordQuery, timeZone: string, note: Note): ReadRecord {
  const field = (name: string): string => (textOf(element, name) ?? '').trim().slice(0, MAX_FIELD_LENGTH);
  const texts = ['StartTime', 'EndTime', 'Type', 'FilePath', 'StreamNumber', 'RecorderID', 'DeviceID'].map(field);
  const [startText = '', endText = '', type = '', path = '', streamNumber = '', recorderId = '', deviceId = ''] = texts;
  const record = { text: texts.join('\n'), item: null };
  const start = parseDeviceTime(startText, timeZone);
  const end = parseDeviceTime(endText, timeZone);
  if (start === null || end === null) {
    note('REC-5', `a file from "${startText.slice(0, 40)}" to "${endText.slice(0, 40)}": no times, so it is left out`);
    return record;
  }
  const times = timesOf(start, end, query, note);
  if (!start.standard) note('REC-5', `it writes times as ${startText.slice(0, 40)}`);
  if (times === null) {
    note('REC-6', `a file from ${startText} to ${endText} is not of what was asked for, so it is left out`);
    return record;
  }
  if (times.startEpochMs < query.startEpochMs || times.endEpochMs > query.endEpochMs)
    note('REC-6', `a file from ${startText} to ${endText} reaches over the edge of what was asked for`);
  if (deviceId !== '' && deviceId !== query.channelId)
    note('REC-8', `its files of ${query.channelId} have the DeviceID ${deviceId.slice(0, 40)}`);
  const size = /^\d{1,15}$/.test(field('FileSize')) ? Number(field('FileSize')) : 0;
  if (size === 0)
    note('REC-7', `its files have ${field('FileSize') === '' ? 'no FileSize' : 'a FileSize that is none'}`);
  if (path !== '' && PLACEHOLDER.test(path)) note('REC-7', `its files have the FilePath ${path}, which is none`);
  return {
    text: record.text,
    item: {
      ...times,
      name: field('Name'),
      type: type.toLowerCase(),
      secrecy: field('Secrecy') === '1',
      filePath: given(path),
      address: given(field('Address')),
      recorderId: given(recorderId),
      sizeBytes: size === 0 ? null : size,
      streamNumber: /^\d$/.test(streamNumber) ? Number(streamNumber) : null,
    },
  };
}

function given(text: string): string | null {
  return text === '' || PLACEHOLDER.test(text) ? null : text;
}

/** The reading of the two times that is of the range asked for: the earlier or the later of an hour that comes twice, and `Z` behind a local time. */
function timesOf(
  start: DeviceTime,
  end: DeviceTime,
  query: RecordQuery,
  note: Note,
): { startEpochMs: number; endEpochMs: number } | null {
  const meant = fitting(start.epochMs, end.epochMs, query, note);
  if (meant !== null || start.localEpochMs === null || end.localEpochMs === null) return meant;
  const local = fitting(start.localEpochMs, end.localEpochMs, query, note);
  if (local !== null) note('REC-5', 'it writes Z behind its local time');
  return local;
}

function fitting(
  starts: readonly number[],
  ends: readonly number[],
  query: RecordQuery,
  note: Note,
): { startEpochMs: number; endEpochMs: number } | null {
  let found: { startEpochMs: number; endEpochMs: number } | null = null;
  let words: string | null = null;
  for (const start of starts) {
    for (const end of ends) {
      const meant = forwards(start, end, ends.length === 1);
      if (meant === null || meant.endEpochMs <= query.startEpochMs || meant.startEpochMs >= query.endEpochMs) continue;
      // of an hour that comes twice: the same one for both, when that is possible
      if (found !== null && lengthOf(meant) >= lengthOf(found)) continue;
      found = { startEpochMs: meant.startEpochMs, endEpochMs: meant.endEpochMs };
      words = meant.words;
    }
  }
  if (words !== null) note('REC-6', words);
  return found;
}

/** A file that ends before it begins: over midnight with the day of its start, or the two times swapped, whichever is shorter (REC-6). */
function forwards(
  start: number,
  end: number,
  mayMend: boolean,
): { startEpochMs: number; endEpochMs: number; words: string | null } | null {
  if (end > start) return { startEpochMs: start, endEpochMs: end, words: null };
  if (end === start || start - end >= DAY_MS || !mayMend) return null;
  if (start - end > DAY_MS / 2)
    return {
      startEpochMs: start,
      endEpochMs: end + DAY_MS,
      words: 'the end of a file over midnight has the day of its start',
    };
  return { startEpochMs: end, endEpochMs: start, words: 'a file begins where it should end' };
}

function lengthOf({ startEpochMs, endEpochMs }: { startEpochMs: number; endEpochMs: number }): number {
  return endEpochMs - startEpochMs;
}

/** True when an item is what the filters ask for: some devices ignore them. What an item does not say is no reason to leave it out. */
export function matchesFilters(item: RecordItem, query: RecordQuery): boolean {
  const { type = 'all', filePath, address, recorderId, streamNumber } = query;
  if (type !== 'all' && item.type !== '' && item.type !== 'all' && item.type !== type) return false;
  if (filePath !== undefined && item.filePath !== null && !item.filePath.includes(filePath)) return false;
  if (address !== undefined && item.address !== null && !item.address.includes(address)) return false;
  if (recorderId !== undefined && item.recorderId !== null && item.recorderId !== recorderId) return false;
  return streamNumber === undefined || item.streamNumber === null || item.streamNumber === streamNumber;
}

/** The Query. `Type` and `Secrecy` always stand in it: some devices answer nothing without (REC-4). */
export function writeRecordQuery(query: RecordQuery, sn: number, timeZone: string, style: BodyStyle): Buffer {
  const startMs = Math.floor(query.startEpochMs / 1000) * 1000;
  const endMs = Math.ceil(query.endEpochMs / 1000) * 1000;
  const localStartMs = localMsOf(startMs, timeZone);
  // when the clocks go back in between, the wall shows less time than there was: the device is asked for too much, not too little
  const localEndMs = Math.max(localMsOf(endMs, timeZone), localStartMs + endMs - startMs);
  const rest: XmlNode[] = [
    ['StartTime', localText(localStartMs)],
    ['EndTime', localText(localEndMs)],
    ['FilePath', query.filePath],
    ['Address', query.address],
    ['Secrecy', query.secrecy ?? 0],
    ['Type', query.type ?? 'all'],
    ['RecorderID', query.recorderId],
    ['IndistinctQuery', query.fuzzy === true ? 1 : undefined],
    ['StreamNumber', query.streamNumber],
    ['AlarmMethod', query.alarmMethod],
    ['AlarmType', query.alarmType],
  ];
  return writeEnvelope('Query', { cmdType: 'RecordInfo', sn, deviceId: query.channelId }, rest, style);
}
