import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildAck, buildBye, buildInvite, confirmDialogue, openDialogue } from '../../src/sip/dialog.ts';
import { type Output, type Peer, SipEndpoint } from '../../src/sip/endpoint.ts';
import { makeResponse } from '../../src/sip/wire/response.ts';
import { type SeenPacket, writeSipPcap } from '../support/sip-pcap.ts';
import { fixture, requestOf, responseOf } from './fixtures.ts';

const GATEWAY = { host: '192.0.2.10', port: 5060 };

/** A session over one transport: REGISTER, keep-alive, INVITE with its answers, CANCEL, BYE; every byte written by us. */
function session(camera: Peer): SeenPacket[] {
  const seen: SeenPacket[] = [];
  let n = 0;
  let nowMs = 0;
  const random = () => {
    n += 1;
    return `t${camera.transport}${n}`;
  };
  const endpoint = new SipEndpoint({ random });
  const record = (outputs: Output[]): Buffer[] => {
    const bytes = outputs.flatMap((output) => (output.type === 'send' ? [output.bytes] : []));
    for (const sent of bytes) {
      seen.push({
        bytes: sent,
        from: GATEWAY,
        to: camera,
        epochMs: 1_700_000_000_000 + nowMs,
        transport: camera.transport,
      });
      nowMs += 1;
    }
    return bytes;
  };
  for (const [name, status] of [
    ['ip-camera-register.sip', 401],
    ['ip-camera-register-qop.sip', 200],
    ['hikvision-catalog-response.sip', 200],
  ] as const) {
    const request = requestOf(fixture(name));
    const [output] = endpoint.receive(request, camera, nowMs);
    assert.ok(output?.type === 'request' && output.transaction !== null);
    const response = makeResponse(request, status, status === 200 ? 'OK' : 'Unauthorized', { from: camera });
    assert.equal(record(endpoint.respond(output.transaction, response, nowMs)).length, 1);
  }
  const dialogue = openDialogue({
    callId: `call@${GATEWAY.host}`,
    deviceId: '34020000001180000001',
    channelId: '34020000001320000001',
    localUri: 'sip:34020000002000000001@3402000000',
    localTag: 'us',
    remoteUri: `sip:34020000001320000001@${camera.host}:${camera.port}`,
    localContact: `sip:34020000002000000001@${GATEWAY.host}:${GATEWAY.port}`,
    createdEpochMs: 0,
  });
  const sdp = Buffer.from(
    'v=0\r\no=- 0 0 IN IP4 192.0.2.10\r\ns=Play\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=video 30000 RTP/AVP 96\r\na=recvonly\r\na=rtpmap:96 PS/90000\r\n',
  );
  const invite = record(
    endpoint.request(
      buildInvite(dialogue, '34020000001320000001:0200000001,34020000002000000001:0', sdp),
      camera,
      GATEWAY,
      nowMs,
    ).outputs,
  )[0]!;
  const ok = makeResponse(requestOf(invite), 200, 'OK', { from: GATEWAY, toTag: 'cam' });
  assert.equal(endpoint.receive(ok, camera, nowMs)[0]?.type, 'response');
  const confirmed = confirmDialogue(dialogue, ok);
  record(endpoint.ack(buildAck(confirmed), camera, GATEWAY));
  record(endpoint.request(buildBye(confirmed).request, camera, GATEWAY, nowMs).outputs);
  const second = openDialogue({ ...dialogue, callId: 'second', cseq: 5 });
  const { transaction, outputs } = endpoint.request(buildInvite(second, 'a:0,b:0', sdp), camera, GATEWAY, nowMs);
  const refused = record(outputs)[0]!;
  endpoint.receive(makeResponse(requestOf(refused), 180, 'Ringing', { from: GATEWAY }), camera, nowMs);
  record(endpoint.cancel(transaction, nowMs));
  record(
    endpoint.receive(
      makeResponse(requestOf(refused), 487, 'Request Terminated', { from: GATEWAY, toTag: 'x' }),
      camera,
      nowMs,
    ),
  );
  return seen;
}

test('tshark finds nothing malformed in what we write, over UDP and TCP', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gbgate-pcap-'));
  try {
    const path = join(directory, 'session.pcap');
    const packets = [
      ...session({ transport: 'udp', host: '192.0.2.64', port: 5060 }),
      ...session({ transport: 'tcp', host: '192.0.2.65', port: 40_000, connection: 1 }),
    ];
    writeSipPcap(path, packets);
    const fields = ['sip.Method', 'sip.Status-Code', '_ws.malformed', '_ws.expert.message', 'sip.Call-ID'];
    const out = execFileSync(
      'tshark',
      ['-r', path, '-Y', 'sip', '-T', 'fields', '-E', 'separator=|', ...fields.flatMap((field) => ['-e', field])],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const rows = out
      .trim()
      .split('\n')
      .map((line) => line.split('|'));
    const expected = ['401', '200', '200', 'INVITE', 'ACK', 'BYE', 'INVITE', 'CANCEL', 'ACK'];
    assert.deepEqual(
      rows.map(([method, status]) => method || status),
      [...expected, ...expected],
    );
    for (const [, , malformed, , callId] of rows) {
      assert.equal(malformed, '');
      assert.notEqual(callId, '');
    }
    assert.equal(rows.length, packets.length);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a message broken on purpose is found, so the judge can say no', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gbgate-pcap-'));
  try {
    const path = join(directory, 'broken.pcap');
    const bytes = Buffer.from('REGISTER sip:1@2 SIP/2.0\r\nCSeq: x\r\n: y\r\nFrom\r\n\r\n');
    const camera = { host: '192.0.2.64', port: 5060 };
    writeSipPcap(path, [{ bytes, from: camera, to: GATEWAY, epochMs: 0, transport: 'udp' }]);
    const out = execFileSync(
      'tshark',
      ['-r', path, '-T', 'fields', '-e', '_ws.expert.message', '-e', '_ws.malformed'],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    assert.notEqual(out.trim(), '');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('what we answer is what the fixture of another server answered, header by header', () => {
  const request = requestOf(fixture('ip-camera-keepalive.sip'));
  const theirs = responseOf(fixture('yrz-keepalive-200.sip'));
  const ours = makeResponse(request, 200, 'OK', { from: { host: '10.192.33.95', port: 5060 }, toTag: '1681876509157' });
  for (const name of ['From', 'To', 'Call-ID', 'CSeq']) assert.equal(ours.headers.get(name), theirs.headers.get(name));
  const params = (via: string | undefined) => (via ?? '').split(';').sort();
  assert.deepEqual(params(ours.headers.get('Via')), params(theirs.headers.get('Via')));
});
