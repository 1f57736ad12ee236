import { type BodyStyle, type Envelope, writeEnvelope } from './envelope.ts';
import { child, childrenOf, textOf } from './xml.ts';

/** Notify/Keepalive (GB/T 28181 9.6, A.2.5): a sign of life with the faulty sub-devices. */
export interface Keepalive {
  deviceId: string;
  /** False when `Status` says anything but OK: the device is online all the same (REG-16). */
  ok: boolean;
  /** Sub-devices listed as faulty. */
  faults: string[];
}

/** A device lists its own channels; more is noise. */
const MAX_FAULTS = 1000;

export function readKeepalive(envelope: Envelope): Keepalive {
  const status = (textOf(envelope.element, 'Status') ?? 'OK').toUpperCase();
  const info = child(envelope.element, 'Info');
  const faults = info === null ? [] : childrenOf(info, 'DeviceID').slice(0, MAX_FAULTS);
  return {
    deviceId: envelope.deviceId,
    ok: status === '' || status === 'OK' || status === 'ON' || status === 'ONLINE',
    faults: faults.map((f) => f.text).filter((id) => id !== ''),
  };
}

export function writeKeepalive(k: Keepalive, sn: number, style: BodyStyle): Buffer {
  const info = k.faults.length === 0 ? undefined : k.faults.map((id) => ['DeviceID', id] as const);
  return writeEnvelope(
    'Notify',
    { cmdType: 'Keepalive', sn, deviceId: k.deviceId },
    [
      ['Status', k.ok ? 'OK' : 'ERROR'],
      ['Info', info],
    ],
    style,
  );
}
