import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileStem, socketAddress, subStreamAddress } from '../../web/player/address.ts';
import { closingOf, isWorthRetrying, retryDelayMs } from '../../web/player/closing.ts';
import { codecName, sentenceOf, wordsFor } from '../../web/player/words.ts';
import { LARGEST_SCALE, moved, scaledTo, transformOf, WHOLE } from '../../web/player/zoom.ts';

const PAGE = 'https://gate.example/app/index.html';

test('addresses: http or ws, absolute or relative to the page, become those of the socket', () => {
  assert.equal(socketAddress('live/d/c.mp4', PAGE), 'wss://gate.example/app/live/d/c.mp4');
  assert.equal(socketAddress('/live/d/c.mp4?stream=1#t', PAGE), 'wss://gate.example/live/d/c.mp4?stream=1');
  assert.equal(socketAddress('http://10.0.0.1:8080/live/d/c.mp4', PAGE), 'ws://10.0.0.1:8080/live/d/c.mp4');
  assert.equal(socketAddress('wss://h/streams/s.mp4', PAGE), 'wss://h/streams/s.mp4');
});

test('addresses: the sub-stream is offered for an unsigned live main stream only', () => {
  const offer = (src: string) => subStreamAddress(src, PAGE);
  assert.equal(offer('/live/d/c.mp4?token=t'), 'https://gate.example/live/d/c.mp4?token=t&stream=1');
  assert.equal(offer('/live/d/c.mp4?stream=0'), 'https://gate.example/live/d/c.mp4?stream=1');
  assert.equal(offer('/live/d/c.mp4?stream=1'), null);
  assert.equal(offer('/live/d/c.mp4?expires=1&sign=x'), null, 'a signature holds for one stream');
  assert.equal(offer('/streams/s1.mp4'), null);
});

test('addresses: a file is named after the channel and the time of its picture', () => {
  const time = new Date(2026, 10, 21, 9, 5, 3);
  assert.equal(fileStem('/live/dev/34020000001310000001.mp4?x=1', time), '34020000001310000001-20261121T090503');
  assert.equal(fileStem('/live/dev/%E9%97%A8.mp4', time), '_E9_97_A8-20261121T090503');
  assert.equal(fileStem('', time), 'live-20261121T090503');
});

test('zoom: whatever is done, the picture covers the box', () => {
  const step = fc.oneof(
    fc.record({ scale: fc.double({ min: 0.1, max: 40, noNaN: true }), px: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ dx: fc.double({ min: -3, max: 3, noNaN: true }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let view = WHOLE;
      for (const one of steps) {
        view = 'dx' in one ? moved(view, one.dx, -one.dx) : scaledTo(view, one.scale, one.px, 1 - one.px);
        assert.ok(view.scale >= 1 && view.scale <= LARGEST_SCALE);
        for (const at of [view.x, view.y]) {
          assert.ok(at <= 0 && at >= 1 - view.scale - 1e-9, JSON.stringify(view));
        }
      }
    }),
  );
});

test('zoom: the point under the pointer stays where it is', () => {
  const view = scaledTo(scaledTo(WHOLE, 2, 0.5, 0.5), 4, 0.3, 0.6);
  // The point of the picture (0 to 1) that lies under the pointer, before and after.
  const before = { x: (0.3 - -0.5) / 2, y: (0.6 - -0.5) / 2 };
  assert.ok(Math.abs((0.3 - view.x) / 4 - before.x) < 1e-9);
  assert.ok(Math.abs((0.6 - view.y) / 4 - before.y) < 1e-9);
  assert.equal(transformOf(WHOLE), '');
  assert.equal(transformOf({ scale: 2, x: -0.5, y: -0.25 }), 'translate(-50%, -25%) scale(2)');
});

test('closing: what someone has to mend is not tried again, the rest at growing distances', () => {
  const over = [4401, 4404, 4409, 4410].map((code) => closingOf(code));
  assert.deepEqual(over, ['unauthorized', 'unknown', 'stopped', 'ended']);
  assert.ok(over.every((closing) => !isWorthRetrying(closing)));
  assert.ok([1001, 1006, 4408, 4429, 4480, 4486, 4503].every((code) => isWorthRetrying(closingOf(code))));
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 100].map((n) => retryDelayMs('lost', n, 0.5)),
    [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000],
  );
  assert.equal(retryDelayMs('device-offline', 1, 0.5), 4000);
  assert.notEqual(retryDelayMs('lost', 3, 0), retryDelayMs('lost', 3, 0.9), 'viewers do not all come at once');
});

test('words: every state that is no picture has a sentence in both languages, and names what matters', () => {
  const states = [
    { type: 'connecting' },
    { type: 'waiting', state: 'inviting' },
    { type: 'waiting', state: 'waiting' },
    { type: 'waiting', state: 'stalled' },
    { type: 'waiting', state: 'stalled', code: 'device_offline' },
    { type: 'blocked' },
    { type: 'retrying', closing: 'lost', reason: '', inMs: 500 },
    { type: 'closed', closing: 'unauthorized', reason: 'unauthorized' },
    { type: 'closed', closing: 'unauthorized', reason: 'origin' },
    { type: 'undecodable', mime: 'video/mp4', codec: 'h265' },
    { type: 'unsupported' },
  ] as const;
  for (const [language, script] of [
    ['en-GB', /^[A-Z]/],
    ['zh-CN', /[\u4e00-\u9fff]/],
  ] as const) {
    const said = states.map((state) => sentenceOf(state, wordsFor(language)));
    for (const sentence of said) assert.match(sentence, script);
    assert.equal(new Set(said).size, said.length, 'no two states say the same');
    assert.match(said.at(-2) ?? '', /H\.265/);
    assert.match(said.at(-3) ?? '', /http\.allowedOrigins/);
    assert.equal(sentenceOf({ type: 'playing' }, wordsFor(language)), '');
  }
  assert.equal(codecName('avc1.64001f'), 'H.264');
  assert.equal(codecName('vp09'), 'vp09');
});
