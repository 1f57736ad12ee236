import type { Fault } from '../../src/sip/wire/fault.ts';
import type { SipMessage } from '../../src/sip/wire/message.ts';
import { MAX_HEAD_BYTES, parseDatagram } from '../../src/sip/wire/parse.ts';
import { serialize } from '../../src/sip/wire/serialize.ts';
import { MAX_BODY_BYTES, SipStream } from '../../src/sip/wire/stream.ts';
import { below, chunks, cpuMs, mutate, pick, prng } from './mutate.ts';
import { seeds } from './sip-seeds.ts';

export const name = 'sip-stream';
/** Messages as they go over TCP: with their real Content-Length, some behind keep-alives. */
export const cases: readonly Uint8Array[] = seeds.flatMap((bytes) => {
  const message = parseDatagram(bytes);
  return message.kind === 'fault' ? [bytes] : [serialize(message)];
});

const SLOW_MS = 1000;

/** Mutated streams, cut at random: the cuts must not show, nothing may throw, hang or grow. */
export function run(iterations: number, seed: number): void {
  const random = prng(seed);
  for (let i = 0; i < iterations; i += 1) {
    const parts = Array.from({ length: 1 + below(random, 3) }, () => {
      const bytes = pick(random, cases);
      return random() < 0.4 ? bytes : mutate(bytes, random);
    });
    const bytes = Buffer.concat(parts);
    const startedMs = cpuMs();
    try {
      const whole = new SipStream();
      const expected = whole.push(bytes);
      const stream = new SipStream();
      const out: (SipMessage | Fault)[] = [];
      for (const chunk of chunks(bytes, random)) {
        out.push(...stream.push(chunk));
        if (stream.pendingBytes > MAX_HEAD_BYTES + MAX_BODY_BYTES) throw new Error('pending bytes grow');
      }
      if (stream.dead !== whole.dead) throw new Error('the cuts decide whether the stream lives');
      if (digest(out) !== digest(expected)) throw new Error('the cuts change what comes out');
      if (digest(stream.settle()) !== digest(whole.settle())) throw new Error('the cuts change what is left');
    } catch (error) {
      throw new Error(`seed ${seed}, iteration ${i}: ${bytes.toString('base64')}`, { cause: error });
    }
    const tookMs = cpuMs() - startedMs;
    if (tookMs > SLOW_MS) throw new Error(`seed ${seed}, iteration ${i}: took ${Math.round(tookMs)} ms`);
  }
}

function digest(messages: readonly (SipMessage | Fault)[]): string {
  return messages
    .map((message) =>
      message.kind === 'fault' ? `${message.code}@${message.offset}` : serialize(message).toString('latin1'),
    )
    .join('\u0000');
}
