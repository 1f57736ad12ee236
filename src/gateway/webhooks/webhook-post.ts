import { createHmac } from 'node:crypto';
import type { Delivery } from '../../store/deliveries.ts';
import type { WebhookEndpoint } from '../config.ts';

/** What one attempt brought. */
export interface PostAnswer {
  /** HTTP status; null when nobody answered. */
  readonly status: number | null;
  /** Null: the endpoint has it. */
  readonly error: string | null;
  /** What the endpoint asked for in `Retry-After`. */
  readonly retryAfterMs: number | null;
  readonly durationMs: number;
}

/** A receiver puts an event into its own queue and answers; one that works first is told so by this. */
const ANSWER_MS = 10_000;
/** Of an answer only its beginning is read, for the log. */
const MAX_ANSWER_BYTES = 4096;
const MAX_ERROR_LENGTH = 300;

/** `X-Gbgate-Signature` of a body sent at a time: `t=EPOCH,v1=hex(HMAC-SHA256(secret, t + "." + body))`. */
export function signatureOf(secret: string, epochSeconds: number, body: string): string {
  return `t=${epochSeconds},v1=${createHmac('sha256', secret).update(`${epochSeconds}.${body}`).digest('hex')}`;
}

/** EDGE: posts events to one endpoint. Never rejects; `signal` cuts what is under way. */
export class WebhookPost {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #secret: string | null;
  readonly #clock: { nowMs(): number; epochMs(): number };

  constructor(endpoint: WebhookEndpoint, clock: { nowMs(): number; epochMs(): number }) {
    const url = new URL(endpoint.url);
    // fetch refuses addresses with a password in them
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    const credentials: Record<string, string> =
      user === ':' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
    url.username = '';
    url.password = '';
    this.#url = url.href;
    this.#headers = { ...credentials, ...lowerCased(endpoint.headers), 'content-type': 'application/json' };
    this.#secret = endpoint.secret;
    this.#clock = clock;
  }

  async send(delivery: Delivery, signal: AbortSignal): Promise<PostAnswer> {
    const { body, type, attempts } = delivery;
    const startMs = this.#clock.nowMs();
    const answered = (status: number | null, error: string | null, retryAfterMs: number | null = null): PostAnswer => ({
      status,
      error,
      retryAfterMs,
      durationMs: Math.round(this.#clock.nowMs() - startMs),
    });
    // A controller of our own: Node 20 may collect the timer of AbortSignal.any([AbortSignal.timeout()]) before it fires.
    const cut = new AbortController();
    let isLate = false;
    const patience = setTimeout(() => {
      isLate = true;
      cut.abort();
    }, ANSWER_MS);
    const callOff = () => cut.abort();
    signal.addEventListener('abort', callOff);
    if (signal.aborted) callOff();
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        body,
        headers: {
          'user-agent': 'gbgate',
          ...this.#headers,
          'x-gbgate-event': type,
          'x-gbgate-attempt': String(attempts + 1),
          ...this.#signature(body),
        },
        // A signed event belongs to who is configured, not to whom that one points.
        redirect: 'manual',
        signal: cut.signal,
      });
      const { status } = response;
      const text = await beginningOf(response);
      if (response.ok) return answered(status, null);
      const words = status >= 300 && status < 400 ? 'redirects are not followed' : text;
      return answered(status, `${status} ${words}`.trim(), this.#retryAfterMs(response.headers.get('retry-after')));
    } catch (error) {
      const { message, cause } = error as Error;
      if (isLate) return answered(null, `no answer within ${ANSWER_MS / 1000} s`);
      return answered(null, (cause as { code?: string } | undefined)?.code ?? message);
    } finally {
      clearTimeout(patience);
      signal.removeEventListener('abort', callOff);
    }
  }

  #signature(body: string): Record<string, string> {
    if (this.#secret === null) return {};
    return { 'x-gbgate-signature': signatureOf(this.#secret, Math.floor(this.#clock.epochMs() / 1000), body) };
  }

  /** Seconds, or a date (RFC 9110, 10.2.3). */
  #retryAfterMs(header: string | null): number | null {
    if (header === null) return null;
    const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - this.#clock.epochMs();
    return Number.isNaN(ms) ? null : Math.max(0, ms);
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The first words of an answer on one line; an answer without end is cut. */
async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // leaving the loop early cancels the rest
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) break;
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, MAX_ERROR_LENGTH);
}
