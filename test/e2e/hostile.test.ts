/**
 * Bad input against the real gateway: each kind is bounded, counted, visible in `/metrics`, and changes nothing for a
 * camera and a viewer that do what they should: they play from before the first attack to after the last one, and not one
 * frame may be missing or different.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { answerChallenge, parseChallenge } from '../../src/sip/digest.ts';
import { connectMany, DatagramAttacker, pause, rtpPacket, sipRequest } from '../support/attacker.ts';
import { PLATFORM_ID, type RunningGateway, runGateway, TOKEN, until } from '../support/gbgate.ts';
import { WatchedCamera } from '../support/watched-camera.ts';

const DOMAIN = PLATFORM_ID.slice(0, 10);
const GATE = fileURLToPath(new URL('../../src/simulator/clips/gate.h264', import.meta.url));
/** The stranger's addresses; the cameras are at 127.0.0.1. */
const STRANGER = '127.0.0.2';
const TCP_STRANGER = '127.0.0.3';
const HTTP_STRANGER = '127.0.0.4';
/** Who never logged in from the address of the flood before waits until its lock ends; this one is elsewhere. */
const CAMERA_ELSEWHERE = '127.0.0.5';

/**
 * What all attacks together may add to the resident memory of the gateway. 1,024 half-open SIP connections, 20,000 rows of
 * lockout and rate, and the queues of viewers that never read (1 MB each) stand together in about 60 MB.
 */
const MAX_GROWTH_BYTES = 128 * 1024 * 1024;

/** Limits of the gateway that the attacks run into. */
const SIP_CONNECTIONS_PER_HOST = 1024;
const SIP_FIRST_MESSAGE_MS = 32_000;
const MEDIA_CONNECTIONS = 8;
const WRONG_TOKENS_PER_MINUTE = 30;
/** Slow enough that a busy machine's socket buffer, which the camera shares, never overflows: losses there are the kernel's. */
const MEDIA_BURST = 8;

