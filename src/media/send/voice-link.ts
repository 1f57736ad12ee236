import { isIP } from 'node:net';
import type { MediaFault, PortPool } from '../ingest/port-pool.ts';
import { Deframer } from '../ingest/rfc4571.ts';
import { Dial, listenTcp, type TcpConnection, type TcpHandler } from '../ingest/tcp.ts';
import { openUdp } from '../ingest/udp.ts';
import { FRAMING_BYTES } from './voice-packets.ts';

/** EDGE: the sockets over which a voice leaves, and by which the device's own may come back. */

export interface VoiceTarget {
  /** By the description of the device; null when it says none. */
  readonly host: string | null;
  readonly port: number;
  /** Where its signalling comes from: what is believed when the description names nobody. */
  readonly sipHost: string;
}

export interface VoiceLinkOptions {
  readonly pool: PortPool;
  readonly transport: 'udp' | 'tcp-passive' | 'tcp-active';
  /** The way stands: packets may be sent. Not called for UDP, which has none. */
  onReady(): void;
  /** The way is gone or never came about. Once. */
  onLost(detail: string): void;
  /** A packet came back; valid during the call only. */
  onPacket(packet: Uint8Array): void;
}

/** What waits on a connection whose device does not read: a second. Beyond it packets are lost, as they would be on UDP. */
const MAX_UNSENT_BYTES = 8 * 1024;

/** The way of one voice. */
export interface VoiceLink {
  readonly port: number;
  /** Where it goes, `host:port`; null while nobody is there. */
  readonly remote: string | null;
  /**
   * What is known of the device, before its description (port 0) and behind it. TCP, passive: that device only may connect; active: it is
   * dialled once its port is known.
   */
  aim(target: VoiceTarget): void;
  /** One packet, framed. False: it is lost. */
  send(framed: Buffer): boolean;
  /** Frees the port; `byeAnswered`: the device has confirmed the end. Idempotent. */
  close(o: { byeAnswered: boolean }): void;
}

/** Opens the sockets on a port of the pool. */
export async function openVoiceLink(o: VoiceLinkOptions): Promise<VoiceLink | MediaFault> {
  if (o.transport === 'udp') return openUdpWay(o);
  return o.transport === 'tcp-passive' ? openPassiveWay(o) : openActiveWay(o);
}

async function openUdpWay(o: VoiceLinkOptions): Promise<VoiceLink | MediaFault> {
  let target: { host: string; port: number } | null = null;
  let sipHost: string | null = null;
  let heard = (): void => {};
  const leased = await o.pool.lease('pair', (port) =>
    openUdp({
      host: o.pool.host,
      port,
      onPacket(packet, from) {
        heard();
        if (from.address !== sipHost && from.address !== target?.host) return;
        // behind a NAT the description names an address that nobody reaches: what it sends shows the way back
        if (target !== null && from.address === sipHost && target.host !== sipHost)
          target = { host: from.address, port: from.port };
        o.onPacket(packet);
      },
    }),
  );
  if ('fault' in leased) return leased;
  const { lease, opened } = leased;
  heard = () => lease.heard();
  return {
    port: opened.port,
    aim(to) {
      sipHost = to.sipHost;
      if (to.port > 0) target = { host: hostsOf(to)[0]!, port: to.port };
    },
    send(framed) {
      if (target === null) return false;
      opened.send(framed.subarray(FRAMING_BYTES), target.port, target.host);
      return true;
    },
    get remote() {
      return target === null ? null : `${target.host}:${target.port}`;
    },
    close({ byeAnswered }) {
      target = null;
      sipHost = null;
      lease.release({ byeAnswered, close: () => opened.close() });
    },
  };
}

/** The device connects. Only one connection, and only of the device. */
async function openPassiveWay(o: VoiceLinkOptions): Promise<VoiceLink | MediaFault> {
  let allowed: readonly string[] = [];
  let connection: TcpConnection | null = null;
  let isClosed = false;
  let isTaken = false;
  const leased = await o.pool.lease('single', (port) =>
    listenTcp({
      host: o.pool.host,
      port,
      onConnection(address) {
        if (isTaken || isClosed || !allowed.includes(address)) return null;
        isTaken = true;
        return handlerOf(o, (detail) => {
          if (!isClosed) o.onLost(detail);
        });
      },
      onReady(ready) {
        connection = ready;
        o.onReady();
      },
    }),
  );
  if ('fault' in leased) return leased;
  const { lease, opened } = leased;
  return {
    port: opened.port,
    aim(to) {
      allowed = hostsOf(to);
    },
    send: (framed) => connection?.send(framed, MAX_UNSENT_BYTES) ?? false,
    get remote() {
      return connection === null ? null : `${connection.address}:${connection.port}`;
    },
    close({ byeAnswered }) {
      isClosed = true;
      connection?.close();
      lease.release({ byeAnswered, close: () => opened.close() });
    },
  };
}

/** We connect, from the port that our description names. */
async function openActiveWay(o: VoiceLinkOptions): Promise<VoiceLink | MediaFault> {
  const leased = await o.pool.lease('single', async (port) => ({ port }));
  if ('fault' in leased) return leased;
  const { lease, opened } = leased;
  let dial: Dial | null = null;
  let connection: TcpConnection | null = null;
  let isClosed = false;
  return {
    port: opened.port,
    aim(to) {
      if (isClosed || dial !== null || to.port === 0) return;
      dial = new Dial({
        hosts: hostsOf(to),
        port: to.port,
        localHost: o.pool.host,
        localPort: opened.port,
        handler: handlerOf(o, (detail) => {
          if (!isClosed) o.onLost(detail);
        }),
        onConnected(ready) {
          connection = ready;
          o.onReady();
        },
        onFailed: (detail) => o.onLost(detail),
      });
    },
    send: (framed) => connection?.send(framed, MAX_UNSENT_BYTES) ?? false,
    get remote() {
      return connection === null ? null : `${connection.address}:${connection.port}`;
    },
    close({ byeAnswered }) {
      isClosed = true;
      dial?.cancel();
      connection?.close();
      lease.release({ byeAnswered, close: () => {} });
    },
  };
}

/** Addresses of the device, the described one first; names are not looked up. */
function hostsOf({ host, sipHost }: VoiceTarget): string[] {
  return host !== null && host !== sipHost && isIP(host) !== 0 ? [host, sipHost] : [sipHost];
}

function handlerOf(o: VoiceLinkOptions, onClosed: (detail: string) => void): TcpHandler {
  const deframer = new Deframer((packet) => o.onPacket(packet));
  return { onBytes: (bytes) => void deframer.push(bytes), onClosed };
}
