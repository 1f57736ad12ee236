/** Where a message came from, or where it goes: an address on the network, never a name. */
export interface Peer {
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** IP address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Which TCP connection of ours: a reply goes back on it, nothing is dialled (SIP-8). */
  readonly connection?: number;
}

/** Whether both are the same connection, or the same UDP address and port. */
export function samePeer(a: Peer, b: Peer): boolean {
  if (a.transport !== b.transport || a.connection !== b.connection) return false;
  return a.connection !== undefined || (a.host === b.host && a.port === b.port);
}
