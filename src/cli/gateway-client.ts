/** The gateway cannot be reached, or did not answer in time: it may be back soon. */
export class Unreachable extends Error {}
/** The gateway answered, with a refusal. */
export class Refused extends Error {}

/** A gateway that does not answer its own API within this is not there. */
const ANSWER_MS = 15_000;

/** A running gateway's API, for one command. */
export class GatewayClient {
  readonly url: string;
  readonly #token: string | undefined;
  readonly #answerMs: number;

  constructor(url: string, token: string | undefined, o: { answerMs?: number } = {}) {
    this.url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#answerMs = o.answerMs ?? ANSWER_MS;
  }

  /** The body of a good answer. */
  async ask(
    method: string,
    path: string,
    o: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<unknown> {
    let cut = () => {};
    const response = await this.open(method, path, {
      ...o,
      patience: (cutNow) => {
        cut = cutNow;
      },
    });
    const timer = setTimeout(cut, this.#answerMs);
    o.signal?.addEventListener('abort', cut);
    if (o.signal?.aborted === true) cut();
    const text = await response
      .text()
      .catch((error: unknown) => {
        throw new Unreachable(reasonOf(error));
      })
      .finally(() => {
        clearTimeout(timer);
        o.signal?.removeEventListener('abort', cut);
      });
    if (text === '') return null;
    try {
      return JSON.parse(text);
    } catch {
      throw new Refused(`${this.url} answers something that is no JSON: this is no gateway.`);
    }
  }

  /** A good answer, its body unread; `patience` gets the function that cuts it off. */
  async open(
    method: string,
    path: string,
    o: {
      body?: unknown;
      headers?: Record<string, string>;
      patience?: (cut: () => void) => void;
      signal?: AbortSignal;
    } = {},
  ): Promise<Response> {
    const cut = new AbortController();
    // A timer of our own: Node 20 may collect that of AbortSignal.any([AbortSignal.timeout()]) before it fires.
    const callOff = () => cut.abort();
    const timer = setTimeout(callOff, this.#answerMs);
    o.signal?.addEventListener('abort', callOff);
    if (o.signal?.aborted === true) callOff();
    let response: Response;
    try {
      response = await fetch(`${this.url}/api/v1/${path}`, {
        method,
        headers: {
          ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
          ...(o.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...o.headers,
        },
        ...(o.body === undefined ? {} : { body: JSON.stringify(o.body) }),
        signal: cut.signal,
      });
    } catch (error) {
      throw new Unreachable(cut.signal.aborted ? `no answer within ${this.#answerMs / 1000} s` : reasonOf(error));
    } finally {
      clearTimeout(timer);
      o.signal?.removeEventListener('abort', callOff);
    }
    o.patience?.(callOff);
    if (response.ok) return response;
    throw await this.#refusal(response);
  }

  async #refusal(response: Response): Promise<Error> {
    const { status } = response;
    const body = (await response.json().catch(() => ({}))) as { detail?: string; code?: string };
    if (status === 401) return new Refused(`${this.url} wants its token: give it with --token or GBGATE_TOKEN (401).`);
    const words = `${this.url} answers ${status}: ${body.detail ?? 'this is no gateway'}`;
    // a gateway that stops, or a proxy before one that starts
    const isAway = body.code === 'shutting_down' || ([502, 503, 504].includes(status) && body.detail === undefined);
    return isAway ? new Unreachable(words) : new Refused(words);
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return (cause as { code?: string } | undefined)?.code ?? message;
}

/** What went wrong, as one sentence. */
export function faultSentence(client: GatewayClient, error: unknown): string {
  const { message } = error as Error;
  return error instanceof Unreachable ? `${client.url} cannot be asked: ${message.replace(/\.$/, '')}.` : message;
}
