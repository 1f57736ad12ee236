import type { Noted } from './camera/device-findings.ts';
import { toleratedWords } from './camera/tolerated.ts';
import type { Dialogue } from './dialog.ts';
import type { Peer } from './peer.ts';
import { parseNameAddr, userOf } from './wire/address.ts';
import { contentTypeOf, type SipResponse } from './wire/message.ts';
import { formatUri, parseUri } from './wire/uri.ts';

/** What the head of a 200 to an INVITE bends: it was found by its Call-ID (INV-6) and is answered all the same. `dialogue`: as it confirmed it. */
export function responseFindings(dialogue: Dialogue, response: SipResponse, from: Peer): Noted[] {
  const found: Noted[] = (response.tolerated ?? []).map((code) => [code, toleratedWords(code, response)]);
  const { headers } = response;
  if (headers.get('Via') === undefined)
    found.push(['SIP-15', 'its 200 to INVITE has no Via: found by Call-ID and CSeq']);
  if (dialogue.remoteTag === null) found.push(['INV-11', 'its 200 to INVITE has no To tag']);
  const invited = parseUri(dialogue.remoteUri)?.user ?? null;
  const answered = userOf(headers.get('To'));
  if (answered !== invited)
    found.push(['INV-6', `its 200 names ${answered ?? 'nobody'} in To, invited was ${invited ?? 'nobody'}`]);
  const contact = parseNameAddr(headers.list('Contact')[0] ?? '')?.uri ?? null;
  if (contact === null) found.push(['SIP-4', 'its 200 to INVITE has no Contact']);
  else if (contact.host.replace(/^\[(.*)\]$/, '$1') !== from.host)
    found.push(['SIP-4', `the Contact of its 200 is ${formatUri(contact)}, it came from ${from.host}:${from.port}`]);
  const type = contentTypeOf(response);
  if (response.body.length > 0 && type !== 'application/sdp')
    found.push([
      'SIP-10',
      `its 200 with ${type === null ? 'no Content-Type' : `Content-Type ${type}`} holds a description`,
    ]);
  return found;
}
