import type { RejectReason } from './registrar.ts';

/** One REGISTER and what became of it: for the page that shows a person who sets a camera up what arrives of it. */
export interface RegisterAttempt {
  /** The user of To; '' when that is no device id. */
  readonly deviceId: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  /** `host:port`, IPv6 in brackets. */
  readonly address: string;
  /** `challenged`: it was asked for its password (401). `accepted`: it proved it; a conflict of ids may still be settled. `redirected`: it proved it and belongs to another gateway (302). */
  readonly outcome: RejectReason | 'challenged' | 'accepted' | 'redirected' | 'bad-device-id';
  /** One sentence with the values seen; '' where the outcome says it all. */
  readonly detail: string;
  readonly retryAfterSeconds: number | null;
  /** Host of the Request-URI, which is the SIP domain typed into the camera, or our address; known of accepted ones. */
  readonly domain: string | null;
}
