import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type SipEvent, SipServer, type SipServerOptions } from '../../src/sip/server.ts';
import type { SipRequest } from '../../src/sip/wire/message.ts';
import { memoryStores } from './memory-stores.ts';
import { DOMAIN, PLATFORM_ID, ScriptedDevice } from './scripted-device.ts';

export const ID = '34020000001180000001';
export const CHANNEL = '34020000001320000001';
export const SDP = 'v=0\r\nc=IN IP4 127.0.0.1\r\nm=video 15060 RTP/AVP 96\r\ny=0200000001\r\n';

export async function open(t: TestContext, o: Partial<SipServerOptions> = {}) {
  const stores = memoryStores();
  const events: SipEvent[] = [];
  const time = { offsetMs: 0 };
  const server = await SipServer.open({
    platformId: PLATFORM_ID,
    domain: DOMAIN,
    host: '0.0.0.0',
    port: 0,
    authRequired: true,
    password: 'secret',
    sealingKey: Buffer.from('key'),
    admission: 'open',
    advertise: null,
    mediaAdvertise: null,
    mediaListen: '0.0.0.0',
    stores,
    log: {
      warn: (data) => assert.fail(String((data as { err?: Error }).err?.stack ?? data)),
      debug: () => {},
      info: () => {},
    },
    onEvent: (event) => events.push(event),
    clock: { nowMs: () => performance.now() + time.offsetMs, epochMs: () => Date.now() + time.offsetMs },
    ...o,
  });
  assert.ok(!('fault' in server));
  const close = [async () => server.close()] as (() => Promise<void> | void)[];
  t.after(async () => {
    for (const each of close.reverse()) await each();
  });
  const device = async (id = ID, host = '127.0.0.1') => {
    const d = await ScriptedDevice.udp(id, server.port, host);
    close.push(() => d.close());
    return d;
  };
  const tcpDevice = async (id = ID) => {
    const d = await ScriptedDevice.tcp(id, server.port);
    close.push(() => d.close());
    return d;
  };
  const types = () => events.map((e) => e.type);
  return { server, stores, events, types, device, tcpDevice, time };
}

/** Waits until it holds, at most 20 s. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (const endMs = performance.now() + 20_000; !holds(); ) {
    assert.ok(performance.now() < endMs, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const snOf = (request: SipRequest): string => /<SN>(\d+)</.exec(Buffer.from(request.body).toString())?.[1] ?? '';
export const commandOf = (request: SipRequest): string =>
  /<CmdType>(\w+)</.exec(Buffer.from(request.body).toString())?.[1] ?? '';
export const item = (id: string, name = `cam ${id.slice(-2)}`) =>
  `<Item><DeviceID>${id}</DeviceID><Name>${name}</Name><Status>ON</Status></Item>`;
export const catalogPart = (sn: string, sum: number, items: string[]) =>
  `<?xml version="1.0"?><Response><CmdType>Catalog</CmdType><SN>${sn}</SN><DeviceID>${ID}</DeviceID><SumNum>${sum}</SumNum><DeviceList Num="${items.length}">${items.join('')}</DeviceList></Response>`;

interface Outcome {
  log: string[];
}

export function invite(server: SipServer, o: { timeoutMs?: number; channelId?: string } = {}) {
  const outcome: Outcome & { sdp?: string | null; findings?: string[] } = { log: [] };
  const call = server.invite({
    deviceId: ID,
    channelId: o.channelId ?? CHANNEL,
    subject: `${CHANNEL}:0200000001,${PLATFORM_ID}:0`,
    sdp: SDP,
    timeoutMs: o.timeoutMs ?? 5_000,
    onProvisional: (status) => outcome.log.push(`provisional ${status}`),
    onAnswer: (answer) => {
      outcome.sdp = answer.sdp;
      if (answer.findings.length > 0) outcome.findings = answer.findings.map(([code]) => code);
      outcome.log.push('answer');
    },
    onFailure: (failure) => outcome.log.push(failure.kind === 'rejected' ? `rejected ${failure.status}` : failure.kind),
    onBye: (reason) => outcome.log.push(`bye: ${reason}`),
    onDoubtfulBye: () => outcome.log.push('doubtful bye'),
  });
  return { call, outcome };
}

/** A registered device that answers MESSAGEs and leaves the rest to the test. */
export async function registered(t: TestContext, o: Partial<SipServerOptions> = {}) {
  const world = await open(t, o);
  const camera = await world.device();
  let onInvite: (request: SipRequest) => void = () => {};
  camera.onRequest = (request) => (request.method === 'INVITE' ? onInvite(request) : camera.reply(request, 200));
  await camera.register('secret');
  // on a busy machine a question comes twice
  const asked = () => new Set(camera.requests('MESSAGE').map((request) => request.headers.get('Call-ID'))).size;
  await eventually(
    () => world.server.counters().sip_outbox_tasks === 0 && asked() >= 3,
    'the first queries are through',
  );
  return { ...world, camera, onInvite: (handler: (request: SipRequest) => void) => (onInvite = handler) };
}
