/** What devices tell, for the screenshots: alarms of many kinds, pictures of them, and the way that a car drove. */
import type { startCamera } from '../test/support/camera.ts';

type Camera = Awaited<ReturnType<typeof startCamera>>;
type Ask = (path: string, method?: string, body?: object) => Promise<unknown>;

const ALARMS = [
  { method: 5, type: 6, event: 1, priority: 1, description: 'Fence, section 4' },
  { method: 5, type: 2, priority: 3 },
  { method: 2, type: 1, priority: 2, description: 'Input 3' },
  { method: 5, type: 13, priority: 2 },
  { method: 6, type: 1, priority: 2, description: 'Disk 2: read errors' },
  { method: 5, type: 5, priority: 3, description: '停车场出口' },
  { method: 2, type: 4, priority: 4 },
] as const;
const POINTS = 240;
const POINT_MS = 20_000;

/** `2026-01-05T14:03:21` in Beijing, as devices write it. */
function deviceTime(epochMs: number): string {
  return new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 19);
}

/** Alarms of the last hours, and pictures taken for one of them, which are all `picture`. Answers the alarm that is worth looking at. */
export async function tellAlarms(ask: Ask, company: Camera, picture: Uint8Array): Promise<string> {
  await ask('alarm-rules', 'PUT', {
    rules: [
      { name: 'As planned', record: 'plan' },
      {
        name: 'Intrusion at night',
        methods: [5],
        types: [6],
        priority: 2,
        record: 120,
        snapshot: { count: 3, intervalSeconds: 1 },
      },
    ],
  });
  const [device] = company.devices;
  if (device === undefined) throw new Error('a device');
  device.alarms.picture = picture;
  for (let n = 20; n >= 0; n--) {
    const alarm = ALARMS[n % ALARMS.length] ?? ALARMS[0];
    const sourceId = device.channels[(n * 3) % device.channels.length]?.id ?? device.id;
    await device.alarms.alarm({ ...alarm, sourceId, time: deviceTime(Date.now() - n * n * 97_000) });
  }
  for (let waits = 0; waits < 100; waits++) {
    const { items } = (await ask('snapshots?limit=1')) as { items: { alarmId?: string }[] };
    const id = items[0]?.alarmId;
    if (id !== undefined) return id;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('no picture was taken for an alarm');
}

/** A track of the last hour and a half, through a town. */
export async function tellTrack(ask: Ask, company: Camera): Promise<void> {
  const [device] = company.devices;
  const channel = device?.channels[0]?.id;
  if (device === undefined || channel === undefined) throw new Error('a device with a channel');
  await ask(`devices/${device.id}/subscriptions`, 'PUT', { position: 600, positionIntervalSeconds: 3600 });
  for (let waits = 0; !device.subscriptions.active.includes('MobilePosition') && waits < 100; waits++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const startMs = Date.now() - POINTS * POINT_MS;
  for (let n = 0; n < POINTS; n++) {
    const turn = n / 11;
    const longitude = 117.18 + n * 0.000_35 + 0.006 * Math.sin(turn) + 0.002 * Math.sin(turn * 3.7);
    const latitude = 31.79 + 0.02 * Math.sin(n / 60) + 0.004 * Math.cos(turn * 1.3);
    const body = [
      '<Notify>',
      '<CmdType>MobilePosition</CmdType>',
      `<SN>${5000 + n}</SN>`,
      `<DeviceID>${channel}</DeviceID>`,
      `<Time>${deviceTime(startMs + n * POINT_MS)}</Time>`,
      `<Longitude>${longitude.toFixed(6)}</Longitude>`,
      `<Latitude>${latitude.toFixed(6)}</Latitude>`,
      `<Speed>${(31 + 14 * Math.sin(turn)).toFixed(1)}</Speed>`,
      `<Direction>${Math.round((n * 7) % 360)}.0</Direction>`,
      '</Notify>',
    ].join('\r\n');
    await device.subscriptions.notify('MobilePosition', body);
  }
}
