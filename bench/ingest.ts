/**
 * (a) Ingest: what a packet costs from the socket to the fragment, against the least a Node process can do to receive it.
 * The load comes from another process, paced as cameras pace it. Floor and whole path are measured in the same run.
 */
import { Feed } from '../src/media/feed.ts';
import { PortPool } from '../src/media/ingest/port-pool.ts';
import { openReceiver, type Receiver, type ReceiverEvent } from '../src/media/receiver.ts';
import { startLoad } from './children.ts';
import { attach, type Consumers, NO_CONSUMERS } from './consumers.ts';
import { type Floor, tcpFloor, udpFloor } from './floor.ts';
import type { LoadSum } from './load.ts';
import { FRAMES_PER_GOP } from './ps.ts';
import { printTable } from './table.ts';

export const name = 'ingest';

type Transport = 'udp' | 'tcp';
type Extra = 'video' | '+ G.711' | '+ G.711, viewer' | '+ G.711, MP4';

/** Whole path against floor, CPU per packet, video only. */
const BOUNDS: Readonly<Record<Transport, number>> = { udp: 2.0, tcp: 3.0 };

/** Streams measured; `BENCH_STREAMS=64` for a short run. */
const STREAMS = (process.env.BENCH_STREAMS ?? '64,256').split(',').map(Number);

/** Length of one measurement; the machine is warm after WARM_SECONDS. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 6);
const WARM_SECONDS = 3;

/** Port range of the receivers: 256 pairs and room for what others hold. */
const FIRST_PORT = 20_000;
const LAST_PORT = 22_999;
const FIRST_SSRC = 200_000_001;

interface Sample {
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly packets: number;
}

/** CPU of this process while packets come. */
async function measure(packets: () => number): Promise<Sample> {
  await sleep(WARM_SECONDS);
  const before = packets();
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  await sleep(SECONDS);
  const used = process.cpuUsage(cpu);
  return {
    cpuUs: used.user + used.system,
    wallUs: (performance.now() - startedMs) * 1000,
    packets: packets() - before,
  };
}

interface Result {
  readonly sample: Sample;
  readonly lost: number;
  readonly fault: string | null;
}

async function runFloor(transport: Transport, streams: number, audio: boolean): Promise<Result> {
  const floor: Floor = await (transport === 'udp' ? udpFloor(streams) : tcpFloor(streams));
  const load = await startLoad({ transport, ports: floor.ports, audio, firstSsrc: FIRST_SSRC });
  const sample = await measure(floor.packets);
  const sum = await load.stop();
  await sleep(0.3);
  const lost = sum.packets - floor.packets();
  floor.close();
  return { sample, lost, fault: null };
}

interface Camera {
  readonly feed: Feed;
  readonly receiver: Receiver<Feed>;
}

async function openCamera(transport: Transport, pool: PortPool, index: number, push: (event: ReceiverEvent) => void) {
  const feed = new Feed({ reorder: transport === 'udp' ? { holdMs: 100, maxPackets: 256 } : null });
  const receiver = await openReceiver({
    transport: transport === 'udp' ? 'udp' : 'tcp-passive',
    pool,
    ssrc: FIRST_SSRC + index,
    feed,
    onEvent: push,
  });
  if ('fault' in receiver) throw new Error(receiver.detail);
  receiver.answered({ ssrc: FIRST_SSRC + index, host: '127.0.0.1', port: 9, fallbackHost: '127.0.0.1' });
  return { feed, receiver };
}

