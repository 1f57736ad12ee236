import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Output, type Peer, SipEndpoint } from '../../src/sip/endpoint.ts';
import { MAX_REMEMBERED_INVITES } from '../../src/sip/transaction/client-table.ts';
import { MAX_SERVER_TRANSACTIONS } from '../../src/sip/transaction/server-table.ts';
import { Headers } from '../../src/sip/wire/headers.ts';
import { cseqOf, NO_BODY, type SipMessage, type SipRequest } from '../../src/sip/wire/message.ts';
import { parseDatagram } from '../../src/sip/wire/parse.ts';
import { makeResponse } from '../../src/sip/wire/response.ts';
import { sipUri } from '../../src/sip/wire/uri.ts';
import { parseVia } from '../../src/sip/wire/via.ts';
import { requestOf, responseOf, wire } from './fixtures.ts';

const CAMERA: Peer = { transport: 'udp', host: '192.0.2.64', port: 5060 };
const TCP_CAMERA: Peer = { transport: 'tcp', host: '192.0.2.65', port: 40_000, connection: 7 };
const SENT_BY = { host: '192.0.2.10', port: 5060 };

function endpointOf(maxServerTransactions?: number): SipEndpoint {
  let n = 0;
  const random = () => {
    n += 1;
    return String(n);
  };
  return new SipEndpoint(maxServerTransactions === undefined ? { random } : { random, maxServerTransactions });
}

function ours(method: string, callId = 'call-1'): SipRequest {
  const headers = Headers.of([
    ['From', '<sip:34020000002000000001@3402000000>;tag=us'],
    ['To', '<sip:34020000001320000001@192.0.2.64>'],
    ['Call-ID', callId],
    ['CSeq', `3 ${method}`],
  ]);
  return { kind: 'request', method, uri: sipUri('34020000001320000001', '192.0.2.64'), headers, body: NO_BODY };
}

/** The camera's answer to what was sent; it tags To. */
function answer(sent: Buffer, status: number, headers: [string, string][] = []): SipMessage {
  const request = requestOf(sent);
  return makeResponse(request, status, 'X', { from: { host: '192.0.2.10', port: 5060 }, toTag: 'cam', headers });
}

function theirs(method: string, n: number, more = ''): SipRequest {
  return requestOf(
    wire(`${method} sip:2@d SIP/2.0
Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK${n}
From: <sip:1@d>;tag=a
To: <sip:2@d>
Call-ID: c${n}
CSeq: 1 ${method}
${more}
`),
  );
}

function sends(outputs: Output[]): Buffer[] {
  return outputs.flatMap((output) => (output.type === 'send' ? [output.bytes] : []));
}

function types(outputs: Output[]): string[] {
  return outputs.map((output) => output.type);
}

test('a request leaves with Via, rport, branch, Max-Forwards and Content-Length; its answer is delivered once', () => {
  const endpoint = endpointOf();
  const { transaction, outputs } = endpoint.request(ours('MESSAGE'), CAMERA, SENT_BY, 0);
  assert.deepEqual(types(outputs), ['send']);
  const bytes = sends(outputs)[0]!;
  assert.match(
    bytes.toString(),
    /^MESSAGE sip:34020000001320000001@192\.0\.2\.64 SIP\/2\.0\r\nVia: SIP\/2\.0\/UDP 192\.0\.2\.10:5060;rport;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: .*\r\nTo: .*\r\nCall-ID: call-1\r\nCSeq: 3 MESSAGE\r\nContent-Length: 0\r\n\r\n$/,
  );
  assert.equal(endpoint.nextDeadlineMs(), 500);
  assert.deepEqual(sends(endpoint.poll(500)), [bytes]);
  const delivered = endpoint.receive(answer(bytes, 200), CAMERA, 600);
  assert.deepEqual(types(delivered), ['response']);
  assert.ok(delivered[0]?.type === 'response' && delivered[0].transaction === transaction && !delivered[0].again);
  assert.deepEqual(endpoint.receive(answer(bytes, 200), CAMERA, 700), []);
  assert.equal(endpoint.counts().clientTransactions, 1);
  assert.deepEqual(endpoint.poll(5600), []);
  assert.equal(endpoint.counts().clientTransactions, 0);
  assert.equal(endpoint.nextDeadlineMs(), null);
  assert.deepEqual(endpoint.receive(answer(bytes, 200), CAMERA, 6000), []);
  assert.equal(endpoint.counts().unmatchedResponses, 1);
});

