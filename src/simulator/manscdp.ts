import iconv from 'iconv-lite';
import type { SignallingBehaviour } from './signalling-behaviour.ts';

/** What a simulated device says in MANSCDP (GB/T 28181-2022 annex A). Written as text: the project's own writers are on the other side. */

export interface SimulatedChannel {
  readonly id: string;
  readonly name: string;
}

export interface Described {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly SimulatedChannel[];
}

/** A query as received. */
export interface Query {
  readonly root: string;
  readonly cmdType: string;
  readonly sn: string;
  readonly deviceId: string;
}

const MANUFACTURER = 'gbgate';
const MODEL = 'Simulated camera';
const FIRMWARE = 'V1.0';

/** Reads the three elements that every MANSCDP message has; null when one is missing. */
export function readQuery(body: Uint8Array): Query | null {
  const text = Buffer.from(body).toString('latin1');
  const root = /<(Query|Control|Notify|Response)\b/.exec(text)?.[1];
  const [cmdType, sn, deviceId] = ['CmdType', 'SN', 'DeviceID'].map(
    (name) => new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(text)?.[1],
  );
  if (root === undefined || cmdType === undefined || sn === undefined || deviceId === undefined) return null;
  return { root, cmdType, sn, deviceId };
}

/** How a device writes. */
export type Style = SignallingBehaviour;

/** GB2312 as declared: what cameras of every edition write. */
export function encode(xml: string, style: Style): Buffer {
  const prolog = style.oddProlog
    ? '<?xml version="1.0" encoding="GB2312" standalone="true"?>\r\n<! -- body -->\r\n'
    : '<?xml version="1.0" encoding="GB2312"?>\r\n';
  const body = style.brokenTags ? `${xml.replace('</DeviceID>', '\0</DeviceID></Item>')}\0 junk` : xml;
  return iconv.encode(prolog + body, style.charset);
}

export const MANSCDP_TYPE = 'Application/MANSCDP+xml';

