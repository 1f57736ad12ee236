import { encode, type Query, type Style } from '../manscdp.ts';
import { placeAt } from '../place.ts';
import type { FrontEnd } from './front-end.ts';
import { inner, textOf } from './text.ts';

/** What a simulated camera tells of itself when it is asked (GB/T 28181-2022 A.2.4.10 to A.2.4.15). */

export interface QueriesPorts {
  readonly style: Style;
  frontEnd(id: string): FrontEnd;
  /** Where it goes back to, as it was told: the inside of HomePosition; null before. */
  home(id: string): string | null;
}

/** Entries in one message: what fits a datagram. */
const PAGE = 10;

export class QuerySide {
  /** What it says: `none` only takes the question. */
  answers: 'true' | 'error' | 'none' = 'true';
  /** How it says where it is: as an answer, or as if it had been subscribed to. */
  tellsPlace: 'Response' | 'Notify' = 'Response';
  /** Its cards, as items. */
  cards = [
    '<Item><ID>1</ID><HddName>sd1</HddName><Status>ok</Status><Capacity>61057</Capacity><FreeSpace>30211</FreeSpace></Item>',
  ];
  readonly #ports: QueriesPorts;

  constructor(ports: QueriesPorts) {
    this.#ports = ports;
  }

  /** The messages that answer; null: that is none of its questions. */
  answer(query: Query, body: Uint8Array): Buffer[] | null {
    const said = this.#said(query, body);
    if (said === null) return null;
    if (this.answers === 'none') return [];
    if (this.answers === 'error')
      return [this.#response(query, '<Result>ERROR</Result>\r\n<Reason>no such thing here</Reason>\r\n')];
    return said.map((each) => this.#response(query, each));
  }

  #said(query: Query, body: Uint8Array): string[] | null {
    const front = this.#ports.frontEnd(query.deviceId);
    switch (query.cmdType) {
      case 'HomePositionQuery': {
        const home = this.#ports.home(query.deviceId) ?? '<Enabled>0</Enabled>';
        return [`<HomePosition>${home}</HomePosition>\r\n`];
      }
      case 'CruiseTrackListQuery': {
        const tracks = [...front.cruises.keys()].map(
          (number) => `<CruiseTrack><Number>${number}</Number><Name>cruise ${number}</Name></CruiseTrack>`,
        );
        return paged(tracks, 'CruiseTrackList');
      }
      case 'CruiseTrackQuery': {
        const number = Number(inner(textOf(body), 'Number') ?? 0);
        const { points, speed, dwellSeconds } = front.cruises.get(number) ?? { points: [], speed: 0, dwellSeconds: 0 };
        const pace = Math.min(15, Math.max(1, Math.round(speed / 273)));
        const written = points.map(
          (preset) =>
            `<CruisePoint><PresetIndex>${preset}</PresetIndex><StayTime>${dwellSeconds}</StayTime><Speed>${pace}</Speed></CruisePoint>`,
        );
        const head = `<Number>${number}</Number>\r\n<Name>cruise ${number}</Name>\r\n`;
        return paged(written, 'CruisePointList').map((page) => head + page);
      }
      case 'PTZPosition': {
        const { pan, tilt, zoom } = front.position;
        return [
          `<Pan>${pan.toFixed(2)}</Pan>\r\n<Tilt>${tilt.toFixed(2)}</Tilt>\r\n<Zoom>${zoom.toFixed(2)}</Zoom>\r\n<HorizontalFieldAngle>55.0</HorizontalFieldAngle>\r\n<VerticalFieldAngle>33.0</VerticalFieldAngle>\r\n<MaxViewDistance>150</MaxViewDistance>\r\n`,
        ];
      }
      case 'MobilePosition': {
        const time = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19);
        const fields = [['Time', time], ...placeAt(Date.now())];
        return [fields.map(([name, value]) => `<${name}>${value}</${name}>\r\n`).join('')];
      }
      case 'SDCardStatus':
        return paged(this.cards, 'SDCardStatusInfo');
      default:
        return null;
    }
  }

  #response({ cmdType, sn, deviceId }: Query, answer: string): Buffer {
    const root = cmdType === 'MobilePosition' ? this.tellsPlace : 'Response';
    return encode(
      `<${root}>\r\n<CmdType>${cmdType}</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>${deviceId}</DeviceID>\r\n${answer}</${root}>\r\n`,
      this.#ports.style,
    );
  }
}

/** A list in as many messages as it takes (annex M); nothing found is a count and no list. */
function paged(entries: readonly string[], list: string): string[] {
  const sum = `<SumNum>${entries.length}</SumNum>\r\n`;
  if (entries.length === 0) return [sum];
  return Array.from({ length: Math.ceil(entries.length / PAGE) }, (_, page) => {
    const some = entries.slice(page * PAGE, (page + 1) * PAGE);
    return `${sum}<${list} Num="${some.length}">\r\n${some.join('\r\n')}\r\n</${list}>\r\n`;
  });
}
