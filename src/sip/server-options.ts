import type { RegisterAttempt } from './camera/attempt.ts';
import type { CatalogEvent } from './camera/catalogs.ts';
import type { DeviceCertificates } from './camera/certificate-logins.ts';
import type { ChannelStore, DeviceStore } from './camera/directory.ts';
import type { FleetEvent } from './camera/fleet.ts';
import type { RedirectRule } from './camera/redirects.ts';
import type { RegistrationEvent } from './camera/registration.ts';
import type { UpgradeEvent } from './camera/upgrades.ts';
import type { DigestAlgorithm } from './digest.ts';
import type { DialogueStore } from './farewells.ts';
import type { NoteMode } from './notes.ts';
import type { Peer } from './peer.ts';
import type { SocketFault } from './socket.ts';
import type { SubscriptionEvent } from './subscription-words.ts';
import type { ConnectionLimits } from './tcp-connections.ts';
import type { SipTls } from './tls-listen.ts';

/** What a SIP server is opened with, and what it tells. Types only. */

/** Everything that happens to devices and channels, for whoever listens. */
export type SipEvent = FleetEvent | RegistrationEvent | CatalogEvent | UpgradeEvent | SubscriptionEvent;

/** Monotonic time, wall clock. */
export interface SipClock {
  nowMs(): number;
  epochMs(): number;
}

/** The SIP port could not be opened: one sentence. */
export type SipFault = SocketFault;

export interface SipServerOptions {
  readonly platformId: string;
  /** SIP domain and digest realm. */
  readonly domain: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly authRequired: boolean;
  /** Hashes that challenges offer, strongest first; MD5 unless told. */
  readonly digest?: readonly DigestAlgorithm[];
  /** Devices that log in with certificates of both sides; none unless told. */
  readonly certificates?: DeviceCertificates | null;
  /** Signalling digests (`Note`), and who our users are in `Monitor-User-Identity`; off unless told. */
  readonly note?: { readonly mode: NoteMode; readonly userIdentity: string | null };
  /** Password of devices without their own; null: only devices with their own get in. */
  readonly password: string | null;
  /** Key under which passwords of single devices are sealed. */
  readonly sealingKey: Uint8Array;
  readonly admission: 'open' | 'known';
  /** SIP over TLS as well; not unless told. */
  readonly tls?: SipTls | null;
  /** Devices that belong to other gateways; none unless told. */
  readonly redirect?: readonly RedirectRule[];
  /** `HOST[:PORT]` for Via and Contact; null: the local address that faces the device. */
  readonly advertise: string | null;
  /** Host for media, when it is another. */
  readonly mediaAdvertise: string | null;
  /** What the media ports are bound to; `0.0.0.0` or `::` for all addresses. */
  readonly mediaListen: string;
  /** Zone of times without one in what devices write; Beijing time unless told (GB/T 28181 A.1). */
  readonly timeZone?: string;
  readonly stores: {
    readonly devices: DeviceStore;
    readonly channels: ChannelStore;
    readonly dialogues: DialogueStore;
  };
  readonly log: {
    warn(data: Record<string, unknown>, message: string): void;
    info(data: Record<string, unknown>, message: string): void;
    debug(data: Record<string, unknown>, message: string): void;
  };
  onEvent(event: SipEvent): void;
  /** Every REGISTER that was looked at, and what became of it. */
  readonly onAttempt?: (attempt: RegisterAttempt) => void;
  /** Sees every byte on the wire. */
  readonly tap?: (direction: 'in' | 'out', bytes: Uint8Array, peer: Peer) => void;
  /** Sees every whole message as its bytes, in order; valid during the call only. */
  readonly trace?: (direction: 'in' | 'out', message: Uint8Array, peer: Peer) => void;
  readonly clock?: SipClock;
  /** What TCP peers may take; the defaults of `CONNECTION_LIMITS` unless told. */
  readonly connectionLimits?: Partial<ConnectionLimits>;
}
