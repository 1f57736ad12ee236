/** From a frame of some link to the IP packet inside of it (https://www.tcpdump.org/linktypes.html). */

/** Link types that are read, by their number. */
export const LINK_TYPES: Readonly<Record<number, string>> = {
  0: 'loopback',
  1: 'Ethernet',
  12: 'raw IP',
  14: 'raw IP',
  101: 'raw IP',
  108: 'loopback',
  113: 'Linux cooked',
  228: 'IPv4',
  229: 'IPv6',
  276: 'Linux cooked v2',
};

/** The frame carries something else than IP. */
export const NOT_IP = -1;
/** The link type is none of those above. */
export const UNKNOWN_LINK = -2;

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const PPPOE_SESSION = 0x8864;
/** IEEE 802.1Q, 802.1ad (QinQ), and what came before it. */
const VLAN = new Set([0x8100, 0x88a8, 0x9100]);
/** Tags within tags: two are usual, more than four is a damaged frame. */
const MAX_TAGS = 4;

/** Where in the frame the IP header begins; negative: see above. */
export function ipStart(linkType: number, frame: Uint8Array): number {
  switch (linkType) {
    case 1:
      return byEtherType(frame, 12);
    case 113:
      return byEtherType(frame, 14);
    case 276: {
      const at = byEtherType(frame, 0);
      // the rest of the header stands behind the type
      return at < 0 ? at : at + 18;
    }
    case 0:
    case 108: {
      // An address family in the byte order of the machine: 2 is IPv4 everywhere, IPv6 is 10, 24, 28 or 30.
      const family = frame.length < 4 ? 0 : frame[0]! | frame[3]!;
      return family === 2 || family === 10 || family === 24 || family === 28 || family === 30 ? 4 : NOT_IP;
    }
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return 0;
    default:
      return UNKNOWN_LINK;
  }
}

/** `at`: where the EtherType stands; what it names follows. */
function byEtherType(frame: Uint8Array, at: number): number {
  let type = at;
  for (let tags = 0; tags <= MAX_TAGS; tags += 1) {
    if (type + 2 > frame.length) return NOT_IP;
    const value = (frame[type]! << 8) | frame[type + 1]!;
    if (value === IPV4 || value === IPV6) return type + 2;
    if (value === PPPOE_SESSION) {
      const protocol = type + 10 > frame.length ? 0 : (frame[type + 8]! << 8) | frame[type + 9]!;
      return protocol === 0x0021 || protocol === 0x0057 ? type + 10 : NOT_IP;
    }
    if (!VLAN.has(value)) return NOT_IP;
    type += 4;
  }
  return NOT_IP;
}
