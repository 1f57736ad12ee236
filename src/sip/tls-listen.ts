import tls from 'node:tls';

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

/** A server that listens, or why it cannot. `maxConnections` counts those that have not said hello yet as well. */
export function listenTls(host: string, wish: SipTls, maxConnections: number): Promise<tls.Server | Error> {
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
    server.maxConnections = maxConnections;
    // a failed handshake is the other side's affair; without a listener nothing would destroy its socket
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    server.once('error', resolve);
    server.listen({ port: wish.port, host, exclusive: true }, () => {
      server.removeListener('error', resolve);
      resolve(server);
    });
  });
}
