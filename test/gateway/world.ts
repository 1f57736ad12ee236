import type { CallProfile } from '../../src/gateway/live/call-profile.ts';
import type { Live } from '../../src/gateway/live/live.ts';
import type { LivePorts } from '../../src/gateway/live/live-ports.ts';
import { LiveTable } from '../../src/gateway/live/live-table.ts';
import type { PulledTransport } from '../../src/gateway/views.ts';
import type { Fragment, InitSegment } from '../../src/media/frame.ts';
import type { ReceiverEvent, ReceiverOptions } from '../../src/media/receiver.ts';
import type { InfoAnswer } from '../../src/sip/call.ts';
import type { IdForm, SdpForm } from '../../src/sip/camera/profile.ts';
import type { InviteOptions } from '../../src/sip/server.ts';
import { SsrcPool } from '../../src/sip/ssrc.ts';
import { FakeClock } from '../support/clock.ts';

const ANSWER = 'v=0\r\nc=IN IP4 10.0.0.8\r\nm=video 15060 RTP/AVP 96\r\ny=0200000001\r\n';
const INIT: InitSegment = {
  generation: 1,
  mime: 'video/mp4; codecs="avc1.64001f"',
  bytes: new Uint8Array(8),
  video: null,
  audio: null,
};
export const KEY: Fragment = {
  generation: 1,
  bytes: new Uint8Array(8),
  isKey: true,
  afterLoss: false,
  dts90k: 0,
  arrivedMs: 0,
  samples: [],
};

/** A receiver and a call whose other side is the test. */
export class World {
  readonly clock: FakeClock;
  readonly ssrcs = new SsrcPool('34020000002000000001');
  readonly published: string[] = [];
  /** Codes, each time one is found. */
  readonly findings: string[] = [];
  readonly worked: string[] = [];
  readonly invites: { options: InviteOptions; hungUp: number; transport: PulledTransport }[] = [];
  receivers: {
    options: Omit<ReceiverOptions, 'pool'>;
    closed: { byeAnswered: boolean } | null;
    lastPacketMs: number | null;
    held: boolean;
  }[] = [];
  rungs: PulledTransport[] = ['tcp-passive', 'udp', 'tcp-active'];
  profile: CallProfile = {
    subStreamAttribute: 'all',
    isSsrcStrict: false,
    hasReports: true,
    audioLaw: null,
    keyFrameCommand: 'IFameCmd',
    timeOffsetSeconds: 0,
    mansrtsp: 'RTSP/1.0',
    notSupported: [],
  };
  readonly keyFramesAsked: string[] = [];
  readonly keyFramesObeyed: string[] = [];
  sdpForms: SdpForm[] = ['common'];
  idForms: IdForm[] = ['channel'];
  online = true;
  pauseMs = 0;
  portFault = false;
  byeAnswered = true;
  /** The device never answers a BYE. */
  deafToBye = false;
  /** Bodies of INFOs, and how the next one is answered. */
  readonly infos: string[] = [];
  infoAnswer: (body: string) => InfoAnswer = () => ({ status: 200, body: '' });
  /** An INFO is answered when this is resolved. */
  infoWait: Promise<void> = Promise.resolve();
  readonly ports: LivePorts;
  readonly table: LiveTable;
  #id = 0;

  constructor(epochMs?: number) {
    this.clock = new FakeClock(epochMs);
    const world = this;
    const ports: LivePorts = {
      clock: this.clock,
      ssrcs: this.ssrcs,
      stallTimeoutMs: 10_000,
      lingerMs: 20_000,
      loss: 'deliver',
      sip: {
        platformId: '34020000002000000001',
        mediaHostFor: () => '10.0.0.1',
        seen() {},
        invite(options: InviteOptions) {
          const transport: PulledTransport = options.sdp.includes('a=setup:passive')
            ? 'tcp-passive'
            : options.sdp.includes('a=setup:active')
              ? 'tcp-active'
              : 'udp';
          const invite = { options, hungUp: 0, transport };
          world.invites.push(invite);
          return {
            callId: 'x',
            answered: false,
            hangUp: async () => {
              invite.hungUp++;
              if (world.deafToBye) await new Promise(() => {});
              return { byeAnswered: world.byeAnswered };
            },
            info: async (_type: string, body: string) => {
              world.infos.push(body);
              await world.infoWait;
              return world.infoAnswer(body);
            },
          };
        },
      } as unknown as LivePorts['sip'],
      async openReceiver(options) {
        if (world.portFault) return { fault: 'port-exhausted', detail: 'every port is in use' };
        const receiver = {
          options,
          closed: null as { byeAnswered: boolean } | null,
          lastPacketMs: null as number | null,
          held: false,
        };
        world.receivers.push(receiver);
        return {
          port: 30_000 + 2 * world.receivers.length,
          remote: '10.0.0.8:15060',
          strangers: 0,
          malformed: 0,
          connectionsDropped: 0,
          get lastPacketMs() {
            return receiver.lastPacketMs;
          },
          answered() {},
          hold(isHeld: boolean) {
            receiver.held = isHeld;
          },
          listen() {},
          close(o: { byeAnswered: boolean }) {
            receiver.closed ??= o;
          },
        } as unknown as Awaited<ReturnType<LivePorts['openReceiver']>>;
      },
      ladder: () => ({ transports: this.rungs, sdpForms: this.sdpForms, idForms: this.idForms }),
      profile: () => this.profile,
      askKeyFrame: (_, __, command) => void this.keyFramesAsked.push(command),
      keyFrameObeyed: (_, command) => void this.keyFramesObeyed.push(command),
      isOnline: () => this.online,
      pauseBeforeMs: () => this.pauseMs,
      endedByDevice: () => {
        this.pauseMs = 5000;
      },
      worked: (_, rung) => void this.worked.push(`${rung.transport} ${rung.sdpForm} ${rung.idForm}`),
      dialogueBegun: () => {},
      noteFinding: (_, finding) => void this.findings.push(finding.code),
      publish: (type) => void this.published.push(type),
      log: () => {},
    };
    this.ports = ports;
    this.table = new LiveTable(ports, () => `s${++this.#id}`);
  }

  pull(keep = false): Live {
    return this.table.join('D', 'C', 0, { transport: 'auto', keep }).live;
  }

  get invite() {
    return this.invites.at(-1)!;
  }

  emit(event: ReceiverEvent): void {
    const receiver = this.receivers.at(-1)!;
    receiver.lastPacketMs = this.clock.nowMs();
    receiver.options.onEvent(event);
  }

  /** A packet came just now. */
  packet(): void {
    this.receivers.at(-1)!.lastPacketMs = this.clock.nowMs();
  }

  answer(sdp: string | null = ANSWER): void {
    this.invite.options.onAnswer({ sdp, from: { transport: 'udp', host: '10.0.0.8', port: 5060 }, findings: [] });
  }

  async play(): Promise<void> {
    await this.clock.advance(0);
    this.answer();
    this.emit({ type: 'first-packet', remote: '10.0.0.8:15060', ssrc: 1 });
    this.emit({ type: 'first-pack' });
    this.emit({ type: 'init', init: INIT });
    this.emit({ type: 'fragment', fragment: KEY });
  }
}

/** A viewer that only notes with which code it was closed. */
export const sink = () => {
  const closed: number[] = [];
  return {
    closed,
    bufferedBytes: 0,
    sendBinary() {},
    sendText() {},
    close(code: number) {
      closed.push(code);
    },
  };
};
