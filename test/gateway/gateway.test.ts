import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { GatewayConfig } from '../../src/gateway/config.ts';
import { openGateway } from '../../src/gateway/gateway.ts';
import type { Gateway } from '../../src/gateway/port.ts';
import { isProblem } from '../../src/gateway/views.ts';
import type { SipRequest } from '../../src/sip/wire/message.ts';
import { ScriptedDevice } from '../sip/scripted-device.ts';
import { gatewayConfig, SILENT } from '../support/config.ts';
import { SIP_PASSWORD, until } from '../support/gbgate.ts';
import { sink } from './world.ts';

const ID = '34020000001110000001';
const CHANNEL = '34020000001320000001';
const ANSWER = 'v=0\r\nc=IN IP4 127.0.0.1\r\nm=video 15060 RTP/AVP 96\r\ny=0200000001\r\n';

async function open(t: TestContext, media: Partial<GatewayConfig['media']> = {}) {
  const data = await mkdtemp(join(tmpdir(), 'gbgate-gateway-'));
  let gateway: Gateway;
  const start = async () => {
    const opened = await openGateway(gatewayConfig({ data, media }), SILENT);
    assert.ok(!('fault' in opened), JSON.stringify(opened));
    gateway = opened;
    return opened;
  };
  await start();
  const devices: ScriptedDevice[] = [];
  t.after(async () => {
    await gateway.close();
    for (const device of devices) device.close();
    await rm(data, { recursive: true, force: true });
  });
  const device = async (id = ID) => {
    const scripted = await ScriptedDevice.udp(id, gateway.sipPort);
    devices.push(scripted);
    return scripted;
  };
  return { gateway: () => gateway, start, device };
}

const textOf = (request: SipRequest) => Buffer.from(request.body).toString();
const catalogue = (sn: string, sum: number, ids: string[], event = '') =>
  `<?xml version="1.0"?><${event === '' ? 'Response' : 'Notify'}><CmdType>Catalog</CmdType><SN>${sn}</SN><DeviceID>${ID}</DeviceID><SumNum>${sum}</SumNum><DeviceList Num="${ids.length}">${ids
    .map((id) => `<Item><DeviceID>${id}</DeviceID>${event}<Name>cam</Name><Status>ON</Status></Item>`)
    .join('')}</DeviceList></${event === '' ? 'Response' : 'Notify'}>`;

/** Answers INVITEs, and the Catalog query with these channels; nothing for null. */
function behave(camera: ScriptedDevice, channels: string[] | null, o: { deafToBye?: boolean } = {}): void {
  camera.onRequest = (request) => {
    if (request.method === 'BYE' && o.deafToBye) return;
    camera.reply(request, 200, request.method === 'INVITE' ? { body: ANSWER } : {});
    const text = textOf(request);
    if (channels !== null && request.method === 'MESSAGE' && text.includes('>Catalog<'))
      camera.tell(catalogue(/<SN>(\d+)</.exec(text)![1]!, channels.length, channels));
  };
}

const invited = (camera: ScriptedDevice) => [...new Set(camera.requests('INVITE').map((request) => request.uri.user))];
const options = { protocol: false, singleInit: false };
const hasChannel = (gateway: Gateway) => !isProblem(gateway.channel(ID, CHANNEL));

test('passwords of single devices are set through the API, lift a lockout, and outlast a restart', async (t) => {
  const { gateway, start, device } = await open(t);
  assert.ok(!isProblem(gateway().addDevice({ id: ID, password: 'its own' })));
  const camera = await device();
  for (let i = 0; i < 3; i += 1) assert.equal((await camera.register(SIP_PASSWORD)).status, 403);
  assert.equal((await camera.register('its own')).reason, 'Too Many Failed Logins');
  gateway().changeDevice(ID, { password: 'another' });
  assert.equal((await camera.register('another')).status, 200);
  assert.doesNotMatch(JSON.stringify(gateway().device(ID)), /another|sealed|password/i);
  await gateway().close();
  await start();
  const again = await device();
  assert.equal((await again.register(SIP_PASSWORD)).reason, 'Wrong Password');
  assert.equal((await again.register('another')).status, 200);
  gateway().changeDevice(ID, { password: '' });
  assert.equal((await again.register(SIP_PASSWORD)).status, 200);
});

