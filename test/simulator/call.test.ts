import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CameraUnit } from '../../src/simulator/device.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { offer, Platform, SERVER_ID } from './platform.ts';
import { collectTcp, collectUdp, elementary, rtp } from './receive.ts';

const ID = '34020000001110000001';
const CHANNEL = '34020000001310000001';

async function camera(t: TestContext, more: Partial<SimulatorOptions> = {}) {
  const platform = await Platform.open({ password: '12345678' });
  const units: CameraUnit[] = [];
  const simulator = await startSimulator({
    server: { host: '127.0.0.1', port: platform.port },
    serverId: SERVER_ID,
    id: ID,
    password: '12345678',
    channels: 3,
    count: 1,
    sip: 'udp',
    keepaliveSeconds: 60,
    expiresSeconds: 3600,
    quirks: new Set(),
    onUnit: (unit) => units.push(unit),
    names: ['Gate'],
    ...more,
  });
  t.after(() => simulator.stop().then(() => platform.close()));
  assert.equal(await simulator.whenRegistered(20_000), true);
  platform.heard.length = 0;
  return { platform, simulator, units };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const tagOf = (to: string | undefined) => /;tag=([^;>]+)/.exec(to ?? '')?.[1] ?? '';
const CALL = { to: CHANNEL, callId: 'play-1', type: 'application/sdp' };

for (const sip of ['udp', 'tcp'] as const) {
  for (const transport of ['udp', 'tcp-passive', 'tcp-active'] as const) {
    test(`SIP over ${sip}, media over ${transport}: nothing before the ACK, then every unit, until BYE`, async (t) => {
      const { platform, simulator, units } = await camera(t, { sip });
      const receiver = transport === 'udp' ? await collectUdp() : await collectTcp(transport === 'tcp-passive');
      t.after(() => receiver.close());
      platform.send(ID, platform.request('INVITE', { ...CALL, body: offer({ port: receiver.port, transport }) }));
      await platform.next((heard) => heard.status === 100);
      const ok = await platform.next((heard) => heard.status === 200);
      assert.equal(ok.header('CSeq'), '1 INVITE');
      assert.equal(ok.header('Content-Type'), 'application/sdp');
      assert.match(ok.header('Contact') ?? '', new RegExp(`^<sip:${CHANNEL}@127\\.0\\.0\\.1:\\d+>$`));
      const sdp = ok.body.split('\r\n');
      assert.equal(sdp[1], `o=${CHANNEL} 0 0 IN IP4 127.0.0.1`);
      assert.ok(sdp.includes('y=0200000001'));
      assert.ok(sdp.includes('a=sendonly'));
      const port = Number(/^m=video (\d+) (TCP\/)?RTP\/AVP 96$/m.exec(ok.body.replaceAll('\r', ''))?.[1]);
      assert.equal(ok.body.includes('TCP/RTP/AVP'), transport !== 'udp');
      if (transport !== 'udp') assert.ok(sdp.includes(`a=setup:${transport === 'tcp-passive' ? 'active' : 'passive'}`));
      if (transport === 'tcp-active') receiver.dial(port);
      await pause(150);
      assert.equal(receiver.packets.length, 0, 'media before the ACK');
      assert.equal(units.length, 0);

      const toTag = tagOf(ok.header('To'));
      platform.send(ID, platform.request('ACK', { ...CALL, toTag, branch: 'ack' }));
      const ackedMs = performance.now();
      for (const end = ackedMs + 20_000; units.filter(({ kind }) => kind === 'video').length < 20; await pause(10))
        assert.ok(performance.now() < end, `${units.length} units`);
      assert.equal(simulator.counts.calls, 1);
      platform.send(ID, platform.request('BYE', { to: CHANNEL, callId: CALL.callId, cseq: 2, toTag }));
      const bye = await platform.next((heard) => heard.status === 200 && heard.header('CSeq') === '2 BYE');
      assert.equal(tagOf(bye.header('To')), toTag);
      const playedMs = performance.now() - ackedMs;
      const sent = units.length;
      await pause(150);
      assert.equal(units.length, sent, 'media after the BYE');
      assert.equal(simulator.counts.calls, 0);
      if (transport !== 'udp')
        for (const end = performance.now() + 20_000; !receiver.ended(); await pause(10))
          assert.ok(performance.now() < end, 'its connection ends');

      const pictures = units.filter((unit) => unit.kind === 'video');
      const sounds = units.filter((unit) => unit.kind === 'audio');
      // 25 a second, however long a busy machine made the pause.
      assert.ok(pictures.length >= 20 && pictures.length <= playedMs / 40 + 3, `${pictures.length} in ${playedMs} ms`);
      assert.ok(units.every((unit) => unit.callId === 'play-1' && unit.channelId === CHANNEL && unit.deviceId === ID));
      const packets = receiver.packets.map(rtp);
      assert.deepEqual(new Set(packets.map((packet) => packet.ssrc)), new Set([200000001]));
      const stream = elementary(Buffer.concat(packets.map((packet) => packet.payload)));
      assert.ok(stream.video.equals(Buffer.concat(pictures.map((unit) => unit.data))));
      assert.ok(stream.audio.equals(Buffer.concat(sounds.map((unit) => unit.data))));
      assert.equal(simulator.counts.frames, units.length);
      assert.equal(simulator.counts.packets, packets.length);
    });
  }
}

test('repeats its 200 until the ACK comes, and answers a repeated INVITE with the same bytes', async (t) => {
  const { platform } = await camera(t);
  const receiver = await collectUdp();
  t.after(() => receiver.close());
  const invite = platform.request('INVITE', { ...CALL, body: offer({ port: receiver.port, transport: 'udp' }) });
  platform.send(ID, invite);
  const first = await platform.next((heard) => heard.status === 200);
  // More answers than the timers would give in that time.
  for (let i = 0; i < 8; i += 1) platform.send(ID, invite);
  const sinceMs = performance.now();
  for (let i = 0; i < 8; i += 1) assert.equal((await platform.next((heard) => heard.status === 200)).raw, first.raw);
  assert.ok(performance.now() - sinceMs < 15_000);
  assert.equal((await platform.next((heard) => heard.status === 200)).raw, first.raw); // T1
  assert.equal((await platform.next((heard) => heard.status === 200)).raw, first.raw); // 2 T1
  platform.send(ID, platform.request('ACK', { ...CALL, toTag: tagOf(first.header('To')), branch: 'ack' }));
  await pause(100);
  platform.heard.length = 0;
  await pause(2300);
  assert.equal(platform.heard.filter((heard) => heard.status === 200).length, 0);
});

test('ends its calls with BYE when it stops', async (t) => {
  const { platform, simulator } = await camera(t);
  const receiver = await collectUdp();
  t.after(() => receiver.close());
  platform.send(ID, platform.request('INVITE', { ...CALL, body: offer({ port: receiver.port, transport: 'udp' }) }));
  const ok = await platform.next((heard) => heard.status === 200);
  const toTag = tagOf(ok.header('To'));
  platform.send(ID, platform.request('ACK', { ...CALL, toTag, branch: 'ack' }));
  await pause(100);
  await simulator.stop();
  const bye = await platform.next((heard) => heard.method === 'BYE');
  assert.equal(bye.header('Call-ID'), 'play-1');
  assert.equal(tagOf(bye.header('From')), toTag);
  assert.equal(tagOf(bye.header('To')), 'platform');
  assert.equal(bye.first, `BYE sip:${SERVER_ID}@127.0.0.1:${platform.port} SIP/2.0`);
});

test('hangs up when the receiver closes its TCP connection', async (t) => {
  const { platform, simulator } = await camera(t);
  const receiver = await collectTcp(true);
  platform.send(
    ID,
    platform.request('INVITE', { ...CALL, body: offer({ port: receiver.port, transport: 'tcp-passive' }) }),
  );
  const ok = await platform.next((heard) => heard.status === 200);
  platform.send(ID, platform.request('ACK', { ...CALL, toTag: tagOf(ok.header('To')), branch: 'ack' }));
  await pause(200);
  receiver.close();
  assert.equal((await platform.next((heard) => heard.method === 'BYE')).header('Call-ID'), 'play-1');
  assert.equal(simulator.counts.calls, 0);
});

test('INV-2: a slow camera rings, and CANCEL ends it with 487', async (t) => {
  const { platform, simulator } = await camera(t, { quirks: new Set(['INV-2']) });
  platform.send(ID, platform.request('INVITE', { ...CALL, body: offer({ port: 40000, transport: 'udp' }) }));
  await platform.next((heard) => heard.status === 180);
  platform.send(ID, platform.request('CANCEL', { ...CALL, branch: `INVITE${CALL.callId}1` }));
  await platform.next((heard) => heard.status === 200 && heard.header('CSeq') === '1 CANCEL');
  const final = await platform.next((heard) => heard.status === 487);
  assert.equal(final.header('CSeq'), '1 INVITE');
  assert.equal(simulator.counts.calls, 1);
  platform.send(
    ID,
    platform.request('ACK', { ...CALL, toTag: tagOf(final.header('To')), branch: `INVITE${CALL.callId}1` }),
  );
  await pause(50);
  assert.equal(simulator.counts.calls, 0);
});

const REFUSALS: [string, { to?: string; body?: string; quirks?: string[] }, number][] = [
  ['an unknown channel', { to: '34020000001310000009' }, 404],
  ['an offer without media', { body: 'v=0\r\ns=Play\r\n' }, 488],
  ['playback of a camera without a card', { body: offer({ port: 40000, transport: 'udp', name: 'Playback' }) }, 488],
  ['INV-4', { quirks: ['INV-4'] }, 486],
  ['INV-5', { quirks: ['INV-5'] }, 488],
];
for (const [what, o, status] of REFUSALS) {
  test(`refuses ${what} with ${status}`, async (t) => {
    const { platform, simulator } = await camera(t, { quirks: new Set(o.quirks) });
    const call = { ...CALL, to: o.to ?? CHANNEL };
    platform.send(
      ID,
      platform.request('INVITE', { ...call, body: o.body ?? offer({ port: 40000, transport: 'udp' }) }),
    );
    const final = await platform.next((heard) => heard.status >= 200);
    assert.equal(final.status, status);
    assert.equal(final.body, '');
    platform.send(ID, platform.request('ACK', { ...call, toTag: tagOf(final.header('To')) }));
    await pause(20);
    assert.equal(simulator.counts.calls, 0);
  });
}

const ANSWERS: [string, RegExp, RegExp | null][] = [
  ['SSRC-2', /^v=0/, /y=/],
  ['INV-16', /\r\ny=null\r\n$/, null],
  ['INV-12', /\r\nc=IN IP4 10\.255\.255\.1\r\n/, null],
  ['TCP-11', /\r\nm=video 0 TCP\/RTP\/AVP 96\r\n/, null],
  ['TCP-13', /\r\nm=video/, /a=setup/],
  ['INV-11', /^$/, null],
];
for (const [code, has, lacks] of ANSWERS) {
  test(`${code} shows in the answer`, async (t) => {
    const { platform } = await camera(t, { quirks: new Set([code]) });
    platform.send(ID, platform.request('INVITE', { ...CALL, body: offer({ port: 40000, transport: 'tcp-passive' }) }));
    const ok = await platform.next((heard) => heard.status === 200);
    assert.match(ok.body, has);
    if (lacks !== null) assert.doesNotMatch(ok.body, lacks);
    assert.equal(ok.header('To')?.includes(';tag='), code !== 'INV-11');
    platform.send(ID, platform.request('BYE', { to: CHANNEL, callId: CALL.callId, cseq: 2 }));
    await platform.next((heard) => heard.header('CSeq') === '2 BYE');
  });
}

test('OPTIONS, requests outside a dialogue and unknown methods', async (t) => {
  const { platform } = await camera(t);
  platform.send(ID, platform.request('OPTIONS', { to: ID, callId: 'o' }));
  assert.match(
    (await platform.next((heard) => heard.header('CSeq') === '1 OPTIONS')).header('Allow') ?? '',
    /INVITE, ACK, CANCEL, BYE/,
  );
  for (const method of ['BYE', 'CANCEL', 'INFO']) {
    platform.send(ID, platform.request(method, { to: CHANNEL, callId: 'none' }));
    assert.equal((await platform.next((heard) => heard.header('CSeq') === `1 ${method}`)).status, 481);
  }
  platform.send(ID, platform.request('PUBLISH', { to: ID, callId: 'p' }));
  assert.equal((await platform.next((heard) => heard.header('CSeq') === '1 PUBLISH')).status, 405);
});

const query = (cmdType: string, sn = 17430) =>
  `<?xml version="1.0" encoding="GB2312"?>\r\n<Query>\r\n<CmdType>${cmdType}</CmdType>\r\n<SN>${sn}</SN>\r\n<DeviceID>${ID}</DeviceID>\r\n</Query>\r\n`;
const MESSAGE = { to: ID, type: 'Application/MANSCDP+xml' };

test('answers Catalog in several messages, each after the 200 of the one before', async (t) => {
  const { platform } = await camera(t, { channels: 5 });
  const message = platform.request('MESSAGE', { ...MESSAGE, callId: 'cat', body: query('Catalog') });
  platform.send(ID, message);
  assert.equal((await platform.next((heard) => heard.status === 200)).header('CSeq'), '1 MESSAGE');
  const bodies: string[] = [];
  for (let page = 0; page < 3; page++) bodies.push((await platform.next((heard) => heard.method === 'MESSAGE')).body);
  assert.deepEqual(
    bodies.map((body) => body.match(/<DeviceList Num="(\d)">/)?.[1]),
    ['2', '2', '1'],
  );
  assert.ok(bodies.every((body) => body.includes('<SumNum>5</SumNum>') && body.includes('<SN>17430</SN>')));
  const ids = bodies.flatMap((body) =>
    [...body.matchAll(/<Item>\r\n<DeviceID>(\d+)<\/DeviceID>\r\n<Name>([^<]+)/g)].map(
      (found) => `${found[1]} ${found[2]}`,
    ),
  );
  assert.deepEqual(
    ids,
    [1, 2, 3, 4, 5].map((n) => `3402000000131000000${n} Gate ${n}`),
  );
  platform.send(ID, message); // a retransmission is answered again and asks nothing anew
  await platform.next((heard) => heard.status === 200);
  await pause(100);
  assert.equal(platform.heard.filter((heard) => heard.method === 'MESSAGE').length, 0);
});

test('CAT-1 and CAT-2 change the catalogue', async (t) => {
  const { platform } = await camera(t, { quirks: new Set(['CAT-1', 'CAT-2']) });
  platform.send(ID, platform.request('MESSAGE', { ...MESSAGE, callId: 'cat', body: query('Catalog') }));
  const ids: string[] = [];
  for (let page = 0; page < 4; page++) {
    const { body } = await platform.next((heard) => heard.method === 'MESSAGE');
    assert.match(body, /<SumNum>6<\/SumNum>[\s\S]*Num="1"/);
    ids.push(/<Item>\r\n<DeviceID>\d+(\d)</.exec(body)?.[1] ?? '');
  }
  assert.deepEqual(ids, ['3', '2', '1', '1']);
});

test('answers DeviceInfo and DeviceStatus', async (t) => {
  const { platform } = await camera(t, { sip: 'tcp' });
  platform.send(ID, platform.request('MESSAGE', { ...MESSAGE, callId: 'info', body: query('DeviceInfo', 2) }));
  const info = await platform.next((heard) => heard.method === 'MESSAGE');
  assert.match(
    info.body,
    /<CmdType>DeviceInfo<\/CmdType>\r\n<SN>2<\/SN>[\s\S]*<DeviceName>Gate<\/DeviceName>[\s\S]*<Channel>3<\/Channel>/,
  );
  platform.send(ID, platform.request('MESSAGE', { ...MESSAGE, callId: 'status', body: query('DeviceStatus', 3) }));
  const status = await platform.next((heard) => heard.method === 'MESSAGE');
  assert.match(status.body, /<Online>ONLINE<\/Online>[\s\S]*<DeviceTime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d<\/DeviceTime>/);
});
