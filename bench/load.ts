/**
 * The load generator, a process of its own: so many cameras sending paced frames to given ports, each at its own moment
 * of the frame interval and at its own place in the group of pictures. Talks to its parent over IPC.
 */
import dgram from 'node:dgram';
import net from 'node:net';
import { FPS, FRAMES_PER_GOP, pack, packetise, type RtpFrame, stamp, TICKS_PER_FRAME } from './ps.ts';

export interface LoadOrder {
  readonly transport: 'udp' | 'tcp';
  readonly ports: readonly number[];
  readonly audio: boolean;
  /** The SSRC of stream n is this plus n. */
  readonly firstSsrc: number;
}

/** What was sent when the load had stopped. */
export interface LoadSum {
  readonly packets: number;
  readonly bytes: number;
  readonly frames: number;
  /** Sends that the system refused; they count as sent, so that they show as loss. */
  readonly errors: number;
}

/** Frames of one stream are due at its own phase; looked at this often. */
const STEP_MS = 2;

/** Sockets the UDP cameras share. */
const UDP_SOCKETS = 8;

interface Sender {
  readonly ssrc: number;
  readonly port: number;
  readonly phaseMs: number;
  readonly offset: number;
  sequence: number;
  nextFrame: number;
  send(frame: RtpFrame, bytes: Buffer): void;
}

class Load {
  readonly #order: LoadOrder;
  readonly #senders: Sender[] = [];
  readonly #frames = new Map<number, RtpFrame>();
  readonly #udp: dgram.Socket[] = [];
  readonly #tcp: net.Socket[] = [];
  #timer: NodeJS.Timeout | null = null;
  #packets = 0;
  #bytes = 0;
  #count = 0;
  #errors = 0;

  constructor(order: LoadOrder) {
    this.#order = order;
  }

  async start(): Promise<void> {
    const { ports, transport, firstSsrc } = this.#order;
    for (let i = 0; i < UDP_SOCKETS && transport === 'udp'; i += 1) {
      const socket = dgram.createSocket('udp4');
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
      socket.setSendBufferSize(4 * 1024 * 1024);
      this.#udp.push(socket);
    }
    for (const [index, port] of ports.entries()) {
      const send = transport === 'udp' ? this.#overUdp(index, port) : await this.#overTcp(port);
      this.#senders.push({
        ssrc: firstSsrc + index,
        port,
        phaseMs: (index * (1000 / FPS)) / ports.length,
        offset: (index * 7) % FRAMES_PER_GOP,
        sequence: (index * 997) & 0xffff,
        nextFrame: 0,
        send,
      });
    }
    const startedMs = performance.now();
    this.#timer = setInterval(() => this.#step(performance.now() - startedMs), STEP_MS);
  }

  stop(): LoadSum {
    if (this.#timer !== null) clearInterval(this.#timer);
    return { packets: this.#packets, bytes: this.#bytes, frames: this.#count, errors: this.#errors };
  }

  close(): void {
    for (const socket of this.#udp) socket.close();
    for (const socket of this.#tcp) socket.destroy();
  }

  #step(nowMs: number): void {
    for (const sender of this.#senders) {
      while (sender.nextFrame * (1000 / FPS) + sender.phaseMs <= nowMs) {
        const index = sender.nextFrame + sender.offset;
        const frame = this.#frame(index);
        const bytes = stamp(frame, sender.ssrc, sender.sequence);
        sender.sequence = (sender.sequence + frame.offsets.length) & 0xffff;
        sender.nextFrame += 1;
        this.#packets += frame.offsets.length;
        this.#bytes += bytes.length;
        this.#count += 1;
        sender.send(frame, bytes);
      }
    }
  }

  #frame(index: number): RtpFrame {
    let frame = this.#frames.get(index);
    if (frame === undefined) {
      frame = packetise(pack(index, this.#order.audio), index * TICKS_PER_FRAME);
      this.#frames.set(index, frame);
      // Every stream is within one group of pictures of every other.
      this.#frames.delete(index - 3 * FRAMES_PER_GOP);
    }
    return frame;
  }

  #overUdp(index: number, port: number): Sender['send'] {
    const socket = this.#udp[index % UDP_SOCKETS]!;
    const done = (error: Error | null) => {
      if (error !== null) this.#errors += 1;
    };
    return (frame, bytes) => {
      for (let i = 0; i < frame.offsets.length; i += 1)
        socket.send(bytes, frame.offsets[i]!, frame.lengths[i]!, port, '127.0.0.1', done);
    };
  }

  async #overTcp(port: number): Promise<Sender['send']> {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.on('error', () => {
      this.#errors += 1;
    });
    this.#tcp.push(socket);
    return (_frame, bytes) => void socket.write(bytes);
  }
}

if (process.send !== undefined && process.argv[1]?.endsWith('load.ts') === true) {
  let load: Load | null = null;
  // whoever measured is gone, perhaps without a word
  process.on('disconnect', () => process.exit(0));
  process.on('message', async (message: { start?: LoadOrder; stop?: true }) => {
    if (message.start !== undefined) {
      load = new Load(message.start);
      await load.start();
      process.send!({ started: true });
    } else if (message.stop !== undefined && load !== null) {
      process.send!({ sum: load.stop() });
      // What libuv still queues goes out before the sockets close.
      setTimeout(() => {
        load?.close();
        process.disconnect();
      }, 500);
    }
  });
}
