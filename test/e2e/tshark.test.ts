/**
 * Whole sessions as tshark sees them, over UDP and over TCP: registration with digest, keepalives, a catalogue in several
 * messages with Chinese names, calls over the three media transports, a call that is refused, one that is cancelled,
 * unregistration. Every byte of the SIP port goes into a pcap; tshark, which knows nothing of us, must recognise each
 * message and find nothing wrong with any of ours.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import iconv from 'iconv-lite';
import { Feed } from '../../src/media/feed.ts';
import { PortPool } from '../../src/media/ingest/port-pool.ts';
import { openReceiver, type Receiver } from '../../src/media/receiver.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { buildOffer, parseSdp, subjectOf } from '../../src/sip/sdp.ts';
import { type InviteFailure, SipServer } from '../../src/sip/server.ts';
import { memoryStores } from '../sip/memory-stores.ts';
import { PLATFORM_ID, SIP_PASSWORD, until } from '../support/gbgate.ts';
import { type SeenPacket, writeSipPcap } from '../support/sip-pcap.ts';

const DOMAIN = PLATFORM_ID.slice(0, 10);
const CAMERA_ID = '34020000001180000001';
const BUSY_ID = '34020000001180000101';
const SLOW_ID = '34020000001180000201';
const NAMES = ['东门停车场', '重庆南岸・球机'];
/** Of the camera that plays: three catalogue messages over UDP (2 each) and over TCP (20 each). */
const CHANNELS = { udp: 6, tcp: 50 } as const;
const CATALOG_MESSAGES = 3;
const DEVICES = 3;
const MEDIA = ['udp', 'tcp-passive', 'tcp-active'] as const;
const PORTS = { udp: [44_000, 44_099], tcp: [44_100, 44_199] } as const;

/** What tshark says about the messages of one capture. */
interface Dissected {
  /** `INVITE`, `200 INVITE`: how often, retransmissions left out. */
  readonly counts: Map<string, number>;
  /** Every message, retransmissions too. */
  readonly messages: number;
  readonly sdpFor: Map<string, number>;
  readonly registersWithDigest: number;
  readonly challenges: number;
  /** Channel names in the bodies as tshark cut them out, decoded. */
  readonly catalogueNames: string[];
  readonly malformedFrames: number;
  readonly complaints: string[];
}

for (const sip of ['udp', 'tcp'] as const) {
  describe(`tshark on a session over ${sip}`, { timeout: 60_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'gbgate-tshark-'));
    const path = join(folder, `${sip}.pcap`);
    const packets: SeenPacket[] = [];
    const names: string[] = [];
    let sipPort = 0;
    let keepalives = 0;
    let seen: Dissected;

    before(async () => {
      const session = await play(sip, packets);
      ({ sipPort, keepalives } = session);
      names.push(...session.names);
      writeSipPcap(path, packets);
      seen = dissect(path, sipPort);
    });
    after(() => rmSync(folder, { recursive: true }));

    it('recognises every message as SIP', () => {
      assert.equal(seen.messages, startLines(packets), 'as many messages as start lines went over the wire');
      if (sip === 'udp') assert.equal(seen.messages, packets.length, 'a message a datagram');
      assert.ok(seen.messages >= 80, `${seen.messages} messages`);
    });

    it('counts what a session consists of', () => {
      const exact: Record<string, number> = {
        // unregistering reuses the nonce: challenged once, accepted twice
        REGISTER: 3 * DEVICES,
        '401 REGISTER': DEVICES,
        '200 REGISTER': 2 * DEVICES,
        'MESSAGE Query DeviceInfo': DEVICES,
        'MESSAGE Response DeviceInfo': DEVICES,
        'MESSAGE Query DeviceStatus': DEVICES,
        'MESSAGE Response DeviceStatus': DEVICES,
        'MESSAGE Query Catalog': DEVICES,
        'MESSAGE Response Catalog': CATALOG_MESSAGES + (DEVICES - 1),
        'MESSAGE Notify Keepalive': keepalives,
        '200 MESSAGE': 3 * DEVICES + 2 * DEVICES + CATALOG_MESSAGES + (DEVICES - 1) + keepalives,
        INVITE: MEDIA.length + 2,
        '200 INVITE': MEDIA.length,
        '486 INVITE': 1,
        '487 INVITE': 1,
        ACK: MEDIA.length + 2,
        BYE: MEDIA.length,
        '200 BYE': MEDIA.length,
        CANCEL: 1,
        '200 CANCEL': 1,
      };
      const provisional = new Set(['100 INVITE', '180 INVITE', '183 INVITE']);
      assert.deepEqual(
        Object.fromEntries([...seen.counts].filter(([what]) => !provisional.has(what)).sort()),
        Object.fromEntries(Object.entries(exact).sort()),
      );
      assert.ok((seen.counts.get('180 INVITE') ?? 0) >= 1, 'the slow camera rang');
      assert.ok(keepalives >= DEVICES, `${keepalives} keepalives`);
      assert.equal(seen.registersWithDigest, 2 * DEVICES);
      assert.equal(seen.challenges, DEVICES);
    });

    it('reads the session descriptions', () => {
      assert.equal(seen.sdpFor.get('INVITE'), MEDIA.length + 2);
      assert.equal(seen.sdpFor.get('200 INVITE'), MEDIA.length);
    });

    it('finds nothing malformed and nothing to complain about', () => {
      assert.deepEqual(seen.complaints, [STANDARD_HEADER]);
      assert.equal(seen.malformedFrames, 0);
    });

    it('sees the Chinese names of the catalogue that we read', () => {
      assert.deepEqual(
        names,
        Array.from({ length: CHANNELS[sip] }, (_, i) => `${NAMES[0]} ${i + 1}`),
      );
      assert.deepEqual(
        seen.catalogueNames.sort(),
        [...names, NAMES[1]!, NAMES[1]!].sort(),
        'the same names lie in the capture, in GB18030',
      );
    });
  });
}

