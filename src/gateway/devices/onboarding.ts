import { parseAdvertise } from '../../sip/advertise.ts';
import type { RegisterAttempt } from '../../sip/camera/attempt.ts';
import type { Directory } from '../../sip/camera/directory.ts';
import type { SipEvent } from '../../sip/server.ts';
import type { Clock } from '../clock.ts';
import type { GatewayConfig } from '../config.ts';
import type { ArrivalView, OnboardingView } from '../views.ts';
import { type Arrival, type ArrivalCode, Arrivals, type Visit } from './arrivals.ts';
import { DEVICE_TYPES, freeDeviceIds } from './device-ids.ts';
import { type OwnAddress, ownAddresses } from './own-addresses.ts';

/** Free ids offered of each type: somebody sets several cameras up before the first of them registers. */
const OFFERED_IDS = 10;
/** What forms of cameras have by default, and what the standard recommends (GB/T 28181 9.1, 9.6). */
const EXPIRES_SECONDS = 3600;
const HEARTBEAT_SECONDS = 60;
const HEARTBEAT_COUNT = 3;
/** Changes gather this long: a log-in is three of them. */
const GATHER_MS = 150;
/** Registrations that wait for a conflict of ids to be settled are at most as many. */
const MAX_DOMAINS = 1_000;
/** Visits told in one go; in a flood the others are in the list. */
const MAX_TOLD = 20;
/** The kernel is asked which address faces a host by a socket; its answer is there a moment later. */
const ROUTE_MS = 60;

export interface OnboardingPorts {
  readonly sip: GatewayConfig['sip'];
  /** The port that is bound. */
  sipPort(): number;
  localAddressTo(host: string): string;
  readonly directory: Pick<Directory, 'devices' | 'channels' | 'isBlocked'>;
  readonly hasPassword: boolean;
  readonly clock: Clock;
  iso(epochMs: number): string;
  /** Tells who listens now; latecomers read the list. */
  tell(arrival: ArrivalView): void;
  /** The machine's addresses; its own when not given. */
  readonly addresses?: () => readonly OwnAddress[];
}

/** Adding a camera: what to type into its form, and what arrives of it. */
export class Onboarding {
  readonly #ports: OnboardingPorts;
  readonly #arrivals = new Arrivals();
  readonly #changed = new Set<Visit>();
  /** Domains of devices between the proof of their password and their registration. */
  readonly #domains = new Map<string, string>();
  #cancelTelling: (() => void) | null = null;
  #closed = false;

  constructor(ports: OnboardingPorts) {
    this.#ports = ports;
  }

