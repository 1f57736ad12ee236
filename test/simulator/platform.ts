import { createHash } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** A message as the scripted platform reads it: text and nothing else, so that it shares no code with what it tests. */
export interface Heard {
  readonly first: string;
  readonly method: string;
  readonly status: number;
  readonly body: string;
  readonly raw: string;
  header(name: string): string | undefined;
  reply(bytes: string): void;
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export const DOMAIN = '3402000000';
export const SERVER_ID = '34020000002000000001';
export const NONCE = '6fe9ba44a76be22a';

export interface Script {
  /** Offer `qop="auth"` in the challenge. */
  readonly qop?: boolean;
  readonly password: string;
  /** Answer these keepalives with 403, counted from 1. */
  readonly refusedKeepalive?: number;
}

/** A SIP platform of a few lines: challenges REGISTER, answers MESSAGE, lets tests send what they like. UDP and TCP on one port. */
export class Platform {
  readonly heard: Heard[] = [];
  readonly registered = new Map<string, { reply: (bytes: string) => void; expires: string }>();
  /** Verified Authorization headers. */
  readonly proofs: string[] = [];
  readonly #script: Script;
  readonly #udp: UdpSocket = createSocket('udp4');
  readonly #tcp: Server;
  readonly #connections = new Set<Socket>();
  #keepalives = 0;
  port = 0;

