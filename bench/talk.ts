/**
 * (t) Voice at its time: voices over UDP to another process, each spoken by a browser whose messages come in lumps. When each packet
 * comes against when it was due (20 ms for each one before it, on the line of the earliest): 99 % within 10 ms. Beside it a bare
 * timer and a bare socket for one voice, in the same run.
 */
import dgram from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { FRAME_MS, FRAME_SAMPLES } from '../src/media/send/voice.ts';
import { FRAMING_BYTES, VoicePackets } from '../src/media/send/voice-packets.ts';
import { VoiceQueue } from '../src/media/send/voice-queue.ts';
import { VoiceSender } from '../src/media/send/voice-sender.ts';
import { forkBench, reply } from './children.ts';
import type { HeardPackets } from './listen.ts';
import { printTable } from './table.ts';

export const name = 'talk';

const VOICES = [1, 20, 100];
const SECONDS = Number(process.env.BENCH_SECONDS ?? 6);
const BOUND_MS = 10;
const BOUND_SHARE = 0.99;
/** Datagrams that a busy machine may lose between two processes. */
const SKIPPED_SHARE = 0.05;
/** A browser's messages come in lumps of two to three frames. */
const LUMP_MS = 50;

/** Prints the table; false when more than 1 % of the packets of a row came late, or some not at all. */
export async function run(): Promise<boolean> {
  const floor = await measure('bare timer', bare);
  const rows = [floor.row];
  // on a machine that is too busy for the bare timer itself, that is what there is to be had
  const bound = Math.min(BOUND_SHARE, floor.share - (1 - BOUND_SHARE));
  let holds = true;
  for (const count of VOICES) {
    const { row, share, missing } = await measure(count === 1 ? '1 voice' : `${count} voices`, (send) =>
      speak(count, send),
    );
    rows.push(row);
    holds &&= share >= bound && missing <= SKIPPED_SHARE * count * SECONDS * (1000 / FRAME_MS);
  }
  printTable(['20 ms packets', 'packets', 'missing', 'median ms', 'p99 ms', 'most ms', 'within 10 ms'], rows);
  console.log(`bound: ${(bound * 100).toFixed(1)} % within ${BOUND_MS} ms of their time`);
  if (bound < BOUND_SHARE) console.log('the machine is busy: a bare timer does not keep its time either');
  return holds;
}

type Send = (packet: Uint8Array) => void;

/** Runs senders for some seconds; they answer how many packets they sent when they are stopped. */
async function measure(
  what: string,
  start: (send: Send) => () => number,
): Promise<{ row: string[]; share: number; missing: number }> {
  const child = forkBench('listen.ts');
  const port = await reply<number>(child, 'port');
  const socket = dgram.createSocket('udp4');
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', () => resolve()));
  const stop = start((packet) => socket.send(packet));
  await sleep(SECONDS * 1000);
  const sent = stop();
  await sleep(300);
  const answer = reply<HeardPackets[]>(child, 'heard');
  child.send({ ask: true });
  const heard = await answer;
  child.disconnect();
  socket.close();
  const late = heard.flatMap(latenessOf).sort((a, b) => a - b);
  const at = (share: number) => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? Number.NaN;
  const share = late.filter((ms) => ms <= BOUND_MS).length / Math.max(1, late.length);
  const missing = sent - late.length;
  const figures = [0.5, 0.99, 1].map((part) => at(part).toFixed(2));
  return {
    row: [what, String(late.length), String(missing), ...figures, `${(share * 100).toFixed(2)} %`],
    share,
    missing,
  };
}

/** How late each packet of a voice came, ms: against the earliest line of 20 ms a frame. */
function latenessOf({ timestamps, cameMs }: HeardPackets): number[] {
  const offsets = timestamps.map(
    (timestamp, i) => cameMs[i]! - ((timestamp - timestamps[0]!) / FRAME_SAMPLES) * FRAME_MS,
  );
  const first = Math.min(...offsets);
  return offsets.map((offset) => offset - first);
}

function speak(count: number, send: Send): () => number {
  const voices = Array.from({ length: count }, (_, index) => {
    const queue = new VoiceQueue();
    const lump = new Int16Array((LUMP_MS / FRAME_MS) * FRAME_SAMPLES).fill(1000);
    const timer = setInterval(() => queue.push(lump), LUMP_MS);
    const sender = new VoiceSender({
      nowMs: () => performance.now(),
      after: (ms, action) => {
        const wait = setTimeout(action, ms);
        return () => clearTimeout(wait);
      },
      source: queue,
      packets: new VoicePackets({
        codec: 'pcma',
        payloadType: 8,
        ssrc: index + 1,
        firstSequence: 0,
        firstTimestamp: 0,
      }),
      send: (framed) => {
        send(framed.subarray(FRAMING_BYTES));
        return true;
      },
      onEnd: () => {},
    });
    return { sender, timer };
  });
  // calls come up at different moments
  for (const [index, { sender }] of voices.entries()) setTimeout(() => sender.start(), (index * FRAME_MS) / count);
  return () => {
    let sent = 0;
    for (const { sender, timer } of voices) {
      sender.stop();
      clearInterval(timer);
      sent += sender.counts.packets;
    }
    return sent;
  };
}

/** The floor: one corrected timer, one socket, no sound. */
function bare(send: Send): () => number {
  const packet = Buffer.alloc(172);
  packet.writeUInt32BE(1, 8);
  const startMs = performance.now();
  let count = 0;
  let timer: NodeJS.Timeout;
  const next = (): void => {
    packet.writeUInt32BE(count * FRAME_SAMPLES, 4);
    send(Buffer.from(packet));
    count += 1;
    timer = setTimeout(next, Math.max(0, startMs + count * FRAME_MS - performance.now()));
  };
  next();
  return () => {
    clearTimeout(timer);
    return count;
  };
}
