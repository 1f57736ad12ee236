import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { WebhookEndpoint } from '../../../src/gateway/config.ts';
import { WebhookPost } from '../../../src/gateway/webhooks/webhook-post.ts';
import type { Delivery } from '../../../src/store/deliveries.ts';

const DELIVERY: Delivery = {
  number: 7,
  endpoint: 'x',
  eventId: 'e1',
  type: 'download.completed',
  subject: null,
  atEpochMs: 0,
  body: '{"id":"e1","data":{"name":"门口"}}',
  state: 'pending',
  attempts: 2,
  status: null,
  error: null,
  durationMs: null,
  endedAtEpochMs: null,
};
const EPOCH_MS = 1_767_594_201_999;

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };
let how: (response: ServerResponse, seen: Seen) => void = (response) => response.end();
const seen: Seen[] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = '', url = '', headers } = request;
  const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
  seen.push(one);
  how(response, one);
});
let base = '';

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const never = new AbortController().signal;
function send(o: Partial<WebhookEndpoint> = {}, signal = never) {
  seen.length = 0;
  const endpoint = { url: `${base}/hook`, secret: null, events: null, headers: {}, ...o };
  return new WebhookPost(endpoint, { nowMs: () => performance.now(), epochMs: () => EPOCH_MS }).send(DELIVERY, signal);
}

describe('one attempt of a webhook', () => {
  it('is a POST of the envelope, signed over its time and its bytes', async () => {
    how = (response) => response.writeHead(204).end();
    const answer = await send({ secret: '秘密', headers: { 'X-Site': 'north', 'Content-Type': 'text/plain' } });
    assert.deepEqual([answer.status, answer.error, answer.retryAfterMs], [204, null, null]);
    assert.ok(answer.durationMs >= 0);
    const [request] = seen;
    assert.deepEqual([request?.method, request?.url, request?.body], ['POST', '/hook', DELIVERY.body]);
    const { headers } = request!;
    const hex = createHmac('sha256', '秘密').update(`1767594201.${DELIVERY.body}`).digest('hex');
    assert.equal(headers['x-gbgate-signature'], `t=1767594201,v1=${hex}`);
    assert.deepEqual(
      [headers['content-type'], headers['x-gbgate-event'], headers['x-gbgate-attempt'], headers['x-site']],
      ['application/json', 'download.completed', '3', 'north'],
    );
    assert.equal(headers['user-agent'], 'gbgate');
  });

  it('is not signed without a secret, and takes user and password out of the address', async () => {
    how = (response) => response.end('ok');
    const answer = await send({ url: `${base.replace('//', '//us%40er:pa%3Ass@')}/hook?key=1` });
    assert.equal(answer.error, null);
    const { headers, url } = seen[0]!;
    assert.equal(headers['x-gbgate-signature'], undefined);
    assert.equal(headers.authorization, `Basic ${Buffer.from('us@er:pa:ss').toString('base64')}`);
    assert.equal(url, '/hook?key=1');
    await send({ url: `${base.replace('//', '//user:pass@')}/`, headers: { Authorization: 'Bearer own' } });
    assert.equal(seen[0]?.headers.authorization, 'Bearer own', 'a header by hand counts more');
  });

  it('follows no redirect', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      how = (response) => response.writeHead(status, { location: `${base}/other` }).end();
      const answer = await send();
      assert.deepEqual([answer.status, answer.error], [status, `${status} redirects are not followed`]);
      assert.deepEqual(
        seen.map(({ url }) => url),
        ['/hook'],
      );
    }
  });

  it('says what an endpoint answered, on one line and not more than its beginning', async () => {
    how = (response) => response.writeHead(500).end('it\nbroke\u0007 here');
    assert.equal((await send()).error, '500 it broke here');
    how = (response) => {
      response.writeHead(400);
      const more = () => {
        if (!response.destroyed) response.write('x'.repeat(10_000), () => setImmediate(more));
      };
      more();
    };
    const endless = await send();
    assert.equal(endless.status, 400);
    assert.equal(endless.error?.length, 304);
  });

  it('reads Retry-After as seconds and as a date', async () => {
    for (const [header, ms] of [
      ['120', 120_000],
      [new Date(EPOCH_MS + 60_001).toUTCString(), 60_001 - ((EPOCH_MS + 60_001) % 1000)],
      [new Date(EPOCH_MS - 60_000).toUTCString(), 0],
      ['soon', null],
    ] as const) {
      how = (response) => response.writeHead(503, { 'retry-after': header }).end();
      assert.equal((await send()).retryAfterMs, ms, header);
    }
  });

  it('ends when nobody listens, when the connection is cut, and when it is called off', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const refused = await send({ url: `http://127.0.0.1:${port}/` });
    assert.deepEqual([refused.status, refused.error], [null, 'ECONNREFUSED']);
    how = (response) => response.destroy();
    const cut = await send();
    assert.equal(cut.status, null);
    assert.ok(cut.error !== null && cut.error !== '');
    how = () => {};
    const off = new AbortController();
    const answer = send({}, off.signal);
    setTimeout(() => off.abort(), 50);
    assert.equal((await answer).status, null);
  });

  it('waits 10 s for an answer, headers and body together', async () => {
    how = (response) => {
      response.writeHead(200);
      response.write('a');
    };
    const before = performance.now();
    const answer = await send();
    assert.deepEqual([answer.status, answer.error], [null, 'no answer within 10 s']);
    const seconds = (performance.now() - before) / 1000;
    assert.ok(seconds > 9 && seconds < 60, `${seconds} s`);
  });
});
