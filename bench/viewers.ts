/**
 * (c) One stream to 500 WebSocket viewers: CPU per message against a bare loop of `ws.send` over the same sockets and
 * the same bytes, paced at 25 fps. Loop and stream take turns on the same connections, so that the machine's mood is
 * shared.
 */
import type { WebSocket } from 'ws';
import { seat } from './audience.ts';
import { newStream } from './consumers.ts';
import { eventsOf } from './fragments.ts';
import { FPS } from './ps.ts';
import { sinkOf } from './sink.ts';
import { printTable } from './table.ts';

export const name = 'viewers';

const VIEWERS = Number(process.env.BENCH_VIEWERS ?? 500);
const ROUNDS = 4;
/** Two groups of pictures a round: the key frame's cost is in. */
const FRAMES_PER_ROUND = 100;
const BOUND = 1.3;

/** Sends one message each 40 ms; returns CPU microseconds a message. */
async function paced(send: (index: number) => void): Promise<number> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  for (let index = 0; index < FRAMES_PER_ROUND; index += 1) {
    const waitMs = startedMs + (index * 1000) / FPS - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
    send(index);
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  const used = process.cpuUsage(cpu);
  return (used.user + used.system) / (FRAMES_PER_ROUND * VIEWERS);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Prints the table; false when the stream costs too much or a viewer got nothing. */
export async function run(): Promise<boolean> {
  const events = eventsOf(FRAMES_PER_ROUND * (ROUNDS + 1) + 2);
  const fragments = events.flatMap((event) => (event.type === 'fragment' ? [event.fragment] : []));
  const stream = newStream('one');
  const sockets: WebSocket[] = [];
  for (const event of events) if (event.type === 'init') stream.push(event);
  const audience = await seat(VIEWERS, (socket) => {
    sockets.push(socket);
    stream.addViewer(sinkOf(socket), { protocol: false, singleInit: false });
  });
  let next = 0;
  const throughStream = () => {
    stream.push({ type: 'fragment', fragment: fragments[next]! });
    next += 1;
  };
  const bare = (index: number) => {
    const { bytes } = fragments[index]!;
    for (const socket of sockets) socket.send(bytes);
  };
  // Both paths warm before anything counts.
  await paced(throughStream);
  await paced(bare);
  const costs: { bare: number[]; stream: number[] } = { bare: [], stream: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    costs.bare.push(await paced(bare));
    costs.stream.push(await paced(throughStream));
  }
  const { messages, silent } = await audience.seen();
  const expected = VIEWERS * FRAMES_PER_ROUND * (ROUNDS + 1) * 2;
  stream.end('stopped', 1001);
  audience.close();
  const floor = median(costs.bare);
  const ours = median(costs.stream);
  printTable(
    [`1 stream, ${VIEWERS} viewers`, 'us CPU/message', '% core', 'x floor'],
    [
      ['bare ws.send loop', floor.toFixed(2), ((floor * VIEWERS * FPS) / 1e4).toFixed(1), ''],
      ['stream', ours.toFixed(2), ((ours * VIEWERS * FPS) / 1e4).toFixed(1), (ours / floor).toFixed(2)],
    ],
  );
  console.log(`bound ${BOUND} x; ${messages} messages arrived`);
  // The init segment comes on top; none may be missing.
  const whole = silent === 0 && messages >= expected;
  if (!whole) console.log(`broken: ${messages} messages of ${expected} arrived, ${silent} viewers saw nothing`);
  return whole && ours / floor <= BOUND;
}