test('a response without Via, or with another branch, is matched by Call-ID and CSeq (SIP-15)', () => {
  for (const spoil of [
    (headers: Headers) => headers.delete('Via'),
    (headers: Headers) => headers.set('Via', 'SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKother'),
    (headers: Headers) => headers.set('Via', 'SIP/2.0/UDP 192.0.2.10:5060;rport=5060;branch='),
  ]) {
    const endpoint = endpointOf();
    const { outputs } = endpoint.request(ours('MESSAGE'), CAMERA, SENT_BY, 0);
    const response = answer(sends(outputs)[0]!, 200);
    spoil(response.headers);
    assert.deepEqual(types(endpoint.receive(response, CAMERA, 10)), ['response']);
    response.headers.set('CSeq', '4 MESSAGE');
    assert.deepEqual(types(endpoint.receive(response, CAMERA, 20)), []);
  }
});

test('silence is reported once as timeout', () => {
  const endpoint = endpointOf();
  const { transaction } = endpoint.request(ours('MESSAGE'), CAMERA, SENT_BY, 0);
  const outputs: Output[] = [];
  for (let ms = 0; ms <= 40_000; ms += 100) outputs.push(...endpoint.poll(ms));
  assert.equal(sends(outputs).length, 10);
  assert.deepEqual(outputs.at(-1), { type: 'failed', transaction, cause: 'timeout' });
  assert.equal(endpoint.counts().clientTransactions, 0);
});

test('over TCP a request is sent once; when the connection goes it fails as transport', () => {
  const endpoint = endpointOf();
  const { transaction, outputs } = endpoint.request(ours('MESSAGE'), TCP_CAMERA, SENT_BY, 0);
  assert.match(sends(outputs)[0]!.toString(), /Via: SIP\/2\.0\/TCP /);
  assert.deepEqual(endpoint.poll(31_999), []);
  assert.deepEqual(endpoint.unreachable({ ...TCP_CAMERA, connection: 8 }), []);
  assert.deepEqual(endpoint.unreachable(TCP_CAMERA), [{ type: 'failed', transaction, cause: 'transport' }]);
  assert.deepEqual(endpoint.counts().clientTransactions, 0);
  assert.deepEqual(endpoint.poll(40_000), []);
});

test('INVITE: a failure is ACKed in its transaction with the To of the answer', () => {
  const endpoint = endpointOf();
  const { outputs } = endpoint.request(ours('INVITE'), CAMERA, SENT_BY, 0);
  const invite = sends(outputs)[0]!;
  const refused = endpoint.receive(answer(invite, 486), CAMERA, 100);
  assert.deepEqual(types(refused), ['send', 'response']);
  const ack = requestOf(sends(refused)[0]!);
  assert.equal(ack.method, 'ACK');
  assert.equal(ack.headers.get('Via'), requestOf(invite).headers.get('Via'));
  assert.match(ack.headers.get('To') ?? '', /;tag=cam$/);
  assert.equal(ack.headers.get('CSeq'), '3 ACK');
  assert.deepEqual(types(endpoint.receive(answer(invite, 486), CAMERA, 200)), ['send'], 'ACKed again, told once');
});

test('INVITE: a retransmitted 200 is delivered again, marked, for 32 s (INV-1)', () => {
  const endpoint = endpointOf();
  const invite = sends(endpoint.request(ours('INVITE'), CAMERA, SENT_BY, 0).outputs)[0]!;
  const first = endpoint.receive(answer(invite, 200), CAMERA, 100);
  const second = endpoint.receive(answer(invite, 200), CAMERA, 600);
  assert.ok(first[0]?.type === 'response' && !first[0].again);
  assert.ok(second[0]?.type === 'response' && second[0].again);
  endpoint.poll(32_100);
  assert.deepEqual(types(endpoint.receive(answer(invite, 200), CAMERA, 33_000)), ['stray']);
});

