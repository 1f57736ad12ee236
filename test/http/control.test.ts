import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opened } from './opened.ts';

const DEVICE = '34020000001180000001';
const CHANNEL = '34020000001320000001';
const D = `/api/v1/devices/${DEVICE}`;
const C = `${D}/channels/${CHANNEL}`;
const BOX = { width: 704, height: 576, x: 300, y: 200, boxWidth: 120, boxHeight: 90 };

test('a motion is 204, with the time after which it ends', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  assert.equal((await ask('POST', `${C}/ptz`, { pan: -0.5, zoom: 1 })).status, 204);
  assert.equal((await ask('POST', `${C}/ptz`, { focus: 1, timeoutMs: 500 })).status, 204);
  assert.equal((await ask('POST', `${C}/ptz`, { stop: true })).status, 204);
  assert.deepEqual(gateway.calls, [
    ['ptz.drive', DEVICE, CHANNEL, { pan: -0.5, zoom: 1 }, 10_000],
    ['ptz.drive', DEVICE, CHANNEL, { focus: 1 }, 500],
    ['ptz.stop', DEVICE, CHANNEL],
  ]);
});

test('what is no motion is 400 and says why', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  for (const [body, words] of [
    [{}, /pan, tilt, zoom, focus or iris/],
    [{ timeoutMs: 1000 }, /pan, tilt/],
    [{ pan: 1.5 }, /body\.pan must be <= 1/],
    [{ pan: 'left' }, /body\.pan must be a number/],
    [{ tilt: -2 }, /body\.tilt must be >= -1/],
    [{ pan: 1, timeoutMs: 1 }, /timeoutMs must be >= 100/],
    [{ pan: 1, timeoutMs: 600_000 }, /timeoutMs must be <= 60000/],
    [{ stop: false }, /stop/],
    [{ pan: 1, roll: 1 }, /unknown key "roll"/],
  ] as const) {
    const { status, json } = await ask('POST', `${C}/ptz`, body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(json.detail, words);
  }
  assert.deepEqual(gateway.calls, []);
});

test('presets: a list in pages, set, go, rename, delete; numbers 1 to 255', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  gateway.presetList.push({ number: 1, name: 'gate' }, { number: 9, name: '' }, { number: 12, name: 'yard' });
  const first = await ask('GET', `${C}/presets?limit=2`);
  assert.deepEqual(first.json.items, gateway.presetList.slice(0, 2));
  const second = await ask('GET', `${C}/presets?limit=2&cursor=${first.json.next}`);
  assert.deepEqual([second.json.items, second.json.next], [gateway.presetList.slice(2), null]);
  assert.deepEqual((await ask('GET', `${C}/presets?q=yard&force=true`)).json.items, [{ number: 12, name: 'yard' }]);
  gateway.calls.length = 0;
  assert.equal((await ask('PUT', `${C}/presets/3`, { name: '东门' })).status, 204);
  assert.equal((await ask('PUT', `${C}/presets/4`)).status, 204);
  assert.equal((await ask('POST', `${C}/presets/3/goto`)).status, 204);
  assert.equal((await ask('PATCH', `${C}/presets/3`, { name: '西门' })).status, 204);
  assert.equal((await ask('DELETE', `${C}/presets/3`)).status, 204);
  assert.deepEqual(gateway.calls, [
    ['ptz.setPreset', DEVICE, CHANNEL, 3, '东门'],
    ['ptz.setPreset', DEVICE, CHANNEL, 4, undefined],
    ['ptz.gotoPreset', DEVICE, CHANNEL, 3],
    ['ptz.renamePreset', DEVICE, CHANNEL, 3, '西门'],
    ['ptz.deletePreset', DEVICE, CHANNEL, 3],
  ]);
  for (const number of ['0', '256', 'x', '-1'])
    assert.equal((await ask('POST', `${C}/presets/${number}/goto`)).status, 400, number);
  for (const method of ['PUT', 'PATCH'])
    assert.equal((await ask(method, `${C}/presets/1`, { name: 'x'.repeat(33) })).status, 400);
  assert.equal((await ask('PATCH', `${C}/presets/1`, {})).status, 400);
});

test('every control is taken with its fields, of a device and of a channel', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  const controls = [
    { command: 'reboot' },
    { command: 'key-frame' },
    { command: 'record', enabled: true },
    { command: 'record', enabled: false, streamNumber: 1 },
    { command: 'guard', enabled: true },
    { command: 'alarm-reset' },
    { command: 'alarm-reset', method: 2, type: 1 },
    { command: 'alarm-reset', method: '1/2' },
    { command: 'home-position', enabled: true, preset: 1, resetSeconds: 60 },
    { command: 'drag-zoom-in', ...BOX },
    { command: 'drag-zoom-out', ...BOX },
    { command: 'ptz-precise', tilt: -30 },
    { command: 'format-card', card: 1 },
    { command: 'target-track', mode: 'auto' },
    { command: 'target-track', mode: 'manual', channel: CHANNEL, box: BOX },
    { command: 'upgrade', firmware: 'V5', url: 'http://192.0.2.1/fw.bin', session: 'a'.repeat(32) },
    { command: 'aux', number: 1, enabled: true },
    { command: 'cruise', group: 0, action: 'add', preset: 3 },
    { command: 'cruise', group: 255, action: 'dwell', value: 4095 },
    { command: 'cruise', group: 1, action: 'delete' },
    { command: 'scan', group: 1, action: 'speed', value: 0 },
    { command: 'scan', group: 1, action: 'left' },
  ];
  for (const control of controls) {
    gateway.calls.length = 0;
    assert.equal((await ask('POST', `${C}/control`, control)).status, 204, JSON.stringify(control));
    assert.equal((await ask('POST', `${D}/control?force=true`, control)).status, 204, JSON.stringify(control));
    assert.deepEqual(
      gateway.calls.map(([, device, channel, , o]) => [device, channel, o]),
      [
        [DEVICE, CHANNEL, { force: false }],
        [DEVICE, null, { force: true }],
      ],
    );
    const said = gateway.calls[0]?.[3] as Record<string, unknown>;
    assert.deepEqual(said, control);
  }
});

