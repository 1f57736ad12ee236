import { ffmpegVersion } from '../../media/ffmpeg.ts';
import type { PortCounts } from '../../media/ingest/port-pool.ts';
import { parseAdvertise } from '../../sip/advertise.ts';
import type { Device, Directory } from '../../sip/camera/directory.ts';
import { deviceStatusQuestion } from '../../sip/manscdp/device-status.ts';
import type { Question } from '../../sip/manscdp/question.ts';
import { atMost, type Clock } from '../clock.ts';
import type { GatewayConfig } from '../config.ts';
import { type AddressSource, addressesOf } from '../devices/device-addresses.ts';
import { DeviceClocks } from '../devices/device-clocks.ts';
import type { DeviceAddressesView, HealthView } from '../views.ts';
import { type DeviceFacts, type Facts, warningsOf } from './health.ts';
import {
  diskOf,
  isClockSynchronized,
  MachineMeter,
  machineSize,
  ownNetworks,
  receiveBufferMaxBytes,
} from './machine.ts';

/** What changes seldom and costs a process to ask (ffmpeg, the clock) is remembered this long. */
const REMEMBER_MS = 60_000;
/** Devices whose addresses are compared in one look: a wrong setting shows with the first of them. */
const MAX_COMPARED = 2000;

export interface SystemPorts {
  readonly config: GatewayConfig;
  /** Absolute. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly sip: AddressSource & {
    readonly directory: Directory;
    ask<A>(deviceId: string, question: Question<A>): Promise<A | { fault: string }>;
  };
  readonly pool: { counts(): PortCounts };
  /** What the recordings that run write together, bits per second. */
  recordingBps(): number;
  /** What is kept of recordings, and what should be recorded and is not. */
  archive(diskBytes: number | null): Pick<Facts, 'retention' | 'notRecorded'>;
  webhooks(): Facts['webhooks'];
}

interface SlowFacts {
  readonly ffmpeg: string | null;
  readonly isClockSynchronized: boolean | null;
}

/** A running gateway as a whole, and its health: gathers the facts, asks `health` what they mean. */
export class System {
  readonly #ports: SystemPorts;
  readonly #meter = new MachineMeter();
  readonly #clocks: DeviceClocks;
  #slow: { readonly untilMs: number; readonly facts: Promise<SlowFacts> } | null = null;
  #asking: Promise<void> | null = null;

  constructor(ports: SystemPorts) {
    this.#ports = ports;
    this.#clocks = new DeviceClocks({
      clock: ports.clock,
      timeZone: ports.config.sip.timeZone,
      async deviceTime(deviceId) {
        const answer = await ports.sip.ask(deviceId, deviceStatusQuestion(deviceId));
        return 'fault' in answer ? null : answer.deviceTime;
      },
    });
  }

  /** What was set, and what the process takes. */
  view(): Record<string, unknown> {
    const { sip, media } = this.#ports.config;
    return {
      platformId: sip.id,
      domain: sip.domain,
      pull: media.pull,
      mediaTransport: media.transport,
      sipAuth: sip.auth,
      timeZone: sip.timeZone,
      memoryBytes: process.memoryUsage().rss,
    };
  }

  async health(): Promise<HealthView> {
    const { config, dataDir, pool } = this.#ports;
    const [slow, disk] = await Promise.all([this.#slowFacts(), diskOf(dataDir)]);
    const { total, leased, heldOff, occupied } = pool.counts();
    const ports = { total, leased, heldOff, occupied, free: total - leased - heldOff - occupied };
    const memory = process.memoryUsage();
    const bufferBytes = receiveBufferMaxBytes();
    const { load, loop } = this.#meter;
    return {
      versions: { node: process.version, ffmpeg: slow.ffmpeg },
      process: {
        cpu: load.process,
        memoryBytes: memory.rss,
        heapBytes: memory.heapUsed,
        loopDelayP99Ms: loop.p99Ms,
        loopDelayMaxMs: loop.maxMs,
      },
      machine: { ...machineSize(), cpu: load.machine, receiveBufferMaxBytes: bufferBytes },
      disk,
      ports,
      warnings: warningsOf({
        advertised: advertisedBy(config),
        networks: ownNetworks(),
        devices: this.#facts(),
        ports,
        taken: [],
        receiveBufferMaxBytes: bufferBytes,
        isClockSynchronized: slow.isClockSynchronized,
        disk,
        recordingBps: this.#ports.recordingBps(),
        ...this.#ports.archive(disk?.totalBytes ?? null),
        loopDelayP99Ms: loop.p99Ms,
        webhooks: this.#ports.webhooks(),
        ffmpeg: slow.ffmpeg,
      }),
    };
  }

  /** Every device that was ever heard, by id. */
  deviceAddresses(): DeviceAddressesView[] {
    return this.#ports.sip.directory.devices().map((device) => this.#addresses(device));
  }

  /** The same of one device; null when it is unknown. */
  addressesOf(deviceId: string): DeviceAddressesView | null {
    const device = this.#ports.sip.directory.device(deviceId);
    return device === undefined ? null : this.#addresses(device);
  }

  /** Asks devices that are online for their time; whoever asks meanwhile waits for the same answers. */
  async askDeviceClocks(waitMs: number): Promise<void> {
    const online = this.#ports.sip.directory.devices().filter((device) => device.online);
    this.#asking ??= this.#clocks.ask(online.map((device) => device.id)).finally(() => {
      this.#asking = null;
    });
    await atMost(this.#ports.clock, waitMs, this.#asking);
  }

  /** Idempotent. */
  close(): void {
    this.#meter.close();
  }

  #addresses(device: Device): DeviceAddressesView {
    const { sip, config } = this.#ports;
    return addressesOf(device, sip, {
      advertise: config.sip.advertise,
      clockOffsetSeconds: this.#clocks.offsetSeconds(device.id),
    });
  }

  #facts(): DeviceFacts[] {
    return this.deviceAddresses()
      .filter((device) => device.online)
      .slice(0, MAX_COMPARED)
      .map(({ deviceId, source, via, sdp, says, clockOffsetSeconds }) => ({
        deviceId,
        source: source === null ? null : hostOf(source),
        signalling: hostOf(via),
        media: sdp.connection,
        says,
        clockOffsetSeconds,
      }));
  }

  #slowFacts(): Promise<SlowFacts> {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#slow === null || nowMs >= this.#slow.untilMs)
      this.#slow = { untilMs: nowMs + REMEMBER_MS, facts: askSlowFacts() };
    return this.#slow.facts;
  }
}

/** What costs a process to ask. */
export async function askSlowFacts(): Promise<SlowFacts> {
  const [ffmpeg, isSynchronized] = await Promise.all([ffmpegVersion(), isClockSynchronized()]);
  return { ffmpeg, isClockSynchronized: isSynchronized };
}

/** The hosts that were set to be told to devices. */
export function advertisedBy(config: GatewayConfig): { signalling: string | null; media: string | null } {
  const signalling = parseAdvertise(config.sip.advertise)?.host ?? null;
  return { signalling, media: config.media.advertise };
}

/** `10.0.0.8:5060` → `10.0.0.8`, `[fd00::8]:5060` → `fd00::8`. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
