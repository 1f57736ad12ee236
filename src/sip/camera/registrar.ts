import {
  type DigestAlgorithm,
  type DigestCredentials,
  formatChallenge,
  parseCredentials,
  verifyDigest,
} from '../digest.ts';
import { parseNameAddr } from '../wire/address.ts';
import { callIdOf, type SipRequest } from '../wire/message.ts';
import { formatUri, parseUri } from '../wire/uri.ts';
import type { CertificateLogins } from './certificate-logins.ts';
import { Challenges } from './challenges.ts';
import type { Noted } from './device-findings.ts';
import type { Directory } from './directory.ts';
import { Lockout } from './lockout.ts';
import { Nonces } from './nonces.ts';
import { registerFindings } from './register-findings.ts';
import { RegisterRate } from './register-rate.ts';

/** Decides on REGISTERs (GB/T 28181 9.1; RFC 3261 10.3, 22). It answers what is to be done; who is online is the server's business. */

/** Default of the standard's practice when a device names no time (REG-7). */
export const DEFAULT_EXPIRES_SECONDS = 3600;
/** 30 days: longer is a device that writes 2^32 − 1. */
export const MAX_EXPIRES_SECONDS = 2_592_000;
/** Ids are 20 digits by rule; older ones have 18, some hold letters (REG-5). */
const DEVICE_ID = /^[A-Za-z0-9]{1,64}$/;

export type RejectReason =
  | 'wrong-platform-id'
  | 'blocked'
  | 'not-added'
  | 'wrong-password'
  | 'no-password'
  | 'wrong-certificate'
  | 'slowed'
  | 'locked-out'
  | 'too-many-devices'
  | 'challenge-unanswered'
  | 'conflict';

export interface RegistrarOptions {
  platformId: string;
  realm: string;
  authRequired: boolean;
  /** What challenges offer, strongest first; one of them for a device whose profile names it. */
  algorithms: readonly DigestAlgorithm[];
  admission: 'open' | 'known';
  /** Devices that log in with certificates; null: none does. */
  certificates: CertificateLogins | null;
  directory: Directory;
  /** The password this device must prove; null when it has none. */
  passwordOf(deviceId: string): string | null;
  /** Random key of the nonces. */
  nonceKey: Uint8Array;
  random(): string;
}

/** What came with a verified REGISTER. */
export interface Registration {
  deviceId: string;
  /** 0: it leaves. */
  expiresSeconds: number;
  version: string | null;
  /** The Contact as sent, without its `expires`; null when there is none. */
  contact: string | null;
  /** Call-ID of the REGISTER: a new one while the old registration holds means that the device began anew (REG-9). */
  callId: string;
  /** What was tolerated in it. */
  findings: readonly Noted[];
  /** It answered none of the challenges with `qop`, and the first one without (REG-3). */
  isQopUnread?: boolean;
}

export type RegisterDecision =
  /** `unanswered`: challenges to this device before this one that nobody answered, 0 while that means nothing. */
  | { type: 'challenge'; challenges: readonly string[]; deviceId: string; unanswered: number }
  | {
      type: 'refuse';
      status: number;
      phrase: string;
      deviceId: string;
      why: RejectReason | null;
      detail: string;
      retryAfterSeconds: number | null;
    }
  | { type: 'accept'; registration: Registration };

/** Where a request came from. */
interface Source {
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
}

export class Registrar {
  readonly #o: RegistrarOptions;
  readonly #nonces: Nonces;
  readonly #lockout = new Lockout();
  readonly #rate = new RegisterRate();
  readonly #challenges = new Challenges();
  readonly counters = { challenged: 0, refused: 0, lockedOut: 0, dropped: 0, stale: 0, accepted: 0 };

  constructor(options: RegistrarOptions) {
    this.#o = options;
    this.#nonces = new Nonces(options.nonceKey, options.random);
  }

  /** Whether a REGISTER is looked at: false means that its source is over the cap, and it is dropped without a trace but the counter. */
  admit(request: SipRequest, from: Source, nowMs: number): boolean {
    const deviceId = deviceIdOf(request) ?? '';
    // apart for each transport: datagrams with a forged source must not use up what a camera on a connection has
    const source = `${from.transport} ${from.host}`;
    const origin = !this.#verifiedBefore(deviceId, from)
      ? 'stranger'
      : this.#carriesOurNonce(request, from.host, nowMs)
        ? 'asked'
        : this.#isAtHome(deviceId, from)
          ? 'home'
          : 'verified';
    if (this.#rate.admit(source, deviceId, origin, nowMs)) return true;
    this.counters.dropped += 1;
    return false;
  }

  /** It answers a challenge that went to this very host: whoever forges the address of a camera has not seen one. */
  #carriesOurNonce(request: SipRequest, host: string, nowMs: number): boolean {
    const header = request.headers.get('Authorization');
    const credentials = header === undefined ? null : parseCredentials(header);
    return credentials !== null && this.#nonces.check(credentials.nonce, credentials.nc, host, nowMs) === 'good';
  }

