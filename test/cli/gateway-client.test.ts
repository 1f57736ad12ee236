import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { faultSentence, GatewayClient, Refused, Unreachable } from '../../src/cli/gateway-client.ts';

/** A gateway that answers one way. */
async function answering(t: { after(end: () => void): void }, how: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => how(response)).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return new GatewayClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}//`, 'T', { answerMs: 300 });
}

test('an answer that never begins, or never ends, is not waited for', async (t) => {
  for (const how of [() => {}, (response: ServerResponse) => void response.writeHead(200).write('{"a":')]) {
    const client = await answering(t, how);
    const error = await client.ask('GET', 'system').catch((fault: unknown) => fault);
    assert.ok(error instanceof Unreachable, String(error));
    assert.match(faultSentence(client, error), /^http:\/\/127\.0\.0\.1:\d+ cannot be asked: .+\.$/);
  }
});

test('an answer under way is called off', async (t) => {
  const client = await answering(t, (response) => void response.writeHead(200).write('{'));
  const off = new AbortController();
  const asked = client.ask('GET', 'system', { signal: off.signal });
  off.abort();
  await assert.rejects(asked, Unreachable);
});

test('who stops, or stands before one that starts, may be back; who says no does not change its mind', async (t) => {
  const json = (status: number, body: unknown) => (response: ServerResponse) =>
    response.writeHead(status).end(JSON.stringify(body));
  for (const [how, kind, words] of [
    [json(503, { code: 'shutting_down', detail: 'The gateway is shutting down.' }), Unreachable, /[^.]\.$/],
    [json(502, {}), Unreachable, /answers 502/],
    [json(503, { code: 'device_offline', detail: 'The device is offline.' }), Refused, /answers 503: The device is/],
    [json(401, {}), Refused, /wants its token/],
    [(response: ServerResponse) => response.end('<html>'), Refused, /is no JSON/],
  ] as const) {
    const client = await answering(t, how);
    const error = await client.ask('GET', 'system').catch((fault: unknown) => fault);
    assert.ok(error instanceof kind, String(error));
    assert.match(faultSentence(client, error), words);
  }
});
