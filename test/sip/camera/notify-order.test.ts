import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotifyOrder } from '../../../src/sip/camera/notify-order.ts';
import { Headers } from '../../../src/sip/wire/headers.ts';
import { NO_BODY, type SipRequest } from '../../../src/sip/wire/message.ts';
import { sipUri } from '../../../src/sip/wire/uri.ts';

const D = '34020000001180000001';
const request = (cseq: string, o: { method?: string; callId?: string } = {}): SipRequest => ({
  kind: 'request',
  method: o.method ?? 'NOTIFY',
  uri: sipUri('p', 'h'),
  headers: Headers.of([
    ['Call-ID', o.callId ?? 'c1'],
    ['CSeq', cseq],
  ]),
  body: NO_BODY,
});
const items = (...ids: string[]) => ids.map((id) => ({ id }));
const ids = (order: NotifyOrder, of: SipRequest, ...told: string[]) =>
  order.newest(D, of, items(...told)).map(({ id }) => id);

test('what was overtaken on its way does not win over what is newer, item by item', () => {
  const order = new NotifyOrder();
  assert.deepEqual(ids(order, request('3 NOTIFY'), 'a'), ['a']);
  assert.deepEqual(ids(order, request('2 NOTIFY'), 'a', 'b'), ['b'], 'of b nothing newer was told');
  assert.deepEqual(ids(order, request('4 NOTIFY'), 'a', 'b'), ['a', 'b']);
});

test('counting begins anew in a new dialogue, and devices that do not count are believed', () => {
  const order = new NotifyOrder();
  assert.deepEqual(ids(order, request('9 NOTIFY'), 'a'), ['a']);
  assert.deepEqual(ids(order, request('1 NOTIFY', { callId: 'c2' }), 'a'), ['a']);
  assert.deepEqual(ids(order, request('1 NOTIFY', { callId: 'c2' }), 'a'), ['a'], 'the same number again');
  assert.deepEqual(ids(order, request('garbage', { callId: 'c2' }), 'a'), ['a']);
  assert.deepEqual(ids(order, request('0 MESSAGE', { method: 'MESSAGE', callId: 'c2' }), 'a'), ['a']);
});

test('another device counts for itself, and what is remembered is bounded', () => {
  const order = new NotifyOrder();
  const many = Array.from({ length: 10_001 }, (_, index) => String(index));
  assert.equal(ids(order, request('5 NOTIFY'), ...many).length, 10_001);
  assert.deepEqual(ids(order, request('4 NOTIFY'), '0', '10000'), ['10000'], 'beyond the bound nothing is remembered');
  assert.equal(order.newest('other', request('1 NOTIFY'), items('0')).length, 1);
  order.forget(D);
  assert.deepEqual(ids(order, request('1 NOTIFY'), '0'), ['0']);
});