test('on-register: a device without a catalogue plays as its own channel, until one comes; later channels play too', async (t) => {
  const { gateway, device } = await open(t, { pull: 'on-register', transport: 'udp', selfChannelAfterMs: 500 });
  const camera = await device();
  behave(camera, null);
  await camera.register(SIP_PASSWORD);
  await until('the INVITE to the device itself', () => camera.requests('INVITE').length > 0);
  assert.deepEqual(invited(camera), [ID]);
  const query = camera.requests('MESSAGE').find((request) => textOf(request).includes('>Catalog<'))!;
  await camera.message(catalogue(/<SN>(\d+)</.exec(textOf(query))![1]!, 1, [CHANNEL]));
  await until('the channel instead of the device', () => camera.requests('BYE').length > 0);
  await until('the INVITE to the channel', () => invited(camera).includes(CHANNEL));
  const second = '34020000001320000002';
  await camera.message(catalogue('99', 1, [second], '<Event>ADD</Event>'));
  await until('the INVITE to the added channel', () => invited(camera).includes(second));
  assert.deepEqual(invited(camera), [ID, CHANNEL, second]);
  assert.deepEqual(
    gateway()
      .streams()
      .filter((stream) => stream.state !== 'ended')
      .map((stream) => stream.channelId),
    [CHANNEL, second],
  );
});

test('a device that unregistered is not invited for 5 s, not even by a new viewer', async (t) => {
  const { gateway, device } = await open(t, { transport: 'udp' });
  const camera = await device();
  behave(camera, [CHANNEL]);
  await camera.register(SIP_PASSWORD);
  await until('the channel', () => hasChannel(gateway()));
  await camera.register(SIP_PASSWORD, { expires: 0 });
  const refused = gateway().watchLive(ID, CHANNEL, 0, sink(), options);
  assert.equal(isProblem(refused) && refused.problem, 'device_offline');
  const sinceMs = performance.now();
  await camera.register(SIP_PASSWORD);
  assert.ok(!isProblem(gateway().watchLive(ID, CHANNEL, 0, sink(), options)));
  await until('the INVITE', () => camera.requests('INVITE').length > 0);
  const waitedMs = performance.now() - sinceMs;
  assert.ok(waitedMs > 4900 && waitedMs < 20_000, `after ${Math.round(waitedMs)} ms`);
});

test('while the gateway closes nothing begins, and a device that never answers its BYE does not hold it up', async (t) => {
  const { gateway, device } = await open(t, { pull: 'on-register', transport: 'udp', selfChannelAfterMs: 200 });
  const camera = await device();
  behave(camera, [CHANNEL], { deafToBye: true });
  await camera.register(SIP_PASSWORD);
  await camera.untilRequest('ACK');
  const closed = gateway().close();
  await camera.untilRequest('BYE');
  const late = await device('34020000001110000002');
  behave(late, null);
  assert.equal((await late.register(SIP_PASSWORD)).status, 200);
  const startedMs = performance.now();
  await closed;
  // Its BYE would be said again for half a minute.
  assert.ok(performance.now() - startedMs < 15_000);
  assert.equal(late.requests('INVITE').length, 0);
  assert.equal(
    gateway()
      .streams()
      .filter((stream) => stream.state !== 'ended').length,
    0,
  );
});

test('no free port is an error of its own, for the API and for a viewer', async (t) => {
  const { gateway, device } = await open(t, { transport: 'udp', firstPort: 42_000, lastPort: 42_001 });
  const camera = await device();
  const second = '34020000001320000002';
  behave(camera, [CHANNEL, second]);
  await camera.register(SIP_PASSWORD);
  await until('the channels', () => hasChannel(gateway()) && !isProblem(gateway().channel(ID, second)));
  assert.ok(!isProblem(gateway().watchLive(ID, CHANNEL, 0, sink(), options)));
  await camera.untilRequest('ACK');
  const viewer = sink();
  gateway().watchLive(ID, second, 0, viewer, options);
  await until('the viewer is told', () => viewer.closed.length > 0);
  assert.deepEqual(viewer.closed, [4503]);
  const refused = await gateway().live(ID, second, {});
  assert.ok(isProblem(refused));
  assert.equal(refused.problem, 'port_exhausted');
  assert.match(refused.detail, /Widen --media-ports/);
  assert.deepEqual(invited(camera), [CHANNEL], 'nothing was asked of the device');
});