  /** Looks at one REGISTER. A challenge keeps nothing in memory, so it may be sent without a transaction. */
  decide(request: SipRequest, from: Source, nowMs: number): RegisterDecision {
    const deviceId = deviceIdOf(request);
    if (deviceId === null) return this.#refuse('', 400, 'Bad Device Id', null, 'the user of To is no device id');
    const { directory } = this.#o;
    const device = directory.device(deviceId);
    const asked = request.uri.user;
    if (asked !== null && asked !== this.#o.platformId) {
      const detail = `it registers with platform id ${asked.slice(0, 64)}, this one is ${this.#o.platformId}`;
      return this.#refuse(deviceId, 403, 'Wrong Platform Id', 'wrong-platform-id', detail);
    }
    if (directory.isBlocked(deviceId)) {
      return this.#refuse(deviceId, 403, 'Device Blocked', 'blocked', 'it was deleted and blocked');
    }
    if (device === undefined && this.#o.admission === 'known') {
      return this.#refuse(deviceId, 403, 'Device Not Added', 'not-added', 'only devices added beforehand are admitted');
    }
    const registration = readRegistration(request, deviceId);
    const plainOnes = this.#challenges.plainOnes(from.host, deviceId);
    const qopOffered = device?.profile.digest !== 'plain' && plainOnes === 0;
    const noted = (c: DigestCredentials | null) => registerFindings(request, deviceId, c, from, qopOffered);
    const certified = this.#o.certificates?.decide(deviceId, request.headers.all('Authorization'), nowMs) ?? null;
    if (certified?.type === 'ask') {
      this.counters.challenged += 1;
      return { type: 'challenge', challenges: [certified.challenge], deviceId, unanswered: 0 };
    }
    if (certified?.type === 'bad')
      return this.#refuse(deviceId, 403, 'Wrong Certificate', 'wrong-certificate', certified.detail);
    if (certified?.type === 'good' || !this.#o.authRequired)
      return this.#accept({ ...registration, findings: noted(null) });
    const header = request.headers.all('Authorization').find((value) => /^\s*digest/i.test(value));
    const credentials = header === undefined ? null : parseCredentials(header);
    if (credentials === null) {
      const leaves = registration.expiresSeconds === 0 && device?.profile.openUnregister === true;
      if (!leaves || !this.#isAtHome(deviceId, from)) return this.#challenge(deviceId, from.host, false, nowMs);
      return this.#accept({ ...registration, findings: [['REG-8', 'it unregistered without a digest']] });
    }
    const decision = this.#verify(registration, credentials, from, nowMs);
    // who is asked once more because its nonce is old is asked in the form that it answers
    if (decision.type !== 'challenge') this.#challenges.answered(from.host, deviceId);
    if (decision.type !== 'accept') return decision;
    const findings = noted(credentials);
    // the first one: who answers a later one may have been given its password meanwhile
    const isQopUnread = plainOnes === 1 && credentials.qop === undefined;
    if (isQopUnread)
      findings.push([
        'REG-3',
        'it answered no challenge with qop="auth", and the first one without: so it is asked now',
      ]);
    return { type: 'accept', registration: { ...registration, findings, isQopUnread } };
  }

  /** The operator changed a password: nobody stays locked out for the old one. */
  passwordChanged(deviceId: string): void {
    this.#lockout.forget(deviceId);
  }

  /** Sizes of what is kept, for metrics. */
  sizes(nowMs: number): {
    nonces: number;
    buckets: number;
    lockoutRows: number;
    locked: number;
    challenged: number;
  } {
    const { rows, locked } = this.#lockout.counts(nowMs);
    return {
      nonces: this.#nonces.size,
      buckets: this.#rate.size,
      lockoutRows: rows,
      locked,
      challenged: this.#challenges.size,
    };
  }

  #verify(r: Registration, c: DigestCredentials, from: Source, nowMs: number): RegisterDecision {
    const { host } = from;
    const verifiedBefore = this.#verifiedBefore(r.deviceId, from);
    const gate = this.#lockout.gate(host, r.deviceId, verifiedBefore, nowMs);
    if (!gate.allowed) {
      const why = gate.cause === 'locked' ? 'locked-out' : 'slowed';
      const detail = `too many wrong passwords from ${host}, next try in ${gate.retryAfterSeconds} s`;
      return this.#refuse(r.deviceId, 403, 'Too Many Failed Logins', why, detail, gate.retryAfterSeconds);
    }
    if (this.#nonces.check(c.nonce, c.nc, host, nowMs) !== 'good') {
      this.counters.stale += 1;
      return this.#challenge(r.deviceId, host, true, nowMs);
    }
    const password = this.#o.passwordOf(r.deviceId);
    if (password === null) {
      return this.#refuse(r.deviceId, 403, 'No Password Set', 'no-password', 'no password is set for it');
    }
    const named = parseUri(c.uri)?.user ?? null;
    if (named !== null && named !== this.#o.platformId) {
      const detail = `its digest is for platform id ${named.slice(0, 64)}`;
      return this.#refuse(r.deviceId, 403, 'Wrong Platform Id', 'wrong-platform-id', detail);
    }
    if ((c.algorithm ?? 'MD5') === 'MD5' && !this.#offered(r.deviceId).includes('MD5')) {
      const detail = `it answered with MD5, which is not offered: sip.digest names ${this.#offered(r.deviceId).join(', ')}`;
      return this.#refuse(r.deviceId, 403, 'Weak Digest', 'wrong-password', detail);
    }
    if (!verifyDigest(c, 'REGISTER', password)) {
      const locked = this.#lockout.failed(host, r.deviceId, verifiedBefore, nowMs);
      const hint =
        'check the password in the camera; some Hikvision pages save an empty one unless it is typed again (REG-20)';
      const detail = `wrong password (user name ${JSON.stringify(c.username.slice(0, 64))}): ${hint}`;
      if (locked) return this.#refuse(r.deviceId, 403, 'Too Many Failed Logins', 'locked-out', detail);
      return this.#refuse(r.deviceId, 403, 'Wrong Password', 'wrong-password', detail);
    }
    this.#nonces.use(c.nonce, c.nc, nowMs);
    this.#lockout.succeeded(host, r.deviceId);
    return this.#accept(r);
  }

  /** What it may answer with. */
  #offered(deviceId: string): readonly DigestAlgorithm[] {
    const wanted = this.#o.directory.device(deviceId)?.profile.algorithm;
    return wanted === undefined ? this.#o.algorithms : [wanted];
  }

