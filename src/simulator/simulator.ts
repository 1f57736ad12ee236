import type { NoteHash } from '../sip/wire/note.ts';
import type { VideoCodec } from './access-units.ts';
import { tellAlarms } from './alarms/routine.ts';
import type { CameraCertificate } from './certificate.ts';
import { type AudioCodec, loadClip } from './clip.ts';
import { CameraDevice, type CameraUnit } from './device.ts';
import { Footage, type FootageOptions } from './footage/footage.ts';
import type { SimulatedChannel } from './manscdp.ts';
import { behaviourOf } from './quirks.ts';
import { facing } from './sip-link.ts';
import { Wheel } from './wheel.ts';

export type { CameraUnit } from './device.ts';

export interface SimulatorOptions {
  /** The platform's SIP address; names are resolved once. */
  readonly server: { readonly host: string; readonly port: number };
  readonly serverId: string;
  /** SIP domain; default the first ten digits of `serverId`. */
  readonly domain?: string | undefined;
  /** Id of the first device; the others count on from it. */
  readonly id: string;
  readonly password: string;
  /** Channels of each device. */
  readonly channels: number;
  /** Devices. */
  readonly count: number;
  readonly sip: 'udp' | 'tcp' | 'tls';
  /** Default: the local address that faces the server. */
  readonly localHost?: string | undefined;
  /** Default `h264`. */
  readonly video?: VideoCodec | undefined;
  /** A shipped video by name or a raw `.h264`/`.h265` file, instead of the one that `video` names. */
  readonly clip?: string | undefined;
  /** Default `pcma`. */
  readonly audio?: AudioCodec | 'none' | undefined;
  readonly keepaliveSeconds: number;
  readonly expiresSeconds: number;
  /** `X-GB-Ver` that the devices name; null: none, as before 2022. Default the edition of 2022. */
  readonly version?: string | null | undefined;
  /** Puts a signalling digest (`Note`) of this hash on everything but REGISTER, and takes nothing without. Default none. */
  readonly note?: NoteHash | null | undefined;
  /** Keys by which the devices log in instead of by their password. */
  readonly certificate?: CameraCertificate | null | undefined;
  /** After a failed registration; default 60, what the standard allows at least. */
  readonly retrySeconds?: number | undefined;
  /** Codes of the quirk list; unknown ones are ignored. */
  readonly quirks: ReadonlySet<string>;
  readonly log?: ((line: Record<string, unknown>) => void) | undefined;
  /** Called for every unit handed to the network, in order. */
  readonly onUnit?: ((unit: CameraUnit) => void) | undefined;
  /** What the devices have recorded, the same for each; default: nothing. */
  readonly footage?: FootageOptions | Footage | undefined;
  /** Each device tells an alarm so often; default: none. */
  readonly alarmSeconds?: number | undefined;
  /** Names of the devices, in turn; channels of a device with several add a number. */
  readonly names?: readonly string[] | undefined;
}

export interface SimulatorCounts {
  devices: number;
  registered: number;
  /** Calls open now. */
  calls: number;
  callsTotal: number;
  keepalives: number;
  missedKeepalives: number;
  packets: number;
  bytes: number;
  frames: number;
  omitted: number;
}

/** Devices begin to register this far apart, so that a thousand do not arrive in one millisecond. */
const STAGGER_MS = 2;
const POLL_MS = 20;

/** A number of simulated cameras in one process: they share clips and one timer. */
export class Simulator {
  readonly devices: readonly CameraDevice[];
  readonly #wheel: Wheel;
  #stopping: Promise<void> | null = null;

  constructor(devices: readonly CameraDevice[], wheel: Wheel) {
    this.devices = devices;
    this.#wheel = wheel;
  }

  /** Counted anew at every look. */
  get counts(): SimulatorCounts {
    const counts: SimulatorCounts = {
      devices: this.devices.length,
      registered: 0,
      calls: 0,
      callsTotal: 0,
      keepalives: 0,
      missedKeepalives: 0,
      packets: 0,
      bytes: 0,
      frames: 0,
      omitted: 0,
    };
    for (const device of this.devices) {
      if (device.registration.registered) counts.registered++;
      counts.calls += device.calls.size;
      counts.callsTotal += device.callsTotal;
      counts.keepalives += device.registration.counts.keepalives;
      counts.missedKeepalives += device.registration.counts.missedKeepalives;
      for (const media of [device.past, ...[...device.calls.values()].map((call) => call.counts)]) {
        for (const key of ['packets', 'bytes', 'frames', 'omitted'] as const) counts[key] += media[key];
      }
    }
    return counts;
  }