test('the ACK of a 2xx has a branch of its own', () => {
  const endpoint = endpointOf();
  const invite = requestOf(sends(endpoint.request(ours('INVITE'), CAMERA, SENT_BY, 0).outputs)[0]!);
  const [ack] = sends(endpoint.ack(ours('ACK'), CAMERA, SENT_BY)).map(requestOf);
  const branchOf = (request: SipRequest | undefined) =>
    parseVia(request?.headers.get('Via') ?? '')?.params.get('branch');
  assert.ok(branchOf(ack)?.startsWith('z9hG4bK'));
  assert.notEqual(branchOf(ack), branchOf(invite));
});

test('CANCEL leaves after the provisional, with the branch of the INVITE; 487 ends it, its 200 is ours alone', () => {
  const endpoint = endpointOf();
  const { transaction, outputs } = endpoint.request(ours('INVITE'), CAMERA, SENT_BY, 0);
  const invite = sends(outputs)[0]!;
  assert.deepEqual(endpoint.cancel(transaction, 100), []);
  assert.deepEqual(endpoint.poll(5000), [], 'the INVITE is not retransmitted any more');
  const provisional = endpoint.receive(answer(invite, 100), CAMERA, 6000);
  assert.deepEqual(types(provisional), ['send', 'response']);
  const cancel = requestOf(sends(provisional)[0]!);
  assert.equal(cancel.method, 'CANCEL');
  assert.equal(cancel.headers.get('Via'), requestOf(invite).headers.get('Via'));
  assert.deepEqual(cseqOf(cancel), { number: 3, method: 'CANCEL' });
  assert.equal(cancel.headers.get('To'), '<sip:34020000001320000001@192.0.2.64>');
  assert.deepEqual(sends(endpoint.poll(6500)), [sends(provisional)[0]], 'CANCEL is retransmitted on UDP');
  assert.deepEqual(endpoint.receive(answer(sends(provisional)[0]!, 200), CAMERA, 6600), []);
  assert.deepEqual(types(endpoint.receive(answer(invite, 487), CAMERA, 6700)), ['send', 'response']);
});

test('a 200 that crosses the CANCEL is a stray (INV-3)', () => {
  const endpoint = endpointOf();
  const { transaction, outputs } = endpoint.request(ours('INVITE'), CAMERA, SENT_BY, 0);
  const invite = sends(outputs)[0]!;
  endpoint.receive(answer(invite, 100), CAMERA, 10);
  assert.deepEqual(types(endpoint.cancel(transaction, 20)), ['send']);
  const late = endpoint.receive(answer(invite, 200), CAMERA, 30);
  assert.ok(late[0]?.type === 'stray' && late[0].transaction === transaction);
  assert.deepEqual(types(endpoint.receive(answer(invite, 200), CAMERA, 530)), ['stray']);
});

test('a 200 after the timeout is a stray; one to an INVITE that was never ours is nothing', () => {
  const endpoint = endpointOf();
  const invite = sends(endpoint.request(ours('INVITE'), CAMERA, SENT_BY, 0).outputs)[0]!;
  for (let ms = 0; ms < 40_000; ms += 500) endpoint.poll(ms);
  assert.equal(endpoint.counts().clientTransactions, 0);
  const late = endpoint.receive(answer(invite, 200), CAMERA, 41_000);
  assert.ok(late[0]?.type === 'stray' && late[0].transaction === null);
  const foreign = answer(invite, 200);
  foreign.headers.set('Call-ID', 'invented');
  assert.deepEqual(endpoint.receive(foreign, CAMERA, 42_000), []);
  for (let n = 0; n < MAX_REMEMBERED_INVITES; n += 1) {
    const { transaction } = endpoint.request(ours('INVITE', `other-${n}`), TCP_CAMERA, SENT_BY, 50_000);
    assert.ok(transaction);
  }
  assert.deepEqual(endpoint.receive(answer(invite, 200), CAMERA, 51_000), [], 'forgotten: the memory is bounded');
});