  private constructor(script: Script) {
    this.#script = script;
    this.#udp.on('message', (bytes, from) =>
      this.#hear(bytes.toString('latin1'), (reply) =>
        this.#udp.send(Buffer.from(reply, 'latin1'), from.port, from.address),
      ),
    );
    this.#tcp = createServer((socket) => {
      this.#connections.add(socket);
      let pending = '';
      socket.on('error', () => undefined);
      socket.on('close', () => this.#connections.delete(socket));
      socket.on('data', (bytes) => {
        pending += bytes.toString('latin1');
        for (;;) {
          const end = pending.indexOf('\r\n\r\n');
          const length = Number(/\r\nContent-Length: *(\d+)/i.exec(pending)?.[1] ?? 0);
          if (end < 0 || pending.length < end + 4 + length) return;
          this.#hear(pending.slice(0, end + 4 + length), (reply) => socket.write(reply, 'latin1'));
          pending = pending.slice(end + 4 + length);
        }
      });
    });
  }

  static async open(script: Script): Promise<Platform> {
    const platform = new Platform(script);
    platform.#tcp.listen(0, '127.0.0.1');
    await once(platform.#tcp, 'listening');
    platform.port = (platform.#tcp.address() as { port: number }).port;
    platform.#udp.bind(platform.port, '127.0.0.1');
    await once(platform.#udp, 'listening');
    return platform;
  }

  close(): void {
    this.#udp.close();
    this.#tcp.close();
    for (const socket of this.#connections) socket.destroy();
  }

  /** Cuts every TCP connection. */
  hangUp(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  /** The first message, already heard or still to come, that fits. Taken out, so that the next call finds the next one. */
  async next(fits: (heard: Heard) => boolean, timeoutMs = 20_000): Promise<Heard> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const index = this.heard.findIndex(fits);
      if (index >= 0) return this.heard.splice(index, 1)[0]!;
      if (performance.now() > deadline)
        throw new Error(`not heard in ${timeoutMs} ms; heard: ${this.heard.map((h) => h.first).join(' | ')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Sends a request to a registered device. */
  send(deviceId: string, request: string): void {
    const device = this.registered.get(deviceId);
    if (device === undefined) throw new Error(`${deviceId} is not registered`);
    device.reply(request);
  }

  request(
    method: string,
    o: { to: string; callId: string; cseq?: number; toTag?: string; type?: string; body?: string; branch?: string },
  ): string {
    const body = o.body ?? '';
    return [
      `${method} sip:${o.to}@127.0.0.1 SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};rport;branch=z9hG4bK${o.branch ?? `${method}${o.callId}${o.cseq ?? 1}`}`,
      `From: <sip:${SERVER_ID}@${DOMAIN}>;tag=platform`,
      `To: <sip:${o.to}@${DOMAIN}>${o.toTag ? `;tag=${o.toTag}` : ''}`,
      `Call-ID: ${o.callId}`,
      `CSeq: ${o.cseq ?? 1} ${method}`,
      `Contact: <sip:${SERVER_ID}@127.0.0.1:${this.port}>`,
      'Max-Forwards: 70',
      ...(o.type ? [`Content-Type: ${o.type}`] : []),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  }

  #hear(raw: string, send: (bytes: string) => void): void {
    const end = raw.indexOf('\r\n\r\n');
    const lines = raw.slice(0, end).split('\r\n');
    const first = lines[0] ?? '';
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(first)?.[1] ?? 0);
    const header = (name: string) =>
      lines
        .find((line) => line.toLowerCase().replace(/\s*:/, ':').startsWith(`${name.toLowerCase()}:`))
        ?.replace(/^[^:]*:\s*/, '');
    const heard: Heard = {
      first,
      method: status > 0 ? '' : (first.split(' ')[0] ?? ''),
      status,
      body: raw.slice(end + 4),
      raw,
      header,
      reply: send,
    };
    if (heard.method === 'REGISTER') this.#register(heard);
    else if (heard.method === 'MESSAGE') this.#message(heard);
    else if (heard.method !== '') send(answer(heard, 200, 'OK'));
    this.heard.push(heard);
  }

  #message(heard: Heard): void {
    const refused = heard.body.includes('Keepalive') && ++this.#keepalives === this.#script.refusedKeepalive;
    heard.reply(answer(heard, refused ? 403 : 200, refused ? 'Forbidden' : 'OK'));
  }

  #register(heard: Heard): void {
    const id = /sip:([^@]+)@/.exec(heard.header('From') ?? '')?.[1] ?? '';
    const authorization = heard.header('Authorization');
    if (authorization === undefined || !this.#proven(authorization)) {
      const qop = this.#script.qop ? 'qop="auth",' : '';
      heard.reply(
        answer(heard, 401, 'Unauthorized', [
          `WWW-Authenticate: Digest realm="${DOMAIN}",${qop}nonce="${NONCE}",algorithm=MD5`,
        ]),
      );
      return;
    }
    this.proofs.push(authorization);
    const expires = heard.header('Expires') ?? /expires=(\d+)/.exec(heard.header('Contact') ?? '')?.[1] ?? '';
    if (expires === '0') this.registered.delete(id);
    else this.registered.set(id, { reply: heard.reply, expires });
    heard.reply(answer(heard, 200, 'OK', [`Expires: ${expires}`]));
  }

  /** RFC 2617 3.2.2, spelled out again. */
  #proven(authorization: string): boolean {
    const p = (name: string) => new RegExp(`\\b${name}="?([^",]*)"?`).exec(authorization)?.[1] ?? '';
    const ha1 = md5(`${p('username')}:${p('realm')}:${this.#script.password}`);
    const ha2 = md5(`REGISTER:${p('uri')}`);
    const middle = /\bqop=/.test(authorization) ? `${p('nc')}:${p('cnonce')}:${p('qop')}:` : '';
    return p('nonce') === NONCE && p('response') === md5(`${ha1}:${p('nonce')}:${middle}${ha2}`);
  }
}

export function answer(heard: Heard, status: number, reason: string, more: string[] = []): string {
  const to = heard.header('To') ?? '';
  return [
    `SIP/2.0 ${status} ${reason}`,
    `Via: ${heard.header('Via')}`,
    `From: ${heard.header('From')}`,
    `To: ${to.includes(';tag=') ? to : `${to};tag=srv`}`,
    `Call-ID: ${heard.header('Call-ID')}`,
    `CSeq: ${heard.header('CSeq')}`,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** An offer as in the standard's example. */
export function offer(o: {
  port: number;
  transport: 'udp' | 'tcp-passive' | 'tcp-active';
  ssrc?: string;
  name?: string;
}): string {
  const tcp = o.transport !== 'udp';
  return [
    'v=0',
    `o=${SERVER_ID} 0 0 IN IP4 127.0.0.1`,
    `s=${o.name ?? 'Play'}`,
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=video ${o.port} ${tcp ? 'TCP/' : ''}RTP/AVP 96`,
    'a=recvonly',
    'a=rtpmap:96 PS/90000',
    ...(tcp ? [`a=setup:${o.transport === 'tcp-passive' ? 'passive' : 'active'}`, 'a=connection:new'] : []),
    `y=${o.ssrc ?? '0200000001'}`,
    '',
  ].join('\r\n');
}