  /** Resolves true when every device is registered, false when that did not come about in time. */
  async whenRegistered(timeoutMs: number): Promise<boolean> {
    const deadlineMs = this.#wheel.nowMs() + timeoutMs;
    while (this.devices.some((device) => !device.registration.registered)) {
      if (this.#wheel.nowMs() >= deadlineMs || this.#stopping !== null) return false;
      await new Promise<void>((resolve) => setTimeout(resolve, POLL_MS));
    }
    return true;
  }

  /** BYE to every open call, unregister, close. Idempotent; nothing is left behind. */
  stop(): Promise<void> {
    this.#stopping ??= Promise.all(this.devices.map((device) => device.stop())).then(() => this.#wheel.close());
    return this.#stopping;
  }
}

/**
 * Starts simulated cameras. Resolves when their sockets are open and they begin to register; throws ClipError for a clip that
 * cannot be used, and system errors when sockets cannot be opened.
 */
export async function startSimulator(o: SimulatorOptions): Promise<Simulator> {
  const clip = loadClip(o.clip ?? o.video ?? 'h264', o.audio ?? 'pcma');
  const behaviour = behaviourOf(o.quirks);
  const footage = o.footage === undefined || o.footage instanceof Footage ? o.footage : footageOf(o.footage, o);
  const faced = await facing(o.server);
  const wheel = new Wheel();
  const devices: CameraDevice[] = [];
  for (let index = 0; index < o.count; index++) {
    const id = deviceId(o.id, index);
    const name = o.names?.[index % Math.max(1, o.names.length)] ?? (o.count === 1 ? 'Camera' : `Camera ${index + 1}`);
    devices.push(
      new CameraDevice({
        described: { id, name, channels: channelsOf(id, name, o.channels) },
        password: o.password,
        server: faced.server,
        serverId: o.serverId,
        domain: o.domain ?? o.serverId.slice(0, 10),
        localHost: o.localHost ?? faced.localHost,
        sip: o.sip,
        clip,
        footage: footage ?? null,
        behaviour,
        wheel,
        keepaliveSeconds: o.keepaliveSeconds,
        expiresSeconds: o.expiresSeconds,
        version: o.version,
        note: o.note,
        certificate: o.certificate,
        retrySeconds: o.retrySeconds ?? 60,
        onUnit: o.onUnit,
        log: o.log ?? (() => undefined),
      }),
    );
  }
  const simulator = new Simulator(devices, wheel);
  try {
    for (const [index, device] of devices.entries()) {
      if (index > 0) await new Promise<void>((resolve) => setTimeout(resolve, STAGGER_MS));
      await device.start();
      if (o.alarmSeconds === undefined) continue;
      const everyMs = o.alarmSeconds * 1000;
      const isRegistered = () => device.registration.registered;
      // not all of a fleet at the same moment
      tellAlarms({ wheel, everyMs, isRegistered, alarms: device.alarms }, everyMs * ((index + 1) / o.count));
    }
  } catch (error) {
    await simulator.stop();
    throw error;
  }
  return simulator;
}

function footageOf(footage: FootageOptions, o: SimulatorOptions): Footage {
  // the marks in recorded sound are made for G.711
  const sound = o.audio === 'pcmu' || o.audio === 'none' ? o.audio : 'pcma';
  const clip = loadClip(footage.clip ?? 'footage', sound);
  return new Footage(footage, clip, loadClip('h264', sound), behaviourOf(o.quirks));
}

/** The id of the device with this index: the last six digits count. */
function deviceId(first: string, index: number): string {
  if (index === 0) return first;
  const digits = /\d{1,6}$/.exec(first)?.[0] ?? '';
  if (digits === '') return `${first}${index}`;
  const serial = (Number(digits) + index) % 10 ** digits.length;
  return first.slice(0, first.length - digits.length) + String(serial).padStart(digits.length, '0');
}

/** Type code 131 (camera) in the device's own domain; serial numbers differ between the devices of one fleet. */
function channelsOf(id: string, name: string, count: number): SimulatedChannel[] {
  const serial = Number(id.slice(-6)) || 0;
  return Array.from({ length: count }, (_, index) => ({
    id: `${id.slice(0, 10).padEnd(10, '0')}1310${String((Math.max(0, serial - 1) * count + index + 1) % 1_000_000).padStart(6, '0')}`,
    name: count === 1 ? name : `${name} ${index + 1}`,
  }));
}
