import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { PLATFORM_ID, type RunningGateway, SIP_PASSWORD, TOKEN, until } from './gbgate.ts';
import { nalsOfByteStream, nalsOfSample, readMp4 } from './mp4.ts';

const FRAME_90K = 3600;
const FRAMES_PER_SECOND = 25;
/** NAL units that name one place in a clip. */
const PLACE_NALS = 12;

export interface WatchedCameraOptions {
  readonly id: string;
  readonly transport: 'udp' | 'tcp-passive' | 'tcp-active';
  /** Raw H.264. */
  readonly clip: string;
  readonly clipBytes: Buffer;
  /** Address it comes from; default 127.0.0.1. */
  readonly localHost?: string;
  readonly keepaliveSeconds?: number;
  readonly expiresSeconds?: number;
}

/** A simulated camera that plays, and a viewer that keeps everything it gets: nothing that happens elsewhere may show in it. */
export class WatchedCamera {
  readonly id: string;
  readonly channelId: string;
  readonly simulator: Simulator;
  /** Call-IDs of the calls it sent media in. */
  readonly callIds: Set<string>;
  /** Why it had to register anew: its log-in or a keepalive was refused, or three keepalives went unanswered. */
  readonly setbacks: readonly string[];
  /** Video frames that the camera has handed to the network. */
  readonly sentFrames: () => number;
  readonly streamId: string;
  readonly localPort: number;
  readonly ssrc: number;
  readonly #gateway: RunningGateway;
  readonly #sent: Buffer[];
  readonly #socket: WebSocket;
  readonly #received: Buffer[] = [];
  readonly #sentBefore: number;
  #closedWith: number | null = null;

  private constructor(
    gateway: RunningGateway,
    o: WatchedCameraOptions,
    started: {
      channelId: string;
      simulator: Simulator;
      callIds: Set<string>;
      setbacks: string[];
      sentFrames: () => number;
      live: Record<string, any>;
    },
  ) {
    this.id = o.id;
    this.channelId = started.channelId;
    this.simulator = started.simulator;
    this.callIds = started.callIds;
    this.setbacks = started.setbacks;
    this.sentFrames = started.sentFrames;
    this.#sentBefore = started.sentFrames();
    this.streamId = started.live.id;
    this.localPort = started.live.localPort;
    this.ssrc = Number(started.live.ssrc);
    this.#gateway = gateway;
    this.#sent = nalsOfByteStream(o.clipBytes);
    this.#socket = new WebSocket(this.address);
    this.#socket.on('message', (data: Buffer, binary: boolean) => void (binary && this.#received.push(data)));
    this.#socket.on('close', (code) => {
      this.#closedWith = code;
    });
  }

  /** Resolves when it plays and the viewer has its first frames. */
  static async start(gateway: RunningGateway, o: WatchedCameraOptions): Promise<WatchedCamera> {
    const callIds = new Set<string>();
    const setbacks: string[] = [];
    let sentFrames = 0;
    const simulator = await startSimulator({
      server: { host: '127.0.0.1', port: gateway.sipPort },
      serverId: PLATFORM_ID,
      id: o.id,
      password: SIP_PASSWORD,
      channels: 1,
      count: 1,
      localHost: o.localHost ?? '127.0.0.1',
      sip: o.transport === 'udp' ? 'udp' : 'tcp',
      clip: o.clip,
      audio: 'pcma',
      keepaliveSeconds: o.keepaliveSeconds ?? 60,
      expiresSeconds: o.expiresSeconds ?? 3600,
      quirks: new Set(),
      log: (line) => {
        if (line.event === 'unregistered') setbacks.push(String(line.detail));
      },
      onUnit: (unit) => {
        callIds.add(unit.callId);
        if (unit.kind === 'video') sentFrames += 1;
      },
    });
    try {
      const channelId: string = await until('a channel', async () => {
        const { body } = await gateway.api('GET', `/api/v1/devices/${o.id}/channels`);
        return body?.items?.[0]?.id;
      });
      const path = `/api/v1/devices/${o.id}/channels/${channelId}/live`;
      const live = await gateway.api('POST', path, { transport: o.transport });
      assert.equal(live.status, 201, JSON.stringify(live.body));
      const camera = new WatchedCamera(gateway, o, {
        channelId,
        simulator,
        callIds,
        setbacks,
        sentFrames: () => sentFrames,
        live: live.body,
      });
      await until(`frames of ${o.id}`, () => camera.frames >= 2);
      return camera;
    } catch (error) {
      await simulator.stop();
      throw error;
    }
  }

  /** Where its viewers connect. */
  get address(): string {
    return `${this.#gateway.http.replace('http', 'ws')}/live/${this.id}/${this.channelId}.mp4?token=${TOKEN}`;
  }

  /** Messages with a frame that the viewer has so far. */
  get frames(): number {
    return Math.max(0, this.#received.length - 1);
  }

  async view(): Promise<Record<string, any>> {
    return (await this.#gateway.api('GET', `/api/v1/streams/${this.streamId}`)).body;
  }

  /** Fails unless the very same call plays on, nothing was lost, and the viewer gets new frames now. */
  async assertUnharmed(): Promise<void> {
    const { body: device } = await this.#gateway.api('GET', `/api/v1/devices/${this.id}`);
    assert.equal(device.online, true, 'the camera is online');
    const stream = await this.view();
    assert.equal(stream.state, 'playing');
    assert.equal(stream.localPort, this.localPort, 'it is the same call');
    assert.equal(this.callIds.size, 1, 'it was called once');
    assert.deepEqual(this.setbacks, [], 'it never lost its registration');
    assert.equal(stream.stats.lost, 0);
    assert.equal(stream.stats.discarded, 0);
    assert.equal(this.#closedWith, null, 'its viewer is connected');
    const { frames } = this;
    await until(`more frames of ${this.id}`, () => this.frames > frames + 2, 5000);
  }

  /** Fails unless every frame sent since the viewer came has reached it, NAL unit by NAL unit as in the clip, evenly spaced. */
  async assertBitExact(): Promise<void> {
    assert.equal(this.simulator.counts.omitted, 0, 'the camera was never held up');
    const wantedFrames = this.sentFrames() - this.#sentBefore;
    assert.ok(wantedFrames > FRAMES_PER_SECOND, 'it sent for a while');
    await until(`${wantedFrames} frames of ${this.id}`, () => this.frames >= wantedFrames, 5000);
    const track = readMp4(Buffer.concat(this.#received)).find((t) => t.handler === 'vide');
    assert.ok(track, 'a video track');
    assert.ok(track.samples[0]?.sync, 'it starts at a key frame');
    const sent = this.#sent;
    const got = track.samples.flatMap((sample) => nalsOfSample(sample.data));
    const start = sent.findIndex((_, at) =>
      got.slice(0, PLACE_NALS).every((nal, i) => nal.equals(sent[(at + i) % sent.length]!)),
    );
    assert.notEqual(start, -1, 'the first NAL units are ones that were sent');
    for (const [i, nal] of got.entries())
      assert.ok(nal.equals(sent[(start + i) % sent.length]!), `NAL unit ${i} of ${this.id} differs from what was sent`);
    for (let i = 1; i < track.samples.length; i++)
      assert.equal(track.samples[i]!.dts - track.samples[i - 1]!.dts, FRAME_90K, `spacing before frame ${i}`);
  }

  async stop(): Promise<void> {
    this.#socket.terminate();
    await this.simulator.stop();
  }
}