  /** It comes from the very address and port where this id is registered. */
  #isAtHome(deviceId: string, from: Source): boolean {
    const address = this.#o.directory.device(deviceId)?.address;
    return address?.host === from.host && address.port === from.port;
  }

  /** This id once logged in from there: a site full of failures does not shut it out. */
  #verifiedBefore(deviceId: string, from: Source): boolean {
    const device = this.#o.directory.device(deviceId);
    return device?.registeredEpochMs != null && device.address?.host === from.host;
  }

  #accept(registration: Registration): RegisterDecision {
    this.counters.accepted += 1;
    return { type: 'accept', registration };
  }

  #challenge(deviceId: string, host: string, stale: boolean, nowMs: number): RegisterDecision {
    this.counters.challenged += 1;
    const profile = this.#o.directory.device(deviceId)?.profile;
    const nonce = this.#nonces.issue(host, nowMs);
    const { unanswered, isPlain } = stale
      ? { unanswered: 0, isPlain: this.#challenges.plainOnes(host, deviceId) > 0 }
      : this.#challenges.asked(host, deviceId, nowMs);
    const qop = profile?.digest !== 'plain' && !isPlain;
    const offered = this.#offered(deviceId);
    // one that never answers may read the first challenge alone, and know MD5 alone
    const algorithms = isPlain && offered.includes('MD5') ? (['MD5'] as const) : offered;
    const { realm } = this.#o;
    const challenges = algorithms.map((algorithm) => formatChallenge({ realm, nonce, algorithm, qop, stale }));
    return { type: 'challenge', challenges, deviceId, unanswered };
  }

  #refuse(
    deviceId: string,
    status: number,
    phrase: string,
    why: RejectReason | null,
    detail: string,
    retryAfterSeconds: number | null = null,
  ): RegisterDecision {
    this.counters.refused += 1;
    if (why === 'locked-out') this.counters.lockedOut += 1;
    return { type: 'refuse', status, phrase, deviceId, why, detail, retryAfterSeconds };
  }
}

/** The device a REGISTER is for: the user of To. Null when it is no device id. */
export function deviceIdOf(request: SipRequest): string | null {
  const user = parseNameAddr(request.headers.get('To') ?? '')?.uri.user ?? '';
  return DEVICE_ID.test(user) ? user : null;
}

/** Expires from the header, else the Contact, else the default (REG-7); version and contact as sent. */
function readRegistration(request: SipRequest, deviceId: string): Registration {
  const raw = request.headers.list('Contact')[0] ?? null;
  const contact = raw === null ? null : parseNameAddr(raw);
  const seconds =
    readSeconds(request.headers.get('Expires')) ?? readSeconds(contact?.params.get('expires') ?? undefined);
  const version = /^\d\.\d$/.exec(request.headers.get('X-GB-Ver') ?? '')?.[0] ?? null;
  return {
    deviceId,
    expiresSeconds: seconds ?? DEFAULT_EXPIRES_SECONDS,
    version,
    contact: contact === null ? null : `<${formatUri(contact.uri)}>`,
    callId: callIdOf(request),
    findings: [],
  };
}

function readSeconds(text: string | undefined): number | null {
  const digits = text?.trim();
  return digits !== undefined && /^\d{1,15}$/.test(digits) ? Math.min(Number(digits), MAX_EXPIRES_SECONDS) : null;
}
