import { Headers } from '../wire/headers.ts';
import { cseqOf, NO_BODY, type SipRequest, type SipResponse } from '../wire/message.ts';

/** ACK of a failure: same branch as its INVITE, To of the response (RFC 3261 17.1.1.3). */
export function negativeAck(invite: SipRequest, failure: SipResponse): SipRequest {
  return sameTransaction(invite, 'ACK', failure.headers.get('To') ?? invite.headers.get('To') ?? '');
}

/** CANCEL of an INVITE: same branch, no To tag (RFC 3261 9.1). */
export function cancelOf(invite: SipRequest): SipRequest {
  return sameTransaction(invite, 'CANCEL', invite.headers.get('To') ?? '');
}

function sameTransaction(invite: SipRequest, method: string, to: string): SipRequest {
  const headers = Headers.of([
    ['Via', invite.headers.list('Via')[0] ?? ''],
    ['Max-Forwards', '70'],
    ['From', invite.headers.get('From') ?? ''],
    ['To', to],
    ['Call-ID', invite.headers.get('Call-ID') ?? ''],
    ['CSeq', `${cseqOf(invite)?.number ?? 1} ${method}`],
  ]);
  for (const route of invite.headers.all('Route')) headers.add('Route', route);
  return { kind: 'request', method, uri: invite.uri, headers, body: NO_BODY };
}
