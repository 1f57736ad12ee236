import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { bitrate, codecName, duration, size } from '../../web/page/format.ts';
import { isBusy, messageOf } from '../../web/page/live/message.ts';
import { liveWords } from '../../web/page/words/live.ts';
import { closingOf, isWorthRetrying, retryDelayMs } from '../../web/player/closing.ts';
import { isInitSegment, readMessage, trackShape } from '../../web/player/protocol.ts';

const { en: english, zh: chinese } = liveWords;

test('every close code of the contract has its meaning and a sentence in both languages', () => {
  const codes = [4401, 4404, 4408, 4409, 4410, 4429, 4480, 4486, 4503, 1001];
  const closings = codes.map(closingOf);
  assert.equal(new Set(closings).size, codes.length);
  assert.ok(!closings.includes('lost'));
  assert.equal(closingOf(1006), 'lost');
  for (const closing of closings) {
    assert.match(english.closing[closing], /^[A-Z].*\.$/);
    assert.match(chinese.closing[closing], /^[\u4e00-\u9fff].*。$/);
  }
});

test('no sentence is missing in either language', async () => {
  const shape = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
      : typeof value;
  const folder = new URL('../../web/page/words/', import.meta.url);
  const files = readdirSync(folder);
  assert.ok(files.includes('shell.ts') && files.includes('live.ts'));
  for (const file of files) {
    // Beside where this module runs: from its source, or compiled.
    const tables = Object.values(
      (await import(`../../web/page/words/${file.replace(/ts$/, 'js')}`)) as Record<string, unknown>,
    );
    for (const table of tables) {
      if (typeof table !== 'object' || table === null || !('en' in table)) continue;
      const { en, zh } = table as { en: unknown; zh: unknown };
      assert.deepEqual(shape(zh), shape(en), file);
    }
  }
});

test('states in words', () => {
  assert.equal(messageOf({ type: 'playing' }, english, 0), null);
  assert.match(messageOf({ type: 'undecodable', mime: '', codec: 'h265' }, english, 0) ?? '', /cannot decode H\.265/);
  assert.match(
    messageOf({ type: 'undecodable', mime: '', codec: 'hvc1.1.6.L93.B0' }, chinese, 0) ?? '',
    /无法解码 H\.265/,
  );
  assert.match(messageOf({ type: 'undecodable', mime: '', codec: 'svac' }, english, 0) ?? '', /codec \(svac\)/);
  assert.match(messageOf({ type: 'waiting', state: 'stalled' }, english, 0) ?? '', /stopped sending/);
  assert.match(
    messageOf({ type: 'waiting', state: 'stalled', code: 'device_offline' }, english, 0) ?? '',
    /is offline/,
  );
  assert.match(
    messageOf({ type: 'retrying', closing: 'device-busy', reason: '', inMs: 4_200 }, english, 4) ?? '',
    /busy.*Next try in 4 s\./,
  );
  const closed = { type: 'closed', closing: 'no-media', reason: '' } as const;
  assert.equal(messageOf(closed, english, 0, 'It refused.'), 'It refused.');
  assert.match(messageOf(closed, english, 0) ?? '', /sends nothing/);
  assert.equal(isBusy({ type: 'closed', closing: 'stopped', reason: '' }), false);
  assert.equal(isBusy({ type: 'waiting', state: 'inviting' }), true);
});

test('retries spread, grow and are bounded; a camera that is off is asked less often', () => {
  assert.equal(retryDelayMs('lost', 1, 0.5), 500);
  assert.equal(retryDelayMs('lost', 3, 0.5), 2_000);
  assert.equal(retryDelayMs('lost', 1_000, 0.5), 15_000);
  assert.equal(retryDelayMs('lost', 1, 0), 400);
  assert.ok(retryDelayMs('device-offline', 1, 0) > 3_000);
  assert.equal(isWorthRetrying('stopped'), false);
  assert.equal(isWorthRetrying('too-slow'), true);
});

test('messages of the gateway, and what is none', () => {
  assert.deepEqual(
    readMessage('{"type":"init","mime":"m","video":{"codec":"h264","width":2,"height":1},"audio":null}'),
    {
      type: 'init',
      mime: 'm',
      video: { codec: 'h264', width: 2, height: 1 },
      audio: null,
    },
  );
  assert.deepEqual(readMessage('{"type":"state","state":"stalled","code":"no_media"}'), {
    type: 'state',
    state: 'stalled',
    code: 'no_media',
  });
  assert.deepEqual(readMessage('{"type":"drop","frames":3,"ms":120}'), { type: 'drop', frames: 3, ms: 120 });
  for (const odd of ['', '{', 'null', '7', '[]', '{"type":"of-2030"}']) assert.equal(readMessage(odd), null);
});

test('init segments and track sets', () => {
  assert.equal(isInitSegment(Uint8Array.from([0, 0, 0, 24, 0x66, 0x74, 0x79, 0x70])), true);
  assert.equal(isInitSegment(Uint8Array.from([0, 0, 0, 24, 0x6d, 0x6f, 0x6f, 0x66])), false);
  assert.equal(trackShape('video/mp4; codecs="avc1.64001f,flac"'), '1v1a');
  assert.equal(trackShape('video/mp4; codecs="hvc1.1.6.L93.B0"'), '1v0a');
  assert.equal(trackShape('audio/mp4; codecs="mp4a.40.2"'), '0v1a');
});

test('numbers for people', () => {
  assert.deepEqual([codecName('avc1.64001f'), codecName('pcmu'), codecName('mp4a.40.2')], ['H.264', 'G.711µ', 'AAC']);
  assert.deepEqual([bitrate(64_000), bitrate(2_049_000), bitrate(999_600)], ['64 kbit/s', '2.0 Mbit/s', '1.0 Mbit/s']);
  assert.deepEqual([size(200), size(12_340_000), size(4_300_000_000)], ['1 kB', '12.3 MB', '4.30 GB']);
  assert.deepEqual([duration(59_999), duration(3_723_000)], ['0:59', '1:02:03']);
});
