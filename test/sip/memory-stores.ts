import type { Channel, Device } from '../../src/sip/camera/directory.ts';
import type { Dialogue } from '../../src/sip/dialog.ts';

/** Stores that keep copies, as a database does. */
export function memoryStores() {
  const devices = new Map<string, string>();
  const channels = new Map<string, string>();
  const dialogues = new Map<string, string>();
  const read = <T>(rows: Iterable<string>): T[] => [...rows].map((row) => JSON.parse(row) as T);
  return {
    rows: { devices, channels, dialogues },
    devices: {
      all: () => read<Device>(devices.values()),
      put: (device: Device) => void devices.set(device.id, JSON.stringify(device)),
      delete: (id: string) => void devices.delete(id),
    },
    channels: {
      ofDevice: (id: string) => read<Channel>(channels.values()).filter((c) => c.deviceId === id),
      putAll: (all: readonly Channel[]) => {
        for (const c of all) channels.set(`${c.deviceId}/${c.id}`, JSON.stringify(c));
      },
      delete: (deviceId: string, id: string) => void channels.delete(`${deviceId}/${id}`),
    },
    dialogues: {
      all: () => read<Dialogue>(dialogues.values()),
      put: (dialogue: Dialogue) => void dialogues.set(dialogue.callId, JSON.stringify(dialogue)),
      delete: (callId: string) => void dialogues.delete(callId),
    },
  };
}
