/**
 * Viewers that only receive, in a process of their own: `{url, count}` opens them, `{ask}` asks what they saw,
 * `{times}` when every message came (CLOCK_MONOTONIC, milliseconds), per viewer.
 */
import { WebSocket } from 'ws';

export interface Watched {
  readonly messages: number;
  /** Viewers that saw nothing. */
  readonly silent: number;
}

if (process.send !== undefined && process.argv[1]?.endsWith('watch.ts') === true) {
  const seen: number[][] = [];
  const sockets: WebSocket[] = [];
  const open = (url: string, keepTimes: boolean) =>
    new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      const times: number[] = [];
      let count = 0;
      seen.push(times);
      sockets.push(socket);
      socket.on('message', () => {
        // Without times only the count is kept, as the last element.
        if (keepTimes) times.push(Number(process.hrtime.bigint()) / 1e6);
        else times[0] = count += 1;
      });
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
  process.on(
    'message',
    async (message: { url?: string; count?: number; keepTimes?: boolean; ask?: true; times?: true }) => {
      if (message.url !== undefined) {
        for (let i = 0; i < (message.count ?? 1); i += 1) await open(message.url, message.keepTimes === true);
        process.send!({ watching: sockets.length });
      } else if (message.ask !== undefined) {
        const sum: Watched = {
          messages: seen.reduce((total, times) => total + (times[0] ?? 0), 0),
          silent: seen.filter((times) => times.length === 0).length,
        };
        process.send!({ seen: sum });
      } else if (message.times !== undefined) {
        process.send!({ times: seen });
      }
    },
  );
  process.on('disconnect', () => {
    for (const socket of sockets) socket.terminate();
    process.exit(0);
  });
}
