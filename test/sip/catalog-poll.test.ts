import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG_POLL_MS } from '../../src/sip/camera/inquiries.ts';
import { CHANNEL, catalogPart, commandOf, eventually, ID, item, registered, snOf } from './opened.ts';

/** Catalogues that are asked for beside the subscription, and changes that are told of. */

const OFF = `<?xml version="1.0"?><Notify><CmdType>Catalog</CmdType><SN>7</SN><DeviceID>${ID}</DeviceID><SumNum>1</SumNum><DeviceList Num="1"><Item><DeviceID>${CHANNEL}</DeviceID><Event>OFF</Event></Item></DeviceList></Notify>`;
const offItem = item(CHANNEL).replace('<Status>ON<', '<Status>OFF<');

test('the catalogue is asked for every hour or so; what was told meanwhile is no second event', async (t) => {
  const { server, camera, time, events } = await registered(t);
  const queries = () => camera.requests('MESSAGE').filter((request) => commandOf(request) === 'Catalog');
  camera.tell(catalogPart(snOf(queries()[0]!), 1, [item(CHANNEL)]));
  await eventually(() => server.directory.channel(ID, CHANNEL) !== undefined, 'the channel');
  await eventually(() => events.some(({ type }) => type === 'catalog.updated'), 'the end of the first catalogue');
  assert.equal((await camera.message(OFF)).status, 200);
  await eventually(() => server.directory.channel(ID, CHANNEL)?.status === 'off', 'off');
  assert.equal((await camera.register('secret', { expires: 86_400 })).status, 200);
  camera.onRequest = (request) => {
    camera.reply(request, 200);
    if (commandOf(request) === 'Catalog') camera.tell(catalogPart(snOf(request), 1, [offItem]));
  };
  // alive all the time: a keepalive in each step
  for (let ms = 0; ms < CATALOG_POLL_MS * 1.25; ms += 150_000) {
    time.offsetMs += 150_000;
    await camera.keepalive();
  }
  await eventually(() => queries().length >= 2, 'asked again');
  await eventually(() => events.filter(({ type }) => type === 'catalog.updated').length >= 2, 'the second catalogue');
  assert.deepEqual(
    events.filter(({ type }) => type.startsWith('channel.')).map(({ type }) => type),
    ['channel.added', 'channel.offline'],
  );
});
