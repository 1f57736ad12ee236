import dgram from 'node:dgram';
import net from 'node:net';
import { answerChallenge, parseChallenge } from '../../src/sip/digest.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../src/sip/wire/message.ts';
import { parseDatagram } from '../../src/sip/wire/parse.ts';
import { SipStream } from '../../src/sip/wire/stream.ts';

export const PLATFORM_ID = '34020000002000000001';
export const DOMAIN = '3402000000';

/** A device of few lines for tests: it sends what the test writes and keeps everything that arrives. */
export class ScriptedDevice {
  readonly id: string;
  readonly received: SipMessage[] = [];
  /** Decides on requests of the platform; default: 200 without body, nothing for ACK. */
  onRequest: (request: SipRequest) => void = (request) => this.reply(request, 200);
  readonly #socket: dgram.Socket | net.Socket;
  readonly #port: number;
  #cseq = 0;
  #waiters: (() => void)[] = [];

  private constructor(id: string, socket: dgram.Socket | net.Socket, serverPort: number) {
    this.id = id;
    this.#socket = socket;
    this.#port = serverPort;
    if (socket instanceof net.Socket) {
      const stream = new SipStream();
      socket.on('data', (bytes) => {
        for (const message of stream.push(bytes)) if (message.kind !== 'fault') this.#take(message);
      });
      socket.on('error', () => {});
    } else {
      socket.on('message', (bytes) => {
        const message = parseDatagram(bytes);
        if (message.kind !== 'fault') this.#take(message);
      });
    }
  }

  static udp(id: string, serverPort: number, host = '127.0.0.1'): Promise<ScriptedDevice> {
    return new Promise((resolve) => {
      const socket = dgram.createSocket('udp4');
      socket.bind(0, host, () => resolve(new ScriptedDevice(id, socket, serverPort)));
    });
  }

  static tcp(id: string, serverPort: number): Promise<ScriptedDevice> {
    return new Promise((resolve) => {
      const socket = net.connect(serverPort, '127.0.0.1', () => resolve(new ScriptedDevice(id, socket, serverPort)));
    });
  }

  get localPort(): number {
    return this.#socket instanceof net.Socket ? this.#socket.localPort! : this.#socket.address().port;
  }

  raw(text: string): void {
    if (this.#socket instanceof net.Socket) this.#socket.write(text, 'latin1');
    else this.#socket.send(Buffer.from(text, 'latin1'), this.#port, '127.0.0.1');
  }

  /** Sends a request; the answer is found by its CSeq. */
  async send(
    method: string,
    headers: string[] = [],
    body = '',
    o: { from?: string; target?: string; dialogue?: string[] } = {},
  ): Promise<SipResponse> {
    const cseq = ++this.#cseq;
    const transport = this.#socket instanceof net.Socket ? 'TCP' : 'UDP';
    const from = o.from ?? this.id;
    const lines = [
      `${method} sip:${o.target ?? PLATFORM_ID}@${DOMAIN} SIP/2.0`,
      `Via: SIP/2.0/${transport} 192.0.2.1:5060;rport;branch=z9hG4bK${cseq}${Math.random().toString(36).slice(2)}`,
      ...(o.dialogue ?? [
        `From: <sip:${from}@${DOMAIN}>;tag=t1`,
        `To: <sip:${method === 'REGISTER' ? from : PLATFORM_ID}@${DOMAIN}>`,
        `Call-ID: c${from}-${cseq}`,
      ]),
      `CSeq: ${cseq} ${method}`,
      'Max-Forwards: 70',
      ...headers,
      `Content-Length: ${Buffer.byteLength(body, 'latin1')}`,
    ];
    this.raw(`${lines.join('\r\n')}\r\n\r\n${body}`);
    const answer = await this.until((m) => m.kind === 'response' && m.headers.get('CSeq') === `${cseq} ${method}`);
    return answer as SipResponse;
  }

  message(body: string, from = this.id): Promise<SipResponse> {
    return this.send('MESSAGE', ['Content-Type: Application/MANSCDP+xml'], body, { from });
  }

  /** A message whose answer the test does not wait for. */
  tell(body: string): void {
    this.message(body).catch(() => {});
  }

  keepalive(): Promise<SipResponse> {
    return this.message(
      `<?xml version="1.0"?><Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>${this.id}</DeviceID><Status>OK</Status></Notify>`,
    );
  }

  /** REGISTER, challenge, REGISTER with digest; the last answer. */
  async register(
    password: string,
    o: { expires?: number | null; username?: string; headers?: string[]; plain?: boolean } = {},
  ): Promise<SipResponse> {
    const contact = `Contact: <sip:${this.id}@192.168.1.64:5060>`;
    const expires = o.expires === null ? [] : [`Expires: ${o.expires ?? 3600}`];
    const headers = [contact, ...expires, ...(o.headers ?? [])];
    const first = await this.send('REGISTER', headers);
    const challenge = parseChallenge(first.headers.get('WWW-Authenticate') ?? '');
    if (first.status !== 401 || challenge === null) return first;
    return this.send('REGISTER', [...headers, this.authorize(challenge.nonce, password, o)]);
  }

  authorize(
    nonce: string,
    password: string,
    o: { username?: string; plain?: boolean; nc?: number; uri?: string } = {},
  ): string {
    const challenge = {
      realm: DOMAIN,
      nonce,
      algorithm: 'MD5' as const,
      qopAuth: o.plain !== true,
      opaque: undefined,
      stale: false,
    };
    const who = {
      username: o.username ?? this.id,
      password,
      method: 'REGISTER',
      uri: o.uri ?? `sip:${PLATFORM_ID}@${DOMAIN}`,
      cnonce: 'abc',
      nc: o.nc ?? 1,
    };
    return `Authorization: ${answerChallenge(challenge, who)}`;
  }

  reply(request: SipRequest, status: number, o: { headers?: string[]; body?: string; tag?: string | null } = {}): void {
    if (request.method === 'ACK') return;
    const copied = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${request.headers.get(name)}`);
    const to = request.headers.get('To') ?? '';
    const tag = o.tag === null || to.includes(';tag=') ? '' : `;tag=${o.tag ?? 'dev1'}`;
    const body = o.body ?? '';
    const lines = [
      `SIP/2.0 ${status} X`,
      ...copied,
      `To: ${to}${tag}`,
      ...(o.headers ?? []),
      `Content-Length: ${body.length}`,
    ];
    this.raw(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  requests(method: string): SipRequest[] {
    return this.received.filter((m): m is SipRequest => m.kind === 'request' && m.method === method);
  }

  /** The first message that fits, come or to come. */
  async until(fits: (message: SipMessage) => boolean, limitMs = 20_000): Promise<SipMessage> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const found = this.received.find(fits);
      if (found !== undefined) return found;
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) throw new Error(`nothing fits among ${this.received.length} messages`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(leftMs, 200));
        this.#waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  untilRequest(method: string, nth = 1): Promise<SipRequest> {
    return this.until(
      (m) => m.kind === 'request' && m.method === method && this.requests(method).indexOf(m) === nth - 1,
    ) as Promise<SipRequest>;
  }

  close(): void {
    if (this.#socket instanceof net.Socket) this.#socket.destroy();
    else this.#socket.close();
  }

  #take(message: SipMessage): void {
    this.received.push(message);
    if (message.kind === 'request') this.onRequest(message);
    for (const wake of this.#waiters.splice(0)) wake();
  }
}
