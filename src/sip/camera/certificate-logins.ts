import type { KeyObject } from 'node:crypto';
import {
  type CertificateHash,
  isProof,
  makeNonce,
  readAsymmetricAnswer,
  readCapability,
  writeAsymmetricChallenge,
} from '../wire/asymmetric.ts';

/** Logins of devices that have a certificate here (GB/T 28181-2016 9.1.2.2): whoever has one gets in by it and by nothing else. */

/** The public key of a device, RSA. */
export interface DeviceCertificate {
  readonly key: KeyObject;
  /** Null: a bare key, which never ends. */
  readonly endsEpochMs: number | null;
}

/** The keys of both sides. */
export interface DeviceCertificates {
  /** Private, RSA. */
  readonly platformKey: KeyObject;
  /** Null: it has none, and logs in with its password. */
  of(deviceId: string): DeviceCertificate | null;
}

export type CertificateDecision =
  | { readonly type: 'ask'; readonly challenge: string }
  | { readonly type: 'good' }
  | { readonly type: 'bad'; readonly detail: string };

/** A secret is good for this long, and a new one is drawn for who asks after half of it. */
export const SECRET_MS = 60_000;

interface Drawn {
  readonly secret: string;
  readonly nonce: string;
  readonly hash: CertificateHash;
  readonly key: KeyObject;
  readonly drawnMs: number;
}

export class CertificateLogins {
  readonly #certificates: DeviceCertificates;
  readonly #random: () => string;
  readonly #epochMs: () => number;
  /** Bounded by the certificates. A flood of requests makes one signature a device and hash in half a minute, and gets the same nonce. */
  readonly #drawn = new Map<string, Drawn[]>();

  constructor(o: { certificates: DeviceCertificates; random: () => string; epochMs: () => number }) {
    this.#certificates = o.certificates;
    this.#random = o.random;
    this.#epochMs = o.epochMs;
  }

  /** What becomes of a REGISTER with these Authorization headers; null: this device has no certificate here. */
  decide(deviceId: string, authorizations: readonly string[], nowMs: number): CertificateDecision | null {
    const certificate = this.#certificates.of(deviceId);
    if (certificate === null) return null;
    const { key, endsEpochMs } = certificate;
    if (endsEpochMs !== null && this.#epochMs() >= endsEpochMs)
      return { type: 'bad', detail: `its certificate ended on ${new Date(endsEpochMs).toISOString()}` };
    const drawn = (this.#drawn.get(deviceId) ?? []).filter((one) => nowMs - one.drawnMs < SECRET_MS && one.key === key);
    for (const header of authorizations) {
      const answer = readAsymmetricAnswer(header);
      if (answer === null) continue;
      const one = drawn.find(({ nonce }) => nonce === answer.nonce);
      // one that is over or used up is no lie
      if (one === undefined) break;
      if (!isProof(answer.response, one.secret, one.nonce, one.hash))
        return { type: 'bad', detail: 'it could not read what was sealed with its certificate' };
      this.#drawn.set(
        deviceId,
        drawn.filter((other) => other !== one),
      );
      return { type: 'good' };
    }
    const able = authorizations.map(readCapability).find((read) => read !== null) ?? 'SHA256';
    if (able === 'none') return { type: 'bad', detail: 'it knows neither RSA nor a hash that is known here' };
    const fresh = drawn.find((one) => one.hash === able && nowMs - one.drawnMs < SECRET_MS / 2);
    const one = fresh ?? this.#draw(key, able, nowMs);
    this.#drawn.set(deviceId, fresh === undefined ? [...drawn, one] : drawn);
    return { type: 'ask', challenge: writeAsymmetricChallenge(one.nonce, one.hash) };
  }

  #draw(key: KeyObject, hash: CertificateHash, nowMs: number): Drawn {
    const secret = this.#random();
    const nonce = makeNonce(secret, hash, { platform: this.#certificates.platformKey, device: key });
    return { secret, nonce, hash, key, drawnMs: nowMs };
  }
}
