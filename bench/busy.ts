/** A process at work: cameras over UDP whose streams are recorded, packet by packet as the gateway does it, beside what is measured. */
import { Feed } from '../src/media/feed.ts';
import { PortPool } from '../src/media/ingest/port-pool.ts';
import { openReceiver } from '../src/media/receiver.ts';
import { startLoad } from './children.ts';
import { attach } from './consumers.ts';

const FIRST_PORT = 23_000;
const LAST_PORT = 23_999;
const FIRST_SSRC = 200_000_001;

/** Records so many cameras (2 Mbit/s, 25 frames a second, G.711) until it is closed, which says what was wrong with the files. */
export async function beBusy(streams: number): Promise<{ close(): Promise<string | null> }> {
  const pool = new PortPool({ host: '127.0.0.1', first: FIRST_PORT, last: LAST_PORT, holdOffMs: 0 });
  const files = await attach('+ G.711, MP4', streams);
  const receivers = await Promise.all(
    Array.from({ length: streams }, async (_, index) => {
      const ssrc = FIRST_SSRC + index;
      const feed = new Feed({ reorder: { holdMs: 100, maxPackets: 256 } });
      const receiver = await openReceiver({ transport: 'udp', pool, ssrc, feed, onEvent: files.stream(index) });
      if ('fault' in receiver) throw new Error(receiver.detail);
      receiver.answered({ ssrc, host: '127.0.0.1', port: 9, fallbackHost: '127.0.0.1' });
      return receiver;
    }),
  );
  const ports = receivers.map((receiver) => receiver.port);
  const load = await startLoad({ transport: 'udp', ports, audio: true, firstSsrc: FIRST_SSRC });
  return {
    async close() {
      await load.stop();
      const fault = await files.check();
      for (const receiver of receivers) receiver.close({ byeAnswered: false });
      pool.close();
      await files.close();
      return fault;
    },
  };
}
