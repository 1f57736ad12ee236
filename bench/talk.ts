/**
 * (t) Voice at its time: voices over UDP to another process, each spoken by a browser whose messages come in lumps. When each packet
 * comes against when it was due (20 ms for each one before it, on the line of the earliest): 99 % within 10 ms. At the same time
 * a bare timer with a bare socket; and once more while the same process records cameras.
 */
import dgram from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { FRAME_MS, FRAME_SAMPLES } from '../src/media/send/voice.ts';
import { FRAMING_BYTES, VoicePackets } from '../src/media/send/voice-packets.ts';
import { VoiceQueue } from '../src/media/send/voice-queue.ts';
import { VoiceSender } from '../src/media/send/voice-sender.ts';
import { beBusy } from './busy.ts';
import { forkBench, reply } from './children.ts';
import type { HeardPackets } from './listen.ts';
import { printTable } from './table.ts';

export const name = 'talk';

const VOICES = [1, 20, 100];
/** Voices and recorded cameras of the row that has both. */
const BUSY = { voices: 20, cameras: 64 };
const SECONDS = Number(process.env.BENCH_SECONDS ?? 6);
/** Of the bare timer; voices count from 1. */
const BARE_SSRC = 0;
const BOUND_MS = 10;
const BOUND_SHARE = 0.99;
/** Until every camera has sent a key frame and its file has begun. */
const WARM_MS = 3_000;
/** Datagrams that a busy machine may lose between two processes. */
const SKIPPED_SHARE = 0.05;
/** A browser's messages come in lumps of two to three frames. */
const LUMP_MS = 50;

/** Prints the table; false when more than 1 % of the packets of a row came late, or some not at all. */
export async function run(): Promise<boolean> {
  const rows: string[][] = [];
  let holds = true;
  const voices = async (count: number, beside: string): Promise<void> => {
    const { row, isGood } = await measure(count, `${count === 1 ? '1 voice' : `${count} voices`}${beside}`);
    rows.push(row);
    holds &&= isGood;
  };
  for (const count of VOICES) await voices(count, '');
  const busy = await beBusy(BUSY.cameras);
  await sleep(WARM_MS);
  await voices(BUSY.voices, `, ${BUSY.cameras} cameras recorded`);
  const fault = await busy.close();
  if (fault !== null) console.log(`of the recordings beside: ${fault}`);
  holds &&= fault === null;
  const columns = [
    '20 ms packets',
    'packets',
    'missing',
    'median ms',
    'p99 ms',
    'most ms',
    'within 10 ms',
    'bare timer',
  ];
  printTable(columns, rows);
  console.log(
    `bound: ${BOUND_SHARE * 100} % within ${BOUND_MS} ms of their time, or as many as the bare timer less 1 %`,
  );
  return holds;
}

type Send = (packet: Uint8Array) => void;

/** Runs voices and the bare timer for some seconds, and looks when their packets came. */
async function measure(count: number, what: string): Promise<{ row: string[]; isGood: boolean }> {
  const child = forkBench('listen.ts');
  const port = await reply<number>(child, 'port');
  const socket = dgram.createSocket('udp4');
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', () => resolve()));
  const send: Send = (packet) => socket.send(packet);
  const stopBare = bare(send);
  const stop = speak(count, send);
  await sleep(SECONDS * 1000);
  const sent = stop();
  stopBare();
  await sleep(300);
  const answer = reply<HeardPackets[]>(child, 'heard');
  child.send({ ask: true });
  const heard = await answer;
  child.disconnect();
  socket.close();
  const late = (isBare: boolean) =>
    heard
      .filter(({ ssrc }) => (ssrc === BARE_SSRC) === isBare)
      .flatMap(latenessOf)
      .sort((a, b) => a - b);
  const inTime = (all: readonly number[]) => all.filter((ms) => ms <= BOUND_MS).length / Math.max(1, all.length);
  const voices = late(false);
  const share = inTime(voices);
  const floor = inTime(late(true));
  const missing = sent - voices.length;
  const percent = (part: number) => `${(part * 100).toFixed(2)} %`;
  const figures = [0.5, 0.99, 1].map((part) =>
    (voices[Math.min(voices.length - 1, Math.floor(voices.length * part))] ?? Number.NaN).toFixed(2),
  );
  return {
    row: [what, String(voices.length), String(missing), ...figures, percent(share), percent(floor)],
    // on a machine that is too busy for a bare timer, what that does is what there is to be had
    isGood:
      share >= Math.min(BOUND_SHARE, floor - (1 - BOUND_SHARE)) &&
      missing <= SKIPPED_SHARE * count * SECONDS * (1000 / FRAME_MS),
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
function bare(send: Send): () => void {
  const packet = Buffer.alloc(172);
  packet.writeUInt32BE(BARE_SSRC, 8);
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
  return () => clearTimeout(timer);
}
