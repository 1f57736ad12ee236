import type { Dialogue } from './dialog.ts';
import { bracketed } from './exchange.ts';
import type { Peer } from './peer.ts';
import { parseNameAddr, tagOf } from './wire/address.ts';
import { callIdOf, cseqOf, type SipRequest } from './wire/message.ts';
import { formatUri, sipUri } from './wire/uri.ts';

export interface AcceptOptions {
  readonly deviceId: string;
  readonly channelId: string;
  /** Where the INVITE came from: our requests go there (SIP-4). */
  readonly from: Peer;
  readonly localTag: string;
  readonly localContact: string;
  readonly createdEpochMs: number;
}

/** The dialogue of an INVITE of a device that we answer with 2xx (RFC 3261 12.1.1); null when its From or To is no address. */
export function acceptDialogue(invite: SipRequest, o: AcceptOptions): Dialogue | null {
  const remote = parseNameAddr(invite.headers.get('From') ?? '');
  const local = parseNameAddr(invite.headers.get('To') ?? '');
  if (remote === null || local === null) return null;
  const contact = parseNameAddr(invite.headers.list('Contact')[0] ?? '');
  const target = sipUri(contact?.uri.user ?? remote.uri.user, bracketed(o.from.host), o.from.port);
  return {
    callId: callIdOf(invite),
    deviceId: o.deviceId,
    channelId: o.channelId,
    localUri: formatUri(local.uri),
    localTag: o.localTag,
    remoteUri: formatUri(remote.uri),
    remoteTag: tagOf(invite.headers.get('From')),
    localCseq: 0,
    inviteCseq: 0,
    remoteCseq: cseqOf(invite)?.number ?? null,
    remoteTarget: formatUri(target),
    localContact: o.localContact,
    routeSet: invite.headers.list('Record-Route'),
    createdEpochMs: o.createdEpochMs,
    confirmed: true,
  };
}
