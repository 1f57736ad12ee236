import type { KeyObject } from 'node:crypto';
import { openNonce, readAsymmetricChallenge, writeAsymmetricAnswer } from '../sip/wire/asymmetric.ts';
import type { SipResponse } from '../sip/wire/message.ts';

/** Keys by which a simulated device logs in (GB/T 28181-2016 9.1.2.2), RSA both. */
export interface CameraCertificate {
  /** Its own, private. */
  readonly key: KeyObject;
  /** Of the platform, public: another platform is not believed. */
  readonly platformKey: KeyObject;
}

/** The Authorization that answers a 401; null: it is no such challenge, or this platform is not the one. */
export function certifiedAnswer(
  { headers }: Pick<SipResponse, 'headers'>,
  { key, platformKey }: CameraCertificate,
): string | null {
  for (const header of headers.all('WWW-Authenticate')) {
    const challenge = readAsymmetricChallenge(header);
    if (challenge === null) continue;
    const { nonce, hash } = challenge;
    const secret = openNonce(nonce, hash, { platform: platformKey, device: key });
    if (secret !== null) return writeAsymmetricAnswer(nonce, secret, hash);
  }
  return null;
}
