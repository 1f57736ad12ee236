import { pino } from 'pino';
import { LogRing } from '../../src/cli/log-ring.ts';
import { type HttpOptions, openHttp } from '../../src/http/server.ts';
import { Document } from './document.ts';
import { FakeGateway } from './fake-gateway.ts';

export const TOKEN = 'token-of-the-administrator';
export const READ_TOKEN = 'token-that-looks';

/** The same for every server of a process, whatever its options. */
let document: Document | null = null;

async function documentOf(base: string): Promise<Document> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const { paths } = (await (await fetch(`${base}/api/v1/openapi.json`, { headers })).json()) as any;
  return new Document(paths);
}

/** The HTTP side on a free port before a fake gateway; `ask` talks to it as the administrator, and holds each answer against the API document. */
export async function opened(o: Partial<HttpOptions> = {}) {
  const gateway = new FakeGateway();
  const lines: string[] = [];
  const ring = new LogRing();
  const http = await openHttp(gateway, {
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    token: TOKEN,
    readToken: READ_TOKEN,
    allowedOrigins: ['https://vms.example'],
    version: '9.9.9',
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    logTail: ring,
    ...o,
  });
  if ('fault' in http) throw new Error(http.fault);
  const base = `http://127.0.0.1:${http.port}`;
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const type = answer.headers.get('content-type') ?? '';
    const isJson = type.includes('json');
    document ??= await documentOf(base);
    document.check(method, path, { status: answer.status, type, text });
    return { status: answer.status, headers: answer.headers, text, json: (isJson ? JSON.parse(text) : null) as any };
  };
  return { gateway, http, base, ask, lines, ring };
}

/** Waits until something is so, at most 20 s. */
export async function until(isSo: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 20_000; !isSo(); ) {
    if (performance.now() > endMs) throw new Error(`never came: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