test('a retransmitted request gets the same answer, from where it came last, and goes no further', () => {
  const endpoint = endpointOf();
  const request = theirs('REGISTER', 1);
  const [first] = endpoint.receive(request, CAMERA, 0);
  assert.ok(first?.type === 'request' && first.transaction !== null);
  assert.deepEqual(endpoint.receive(request, CAMERA, 100), [], 'not answered yet');
  const sent = endpoint.respond(first.transaction, makeResponse(request, 401, 'Unauthorized', { from: CAMERA }), 200);
  const moved: Peer = { ...CAMERA, port: 6060 };
  const again = endpoint.receive(request, moved, 500);
  assert.deepEqual(sends(again), sends(sent));
  assert.ok(again[0]?.type === 'send' && again[0].to.port === 6060);
  assert.deepEqual(endpoint.respond(first.transaction, makeResponse(request, 200, 'OK', { from: CAMERA }), 600), []);
  assert.equal(endpoint.counts().retransmissionsAbsorbed, 2);
  endpoint.poll(32_200);
  assert.equal(endpoint.counts().serverTransactions, 0);
});

test('one branch for all its requests, or none: they stay apart by Call-ID and CSeq', () => {
  const endpoint = endpointOf();
  for (const via of ['Via: SIP/2.0/UDP h;branch=xxx\n', '']) {
    for (const n of [1, 2]) {
      const request = requestOf(
        wire(
          `MESSAGE sip:2@d SIP/2.0\n${via}From: <sip:1@d>;tag=a\nTo: <sip:2@d>\nCall-ID: same\nCSeq: ${n} MESSAGE\n\n`,
        ),
      );
      assert.deepEqual(types(endpoint.receive(request, CAMERA, 0)), ['request'], via);
      assert.deepEqual(types(endpoint.receive(request, CAMERA, 0)), [], via);
    }
  }
});

test('a flood answered without memory leaves none behind (SIP-13)', () => {
  const endpoint = endpointOf();
  for (let n = 0; n < 50_000; n += 1) {
    const from: Peer = { ...CAMERA, host: `10.0.${(n >> 8) & 255}.${n & 255}` };
    const request = theirs('REGISTER', n);
    const outputs = endpoint.receive(request, from, n / 100);
    assert.equal(outputs.length, 1);
    const sent = endpoint.respondStateless(request, makeResponse(request, 401, 'Unauthorized', { from }), from);
    assert.ok(sent[0]?.type === 'send' && sent[0].to === from);
  }
  assert.equal(endpoint.counts().serverTransactions, 0);
  const heap = endpoint.nextDeadlineMs();
  assert.equal(heap, null);
});

test('a full transaction table still hands requests on, without transaction', () => {
  assert.equal(MAX_SERVER_TRANSACTIONS, 16_384);
  const endpoint = endpointOf(10);
  const outputs = Array.from({ length: 12 }, (_, n) => endpoint.receive(theirs('MESSAGE', n), CAMERA, 0)[0]);
  const transactions = outputs.map((output) => output?.type === 'request' && output.transaction);
  assert.equal(transactions.filter((transaction) => transaction === null).length, 2);
  assert.equal(endpoint.counts().serverTransactions, 10);
  assert.equal(endpoint.counts().transactionOverflows, 2);
});

test('keys written by a peer are kept short', () => {
  const endpoint = endpointOf();
  const long = 'x'.repeat(5000);
  const request = requestOf(
    wire(`MESSAGE sip:2@d SIP/2.0\nFrom: <sip:1@d>;tag=a\nTo: <sip:2@d>\nCall-ID: ${long}\nCSeq: 1 MESSAGE\n\n`),
  );
  assert.deepEqual(types(endpoint.receive(request, CAMERA, 0)), ['request']);
  assert.deepEqual(types(endpoint.receive(request, CAMERA, 0)), []);
});

