/** A WebSocket server in the measured process and its viewers in another. */
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { forkBench, reply } from './children.ts';
import type { Watched } from './watch.ts';

export interface Audience {
  seen(): Promise<Watched>;
  /** When each message came to each viewer; only when asked to keep them. */
  times(): Promise<readonly (readonly number[])[]>;
  close(): void;
}

/** Resolves when all viewers are connected; `onViewer` gets the server side of each, in order. */
export async function seat(
  count: number,
  onViewer: (socket: WebSocket, index: number) => void,
  keepTimes = false,
): Promise<Audience> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  let next = 0;
  server.on('connection', (socket) => {
    onViewer(socket, next);
    next += 1;
  });
  const child = forkBench('watch.ts');
  const watching = reply<number>(child, 'watching');
  child.send({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, count, keepTimes });
  await watching;
  const ask = <T>(order: object, key: string) => {
    const answer = reply<T>(child, key);
    child.send(order);
    return answer;
  };
  return {
    seen: () => ask<Watched>({ ask: true }, 'seen'),
    times: () => ask<number[][]>({ times: true }, 'times'),
    close: () => {
      child.disconnect();
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
