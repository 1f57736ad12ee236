/**
 * (d) Time from a frame's last packet to the viewer: 64 streams over UDP with one WebSocket viewer each in another
 * process. `arrivedMs` of the fragment against the moment the viewer has the message, both CLOCK_MONOTONIC.
 */
import { Feed } from '../src/media/feed.ts';
import { PortPool } from '../src/media/ingest/port-pool.ts';
import { openReceiver, type Receiver } from '../src/media/receiver.ts';
import { seat } from './audience.ts';
import { startLoad } from './children.ts';
import { newStream } from './consumers.ts';
import { sinkOf } from './sink.ts';
import { printTable } from './table.ts';

export const name = 'latency';

const STREAMS = 64;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 6);
const WARM_SECONDS = 3;
const BOUND_MS = 2;
const FIRST_SSRC = 200_000_001;

/** Prints the table; false when the median is over the bound or messages are missing. */
export async function run(): Promise<boolean> {
  const pool = new PortPool({ host: '127.0.0.1', first: 20_000, last: 22_999, holdOffMs: 0 });
  const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  const streams = Array.from({ length: STREAMS }, (_, index) => newStream(`s${index}`));
  /** Per viewer and message: when the last packet of what it shows had come; NaN for messages that are no news. */
  const sent: number[][] = streams.map(() => []);
  let arrivedMs = Number.NaN;
  const audience = await seat(
    STREAMS,
    (socket, index) => {
      const sink = sinkOf(socket);
      const log = sent[index]!;
      streams[index]!.addViewer(
        {
          get bufferedBytes() {
            return sink.bufferedBytes;
          },
          sendBinary: (bytes) => {
            log.push(arrivedMs + offsetMs);
            sink.sendBinary(bytes);
          },
          sendText: () => {},
          close: sink.close,
        },
        { protocol: false, singleInit: false },
      );
    },
    true,
  );
  const receivers: Receiver<Feed>[] = [];
  for (let index = 0; index < STREAMS; index += 1) {
    const feed = new Feed({ reorder: { holdMs: 100, maxPackets: 256 } });
    const receiver = await openReceiver({
      transport: 'udp',
      pool,
      ssrc: FIRST_SSRC + index,
      feed,
      onEvent: (event) => {
        if (event.type !== 'fragment' && event.type !== 'init') return;
        arrivedMs = event.type === 'fragment' ? event.fragment.arrivedMs : Number.NaN;
        streams[index]!.push(event);
      },
    });
    if ('fault' in receiver) throw new Error(receiver.detail);
    receivers.push(receiver);
  }
  const ports = receivers.map(({ port }) => port);
  const load = await startLoad({ transport: 'udp', ports, audio: false, firstSsrc: FIRST_SSRC });
  await new Promise((resolve) => setTimeout(resolve, WARM_SECONDS * 1000));
  const warm = sent.map((log) => log.length);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  await load.stop();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const came = await audience.times();
  const delays: number[] = [];
  let missing = 0;
  for (const [viewer, log] of sent.entries()) {
    missing += Math.abs(log.length - (came[viewer]?.length ?? 0));
    for (let i = warm[viewer]!; i < log.length; i += 1) {
      const delayMs = (came[viewer]?.[i] ?? Number.NaN) - log[i]!;
      if (!Number.isNaN(delayMs)) delays.push(delayMs);
    }
  }
  for (const receiver of receivers) receiver.close({ byeAnswered: false });
  pool.close();
  audience.close();
  delays.sort((a, b) => a - b);
  const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Number.NaN;
  printTable(
    ['last packet → viewer', 'messages', 'median ms', 'p90 ms', 'p99 ms', 'most ms'],
    [[`${STREAMS} streams`, String(delays.length), ...[0.5, 0.9, 0.99, 1].map((share) => at(share).toFixed(2))]],
  );
  console.log(`bound: median under ${BOUND_MS} ms`);
  const enough = delays.length >= STREAMS * SECONDS * 25 * 0.95 && missing === 0;
  if (!enough) console.log(`broken: ${delays.length} messages were measured, ${missing} did not arrive`);
  return enough && at(0.5) < BOUND_MS;
}
