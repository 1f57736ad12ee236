import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tokenOf } from './auth.ts';
import { sendProblem } from './problem.ts';
import { splitAddress } from './signature.ts';

/** Answers kept for repetitions; the oldest goes first. At some kilobytes each a few megabytes. */
export const MAX_KEPT_ANSWERS = 1000;
/** How long a repetition gets the same answer: longer than any client retries one call. */
export const KEPT_MS = 10 * 60_000;
/** A longer answer is not kept: its repetition runs anew. */
const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_KEY_LENGTH = 255;

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}
interface Entry {
  readonly fingerprint: string;
  readonly sinceMs: number;
  /** Null: the first call did not end in an answer that can be repeated. */
  readonly answer: Promise<Answer | null>;
  settle(answer: Answer | null): void;
}

/**
 * `Idempotency-Key` on POST: the same key with the same body gets the first answer again, also while the first call
 * still runs; with another body 409. Answers of 500 and above are not kept: a repetition tries again.
 */
export function keepAnswers(app: FastifyInstance, nowMs: () => number): void {
  const kept = new Map<string, Entry>();
  const running = new WeakMap<FastifyRequest, Entry>();

  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || typeof key !== 'string') return;
    if (key === '' || key.length > MAX_KEY_LENGTH) {
      return sendProblem(reply, 'bad_request', `Idempotency-Key has 1 to ${MAX_KEY_LENGTH} characters.`);
    }
    const [path, query] = splitAddress(request.url);
    const place = digest([tokenOf(request.headers, query) ?? '', path, key]);
    const fingerprint = digest([request.url, JSON.stringify(request.body ?? null)]);
    // Several repetitions may wait for one call: when it leaves no answer, the first of them runs and the rest wait for that.
    for (;;) {
      const known = kept.get(place);
      if (known === undefined || nowMs() - known.sinceMs >= KEPT_MS) break;
      if (known.fingerprint !== fingerprint) {
        return sendProblem(reply, 'conflict', 'This Idempotency-Key was used with another request.');
      }
      const answer = await known.answer;
      if (answer !== null) {
        return reply
          .code(answer.status)
          .headers(answer.headers)
          .header('idempotency-replayed', 'true')
          .send(answer.body);
      }
      if (kept.get(place) === known) break;
    }
    const entry = newEntry(fingerprint, nowMs());
    kept.delete(place);
    kept.set(place, entry);
    running.set(request, entry);
    if (kept.size > MAX_KEPT_ANSWERS) kept.delete(kept.keys().next().value as string);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const isKept = reply.statusCode < 500 && typeof payload === 'string' && payload.length <= MAX_ANSWER_BYTES;
    if (isKept) {
      const headers: Record<string, string> = {};
      for (const name of ['content-type', 'location']) {
        const value = reply.getHeader(name);
        if (value !== undefined) headers[name] = String(value);
      }
      running.get(request)?.settle({ status: reply.statusCode, headers, body: payload });
    } else {
      running.get(request)?.settle(null);
    }
    return payload;
  });
}

function newEntry(fingerprint: string, sinceMs: number): Entry {
  let settle: (answer: Answer | null) => void = () => {};
  const answer = new Promise<Answer | null>((resolve) => {
    settle = resolve;
  });
  return { fingerprint, sinceMs, answer, settle };
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
