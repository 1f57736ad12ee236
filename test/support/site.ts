import type { StandIn } from './stand-in.ts';

/** A made-up site for tests of the page: `devices` devices of `channels` channels each. */
export interface Site {
  readonly devices: {
    id: string;
    name: string;
    manufacturer: string;
    model: string;
    online: boolean;
    channelCount: number;
  }[];
  readonly channels: { id: string; deviceId: string; name: string; status: 'on' | 'off'; parentId: string }[];
}

const NAMES = ['北门', '停车场入口', 'Loading dock', '一号楼大厅', '厂区东侧', 'Entrance', '仓库', 'Yard'];

export function siteOf(devices: number, channels: number): Site {
  const list = Array.from({ length: devices }, (_, d) => ({
    id: `34020000001180${String(d + 1).padStart(6, '0')}`,
    name: `Site ${d + 1}`,
    manufacturer: 'Acme',
    model: 'N',
    online: true,
    channelCount: channels,
  }));
  return {
    devices: list,
    channels: list.flatMap((device, d) =>
      Array.from({ length: channels }, (_, c) => ({
        id: `34020000001310${String(d * channels + c + 1).padStart(6, '0')}`,
        deviceId: device.id,
        name: `${NAMES[c % NAMES.length]} ${d + 1}-${c + 1}`,
        status: 'on' as const,
        parentId: device.id,
      })),
    ),
  };
}

/** Makes the stand-in answer the lists of this site, page by page as the gateway does. */
export function showSite(standIn: StandIn, { devices, channels }: Site): void {
  standIn.answers.set('GET devices', { items: devices, next: null });
  standIn.answers.set('GET channels', { items: channels, next: null });
  standIn.answers.set('GET groups', { items: [], next: null });
  standIn.answers.set('GET recordings', { items: [], next: null });
  standIn.answers.set('GET streams', { items: [], next: null });
  for (const device of devices) standIn.answers.set(`GET devices/${device.id}`, device);
  for (const { id, deviceId } of channels)
    standIn.answers.set(`POST devices/${deviceId}/channels/${id}/live`, { id: `s-${id}` });
}
