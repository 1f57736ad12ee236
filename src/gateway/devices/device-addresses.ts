import { parseAdvertise } from '../../sip/advertise.ts';
import type { Device } from '../../sip/camera/directory.ts';
import type { DeviceAddressesView } from '../views.ts';

/**
 * Findings that speak of addresses: Via (SIP-1) and Contact (SIP-4) that name another host than the packets, an answer whose `c=`
 * cannot be reached (INV-12), media from elsewhere than that (TCP-16).
 */
const ADDRESS_CODES: readonly string[] = ['SIP-1', 'SIP-4', 'INV-12', 'TCP-16'];

/** What of the SIP server this needs to know. */
export interface AddressSource {
  readonly platformId: string;
  readonly port: number;
  localAddressTo(host: string): string;
  mediaHostFor(deviceId: string): string;
  findingsOf(deviceId: string): readonly { code: string; detail: string }[];
}

/** What will stand in the messages to a device, by the rules that the messages themselves follow, and what its own say. */
export function addressesOf(
  device: Device,
  sip: AddressSource,
  o: { readonly advertise: string | null; readonly clockOffsetSeconds: number | null },
): DeviceAddressesView {
  const advertised = parseAdvertise(o.advertise);
  const { address } = device;
  const host = advertised?.host ?? sip.localAddressTo(address?.host ?? '');
  const via = joined(host, advertised?.port ?? sip.port);
  const media = sip.mediaHostFor(device.id);
  return {
    deviceId: device.id,
    name: device.name,
    online: device.online,
    source: address === null ? null : joined(address.host, address.port),
    via,
    contact: `sip:${sip.platformId}@${via}`,
    sdp: { origin: media, connection: media },
    says: sip
      .findingsOf(device.id)
      .filter(({ code }) => ADDRESS_CODES.includes(code))
      .map(({ detail }) => detail),
    clockOffsetSeconds: o.clockOffsetSeconds,
  };
}

function joined(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
