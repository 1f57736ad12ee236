import iconv from 'iconv-lite';

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

/** GB2312 as declared: what cameras of every edition write. */
export function encode(xml: string): Buffer {
  return iconv.encode(`<?xml version="1.0" encoding="GB2312"?>\r\n${xml}`, 'gb18030');
}

export const MANSCDP_TYPE = 'Application/MANSCDP+xml';

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function response(query: Query, inner: string): string {
  return `<Response>\r\n<CmdType>${query.cmdType}</CmdType>\r\n<SN>${escaped(query.sn)}</SN>\r\n<DeviceID>${escaped(query.deviceId)}</DeviceID>\r\n${inner}</Response>\r\n`;
}

export function keepalive(sn: number, deviceId: string): Buffer {
  return encode(
    `<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>${deviceId}</DeviceID>\r\n<Status>OK</Status>\r\n</Notify>\r\n`,
  );
}

export function deviceInfo(query: Query, device: Described): Buffer {
  return encode(
    response(
      query,
      `<DeviceName>${escaped(device.name)}</DeviceName>\r\n<Result>OK</Result>\r\n<Manufacturer>${MANUFACTURER}</Manufacturer>\r\n<Model>${MODEL}</Model>\r\n<Firmware>${FIRMWARE}</Firmware>\r\n<Channel>${device.channels.length}</Channel>\r\n`,
    ),
  );
}

/** @param deviceTime local time, `2024-01-05T14:03:21` */
export function deviceStatus(query: Query, deviceTime: string): Buffer {
  return encode(
    response(
      query,
      `<Result>OK</Result>\r\n<Online>ONLINE</Online>\r\n<Status>OK</Status>\r\n<Encode>ON</Encode>\r\n<Record>OFF</Record>\r\n<DeviceTime>${deviceTime}</DeviceTime>\r\n`,
    ),
  );
}

export interface CatalogStyle {
  /** Items in one message. */
  readonly page: number;
  readonly reversed: boolean;
  /** Every fifth item comes twice. */
  readonly repeated: boolean;
  /** Added to the true SumNum. */
  readonly sumExtra: number;
}

/** The messages of a catalogue, to be sent one after the other (annex M). */
export function catalog(query: Query, device: Described, style: CatalogStyle): Buffer[] {
  const asked =
    query.deviceId === device.id ? device.channels : device.channels.filter((channel) => channel.id === query.deviceId);
  const items = asked.flatMap((channel, index) => (style.repeated && index % 5 === 0 ? [channel, channel] : [channel]));
  if (style.reversed) items.reverse();
  const sum = `<SumNum>${asked.length + style.sumExtra}</SumNum>\r\n`;
  if (items.length === 0) return [encode(response(query, sum))];
  const pages: Buffer[] = [];
  for (let at = 0; at < items.length; at += style.page) {
    const page = items.slice(at, at + style.page).map((channel) => item(channel, device));
    pages.push(encode(response(query, `${sum}<DeviceList Num="${page.length}">\r\n${page.join('')}</DeviceList>\r\n`)));
  }
  return pages;
}

function item(channel: SimulatedChannel, device: Described): string {
  const fields: [string, string][] = [
    ['DeviceID', channel.id],
    ['Name', channel.name],
    ['Manufacturer', MANUFACTURER],
    ['Model', MODEL],
    ['Owner', 'Owner'],
    ['CivilCode', device.id.slice(0, 6)],
    ['Address', 'Address'],
    ['Parental', '0'],
    ['ParentID', device.id],
    ['SafetyWay', '0'],
    ['RegisterWay', '1'],
    ['Secrecy', '0'],
    ['Status', 'ON'],
  ];
  return `<Item>\r\n${fields.map(([name, value]) => `<${name}>${escaped(value)}</${name}>\r\n`).join('')}<Info>\r\n<PTZType>3</PTZType>\r\n</Info>\r\n</Item>\r\n`;
}
