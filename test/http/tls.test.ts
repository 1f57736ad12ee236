import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import WebSocket from 'ws';
import { selfSigned } from '../../src/http/tls-self-signed.ts';
import { opened, TOKEN } from './opened.ts';

const tls = selfSigned({ hosts: ['127.0.0.1'], epochMs: Date.now(), random: randomBytes });
const { http, gateway } = await opened({ tls });
after(() => http.close());

function get(path: string, body?: object): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const method = body === undefined ? 'GET' : 'POST';
    request({ host: '127.0.0.1', port: http.port, path, method, ca: tls.cert, headers }, (answer) => {
      let text = '';
      answer.on('data', (bytes) => (text += bytes)).on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    })
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
}

test('with a certificate the API is HTTPS, verified by who trusts the certificate', async () => {
  assert.deepEqual(await get('/healthz'), { status: 200, text: '{"status":"ok"}' });
  const { status, text } = await get('/api/v1/links', { path: '/live/a/b.mp4' });
  assert.equal(status, 201);
  const { url, ws } = JSON.parse(text);
  assert.ok(url.startsWith(`https://127.0.0.1:${http.port}/live/`), url);
  assert.ok(ws.startsWith(`wss://127.0.0.1:${http.port}/live/`), ws);
});

test('devices are told to upload to an https address', () => {
  assert.equal(gateway.imageSnapshots.served?.isSecure, true);
});

test('viewers connect by WSS', async () => {
  const url = `wss://127.0.0.1:${http.port}/live/a/b.mp4?token=${TOKEN}`;
  const socket = new WebSocket(url, { ca: tls.cert });
  await once(socket, 'open');
  const closed = once(socket, 'close');
  socket.terminate();
  await closed;
});

test('who speaks plain HTTP there gets no page and disturbs nobody', async () => {
  const socket = connect(http.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  await once(socket, 'close');
  assert.doesNotMatch(text, /200 OK/);
  assert.equal((await get('/healthz')).status, 200);
});

test('who begins no handshake is cut off as soon as who sends no headers, and not after the two minutes of Node', async () => {
  const socket = connect(http.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  const startedMs = performance.now();
  await once(socket, 'close');
  assert.ok(performance.now() - startedMs < 60_000);
  assert.equal((await get('/healthz')).status, 200);
});
