import type { FindFootage } from '../../record/source.ts';
import { learn } from '../../sip/camera/profile.ts';
import type { SipServer } from '../../sip/server.ts';
import { MAX_NOT_SUPPORTED } from '../control/asked.ts';
import type { Devices } from '../devices/devices.ts';
import type { LivePorts } from '../live/live-ports.ts';
import type { LiveTable } from '../live/live-table.ts';
import { Playbacks } from './playbacks.ts';

export interface FootageNeeds {
  readonly pulls: LivePorts;
  readonly sip: SipServer;
  readonly devices: Devices;
  readonly lives: LiveTable;
  readonly findFootage: FindFootage;
  newId(): string;
  closing(): boolean;
}

/** The playbacks of a gateway, filled from its parts. */
export function openPlaybacks(needs: FootageNeeds): Playbacks {
  const { pulls, devices, lives, findFootage } = needs;
  const { directory } = needs.sip;
  const playbacks: Playbacks = new Playbacks({
    ...pulls,
    findFootage,
    newId: () => needs.newId(),
    closing: () => needs.closing(),
    device: (id) => devices.get(id),
    channel: (deviceId, channelId) => devices.channel(deviceId, channelId),
    mansrtspWorked(deviceId, version) {
      const device = directory.device(deviceId);
      if (device !== undefined && learn(device, 'mansrtsp', version)) directory.save(device);
    },
    notSupported(deviceId, what) {
      const device = directory.device(deviceId);
      const known = device?.learned.notSupported ?? [];
      if (device === undefined || known.includes(what) || known.length >= MAX_NOT_SUPPORTED) return;
      if (learn(device, 'notSupported', [...known, what])) directory.save(device);
    },
    holders(deviceId, exceptId) {
      const running = [...lives.running(), ...playbacks.running()].filter((one) => one.deviceId === deviceId);
      const words = running
        .filter((one) => one.id !== exceptId)
        .map((one) => `${'content' in one ? 'playback' : 'live'} of ${one.channelId} (stream ${one.id})`);
      return words.length === 0 ? null : words.join(', ');
    },
  });
  return playbacks;
}
