import type { DeviceCertificates } from '../sip/camera/certificate-logins.ts';
import type { RedirectRule } from '../sip/camera/redirects.ts';
import type { DigestAlgorithm } from '../sip/digest.ts';
import type { NoteMode } from '../sip/notes.ts';
import type { SipTls } from '../sip/tls-listen.ts';
import type { PullTransport } from './views.ts';

export type { DeviceCertificate, DeviceCertificates } from '../sip/camera/certificate-logins.ts';

/** Who is told of events by HTTP POST. */
export interface WebhookEndpoint {
  /** `http:` or `https:`; a user and password in it become an Authorization header. */
  readonly url: string;
  /** Key of the signature; null: not signed. */
  readonly secret: string | null;
  /** Types, `download.*` forms too; null: all. */
  readonly events: readonly string[] | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The resolved configuration of the gateway: every default filled in, every unit in the name. */
export interface GatewayConfig {
  sip: {
    /** This platform's 20-digit id. */
    id: string;
    /** SIP domain and digest realm. */
    domain: string;
    host: string;
    /** 0 means any free port. */
    port: number;
    /** Password of devices without their own; null: one is generated at first start. */
    password: string | null;
    /** False switches digest off. */
    auth: boolean;
    /** Hashes that challenges offer, strongest first. */
    digest: readonly DigestAlgorithm[];
    /** Signalling digests, and who our users are in `Monitor-User-Identity`. */
    note: { mode: NoteMode; userIdentity: string | null };
    /** Devices that log in with certificates; null: none. */
    certificates: DeviceCertificates | null;
    admission: 'open' | 'known';
    /** `HOST[:SIPPORT]` written into Contact, Via and SDP; null: the local address that faces the device. */
    advertise: string | null;
    /** SIP over TLS; null: no. */
    tls: SipTls | null;
    /** Devices that belong to other gateways. */
    redirect: readonly RedirectRule[];
    /** IANA zone of device-local times and of file names. */
    timeZone: string;
  };
  media: {
    host: string;
    firstPort: number;
    lastPort: number;
    transport: PullTransport;
    pull: 'on-demand' | 'on-register';
    lingerMs: number;
    loss: 'deliver' | 'wait';
    stallTimeoutMs: number;
    portHoldOffMs: number;
    selfChannelAfterMs: number;
    advertise: string | null;
  };
  /** The data folder. */
  data: string;
  record: {
    /** Length of the files of continuous recording. */
    segmentMs: number;
    /** What is kept in memory of a channel that an alarm may record. */
    preRollMs: number;
    /** Days that recordings are kept; null: for ever. */
    keepDays: number | null;
    /** Of all recordings together; null: as the disk allows. */
    maxBytes: number | null;
    /** What stays free on the disk; 0: it may fill up. */
    minFreeBytes: number;
  };
  /** What devices say when something is wrong, and pictures that are taken. */
  alarms: {
    /** Days that alarms and pictures are kept; null: for ever. */
    keepDays: number | null;
    /** Alarms that are kept. */
    maxAlarms: number;
    /** Pictures that are kept. */
    maxSnapshots: number;
  };
  /** Where devices were. */
  positions: {
    /** Days that points are kept; null: for ever. */
    keepDays: number | null;
    /** Points that are kept, of all devices. */
    maxPoints: number;
  };
  webhooks: readonly WebhookEndpoint[];
}