test('an INVITE from a device: 100 by itself, 200 until the ACK, which is delivered', () => {
  const endpoint = endpointOf();
  const invite = theirs('INVITE', 1);
  const [output] = endpoint.receive(invite, CAMERA, 0);
  assert.ok(output?.type === 'request' && output.transaction !== null);
  const trying = sends(endpoint.poll(200)).map(responseOf);
  assert.equal(trying[0]?.status, 100);
  assert.equal(
    trying[0]?.headers.get('Via'),
    'SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport=5060;received=192.0.2.64',
  );
  const ok = sends(
    endpoint.respond(output.transaction, makeResponse(invite, 200, 'OK', { from: CAMERA, toTag: 't' }), 300),
  );
  assert.deepEqual(sends(endpoint.poll(800)), ok);
  const ack = { ...theirs('ACK', 2), headers: theirs('ACK', 2).headers.set('Call-ID', 'c1') };
  const acked = endpoint.receive(ack, CAMERA, 900);
  assert.ok(acked[0]?.type === 'request' && acked[0].transaction === null && acked[0].request.method === 'ACK');
  assert.deepEqual(endpoint.poll(32_300), []);
  assert.equal(endpoint.counts().serverTransactions, 0);
});

test('an INVITE we accepted and nobody ACKs is reported', () => {
  const endpoint = endpointOf();
  const invite = theirs('INVITE', 1);
  const [output] = endpoint.receive(invite, CAMERA, 0);
  assert.ok(output?.type === 'request' && output.transaction !== null);
  endpoint.respond(output.transaction, makeResponse(invite, 200, 'OK', { from: CAMERA }), 0);
  const outputs: Output[] = [];
  for (let ms = 0; ms <= 33_000; ms += 500) outputs.push(...endpoint.poll(ms));
  assert.deepEqual(outputs.at(-1), { type: 'unacknowledged', transaction: output.transaction });
});

test('the ACK of a failure of ours is absorbed, CANCEL names its INVITE', () => {
  const endpoint = endpointOf();
  const invite = theirs('INVITE', 1);
  const [output] = endpoint.receive(invite, CAMERA, 0);
  assert.ok(output?.type === 'request' && output.transaction !== null);
  const [cancel] = endpoint.receive(theirs('CANCEL', 1), CAMERA, 10);
  assert.ok(cancel?.type === 'request' && cancel.cancels === output.transaction && cancel.transaction !== null);
  endpoint.respond(output.transaction, makeResponse(invite, 487, 'Request Terminated', { from: CAMERA }), 20);
  assert.deepEqual(endpoint.receive(theirs('ACK', 1), CAMERA, 30), []);
  assert.deepEqual(endpoint.receive(theirs('ACK', 1), CAMERA, 40), []);
  const [lost] = endpoint.receive(theirs('CANCEL', 9), CAMERA, 50);
  assert.ok(lost?.type === 'request' && lost.cancels === undefined);
});

test('over TCP an answered request leaves nothing behind', () => {
  const endpoint = endpointOf();
  const request = theirs('MESSAGE', 1);
  const [output] = endpoint.receive(request, TCP_CAMERA, 0);
  assert.ok(output?.type === 'request' && output.transaction !== null);
  const [sent] = endpoint.respond(output.transaction, makeResponse(request, 200, 'OK', { from: TCP_CAMERA }), 0);
  assert.ok(sent?.type === 'send' && sent.to.connection === 7);
  assert.equal(endpoint.counts().serverTransactions, 0);
  endpoint.receive(theirs('MESSAGE', 2), TCP_CAMERA, 0);
  endpoint.unreachable(TCP_CAMERA);
  assert.equal(endpoint.counts().serverTransactions, 0);
});

test('what the endpoint writes is read back by the parser', () => {
  const endpoint = endpointOf();
  const bytes = sends(endpoint.request(ours('INVITE'), CAMERA, SENT_BY, 0).outputs)[0]!;
  const message = parseDatagram(bytes);
  assert.ok(message.kind === 'request' && message.tolerated === undefined);
});
