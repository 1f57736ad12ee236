/**
 * Ids that are free for a new device (GB/T 28181 annex E): 8 digits of the centre and 2 of the industry, which are the SIP domain,
 * 3 of the type, 1 of the network, 6 of the serial number.
 */

/** Type codes of annex E: a network camera, a network video recorder. */
export const DEVICE_TYPES = { camera: '132', recorder: '118' } as const;

const NETWORK = '0';
const SERIALS = 1_000_000;

/**
 * The first `count` ids of a type that `isTaken` does not know, in the centre of `domain` or, when that is no domain by the rule, of the
 * platform itself. Fewer when all are taken.
 */
export function freeDeviceIds(
  o: { domain: string; platformId: string; type: string; count: number },
  isTaken: (id: string) => boolean,
): string[] {
  const centre = /^\d{10}/.exec(o.domain)?.[0] ?? o.platformId.slice(0, 10);
  const free: string[] = [];
  for (let serial = 1; serial < SERIALS && free.length < o.count; serial++) {
    const id = `${centre}${o.type}${NETWORK}${String(serial).padStart(6, '0')}`;
    if (!isTaken(id)) free.push(id);
  }
  return free;
}
