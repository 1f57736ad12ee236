import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamReader, piecesOf } from '../../web/page/event-stream.ts';

const TEXT =
  ': heartbeat\n\nid: 7\nevent: device.online\ndata: {"a":1}\n\nid: 8\r\nevent: x\r\ndata: one\r\ndata: two\r\n\r\ndata:bare\n\n';
const EVENTS = [
  { id: '7', type: 'device.online', data: '{"a":1}' },
  { id: '8', type: 'x', data: 'one\ntwo' },
  { id: '8', type: 'message', data: 'bare' },
];

test('events are the same wherever the text is cut', () => {
  for (let cut = 0; cut <= TEXT.length; cut++) {
    const reader = new EventStreamReader();
    assert.deepEqual([...reader.push(TEXT.slice(0, cut)), ...reader.push(TEXT.slice(cut))], EVENTS, `cut at ${cut}`);
  }
});

test('an event without an end is given up', () => {
  const reader = new EventStreamReader();
  assert.throws(() => {
    for (let i = 0; i < 40; i++) reader.push('x'.repeat(64 * 1024));
  }, RangeError);
});

test('a stream that falls silent is given up and closed; one that ends has ended', async () => {
  let isClosed = false;
  let say: (text: string) => void = () => {};
  const silent = new ReadableStream<string>({
    start(controller) {
      say = (text) => controller.enqueue(text);
      say('one');
      say('two');
    },
    cancel() {
      isClosed = true;
    },
  });
  const heard: string[] = [];
  await assert.rejects(async () => {
    for await (const piece of piecesOf(silent, 1_000)) {
      heard.push(piece);
      // within the time, however often: each word counts from its own
      if (heard.length < 5) setTimeout(() => say(`${heard.length}`), 20);
    }
  }, /nothing came for 1000 ms/);
  assert.deepEqual(heard.slice(0, 2), ['one', 'two']);
  assert.ok(heard.length >= 5 && isClosed);

  const whole = new ReadableStream<string>({
    start(controller) {
      controller.enqueue('all');
      controller.close();
    },
  });
  const all: string[] = [];
  for await (const piece of piecesOf(whole, 60_000)) all.push(piece);
  assert.deepEqual(all, ['all']);
});
