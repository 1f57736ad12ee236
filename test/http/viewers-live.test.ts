import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { MAX_LAG_MS } from '../../src/media/live/viewer.ts';
import { channelsOf, startCamera } from '../support/camera.ts';
import { type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';

/** What `viewers.test.ts` shows of the HTTP side alone, here with the gateway as a user runs it and a camera. */

const DEVICE = '34020000001320000901';
let gateway: RunningGateway;
let camera: Awaited<ReturnType<typeof startCamera>>;
let address = '';

before(async () => {
  gateway = await runGateway({ mediaPorts: '42000-42099', args: ['--linger', '1s'] });
  camera = await startCamera(gateway.sipPort, { id: DEVICE });
  const [channel] = await channelsOf(gateway, DEVICE);
  address = `/live/${DEVICE}/${channel}.mp4?token=${TOKEN}`;
});
after(async () => {
  await camera?.stop();
  await gateway?.stop();
});

/** Name of the box a message begins with. */
const boxOf = (bytes: Buffer) => bytes.toString('latin1', 4, 8);

test('a viewer that reports its lag gets a drop, then the next key frame, and goes on', async () => {
  const ws = new WebSocket(gateway.http.replace('http', 'ws') + address, ['gbgate.v1']);
  const texts: Record<string, unknown>[] = [];
  /** Types of text messages and boxes in the order they came. */
  const order: string[] = [];
  ws.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return void order.push(boxOf(data));
    const message = JSON.parse(String(data)) as Record<string, unknown>;
    texts.push(message);
    order.push(String(message.type));
  });
  const clock = () => texts.find(({ type }) => type === 'clock') as { dts90k: number } | undefined;
  try {
    const first = await until('the first key frame', () => order.includes('moof') && clock());
    assert.deepEqual(
      order.filter((word) => word !== 'state').slice(0, 4),
      ['init', 'ftyp', 'clock', 'moof'],
      'the order of the contract',
    );
    const report = () => {
      const seconds = first.dts90k / 90_000 + 0.04;
      ws.send(JSON.stringify({ type: 'report', bufferedEnd: seconds, currentTime: seconds }));
    };
    const sinceMs = performance.now();
    report();
    const reporting = setInterval(report, 500);
    while (performance.now() - sinceMs < MAX_LAG_MS + 1500) await new Promise((resolve) => setTimeout(resolve, 50));
    clearInterval(reporting);
    await until('nothing is sent to a viewer that is so far behind', async () => {
      const { length } = order;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return order.length === length;
    });
    const last = texts.filter(({ type }) => type === 'clock').at(-1) as { dts90k: number };
    const caughtUp = last.dts90k / 90_000 + 60;
    ws.send(JSON.stringify({ type: 'report', bufferedEnd: caughtUp, currentTime: caughtUp }));
    await until('the drop', () => texts.some(({ type }) => type === 'drop'));
    const drop = texts.find(({ type }) => type === 'drop') as { frames: number; ms: number };
    assert.ok(drop.frames >= 10 && drop.ms >= 400, JSON.stringify(drop));
    await until('the picture after it', () => order.lastIndexOf('moof') > order.indexOf('drop'));
    assert.equal(
      order.slice(order.indexOf('drop')).find((word) => word !== 'drop' && word !== 'state'),
      'clock',
    );
  } finally {
    ws.terminate();
  }
});

test('chunked HTTP ends cleanly where a new init segment would come, and the next request goes on with it', async () => {
  const boxesOf = (bytes: Buffer) => {
    const boxes: string[] = [];
    for (let at = 0; at + 8 <= bytes.length; at += bytes.readUInt32BE(at)) boxes.push(boxOf(bytes.subarray(at)));
    return boxes;
  };
  const response = await fetch(gateway.http + address);
  assert.equal(response.status, 200);
  const pieces: Buffer[] = [];
  const reading = (async () => {
    for await (const piece of response.body!) pieces.push(Buffer.from(piece));
  })();
  await until('some frames', () => boxesOf(Buffer.concat(pieces)).filter((box) => box === 'moof').length > 10);
  // The camera comes back with another codec under the same id: the stream is called anew, its viewers stay.
  await camera.stop();
  camera = await startCamera(gateway.sipPort, { id: DEVICE, video: 'h265', audio: 'none' });
  await reading;
  const boxes = boxesOf(Buffer.concat(pieces));
  assert.equal(boxes.filter((box) => box === 'moov').length, 1, 'one init segment');
  assert.equal(boxes.at(-1), 'mdat', 'ended after a whole fragment');
  const next = await fetch(gateway.http + address);
  const head = await next.body!.getReader().read();
  assert.match(Buffer.from(head.value!).toString('latin1'), /hvc1|hev1/);
});
