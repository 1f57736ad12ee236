import type { Behaviour } from './behaviour.ts';
import type { Footage } from './footage/footage.ts';
import { recordInfo } from './footage/record-info.ts';
import { catalog, type Described, deviceInfo, deviceStatus, type Query, type SimulatedChannel } from './manscdp.ts';

/** What fits a datagram of 1,300 bytes, and what TCP makes of it. */
const CATALOG_PAGE = { udp: 2, tcp: 20, tls: 20 } as const;

export interface Answering {
  readonly described: Described;
  readonly channels: readonly SimulatedChannel[];
  readonly footage: Footage | null;
  readonly sip: 'udp' | 'tcp' | 'tls';
  readonly style: Behaviour;
  /** The platform that asks. */
  readonly serverId: string;
  readonly epochMs: number;
}

/** Bodies that answer a query of this camera itself, in order; none: accepted and never answered, as many cameras do. */
export function answersTo(query: Query, body: Uint8Array, a: Answering): Buffer[] {
  const { described, sip, style } = a;
  switch (query.cmdType) {
    case 'Catalog':
      if (!style.answersCatalog) return [];
      return catalog(query, described, { page: CATALOG_PAGE[sip], serverId: a.serverId }, style);
    case 'DeviceInfo':
      return [deviceInfo(query, described, style)];
    case 'DeviceStatus':
      return [deviceStatus(query, beijingTime(a.epochMs), style)];
    case 'RecordInfo': {
      const channel = a.channels.find((each) => each.id === query.deviceId) ?? a.channels[0];
      if (channel === undefined) return [];
      return recordInfo({ query, body, deviceId: described.id, channel, footage: a.footage, sip, style });
    }
    default:
      return [];
  }
}

/** Cameras show Beijing time, whatever the zone of the machine that simulates them. */
export function beijingTime(epochMs: number): string {
  return new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 19);
}
