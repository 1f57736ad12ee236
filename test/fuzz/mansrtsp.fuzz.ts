import { buildMansrtsp, parseMansrtsp } from '../../src/sip/mansrtsp.ts';
import { cpuMs, mutate, pick, prng } from './mutate.ts';

export const name = 'mansrtsp';

const seeds = [
  buildMansrtsp({ type: 'seek', seconds: 100 }, 4, 'RTSP/1.0'),
  buildMansrtsp({ type: 'speed', scale: -0.5 }, 5, 'MANSRTSP/1.0'),
  'RTSP/1.0 200 OK\r\nCSeq: 4\r\nRange: npt=100-\r\nScale: -1\r\nRTP-Info: seq=18139;rtptime=3119600838\r\n\r\n',
].map((text) => Buffer.from(text));

/** A body that takes longer than this to read is a hang in the making. */
const SLOW_MS = 1000;

/** Bodies of playback control changed at random: numbers stay in their ranges. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  for (let i = 0; i < iterations; i += 1) {
    const startMs = cpuMs();
    const read = parseMansrtsp(Buffer.from(mutate(pick(random, seeds), random)).toString('utf8'));
    if (read?.kind === 'answer') {
      if (!(read.status >= 0 && read.status <= 999)) throw new Error(`status at iteration ${i}`);
      if (read.sequence !== null && !(read.sequence <= 0xffff)) throw new Error(`sequence at iteration ${i}`);
      if (read.startSeconds !== null && !(read.startSeconds >= 0)) throw new Error(`start at iteration ${i}`);
    }
    if (read?.scale != null && !Number.isFinite(read.scale)) throw new Error(`scale at iteration ${i}`);
    if (cpuMs() - startMs > SLOW_MS) throw new Error(`iteration ${i} took ${cpuMs() - startMs} ms`);
  }
}
