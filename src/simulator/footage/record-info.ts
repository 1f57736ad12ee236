import { encode, type Query, type SimulatedChannel, type Style } from '../manscdp.ts';
import type { FootageBehaviour } from './behaviour.ts';
import type { Footage } from './footage.ts';
import type { RecordedFile } from './library.ts';

/** Answers to RecordInfo (GB/T 28181-2022 A.2.4.6, A.2.6.8), written as text: the project's own readers are on the other side. */

const BEIJING_MS = 8 * 3_600_000;
/** What fits a datagram of 1,300 bytes, and what TCP makes of it. */
const PAGE = { udp: 2, tcp: 50 } as const;
/** No recorder lists more at once; a day of files of a minute is 1,440. */
const MAX_ITEMS = 10_000;

export interface RecordSearch {
  readonly query: Query;
  readonly body: Uint8Array;
  readonly deviceId: string;
  readonly channel: SimulatedChannel;
  /** Null: it has recorded nothing, and says so. */
  readonly footage: Footage | null;
  readonly sip: 'udp' | 'tcp' | 'tls';
  readonly style: Style & FootageBehaviour;
}

/** The messages of the answer, to be sent one after the other; none when the device does not answer. */
export function recordInfo(search: RecordSearch): Buffer[] {
  const { body, footage, query, sip, style } = search;
  const asked = readSearch(body);
  if (style.recordsNeedType && asked.type === null) return [];
  const found =
    footage === null || asked.range === null || style.recordsNothing !== 'no'
      ? []
      : footage.library.files(asked.range).slice(0, MAX_ITEMS);
  const files = found
    .filter((file) => asked.type === null || asked.type === 'all' || file.type === asked.type)
    .map((file) => (style.recordsWhole || asked.range === null ? file : cut(file, asked.range)));
  const backward = files[0];
  if (style.recordsWhole && backward !== undefined)
    files.push({ ...backward, startEpochMs: backward.endEpochMs, endEpochMs: backward.startEpochMs });
  const items = files
    .flatMap((file, index) => (style.recordsRepeated && index % 5 === 0 ? [file, file] : [file]))
    .map((file) => item(file, search));
  const sum = files.length + (files.length > 0 ? style.recordSumExtra : 0);
  const head = `<CmdType>RecordInfo</CmdType>\r\n<SN>${query.sn}</SN>\r\n<DeviceID>${query.deviceId}</DeviceID>\r\n<Name>${search.channel.name}</Name>\r\n<SumNum>${sum}</SumNum>\r\n`;
  const list = (some: readonly string[]) => `<RecordList Num="${some.length}">\r\n${some.join('')}</RecordList>\r\n`;
  const message = (inner: string) => encode(`<Response>\r\n${head}${inner}</Response>\r\n`, style);
  if (items.length === 0) return [message(style.recordsNothing === 'empty-list' ? list([]) : '')];
  const page = style.recordPage ?? PAGE[sip === 'udp' ? 'udp' : 'tcp'];
  return Array.from({ length: Math.ceil(items.length / page) }, (_, index) =>
    message(list(items.slice(index * page, (index + 1) * page))),
  );
}

function cut(file: RecordedFile, range: { startEpochMs: number; endEpochMs: number }): RecordedFile {
  const startEpochMs = Math.max(file.startEpochMs, range.startEpochMs);
  return { ...file, startEpochMs, endEpochMs: Math.min(file.endEpochMs, range.endEpochMs) };
}

function readSearch(body: Uint8Array): {
  range: { startEpochMs: number; endEpochMs: number } | null;
  type: string | null;
} {
  const text = Buffer.from(body).toString('latin1');
  const value = (name: string) => new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(text)?.[1];
  const startEpochMs = Date.parse(`${value('StartTime') ?? ''}Z`) - BEIJING_MS;
  const endEpochMs = Date.parse(`${value('EndTime') ?? ''}Z`) - BEIJING_MS;
  return {
    range: startEpochMs < endEpochMs ? { startEpochMs, endEpochMs } : null,
    type: value('Type') ?? null,
  };
}

function item(file: RecordedFile, { channel, deviceId, footage, style }: RecordSearch): string {
  const bytesPerMs = footage?.reelAt(file.startEpochMs).bytesPerMs ?? 0;
  const bytes = Math.round(bytesPerMs * Math.max(0, file.endEpochMs - file.startEpochMs));
  const id = style.recordsAsDevice ? deviceId : channel.id;
  const fields: [string, string][] = [
    ['DeviceID', id],
    ['Name', channel.name],
    ['FilePath', style.recordsBare ? 'LOCAL_FILE' : `/disk1/${channel.id}/${file.startEpochMs / 1000}.ps`],
    ['Address', 'Address'],
    ['StartTime', timeText(file.startEpochMs, style)],
    ['EndTime', timeText(file.endEpochMs, style)],
    ['Secrecy', '0'],
    ['Type', file.type],
    ['RecorderID', id],
  ];
  if (!style.recordsBare) fields.push(['FileSize', String(bytes)]);
  return `<Item>\r\n${fields.map(([name, value]) => `<${name}>${value}</${name}>\r\n`).join('')}</Item>\r\n`;
}

function timeText(epochMs: number, style: FootageBehaviour): string {
  const local = new Date(epochMs + BEIJING_MS).toISOString();
  switch (style.recordTimes) {
    case 'space':
      return local.slice(0, 19).replace('T', ' ');
    case 'milliseconds':
      return local.slice(0, 23);
    case 'utc':
      return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
    case 'epoch':
      return String(Math.floor(epochMs / 1000));
    default:
      return local.slice(0, 19);
  }
}