  /** One REGISTER and what became of it. */
  attempt(attempt: RegisterAttempt): void {
    const { outcome, domain } = attempt;
    if (outcome !== 'accepted') {
      this.#note({ ...attempt, code: outcome });
      return;
    }
    // told when the registration is carried out: a conflict of ids may come between
    if (domain !== null && this.#isOtherDomain(domain) && this.#domains.size < MAX_DOMAINS)
      this.#domains.set(attempt.deviceId, domain.slice(0, 64));
  }

  /** What happens to a device once it was let in. */
  event(event: SipEvent): void {
    switch (event.type) {
      case 'device.registered': {
        const { deviceId, address, transport } = event.data;
        this.#note({ deviceId, address, transport, host: hostOf(address), code: 'registered' });
        const domain = this.#domains.get(deviceId);
        this.#domains.delete(deviceId);
        if (domain !== undefined) this.#later(deviceId, { code: 'wrong-domain', detail: domain });
        return;
      }
      case 'device.conflict': {
        const { deviceId, address, otherAddress } = event.data;
        const host = hostOf(otherAddress);
        this.#note({ deviceId, address: otherAddress, transport: '', host, code: 'conflict', detail: address });
        return;
      }
      case 'device.offline':
        if (isGone(event.data.reason)) this.#later(event.data.deviceId, { code: event.data.reason });
        return;
      case 'catalog.updated':
        this.#later(event.data.deviceId, { code: 'channels', channels: event.data.channels });
        return;
      case 'catalog.failed':
        this.#later(event.data.deviceId, { code: 'catalog-failed', detail: event.data.detail });
        return;
      default:
        return;
    }
  }

  /** The values for the form of a camera, which may have told its own address, and what arrived lately. */
  async view(camera: string | null): Promise<OnboardingView> {
    const { sip, sipPort, directory, hasPassword } = this.#ports;
    const advertised = parseAdvertise(sip.advertise);
    const taken = new Set<string>();
    for (const device of directory.devices()) {
      taken.add(device.id);
      for (const channel of directory.channels(device.id)) taken.add(channel.id);
    }
    const free = (type: string) =>
      freeDeviceIds({ domain: sip.domain, platformId: sip.id, type, count: OFFERED_IDS }, (id) => {
        return taken.has(id) || directory.isBlocked(id);
      });
    return {
      serverId: sip.id,
      domain: sip.domain,
      ...(await this.#address(advertised?.host ?? null, camera)),
      port: advertised?.port ?? sipPort(),
      transports: ['udp', 'tcp'],
      authentication: sip.auth,
      hasPassword,
      admission: sip.admission,
      expiresSeconds: EXPIRES_SECONDS,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      heartbeatCount: HEARTBEAT_COUNT,
      deviceIds: { camera: free(DEVICE_TYPES.camera), recorder: free(DEVICE_TYPES.recorder) },
      arrivals: this.#arrivals.all().map((visit) => this.#shown(visit)),
    };
  }

  /** Nothing is told any more. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#cancelTelling?.();
    this.#cancelTelling = null;
  }

  async #address(
    advertised: string | null,
    camera: string | null,
  ): Promise<Pick<OnboardingView, 'address' | 'addressFrom' | 'addresses'>> {
    const { sip, localAddressTo, clock } = this.#ports;
    if (advertised !== null) return { address: advertised, addressFrom: 'advertised', addresses: [] };
    const isBoundToAll = sip.host === '0.0.0.0' || sip.host === '::';
    if (!isBoundToAll) return { address: sip.host, addressFrom: 'bound', addresses: [] };
    const addresses = [...(this.#ports.addresses ?? ownAddresses)()];
    if (camera !== null) {
      localAddressTo(camera);
      await new Promise<void>((resolve) => clock.after(ROUTE_MS, resolve));
      return { address: localAddressTo(camera), addressFrom: 'camera', addresses };
    }
    return { address: addresses[0]?.address ?? '127.0.0.1', addressFrom: 'interface', addresses };
  }

  /** Digits that are not ours: an address or a name in that place is how some firmware writes it (SIP-11). */
  #isOtherDomain(domain: string): boolean {
    return /^\d+$/.test(domain) && domain !== this.#ports.sip.domain;
  }

  #later(deviceId: string, what: Pick<Arrival, 'code' | 'detail' | 'channels'>): void {
    const visit = this.#arrivals.ofDevice(deviceId);
    if (visit === null) return; // it came before this process did
    const { host, address, transport } = visit;
    this.#note({ deviceId, host, address, transport, ...what });
  }

  #note(arrival: Arrival): void {
    if (this.#closed) return;
    const visit = this.#arrivals.note(arrival, this.#ports.clock.epochMs());
    this.#changed.delete(visit);
    this.#changed.add(visit);
    if (this.#changed.size > MAX_TOLD) for (const oldest of this.#changed) return void this.#changed.delete(oldest);
    this.#cancelTelling ??= this.#ports.clock.after(GATHER_MS, () => {
      this.#cancelTelling = null;
      for (const changed of this.#changed) this.#ports.tell(this.#shown(changed));
      this.#changed.clear();
    });
  }

  #shown(visit: Visit): ArrivalView {
    const { iso } = this.#ports;
    return {
      id: visit.id,
      deviceId: visit.deviceId,
      address: visit.address,
      transport: visit.transport,
      firstAt: iso(visit.firstEpochMs),
      lastAt: iso(visit.lastEpochMs),
      steps: visit.steps.map((step) => ({
        code: step.code,
        firstAt: iso(step.firstEpochMs),
        lastAt: iso(step.lastEpochMs),
        tries: step.tries,
        detail: step.detail,
        ...(step.retryAfterSeconds === null ? {} : { retryAfterSeconds: step.retryAfterSeconds }),
        ...(step.channels === null ? {} : { channels: step.channels }),
      })),
    };
  }
}

const GONE_REASONS = [
  'unregistered',
  'keepalive-missed',
  'registration-expired',
  'connection-lost',
  'deleted',
] as const;

function isGone(reason: string): reason is ArrivalCode & (typeof GONE_REASONS)[number] {
  return GONE_REASONS.some((known) => known === reason);
}

/** `10.0.0.8` of `10.0.0.8:5060`, `fe80::1` of `[fe80::1]:5060`. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