async function runWhole(transport: Transport, streams: number, extra: Extra): Promise<Result> {
  const pool = new PortPool({ host: '127.0.0.1', first: FIRST_PORT, last: LAST_PORT, holdOffMs: 0 });
  const consumers: Consumers = extra === 'video' || extra === '+ G.711' ? NO_CONSUMERS : await attach(extra, streams);
  const cameras: Camera[] = [];
  let fragments = 0;
  for (let index = 0; index < streams; index += 1) {
    const consume = consumers.stream(index);
    cameras.push(
      await openCamera(transport, pool, index, (event) => {
        if (event.type === 'fragment') fragments += 1;
        consume(event);
      }),
    );
  }
  const packets = () => cameras.reduce((sum, { feed }) => sum + feed.counters.packets, 0);
  const ports = cameras.map(({ receiver }) => receiver.port);
  const load = await startLoad({ transport, ports, audio: extra !== 'video', firstSsrc: FIRST_SSRC });
  const sample = await measure(packets);
  const sum = await load.stop();
  await sleep(0.3);
  const fault = (await consumers.check()) ?? wholeFault(cameras, sum, fragments);
  const lost = sum.packets - packets();
  for (const { receiver } of cameras) receiver.close({ byeAnswered: false });
  pool.close();
  await consumers.close();
  return { sample, lost, fault };
}

/** Proves that the measured path made what it should: every frame from each stream's first key frame on is a fragment. */
function wholeFault(cameras: readonly Camera[], sum: LoadSum, fragments: number): string | null {
  const frames = cameras.reduce((total, { feed }) => total + feed.counters.frames, 0);
  const lost = cameras.reduce((total, { feed }) => total + feed.counters.lost, 0);
  if (lost > 0) return `the feeds count ${lost} packets lost`;
  const least = sum.frames - cameras.length * (FRAMES_PER_GOP + 2);
  if (frames < least) return `${frames} frames came out of ${sum.frames}`;
  if (fragments < least) return `${fragments} fragments of ${sum.frames} frames`;
  return null;
}

function usOf({ sample }: { readonly sample: Sample }): number {
  return sample.cpuUs / sample.packets;
}

function row(label: string, streams: number, { sample, lost }: Result, floorUs: number | null): string[] {
  const us = usOf({ sample });
  return [
    label,
    String(Math.round(sample.packets / (sample.wallUs / 1e6))),
    us.toFixed(2),
    ((sample.cpuUs / sample.wallUs / streams) * 100).toFixed(3),
    floorUs === null ? '' : (us / floorUs).toFixed(2),
    String(lost),
  ];
}

/** Prints the table; false when a ratio or the loss is out of bounds. */
export async function run(): Promise<boolean> {
  const rows: string[][] = [];
  const broken: string[] = [];
  const extras: Extra[] = ['+ G.711', '+ G.711, viewer', '+ G.711, MP4'];
  for (const transport of ['udp', 'tcp'] as const) {
    for (const streams of STREAMS) {
      const label = `${transport} ${streams}`;
      // Once before and once after: what the machine does meanwhile must not decide.
      const before = await runFloor(transport, streams, false);
      const video = await runWhole(transport, streams, 'video');
      const after = await runFloor(transport, streams, false);
      const floorUs = (usOf(before) + usOf(after)) / 2;
      rows.push(row(`${label} floor`, streams, before, null), row(`${label} floor again`, streams, after, null));
      const judge = (extra: Extra, result: Result) => {
        rows.push(row(`${label} ${extra}`, streams, result, floorUs));
        if (result.lost !== 0) broken.push(`${label} ${extra}: ${result.lost} packets lost`);
        if (result.fault !== null) broken.push(`${label} ${extra}: ${result.fault}`);
      };
      judge('video', video);
      const ratio = usOf(video) / floorUs;
      if (ratio > BOUNDS[transport]) broken.push(`${label}: ratio ${ratio.toFixed(2)} over ${BOUNDS[transport]}`);
      for (const extra of extras) judge(extra, await runWhole(transport, streams, extra));
    }
  }
  printTable(['path', 'packets/s', 'us CPU/packet', '% core/camera', 'x floor', 'lost'], rows);
  console.log(
    `bounds (video): udp ${BOUNDS.udp} x, tcp ${BOUNDS.tcp} x floor, 0 lost; to beat: 0.13 / 0.18 / 0.18 % of a core`,
  );
  for (const line of broken) console.log(`broken: ${line}`);
  return broken.length === 0;
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
