import { OWN_VERSION } from './editions.ts';

/** What this platform answers who asks what it can (RFC 3261 11.2, SIP-14). INVITE: of devices that were told to call (broadcast). */

/** Goes with 405 as well. */
export const ALLOW: [name: string, value: string] = [
  'Allow',
  'REGISTER, MESSAGE, NOTIFY, INVITE, ACK, BYE, CANCEL, OPTIONS',
];

/** The headers of the 200 to OPTIONS. */
export const CAPABILITIES: [name: string, value: string][] = [
  ALLOW,
  ['Accept', 'Application/MANSCDP+xml, application/sdp'],
  ['X-GB-Ver', OWN_VERSION],
];