test('an answer of the device is the answer', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  gateway.controlResult = { result: 'OK', session: 's' };
  const { status, json } = await ask('POST', `${D}/control`, { command: 'guard', enabled: true });
  assert.deepEqual([status, json], [200, { result: 'OK', session: 's' }]);
  gateway.refusal = { problem: 'not_supported', detail: 'It cannot.' };
  const refused = await ask('POST', `${D}/control`, { command: 'guard', enabled: true });
  assert.deepEqual([refused.status, refused.json.code], [501, 'not_supported']);
});

test('what is no control is 400, and the words are about that command', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  for (const [body, words] of [
    [{}, /body\.command must be one of: reboot, key-frame, record/],
    [{ command: 'explode' }, /body\.command must be one of/],
    [{ command: 5 }, /body\.command must be one of/],
    [[], /body\.command must be one of/],
    [{ command: 'guard' }, /enabled/],
    [{ command: 'guard', enabled: 'yes' }, /body\.enabled must be true or false/],
    [{ command: 'reboot', now: true }, /unknown key "now"/],
    [{ command: 'home-position', enabled: true, preset: 256 }, /body\.preset must be <= 255/],
    [{ command: 'drag-zoom-in', ...BOX, boxWidth: -1 }, /body\.boxWidth must be >= 1/],
    [{ command: 'drag-zoom-in', width: 1 }, /^body needs "height"\.$/],
    [{ command: 'drag-zoom-in', ...BOX, width: 0 }, /body\.width must be >= 1/],
    [{ command: 'drag-zoom-out', ...BOX, x: BOX.width + 1 }, /beside the picture/],
    [{ command: 'target-track', mode: 'manual', box: { ...BOX, y: BOX.height + 1 } }, /beside the picture/],
    [{ command: 'ptz-precise' }, /needs pan, tilt or zoom/],
    [{ command: 'ptz-precise', tilt: 91 }, /body\.tilt must be <= 90/],
    [{ command: 'ptz-precise', zoom: 0.5 }, /body\.zoom must be >= 1/],
    [{ command: 'target-track', mode: 'manual' }, /needs a `box`/],
    [{ command: 'target-track', mode: 'maybe' }, /auto, manual, stop/],
    [
      { command: 'upgrade', firmware: 'V5', url: 'file:///etc/passwd' },
      /body\.url must be an http, https or ftp address/,
    ],
    [
      { command: 'upgrade', firmware: 'V5', url: 'http://h/f', session: 'short' },
      /body\.session must be 32 to 128 letters, digits and hyphens/,
    ],
    [{ command: 'aux', number: 256, enabled: true }, /body\.number must be <= 255/],
    [{ command: 'cruise', group: 1, action: 'add' }, /needs a `preset`/],
    [{ command: 'cruise', group: 1, action: 'speed' }, /needs a `value`/],
    [{ command: 'cruise', group: 1, action: 'dwell', value: 4096 }, /body\.value must be <= 4095/],
    [{ command: 'scan', group: 1, action: 'speed' }, /needs a `value`/],
    [{ command: 'alarm-reset', method: 9 }, /body\.method must be <= 7 or a text\.$/],
    [{ command: 'alarm-reset', method: '9' }, /body\.method must be a whole number or methods such as "1\/2"\.$/],
  ] as const) {
    const { status, json } = await ask('POST', `${C}/control`, body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(json.detail, words, JSON.stringify(body));
  }
  assert.deepEqual(gateway.calls, []);
});

test('a token that only looks steers nothing', async (t) => {
  const { gateway, http, ask } = await opened();
  t.after(() => http.close());
  const look = { authorization: 'Bearer token-that-looks' };
  assert.equal((await ask('POST', `${C}/ptz`, { pan: 1 }, look)).status, 403);
  assert.equal((await ask('POST', `${D}/control`, { command: 'reboot' }, look)).status, 403);
  assert.equal((await ask('GET', `${C}/presets`, undefined, look)).status, 200);
  assert.deepEqual(
    gateway.calls.map(([name]) => name),
    ['ptz.presets'],
  );
});

test('the API document names the commands', async (t) => {
  const { http, ask } = await opened();
  t.after(() => http.close());
  const { text } = await ask('GET', '/api/v1/openapi.json');
  for (const word of ['drag-zoom-in', 'target-track', 'alarm-reset', 'presets/{number}/goto'])
    assert.ok(text.includes(word), word);
});