describe('bad input', { timeout: 110_000 }, () => {
  let gateway: RunningGateway;
  let overUdp: WatchedCamera;
  let overTcp: WatchedCamera;
  let stranger: DatagramAttacker;
  let neighbour: DatagramAttacker;
  let silent: net.Socket[];
  const mediaSilent: net.Socket[] = [];
  const httpSilent: net.Socket[] = [];
  let silentSinceMs = 0;
  let baselineBytes = 0;
  let peakBytes = 0;
  let watchMemory: NodeJS.Timeout;
  const open: { destroy(): void }[] = [];

  before(async () => {
    gateway = await runGateway();
    const clipBytes = readFileSync(GATE);
    const camera = { clip: GATE, clipBytes, keepaliveSeconds: 2, expiresSeconds: 6 };
    overUdp = await WatchedCamera.start(gateway, { ...camera, id: '34020000001320000001', transport: 'udp' });
    overTcp = await WatchedCamera.start(gateway, { ...camera, id: '34020000001320000002', transport: 'tcp-passive' });
    stranger = await DatagramAttacker.at(STRANGER);
    neighbour = await DatagramAttacker.at('127.0.0.1');
    await pause(1000);
    baselineBytes = rssBytes(gateway);
    watchMemory = setInterval(() => {
      peakBytes = Math.max(peakBytes, rssBytes(gateway));
    }, 200);
  });

  after(async () => {
    clearInterval(watchMemory);
    for (const socket of [...open, ...mediaSilent, ...httpSilent]) socket.destroy();
    stranger?.close();
    neighbour?.close();
    await Promise.all([overUdp?.stop(), overTcp?.stop()]);
    assert.equal(await gateway.stop(), 0);
  });

  const httpPort = () => Number(new URL(gateway.http).port);

  /** Runs an attack; each of these metrics has then risen by so much at least, and the cameras play on. */
  async function attack(rises: Record<string, number>, run: () => Promise<void>, limitMs = 8000): Promise<void> {
    const atFirst = await metrics(gateway);
    await run();
    let now = atFirst;
    const missing = () =>
      Object.entries(rises).filter(([name, by]) => (now.get(name) ?? 0) - (atFirst.get(name) ?? 0) < by);
    await until(
      'the metrics',
      async () => {
        now = await metrics(gateway);
        return missing().length === 0;
      },
      limitMs,
    ).catch(() => {
      const told = missing().map(
        ([name, by]) => `${name} rose by ${(now.get(name) ?? 0) - (atFirst.get(name) ?? 0)} of ${by}`,
      );
      assert.fail(told.join(', '));
    });
    await overUdp.assertUnharmed();
    await overTcp.assertUnharmed();
  }

  it('connections that send nothing are limited per address', async () => {
    await attack({ gbgate_sip_tcp_connections_refused_total: 76, gbgate_sip_tcp_connections: 1000 }, async () => {
      silent = await connectMany(gateway.sipPort, TCP_STRANGER, SIP_CONNECTIONS_PER_HOST + 76);
      open.push(...silent);
      silentSinceMs = performance.now();
      httpSilent.push(...(await connectMany(httpPort(), HTTP_STRANGER, 10)));
      for (const socket of httpSilent.slice(0, 5)) socket.write('GET /healthz HTTP/1.1\r\nX-Half: ');
      for (const socket of httpSilent) socket.resume();
    });
  });

  it('garbage on the SIP port', async () => {
    const sizes = [0, 1, 3, 4, 12, 100, 1400, 9000, 65_507];
    const noise = Array.from({ length: 2000 }, (_, i) => randomBytes(sizes[i % sizes.length]!));
    const good = sipRequest('OPTIONS', { user: '34020000001320000099' });
    const broken = [
      good.slice(0, 40),
      good.replace('SIP/2.0', 'SIP/3.0'),
      good.replace(/^Via.*\r\n/m, ''),
      good.replace(/Content-Length: 0/, 'Content-Length: 99999999999999999999'),
      good.replace(/Content-Length: 0/, 'Content-Length: -1'),
      good.replace(/CSeq: 1/, 'CSeq: 999999999999999999999999'),
      good.replace('\r\nMax', `\r\n${'X-A: b\r\n'.repeat(5000)}Max`),
      good.replace('\r\nMax', `\r\nSubject: ${'a'.repeat(60_000)}\r\nMax`),
      good.replace(/From: /, `From: ${'<'.repeat(20_000)}`),
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    ];
    await attack({ gbgate_sip_datagrams_total: 2400, gbgate_sip_malformed_total: 1800 }, async () => {
      await stranger.send(gateway.sipPort, noise);
      await stranger.send(
        gateway.sipPort,
        Array.from({ length: 500 }, (_, i) => broken[i % broken.length]!),
      );
    });
  });

  it('answers to questions nobody asked, methods nobody knows, calls nobody waits for', async () => {
    const answer = (i: number) =>
      `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:${gateway.sipPort};branch=z9hG4bKx${i}\r\nFrom: <sip:${PLATFORM_ID}@${DOMAIN}>;tag=a\r\nTo: <sip:1@2>;tag=b\r\nCall-ID: x${i}\r\nCSeq: ${i} MESSAGE\r\nContent-Length: 0\r\n\r\n`;
    const rises = {
      gbgate_sip_unmatched_responses_total: 500,
      gbgate_sip_requests_unknown_method_total: 300,
      gbgate_sip_incoming_refused_total: 300,
    };
    await attack(rises, async () => {
      await stranger.send(
        gateway.sipPort,
        Array.from({ length: 500 }, (_, i) => answer(i)),
      );
      await stranger.send(
        gateway.sipPort,
        ['INVITE', 'PUBLISH'].flatMap((method) =>
          Array.from({ length: 300 }, () => sipRequest(method, { user: '34020000001320000001' })),
        ),
      );
    });
  });

  it('half messages and noise over TCP', async () => {
    const head =
      'MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 1.2.3.4;branch=z9hG4bKq\r\nCall-ID: a\r\nCSeq: 1 MESSAGE\r\n';
    const endless: [bytes: string | Buffer, isClosed: boolean][] = [
      ['REGISTER sip:', false],
      [`${head}From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nContent-Length: 1000000\r\n\r\nhalf`, false],
      [randomBytes(200_000), true],
      ['A'.repeat(200_000), true],
      [`${head}${'X: y\r\n'.repeat(40_000)}`, true],
      [`${head}Content-Length: 99999999999\r\n\r\n`.repeat(60), true],
      ['\0'.repeat(200_000), false], // keepalives of some devices: nothing is kept of them
    ];
    const mustClose = endless.filter(([, isClosed]) => isClosed).length;
    const sockets: net.Socket[] = [];
    await attack({ gbgate_sip_tcp_connections_closed_total: mustClose, gbgate_sip_malformed_total: 3 }, async () => {
      sockets.push(...(await connectMany(gateway.sipPort, HTTP_STRANGER, endless.length)));
      open.push(...sockets);
      for (const [i, [bytes]] of endless.entries()) sockets[i]!.write(bytes);
    });
    for (const [i, [bytes, isClosed]] of endless.entries())
      if (isClosed) await until(`the end of ${String(bytes).slice(0, 20)}`, () => sockets[i]!.destroyed, 5000);
  });

  it('a flood of wrong passwords from the address of the cameras', async () => {
    const registers = overUdp.simulator.devices[0]!.registration.counts.registers;
    const idOf = (i: number) => `3402000000118${String(i).padStart(7, '0')}`;
    const rises = {
      gbgate_sip_registers_refused_total: 500,
      gbgate_sip_registers_locked_out_total: 1,
      // 4,000 at once and 500 a second are heard of one source: a machine that floods slowly loses fewer.
      gbgate_sip_registers_dropped_total: 300,
      gbgate_sip_lockout_rows: 100,
    };
    await attack(rises, async () => {
      const challenge = await challengeFor(neighbour, idOf(0));
      const wrong = (id: string) =>
        sipRequest('REGISTER', {
          user: id,
          headers: [`Authorization: ${guess(challenge, id, 'guess')}`, 'Expires: 60'],
        });
      const flood = function* () {
        for (let i = 0; i < 12_000; i++) yield wrong(idOf(i % 1500));
      };
      await neighbour.send(gateway.sipPort, flood());
    });
    const now = await metrics(gateway);
    assert.ok((now.get('gbgate_sip_rate_buckets') ?? 0) <= 40_000, 'buckets are bounded');
    const counts = () => overUdp.simulator.devices[0]!.registration.counts;
    await until('a refresh of the good camera meanwhile', () => counts().registers > registers, 8000);
    assert.deepEqual([overUdp.setbacks, overTcp.setbacks], [[], []], 'their own log-ins go on');
  });

  it('guesses at the password of the good camera from elsewhere lock out the guesser only', async () => {
    const rises = { gbgate_sip_registers_refused_total: 10, gbgate_sip_registers_locked_out_total: 0 };
    const { registers } = overUdp.simulator.devices[0]!.registration.counts;
    await attack(rises, async () => {
      const challenge = await challengeFor(stranger, overUdp.id);
      for (let i = 0; i < 15; i++) {
        const headers = [`Authorization: ${guess(challenge, overUdp.id, `guess${i}`)}`];
        await stranger.send(gateway.sipPort, [sipRequest('REGISTER', { user: overUdp.id, headers })]);
      }
    });
    const refused = await stranger.answer((text) => text.startsWith('SIP/2.0 403 ') && /Retry-After/i.test(text));
    assert.ok(refused, 'it is told to wait');
    await until(
      'a refresh of the good camera',
      () => overUdp.simulator.devices[0]!.registration.counts.registers > registers,
      6000,
    );
    assert.deepEqual(overUdp.setbacks, []);
  });

  it('messages in the name of the camera from elsewhere move and end nothing', async () => {
    const { body: device } = await gateway.api('GET', `/api/v1/devices/${overUdp.id}`);
    const [callId] = overUdp.callIds;
    assert.ok(callId, 'the Call-ID of the real call');
    const user = overUdp.id;
    const type = 'Content-Type: Application/MANSCDP+xml';
    const keepalive = `<?xml version="1.0"?><Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>${user}</DeviceID><Status>OK</Status></Notify>`;
    const gone = `<?xml version="1.0"?><Notify><CmdType>Catalog</CmdType><SN>2</SN><DeviceID>${user}</DeviceID><SumNum>1</SumNum><DeviceList Num="1"><Item><DeviceID>${overUdp.channelId}</DeviceID><Event>DEL</Event></Item></DeviceList></Notify>`;
    const platform = `<sip:${PLATFORM_ID}@${DOMAIN}>`;
    const rises = {
      gbgate_sip_requests_elsewhere_total: 40,
      gbgate_sip_byes_refused_total: 40,
      gbgate_sip_registers_challenged_total: 2,
      gbgate_sip_registers_dropped_total: 10,
    };
    await attack(rises, async () => {
      const spoofed = Array.from({ length: 20 }, () => [
        sipRequest('MESSAGE', { user, to: platform, headers: [type], body: keepalive }),
        sipRequest('NOTIFY', { user, to: platform, headers: [type], body: gone }),
        sipRequest('BYE', { user, to: `${platform};tag=guess`, callId }),
        sipRequest('BYE', { user: overUdp.channelId, to: platform, callId }),
        sipRequest('REGISTER', { user, headers: ['Expires: 0', `Contact: <sip:${user}@${STRANGER}:9>`] }),
        sipRequest('REGISTER', { user, headers: ['Expires: 3600', `Contact: <sip:${user}@${STRANGER}:9>`] }),
      ]);
      await stranger.send(gateway.sipPort, spoofed.flat());
    });
    const statuses = stranger.answers.flatMap(
      (bytes) => /^SIP\/2\.0 (\d+) [\s\S]*\r\nCSeq: 1 BYE\r\n/.exec(bytes.toString('latin1'))?.[1] ?? [],
    );
    assert.deepEqual([...new Set(statuses)], ['481'], 'there is no such call for it');
    const { body: later } = await gateway.api('GET', `/api/v1/devices/${overUdp.id}`);
    assert.equal(later.address, device.address);
    assert.ok(later.address.startsWith('127.0.0.1:'));
    const { body: channels } = await gateway.api('GET', `/api/v1/devices/${overUdp.id}/channels`);
    assert.equal(channels.items.length, 1, 'its channel is there');
  });

  it('media of strangers, and what is no media, on the port of a call over UDP', async () => {
    const { remote } = await overUdp.view();
    const rises = { gbgate_media_stranger_packets_total: 800, gbgate_media_malformed_packets_total: 250 };
    await attack(rises, async () => {
      const packets = (ssrc: number) => Array.from({ length: 300 }, (_, i) => rtpPacket({ ssrc, sequence: i }));
      const sizes = [0, 1, 11, 12, 300, 1400];
      const noise = Array.from({ length: 300 }, (_, i) => {
        const bytes = randomBytes(sizes[i % sizes.length]!);
        if (bytes.length > 0) bytes[0] = bytes[0]! & 0x3f; // no version 2: not by chance RTP
        return bytes;
      });
      const bye = Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 0]);
      bye.writeUInt32BE(overUdp.ssrc, 4);
      for (const from of [stranger, neighbour]) {
        await from.send(overUdp.localPort, packets(0x12345678), MEDIA_BURST);
        await from.send(overUdp.localPort, [bye, bye], MEDIA_BURST);
      }
      await stranger.send(overUdp.localPort, packets(overUdp.ssrc), MEDIA_BURST);
      await stranger.send(overUdp.localPort, noise, MEDIA_BURST);
      await stranger.send(overUdp.localPort + 1, [bye, bye], MEDIA_BURST);
    });
    const stream = await overUdp.view();
    assert.equal(stream.remote, remote, 'the call belongs to whom it belonged');
  });

  it('connections to a media port that send nothing, noise, or the media of a stranger', async () => {
    const { remote } = await overTcp.view();
    const framed = (packet: Buffer) => Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 255]), packet]);
    const rises = {
      gbgate_media_connections_dropped_total: 3 * MEDIA_CONNECTIONS,
      gbgate_media_stranger_packets_total: 100,
    };
    await attack(
      rises,
      async () => {
        for (const from of [STRANGER, '127.0.0.1'])
          for (const socket of await connectMany(overTcp.localPort, from, MEDIA_CONNECTIONS * 2))
            mediaSilent.push(socket);
        const [noise, media] = await connectMany(overTcp.localPort, STRANGER, 2);
        open.push(noise!, media!);
        for (let i = 0; i < 100; i++) media!.write(framed(rtpPacket({ ssrc: overTcp.ssrc, sequence: i })));
        noise!.write(Buffer.alloc(1_500_000, 0x0a));
      },
      16_000, // silent ones are closed after 10 s
    );
    assert.equal((await overTcp.view()).remote, remote);
  });

  it('viewers that never read are dropped, and those of the same stream lose nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gbgate-fat-'));
    const clip = join(folder, 'fat.h264');
    // 30 Mbit/s, so that the kernel's buffers (some 7 MB a connection) fill within seconds
    // biome-ignore format: one option and its value a piece
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=2,noise=alls=90:allf=t',
      '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', '-b:v', '30M', '-minrate', '30M', '-maxrate', '30M', '-bufsize', '3M', clip]);
    const fat = await WatchedCamera.start(gateway, {
      id: '34020000001320000003',
      transport: 'tcp-passive',
      localHost: CAMERA_ELSEWHERE,
      clip,
      clipBytes: readFileSync(clip),
    });
    try {
      const SLOW = 4;
      const viewers = await Promise.all([
        ...Array.from({ length: SLOW }, () => openAndStall(fat.address, true)),
        openAndStall(fat.address, false),
      ]);
      open.push(...viewers);
      await attack({ gbgate_viewers_too_slow_total: SLOW + 1 }, async () => {}, 25_000);
      // Who wakes up finds the close code behind what was already on its way.
      assert.equal(await closeCodeOf(viewers[0]!), 4429);
      await fat.assertUnharmed();
      await fat.assertBitExact();
    } finally {
      await fat.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('viewers that talk too much or ask for what is not there', async () => {
    await attack({ gbgate_viewer_messages_dropped_total: 2, gbgate_viewer_sockets_refused_total: 3 }, async () => {
      const code = (address: string, onOpen: (socket: WebSocket) => void = () => {}) =>
        new Promise<number>((resolve) => {
          const socket = new WebSocket(address);
          socket
            .on('open', () => onOpen(socket))
            .on('close', resolve)
            .on('error', () => {});
        });
      const talk = (socket: WebSocket) => {
        for (let i = 0; i < 200; i++) socket.send('{"type":"report","bufferedEnd":1e999}');
      };
      assert.equal(await code(overUdp.address, talk), 1008);
      assert.equal(await code(overUdp.address, (socket) => socket.send('x'.repeat(100_000))), 1009);
      assert.equal(await code(overUdp.address.replace(TOKEN, 'wrong')), 4401);
      assert.equal(await code(overUdp.address.replace(overUdp.id, '1')), 4404);
      assert.equal(await code(overUdp.address.replace('.mp4', '.exe')), 4404);
    });
  });

  it('bad HTTP', async () => {
    const rises = {
      'gbgate_http_requests_total{method="POST",status="400"}': 1,
      'gbgate_http_requests_total{method="POST",status="413"}': 1,
      'gbgate_http_requests_total{method="GET",status="401"}': WRONG_TOKENS_PER_MINUTE,
      'gbgate_http_requests_total{method="GET",status="429"}': 5,
      gbgate_http_unauthorized_total: WRONG_TOKENS_PER_MINUTE + 5,
      gbgate_http_malformed_total: 3,
    };
    await attack(rises, async () => {
      const live = `/api/v1/devices/${overUdp.id}/channels/${overUdp.channelId}/live`;
      const json = { 'content-type': 'application/json' };
      assert.equal(await ask('POST', live, { headers: json, body: '{"transport":' }), 400);
      assert.equal(await ask('POST', live, { headers: json, body: `"${'x'.repeat(100_000)}"` }), 413);
      assert.equal(await ask('GET', '/healthz', { headers: { 'x-large': 'x'.repeat(40_000) } }), 431);
      assert.equal(await ask('GET', `/api/v1/devices/${'9'.repeat(5000)}`, {}), 404);
      for (let i = 0; i < WRONG_TOKENS_PER_MINUTE + 5; i++)
        await ask('GET', '/api/v1/devices', { headers: { authorization: `Bearer wrong${i}` }, from: HTTP_STRANGER });
      assert.equal(await ask('GET', '/api/v1/devices', {}), 200, 'the right token elsewhere still works');
      for (const text of ['\x16\x03\x01 no TLS here\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n']) {
        const [socket] = await connectMany(httpPort(), HTTP_STRANGER, 1);
        socket!.resume();
        socket!.write(text);
        await until('its end', () => socket!.destroyed || socket!.readableEnded, 3000);
      }
    });
  });

  /** What the gateway answers a REGISTER without digest. */
  async function challengeFor(attacker: DatagramAttacker, user: string) {
    await attacker.send(gateway.sipPort, [sipRequest('REGISTER', { user })]);
    const answer = await attacker.answer((text) => text.startsWith('SIP/2.0 401 ') && text.includes(`<sip:${user}@`));
    const challenge = parseChallenge(/WWW-Authenticate: (.*)\r\n/i.exec(answer ?? '')?.[1] ?? '');
    assert.ok(challenge, 'it is challenged');
    return challenge;
  }

  /** One request; the status of its answer. */
  function ask(
    method: string,
    path: string,
    o: { headers?: Record<string, string>; body?: string; from?: string },
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        gateway.http + path,
        {
          method,
          agent: false,
          localAddress: o.from ?? '127.0.0.1',
          headers: { authorization: `Bearer ${TOKEN}`, ...o.headers },
        },
        (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)),
      );
      request.on('error', reject);
      request.end(o.body);
    });
  }

  /** A viewer that asks and then never reads again. */
  async function openAndStall(address: string, isWebSocket: boolean): Promise<net.Socket> {
    const { pathname, search } = new URL(address);
    const [socket] = await connectMany(httpPort(), '127.0.0.1', 1);
    socket!.pause();
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n';
    socket!.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1\r\n${isWebSocket ? upgrade : ''}\r\n`);
    return socket!;
  }

  it('silent connections are closed in the end, to the SIP port, to media ports and to HTTP', async () => {
    const waited = Math.max(0, SIP_FIRST_MESSAGE_MS - (performance.now() - silentSinceMs));
    await attack({ gbgate_sip_tcp_connections_closed_total: 0 }, () => pause(waited));
    await until(
      'their end',
      () => [...silent, ...mediaSilent, ...httpSilent].every((socket) => socket.destroyed),
      10_000,
    );
    assert.ok(
      (await metrics(gateway)).get('gbgate_sip_tcp_connections')! <= 5,
      'cameras and the youngest half messages',
    );
  });

  it('none of it cost the good cameras a frame', async () => {
    for (const camera of [overUdp, overTcp]) {
      await camera.assertUnharmed();
      await camera.assertBitExact();
      assert.ok(camera.simulator.counts.keepalives >= 5, 'it kept itself alive meanwhile');
    }
    assert.equal(gateway.child.exitCode, null);
    assert.ok(!gateway.log.some((line) => /"level":(50|60)/.test(line)), 'no fault of ours in the log');
    assert.equal((await metrics(gateway)).get('gbgate_sip_desk_failures_total'), 0);
  });

  it('nor did the memory of the gateway grow past its bound', () => {
    const grown = peakBytes - baselineBytes;
    assert.ok(grown > 0, 'it was measured');
    assert.ok(
      grown <= MAX_GROWTH_BYTES,
      `${Math.round(grown / 1e6)} MB more than ${Math.round(baselineBytes / 1e6)} MB`,
    );
  });
});

/** Every sample of `/metrics` by its name with labels. */
async function metrics(gateway: RunningGateway): Promise<Map<string, number>> {
  const text = await (await fetch(`${gateway.http}/metrics?token=${TOKEN}`)).text();
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const sample = /^([^# ]\S*) (\S+)$/.exec(line);
    if (sample !== null) samples.set(sample[1]!, Number(sample[2]));
  }
  return samples;
}

function rssBytes({ child }: RunningGateway): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))?.[1];
  return Number(kilobytes) * 1024;
}

function guess(challenge: NonNullable<ReturnType<typeof parseChallenge>>, username: string, password: string): string {
  const uri = `sip:${PLATFORM_ID}@${DOMAIN}`;
  return answerChallenge(challenge, { username, password, method: 'REGISTER', uri, cnonce: 'abc', nc: 1 });
}

/** Seeded, so that a run can be had again. */
let seed = 1;
function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = seed >>> 24;
  }
  return bytes;
}

/** Reads what a stalled WebSocket still holds, frame by frame (RFC 6455 5.2); the code of its close frame. */
async function closeCodeOf(socket: net.Socket): Promise<number | null> {
  const parts: Buffer[] = [];
  socket.on('data', (bytes) => void parts.push(bytes));
  socket.resume();
  await until(
    'the end of the connection',
    () => socket.readableEnded || socket.destroyed || endsWithClose(parts),
    10_000,
  );
  const bytes = Buffer.concat(parts);
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= bytes.length) {
    const short = bytes[at + 1]! & 0x7f;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    const length =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    if ((bytes[at]! & 0x0f) === 8) return bytes.readUInt16BE(at + head);
    at += head + length;
  }
  return null;
}

function endsWithClose(parts: Buffer[]): boolean {
  const last = parts.at(-1);
  return last?.includes('too slow') ?? false;
}