it('tshark does complain about a broken message in such a capture', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gbgate-tshark-'));
  try {
    const path = join(folder, 'broken.pcap');
    const bytes = Buffer.from('REGISTER sip:1@2 SIP/2.0\r\nCSeq: x\r\n: y\r\nFrom\r\n\r\n');
    const from = { host: '127.0.0.1', port: 5060 };
    writeSipPcap(path, [{ bytes, from, to: { ...from, port: 5070 }, epochMs: 0, transport: 'udp' }]);
    const { complaints } = dissect(path, 5060);
    assert.notDeepEqual(complaints, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Three cameras and our server; everything that crosses the SIP port lands in `packets`. */
async function play(sip: 'udp' | 'tcp', packets: SeenPacket[]) {
  const ours = () => ({ host: '127.0.0.1', port: server.port });
  const opened = await SipServer.open({
    platformId: PLATFORM_ID,
    domain: DOMAIN,
    host: '127.0.0.1',
    port: 0,
    authRequired: true,
    password: SIP_PASSWORD,
    sealingKey: Buffer.from('key'),
    admission: 'open',
    advertise: null,
    mediaAdvertise: null,
    mediaListen: '0.0.0.0',
    stores: memoryStores(),
    log: { warn: (data) => assert.fail(JSON.stringify(data)), info() {}, debug() {} },
    onEvent() {},
    tap(direction, bytes, peer) {
      const camera = { host: peer.host, port: peer.port };
      packets.push({
        bytes: Buffer.from(bytes),
        from: direction === 'in' ? camera : ours(),
        to: direction === 'in' ? ours() : camera,
        epochMs: Date.now(),
        transport: peer.transport,
      });
    },
  });
  assert.ok(!('fault' in opened), JSON.stringify(opened));
  const server = opened;
  const pool = new PortPool({ host: '127.0.0.1', first: PORTS[sip][0], last: PORTS[sip][1] });
  const simulators: Simulator[] = [];
  const camera = async (id: string, name: string, channels: number, quirks: string[]) =>
    simulators.push(
      await startSimulator({
        server: ours(),
        serverId: PLATFORM_ID,
        id,
        password: SIP_PASSWORD,
        channels,
        count: 1,
        sip,
        video: 'h264',
        audio: 'pcma',
        keepaliveSeconds: 1,
        expiresSeconds: 3600,
        quirks: new Set(quirks),
        names: [name],
      }),
    );
  try {
    await camera(CAMERA_ID, NAMES[0]!, CHANNELS[sip], []);
    await camera(BUSY_ID, NAMES[1]!, 1, ['INV-4']);
    await camera(SLOW_ID, NAMES[1]!, 1, ['INV-2']);
    await until('the catalogues', () => server.directory.channels(CAMERA_ID).length === CHANNELS[sip]);
    await until('the other catalogues', () =>
      [BUSY_ID, SLOW_ID].every((id) => server.directory.channels(id).length === 1),
    );
    for (const transport of MEDIA) await call(server, pool, transport);
    assert.deepEqual(await refused(server, BUSY_ID), { kind: 'rejected', status: 486, reason: 'Busy Here' });
    await cancelled(server, SLOW_ID);
    await until('keepalives of all', () => server.counters().sip_keepalives_total! >= 2 * DEVICES);
    const names = server.directory.channels(CAMERA_ID).map((channel) => channel.name);
    await Promise.all(simulators.map((simulator) => simulator.stop()));
    await until('the end of every transaction under way', () => server.counters().sip_requests_waiting === 0);
    assert.ok(server.directory.devices().every((device) => !device.online));
    const counters = server.counters();
    assert.equal(counters.sip_malformed_total, 0);
    return { sipPort: server.port, keepalives: counters.sip_keepalives_total!, names };
  } finally {
    await Promise.all(simulators.map((simulator) => simulator.stop()));
    await server.close();
    pool.close();
  }
}

function offer(server: SipServer, deviceId: string, port: number, transport: (typeof MEDIA)[number], ssrc: number) {
  const channelId = server.directory.channels(deviceId)[0]!.id;
  return {
    deviceId,
    channelId,
    subject: subjectOf(channelId, ssrc, PLATFORM_ID),
    sdp: buildOffer({
      channelId,
      platformId: PLATFORM_ID,
      host: server.mediaHostFor(deviceId),
      port,
      transport,
      ssrc,
      name: 'Play',
      streamNumber: 0,
    }),
    timeoutMs: 8000,
  };
}

/** INVITE, ACK, a few frames, BYE. */
async function call(server: SipServer, pool: PortPool, transport: (typeof MEDIA)[number]): Promise<void> {
  const ssrc = 200_000_001 + MEDIA.indexOf(transport);
  let frames = 0;
  const receiver: Receiver<Feed> = await (async () => {
    const opened = await openReceiver({
      transport,
      pool,
      ssrc,
      feed: new Feed({ reorder: null }),
      onEvent(event) {
        if (event.type === 'fragment') frames += 1;
      },
    });
    assert.ok(!('fault' in opened), JSON.stringify(opened));
    return opened;
  })();
  const invited = server.invite({
    ...offer(server, CAMERA_ID, receiver.port, transport, ssrc),
    onProvisional() {},
    onAnswer({ sdp, from }) {
      const answer = parseSdp(sdp ?? '');
      receiver.answered({
        ssrc: answer.ssrc,
        host: answer.host,
        port: answer.media[0]?.port ?? 0,
        fallbackHost: from.host,
      });
    },
    onFailure: (failure) => assert.fail(JSON.stringify(failure)),
    onBye: (reason) => assert.fail(reason),
    onDoubtfulBye: (detail) => assert.fail(detail),
  });
  await until(`frames over ${transport}`, () => frames >= 10);
  assert.deepEqual(await invited.hangUp(), { byeAnswered: true });
  receiver.close({ byeAnswered: true });
}

function refused(server: SipServer, deviceId: string): Promise<InviteFailure> {
  return new Promise((resolve, reject) => {
    server.invite({
      ...offer(server, deviceId, 44_998, 'udp', 200_000_011),
      onProvisional() {},
      onAnswer: () => reject(new Error('it was answered')),
      onFailure: resolve,
      onBye: reject,
      onDoubtfulBye: (detail) => assert.fail(detail),
    });
  });
}

async function cancelled(server: SipServer, deviceId: string): Promise<void> {
  let rang = false;
  const invited = server.invite({
    ...offer(server, deviceId, 44_998, 'udp', 200_000_012),
    onProvisional: () => {
      rang = true;
    },
    onAnswer: () => assert.fail('it was answered'),
    onFailure: (failure) => assert.fail(JSON.stringify(failure)),
    onBye: (reason) => assert.fail(reason),
    onDoubtfulBye: (detail) => assert.fail(detail),
  });
  await until('a provisional answer', () => rang);
  await invited.hangUp();
}

/** Start lines in the bytes of each direction of each connection: what tshark's count is held against. */
function startLines(packets: readonly SeenPacket[]): number {
  const flows = new Map<string, string>();
  for (const { from, to, bytes } of packets) {
    const flow = `${from.host}:${from.port} ${to.host}:${to.port}`;
    flows.set(flow, (flows.get(flow) ?? '') + Buffer.from(bytes).toString('latin1'));
  }
  let count = 0;
  for (const text of flows.values())
    count += text.match(/[A-Z]+ sip:[^\r\n ]+ SIP\/2\.0\r\n|SIP\/2\.0 \d{3} /g)?.length ?? 0;
  return count;
}

const EXPERT =
  /<field name="_ws\.expert\.message"[^>]* show="([^"]*)"[^>]*>\s*<field name="_ws\.expert\.severity"[^>]* show="(\d+)"/g;
/** PI_CHAT of Wireshark: remarks about the normal course of things. Notes, warnings and errors are above it. */
const CHAT = 0x00200000;
/** The version header of GB/T 28181-2022 annex I, which tshark does not know. */
const STANDARD_HEADER = 'Unrecognised SIP header (x-gb-ver)';

/** Runs tshark, and reads the PDML: one `proto` for each SIP message, also where a segment holds several. */
function dissect(path: string, sipPort: number): Dissected {
  const pdml = execFileSync(
    'tshark',
    ['-r', path, '-d', `udp.port==${sipPort},sip`, '-d', `tcp.port==${sipPort},sip`, '-T', 'pdml'],
    { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const counts = new Map<string, number>();
  const sdpFor = new Map<string, number>();
  const once = new Set<string>();
  const catalogueNames: string[] = [];
  const complaints = new Set<string>();
  let [messages, registersWithDigest, challenges, malformedFrames] = [0, 0, 0, 0];
  for (const frame of pdml.split('<packet>').slice(1)) {
    if (frame.includes('name="_ws.malformed"')) malformedFrames += 1;
    // PDML nests a body's protocols behind (SDP, XML) its SIP message, at the same level.
    for (const part of frame.split('<proto name="sip"').slice(1)) {
      messages += 1;
      const value = (name: string) =>
        new RegExp(`<field name="${name.replaceAll('.', '\\.')}"[^>]* show="([^"]*)"`).exec(part)?.[1];
      const status = value('sip.Status-Code');
      const method = value('sip.CSeq.method') ?? '?';
      let what = status === undefined ? (value('sip.Method') ?? '?') : `${status} ${method}`;
      const body = bodyOf(part);
      if (what === 'MESSAGE') what += ` ${/<(\w+)>/.exec(body)?.[1]} ${/<CmdType>(\w+)</.exec(body)?.[1]}`;
      const branch = value('sip.Via.branch');
      const key = `${what} ${value('sip.Call-ID')} ${value('sip.CSeq.seq')} ${branch}`;
      if (once.has(key)) continue;
      once.add(key);
      for (const [, name] of body.matchAll(/<Name>([^<]*)</g)) catalogueNames.push(name!);
      counts.set(what, (counts.get(what) ?? 0) + 1);
      if (part.includes('<proto name="sdp"')) sdpFor.set(what, (sdpFor.get(what) ?? 0) + 1);
      if (what === 'REGISTER' && value('sip.auth.digest.response') !== undefined) registersWithDigest += 1;
      if (what === '401 REGISTER' && value('sip.auth.nonce') !== undefined) challenges += 1;
    }
    for (const [, message, severity] of frame.matchAll(EXPERT)) if (Number(severity) > CHAT) complaints.add(message!);
  }
  return {
    counts,
    messages,
    sdpFor,
    catalogueNames,
    registersWithDigest,
    challenges,
    malformedFrames,
    complaints: [...complaints].sort(),
  };
}

/** The body of a message, line by line as tshark took it apart. */
function bodyOf(part: string): string {
  const at = part.indexOf('name="sip.msg_body"');
  if (at < 0) return '';
  const hex = [...part.slice(at).matchAll(/<field name=""[^>]* value="([0-9a-f]+)"/g)].map(([, value]) => value);
  return iconv.decode(Buffer.from(hex.join(''), 'hex'), 'gb18030');
}