function escaped(text: string, style: Style): string {
  return style.escaped ? text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`) : text;
}

function response(query: Query, inner: string, style: Style): string {
  const sn = style.strangeSn ? '7' : escaped(query.sn, style);
  return `<Response>\r\n<CmdType>${query.cmdType}</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>${escaped(query.deviceId, style)}</DeviceID>\r\n${inner}</Response>\r\n`;
}

export function keepalive(sn: number, deviceId: string, style: Style): Buffer {
  const status = style.keepaliveFaults
    ? `<Status>ERROR</Status>\r\n<Info>\r\n<DeviceID>${deviceId}</DeviceID>\r\n</Info>\r\n`
    : '<Status>OK</Status>\r\n';
  return encode(
    `<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>${deviceId}</DeviceID>\r\n${status}</Notify>\r\n`,
    style,
  );
}

/** A command of one maker's own (XML-10: Uniview). */
export function privateCommand(deviceId: string, style: Style): Buffer {
  return encode(
    `<Notify>\r\n<CmdType>SensorCatalog</CmdType>\r\n<SN>1</SN>\r\n<DeviceID>${deviceId}</DeviceID>\r\n</Notify>\r\n`,
    style,
  );
}

/** The file has been sent to its end (A.2.5.6). */
export function mediaStatus(channelId: string, style: Style): Buffer {
  return encode(
    `<Notify>\r\n<CmdType>MediaStatus</CmdType>\r\n<SN>8</SN>\r\n<DeviceID>${channelId}</DeviceID>\r\n<NotifyType>121</NotifyType>\r\n</Notify>\r\n`,
    style,
  );
}

/** A change notify (annex N): the channel is off. */
export function offEvent(deviceId: string, channelId: string, style: Style): Buffer {
  return encode(
    `<Notify>\r\n<CmdType>Catalog</CmdType>\r\n<SN>2</SN>\r\n<DeviceID>${deviceId}</DeviceID>\r\n<SumNum>1</SumNum>\r\n<DeviceList Num="1">\r\n<Item>\r\n<DeviceID>${channelId}</DeviceID>\r\n<Event>OFF</Event>\r\n</Item>\r\n</DeviceList>\r\n</Notify>\r\n`,
    style,
  );
}

export function deviceInfo(query: Query, device: Described, style: Style): Buffer {
  const asked = { ...query, cmdType: style.deviceInfoCommand ?? query.cmdType };
  return encode(
    response(
      asked,
      `<DeviceName>${escaped(device.name, style)}</DeviceName>\r\n<Result>OK</Result>\r\n<Manufacturer>${MANUFACTURER}</Manufacturer>\r\n<Model>${MODEL}</Model>\r\n<Firmware>${FIRMWARE}</Firmware>\r\n<Channel>${device.channels.length}</Channel>\r\n`,
      style,
    ),
    style,
  );
}

/** @param deviceTime local time, `2024-01-05T14:03:21` */
export function deviceStatus(query: Query, deviceTime: string, style: Style): Buffer {
  return encode(
    response(
      query,
      `<Result>OK</Result>\r\n<Online>ONLINE</Online>\r\n<Status>OK</Status>\r\n<Encode>ON</Encode>\r\n<Record>OFF</Record>\r\n<DeviceTime>${deviceTime}</DeviceTime>\r\n`,
      style,
    ),
    style,
  );
}

/** Items in one message by what the transport carries, and who the platform is. */
export interface CatalogSize {
  readonly page: number;
  readonly serverId: string;
}

/** The messages of a catalogue, to be sent one after the other (annex M). */
export function catalog(query: Query, device: Described, size: CatalogSize, style: Style): Buffer[] {
  const asked =
    query.deviceId === device.id ? device.channels : device.channels.filter((channel) => channel.id === query.deviceId);
  const extra = style.catalogSelf ? [device.id, size.serverId].map((id) => ({ id, name: 'Self' })) : [];
  const listed = [...asked, ...extra];
  const items = listed.flatMap((channel, index) =>
    style.catalogRepeated && index % 5 === 0 ? [channel, channel] : [channel],
  );
  if (style.catalogReversed) items.reverse();
  const sum = `<SumNum>${listed.length + style.catalogSumExtra}</SumNum>\r\n`;
  if (items.length === 0) return [encode(response(query, sum, style), style)];
  const pages: Buffer[] = [];
  const page = style.catalogPage ?? size.page;
  for (let at = 0; at < items.length; at += page) {
    const some = items.slice(at, at + page).map((channel) => item(channel, device, style));
    const num = some.length + (style.wrongNum ? 1 : 0);
    const list = `<DeviceList Num="${num}">\r\n${some.join('')}</DeviceList>\r\n`;
    pages.push(encode(response(query, sum + list, style), style));
  }
  if (style.catalogUnasked) {
    const list = `<SumNum>1</SumNum>\r\n<DeviceList Num="1">\r\n${item(items[0]!, device, style)}</DeviceList>\r\n`;
    pages.push(encode(response({ ...query, sn: '99999999' }, list, style), style));
  }
  return pages;
}

function item(channel: SimulatedChannel, device: Described, style: Style): string {
  const fields: [string, string][] = [
    ['DeviceID', channel.id],
    ['Name', `${channel.name}${style.nameSuffix}`],
    ['Manufacturer', MANUFACTURER],
    ['Model', MODEL],
    ['Owner', 'Owner'],
    ['CivilCode', device.id.slice(0, 6)],
    ['Address', 'Address'],
    ['Parental', style.oddNumbers ? '-1' : '0'],
    ['ParentID', style.parentPath ? `${device.id.slice(0, 10)}/${device.id}` : device.id],
    ['SafetyWay', '0'],
    ['RegisterWay', '1'],
    ['Secrecy', '0'],
    ['Status', style.itemStatus],
  ];
  if (style.oddNumbers) fields.push(['Longitude', '65535'], ['Latitude', '']);
  if (style.catalogExtra > 0) fields.push(['ExtraInfo', 'x'.repeat(style.catalogExtra)]);
  if (style.attributes)
    return `<Item ${fields.map(([name, value]) => `${name}="${escaped(value, style)}"`).join(' ')}></Item>\r\n`;
  return `<Item>\r\n${fields.map(([name, value]) => `<${name}>${escaped(value, style)}</${name}>\r\n`).join('')}<Info>\r\n<PTZType>1</PTZType>\r\n</Info>\r\n</Item>\r\n`;
}
