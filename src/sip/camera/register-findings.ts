import type { DigestCredentials } from '../digest.ts';
import { parseNameAddr } from '../wire/address.ts';
import type { SipRequest } from '../wire/message.ts';
import { formatUri, type SipUri } from '../wire/uri.ts';
import { parseVia } from '../wire/via.ts';
import type { Noted } from './device-findings.ts';

/** Length of an id by the standard (GB/T 28181 annex E). */
const ID_LENGTH = 20;

/**
 * What a verified REGISTER of this device bends: the registrar accepts all of it. `from`: where the packet came from.
 * `qopOffered`: the challenge asked for `qop="auth"`.
 */
export function registerFindings(
  request: SipRequest,
  deviceId: string,
  credentials: DigestCredentials | null,
  from: { readonly host: string; readonly port: number },
  qopOffered: boolean,
): Noted[] {
  const found: Noted[] = [];
  if (deviceId.length !== ID_LENGTH || !/^\d+$/.test(deviceId))
    found.push(['REG-5', `its id ${deviceId} has ${deviceId.length} characters instead of 20 digits`]);
  // GB/T 28181 9.1 asks for the header; many cameras write the parameter of Contact only
  if (request.headers.get('Expires') === undefined) {
    const parameter = parseNameAddr(request.headers.list('Contact')[0] ?? '')?.params.get('expires');
    found.push(['REG-7', `no Expires header: ${parameter == null ? 'no time at all' : `Contact says ${parameter} s`}`]);
  }
  if (credentials !== null) digestFindings(found, request.uri, deviceId, credentials, qopOffered);
  const via = parseVia(request.headers.list('Via')[0] ?? '');
  const seen = `its packets come from ${from.host}:${from.port}`;
  if (via !== null && !sameHost(via.host, from.host))
    found.push(['SIP-1', `its Via says ${via.host}:${via.port ?? 5060}, ${seen}: address translation`]);
  const contact = parseNameAddr(request.headers.list('Contact')[0] ?? '')?.uri;
  if (contact !== undefined && contact.host !== '' && !sameHost(contact.host, from.host))
    found.push(['SIP-4', `its Contact says ${formatUri(contact)}, ${seen}`]);
  return found;
}

function digestFindings(
  found: Noted[],
  asked: SipUri,
  deviceId: string,
  credentials: DigestCredentials,
  qopOffered: boolean,
): void {
  if (qopOffered && credentials.qop === undefined)
    found.push(['REG-1', 'it answered a challenge with qop="auth" in the form of RFC 2069, without qop']);
  if (credentials.username !== deviceId)
    found.push(['REG-4', `the user name of its digest is ${JSON.stringify(credentials.username)}, not its id`]);
  if (credentials.uri !== formatUri(asked))
    found.push(['REG-6', `its digest is over ${credentials.uri}, its request line says ${formatUri(asked)}`]);
}

function sameHost(said: string, seen: string): boolean {
  return said.replace(/^\[(.*)\]$/, '$1').toLowerCase() === seen.toLowerCase();
}
