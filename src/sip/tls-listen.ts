import type { Socket } from 'node:net';
import tls from 'node:tls';
import { plainAddress } from './socket-address.ts';

/** SIP over TLS (RFC 3261 26.3.1): a port of its own, beside the one of UDP and TCP. */

/** What is needed for it. */
export interface SipTls {
  /** 0: any free port. */
  readonly port: number;
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** Who has not said hello by then is a scanner, or speaks something else. */
const HANDSHAKE_MS = 10_000;

/** What those may take of us that have not said hello yet. */
export interface HandshakeLimits {
  /** Connections with their handshake done. */
  readonly maxConnections: number;
  /** Handshakes under way; for one more the oldest is given up: a real one takes a second, a scanner's ten. */
  readonly maxHandshakes: number;
  /** The same from one address, so that one scanner keeps nobody else out; one more is turned away. */
  readonly maxHandshakesPerHost: number;
}

/** A server that listens, or why it cannot. */
export function listenTls(host: string, wish: SipTls, limits: HandshakeLimits): Promise<tls.Server | Error> {
  return new Promise((resolve) => {
    let server: tls.Server;
    try {
      server = tls.createServer({
        cert: wish.cert,
        key: wish.key,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 60_000,
        handshakeTimeout: HANDSHAKE_MS,
      });
    } catch (error) {
      resolve(error as Error);
      return;
    }
    server.maxConnections = limits.maxConnections + limits.maxHandshakes;
    boundHandshakes(server, limits);
    // a failed handshake is the other side's affair; without a listener nothing would destroy its socket
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    server.once('error', resolve);
    server.listen({ port: wish.port, host, exclusive: true }, () => {
      server.removeListener('error', resolve);
      resolve(server);
    });
  });
}

function boundHandshakes(server: tls.Server, { maxHandshakes, maxHandshakesPerHost }: HandshakeLimits): void {
  /** By the address at the other end, the oldest first. */
  const underWay = new Map<string, { readonly socket: Socket; readonly host: string }>();
  const perHost = new Map<string, number>();
  const forget = (end: string): void => {
    const host = underWay.get(end)?.host;
    if (host === undefined) return;
    underWay.delete(end);
    const left = (perHost.get(host) ?? 1) - 1;
    if (left > 0) perHost.set(host, left);
    else perHost.delete(host);
  };
  server.on('connection', (socket: Socket) => {
    const host = plainAddress(socket.remoteAddress ?? '');
    const fromHost = perHost.get(host) ?? 0;
    if (host === '' || fromHost >= maxHandshakesPerHost) {
      socket.destroy();
      return;
    }
    const [oldest] = underWay.size >= maxHandshakes ? underWay : [];
    if (oldest !== undefined) {
      forget(oldest[0]);
      oldest[1].socket.destroy();
    }
    const end = endOf(socket);
    underWay.set(end, { socket, host });
    perHost.set(host, (perHost.get(host) ?? 0) + 1);
    socket.once('close', () => forget(end));
  });
  server.on('secureConnection', (socket) => forget(endOf(socket)));
}

function endOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
